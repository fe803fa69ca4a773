#include "crypto/eia2.h"

#include <algorithm>
#include <cassert>

#include "crypto/aes_paths.h"
#include "crypto/cmac.h"
#include "crypto/eea2.h"
#include "crypto/words.h"

namespace baton::crypto {

MacI eia2(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, Bytes data, Path path) {
  assert(bearer <= bearer_max && bits <= 8 * data.size());
  MacI out{};
#if defined(__x86_64__)
  if (path != Path::portable) {
    hardware_eia2(key.data(), packet_head(count, bearer, direction), data.data(), bits, out.data());
    return out;
  }
#endif
  const Aes128 aes(key, path);
  std::array<Byte, 8> head{};
  for (std::size_t i = 0; i < 4; ++i) head[i] = static_cast<Byte>(count >> (24 - 8 * i));
  head[4] = static_cast<Byte>(bearer << 3U | static_cast<unsigned>(direction) << 2U);
  const Block mac = cmac(aes, head, data, 8 * head.size() + bits);
  std::copy_n(mac.begin(), out.size(), out.begin());
  return out;
}

}  // namespace baton::crypto
