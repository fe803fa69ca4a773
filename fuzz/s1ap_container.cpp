// Reads a container that one eNB sent another; the first octet chooses which. What is understood encodes to
// octets that decode to the same container.
#include <cstdlib>

#include "wire/s1ap/containers.h"

using namespace baton;
using namespace baton::wire;

namespace {
template <class Decode>
void read(Bytes in, Decode decode) {
  const auto got = decode(in);
  if (!got) {
    (void)got.why().to_string();
    return;
  }
  const ByteVector once = s1ap::encode_container(*got);
  const auto again = decode(once);
  if (!again || !(*again == *got) || s1ap::encode_container(*again) != once) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes in(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0: read(in, s1ap::decode_source_to_target); break;
    case 1: read(in, s1ap::decode_target_to_source); break;
    default: read(in, s1ap::decode_status_transfer); break;
  }
  return 0;
}
