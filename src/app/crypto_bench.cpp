#include "app/crypto_bench.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "crypto/batch.h"
#include "crypto/ctr_drbg.h"
#include "crypto/eea2.h"
#include "crypto/eia2.h"
#include "crypto/eps_vector.h"
#include "crypto/kasumi.h"
#include "crypto/kdf.h"
#include "crypto/tuak.h"
#include "keys/auc.h"

namespace baton::app {
namespace {

using crypto::CipherJob;
using crypto::Direction;
using crypto::MacI;
using crypto::MacJob;
using crypto::Path;

/// Processor time of this thread: what others do on the machine counts less.
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

/// Reading the clock of a thread is a system call and takes longer than most of what is measured: so many
/// calls stand between two readings that it does not show.
std::size_t calls_between_readings(const Work& w, double round_seconds) {
  const double enough = std::min(0.0005, round_seconds);
  for (std::size_t calls = 1;; calls *= 2) {
    const double start = seconds();
    for (std::size_t i = 0; i < calls; ++i) w.call();
    if (seconds() - start >= enough) return calls;
  }
}

double one_round(const Work& w, std::size_t at_a_time, double round_seconds) {
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

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

template <class T>
void keep(const T& v) {
  asm volatile("" : : "g"(&v) : "memory");
}

struct Target {
  std::optional<double> ns, times;
};
/// A limit or peer by its key; empty: none.
struct Beside {
  std::string_view peer, limit;
};

class Bench {
 public:
  Bench(const BenchEffort& effort, std::span<const BenchPeer> peers,
        const std::function<void(const BenchRow&)>& each)
      : effort_(effort), peers_(peers), each_(each) {}

  void row(const char* job, std::string_view path, const Work& ours, const Beside& beside,
           const Target& target) {
    BenchRow r;
    r.job = job;
    r.path = path;
    r.target_ns = target.ns;
    r.target_ratio = target.times;
    const std::array<Work, 3> work{ours, find(beside.peer, r.peer), find(beside.limit, r.limit)};
    const std::array<std::optional<double>*, 3> to{&r.ns, &r.peer_ns, &r.limit_ns};
    std::array<std::vector<double>, 3> measured;
    std::array<std::size_t, 3> calls{};
    for (std::size_t i = 0; i < 3; ++i)
      if (work[i]) calls[i] = calls_between_readings(work[i], effort_.round_seconds);
    for (int round = 0; round < effort_.rounds; ++round)
      for (std::size_t i = 0; i < 3; ++i)
        if (work[i]) measured[i].push_back(one_round(work[i], calls[i], effort_.round_seconds));
    for (std::size_t i = 0; i < 3; ++i)
      if (work[i]) *to[i] = median(measured[i]);
    each_(r);
    rows_.push_back(std::move(r));
  }
  std::vector<BenchRow> take() { return std::move(rows_); }

 private:
  Work find(std::string_view key, std::string& name) const {
    if (key.empty()) return {};
    const auto found =
        std::find_if(peers_.begin(), peers_.end(), [&](const BenchPeer& p) { return p.key == key; });
    name = found == peers_.end() ? key : std::string_view(found->name);
    if (found == peers_.end() || found->call == nullptr) return {};
    return {found->call, found->jobs};
  }

  BenchEffort effort_;
  std::span<const BenchPeer> peers_;
  const std::function<void(const BenchRow&)>& each_;
  std::vector<BenchRow> rows_;
};

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

// --- rows
// -----------------------------------------------------------------------------------------------------

/// PlainVectors is `count` vectors by crypto's function: octets in, octets out, all outputs wiped by who has
/// them.
struct PlainVectors {
  Subscribers subscribers;
  std::array<Byte, 3> network = PlmnId::test_value().wire();
  std::vector<std::array<Byte, 16>> rand;
  std::vector<crypto::EpsVectorJob> jobs;
  std::vector<crypto::EpsVectorOutputs> out;
  explicit PlainVectors(std::size_t count) : subscribers(count), rand(count), out(count) {
    for (std::size_t i = 0; i < count; ++i)
      jobs.push_back(
          {subscribers.k[i].expose(), subscribers.opc[i].expose(), rand[i], i, amf.bytes, network});
  }
  void operator()(Path path) {
    for (auto& j : jobs) j.sqn += 32;
    crypto::eps_vectors(jobs, out, path);
    keep(out[0]);
  }
};

/// One call with RAND out of a buffered generator, as an HSS makes it: by crypto's function, and with keys as
/// types.
struct SingleVector {
  PlainVectors plain{1};
  crypto::CtrDrbg generator = crypto::CtrDrbg::from_number(1);
  crypto::BufferedEntropy random{generator};
  std::uint64_t seq = 1;
  void operator()(Path path) {
    random.fill(plain.rand[0]);
    plain(path);
  }
  void typed() {
    Rand rand;
    random.fill(rand.bytes);
    const auto v = make_eps_vector(plain.subscribers.k[0], plain.subscribers.opc[0], amf, *Sqn::of(++seq, 0),
                                   rand, PlmnId::test_value());
    keep(v);
  }
};

void vectors(Bench& bench) {
  constexpr std::size_t batch = 16;
  PlainVectors plain(batch);
  const auto batched = [&](Path path) { return Work{[&, path] { plain(path); }, batch}; };
  std::vector<NewEpsVector> out;
  std::uint64_t seq = 1;
  const auto typed = [&](Path path) {
    return Work{[&, path] {
                  ++seq;
                  std::vector<EpsVectorInputs> in;
                  in.reserve(batch);
                  for (std::size_t i = 0; i < batch; ++i)
                    in.push_back({plain.subscribers.k[i], plain.subscribers.opc[i], amf, *Sqn::of(seq, 0),
                                  Rand{}, PlmnId::test_value()});
                  out.clear();
                  make_eps_vectors(in, out, path);
                  keep(out[0]);
                },
                batch};
  };
  constexpr std::string_view peer = "vector";
  bench.row("EPS vector, batch of 16", "wide", if_has(Path::wide, batched(Path::wide)),
            {peer, "limit vector 16"}, {80, 10});
  bench.row("EPS vector, batch of 16, typed keys", "wide", if_has(Path::wide, typed(Path::wide)),
            {peer, "limit vector 16"}, {});
  bench.row("EPS vector, batch of 16", "hardware", if_has(Path::hardware, batched(Path::hardware)),
            {peer, ""}, {});
  SingleVector one;
  const bool sha = crypto::sha_path() == Path::hardware;
  bench.row("EPS vector, one call, RAND included", "hardware",
            sha ? Work{[&] { one(Path::hardware); }} : Work{}, {peer, "limit vector 1"}, {160, 5});
  bench.row("EPS vector, one call, RAND included, typed keys", "hardware",
            sha ? Work{[&] { one.typed(); }} : Work{}, {peer, "limit vector 1"}, {});
  bench.row("EPS vector, batch of 16", "portable", batched(Path::portable), {peer, ""}, {{}, 1.5});
  {
    const Path allowed = crypto::batch_path();
    crypto::limit_path(Path::portable);
    SingleVector portable;  // its generator, too
    bench.row("EPS vector, one call, RAND included", "portable", Work{[&] { portable(Path::portable); }},
              {peer, ""}, {{}, 1.5});
    crypto::limit_path(allowed);
  }

  const std::array<Byte, 32> topc{1, 2, 3};
  const auto tuak = *crypto::Tuak::make(k_octets, topc);
  bench.row("TUAK EPS vector (f1 to f5, KASME), one call", to_string(crypto::batch_path()), Work{[&] {
              const std::array<Byte, 16> rand{};
              const std::array<Byte, 6> sqn{};
              const auto v = tuak.vector(rand, sqn, amf.bytes);
              std::array<Byte, 32> key;
              std::copy(v.answer.ck.expose().begin(), v.answer.ck.expose().end(), key.begin());
              std::copy(v.answer.ik.expose().begin(), v.answer.ik.expose().end(), key.begin() + 16);
              const std::array<Byte, 14> s{0x10};
              const auto kasme = crypto::kdf(key, s);
              keep(v);
              keep(kasme);
            }},
            {}, {700, {}});
}

void derivations(Bench& bench) {
  std::array<Byte, 32> key{1};
  std::array<Byte, 32> made{};
  const std::array<Byte, 7> s{0x11};
  const auto single = [&](Path path) {
    return Work{[&, path] {
      crypto::kdf_into(key, s, made, path);
      key = made;  // the next one waits for this one
    }};
  };
  const Work typed{[&] {
    const auto out = crypto::kdf(key, s);
    std::copy(out.expose().begin(), out.expose().end(), key.begin());
  }};
  const bool sha = crypto::sha_path() == Path::hardware;
  bench.row("KDF, fresh key, one call", "hardware", sha ? single(Path::hardware) : Work{},
            {"", "limit kdf 1"}, {120, {}});
  bench.row("KDF, fresh key, one call, typed key", "hardware", sha ? typed : Work{}, {"", "limit kdf 1"}, {});
#if defined(__x86_64__)
  // The SHA extensions may wait for the upper half of a vector register that somebody left dirty: a hundred
  // times slower on some processors, nothing on others.
  const Work dirty{[&] {
    asm volatile("vpcmpeqd %%ymm7, %%ymm7, %%ymm7" : : : "xmm7");
    crypto::kdf_into(key, s, made, Path::hardware);
    key = made;
  }};
  bench.row("KDF, one call, upper halves of registers dirty", "hardware",
            sha && crypto::cpu().avx2 ? dirty : Work{}, {"", "limit kdf 1"}, {120, {}});
#endif
  bench.row("KDF, fresh key, one call", "portable", single(Path::portable), {}, {});
  constexpr std::size_t batch = 16;
  std::array<std::array<Byte, 32>, batch> keys{};
  std::array<std::array<Byte, 32>, batch> out{};
  std::vector<crypto::KdfJob> jobs;
  for (std::size_t i = 0; i < batch; ++i) jobs.push_back({keys[i], s, out[i]});
  const auto batched = [&](Path path) {
    return Work{[&, path] {
                  crypto::kdf_batch(jobs, path);
                  keys[0][0] = out[1][0];
                },
                batch};
  };
  bench.row("KDF, fresh keys, batch of 16", "wide", if_has(Path::wide, batched(Path::wide)),
            {"", "limit kdf 16"}, {70, {}});
  bench.row("KDF, fresh keys, batch of 16", "hardware", if_has(Path::hardware, batched(Path::hardware)), {},
            {});
  bench.row("KDF, fresh keys, batch of 16", "portable", batched(Path::portable), {}, {});
}

constexpr std::size_t packets_at_once = 32;

void packets(Bench& bench) {
  Packets p;
  const auto cipher = [&](auto f, Path path) {
    return Work{[&p, f, path] { f(p.some_ciphers(packets_at_once), path); }, packets_at_once};
  };
  const auto code = [&](auto f, Path path) {
    return Work{
        [&p, f, path] { f(p.some_macs(packets_at_once), std::span(p.codes).first(packets_at_once), path); },
        packets_at_once};
  };
  const Path best = crypto::batch_path();
  constexpr double near = 1 / 1.15;
  bench.row("EEA1 100 octets, 32 keys", to_string(best), cipher(crypto::eea1_batch, best), {"eea1", ""},
            {{}, near});
  bench.row("EIA1 100 octets, 32 keys", to_string(best), code(crypto::eia1_batch, best), {"eia1", ""},
            {{}, near});
  bench.row("EEA3 100 octets, 32 keys", to_string(best), cipher(crypto::eea3_batch, best), {"eea3", ""},
            {{}, near});
  bench.row("EIA3 100 octets, 32 keys", to_string(best), code(crypto::eia3_batch, best), {"eia3", ""},
            {{}, near});
  if (best != Path::portable) {
    const Path slow = Path::portable;
    bench.row("EEA1 100 octets, 32 keys", "portable", cipher(crypto::eea1_batch, slow), {"eea1", ""}, {});
    bench.row("EIA1 100 octets, 32 keys", "portable", code(crypto::eia1_batch, slow), {"eia1", ""}, {});
    bench.row("EEA3 100 octets, 32 keys", "portable", cipher(crypto::eea3_batch, slow), {"eea3", ""}, {});
    bench.row("EIA3 100 octets, 32 keys", "portable", code(crypto::eia3_batch, slow), {"eia3", ""}, {});
  }
  const auto both = [&](Path path) {
    return Work{[&p, path] {
                  crypto::eea2_batch(p.some_ciphers(packets_at_once), path);
                  crypto::eia2_batch(p.some_macs(packets_at_once), std::span(p.codes).first(packets_at_once),
                                     path);
                },
                packets_at_once};
  };
  const char* eea2_and_eia2 = "EEA2 and EIA2 100 octets, 32 keys";
  bench.row(eea2_and_eia2, "wide", if_has(Path::wide, both(Path::wide)), {"aes ready", "limit aes 32"},
            {55, {}});
  bench.row(eea2_and_eia2, "hardware", if_has(Path::hardware, both(Path::hardware)), {"aes ready", ""}, {});
  bench.row(eea2_and_eia2, "portable", both(Path::portable), {"aes ready", ""}, {});
  std::uint32_t count = 0;
  const auto single = [&](Path path) {
    return Work{[&p, &count, path] {
      crypto::eea2(p.keys[0], ++count, 0, Direction::uplink, 8 * Packets::octets, p.data[0], path);
      p.codes[0] = crypto::eia2(p.keys[1], count, 0, Direction::uplink, 8 * Packets::octets, p.data[0], path);
    }};
  };
  bench.row("EEA2 and EIA2 100 octets, one call each", "hardware",
            if_has(Path::hardware, single(Path::hardware)), {"", "limit aes 1"}, {150, {}});
  bench.row("EEA2 and EIA2 100 octets, one call each", "portable", single(Path::portable), {}, {});
  bench.row("UEA1 (KASUMI) 100 octets, 64 keys", "portable",
            Work{[&p] { crypto::uea1_batch(p.some_ciphers(64)); }, 64}, {"uea1", ""}, {2000, {}});
}

}  // namespace

std::optional<double> BenchRow::ratio() const {
  if (!ns || !peer_ns) return std::nullopt;
  return *peer_ns / *ns;
}
std::optional<double> BenchRow::share() const {
  if (!ns || !limit_ns) return std::nullopt;
  return *limit_ns / *ns;
}
std::optional<bool> BenchRow::met() const {
  if ((!target_ns && !target_ratio) || !ns || (target_ratio && !ratio())) return std::nullopt;
  return (!target_ns || *ns <= *target_ns) && (!target_ratio || *ratio() >= *target_ratio);
}

std::vector<BenchRow> bench_crypto(const BenchEffort& effort, std::span<const BenchPeer> peers,
                                   const std::function<void(const BenchRow&)>& each) {
  Bench bench(effort, peers, each);
  vectors(bench);
  derivations(bench);
  packets(bench);
  return bench.take();
}

}  // namespace baton::app
