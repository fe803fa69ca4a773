// GTPv2-C: whatever a neighbour sends decodes to a message or to a reason. What decodes encodes to octets
// that decode to the same message.
#include <cstdlib>
#include <variant>

#include "wire/gtp2/codec.h"
#include "wire/gtp2/private.h"

namespace {

using namespace baton::wire::gtp2;

void whatever(baton::Bytes in) {
  (void)secret_ranges(in);
  const auto m = decode_any(in);
  if (!m) {
    (void)m.why().to_string();
    (void)cause_for(m.why());
    return;
  }
  (void)describe(m->header, m->message);
  std::visit(
      [](const auto& message) {
        if constexpr (requires { message.extensions.empty(); }) {
          const auto ours = decode_private(message.extensions, baton::wire::enterprise_default);
          if (!ours) return;
          // What is read of our own extension is written as it was read.
          const auto written = encode_private(*ours, baton::wire::enterprise_default);
          if (written.has_value() == ours->empty()) std::abort();
          if (written && !(*decode_private({*written}, baton::wire::enterprise_default) == *ours))
            std::abort();
        }
      },
      m->message);
  const auto out = encode(m->message, m->header.teid.value_or(baton::Teid{}), m->header.sequence);
  if (out.empty()) return;
  const auto again = decode_any(out);
  if (!again || !(again->message == m->message)) std::abort();
  // Every octet of a key that is written is found again by who has to blank it.
  if (carries_keys(m->header.type)) {
    const std::size_t keys = std::visit(
        [](const auto& message) -> std::size_t {
          if constexpr (requires { message.mm.has_value(); })
            return message.mm.has_value() ? 1 : 0;
          else if constexpr (requires { message.mm; })
            return 1;
          else
            return 0;
        },
        m->message);
    if (secret_ranges(out).size() < keys) std::abort();
  }
}

}  // namespace

// The octets as they are, and once more with the length field set to what there is: few inputs get past it by
// themselves.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  whatever({data, size});
  if (size < 12 || size > datagram_octets_max) return 0;
  baton::ByteVector fitted(data, data + size);
  fitted[0] = static_cast<baton::Byte>((fitted[0] & 0x08U) | 0x40U);
  fitted[2] = static_cast<baton::Byte>((size - 4) >> 8U);
  fitted[3] = static_cast<baton::Byte>(size - 4);
  whatever(fitted);
  return 0;
}
