#include "crypto/eps_vector.h"

#include <algorithm>
#include <cassert>
#include <vector>

#include "crypto/batch.h"
#include "crypto/eps_vector_paths.h"

namespace baton::crypto {
namespace {

/// S of KASME's derivation.
//= TS 33.401, A.2
std::array<Byte, 14> kasme_s(const EpsVectorJob& j, const std::array<Byte, 16>& autn) {
  const auto& sn = j.serving_network;
  return {0x10, sn[0], sn[1], sn[2], 0, 3, autn[0], autn[1], autn[2], autn[3], autn[4], autn[5], 0, 6};
}

/// Through the functions of batch.h, for paths that have no better way.
void in_steps(std::span<const EpsVectorJob> jobs, std::span<EpsVectorOutputs> outputs, Path path) {
  std::vector<MilenageOutputs> made(jobs.size());
  std::vector<std::array<Byte, 6>> sqn(jobs.size());
  std::vector<MilenageJob> milenage;
  milenage.reserve(jobs.size());
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    const EpsVectorJob& j = jobs[n];
    for (std::size_t i = 0; i < 6; ++i) sqn[n][i] = static_cast<Byte>(j.sqn >> (40 - 8 * i));
    milenage.push_back({j.k, j.opc, j.rand, sqn[n], j.amf});
  }
  milenage_batch(milenage, made, path);
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    EpsVectorOutputs& o = outputs[n];
    for (std::size_t i = 0; i < 6; ++i) o.autn[i] = static_cast<Byte>(sqn[n][i] ^ made[n].f5()[i]);
    std::copy_n(jobs[n].amf.begin(), 2, o.autn.begin() + 6);
    std::copy_n(made[n].f1().begin(), 8, o.autn.begin() + 8);
    std::copy_n(made[n].f2().begin(), 8, o.res.begin());
    std::copy_n(made[n].f3().begin(), 16, o.ck.begin());
    std::copy_n(made[n].f4().begin(), 16, o.ik.begin());
    std::copy_n(made[n].out[4].begin(), 8, o.ak_star.begin());
  }
}

/// KASME of vectors that have everything else.
void kasme_in_steps(std::span<const EpsVectorJob> jobs, std::span<EpsVectorOutputs> outputs, Path path) {
  std::vector<std::array<Byte, 46>> inputs(jobs.size());
  std::vector<KdfJob> kdf;
  kdf.reserve(jobs.size());
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    const auto s = kasme_s(jobs[n], outputs[n].autn);
    auto at = std::copy(outputs[n].ck.begin(), outputs[n].ck.end(), inputs[n].begin());
    at = std::copy(outputs[n].ik.begin(), outputs[n].ik.end(), at);
    std::copy(s.begin(), s.end(), at);
    const std::span<const Byte, 46> in(inputs[n]);
    kdf.push_back({in.first<32>(), in.last<14>(), outputs[n].kasme});
  }
  kdf_batch(kdf, path);
  for (auto& in : inputs) secure_wipe(in.data(), in.size());
}

#if defined(__x86_64__)
/// pointers fills the places of a set; where there are fewer jobs than places, the last one is done again.
template <std::size_t N, class T>
void pointers(T* first, std::size_t some, T* (&to)[N]) {
  for (std::size_t n = 0; n < N; ++n) to[n] = first + std::min(n, some - 1);
}

void in_fours(std::span<const EpsVectorJob> jobs, std::span<EpsVectorOutputs> outputs) {
  const EpsVectorJob* j[hardware_vectors];
  EpsVectorOutputs* o[hardware_vectors];
  while (jobs.size() + 1 >= hardware_vectors) {
    const std::size_t some = std::min(jobs.size(), hardware_vectors);
    pointers(jobs.data(), some, j);
    pointers(outputs.data(), some, o);
    hardware_eps_vectors(j, o);
    jobs = jobs.subspan(some);
    outputs = outputs.subspan(some);
  }
  for (std::size_t n = 0; n < jobs.size(); ++n) hardware_eps_vector(jobs[n], outputs[n]);
}

void in_sixteens(std::span<const EpsVectorJob> jobs, std::span<EpsVectorOutputs> outputs) {
  const EpsVectorJob* j[wide_vectors];
  EpsVectorOutputs* o[wide_vectors];
  const EpsVectorJob* some_j[hardware_vectors];
  EpsVectorOutputs* some_o[hardware_vectors];
  while (2 * jobs.size() > wide_vectors) {
    const std::size_t some = std::min(jobs.size(), wide_vectors);
    pointers(jobs.data(), some, j);
    pointers(outputs.data(), some, o);
    wide_eps_milenage(j, o);
    if (sha_streams()) {
      for (std::size_t first = 0; first < some; first += hardware_vectors) {
        std::copy_n(j + first, hardware_vectors, some_j);
        std::copy_n(o + first, hardware_vectors, some_o);
        wide_eps_kasme(some_j, some_o);
      }
    } else {
      kasme_in_steps(jobs.first(some), outputs.first(some), Path::wide);
    }
    jobs = jobs.subspan(some);
    outputs = outputs.subspan(some);
  }
  if (!jobs.empty()) eps_vectors(jobs, outputs, Path::hardware);
}
#endif

}  // namespace

void eps_vectors(std::span<const EpsVectorJob> jobs, std::span<EpsVectorOutputs> outputs, Path path) {
  assert(jobs.size() == outputs.size());
#if defined(__x86_64__)
  if (path == Path::wide) return in_sixteens(jobs, outputs);
  if (path == Path::hardware && sha_path() == Path::hardware) return in_fours(jobs, outputs);
#endif
  in_steps(jobs, outputs, path);
  kasme_in_steps(jobs, outputs, path);
}

}  // namespace baton::crypto
