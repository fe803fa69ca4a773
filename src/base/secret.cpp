#include "base/secret.h"

#include <cstring>

namespace baton {

void wipe_memory(void* memory, std::size_t octets) {
  // Most secrets are 8 to 64 octets, and a call into the library costs more than their stores. The barrier
  // reads the memory as far as the compiler knows, so that no store to it is dropped.
  auto* at = static_cast<Byte*>(memory);
  if (octets >= 8 && octets <= 64) {
    for (std::size_t i = 0; i + 8 < octets; i += 8) std::fill_n(at + i, 8, Byte{0});
    std::fill_n(at + octets - 8, 8, Byte{0});
    asm volatile("" : : "r"(memory) : "memory");
    return;
  }
  if (octets == 0) return;  // an empty vector's data may be null
  // explicit_bzero is glibc's promise that the store is not optimised away.
  explicit_bzero(memory, octets);
}

bool constant_time_equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  Byte difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<Byte>(difference | (a[i] ^ b[i]));
  // The barrier keeps the compiler from turning the loop into one that stops early.
  asm volatile("" : "+r"(difference));
  return difference == 0;
}

}  // namespace baton
