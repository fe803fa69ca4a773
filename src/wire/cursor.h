// cursor.h: the only way octets are read and written below the line.
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"

namespace baton::wire {

/// What was wrong with an octet string. Each protocol maps these to its own cause values.
enum class Fault {
  short_read,         ///< a length or a field reaches past the end
  trailing_bytes,     ///< octets are left where the format ends
  bad_value,          ///< a value its field does not allow
  missing_mandatory,  ///< an element the table marks as mandatory is absent
  unknown_mandatory,  ///< an element nobody knows that may not be stepped over
  repeated,           ///< an element that may occur once occurs twice
  too_many,           ///< a list past its named bound
  wrong_type,         ///< a different message than the one asked for
  unsupported,        ///< well-formed, but a version or choice Baton does not speak
};
std::string_view to_string(Fault f);

/// Error says what was wrong, in which message and field, and where. The names are literals of the
/// tables, never octets of a peer, so an Error may be logged.
struct Error {
  Fault fault;
  std::string_view message;  ///< name of the message's table
  std::string_view field;    ///< name of the row
  std::size_t offset;        ///< octets from the start of the message
  std::uint32_t code = 0;    ///< IEI, IE type, AVP code or protocol-IE id where there is one
  std::string to_string() const;
};

/// Reader walks octets it does not own. It knows what it is reading, checks every step, and never
/// reads past the end. `base` is the offset of `in` in the whole message, for errors in nested parts.
class Reader {
 public:
  Reader(std::string_view message, Bytes in, std::size_t base = 0)
      : message_(message), in_(in), base_(base) {}

  std::string_view message() const { return message_; }
  std::size_t left() const { return in_.size() - at_; }
  bool empty() const { return left() == 0; }
  std::size_t offset() const { return base_ + at_; }
  /// peek is the next octet; the caller has checked that there is one.
  Byte peek() const {
    assert(left() > 0);
    return in_[at_];
  }
  Expected<Bytes, Error> take(std::string_view field, std::size_t n) {
    if (n > left()) return Fail{error(Fault::short_read, field)};
    at_ += n;
    return in_.subspan(at_ - n, n);
  }
  /// rest takes everything that is left.
  Bytes rest() {
    const Bytes r = in_.subspan(at_);
    at_ = in_.size();
    return r;
  }
  /// u takes an unsigned big-endian number of 1 to 8 octets.
  Expected<std::uint64_t, Error> u(std::string_view field, std::size_t octets) {
    auto b = take(field, octets);
    if (!b) return Fail{b.why()};
    std::uint64_t v = 0;
    for (const Byte x : *b) v = v << 8U | x;
    return v;
  }
  /// sub takes n octets as a reader of their own, so that a nested length cannot reach outside.
  Expected<Reader, Error> sub(std::string_view field, std::size_t n) {
    const std::size_t start = offset();
    auto b = take(field, n);
    if (!b) return Fail{b.why()};
    return Reader(message_, *b, start);
  }
  Error error(Fault f, std::string_view field, std::uint32_t code = 0) const {
    return {f, message_, field, offset(), code};
  }

 private:
  std::string_view message_;
  Bytes in_;
  std::size_t base_ = 0;
  std::size_t at_ = 0;
};

/// Writer appends octets. Lengths are written by a scope that closes, so nobody counts by hand.
class Writer {
 public:
  Writer() { out_.reserve(usual_octets); }
  void u8(Byte b) { out_.push_back(b); }
  /// u appends an unsigned big-endian number of 1 to 8 octets; what does not fit is our own bug.
  void u(std::uint64_t v, std::size_t octets) {
    assert(octets <= 8 && (octets == 8 || v >> (8 * octets) == 0));
    for (std::size_t i = octets; i > 0; --i) out_.push_back(static_cast<Byte>(v >> (8 * (i - 1))));
  }
  void bytes(Bytes b) { out_.insert(out_.end(), b.begin(), b.end()); }
  void zeros(std::size_t n) { out_.insert(out_.end(), n, Byte{0}); }
  /// length writes a length field of `octets` octets for whatever `body` appends.
  template <class F>
  void length(std::size_t octets, F body) {
    const std::size_t at = out_.size();
    zeros(octets);
    body();
    patch(at, out_.size() - at - octets, octets);
  }
  /// patch overwrites `octets` octets at `at` with a number.
  void patch(std::size_t at, std::uint64_t v, std::size_t octets) {
    assert(at + octets <= out_.size() && (octets == 8 || v >> (8 * octets) == 0));
    for (std::size_t i = 0; i < octets; ++i) out_[at + i] = static_cast<Byte>(v >> (8 * (octets - 1 - i)));
  }
  std::size_t size() const { return out_.size(); }
  ByteVector& octets() { return out_; }
  ByteVector done() { return std::move(out_); }

 private:
  /// Most messages fit: one allocation instead of one for each doubling.
  static constexpr std::size_t usual_octets = 256;
  ByteVector out_;
};

/// SecretRange names octets of an encoded message that hold key material, so that a capture can
/// overwrite them with zeros of equal length.
struct SecretRange {
  std::size_t offset;
  std::size_t octets;
};

}  // namespace baton::wire
