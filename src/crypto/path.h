// path.h: which of two implementations computes: the processor's own instructions or portable code.
#pragma once

#include "base/bytes.h"

namespace baton::crypto {

/// Path chooses an implementation. `portable` is always there, has no table indexed by a secret and no
/// branch on one; `hardware` uses AES-NI or the SHA extensions. Both give the same octets. Callers leave
/// the default; tests name both.
enum class Path : Byte { portable, hardware };

/// The fastest path this processor offers for AES, found out once.
Path aes_path();
/// The same for SHA-256.
Path sha_path();

}  // namespace baton::crypto
