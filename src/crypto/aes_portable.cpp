// AES without tables and without branches on data: every octet of four blocks at once, bit by bit.
#include <algorithm>
#include <cstring>

#include "base/secret.h"
#include "crypto/aes_paths.h"
#include "crypto/sliced_aes.h"
#include "crypto/sliced_words.h"

namespace baton::crypto {

//= FIPS 197, 5.2
void portable_expand(std::span<const Byte, 16> key, AesSchedule& schedule) {
  std::array<std::uint32_t, 4> w{};
  for (std::size_t c = 0; c < 4; ++c) w[c] = sliced::column(key.data(), c);
  sliced::Octets<std::uint64_t> s{};
  std::uint32_t round_constant = 1;
  for (std::size_t round = 0; round <= aes_rounds; ++round) {
    if (round > 0) {
      std::array<std::uint32_t, 1> last{w[3] >> 8U | w[3] << 24U};
      sliced::on_words(last, [](sliced::Octets<std::uint64_t>& x) { sliced::aes(x); });
      w[0] ^= last[0] ^ round_constant;
      for (std::size_t c = 1; c < 4; ++c) w[c] ^= w[c - 1];
      round_constant = (round_constant << 1U & 0xFFU) ^ (round_constant >> 7U) * 0x1BU;
    }
    // Four times the same key: what stands for block 0 is copied to its neighbours.
    for (std::size_t j = 0; j < 8; ++j) s[j] = sliced::spread(w[j / 4]) | sliced::spread(w[j / 4 + 2]) << 8U;
    sliced::turn(s);
    std::copy(s.begin(), s.end(), schedule.begin() + static_cast<std::ptrdiff_t>(8 * round));
  }
  secure_wipe(w.data(), sizeof(w));
  secure_wipe(s.data(), sizeof(s));
}

void portable_encrypt(const AesSchedule& schedule, Bytes in, MutableBytes out) {
  std::array<Byte, 64> four{};
  std::copy(in.begin(), in.end(), four.begin());
  sliced::Octets<std::uint64_t> s;
  sliced::pack(four.data(), s);
  sliced::encrypt(s, schedule.data());
  sliced::unpack(s, four.data());
  std::copy_n(four.begin(), out.size(), out.begin());
  secure_wipe(s.data(), sizeof(s));
  secure_wipe(four.data(), four.size());
}

}  // namespace baton::crypto
