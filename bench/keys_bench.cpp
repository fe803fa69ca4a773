// How fast keys are made and messages protected. Each row's label is a digest of what it computed for fixed
// inputs, so that a faster row with another result is seen. Rows with /portable name the path without AES-NI
// and SHA extensions.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <string>

#include "context/eps_security.h"
#include "context/pdcp.h"
#include "crypto/ctr_drbg.h"
#include "crypto/eea2.h"
#include "crypto/eia2.h"
#include "crypto/hmac_sha256.h"
#include "crypto/milenage.h"
#include "keys/auc.h"
#include "keys/derive_eps.h"

namespace {

using namespace baton;
using context::EpsSecurityContext;
using context::NasSecurityHeader;
using context::Side;
using crypto::Path;

/// FNV-1a: a digest to compare runs by, not to protect anything.
class Digest {
 public:
  void add(Bytes octets) {
    for (const Byte b : octets) h_ = (h_ ^ b) * 0x100000001B3ULL;
  }
  std::string text() const {
    char out[24];
    std::snprintf(out, sizeof out, "digest %016llx", static_cast<unsigned long long>(h_));
    return out;
  }

 private:
  std::uint64_t h_ = 0xCBF29CE484222325ULL;
};

const std::array<Byte, 16> k_octets{0x46, 0x5B, 0x5C, 0xE8, 0xB1, 0x99, 0xB4, 0x9F,
                                    0xAA, 0x5F, 0x0A, 0x2E, 0xE2, 0x38, 0xA6, 0xBC};
const std::array<Byte, 16> opc_octets{0xCD, 0x63, 0xCB, 0x71, 0x95, 0x4A, 0x9F, 0x4E,
                                      0x48, 0xA5, 0x99, 0x4E, 0x37, 0xA0, 0x2B, 0xAF};
const Amf amf{{0x80, 0x00}};
Kasme kasme() { return Kasme(std::array<Byte, 32>{0x5A, 1, 2, 3}); }

void vector_into(Digest& digest, const NewEpsVector& v) {
  digest.add(v.vector.autn.bytes);
  digest.add(v.vector.xres.expose());
  digest.add(v.vector.kasme.expose());
}

/// What an HSS does for one vector: MILENAGE f1 to f5 and KASME. RAND is given.
void eps_vector(benchmark::State& state) {
  const K k(k_octets);
  const Opc opc(opc_octets);
  Rand rand{};
  std::uint64_t seq = 1;
  for (auto _ : state) {
    rand.bytes[0] = static_cast<Byte>(seq);
    const auto v = make_eps_vector(k, opc, amf, *Sqn::of(seq++, 0), rand, PlmnId::test_value());
    benchmark::DoNotOptimize(&v);
    benchmark::ClobberMemory();
  }
  Digest digest;
  for (std::uint64_t s = 1; s <= 1000; ++s)
    vector_into(digest, make_eps_vector(k, opc, amf, *Sqn::of(s, 0), Rand{}, PlmnId::test_value()));
  state.SetLabel(digest.text());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(eps_vector);

/// The same with a fresh RAND from the generator.
void eps_vector_with_rand(benchmark::State& state) {
  const K k(k_octets);
  const Opc opc(opc_octets);
  std::uint64_t seq = 1;
  crypto::CtrDrbg random = crypto::CtrDrbg::from_number(1);
  for (auto _ : state) {
    Rand rand;
    random.fill(rand.bytes);
    const auto v = make_eps_vector(k, opc, amf, *Sqn::of(seq++, 0), rand, PlmnId::test_value());
    benchmark::DoNotOptimize(&v);
    benchmark::ClobberMemory();
  }
  Digest digest;
  crypto::CtrDrbg again = crypto::CtrDrbg::from_number(1);
  for (std::uint64_t s = 1; s <= 1000; ++s) {
    Rand rand;
    again.fill(rand.bytes);
    vector_into(digest, make_eps_vector(k, opc, amf, *Sqn::of(s, 0), rand, PlmnId::test_value()));
  }
  state.SetLabel(digest.text());
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(eps_vector_with_rand);

/// One derivation with a key used once: KeNB.
void kenb(benchmark::State& state) {
  const Kasme key = kasme();
  std::uint32_t n = 0;
  for (auto _ : state) {
    const Kenb made = derive_kenb(key, UplinkNasCount{*NasCount::from(n++ & NasCount::max)});
    benchmark::DoNotOptimize(&made);
    benchmark::ClobberMemory();
  }
  Digest digest;
  for (std::uint32_t i = 0; i < 1000; ++i)
    digest.add(derive_kenb(key, UplinkNasCount{*NasCount::from(i)}).expose());
  state.SetLabel(digest.text());
}
BENCHMARK(kenb);

EpsSecurityContext active(Side side) {
  EpsSecurityContext c(side, kasme(), wire::nas::Ksi::native(1));
  if (!c.activate({Eea::eea2, Eia::eia2})) std::abort();
  return c;
}

/// EEA2 and EIA2 over a message of so many octets, the way NAS sends them.
void nas_protect(benchmark::State& state) {
  const ByteVector plain(static_cast<std::size_t>(state.range(0)), 0x07);
  EpsSecurityContext ue = active(Side::ue);
  for (auto _ : state) {
    if (ue.sending().left() < 2) ue.set_counts(NasCounter(), NasCounter());
    auto pdu = ue.protect(NasSecurityHeader::ciphered, plain);
    benchmark::DoNotOptimize(&pdu);
    benchmark::ClobberMemory();
  }
  Digest digest;
  EpsSecurityContext again = active(Side::ue);
  for (int i = 0; i < 1000; ++i) digest.add(*again.protect(NasSecurityHeader::ciphered, plain));
  state.SetLabel(digest.text());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(nas_protect)->Arg(50)->Arg(200)->Arg(1400);

void nas_unprotect(benchmark::State& state) {
  const ByteVector plain(static_cast<std::size_t>(state.range(0)), 0x07);
  EpsSecurityContext ue = active(Side::ue);
  EpsSecurityContext mme = active(Side::network);
  const ByteVector pdu = *ue.protect(NasSecurityHeader::ciphered, plain);
  for (auto _ : state) {
    mme.set_counts(NasCounter(), NasCounter());
    auto got = mme.unprotect(pdu);
    if (!got) return state.SkipWithError("refused");
    benchmark::DoNotOptimize(&got);
    benchmark::ClobberMemory();
  }
  mme.set_counts(NasCounter(), NasCounter());
  Digest digest;
  digest.add(*mme.unprotect(pdu));
  state.SetLabel(digest.text());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(nas_unprotect)->Arg(50)->Arg(200)->Arg(1400);

void srb_protect(benchmark::State& state) {
  const ByteVector rrc(static_cast<std::size_t>(state.range(0)), 0x11);
  const auto make = [] {
    context::SignallingBearer b(Side::ue, 1);
    if (!b.start_integrity(Eia::eia2, KrrcInt(k_octets)) ||
        !b.start_ciphering(Eea::eea2, KrrcEnc(opc_octets)))
      std::abort();
    return b;
  };
  auto bearer = make();
  for (auto _ : state) {
    auto pdu = bearer.protect(rrc);
    if (!pdu) return state.SkipWithError("refused");
    benchmark::DoNotOptimize(&pdu);
    benchmark::ClobberMemory();
  }
  auto again = make();
  Digest digest;
  for (int i = 0; i < 1000; ++i) digest.add(*again.protect(rrc));
  state.SetLabel(digest.text());
}
BENCHMARK(srb_protect)->Arg(100);

void sha256_hmac(benchmark::State& state, Path path) {
  const ByteVector key(32, 0x0B);
  ByteVector message(30, 0x11);
  for (auto _ : state) {
    const auto code = crypto::hmac_sha256(key, message, path);
    message[0] = code[0];
    benchmark::DoNotOptimize(message.data());
  }
  Digest digest;
  digest.add(crypto::hmac_sha256(key, ByteVector(30, 0x11), path));
  state.SetLabel(digest.text());
}
BENCHMARK_CAPTURE(sha256_hmac, best, crypto::sha_path());
BENCHMARK_CAPTURE(sha256_hmac, portable, Path::portable);

void eea2(benchmark::State& state, Path path) {
  ByteVector data(static_cast<std::size_t>(state.range(0)), 0x11);
  std::uint32_t count = 0;
  for (auto _ : state) {
    crypto::eea2(k_octets, count++, 0, crypto::Direction::uplink, 8 * data.size(), data, path);
    benchmark::DoNotOptimize(data.data());
  }
  Digest digest;
  ByteVector once(data.size(), 0x11);
  crypto::eea2(k_octets, 7, 0, crypto::Direction::uplink, 8 * once.size(), once, path);
  digest.add(once);
  state.SetLabel(digest.text());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK_CAPTURE(eea2, best, crypto::aes_path())->Arg(100)->Arg(1400);
BENCHMARK_CAPTURE(eea2, portable, Path::portable)->Arg(100)->Arg(1400);

void eia2(benchmark::State& state, Path path) {
  ByteVector data(static_cast<std::size_t>(state.range(0)), 0x11);
  std::uint32_t count = 0;
  for (auto _ : state) {
    const auto mac =
        crypto::eia2(k_octets, count++, 0, crypto::Direction::uplink, 8 * data.size(), data, path);
    data[0] = mac[0];
    benchmark::DoNotOptimize(data.data());
  }
  Digest digest;
  digest.add(crypto::eia2(k_octets, 7, 0, crypto::Direction::uplink, 8 * data.size(),
                          ByteVector(data.size(), 0x11), path));
  state.SetLabel(digest.text());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK_CAPTURE(eia2, best, crypto::aes_path())->Arg(100)->Arg(1400);
BENCHMARK_CAPTURE(eia2, portable, Path::portable)->Arg(100)->Arg(1400);

}  // namespace
