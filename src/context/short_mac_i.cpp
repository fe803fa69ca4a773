#include "context/short_mac_i.h"

#include <array>

namespace baton::context {

Expected<std::uint16_t, NotBuilt> short_mac_i(Eia algorithm, const KrrcInt& key, const Ecgi& cell, Pci pci,
                                              std::uint16_t c_rnti) {
  //= TS 36.331, 7.1
  // 28 bits of cell identity, 9 of physical cell identity, 16 of C-RNTI; three zeros fill the last octet.
  constexpr unsigned bits = 28 + 9 + 16;
  constexpr unsigned fill = 3;
  const std::uint64_t input =
      ((std::uint64_t{cell.cell & Ecgi::max} << 9U | (pci.value & 0x1FFU)) << 16U | c_rnti) << fill;
  std::array<Byte, (bits + fill) / 8> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i)
    octets[i] = static_cast<Byte>(input >> (8 * (octets.size() - 1 - i)));
  // COUNT, BEARER and DIRECTION are all ones.
  const auto mac =
      integrity(algorithm, key.expose(), {0xFFFF'FFFF, 0x1F, crypto::Direction::downlink}, octets);
  if (!mac) return Fail{mac.why()};
  return static_cast<std::uint16_t>((*mac)[2] << 8U | (*mac)[3]);
}

}  // namespace baton::context
