#include "context/algorithms.h"

#include "crypto/eea2.h"

namespace baton::context {

bool is_built(Eea a) { return a == Eea::eea0 || a == Eea::eea2; }
bool is_built(Eia a) { return a == Eia::eia0 || a == Eia::eia2; }

Expected<Ok, NotBuilt> cipher(Eea a, std::span<const Byte, 16> key, CipherInput in, MutableBytes data) {
  switch (a) {
    case Eea::eea0: return Ok{};
    case Eea::eea2: crypto::eea2(key, in.count, in.bearer, in.direction, 8 * data.size(), data); return Ok{};
    case Eea::eea1:
    case Eea::eea3: break;
  }
  return Fail{NotBuilt{}};
}

Expected<crypto::MacI, NotBuilt> integrity(Eia a, std::span<const Byte, 16> key, CipherInput in, Bytes data) {
  switch (a) {
    case Eia::eia0: return crypto::MacI{};
    case Eia::eia2: return crypto::eia2(key, in.count, in.bearer, in.direction, 8 * data.size(), data);
    case Eia::eia1:
    case Eia::eia3: break;
  }
  return Fail{NotBuilt{}};
}

}  // namespace baton::context
