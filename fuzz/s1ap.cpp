// Reads an S1AP PDU. What is understood encodes to octets that are stable from there on; what is not can
// be answered; a capture of either can be blanked.
#include <cstdlib>

#include "wire/s1ap/s1ap.h"

using namespace baton;
using namespace baton::wire;

namespace {
void must(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes in(data, size);
  for (const SecretRange& r : s1ap::secret_ranges(in)) must(r.offset + r.octets <= size);
  (void)s1ap::describe(in);
  auto got = s1ap::decode_any(in);
  if (!got) {
    (void)got.why().error.to_string();
    if (auto answer = s1ap::answer_to(got.why())) must(static_cast<bool>(s1ap::decode_any(*answer)));
    return 0;
  }
  const ByteVector once = s1ap::encode(got->pdu);
  auto again = s1ap::decode_any(once);
  must(static_cast<bool>(again));
  must(s1ap::encode(again->pdu) == once);
  return 0;
}
