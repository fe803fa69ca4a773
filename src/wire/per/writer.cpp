#include <algorithm>
#include <bit>

#include "wire/per/per.h"

namespace baton::wire::per {
namespace {

unsigned octets_of(std::uint64_t v) {
  return v == 0 ? 1U : (static_cast<unsigned>(std::bit_width(v)) + 7U) / 8U;
}

}  // namespace

void Writer::bits(std::uint64_t v, unsigned n) {
  assert(n <= 64 && (n == 64 || v >> n == 0));
  while (n > 0) {
    if (used_ == 0) out_.push_back(0);
    const unsigned put = std::min(8U - used_, n);
    const unsigned part = static_cast<unsigned>(v >> (n - put)) & ((1U << put) - 1U);
    out_.back() = static_cast<Byte>(out_.back() | part << (8U - used_ - put));
    used_ = (used_ + put) % 8U;
    n -= put;
  }
}

void Writer::octets(Bytes b) {
  align();
  out_.insert(out_.end(), b.begin(), b.end());
}

//= X.691, 11.5.7
void Writer::whole(std::uint64_t v, std::uint64_t lo, std::uint64_t hi) {
  assert(lo <= v && v <= hi);
  const std::uint64_t top = hi - lo;
  const std::uint64_t offset = v - lo;
  if (top == 0) return;
  if (top < 255) return bits(offset, static_cast<unsigned>(std::bit_width(top)));
  if (top == 255) {
    align();
    return bits(offset, 8);
  }
  if (top < unbounded_from) {
    align();
    return bits(offset, 16);
  }
  const unsigned n = octets_of(offset);
  whole(n, 1, octets_of(top));
  align();
  bits(offset, n * 8);
}

void Writer::semi_constrained(std::uint64_t v, std::uint64_t lo) {
  assert(v >= lo);
  const unsigned n = octets_of(v - lo);
  align();
  bits(n, 8);
  bits(v - lo, n * 8);
}

void Writer::normally_small(std::uint64_t v) {
  if (v < 64) return bits(v, 7);
  bit(true);
  semi_constrained(v, 0);
}

void Writer::integer(std::uint64_t v, std::uint64_t lo, std::uint64_t hi, bool extensible) {
  if (extensible) bit(false);
  whole(v, lo, hi);
}

void Writer::count(std::size_t n, Size size) {
  assert(n >= size.lo && n <= size.hi);
  if (size.extensible) bit(false);
  if (size.hi < unbounded_from) return whole(n, size.lo, size.hi);
  assert(n < fragment_unit);
  align();
  if (n < 0x80) return bits(n, 8);
  bits(0x8000U | n, 16);
}

//= X.691, 11.9.3.5 to 11.9.3.8
void Writer::pieces(Bytes b, std::size_t units, std::size_t unit_bits) {
  align();
  std::size_t at = 0;  // in octets: a fragment of bits is a whole number of them
  while (units >= fragment_unit) {
    const std::size_t n = std::min(units / fragment_unit, fragment_units_max);
    bits(0xC0U | n, 8);
    const std::size_t octets_n = n * fragment_unit * unit_bits / 8;
    octets(b.subspan(at, octets_n));
    at += octets_n;
    units -= n * fragment_unit;
  }
  if (units < 0x80) {
    bits(units, 8);
  } else {
    bits(0x8000U | units, 16);
  }
  const std::size_t whole_octets = units * unit_bits / 8;
  octets(b.subspan(at, whole_octets));
  if (const unsigned rest = static_cast<unsigned>(units * unit_bits % 8); rest > 0)
    bits(static_cast<unsigned>(b[at + whole_octets]) >> (8 - rest), rest);
}

//= X.691, 17
void Writer::octet_string(Bytes b, Size size) {
  const bool inside = b.size() >= size.lo && b.size() <= size.hi;
  assert(inside || size.extensible);
  if (size.extensible) bit(!inside);
  if (!inside || size.hi >= unbounded_from) return pieces(b, b.size(), 8);
  whole(b.size(), size.lo, size.hi);
  if (size.lo == size.hi && size.hi * 8 <= unaligned_bits_max) {
    for (const Byte x : b) bits(x, 8);
  } else if (!b.empty()) {
    octets(b);
  }
}

//= X.691, 16
void Writer::bit_string(Bytes b, std::size_t n, Size size) {
  assert(b.size() == (n + 7) / 8);
  const bool inside = n >= size.lo && n <= size.hi;
  assert(inside || size.extensible);
  if (size.extensible) bit(!inside);
  if (!inside || size.hi >= unbounded_from) return pieces(b, n, 1);
  whole(n, size.lo, size.hi);
  if (n == 0) return;
  if (size.lo != size.hi || size.hi > unaligned_bits_max) align();
  const unsigned rest = static_cast<unsigned>(n % 8);
  for (const Byte x : b.first(n / 8)) bits(x, 8);
  if (rest > 0) bits(static_cast<unsigned>(b.back()) >> (8 - rest), rest);
}

void Writer::printable_string(std::string_view s, Size size) {
  assert(std::all_of(s.begin(), s.end(), is_printable));
  octet_string(Bytes(reinterpret_cast<const Byte*>(s.data()), s.size()), size);
}

void Writer::index(Index i, std::uint32_t root, bool extensible) {
  assert(!i.extension || extensible);
  if (extensible) bit(i.extension);
  if (i.extension) return normally_small(i.value);
  whole(i.value, 0, root - 1);
}

ByteVector Writer::done() {
  if (out_.empty()) out_.push_back(0);
  used_ = 0;
  return std::move(out_);
}

}  // namespace baton::wire::per
