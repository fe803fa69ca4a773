#include "crypto/batch_library.h"

#if defined(BATON_WITH_IPSEC_MB)

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <utility>

namespace baton::crypto {
namespace {

struct Free {
  void operator()(IMB_MGR* m) const { free_mb_mgr(m); }
};
using Manager = std::unique_ptr<IMB_MGR, Free>;

Manager make(Path path) {
  Manager m(alloc_mb_mgr(0));
  if (!m) return m;
  if (path == Path::wide)
    init_mb_mgr_avx512(m.get());
  else if (cpu().avx2)
    init_mb_mgr_avx2(m.get());
  else
    init_mb_mgr_sse(m.get());
  if (imb_get_errno(m.get()) != 0) m.reset();
  return m;
}

/// The library keeps what is under way in a manager, which one call at a time may use. Those that no call
/// uses wait here; as many as there ever were calls at the same time, up to the number of places.
class Pool {
 public:
  explicit Pool(Path path) : path_(path) {}
  ~Pool() {
    for (auto& place : places_) Manager(place.exchange(nullptr));
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Manager take() {
    for (auto& place : places_)
      if (IMB_MGR* m = place.exchange(nullptr)) return Manager(m);
    return make(path_);
  }
  void give_back(Manager m) {
    for (auto& place : places_) {
      IMB_MGR* none = nullptr;
      if (place.compare_exchange_strong(none, m.get())) {
        m.release();
        return;
      }
    }
  }

 private:
  static constexpr std::size_t threads_at_once = 16;
  Path path_;
  std::array<std::atomic<IMB_MGR*>, threads_at_once> places_{};
};

Pool& pool(Path path) {
  static Pool wide(Path::wide);
  static Pool narrow(Path::hardware);
  return path == Path::wide ? wide : narrow;
}

/// So many are under way at once: the library's widest algorithm takes sixteen, and a second set may begin
/// while the first one ends.
constexpr std::size_t under_way = 32;

struct Keys {
  alignas(64) std::array<snow3g_key_schedule_t, under_way> of;
  ~Keys() { secure_wipe(of.data(), sizeof(of)); }
};

void fill(IMB_JOB& job, LibraryAlgorithm algorithm, const LibraryJob& in, const snow3g_key_schedule_t* key) {
  job.src = in.in;
  job.dst = in.out;
  job.key_len_in_bytes = 16;
  job.iv = in.iv.data();
  job.iv_len_in_bytes = 16;
  job.cipher_direction = IMB_DIR_ENCRYPT;
  job.cipher_mode = IMB_CIPHER_NULL;
  job.hash_alg = IMB_AUTH_NULL;
  job.chain_order = IMB_ORDER_CIPHER_HASH;
  job.cipher_start_src_offset_in_bytes = 0;
  job.hash_start_src_offset_in_bytes = 0;
  switch (algorithm) {
    case LibraryAlgorithm::snow3g_cipher:
      job.cipher_mode = IMB_CIPHER_SNOW3G_UEA2_BITLEN;
      job.enc_keys = job.dec_keys = key;
      job.cipher_start_src_offset_in_bits = 0;
      job.msg_len_to_cipher_in_bits = (in.bits + 7) / 8 * 8;
      return;
    case LibraryAlgorithm::snow3g_mac:
      job.chain_order = IMB_ORDER_HASH_CIPHER;
      job.hash_alg = IMB_AUTH_SNOW3G_UIA2_BITLEN;
      job.u.SNOW3G_UIA2._key = key;
      job.u.SNOW3G_UIA2._iv = in.iv.data();
      break;
    case LibraryAlgorithm::zuc_cipher:
    case LibraryAlgorithm::zuc_mac: return;
  }
  job.msg_len_to_hash_in_bits = in.bits;
  job.auth_tag_output = in.out;
  job.auth_tag_output_len_in_bytes = 4;
}

/// ZUC is faster as a call with all buffers than as jobs.
void zuc(IMB_MGR* m, LibraryAlgorithm algorithm, std::span<const LibraryJob> jobs) {
  std::array<const void*, under_way> keys;
  std::array<const void*, under_way> ivs;
  std::array<const void*, under_way> in;
  std::array<void*, under_way> out;
  std::array<std::uint32_t*, under_way> tags;
  std::array<std::uint32_t, under_way> tag;
  std::array<std::uint32_t, under_way> lengths;
  const bool cipher = algorithm == LibraryAlgorithm::zuc_cipher;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    keys[i] = jobs[i].key.data();
    ivs[i] = jobs[i].iv.data();
    in[i] = jobs[i].in;
    out[i] = jobs[i].out;
    tags[i] = &tag[i];
    lengths[i] = static_cast<std::uint32_t>(cipher ? (jobs[i].bits + 7) / 8 : jobs[i].bits);
  }
  const auto n = static_cast<std::uint32_t>(jobs.size());
  if (cipher)
    return IMB_ZUC_EEA3_N_BUFFER(m, keys.data(), ivs.data(), in.data(), out.data(), lengths.data(), n);
  IMB_ZUC_EIA3_N_BUFFER(m, keys.data(), ivs.data(), in.data(), lengths.data(), tags.data(), n);
  for (std::size_t i = 0; i < jobs.size(); ++i) std::memcpy(jobs[i].out, &tag[i], 4);
}

}  // namespace

bool library_run(LibraryAlgorithm algorithm, std::span<const LibraryJob> jobs, Path path) {
  if (path == Path::portable) return false;
  Manager owned = pool(path).take();
  IMB_MGR* m = owned.get();
  if (m == nullptr) return false;
  const bool snow3g =
      algorithm == LibraryAlgorithm::snow3g_cipher || algorithm == LibraryAlgorithm::snow3g_mac;
  for (std::size_t at = 0; at < jobs.size(); at += under_way) {
    const auto some = jobs.subspan(at, std::min(under_way, jobs.size() - at));
    if (!snow3g) {
      zuc(m, algorithm, some);
      continue;
    }
    Keys keys;
    for (std::size_t i = 0; i < some.size(); ++i) {
      IMB_SNOW3G_INIT_KEY_SCHED(m, some[i].key.data(), &keys.of[i]);
      fill(*IMB_GET_NEXT_JOB(m), algorithm, some[i], &keys.of[i]);
      IMB_SUBMIT_JOB_NOCHECK(m);
    }
    while (IMB_FLUSH_JOB(m) != nullptr) {
    }
  }
  pool(path).give_back(std::move(owned));
  return true;
}

std::string_view batch_library() {
  static const std::string_view name = [] { return std::string_view(imb_get_version_str()); }();
  return name;
}

}  // namespace baton::crypto

#else

namespace baton::crypto {

bool library_run(LibraryAlgorithm, std::span<const LibraryJob>, Path) { return false; }
std::string_view batch_library() { return {}; }

}  // namespace baton::crypto

#endif
