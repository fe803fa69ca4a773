// The peers of `baton bench crypto`: libosmocore and libipsec-mb on the inputs that ours get, and beside them
// what the processor itself needs (limits.cpp).
#include "app/bench_peers.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "limits.h"

#if defined(BATON_WITH_OSMOCORE)
extern "C" {
#include <osmocom/crypt/auth.h>
}
#endif
#if defined(BATON_WITH_IPSEC_MB)
#include <intel-ipsec-mb.h>
#endif

namespace {

using Octet = std::uint8_t;

template <class T>
void keep(const T& v) {
  asm volatile("" : : "g"(&v) : "memory");
}

#if defined(BATON_WITH_OSMOCORE)
/// MILENAGE with the outputs of UMTS and GSM; libosmocore makes no KASME. RAND is given.
void osmocore_vector() {
  static osmo_sub_auth_data subscriber = [] {
    constexpr Octet k[16] = {0x46, 0x5B, 0x5C, 0xE8, 0xB1, 0x99, 0xB4, 0x9F,
                             0xAA, 0x5F, 0x0A, 0x2E, 0xE2, 0x38, 0xA6, 0xBC};
    constexpr Octet opc[16] = {0xCD, 0x63, 0xCB, 0x71, 0x95, 0x4A, 0x9F, 0x4E,
                               0x48, 0xA5, 0x99, 0x4E, 0x37, 0xA0, 0x2B, 0xAF};
    osmo_sub_auth_data s{};
    s.type = OSMO_AUTH_TYPE_UMTS;
    s.algo = OSMO_AUTH_ALG_MILENAGE;
    std::memcpy(s.u.umts.k, k, 16);
    std::memcpy(s.u.umts.opc, opc, 16);
    s.u.umts.amf[0] = 0x80;
    s.u.umts.ind_bitlen = 5;
    return s;
  }();
  static Octet rand[16];
  osmo_auth_vector v;
  ++rand[0];
  osmo_auth_gen_vec(&v, &subscriber, rand);
  keep(v);
}
#endif

#if defined(BATON_WITH_IPSEC_MB)
/// The library alone on packets of 100 octets, its keys ready: its own best, whichever of its interfaces that
/// is.
class Library {
 public:
  static constexpr std::size_t packets = 32;
  static constexpr std::size_t octets = 100;
  /// EIA2 puts COUNT, BEARER and DIRECTION before the message.
  static constexpr std::size_t octets_with_head = octets + 8;

  static Library& get() {
    static Library one;
    return one;
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  void eea1() {
    jobs([this](IMB_JOB& j, std::size_t i) {
      j.cipher_mode = IMB_CIPHER_SNOW3G_UEA2_BITLEN;
      j.enc_keys = j.dec_keys = &snow_[i];
      j.cipher_start_src_offset_in_bits = 0;
      j.msg_len_to_cipher_in_bits = 8 * octets;
    });
  }
  void eia1() {
    jobs([this](IMB_JOB& j, std::size_t i) {
      j.chain_order = IMB_ORDER_HASH_CIPHER;
      j.hash_alg = IMB_AUTH_SNOW3G_UIA2_BITLEN;
      j.msg_len_to_hash_in_bits = 8 * octets;
      j.u.SNOW3G_UIA2._key = &snow_[i];
      j.u.SNOW3G_UIA2._iv = iv_[i].data();
    });
  }
  void eea3() {
    std::array<const void*, packets> k, v, in;
    std::array<void*, packets> to;
    std::array<std::uint32_t, packets> n;
    for (std::size_t i = 0; i < packets; ++i) {
      k[i] = keys_[i].data();
      v[i] = iv_[i].data();
      in[i] = data_[i].data();
      to[i] = data_[i].data();
      n[i] = octets;
    }
    IMB_ZUC_EEA3_N_BUFFER(m_, k.data(), v.data(), in.data(), to.data(), n.data(), packets);
  }
  void eia3() {
    std::array<const void*, packets> k, v, in;
    std::array<std::uint32_t*, packets> to;
    std::array<std::uint32_t, packets> n;
    for (std::size_t i = 0; i < packets; ++i) {
      k[i] = keys_[i].data();
      v[i] = iv_[i].data();
      in[i] = data_[i].data();
      to[i] = reinterpret_cast<std::uint32_t*>(tag_[i].data());
      n[i] = 8 * octets;
    }
    IMB_ZUC_EIA3_N_BUFFER(m_, k.data(), v.data(), in.data(), n.data(), to.data(), packets);
  }
  /// Counter mode and CMAC in one job.
  void aes_ready() {
    jobs([this](IMB_JOB& j, std::size_t i) {
      j.cipher_mode = IMB_CIPHER_CNTR;
      j.enc_keys = j.dec_keys = expanded_[i].data();
      j.msg_len_to_cipher_in_bytes = octets;
      j.hash_alg = IMB_AUTH_AES_CMAC;
      j.msg_len_to_hash_in_bytes = octets_with_head;
      j.u.CMAC._key_expanded = expanded_[i].data();
      j.u.CMAC._skey1 = subkeys_[i][0].data();
      j.u.CMAC._skey2 = subkeys_[i][1].data();
    });
  }
  void uea1() {
    asm volatile("vzeroupper" : : : "memory");
    IMB_KASUMI_F8_1_BUFFER(m_, &kasumi_, 7, data_[0].data(), data_[0].data(), octets);
  }

 private:
  Library() : m_(alloc_mb_mgr(0)) {
    init_mb_mgr_auto(m_, nullptr);
    for (std::size_t i = 0; i < packets; ++i) {
      keys_[i][0] = iv_[i][0] = static_cast<Octet>(i);
      IMB_SNOW3G_INIT_KEY_SCHED(m_, keys_[i].data(), &snow_[i]);
      alignas(16) std::array<Octet, 176> unused;
      IMB_AES_KEYEXP_128(m_, keys_[i].data(), expanded_[i].data(), unused.data());
      IMB_AES_CMAC_SUBKEY_GEN_128(m_, expanded_[i].data(), subkeys_[i][0].data(), subkeys_[i][1].data());
    }
    IMB_KASUMI_INIT_F8_KEY_SCHED(m_, keys_[0].data(), &kasumi_);
  }
  ~Library() { free_mb_mgr(m_); }

  template <class Fill>
  void jobs(Fill fill) {
    for (std::size_t i = 0; i < packets; ++i) {
      IMB_JOB* j = IMB_GET_NEXT_JOB(m_);
      j->src = data_[i].data();
      j->dst = data_[i].data();
      j->key_len_in_bytes = 16;
      j->iv = iv_[i].data();
      j->iv_len_in_bytes = 16;
      j->cipher_direction = IMB_DIR_ENCRYPT;
      j->cipher_mode = IMB_CIPHER_NULL;
      j->hash_alg = IMB_AUTH_NULL;
      j->chain_order = IMB_ORDER_CIPHER_HASH;
      j->cipher_start_src_offset_in_bytes = 0;
      j->hash_start_src_offset_in_bytes = 0;
      j->auth_tag_output = tag_[i].data();
      j->auth_tag_output_len_in_bytes = 4;
      fill(*j, i);
      IMB_SUBMIT_JOB_NOCHECK(m_);
    }
    while (IMB_FLUSH_JOB(m_) != nullptr) {
    }
  }

  using Block = std::array<Octet, 16>;
  IMB_MGR* m_;
  std::array<Block, packets> keys_{};
  alignas(64) std::array<std::array<Octet, 128>, packets> data_{};
  alignas(64) std::array<Block, packets> iv_{};
  alignas(64) std::array<Block, packets> tag_{};
  alignas(64) std::array<snow3g_key_schedule_t, packets> snow_{};
  alignas(64) std::array<std::array<Octet, 176>, packets> expanded_{};
  alignas(64) std::array<std::array<Block, 2>, packets> subkeys_{};
  kasumi_key_sched_t kasumi_{};
};
#endif

}  // namespace

extern "C" const baton::app::BenchPeer* baton_bench_peers(std::size_t* count) {
  static const std::vector<baton::app::BenchPeer> all = [] {
    std::vector<baton::app::BenchPeer> out = baton::bench::limits();
#if defined(BATON_WITH_OSMOCORE)
    out.push_back({"vector", "libosmocore, no KASME", 1, osmocore_vector});
#endif
#if defined(BATON_WITH_IPSEC_MB)
    out.push_back({"eea1", "libipsec-mb, jobs", Library::packets, [] { Library::get().eea1(); }});
    out.push_back({"eia1", "libipsec-mb, jobs", Library::packets, [] { Library::get().eia1(); }});
    out.push_back({"eea3", "libipsec-mb, buffers", Library::packets, [] { Library::get().eea3(); }});
    out.push_back({"eia3", "libipsec-mb, buffers", Library::packets, [] { Library::get().eia3(); }});
    out.push_back(
        {"aes ready", "libipsec-mb, jobs, keys ready", Library::packets, [] { Library::get().aes_ready(); }});
    out.push_back({"uea1", "libipsec-mb, one buffer", 1, [] { Library::get().uea1(); }});
#endif
    return out;
  }();
  *count = all.size();
  return all.data();
}
