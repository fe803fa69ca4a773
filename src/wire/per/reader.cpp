#include <algorithm>
#include <bit>

#include "wire/per/per.h"

namespace baton::wire::per {
namespace {

/// How many octets hold v, at least one.
unsigned octets_of(std::uint64_t v) {
  return v == 0 ? 1U : (static_cast<unsigned>(std::bit_width(v)) + 7U) / 8U;
}

}  // namespace

bool is_printable(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
}

Read<std::uint64_t> Reader::bits(std::string_view field, unsigned n) {
  assert(n <= 64);
  if (n > bits_left()) return Fail{error(Fault::short_read, field)};
  std::uint64_t v = 0;
  for (unsigned taken = 0; taken < n;) {
    const unsigned in_octet = static_cast<unsigned>(at_ % 8);
    const unsigned take = std::min(8U - in_octet, n - taken);
    const unsigned octet = in_[at_ / 8];
    const unsigned part = octet >> (8U - in_octet - take) & ((1U << take) - 1U);
    v = v << take | part;
    at_ += take;
    taken += take;
  }
  return v;
}

Read<bool> Reader::bit(std::string_view field) {
  auto b = bits(field, 1);
  if (!b) return Fail{b.why()};
  return *b != 0;
}

Read<Bytes> Reader::octets(std::string_view field, std::size_t n) {
  align();
  if (n > bits_left() / 8) return Fail{error(Fault::short_read, field)};
  const Bytes out = in_.subspan(at_ / 8, n);
  at_ += n * 8;
  return out;
}

//= X.691, 11.5.7
Read<std::uint64_t> Reader::whole(std::string_view field, std::uint64_t lo, std::uint64_t hi) {
  assert(lo <= hi);
  const std::uint64_t top = hi - lo;  // the range less one, which cannot overflow
  if (top == 0) return lo;
  unsigned width = 0;
  if (top < 255) {
    width = static_cast<unsigned>(std::bit_width(top));
  } else if (top == 255) {
    align();
    width = 8;
  } else if (top < unbounded_from) {
    align();
    width = 16;
  } else {
    auto n = whole(field, 1, octets_of(top));
    if (!n) return n;
    align();
    width = static_cast<unsigned>(*n) * 8;
  }
  auto v = bits(field, width);
  if (!v) return v;
  if (*v > top) return Fail{error(Fault::bad_value, field)};
  return lo + *v;
}

Read<std::uint64_t> Reader::semi_constrained(std::string_view field, std::uint64_t lo) {
  auto piece = length(field);
  if (!piece) return Fail{piece.why()};
  if (piece->more || piece->units == 0) return Fail{error(Fault::bad_value, field)};
  auto in = octets(field, piece->units);
  if (!in) return Fail{in.why()};
  std::uint64_t v = 0;
  for (const Byte b : *in) {
    if (v >> 56 != 0) return Fail{error(Fault::bad_value, field)};  // more than 64 bits
    v = v << 8 | b;
  }
  if (v > UINT64_MAX - lo) return Fail{error(Fault::bad_value, field)};
  return lo + v;
}

Read<std::uint64_t> Reader::normally_small(std::string_view field) {
  auto large = bit(field);
  if (!large) return Fail{large.why()};
  return *large ? semi_constrained(field, 0) : bits(field, 6);
}

//= X.691, 13
Read<std::uint64_t> Reader::integer(std::string_view field, std::uint64_t lo, std::uint64_t hi,
                                    bool extensible) {
  if (extensible) {
    auto outside = bit(field);
    if (!outside) return Fail{outside.why()};
    if (*outside) {
      // An unconstrained number; which one does not matter, nobody here knows what it means.
      auto skipped = octet_string(field, {});
      if (!skipped) return Fail{skipped.why()};
      return Fail{error(Fault::unsupported, field)};
    }
  }
  return whole(field, lo, hi);
}

//= X.691, 11.9.3.5 to 11.9.3.8
Read<Reader::Piece> Reader::length(std::string_view field) {
  auto first = octets(field, 1);
  if (!first) return Fail{first.why()};
  const std::size_t head = (*first)[0];
  if (head < 0x80) return Piece{head, false};
  if (head < 0xC0) {
    auto second = octets(field, 1);
    if (!second) return Fail{second.why()};
    return Piece{(head & 0x3FU) << 8 | (*second)[0], false};
  }
  const std::size_t units = head & 0x3FU;
  if (units < 1 || units > fragment_units_max) return Fail{error(Fault::bad_value, field)};
  return Piece{units * fragment_unit, true};
}

Read<BitString> Reader::pieces(std::string_view field, std::size_t unit_bits) {
  BitString out;
  for (;;) {
    auto piece = length(field);
    if (!piece) return Fail{piece.why()};
    const std::size_t n = piece->units * unit_bits;
    auto in = octets(field, n / 8);
    if (!in) return Fail{in.why()};
    if (out.octets.size() + in->size() > joined_octets_max) return Fail{error(Fault::too_many, field)};
    out.octets.insert(out.octets.end(), in->begin(), in->end());
    out.bits += n;
    if (const unsigned rest = static_cast<unsigned>(n % 8); rest > 0) {  // only in the last piece
      auto v = bits(field, rest);
      if (!v) return Fail{v.why()};
      out.octets.push_back(static_cast<Byte>(*v << (8 - rest)));
    }
    if (!piece->more) break;
  }
  return out;
}

Read<std::size_t> Reader::count(std::string_view field, Size size) {
  bool open = size.hi >= unbounded_from;
  if (size.extensible) {
    auto outside = bit(field);
    if (!outside) return Fail{outside.why()};
    if (*outside) return Fail{error(Fault::too_many, field)};
  }
  if (!open) {
    auto n = whole(field, size.lo, size.hi);
    if (!n) {
      Error e = n.why();
      if (e.fault == Fault::bad_value) e.fault = Fault::too_many;
      return Fail{e};
    }
    return static_cast<std::size_t>(*n);
  }
  auto piece = length(field);
  if (!piece) return Fail{piece.why()};
  if (piece->more || piece->units < size.lo || piece->units > size.hi)
    return Fail{error(Fault::too_many, field)};
  return piece->units;
}

//= X.691, 17
Read<ByteVector> Reader::octet_string(std::string_view field, Size size) {
  bool open = size.hi >= unbounded_from;
  bool outside = false;
  if (size.extensible) {
    auto b = bit(field);
    if (!b) return Fail{b.why()};
    outside = *b;
  }
  if (open || outside) {
    auto all = pieces(field, 8);
    if (!all) return Fail{all.why()};
    if (!outside && (all->octets.size() < size.lo || all->octets.size() > size.hi))
      return Fail{error(Fault::bad_value, field)};
    return std::move(all->octets);
  }
  auto n = whole(field, size.lo, size.hi);
  if (!n) return Fail{n.why()};
  if (size.lo == size.hi && size.hi * 8 <= unaligned_bits_max) {
    ByteVector out;
    for (std::uint64_t i = 0; i < *n; ++i) {
      auto b = bits(field, 8);
      if (!b) return Fail{b.why()};
      out.push_back(static_cast<Byte>(*b));
    }
    return out;
  }
  if (*n == 0) return ByteVector{};
  auto in = octets(field, static_cast<std::size_t>(*n));
  if (!in) return Fail{in.why()};
  return ByteVector(in->begin(), in->end());
}

//= X.691, 16
Read<BitString> Reader::bit_string(std::string_view field, Size size) {
  bool outside = false;
  if (size.extensible) {
    auto b = bit(field);
    if (!b) return Fail{b.why()};
    outside = *b;
  }
  if (outside || size.hi >= unbounded_from) {
    auto all = pieces(field, 1);
    if (!all) return all;
    if (!outside && (all->bits < size.lo || all->bits > size.hi)) return Fail{error(Fault::bad_value, field)};
    return all;
  }
  auto n = whole(field, size.lo, size.hi);
  if (!n) return Fail{n.why()};
  BitString out;
  out.bits = static_cast<std::size_t>(*n);
  if (out.bits == 0) return out;
  if (size.lo != size.hi || size.hi > unaligned_bits_max) align();
  if (out.bits > bits_left()) return Fail{error(Fault::short_read, field)};
  for (std::size_t left = out.bits; left > 0;) {
    const unsigned width = static_cast<unsigned>(std::min<std::size_t>(left, 8));
    auto v = bits(field, width);
    if (!v) return Fail{v.why()};
    out.octets.push_back(static_cast<Byte>(*v << (8 - width)));
    left -= width;
  }
  return out;
}

//= X.691, 30.5; a character takes 8 bits in the ALIGNED variant
Read<std::string> Reader::printable_string(std::string_view field, Size size) {
  assert(size.hi > 2 || size.extensible);  // shorter ones would not be aligned; nobody defines one
  auto in = octet_string(field, size);
  if (!in) return Fail{in.why()};
  std::string out(in->begin(), in->end());
  for (const char c : out)
    if (!is_printable(c)) return Fail{error(Fault::bad_value, field)};
  return out;
}

//= X.691, 14 and 23
Read<Index> Reader::index(std::string_view field, std::uint32_t root, bool extensible) {
  assert(root > 0);
  if (extensible) {
    auto outside = bit(field);
    if (!outside) return Fail{outside.why()};
    if (*outside) {
      auto v = normally_small(field);
      if (!v) return Fail{v.why()};
      if (*v > UINT32_MAX) return Fail{error(Fault::bad_value, field)};
      return Index{static_cast<std::uint32_t>(*v), true};
    }
  }
  auto v = whole(field, 0, root - 1);
  if (!v) return Fail{v.why()};
  return Index{static_cast<std::uint32_t>(*v), false};
}

Read<Contents> Reader::open_type(std::string_view field) {
  auto piece = length(field);
  if (!piece) return Fail{piece.why()};
  const std::size_t at = offset();
  if (!piece->more) {
    auto in = octets(field, piece->units);
    if (!in) return Fail{in.why()};
    return Contents(*in, at);
  }
  ByteVector joined;
  for (;;) {
    auto in = octets(field, piece->units);
    if (!in) return Fail{in.why()};
    if (joined.size() + in->size() > joined_octets_max) return Fail{error(Fault::too_many, field)};
    joined.insert(joined.end(), in->begin(), in->end());
    if (!piece->more) break;
    piece = length(field);
    if (!piece) return Fail{piece.why()};
  }
  return Contents(std::move(joined), at);
}

Read<Ok> Reader::skip_additions(std::string_view field) {
  //= X.691, 11.9.3.4: a normally small length, one less than it in 6 bits
  auto large = bit(field);
  if (!large) return Fail{large.why()};
  std::size_t n = 0;
  if (*large) {
    auto piece = length(field);
    if (!piece) return Fail{piece.why()};
    if (piece->more) return Fail{error(Fault::too_many, field)};
    n = piece->units;
  } else {
    auto v = bits(field, 6);
    if (!v) return Fail{v.why()};
    n = static_cast<std::size_t>(*v) + 1;
  }
  std::size_t present = 0;
  for (std::size_t i = 0; i < n; ++i) {
    auto b = bit(field);
    if (!b) return Fail{b.why()};
    if (*b) ++present;
  }
  for (std::size_t i = 0; i < present; ++i) {
    auto skipped = open_type(field);
    if (!skipped) return Fail{skipped.why()};
  }
  return Ok{};
}

Read<Ok> Reader::done(std::string_view field) const {
  const bool empty_encoding = at_ == 0 && in_.size() == 1;
  if (bits_left() >= 8 && !empty_encoding) return Fail{error(Fault::trailing_bytes, field)};
  return Ok{};
}

}  // namespace baton::wire::per
