#include "keys/usim.h"

#include <algorithm>

#include "crypto/milenage.h"

namespace baton {
namespace {

/// f1* takes zeros for AMF, so that a card need not remember which AMF it answers.
//= TS 33.102, 6.3.3
constexpr std::array<Byte, 2> amf_star{};

Auts make_auts(const crypto::Milenage& milenage, Sqn sqn_ms) {
  const auto sqn = sqn_ms.octets();
  const auto ak_star = milenage.f5_star();
  const auto macs = milenage.f1(sqn, amf_star);
  Auts auts;
  for (std::size_t i = 0; i < 6; ++i) auts.bytes[i] = static_cast<Byte>(sqn[i] ^ ak_star.expose()[i]);
  std::copy(macs.f1_star.begin(), macs.f1_star.end(), auts.bytes.begin() + 6);
  return auts;
}

}  // namespace

UsimAnswer Usim::authenticate(const Rand& rand, const Autn& autn) {
  const crypto::Milenage milenage(k_.expose(), opc_.expose(), rand.bytes);
  const std::span<const Byte, 16> in(autn.bytes);
  const auto sqn_xor_ak = in.first<6>();
  const auto amf = in.subspan<6, 2>();
  const auto mac = in.last<8>();

  const auto res_and_ak = milenage.f2_f5();
  std::array<Byte, 6> sqn{};
  for (std::size_t i = 0; i < 6; ++i) sqn[i] = static_cast<Byte>(sqn_xor_ak[i] ^ res_and_ak.ak.expose()[i]);

  if (!constant_time_equal(milenage.f1(sqn, amf).f1, mac)) return MacFailure{};
  if (!sqn_.accept(Sqn::from_octets(sqn))) return SyncFailure{make_auts(milenage, sqn_.highest())};
  return UsimSuccess{Xres(res_and_ak.res.expose()), Ck(milenage.f3().expose()), Ik(milenage.f4().expose()),
                     SqnXorAk::from(sqn_xor_ak), Amf::from(amf)};
}

}  // namespace baton
