// The first octet chooses the message, the rest is its octets. What is read once keeps its meaning: it is
// encoded, read again and equal, and after that it has one spelling.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <variant>

#include "wire/nas/message.h"

namespace {

using namespace baton;
using namespace baton::wire::nas;

void require(bool held) {
  if (!held) std::abort();  // also where assertions are compiled out
}

template <class M>
void one(Bytes in) {
  if constexpr (!std::is_same_v<M, ServiceRequest>) {
    const auto first = decode<M>(in);
    if (!first) return;
    const auto spelled = encode(*first);
    const auto second = decode<M>(spelled);
    require(second && *second == *first && encode(*second) == spelled);
    (void)describe(*first);
  }
}

template <std::size_t... I>
void chosen(std::size_t index, Bytes in, std::index_sequence<I...>) {
  (void)((index == I && (one<std::variant_alternative_t<I, Message>>(in), true)) || ...);
}

void any(Bytes in, Direction d) {
  (void)describe_octets(in, d);
  const auto first = decode_any(in, d);
  if (!first) return;
  const auto spelled = encode(*first);
  const auto second = decode_any(spelled, d);
  require(second && *second == *first && encode(*second) == spelled);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t messages = std::variant_size_v<Message>;
  const Bytes in(data + 1, size - 1);
  chosen(data[0] % messages, in, std::make_index_sequence<messages>());
  any(in, Direction::uplink);
  any(in, Direction::downlink);
  return 0;
}
