// baton_crypto_bench [--json]: how fast the algorithms are, each row beside a peer in the same run on one
// core.
//
// A row is the median of rounds of processor time; ours and the peer's rounds alternate, so that both see the
// same machine. Where the processor lacks what a row needs, or the peer is not built in, it says n/a.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crypto/batch.h"
#include "crypto/ctr_drbg.h"
#include "crypto/eea2.h"
#include "crypto/eia2.h"
#include "crypto/kasumi.h"
#include "crypto/kdf.h"
#include "crypto/tuak.h"
#include "keys/auc.h"

#if defined(BATON_WITH_OSMOCORE)
extern "C" {
#include <osmocom/crypt/auth.h>
}
#endif
#if defined(BATON_WITH_IPSEC_MB)
#include <intel-ipsec-mb.h>
#endif

namespace {

using namespace baton;
using crypto::CipherJob;
using crypto::Direction;
using crypto::MacI;
using crypto::MacJob;
using crypto::Path;

double seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// What is measured: a call that does `jobs` jobs.
struct Work {
  std::function<void()> call;
  std::size_t jobs = 1;
  explicit operator bool() const { return static_cast<bool>(call); }
};

constexpr int rounds = 15;
constexpr double round_seconds = 0.01;

/// Reading the clock of a thread is a system call and takes longer than most of what is measured: so many
/// calls stand between two readings that it does not show.
std::size_t calls_between_readings(const Work& w) {
  constexpr double enough = 0.0005;
  for (std::size_t calls = 1;; calls *= 2) {
    const double start = seconds();
    for (std::size_t i = 0; i < calls; ++i) w.call();
    if (seconds() - start >= enough) return calls;
  }
}

double one_round(const Work& w, std::size_t at_a_time) {
  std::size_t calls = 0;
  const double start = seconds();
  double now = start;
  do {
    for (std::size_t i = 0; i < at_a_time; ++i) w.call();
    calls += at_a_time;
    now = seconds();
  } while (now - start < round_seconds);
  return (now - start) / static_cast<double>(calls * w.jobs) * 1e9;
}

struct Measured {
  std::optional<double> ours, peer;
};
double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}
Measured measure(const Work& ours, const Work& peer) {
  std::vector<double> a;
  std::vector<double> b;
  const std::size_t our_calls = ours ? calls_between_readings(ours) : 0;
  const std::size_t peer_calls = peer ? calls_between_readings(peer) : 0;
  for (int i = 0; i < rounds; ++i) {
    if (ours) a.push_back(one_round(ours, our_calls));
    if (peer) b.push_back(one_round(peer, peer_calls));
  }
  Measured m;
  if (ours) m.ours = median(a);
  if (peer) m.peer = median(b);
  return m;
}

/// Targets of a row: at most so many ns, at least so many times the peer's speed.
struct Target {
  std::optional<double> ns, times;
};

class Report {
 public:
  explicit Report(bool json) : json_(json) {
    if (json_) {
      std::printf(
          "{\"batch_library\": \"%s\", \"paths\": {\"aes\": \"%s\", \"sha\": \"%s\", \"batch\": \"%s\"}, "
          "\"rows\": [",
          std::string(crypto::batch_library()).c_str(), text(crypto::aes_path()), text(crypto::sha_path()),
          text(crypto::batch_path()));
    } else {
      std::printf("paths: AES %s, SHA-256 %s, batch %s; batch library: %s\n\n", text(crypto::aes_path()),
                  text(crypto::sha_path()), text(crypto::batch_path()),
                  crypto::batch_library().empty() ? "none" : std::string(crypto::batch_library()).c_str());
      std::printf("%-46s %-9s %10s  %-26s %10s %8s  %s\n", "job", "path", "ns", "peer", "ns", "ratio",
                  "target");
    }
  }
  ~Report() {
    if (json_) std::printf("\n]}\n");
  }
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  void row(const char* job, const char* path, const Work& ours, const char* peer_name, const Work& peer,
           const Target& target) {
    const Measured m = measure(ours, peer);
    const std::optional<double> ratio =
        m.ours && m.peer ? std::optional<double>(*m.peer / *m.ours) : std::nullopt;
    std::string wanted;
    std::optional<bool> met;
    const auto judge = [&](bool holds) { met = met.value_or(true) && holds; };
    if (target.ns) {
      wanted += "<= " + number(*target.ns) + " ns ";
      if (m.ours) judge(*m.ours <= *target.ns);
    }
    if (target.times) {
      wanted += ">= " + number(*target.times) + "x ";
      if (ratio) judge(*ratio >= *target.times);
    }
    if (json_) {
      std::printf(
          "%s\n  {\"job\": \"%s\", \"path\": \"%s\", \"ns\": %s, \"peer\": \"%s\", \"peer_ns\": %s, "
          "\"ratio\": %s, "
          "\"target_ns\": %s, \"target_ratio\": %s, \"met\": %s}",
          first_ ? "" : ",", job, path, json(m.ours).c_str(), peer_name, json(m.peer).c_str(),
          json(ratio).c_str(), json(target.ns).c_str(), json(target.times).c_str(),
          met ? *met ? "true" : "false" : "null");
      first_ = false;
    } else {
      std::printf("%-46s %-9s %10s  %-26s %10s %8s  %s%s\n", job, path, shown(m.ours).c_str(), peer_name,
                  shown(m.peer).c_str(), ratio ? (number(*ratio) + "x").c_str() : "n/a", wanted.c_str(),
                  met ? *met ? "met" : "MISSED" : "");
      std::fflush(stdout);
    }
  }

 private:
  static const char* text(Path p) { return to_string(p).data(); }
  static std::string number(double v) {
    char b[32];
    std::snprintf(b, sizeof b, v < 10 ? "%.2f" : "%.1f", v);
    return b;
  }
  static std::string shown(const std::optional<double>& v) { return v ? number(*v) : "n/a"; }
  static std::string json(const std::optional<double>& v) { return v ? number(*v) : "null"; }
  bool json_;
  bool first_ = true;
};

template <class T>
void keep(const T& v) {
  asm volatile("" : : "g"(&v) : "memory");
}

// --- inputs
// ---------------------------------------------------------------------------------------------------

constexpr std::array<Byte, 16> k_octets{0x46, 0x5B, 0x5C, 0xE8, 0xB1, 0x99, 0xB4, 0x9F,
                                        0xAA, 0x5F, 0x0A, 0x2E, 0xE2, 0x38, 0xA6, 0xBC};
constexpr std::array<Byte, 16> opc_octets{0xCD, 0x63, 0xCB, 0x71, 0x95, 0x4A, 0x9F, 0x4E,
                                          0x48, 0xA5, 0x99, 0x4E, 0x37, 0xA0, 0x2B, 0xAF};
constexpr Amf amf{{0x80, 0x00}};

bool has(Path p) { return p <= crypto::batch_path(); }
Work if_has(Path p, Work w) { return has(p) ? std::move(w) : Work{}; }

/// Subscribers of their own, as an HSS has them.
struct Subscribers {
  std::vector<K> k;
  std::vector<Opc> opc;
  explicit Subscribers(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
      auto key = k_octets;
      key[0] = static_cast<Byte>(i);
      k.emplace_back(key);
      auto op = opc_octets;
      op[1] = static_cast<Byte>(i);
      opc.emplace_back(op);
    }
  }
};

struct Packets {
  static constexpr std::size_t count = 64;
  static constexpr std::size_t octets = 100;
  std::array<std::array<Byte, 16>, count> keys{};
  std::array<ByteVector, count> data;
  std::vector<CipherJob> ciphers;
  std::vector<MacJob> macs;
  std::array<MacI, count> codes{};
  Packets() {
    for (std::size_t i = 0; i < count; ++i) {
      keys[i][0] = static_cast<Byte>(i);
      data[i].assign(octets, static_cast<Byte>(i));
      const auto n = static_cast<std::uint32_t>(i);
      ciphers.push_back({keys[i], n, 3, Direction::uplink, 8 * octets, data[i]});
      macs.push_back({keys[i], n, 3, Direction::uplink, 8 * octets, data[i]});
    }
  }
  std::span<const CipherJob> some_ciphers(std::size_t n) const { return std::span(ciphers).first(n); }
  std::span<const MacJob> some_macs(std::size_t n) const { return std::span(macs).first(n); }
};

// --- peers
// ----------------------------------------------------------------------------------------------------

Work osmocore_vector() {
#if defined(BATON_WITH_OSMOCORE)
  static osmo_sub_auth_data aud{};
  aud.type = OSMO_AUTH_TYPE_UMTS;
  aud.algo = OSMO_AUTH_ALG_MILENAGE;
  std::memcpy(aud.u.umts.opc, opc_octets.data(), 16);
  std::memcpy(aud.u.umts.k, k_octets.data(), 16);
  aud.u.umts.amf[0] = 0x80;
  aud.u.umts.ind_bitlen = 5;
  return {[] {
    static Rand rand;
    osmo_auth_vector v;
    rand.bytes[0]++;
    osmo_auth_gen_vec(&v, &aud, rand.bytes.data());
    keep(v);
  }};
#else
  return {};
#endif
}

#if defined(BATON_WITH_IPSEC_MB)
/// The library alone, keys ready, on the same packets.
struct Library {
  static constexpr std::size_t under_way = 32;
  IMB_MGR* m = alloc_mb_mgr(0);
  Packets p;
  alignas(64) std::array<snow3g_key_schedule_t, under_way> snow{};
  alignas(64) std::array<std::array<Byte, 16>, under_way> iv{};
  alignas(64) std::array<std::array<Byte, 128>, under_way> out{};
  kasumi_key_sched_t kasumi{};
  Library() {
    init_mb_mgr_auto(m, nullptr);
    for (std::size_t i = 0; i < under_way; ++i) {
      IMB_SNOW3G_INIT_KEY_SCHED(m, p.keys[i].data(), &snow[i]);
      iv[i][0] = static_cast<Byte>(i);
    }
    IMB_KASUMI_INIT_F8_KEY_SCHED(m, p.keys[0].data(), &kasumi);
  }
  ~Library() { free_mb_mgr(m); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  template <class Fill>
  Work jobs(Fill fill) {
    return {[this, fill] {
              for (std::size_t i = 0; i < under_way; ++i) {
                IMB_JOB* j = IMB_GET_NEXT_JOB(m);
                j->src = p.data[i].data();
                j->dst = out[i].data();
                j->key_len_in_bytes = 16;
                j->iv = iv[i].data();
                j->iv_len_in_bytes = 16;
                j->cipher_direction = IMB_DIR_ENCRYPT;
                j->cipher_mode = IMB_CIPHER_NULL;
                j->hash_alg = IMB_AUTH_NULL;
                j->chain_order = IMB_ORDER_CIPHER_HASH;
                j->cipher_start_src_offset_in_bytes = 0;
                j->hash_start_src_offset_in_bytes = 0;
                j->auth_tag_output = out[i].data();
                j->auth_tag_output_len_in_bytes = 4;
                fill(*j, i);
                IMB_SUBMIT_JOB_NOCHECK(m);
              }
              while (IMB_FLUSH_JOB(m) != nullptr) {
              }
            },
            under_way};
  }
  Work eea1() {
    return jobs([this](IMB_JOB& j, std::size_t i) {
      j.cipher_mode = IMB_CIPHER_SNOW3G_UEA2_BITLEN;
      j.enc_keys = j.dec_keys = &snow[i];
      j.cipher_start_src_offset_in_bits = 0;
      j.msg_len_to_cipher_in_bits = 8 * Packets::octets;
    });
  }
  Work eia1() {
    return jobs([this](IMB_JOB& j, std::size_t i) {
      j.chain_order = IMB_ORDER_HASH_CIPHER;
      j.hash_alg = IMB_AUTH_SNOW3G_UIA2_BITLEN;
      j.msg_len_to_hash_in_bits = 8 * Packets::octets;
      j.u.SNOW3G_UIA2._key = &snow[i];
      j.u.SNOW3G_UIA2._iv = iv[i].data();
    });
  }
  Work eea3() {
    return jobs([this](IMB_JOB& j, std::size_t i) {
      j.cipher_mode = IMB_CIPHER_ZUC_EEA3;
      j.enc_keys = j.dec_keys = p.keys[i].data();
      j.msg_len_to_cipher_in_bytes = Packets::octets;
    });
  }
  Work eia3() {
    return jobs([this](IMB_JOB& j, std::size_t i) {
      j.chain_order = IMB_ORDER_HASH_CIPHER;
      j.hash_alg = IMB_AUTH_ZUC_EIA3_BITLEN;
      j.msg_len_to_hash_in_bits = 8 * Packets::octets;
      j.u.ZUC_EIA3._key = p.keys[i].data();
      j.u.ZUC_EIA3._iv = iv[i].data();
      j.u.ZUC_EIA3._iv23 = nullptr;
    });
  }
  Work eea3_buffers() {
    return {[this] {
              std::array<const void*, under_way> k{}, v{}, in{};
              std::array<void*, under_way> to{};
              std::array<std::uint32_t, under_way> n{};
              for (std::size_t i = 0; i < under_way; ++i) {
                k[i] = p.keys[i].data();
                v[i] = iv[i].data();
                in[i] = p.data[i].data();
                to[i] = out[i].data();
                n[i] = Packets::octets;
              }
              IMB_ZUC_EEA3_N_BUFFER(m, k.data(), v.data(), in.data(), to.data(), n.data(), under_way);
            },
            under_way};
  }
  Work eia3_buffers() {
    return {[this] {
              std::array<const void*, under_way> k{}, v{}, in{};
              std::array<std::uint32_t*, under_way> to{};
              std::array<std::uint32_t, under_way> n{};
              for (std::size_t i = 0; i < under_way; ++i) {
                k[i] = p.keys[i].data();
                v[i] = iv[i].data();
                in[i] = p.data[i].data();
                to[i] = reinterpret_cast<std::uint32_t*>(out[i].data());
                n[i] = 8 * Packets::octets;
              }
              IMB_ZUC_EIA3_N_BUFFER(m, k.data(), v.data(), in.data(), n.data(), to.data(), under_way);
            },
            under_way};
  }
  Work uea1() {
    return {[this] {
      asm volatile("vzeroupper" : : : "memory");
      IMB_KASUMI_F8_1_BUFFER(m, &kasumi, 7, p.data[0].data(), out[0].data(), Packets::octets);
    }};
  }
};
#endif

// --- ours
// -----------------------------------------------------------------------------------------------------

void vectors(Report& report) {
  constexpr std::size_t batch = 16;
  static const Subscribers subscribers(batch);
  static std::vector<NewEpsVector> out;
  const auto batched = [](Path path) {
    return Work{[path] {
                  static std::uint64_t seq = 1;
                  ++seq;
                  std::vector<EpsVectorInputs> in;
                  in.reserve(batch);
                  for (std::size_t i = 0; i < batch; ++i)
                    in.push_back({subscribers.k[i], subscribers.opc[i], amf, *Sqn::of(seq, 0), Rand{},
                                  PlmnId::test_value()});
                  out.clear();
                  make_eps_vectors(in, out, path);
                  keep(out[0]);
                },
                batch};
  };
  report.row("EPS vector, batch of 16", "wide", if_has(Path::wide, batched(Path::wide)), "libosmocore",
             osmocore_vector(), {80, 10});
  report.row("EPS vector, batch of 16", "hardware", if_has(Path::hardware, batched(Path::hardware)),
             "libosmocore", osmocore_vector(), {});
  const auto single = [] {
    return Work{[] {
      static std::uint64_t seq = 1;
      static crypto::CtrDrbg drbg = crypto::CtrDrbg::from_number(1);
      static crypto::BufferedEntropy random(drbg);
      Rand rand;
      random.fill(rand.bytes);
      const auto v = make_eps_vector(subscribers.k[0], subscribers.opc[0], amf, *Sqn::of(++seq, 0), rand,
                                     PlmnId::test_value());
      keep(v);
    }};
  };
  report.row("EPS vector, one call, RAND included", "hardware",
             crypto::sha_path() == Path::hardware ? single() : Work{}, "libosmocore, RAND given",
             osmocore_vector(), {160, 5});
  report.row("EPS vector, batch of 16", "portable", batched(Path::portable), "libosmocore", osmocore_vector(),
             {{}, 1.5});
  crypto::limit_path(Path::portable);
  report.row("EPS vector, one call, RAND included", "portable", single(), "libosmocore, RAND given",
             osmocore_vector(), {{}, 1.5});
  crypto::limit_path(Path::wide);

  static const std::array<Byte, 32> topc{1, 2, 3};
  static const auto tuak = *crypto::Tuak::make(k_octets, topc);
  report.row("TUAK EPS vector (f1 to f5, KASME)", "best", Work{[] {
               const std::array<Byte, 16> rand{};
               const std::array<Byte, 6> sqn{};
               const auto v = tuak.vector(rand, sqn, amf.bytes);
               const auto& answer = v.answer;
               std::array<Byte, 32> key;
               std::copy(answer.ck.expose().begin(), answer.ck.expose().end(), key.begin());
               std::copy(answer.ik.expose().begin(), answer.ik.expose().end(), key.begin() + 16);
               const std::array<Byte, 14> s{0x10};
               const auto kasme = crypto::kdf(key, s);
               keep(v);
               keep(kasme);
             }},
             "-", {}, {700, {}});
}

void derivations(Report& report) {
  static std::array<Byte, 32> key{1};
  static const std::array<Byte, 7> s{0x11};
  const auto single = [](Path path) {
    return Work{[path] {
      const auto out = crypto::kdf(key, s, path);
      key[0] = out.expose()[0];
    }};
  };
  report.row("KDF, fresh key, one call", "hardware",
             crypto::sha_path() == Path::hardware ? single(Path::hardware) : Work{}, "-", {}, {120, {}});
#if defined(__x86_64__)
  // The SHA extensions may wait for the upper half of a vector register that somebody left dirty: a hundred
  // times slower on some processors, nothing on others.
  const auto dirty = [] {
    asm volatile("vpcmpeqd %%ymm7, %%ymm7, %%ymm7" : : : "xmm7");
    const auto out = crypto::kdf(key, s, Path::hardware);
    key[0] = out.expose()[0];
  };
  const bool can_be_dirty = crypto::cpu().avx2 && crypto::sha_path() == Path::hardware;
  report.row("KDF, one call, upper halves of registers dirty", "hardware",
             can_be_dirty ? Work{dirty} : Work{}, "the same, clean",
             can_be_dirty ? single(Path::hardware) : Work{}, {{}, 0.8});
#endif
  report.row("KDF, fresh key, one call", "portable", single(Path::portable), "-", {}, {});
  constexpr std::size_t batch = 16;
  static std::array<std::array<Byte, 32>, batch> keys{};
  static std::array<std::array<Byte, 32>, batch> out{};
  const auto batched = [](Path path) {
    return Work{[path] {
                  std::vector<crypto::KdfJob> jobs;
                  jobs.reserve(batch);
                  for (std::size_t i = 0; i < batch; ++i) jobs.push_back({keys[i], s, out[i]});
                  crypto::kdf_batch(jobs, path);
                  keys[0][0] = out[1][0];
                },
                batch};
  };
  report.row("KDF, fresh keys, batch of 16", "wide", if_has(Path::wide, batched(Path::wide)), "-", {},
             {70, {}});
  report.row("KDF, fresh keys, batch of 16", "hardware", if_has(Path::hardware, batched(Path::hardware)), "-",
             {}, {});
  report.row("KDF, fresh keys, batch of 16", "portable", batched(Path::portable), "-", {}, {});
}

void packets(Report& report) {
  static Packets p;
  constexpr std::size_t batch = 32;
  const auto cipher = [](auto f, Path path) {
    return Work{[f, path] { f(p.some_ciphers(batch), path); }, batch};
  };
  const auto code = [](auto f, Path path) {
    return Work{[f, path] { f(p.some_macs(batch), std::span(p.codes).first(batch), path); }, batch};
  };
#if defined(BATON_WITH_IPSEC_MB)
  static Library library;
  const Work eea1 = library.eea1(), eia1 = library.eia1(), eea3 = library.eea3(), eia3 = library.eia3(),
             eea3_buffers = library.eea3_buffers(), eia3_buffers = library.eia3_buffers(),
             uea1 = library.uea1();
#else
  const Work eea1, eia1, eea3, eia3, eea3_buffers, eia3_buffers, uea1;
#endif
  const Path best = crypto::batch_path();
  const char* name = to_string(best).data();
  constexpr double near = 1 / 1.15;
  report.row("EEA1 100 octets, batch of 32 keys", name, cipher(crypto::eea1_batch, best), "libipsec-mb jobs",
             eea1, {{}, near});
  report.row("EIA1 100 octets, batch of 32 keys", name, code(crypto::eia1_batch, best), "libipsec-mb jobs",
             eia1, {{}, near});
  report.row("EEA3 100 octets, batch of 32 keys", name, cipher(crypto::eea3_batch, best), "libipsec-mb jobs",
             eea3, {{}, near});
  report.row("EEA3 100 octets, batch of 32 keys", name, cipher(crypto::eea3_batch, best),
             "libipsec-mb buffers", eea3_buffers, {{}, near});
  report.row("EIA3 100 octets, batch of 32 keys", name, code(crypto::eia3_batch, best), "libipsec-mb jobs",
             eia3, {{}, near});
  report.row("EIA3 100 octets, batch of 32 keys", name, code(crypto::eia3_batch, best), "libipsec-mb buffers",
             eia3_buffers, {{}, near});
  for (const Path path : {Path::portable}) {
    report.row("EEA1 100 octets, batch of 32 keys", "portable", cipher(crypto::eea1_batch, path),
               "libipsec-mb jobs", eea1, {});
    report.row("EIA1 100 octets, batch of 32 keys", "portable", code(crypto::eia1_batch, path),
               "libipsec-mb jobs", eia1, {});
    report.row("EEA3 100 octets, batch of 32 keys", "portable", cipher(crypto::eea3_batch, path),
               "libipsec-mb jobs", eea3, {});
    report.row("EIA3 100 octets, batch of 32 keys", "portable", code(crypto::eia3_batch, path),
               "libipsec-mb jobs", eia3, {});
  }
  const auto both = [](Path path) {
    return Work{[path] {
                  crypto::eea2_batch(p.some_ciphers(batch), path);
                  crypto::eia2_batch(p.some_macs(batch), std::span(p.codes).first(batch), path);
                },
                batch};
  };
  report.row("EEA2 and EIA2 100 octets, batch of 32 keys", "wide", if_has(Path::wide, both(Path::wide)), "-",
             {}, {55, {}});
  report.row("EEA2 and EIA2 100 octets, batch of 32 keys", "hardware",
             if_has(Path::hardware, both(Path::hardware)), "-", {}, {});
  report.row("EEA2 and EIA2 100 octets, batch of 32 keys", "portable", both(Path::portable), "-", {}, {});
  const auto single = [](Path path) {
    return Work{[path] {
      static std::uint32_t count = 0;
      crypto::eea2(p.keys[0], ++count, 0, Direction::uplink, 8 * Packets::octets, p.data[0], path);
      p.codes[0] = crypto::eia2(p.keys[1], count, 0, Direction::uplink, 8 * Packets::octets, p.data[0], path);
    }};
  };
  report.row("EEA2 and EIA2 100 octets, one call each", "hardware",
             if_has(Path::hardware, single(Path::hardware)), "-", {}, {150, {}});
  report.row("EEA2 and EIA2 100 octets, one call each", "portable", single(Path::portable), "-", {}, {});
  report.row("UEA1 (KASUMI) 100 octets, batch of 64 keys", "portable",
             Work{[] { crypto::uea1_batch(p.some_ciphers(64)); }, 64}, "libipsec-mb, one buffer", uea1,
             {2000, {}});
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc == 2 && std::strcmp(argv[1], "--json") == 0;
  if (argc > 2 || (argc == 2 && !json)) {
    std::fputs("usage: baton_crypto_bench [--json]\n", stderr);
    return 2;
  }
  Report report(json);
  vectors(report);
  derivations(report);
  packets(report);
  return 0;
}
