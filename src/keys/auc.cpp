#include "keys/auc.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "crypto/eps_vector.h"
#include "crypto/milenage.h"
#include "crypto/test_algorithm.h"
#include "crypto/tuak.h"
#include "keys/derive_eps.h"

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

namespace {

/// What f1 to f5 gave for a new vector, before it is one for EPS or for UMTS. Wiped when it dies.
struct Answers {
  std::array<Byte, 8> mac{};
  Xres res;
  Ck ck;
  Ik ik;
  crypto::Tuak::Ak ak;
};

crypto::Tuak tuak_of(const TuakSecret& s) {
  auto made = crypto::Tuak::make(
      s.k.expose(), s.topc.expose(),
      {.mac = 8, .res = s.res_octets, .ck = Ck::size, .ik = Ik::size, .iterations = s.iterations});
  assert(made);  // sound() was asked before the secret was taken
  return std::move(*made);
}

Answers answers_of(const MilenageSecret& s, const Rand& rand, std::span<const Byte, 6> sqn,
                   std::span<const Byte, 2> amf) {
  const crypto::Milenage milenage(s.k.expose(), s.opc.expose(), rand.bytes);
  const auto v = milenage.vector(sqn, amf);
  return {v.macs.f1, Xres(v.res.expose()), Ck(v.ck.expose()), Ik(v.ik.expose()),
          crypto::Tuak::Ak(v.ak.expose())};
}
Answers answers_of(const TuakSecret& s, const Rand& rand, std::span<const Byte, 6> sqn,
                   std::span<const Byte, 2> amf) {
  auto v = tuak_of(s).vector(rand.bytes, sqn, amf);
  std::array<Byte, 8> mac{};
  std::copy(v.mac.expose().begin(), v.mac.expose().end(), mac.begin());
  return {mac, Xres(v.answer.res.expose()), Ck(v.answer.ck.expose().first<Ck::size>()),
          Ik(v.answer.ik.expose().first<Ik::size>()), std::move(v.answer.ak)};
}
Answers answers_of(const TestSecret& s, const Rand& rand, std::span<const Byte, 6> sqn,
                   std::span<const Byte, 2> amf) {
  const crypto::TestAlgorithm f(s.k.expose(), rand.bytes);
  return {f.f1(sqn, amf), Xres(f.f2().expose()), Ck(f.f3().expose()), Ik(f.f4().expose()),
          crypto::Tuak::Ak(f.f5().expose())};
}

/// AUTN with AK and AMF in their places.
//= TS 33.102, 6.3.2
Autn autn_of(const Answers& a, std::span<const Byte, 6> sqn, const Amf& amf) {
  Autn autn;
  for (std::size_t i = 0; i < sqn.size(); ++i) autn.bytes[i] = static_cast<Byte>(sqn[i] ^ a.ak.expose()[i]);
  std::copy(amf.bytes.begin(), amf.bytes.end(), autn.bytes.begin() + 6);
  std::copy(a.mac.begin(), a.mac.end(), autn.bytes.begin() + 8);
  return autn;
}

Amf for_umts(Amf amf) {
  amf.bytes[0] = static_cast<Byte>(amf.bytes[0] & 0x7FU);
  return amf;
}

}  // namespace

NewEpsVector make_eps_vector(const AkaSecret& secret, Amf amf, Sqn sqn, const Rand& rand,
                             const PlmnId& serving_network) {
  if (const auto* m = std::get_if<MilenageSecret>(&secret))
    return make_eps_vector(m->k, m->opc, amf, sqn, rand, serving_network);
  //= TS 33.401, 6.1.1
  amf = for_eps(amf);
  const auto octets = sqn.octets();
  const Answers a = std::visit([&](const auto& s) { return answers_of(s, rand, octets, amf.bytes); }, secret);
  const Autn autn = autn_of(a, octets, amf);
  const Kasme kasme = derive_kasme(a.ck, a.ik, serving_network, SqnXorAk::from(Bytes(autn.bytes).first(6)));
  return {rand, autn, a.res.expose(), kasme.expose(), a.ck.expose(), a.ik.expose()};
}

Quintet make_quintet(const AkaSecret& secret, Amf amf, Sqn sqn, const Rand& rand) {
  //= TS 33.401, 6.1.1
  amf = for_umts(amf);
  const auto octets = sqn.octets();
  Answers a = std::visit([&](const auto& s) { return answers_of(s, rand, octets, amf.bytes); }, secret);
  const Autn autn = autn_of(a, octets, amf);
  return {rand, autn, std::move(a.res), std::move(a.ck), std::move(a.ik)};
}

std::optional<Sqn> verify_auts(const AkaSecret& secret, const Rand& rand, const Auts& auts) {
  if (const auto* m = std::get_if<MilenageSecret>(&secret)) return verify_auts(m->k, m->opc, rand, auts);
  //= TS 33.102, 6.3.3
  constexpr std::array<Byte, 2> amf_star{};
  std::array<Byte, 6> sqn{};
  const auto unmask = [&](Bytes ak_star) {
    for (std::size_t i = 0; i < sqn.size(); ++i) sqn[i] = static_cast<Byte>(auts.bytes[i] ^ ak_star[i]);
  };
  const auto mac_s = std::span<const Byte, 14>(auts.bytes).last<8>();
  if (const auto* t = std::get_if<TuakSecret>(&secret)) {
    const crypto::Tuak tuak = tuak_of(*t);
    unmask(tuak.f5_star(rand.bytes).expose());
    if (!constant_time_equal(tuak.f1_star(rand.bytes, sqn, amf_star).expose(), mac_s)) return std::nullopt;
  } else if (const auto* x = std::get_if<TestSecret>(&secret)) {
    const crypto::TestAlgorithm f(x->k.expose(), rand.bytes);
    unmask(f.f5().expose());
    if (!constant_time_equal(f.f1(sqn, amf_star), mac_s)) return std::nullopt;
  }
  return Sqn::from_octets(sqn);
}

Opc derive_opc(const K& k, const Op& op) {
  return Opc(crypto::milenage_opc(k.expose(), op.expose()).expose());
}

}  // namespace baton
