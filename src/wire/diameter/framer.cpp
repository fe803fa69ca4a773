#include "wire/diameter/framer.h"

#include <algorithm>

#include "wire/diameter/header.h"

namespace baton::wire::diameter {

namespace {

/// Where the Message Length ends: so much of a header has to be there to know how long a message is.
constexpr std::size_t length_end = 4;

}  // namespace

void StreamFramer::push(Bytes octets) {
  if (at_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
  }
  buffer_.insert(buffer_.end(), octets.begin(), octets.end());
}

Expected<std::optional<std::size_t>, Error> StreamFramer::length_of(Bytes front) const {
  if (front.empty()) return std::optional<std::size_t>{};
  if (front[0] != 1) return Fail{Error{Fault::unsupported, "Diameter stream", "Version", 0}};
  if (front.size() < length_end) return std::optional<std::size_t>{};
  const std::size_t length = static_cast<std::size_t>(front[1]) << 16U |
                             static_cast<std::size_t>(front[2]) << 8U | static_cast<std::size_t>(front[3]);
  if (length < header_octets || length % 4 != 0)
    return Fail{Error{Fault::bad_value, "Diameter stream", "Message Length", 1}};
  if (length > octets_max_) return Fail{Error{Fault::too_many, "Diameter stream", "Message Length", 1}};
  return std::optional(length);
}

Expected<std::optional<ByteVector>, Error> StreamFramer::next() {
  const Bytes left = Bytes(buffer_).subspan(at_);
  const auto length = length_of(left);
  if (!length) return Fail{length.why()};
  if (!*length || left.size() < **length) return std::optional<ByteVector>{};
  at_ += **length;
  return std::optional<ByteVector>(
      ByteVector(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(**length)));
}

Expected<std::optional<Bytes>, Error> StreamFramer::take(Bytes& piece) {
  const auto consume = [&](std::size_t n) {
    const Bytes out = piece.first(n);
    piece = piece.subspan(n);
    return out;
  };
  if (waiting() == 0) {
    buffer_.clear();
    at_ = 0;
    const auto length = length_of(piece);
    if (!length) return Fail{length.why()};
    if (*length && piece.size() >= **length) return std::optional(consume(**length));
    push(consume(piece.size()));
    return std::optional<Bytes>{};
  }
  // A message is cut: its own octets are added, and no more.
  if (waiting() < length_end) push(consume(std::min(length_end - waiting(), piece.size())));
  const auto length = length_of(Bytes(buffer_).subspan(at_));
  if (!length) return Fail{length.why()};
  if (!*length) return std::optional<Bytes>{};
  if (waiting() < **length) push(consume(std::min(**length - waiting(), piece.size())));
  if (waiting() < **length) return std::optional<Bytes>{};
  const Bytes whole = Bytes(buffer_).subspan(at_, **length);
  at_ += **length;
  return std::optional(whole);
}

}  // namespace baton::wire::diameter
