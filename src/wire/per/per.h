// per.h: the ALIGNED variant of the Packed Encoding Rules (X.691), as far as S1AP, X2AP and RANAP need it.
//
// One set of primitives for reading and one for writing. A reader checks every step against the octets
// that are left and against the bounds of the type; a writer asserts the bounds, because what does not fit
// is our own bug. `lo` and `hi` are the bounds of a constraint; `hi` of `unbounded` means there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "wire/cursor.h"
#include "wire/per/limits.h"

namespace baton::wire::per {

template <class T>
using Read = Expected<T, Error>;

inline constexpr std::uint64_t unbounded = UINT64_MAX;

/// Size is the SIZE constraint of a string or list.
struct Size {
  std::uint64_t lo = 0;
  std::uint64_t hi = unbounded;
  bool extensible = false;
};

/// BitString is `bits` bits, the first one highest in the first octet; unused bits of the last are zero.
struct BitString {
  std::size_t bits = 0;
  ByteVector octets;
  friend bool operator==(const BitString&, const BitString&) = default;
};

/// Index is a value of an ENUMERATED or the alternative of a CHOICE: of the root, or of what stands after
/// the extension marker. Both count from 0.
struct Index {
  std::uint32_t value = 0;
  bool extension = false;
  friend bool operator==(const Index&, const Index&) = default;
};

/// Contents are the octets of an open type: a view of the input, or a copy where they were fragmented.
struct Contents {
  Bytes octets;
  std::size_t offset = 0;   ///< of the first octet in the whole message
  bool fragmented = false;  ///< then offsets inside do not map to the message
  ByteVector joined;        ///< what `octets` views when fragmented

  Contents(Bytes view, std::size_t at) : octets(view), offset(at) {}
  Contents(ByteVector whole, std::size_t at) : offset(at), fragmented(true), joined(std::move(whole)) {
    octets = joined;
  }
  Contents(Contents&&) noexcept = default;
  Contents& operator=(Contents&&) noexcept = default;
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;
};

/// Reader walks one complete encoding, bit by bit. `base` is the offset of `in` in the whole message.
class Reader {
 public:
  Reader(std::string_view message, Bytes in, std::size_t base = 0)
      : message_(message), in_(in), base_(base) {}

  std::string_view message() const { return message_; }
  std::size_t bits_left() const { return in_.size() * 8 - at_; }
  std::size_t offset() const { return base_ + at_ / 8; }
  Error error(Fault f, std::string_view field, std::uint32_t code = 0) const {
    return {f, message_, field, offset(), code};
  }

  Read<bool> bit(std::string_view field);
  /// bits takes 0 to 64 bits, not aligned.
  Read<std::uint64_t> bits(std::string_view field, unsigned n);
  /// align steps over padding bits to the next octet.
  void align() { at_ = (at_ + 7) / 8 * 8; }
  /// octets aligns and takes n octets.
  Read<Bytes> octets(std::string_view field, std::size_t n);

  //= X.691, 11.5
  /// whole reads a constrained whole number; past `hi` it is bad_value.
  Read<std::uint64_t> whole(std::string_view field, std::uint64_t lo, std::uint64_t hi);
  //= X.691, 11.7
  Read<std::uint64_t> semi_constrained(std::string_view field, std::uint64_t lo);
  //= X.691, 11.6
  Read<std::uint64_t> normally_small(std::string_view field);

  /// integer reads INTEGER (lo..hi) or INTEGER (lo..hi, ...). A value outside the root is `unsupported`.
  Read<std::uint64_t> integer(std::string_view field, std::uint64_t lo, std::uint64_t hi, bool extensible);
  /// count reads the length of a SEQUENCE OF; outside the bounds it is too_many. A list that would have
  /// to be fragmented is refused.
  Read<std::size_t> count(std::string_view field, Size size);

  Read<ByteVector> octet_string(std::string_view field, Size size);
  Read<BitString> bit_string(std::string_view field, Size size);
  /// printable_string reads a PrintableString; characters outside its set are bad_value.
  Read<std::string> printable_string(std::string_view field, Size size);
  /// index reads an ENUMERATED or CHOICE of `root` values; past the root it is bad_value.
  Read<Index> index(std::string_view field, std::uint32_t root, bool extensible);
  //= X.691, 11.2
  Read<Contents> open_type(std::string_view field);
  //= X.691, 19.7 to 19.9
  /// skip_additions steps over the extension additions of a SEQUENCE whose extension bit was set.
  Read<Ok> skip_additions(std::string_view field);

  /// done checks that nothing but padding is left of this encoding.
  Read<Ok> done(std::string_view field) const;

 private:
  /// Piece is one length determinant: this many units, and whether more pieces follow.
  struct Piece {
    std::size_t units;
    bool more;
  };
  Read<Piece> length(std::string_view field);
  /// pieces collects a string with general length determinants; a unit is `unit_bits` (1 or 8) bits.
  Read<BitString> pieces(std::string_view field, std::size_t unit_bits);

  std::string_view message_;
  Bytes in_;
  std::size_t base_ = 0;
  std::size_t at_ = 0;  ///< in bits; never past the end
};

/// Writer makes one complete encoding.
class Writer {
 public:
  /// reserve makes room, so that octets of a key are not left behind when the vector grows.
  void reserve(std::size_t octets) { out_.reserve(octets); }
  void bit(bool b) { bits(b ? 1 : 0, 1); }
  void bits(std::uint64_t v, unsigned n);
  void align() { used_ = 0; }
  void octets(Bytes b);

  void whole(std::uint64_t v, std::uint64_t lo, std::uint64_t hi);
  void semi_constrained(std::uint64_t v, std::uint64_t lo);
  void normally_small(std::uint64_t v);

  void integer(std::uint64_t v, std::uint64_t lo, std::uint64_t hi, bool extensible);
  void count(std::size_t n, Size size);
  void octet_string(Bytes b, Size size);
  /// bit_string writes the first `n` bits of `b`.
  void bit_string(Bytes b, std::size_t n, Size size);
  void printable_string(std::string_view s, Size size);
  void index(Index i, std::uint32_t root, bool extensible);
  /// open_type wraps a finished encoding.
  void open_type(Bytes contents) { octet_string(contents, {}); }

  /// done gives the octets; an encoding of no bits is one zero octet (X.691, 11.1.3).
  ByteVector done();

 private:
  void pieces(Bytes b, std::size_t units, std::size_t unit_bits);
  ByteVector out_;
  unsigned used_ = 0;  ///< bits of the last octet that are taken; 0 when aligned
};

/// is_printable tells whether a character is in the PrintableString set (X.680, 41.4).
bool is_printable(char c);

}  // namespace baton::wire::per
