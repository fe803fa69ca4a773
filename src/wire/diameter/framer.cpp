#include "wire/diameter/framer.h"

#include "wire/diameter/header.h"

namespace baton::wire::diameter {

void StreamFramer::push(Bytes octets) {
  if (at_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
  }
  buffer_.insert(buffer_.end(), octets.begin(), octets.end());
}

Expected<std::optional<ByteVector>, Error> StreamFramer::next() {
  const Bytes left = Bytes(buffer_).subspan(at_);
  if (left.empty()) return std::optional<ByteVector>{};
  if (left[0] != 1) return Fail{Error{Fault::unsupported, "Diameter stream", "Version", 0}};
  if (left.size() < 4) return std::optional<ByteVector>{};
  const std::size_t length = static_cast<std::size_t>(left[1]) << 16U |
                             static_cast<std::size_t>(left[2]) << 8U | static_cast<std::size_t>(left[3]);
  if (length < header_octets || length % 4 != 0)
    return Fail{Error{Fault::bad_value, "Diameter stream", "Message Length", 1}};
  if (length > octets_max_) return Fail{Error{Fault::too_many, "Diameter stream", "Message Length", 1}};
  if (left.size() < length) return std::optional<ByteVector>{};
  at_ += length;
  return std::optional<ByteVector>(
      ByteVector(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(length)));
}

}  // namespace baton::wire::diameter
