#include "keys/auc.h"

#include <algorithm>

#include "crypto/batch.h"
#include "crypto/milenage.h"
#include "keys/kdf_string.h"

namespace baton {

namespace {

/// What is known of a vector before KASME: AUTN, and the inputs of KASME's derivation.
struct Prepared {
  Autn autn;
  std::array<Byte, 32> ck_ik;
  std::array<Byte, 14> s;
  std::array<Byte, 32> kasme;
};

/// S of KASME's derivation.
//= TS 33.401, A.2
std::array<Byte, 14> kasme_input(const PlmnId& serving_network, const SqnXorAk& sqn_xor_ak) {
  // Written out, as it is public and KdfString is for keys, too: FC, SN id, 3, SQN xor AK, 6.
  const auto plmn = serving_network.wire();
  const auto& q = sqn_xor_ak.bytes;
  return {static_cast<Byte>(Fc::kasme),
          plmn[0],
          plmn[1],
          plmn[2],
          0,
          3,
          q[0],
          q[1],
          q[2],
          q[3],
          q[4],
          q[5],
          0,
          6};
}

void prepare(Amf amf, const std::array<Byte, 6>& sqn, const PlmnId& serving_network,
             const crypto::MilenageOutputs& made, Prepared& out) {
  SqnXorAk sqn_xor_ak;
  for (std::size_t i = 0; i < 6; ++i) sqn_xor_ak.bytes[i] = static_cast<Byte>(sqn[i] ^ made.f5()[i]);
  auto at = std::copy(sqn_xor_ak.bytes.begin(), sqn_xor_ak.bytes.end(), out.autn.bytes.begin());
  at = std::copy(amf.bytes.begin(), amf.bytes.end(), at);
  std::copy(made.f1().begin(), made.f1().end(), at);
  std::copy(made.f3().begin(), made.f3().end(), out.ck_ik.begin());
  std::copy(made.f4().begin(), made.f4().end(), out.ck_ik.begin() + 16);
  out.s = kasme_input(serving_network, sqn_xor_ak);
}

Amf for_eps(Amf amf) {
  amf.bytes[0] = static_cast<Byte>(amf.bytes[0] | 0x80U);
  return amf;
}

}  // namespace

NewEpsVector make_eps_vector(const K& k, const Opc& opc, Amf amf, Sqn sqn, const Rand& rand,
                             const PlmnId& serving_network) {
  amf = for_eps(amf);
  const auto sqn_octets = sqn.octets();
  const crypto::MilenageJob job{k.expose(), opc.expose(), rand.bytes, sqn_octets, amf.bytes};
  crypto::MilenageOutputs made;
  crypto::milenage_batch(std::span(&job, 1), std::span(&made, 1), crypto::aes_path());
  Prepared p;
  prepare(amf, sqn_octets, serving_network, made, p);
  const crypto::KdfJob kasme{p.ck_ik, p.s, p.kasme};
  crypto::kdf_batch(std::span(&kasme, 1), crypto::sha_path());
  NewEpsVector out(rand, p.autn, made.f2(), p.kasme, made.f3(), made.f4());
  secure_wipe(&p, sizeof(p));
  return out;
}

void make_eps_vectors(std::span<const EpsVectorInputs> inputs, std::vector<NewEpsVector>& out,
                      crypto::Path path) {
  constexpr std::size_t at_once = 16;
  out.reserve(out.size() + inputs.size());
  std::array<crypto::MilenageOutputs, at_once> made;
  std::array<Prepared, at_once> prepared;
  std::array<Amf, at_once> amf;
  std::array<std::array<Byte, 6>, at_once> sqn;
  std::vector<crypto::MilenageJob> milenage;
  std::vector<crypto::KdfJob> kasme;
  milenage.reserve(at_once);
  kasme.reserve(at_once);
  for (std::size_t first = 0; first < inputs.size(); first += at_once) {
    const auto some = inputs.subspan(first, std::min(at_once, inputs.size() - first));
    milenage.clear();
    kasme.clear();
    for (std::size_t i = 0; i < some.size(); ++i) {
      const EpsVectorInputs& in = some[i];
      amf[i] = for_eps(in.amf);
      sqn[i] = in.sqn.octets();
      milenage.push_back({in.k.expose(), in.opc.expose(), in.rand.bytes, sqn[i], amf[i].bytes});
    }
    crypto::milenage_batch(milenage, std::span(made).first(some.size()), path);
    for (std::size_t i = 0; i < some.size(); ++i) {
      prepare(amf[i], sqn[i], some[i].serving_network, made[i], prepared[i]);
      kasme.push_back({prepared[i].ck_ik, prepared[i].s, prepared[i].kasme});
    }
    crypto::kdf_batch(kasme, path);
    for (std::size_t i = 0; i < some.size(); ++i)
      out.emplace_back(some[i].rand, prepared[i].autn, made[i].f2(), prepared[i].kasme, made[i].f3(),
                       made[i].f4());
  }
  secure_wipe(prepared.data(), sizeof(prepared));
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
