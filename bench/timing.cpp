// baton_timing [SECONDS] | planted: does the time of an algorithm depend on its secret?
//
// Each algorithm runs many times, on one fixed key and on keys that are new each time, in random order.
// Welch's t-test then says whether the two sets of times could come from the same distribution, after O.
// Reparaz, J. Balasch and I. Verbauwhede, "Dude, is my code constant time?" (DATE 2017). Beyond 10 the times
// differ for certain; from 4.5 on a longer run should decide. "planted" measures two functions that leak,
// which have to be found. Not part of the tests: it wants a quiet machine and a core of its own (taskset -c
// 1).
#include <x86intrin.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#include "base/secret.h"
#include "crypto/batch.h"
#include "crypto/comp128.h"
#include "crypto/ctr_drbg.h"
#include "crypto/eea1.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia3.h"
#include "crypto/eps_vector.h"
#include "crypto/kasumi.h"
#include "crypto/kdf.h"
#include "crypto/tuak.h"

namespace {

using namespace baton;
using namespace baton::crypto;

constexpr double suspicious = 4.5;
constexpr double certain = 10;
constexpr std::size_t keys_at_once = 32;  ///< what a batch takes
constexpr std::size_t calls_a_round = 2000;

using Keys = std::array<std::array<Byte, 32>, keys_at_once>;

/// Mean and variance as they grow.
struct Sample {
  double n = 0, mean = 0, squares = 0;
  void add(double v) {
    n += 1;
    const double d = v - mean;
    mean += d / n;
    squares += d * (v - mean);
  }
  double variance() const { return n < 2 ? 0 : squares / (n - 1); }
};
double welch(const Sample& a, const Sample& b) {
  const double error = std::sqrt(a.variance() / a.n + b.variance() / b.n);
  return error > 0 ? (a.mean - b.mean) / error : 0;
}

struct Subject {
  const char* name;
  std::function<void(const Keys&)> run;
};

std::uint64_t now() {
  unsigned core = 0;
  _mm_lfence();
  const std::uint64_t t = __rdtscp(&core);
  _mm_lfence();
  return t;
}

/// The greatest |t| over several cuts: interruptions make a long tail that hides a small difference.
double measure(const Subject& subject, double seconds, CtrDrbg& random) {
  constexpr std::array cuts{1.0, 0.99, 0.95, 0.9, 0.75, 0.5};
  std::array<std::array<Sample, 2>, cuts.size()> samples;
  Keys fixed{};
  for (auto& k : fixed) random.fill(k);
  std::vector<Keys> keys(calls_a_round);
  std::vector<std::uint64_t> ticks(calls_a_round);
  std::vector<Byte> which(calls_a_round);
  std::array<double, cuts.size()> limit{};
  const std::uint64_t start = now();
  double ticks_a_second = 2e9;  // only how long is measured hangs on it
  for (int round = 0; round < 5 || static_cast<double>(now() - start) < seconds * ticks_a_second; ++round) {
    random.fill(which);
    for (std::size_t i = 0; i < calls_a_round; ++i) {
      which[i] &= 1U;
      // Both sets are written alike, so that neither is warmer than the other.
      for (auto& k : keys[i]) random.fill(k);
      if (which[i] == 0) keys[i] = fixed;
    }
    for (std::size_t i = 0; i < calls_a_round; ++i) {
      const std::uint64_t before = now();
      subject.run(keys[i]);
      ticks[i] = now() - before;
    }
    if (round == 0) {  // warms up, and says where to cut
      auto sorted = ticks;
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t c = 0; c < cuts.size(); ++c)
        limit[c] = cuts[c] == 1.0
                       ? HUGE_VAL
                       : static_cast<double>(sorted[static_cast<std::size_t>(cuts[c] * (calls_a_round - 1))]);
      continue;
    }
    for (std::size_t i = 0; i < calls_a_round; ++i)
      for (std::size_t c = 0; c < cuts.size(); ++c)
        if (const auto t = static_cast<double>(ticks[i]); t <= limit[c]) samples[c][which[i]].add(t);
  }
  double worst = 0;
  for (const auto& s : samples)
    if (s[0].n > 100 && s[1].n > 100) worst = std::max(worst, std::abs(welch(s[0], s[1])));
  return worst;
}

std::span<const Byte, 16> short_key(const Keys& k, std::size_t n) {
  return std::span<const Byte, 32>(k[n]).first<16>();
}

std::vector<Subject> subjects() {
  static std::array<ByteVector, keys_at_once> data;
  data.fill(ByteVector(100));
  static std::array<MacI, keys_at_once> codes;
  static std::array<std::array<Byte, 32>, keys_at_once> derived;
  static const std::array<Byte, 16> rand{1, 2, 3};
  static const std::array<Byte, 3> network{0, 0xF1, 0x10};
  static const std::array<Byte, 7> s{0x11};
  std::vector<Subject> out;
  const auto ciphers = [&](const char* name, auto batch, Path path) {
    out.push_back({name, [batch, path](const Keys& k) {
                     std::vector<CipherJob> jobs;
                     for (std::size_t i = 0; i < keys_at_once; ++i)
                       jobs.push_back({short_key(k, i), 7, 3, Direction::uplink, 800, data[i]});
                     batch(jobs, path);
                   }});
  };
  const auto macs = [&](const char* name, auto batch, Path path) {
    out.push_back({name, [batch, path](const Keys& k) {
                     std::vector<MacJob> jobs;
                     for (std::size_t i = 0; i < keys_at_once; ++i)
                       jobs.push_back({short_key(k, i), 7, 3, Direction::uplink, 800, data[i]});
                     batch(jobs, codes, path);
                   }});
  };
  const auto single = [&](const char* name, auto cipher, Path path) {
    out.push_back({name, [cipher, path](const Keys& k) {
                     cipher(short_key(k, 0), 7, 3, Direction::uplink, 800, data[0], path);
                   }});
  };
  const auto vectors = [&](const char* name, std::size_t count, Path path) {
    out.push_back(
        {name, [count, path](const Keys& k) {
           std::vector<EpsVectorJob> jobs;
           std::vector<EpsVectorOutputs> made(count);
           for (std::size_t i = 0; i < count; ++i)
             jobs.push_back(
                 {short_key(k, i), std::span<const Byte, 32>(k[i]).last<16>(), rand, 32, {0x80, 0}, network});
           eps_vectors(jobs, made, path);
         }});
  };
  const auto derivations = [&](const char* name, Path path) {
    out.push_back({name, [path](const Keys& k) {
                     std::vector<KdfJob> jobs;
                     for (std::size_t i = 0; i < keys_at_once; ++i) jobs.push_back({k[i], s, derived[i]});
                     kdf_batch(jobs, path);
                   }});
  };
  if (batch_path() == Path::wide) {
    ciphers("EEA2, batch, wide", eea2_batch, Path::wide);
    macs("EIA2, batch, wide", eia2_batch, Path::wide);
    ciphers("EEA1, batch, wide", eea1_batch, Path::wide);
    macs("EIA1, batch, wide", eia1_batch, Path::wide);
    ciphers("EEA3, batch, wide", eea3_batch, Path::wide);
    macs("EIA3, batch, wide", eia3_batch, Path::wide);
    vectors("EPS vectors, 16, wide", 16, Path::wide);
    derivations("KDF, batch, wide", Path::wide);
  }
  if (aes_path() == Path::hardware) {
    single("EEA2, one, hardware", eea2, Path::hardware);
    out.push_back({"EIA2, one, hardware", [](const Keys& k) {
                     codes[0] = eia2(short_key(k, 0), 7, 3, Direction::uplink, 800, data[0], Path::hardware);
                   }});
    single("EEA1, one, hardware", eea1, stream_path());
    single("EEA3, one, hardware", eea3, stream_path());
    vectors("EPS vector, one, hardware", 1, Path::hardware);
  }
  if (sha_path() == Path::hardware)
    out.push_back({"KDF, one, hardware", [](const Keys& k) { (void)kdf(k[0], s, Path::hardware); }});
  single("EEA2, one, portable", eea2, Path::portable);
  single("EEA1, one, portable", eea1, Path::portable);
  single("EEA3, one, portable", eea3, Path::portable);
  out.push_back({"KDF, one, portable", [](const Keys& k) { (void)kdf(k[0], s, Path::portable); }});
  out.push_back({"TUAK, one", [](const Keys& k) {
                   const auto tuak = *Tuak::make(k[0], k[1]);
                   (void)tuak.f2345(rand);
                 }});
  out.push_back(
      {"KASUMI, one block", [](const Keys& k) { (void)kasumi(short_key(k, 0), std::array<Byte, 8>{}); }});
  out.push_back(
      {"COMP128-1", [](const Keys& k) { (void)comp128(Comp128Version::v1, short_key(k, 0), rand); }});
  return out;
}

std::vector<Subject> planted() {
  static std::atomic<int> sink;
  return {{"a comparison that stops at the first difference",
           [](const Keys& k) {
             std::size_t i = 0;
             while (i < 32 && (k[0][i] & 0x80U) == 0) ++i;
             sink = static_cast<int>(i);
           }},
          {"as many turns as a key has ones", [](const Keys& k) {
             for (const Byte b : k[0])
               for (int i = 0; i < __builtin_popcount(b); ++i) sink = i;
           }}};
}

}  // namespace

int main(int argc, char** argv) {
  const bool plant = argc > 1 && std::strcmp(argv[1], "planted") == 0;
  const double seconds = argc > 1 && !plant ? std::atof(argv[1]) : 3;
  std::array<Byte, 32> seed{};
  if (std::FILE* f = std::fopen("/dev/urandom", "rb")) {
    if (std::fread(seed.data(), 1, seed.size(), f) != seed.size()) return 2;
    std::fclose(f);
  }
  CtrDrbg random(seed);
  int leaks = 0;
  for (const Subject& s : plant ? planted() : subjects()) {
    const double t = measure(s, seconds, random);
    std::printf("%-52s |t| %8.2f  %s\n", s.name, t,
                t > certain      ? "DEPENDS ON THE KEY"
                : t > suspicious ? "look again, longer"
                                 : "");
    std::fflush(stdout);
    leaks += t > certain;
  }
  return leaks > 0 ? 1 : 0;
}
