#include "keys/auc.h"

#include <algorithm>

#include "crypto/eps_vector.h"
#include "crypto/milenage.h"

namespace baton {

namespace {

Amf for_eps(Amf amf) {
  amf.bytes[0] = static_cast<Byte>(amf.bytes[0] | 0x80U);
  return amf;
}

crypto::EpsVectorJob job_of(const K& k, const Opc& opc, Amf amf, Sqn sqn, const Rand& rand,
                            const PlmnId& serving_network) {
  return {k.expose(), opc.expose(), rand.bytes, sqn.value(), for_eps(amf).bytes, serving_network.wire()};
}

}  // namespace

NewEpsVector make_eps_vector(const K& k, const Opc& opc, Amf amf, Sqn sqn, const Rand& rand,
                             const PlmnId& serving_network) {
  const crypto::EpsVectorJob job = job_of(k, opc, amf, sqn, rand, serving_network);
  crypto::EpsVectorOutputs made;
  crypto::eps_vectors(std::span(&job, 1), std::span(&made, 1), crypto::aes_path());
  return {rand, Autn{made.autn}, made.res, made.kasme, made.ck, made.ik};
}

void make_eps_vectors(std::span<const EpsVectorInputs> inputs, std::vector<NewEpsVector>& out,
                      crypto::Path path) {
  constexpr std::size_t at_once = 16;
  out.reserve(out.size() + inputs.size());
  std::array<crypto::EpsVectorOutputs, at_once> made;
  std::vector<crypto::EpsVectorJob> jobs;
  jobs.reserve(at_once);
  for (std::size_t first = 0; first < inputs.size(); first += at_once) {
    const auto some = inputs.subspan(first, std::min(at_once, inputs.size() - first));
    jobs.clear();
    for (const EpsVectorInputs& in : some)
      jobs.push_back(job_of(in.k, in.opc, in.amf, in.sqn, in.rand, in.serving_network));
    crypto::eps_vectors(jobs, std::span(made).first(some.size()), path);
    for (std::size_t i = 0; i < some.size(); ++i)
      out.emplace_back(some[i].rand, Autn{made[i].autn}, made[i].res, made[i].kasme, made[i].ck, made[i].ik);
  }
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
