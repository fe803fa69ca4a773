// The radio stand-in: a datagram is a frame or not; its payload a message or not. There is one encoding of
// each value, so what decodes encodes to the same octets.
#include <algorithm>
#include <cstdlib>

#include "wire/rrc/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace baton::wire::rrc;
  const baton::Bytes in(data, size);
  const auto frame = decode_frame(in);
  if (!frame) {
    (void)frame.why().to_string();
    return 0;
  }
  if (!std::ranges::equal(encode(*frame), in)) std::abort();
  const auto message = decode_any(frame->payload);
  if (!message) {
    (void)message.why().to_string();
    return 0;
  }
  (void)describe(*message);
  if (!std::ranges::equal(encode(*message), frame->payload)) std::abort();
  return 0;
}
