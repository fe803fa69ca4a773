// path.h: which of the implementations computes: wide vectors, the processor's own instructions, or portable
// code.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace baton::crypto {

/// Path chooses an implementation. `portable` is always there, has no table indexed by a secret and no branch
/// on one; `hardware` uses AES-NI, PCLMUL and the SHA extensions; `wide` adds VAES and AVX-512 and pays for
/// many jobs at once only: a function that does one thing takes it for `hardware`. All give the same octets.
/// Callers leave the default; tests name each.
enum class Path : Byte { portable, hardware, wide };
std::string_view to_string(Path p);  ///< "portable", "hardware", "wide"

/// The fastest path this processor offers for AES, found out once, and no faster than limit_path() allows:
/// portable or hardware.
Path aes_path();
/// The same for SHA-256.
Path sha_path();
/// The same for one stream of SNOW 3G or ZUC.
Path stream_path();
/// The fastest path for many jobs at once.
Path batch_path();

/// limit_path keeps the whole process from faster paths than `most`; for people who compare, and for tests.
/// Call it before other threads compute. A path that a caller names is not touched.
void limit_path(Path most);

/// Whether, on the wide path, SHA-256 of many short messages goes through the SHA extensions, four at a time,
/// or through vectors of sixteen lanes. Which is faster is the make's: a block takes 15 ns against 19 on an
/// AMD Zen 4, 23 against 13 on an Intel Xeon.
bool sha_streams();
/// For people who compare, and for tests; without effect where there are no SHA extensions.
void prefer_sha_streams(bool streams);

/// Cpu is what of this processor crypto looks at.
struct Cpu {
  bool aes = false;     ///< AES-NI
  bool pclmul = false;  ///< carry-less multiplication
  bool sse41 = false;   ///< SSSE3 and SSE4.1
  bool avx = false;     ///< upper halves exist: SHA-NI minds them
  bool sha = false;     ///< SHA extensions
  bool avx2 = false;
  bool avx512 = false;  ///< F, BW, DQ and VL, and a system that saves the registers
  bool vaes = false;    ///< AES on whole vectors
  bool amd = false;     ///< made by AMD or to its design
};
const Cpu& cpu();

}  // namespace baton::crypto
