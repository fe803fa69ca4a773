// GTPv2-C: whatever a neighbour sends decodes to a message or to a reason. What decodes encodes to octets
// that decode to the same message.
#include <cstdlib>

#include "wire/gtp2/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace baton::wire::gtp2;
  const baton::Bytes in(data, size);
  (void)secret_ranges(in);
  const auto m = decode_any(in);
  if (!m) {
    (void)m.why().to_string();
    (void)cause_for(m.why());
    return 0;
  }
  (void)describe(m->header, m->message);
  const auto out = encode(m->message, m->header.teid.value_or(baton::Teid{}), m->header.sequence);
  if (out.empty()) return 0;
  const auto again = decode_any(out);
  if (!again || !(again->message == m->message)) std::abort();
  return 0;
}
