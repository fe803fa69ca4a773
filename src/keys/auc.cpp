#include "keys/auc.h"

#include <algorithm>

#include "crypto/milenage.h"
#include "keys/derive_eps.h"

namespace baton {

NewEpsVector make_eps_vector(const K& k, const Opc& opc, Amf amf, Sqn sqn, const Rand& rand,
                             const PlmnId& serving_network) {
  const crypto::Milenage milenage(k.expose(), opc.expose(), rand.bytes);
  amf.bytes[0] = static_cast<Byte>(amf.bytes[0] | 0x80U);
  const auto sqn_octets = sqn.octets();
  const auto made = milenage.vector(sqn_octets, amf.bytes);
  Ck ck(made.ck.expose());
  Ik ik(made.ik.expose());

  SqnXorAk sqn_xor_ak;
  for (std::size_t i = 0; i < 6; ++i)
    sqn_xor_ak.bytes[i] = static_cast<Byte>(sqn_octets[i] ^ made.ak.expose()[i]);
  Autn autn;
  auto at = std::copy(sqn_xor_ak.bytes.begin(), sqn_xor_ak.bytes.end(), autn.bytes.begin());
  at = std::copy(amf.bytes.begin(), amf.bytes.end(), at);
  std::copy(made.macs.f1.begin(), made.macs.f1.end(), at);

  Kasme kasme = derive_kasme(ck, ik, serving_network, sqn_xor_ak);
  return {{rand, autn, Xres(made.res.expose()), std::move(kasme)}, std::move(ck), std::move(ik)};
}

std::optional<Sqn> verify_auts(const K& k, const Opc& opc, const Rand& rand, const Auts& auts) {
  //= TS 33.102, 6.3.3
  // AMF is zero in MAC-S.
  constexpr std::array<Byte, 2> amf_star{};
  const crypto::Milenage milenage(k.expose(), opc.expose(), rand.bytes);
  const auto ak_star = milenage.f5_star();
  std::array<Byte, 6> sqn{};
  for (std::size_t i = 0; i < 6; ++i) sqn[i] = static_cast<Byte>(auts.bytes[i] ^ ak_star.expose()[i]);
  const auto mac_s = std::span<const Byte, 14>(auts.bytes).last<8>();
  if (!constant_time_equal(milenage.f1(sqn, amf_star).f1_star, mac_s)) return std::nullopt;
  return Sqn::from_octets(sqn);
}

Opc derive_opc(const K& k, const Op& op) {
  return Opc(crypto::milenage_opc(k.expose(), op.expose()).expose());
}

}  // namespace baton
