#include "context/algorithms.h"

#include "crypto/eea1.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia2.h"
#include "crypto/eia3.h"

namespace baton::context {

bool is_built(Eea a) { return a <= Eea::eea3; }
bool is_built(Eia a) { return a <= Eia::eia3; }

Expected<Ok, NotBuilt> cipher(Eea a, std::span<const Byte, 16> key, CipherInput in, MutableBytes data) {
  const std::size_t bits = 8 * data.size();
  switch (a) {
    case Eea::eea0: return Ok{};
    case Eea::eea1: crypto::eea1(key, in.count, in.bearer, in.direction, bits, data); return Ok{};
    case Eea::eea2: crypto::eea2(key, in.count, in.bearer, in.direction, bits, data); return Ok{};
    case Eea::eea3: crypto::eea3(key, in.count, in.bearer, in.direction, bits, data); return Ok{};
  }
  return Fail{NotBuilt{}};
}

Expected<crypto::MacI, NotBuilt> integrity(Eia a, std::span<const Byte, 16> key, CipherInput in, Bytes data) {
  const std::size_t bits = 8 * data.size();
  switch (a) {
    case Eia::eia0: return crypto::MacI{};
    case Eia::eia1: return crypto::eia1(key, in.count, in.bearer, in.direction, bits, data);
    case Eia::eia2: return crypto::eia2(key, in.count, in.bearer, in.direction, bits, data);
    case Eia::eia3: return crypto::eia3(key, in.count, in.bearer, in.direction, bits, data);
  }
  return Fail{NotBuilt{}};
}

}  // namespace baton::context
