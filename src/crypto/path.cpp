#include "crypto/path.h"

namespace baton::crypto {

#if defined(__x86_64__)

Path aes_path() {
  static const Path found =
      __builtin_cpu_supports("aes") && __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1")
          ? Path::hardware
          : Path::portable;
  return found;
}

namespace {
// __builtin_cpu_supports does not know "sha" in every compiler we build with, so the feature bit is read
// where the processor puts it: leaf 7, EBX, bit 29.
bool has_sha_extensions() {
  unsigned a = 7;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return (b >> 29U & 1U) != 0;
}
bool leaf_7_exists() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return a >= 7;
}
}  // namespace

Path sha_path() {
  static const Path found = leaf_7_exists() && has_sha_extensions() && __builtin_cpu_supports("ssse3") &&
                                    __builtin_cpu_supports("sse4.1")
                                ? Path::hardware
                                : Path::portable;
  return found;
}

#else

Path aes_path() { return Path::portable; }
Path sha_path() { return Path::portable; }

#endif

}  // namespace baton::crypto
