#include "crypto/batch_library.h"

#if defined(BATON_WITH_IPSEC_MB)

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
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

constexpr std::size_t under_way = LibraryJobs::most;

struct Keys {
  alignas(64) std::array<snow3g_key_schedule_t, under_way> of;
  ~Keys() { secure_wipe(of.data(), sizeof(of)); }
};

const Byte* octets_of(const std::array<std::uint64_t, 2>& iv) {
  return reinterpret_cast<const Byte*>(iv.data());
}

void fill(IMB_JOB& job, LibraryAlgorithm algorithm, const LibraryJobs& in, std::size_t i,
          const snow3g_key_schedule_t* key) {
  job.src = static_cast<const Byte*>(in.in[i]);
  job.dst = static_cast<Byte*>(in.out[i]);
  job.key_len_in_bytes = 16;
  job.iv = octets_of(in.iv[i]);
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
      job.msg_len_to_cipher_in_bits = (std::uint64_t{in.bits[i]} + 7) / 8 * 8;
      return;
    case LibraryAlgorithm::snow3g_mac:
      job.chain_order = IMB_ORDER_HASH_CIPHER;
      job.hash_alg = IMB_AUTH_SNOW3G_UIA2_BITLEN;
      job.u.SNOW3G_UIA2._key = key;
      job.u.SNOW3G_UIA2._iv = octets_of(in.iv[i]);
      break;
    case LibraryAlgorithm::zuc_cipher:
    case LibraryAlgorithm::zuc_mac: return;
  }
  job.msg_len_to_hash_in_bits = in.bits[i];
  job.auth_tag_output = static_cast<Byte*>(in.out[i]);
  job.auth_tag_output_len_in_bytes = 4;
}

/// ZUC is faster as a call with all buffers than as jobs.
void zuc_cipher(IMB_MGR* m, const LibraryJobs& jobs) {
  std::array<const void*, under_way> ivs;
  std::array<std::uint32_t, under_way> octets;
  auto out = jobs.out;
  for (std::size_t i = 0; i < jobs.count; ++i) {
    ivs[i] = jobs.iv[i].data();
    octets[i] = (jobs.bits[i] + 7) / 8;
  }
  IMB_ZUC_EEA3_N_BUFFER(m, jobs.keys.data(), ivs.data(), jobs.in.data(), out.data(), octets.data(),
                        static_cast<std::uint32_t>(jobs.count));
}
void zuc_mac(IMB_MGR* m, const LibraryJobs& jobs) {
  std::array<const void*, under_way> ivs;
  std::array<std::uint32_t*, under_way> tags;
  std::array<std::uint32_t, under_way> tag;
  for (std::size_t i = 0; i < jobs.count; ++i) {
    ivs[i] = jobs.iv[i].data();
    tags[i] = &tag[i];
  }
  IMB_ZUC_EIA3_N_BUFFER(m, jobs.keys.data(), ivs.data(), jobs.in.data(), jobs.bits.data(), tags.data(),
                        static_cast<std::uint32_t>(jobs.count));
  for (std::size_t i = 0; i < jobs.count; ++i) std::memcpy(jobs.out[i], &tag[i], 4);
}

}  // namespace

bool library_run(LibraryAlgorithm algorithm, const LibraryJobs& jobs, Path path) {
  if (path == Path::portable) return false;
  Manager owned = pool(path).take();
  IMB_MGR* m = owned.get();
  if (m == nullptr) return false;
  if (jobs.count == 0) {
    // Only whether there is a library was asked.
  } else if (algorithm == LibraryAlgorithm::zuc_cipher) {
    zuc_cipher(m, jobs);
  } else if (algorithm == LibraryAlgorithm::zuc_mac) {
    zuc_mac(m, jobs);
  } else {
    // In one burst: a call for each job and its answer costs as much as a tenth of a short packet.
    static_assert(under_way <= IMB_MAX_BURST_SIZE);
    Keys keys;
    std::array<IMB_JOB*, under_way> burst;
    const auto count = static_cast<std::uint32_t>(jobs.count);
    [[maybe_unused]] const std::uint32_t places = IMB_GET_NEXT_BURST(m, count, burst.data());
    assert(places == count);  // a manager between two calls has nothing under way, and more places than this
    for (std::size_t i = 0; i < jobs.count; ++i) {
      IMB_SNOW3G_INIT_KEY_SCHED(m, jobs.keys[i], &keys.of[i]);
      fill(*burst[i], algorithm, jobs, i, &keys.of[i]);
    }
    IMB_SUBMIT_BURST_NOCHECK(m, count, burst.data());
    while (IMB_FLUSH_BURST(m, count, burst.data()) != 0) {
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

bool library_run(LibraryAlgorithm, const LibraryJobs&, Path) { return false; }
std::string_view batch_library() { return {}; }

}  // namespace baton::crypto

#endif
