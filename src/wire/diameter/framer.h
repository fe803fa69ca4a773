// framer.h: a TCP byte stream cut into Diameter messages.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "base/expected.h"
#include "wire/cursor.h"
#include "wire/diameter/limits.h"

namespace baton::wire::diameter {

/// StreamFramer holds the octets of one connection that do not yet make a whole message: never more than
/// one message and the last piece that arrived.
class StreamFramer {
 public:
  explicit StreamFramer(std::size_t octets_max = message_octets_max) : octets_max_(octets_max) {}

  /// push appends what arrived.
  void push(Bytes octets);
  /// next is the next whole message, or nothing until more arrives. An Error (wrong version, a length
  /// below the header's, above the bound or not a multiple of four) is final: the stream has no
  /// synchronisation to find again, and the connection must be closed.
  Expected<std::optional<ByteVector>, Error> next();
  /// take is push and next without a copy where it can be: the next whole message out of what waits and the
  /// front of `piece`, which it consumes; nothing when all of `piece` is used up. The view holds until the
  /// next call, and as long as the octets of `piece` do. Errors are those of next.
  Expected<std::optional<Bytes>, Error> take(Bytes& piece);
  /// Octets waiting for their message to be completed.
  std::size_t waiting() const { return buffer_.size() - at_; }

 private:
  /// The length of the message that begins here, nothing while its header's front is not there.
  Expected<std::optional<std::size_t>, Error> length_of(Bytes front) const;

  std::size_t octets_max_;
  ByteVector buffer_;
  std::size_t at_ = 0;  ///< octets of buffer_ already handed out
};

}  // namespace baton::wire::diameter
