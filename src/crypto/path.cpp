#include "crypto/path.h"

#include <algorithm>
#include <atomic>

namespace baton::crypto {
namespace {

#if defined(__x86_64__)

struct Leaf {
  unsigned a = 0, b = 0, c = 0, d = 0;
};
Leaf leaf(unsigned number) {
  Leaf l{number, 0, 0, 0};
  asm volatile("cpuid" : "+a"(l.a), "=b"(l.b), "+c"(l.c), "=d"(l.d));
  return l;
}

// __builtin_cpu_supports knows whether the system saves the wide registers. It does not know "sha" and "vaes"
// in every compiler we build with, so these bits are read where the processor puts them: leaf 7, EBX bit 29
// and ECX bit 9.
Cpu look() {
  Cpu c;
  c.aes = __builtin_cpu_supports("aes") != 0;
  c.pclmul = __builtin_cpu_supports("pclmul") != 0;
  c.sse41 = __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("sse4.1");
  c.avx = __builtin_cpu_supports("avx") != 0;
  c.avx2 = __builtin_cpu_supports("avx2") != 0;
  c.avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  // "AuthenticAMD" and "HygonGenuine" begin so.
  c.amd = leaf(0).b == 0x6874'7541 || leaf(0).b == 0x6F67'7948;
  const bool has_leaf_7 = leaf(0).a >= 7;
  const Leaf seven = has_leaf_7 ? leaf(7) : Leaf{};
  c.sha = (seven.b >> 29U & 1U) != 0;
  c.vaes = c.avx2 && (seven.c >> 9U & 1U) != 0;
  return c;
}

#else

Cpu look() { return {}; }

#endif

std::atomic<Path> limit{Path::wide};

/// 0 until somebody prefers: then 1 for lanes, 2 for streams.
std::atomic<int> sha_preference{0};

Path at_most(Path p) { return std::min(p, limit.load(std::memory_order_relaxed)); }

}  // namespace

std::string_view to_string(Path p) {
  switch (p) {
    case Path::portable: return "portable";
    case Path::hardware: return "hardware";
    case Path::wide: return "wide";
  }
  return "?";
}

const Cpu& cpu() {
  static const Cpu found = look();
  return found;
}

void limit_path(Path most) { limit.store(most, std::memory_order_relaxed); }

Path aes_path() { return at_most(cpu().aes && cpu().sse41 ? Path::hardware : Path::portable); }

Path sha_path() { return at_most(cpu().sha && cpu().sse41 ? Path::hardware : Path::portable); }

bool sha_streams() {
  const int preferred = sha_preference.load(std::memory_order_relaxed);
  return sha_path() == Path::hardware && (preferred == 0 ? cpu().amd : preferred == 2);
}
void prefer_sha_streams(bool streams) { sha_preference.store(streams ? 2 : 1, std::memory_order_relaxed); }

Path stream_path() {
  return at_most(cpu().aes && cpu().sse41 && cpu().pclmul ? Path::hardware : Path::portable);
}

Path batch_path() {
  const Cpu& c = cpu();
  if (!c.aes || !c.sse41 || !c.pclmul) return Path::portable;
  return at_most(c.avx512 && c.vaes ? Path::wide : Path::hardware);
}

}  // namespace baton::crypto
