#include "keys/conversions.h"

#include <algorithm>

#include "crypto/kdf.h"
#include "crypto/milenage.h"

namespace baton {
namespace {

template <class Key, std::size_t N>
Key made(std::array<Byte, N>& octets) {
  Key key(std::span<const Byte, N>{octets});
  secure_wipe(octets.data(), octets.size());
  return key;
}

}  // namespace

Sres convert_c2(const Xres& xres) {
  std::array<Byte, 4> out{};
  const Bytes in = xres.expose();
  for (std::size_t i = 0; i < in.size(); ++i) out[i % 4] = static_cast<Byte>(out[i % 4] ^ in[i]);
  return made<Sres>(out);
}

Kc convert_c3(const Ck& ck, const Ik& ik) {
  std::array<Byte, 8> out;
  for (std::size_t i = 0; i < 8; ++i)
    out[i] = static_cast<Byte>(ck.expose()[i] ^ ck.expose()[i + 8] ^ ik.expose()[i] ^ ik.expose()[i + 8]);
  return made<Kc>(out);
}

Ck convert_c4(const Kc& kc) {
  std::array<Byte, 16> out;
  for (std::size_t i = 0; i < 16; ++i) out[i] = kc.expose()[i % 8];
  return made<Ck>(out);
}

Ik convert_c5(const Kc& kc) {
  const auto in = kc.expose();
  std::array<Byte, 16> out;
  for (std::size_t i = 0; i < 4; ++i) {
    out[i] = out[12 + i] = static_cast<Byte>(in[i] ^ in[4 + i]);
    out[4 + i] = in[i];
    out[8 + i] = in[4 + i];
  }
  return made<Ik>(out);
}

Kc128 derive_kc128(const Ck& ck, const Ik& ik) {
  constexpr std::array<Byte, 1> s{0x32};  // FC, and no parameter
  std::array<Byte, 32> key;
  std::copy(ck.expose().begin(), ck.expose().end(), key.begin());
  std::copy(ik.expose().begin(), ik.expose().end(), key.begin() + 16);
  const crypto::KdfOutput out = crypto::kdf(key, s);
  secure_wipe(key.data(), key.size());
  return Kc128(out.expose().first<16>());
}

GsmVector make_gsm_vector(const K& k, const Opc& opc, const Rand& rand, SresForm form) {
  const crypto::Milenage milenage(k.expose(), opc.expose(), rand.bytes);
  const auto answer = milenage.f2_f5();
  const Ck ck(milenage.f3().expose());
  const Ik ik(milenage.f4().expose());
  return {rand,
          form == SresForm::truncated ? Sres(answer.res.expose().first<4>())
                                      : convert_c2(Xres(answer.res.expose())),
          convert_c3(ck, ik)};
}

}  // namespace baton
