#include "crypto/batch.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>
#include <vector>

#include "crypto/aes_paths.h"
#include "crypto/batch_library.h"
#include "crypto/batch_paths.h"
#include "crypto/eea1.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia3.h"
#include "crypto/kdf_paths.h"
#include "crypto/sha256_paths.h"
#include "crypto/stream_algorithms.h"
#include "crypto/stream_paths.h"
#include "crypto/words.h"

namespace baton::crypto {
namespace {

/// one_by_one is for a path whose single function is as good as it gets.
template <class F>
void one_by_one(std::span<const CipherJob> jobs, Path path, F cipher) {
  for (const CipherJob& j : jobs) cipher(j.key, j.count, j.bearer, j.direction, j.bits, j.data, path);
}
template <class F>
void one_by_one(std::span<const MacJob> jobs, std::span<MacI> macs, Path path, F mac) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const MacJob& j = jobs[i];
    macs[i] = mac(j.key, j.count, j.bearer, j.direction, j.bits, j.data, path);
  }
}

// --- SNOW 3G and ZUC
// -----------------------------------------------------------------------------------------

/// Two jobs and more are worth the library's start.
constexpr std::size_t few = 2;

bool fits(std::size_t bits) { return bits > 0 && bits <= 8 * library_octets_max; }

/// Initial values as the library wants them. Those of SNOW 3G begin with COUNT, the other way round than in
/// StreamIn.
//= TS 35.215, 3.4
//= TS 35.221, 3.3
std::array<std::uint64_t, 2> cipher_iv(const CipherJob& j) {
  const std::uint64_t head = packet_head(j.count, j.bearer, j.direction);
  return {head, head};
}
//= TS 35.215, 4.4
//= TS 35.221, 4.3
std::array<std::uint64_t, 2> mac_iv(const MacJob& j) {
  const std::uint64_t first = packet_head(j.count, j.bearer, Direction::uplink);
  // DIRECTION is added to the first bit of each half of the second word.
  std::array<Byte, 8> way{};
  way[0] = static_cast<Byte>(static_cast<unsigned>(j.direction) << 7U);
  way[6] = way[0];
  std::uint64_t turned = 0;
  std::memcpy(&turned, way.data(), 8);
  return {first, first ^ turned};
}

/// by_library does the jobs that fit; what is left is done one by one. False when there is no library.
template <class Job, class Iv, class Where, class Rest>
bool by_library(LibraryAlgorithm a, std::span<const Job> jobs, Path path, Iv iv_of, Where where, Rest rest) {
  if (path == Path::portable || jobs.size() < few) return false;
  constexpr std::size_t at_once = LibraryJobs::most;
  std::array<std::size_t, at_once> index;
  LibraryJobs work;
  for (std::size_t at = 0; at < jobs.size(); at += at_once) {
    work.count = 0;
    const std::size_t end = std::min(jobs.size(), at + at_once);
    for (std::size_t i = at; i < end; ++i) {
      const Job& j = jobs[i];
      assert(j.bearer <= bearer_max && 8 * j.data.size() >= j.bits);
      if (!fits(j.bits)) continue;
      const std::size_t n = work.count++;
      index[n] = i;
      work.keys[n] = j.key.data();
      work.in[n] = j.data.data();
      work.out[n] = where(i);
      work.bits[n] = static_cast<std::uint32_t>(j.bits);
      work.iv[n] = iv_of(j);
    }
    if (!library_run(a, work, path)) return false;  // at the first try or never
    if (work.count == end - at) continue;
    std::size_t done = 0;
    for (std::size_t i = at; i < end; ++i) {
      if (done < work.count && index[done] == i)
        ++done;
      else
        rest(i);
    }
  }
  return true;
}

/// zuc_by_library is by_library for ZUC, of which the library's release 1.3 computes some packets wrongly:
/// one alone (its generator for one stream now and then leaves a number in a form that the next step takes
/// for another), the rest of a longer packet among shorter ones, which that generator computes, codes in sets
/// of fewer than sixteen, and codes of packets of different lengths. Sets of equal length are right, sixteen
/// for codes and four for ciphering: those are made, the last packet filling up a set. Everything else is
/// done one by one by our own code.
template <class Job, class Length, class Iv, class Where, class Rest>
bool zuc_by_library(LibraryAlgorithm a, std::span<const Job> jobs, Path path, Length length, Iv iv_of,
                    Where where, Rest rest) {
  const bool codes = a == LibraryAlgorithm::zuc_mac;
  if (path == Path::portable || (codes && path != Path::wide) || jobs.size() < few || batch_library().empty())
    return false;
  const std::size_t set = codes ? 16 : 4;
  // The library also reads up to sixteen octets past a message, which must not be those of another page.
  constexpr std::uintptr_t page = 4096;
  const auto taken = [&](const Job& j) {
    const std::uintptr_t last = reinterpret_cast<std::uintptr_t>(j.data.data()) + j.data.size() - 1;
    return fits(j.bits) && last / page == (last + 16) / page;
  };
  std::vector<std::size_t> order;
  order.reserve(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (taken(jobs[i]))
      order.push_back(i);
    else
      rest(i);
  }
  // Those of a length stay in their order, without the memory that a stable sort asks for.
  const auto before = [&](std::size_t x, std::size_t y) {
    return std::pair(length(jobs[x]), x) < std::pair(length(jobs[y]), y);
  };
  if (!std::is_sorted(order.begin(), order.end(), before)) std::sort(order.begin(), order.end(), before);
  ByteVector spare;  // what fills up a set goes there
  LibraryJobs work;
  for (std::size_t at = 0; at < order.size();) {
    const std::size_t same = length(jobs[order[at]]);
    std::size_t end = at;
    work.count = 0;
    for (; end < order.size() && work.count < LibraryJobs::most && length(jobs[order[end]]) == same; ++end) {
      const Job& j = jobs[order[end]];
      assert(j.bearer <= bearer_max && 8 * j.data.size() >= j.bits);
      const std::size_t n = work.count++;
      work.keys[n] = j.key.data();
      work.in[n] = j.data.data();
      work.out[n] = where(order[end]);
      work.bits[n] = static_cast<std::uint32_t>(j.bits);
      work.iv[n] = iv_of(j);
    }
    bool done = work.count >= few;
    if (done) {
      if (work.count % set != 0) spare.resize(std::max(spare.size(), jobs[order[at]].data.size() + 4));
      for (std::size_t n = work.count; n % set != 0; work.count = ++n) {
        work.keys[n] = work.keys[n - 1];
        work.in[n] = work.in[n - 1];
        work.out[n] = spare.data();
        work.bits[n] = work.bits[n - 1];
        work.iv[n] = work.iv[n - 1];
      }
      done = library_run(a, work, path);
    }
    for (; at < end; ++at)
      if (!done) rest(order[at]);
  }
  secure_wipe(spare.data(), spare.size());
  return true;
}

template <class Start, class Single>
bool ciphers_by_library(LibraryAlgorithm a, std::span<const CipherJob> jobs, Path path, Start start,
                        Single single) {
  const auto where = [&](std::size_t i) { return jobs[i].data.data(); };
  const auto rest = [&](std::size_t i) { one_by_one(jobs.subspan(i, 1), Path::hardware, single); };
  const auto octets = [](const CipherJob& j) { return j.bits > 0 ? j.data.size() : 0; };
  const bool done = a == LibraryAlgorithm::zuc_cipher
                        ? zuc_by_library(a, jobs, path, octets, start, where, rest)
                        : by_library(a, jobs, path, start, where, rest);
  if (done)
    for (const CipherJob& j : jobs) clear_unused_bits(j.bits, j.data);
  return done;
}
template <class Start, class Single>
bool macs_by_library(LibraryAlgorithm a, std::span<const MacJob> jobs, std::span<MacI> macs, Path path,
                     Start start, Single single) {
  const auto where = [&](std::size_t i) { return macs[i].data(); };
  const auto rest = [&](std::size_t i) {
    one_by_one(jobs.subspan(i, 1), macs.subspan(i, 1), Path::hardware, single);
  };
  const auto bits = [](const MacJob& j) { return j.bits; };
  return a == LibraryAlgorithm::zuc_mac ? zuc_by_library(a, jobs, path, bits, start, where, rest)
                                        : by_library(a, jobs, path, start, where, rest);
}

/// in_lanes runs the portable generators, sixteen at a time, into memory of its own, and gives each job its
/// part.
template <class Job, class Octets, class Start, class Finish>
void in_lanes(std::span<const Job> jobs, decltype(&portable_snow3g_lanes) generate, Octets octets,
              Start start, Finish finish) {
  ByteVector memory;
  for (std::size_t at = 0; at < jobs.size(); at += stream_lanes) {
    const auto some = jobs.subspan(at, std::min(stream_lanes, jobs.size() - at));
    std::array<StreamIn, stream_lanes> in{};
    std::array<MutableBytes, stream_lanes> out{};
    std::size_t all = 0;
    for (const Job& j : some) all += octets(j);
    memory.resize(std::max(memory.size(), all));
    MutableBytes left(memory);
    for (std::size_t i = 0; i < some.size(); ++i) {
      in[i] = start(some[i]);
      out[i] = left.first(octets(some[i]));
      left = left.subspan(out[i].size());
    }
    generate(in, out);
    for (std::size_t i = 0; i < some.size(); ++i) finish(at + i, out[i]);
    secure_wipe(in.data(), sizeof(in));
  }
  secure_wipe(memory.data(), memory.size());
}

template <class Start>
void ciphers_in_lanes(std::span<const CipherJob> jobs, decltype(&portable_snow3g_lanes) generate,
                      Start start) {
  in_lanes(
      jobs, generate, [](const CipherJob& j) { return j.bits > 0 ? j.data.size() : 0; }, start,
      [&](std::size_t i, Bytes z) {
        xor_into(jobs[i].data.data(), z.data(), z.size());
        clear_unused_bits(jobs[i].bits, jobs[i].data);
      });
}

StreamIn start_eea1(const CipherJob& j) { return uea2_start(j.key, j.count, j.bearer, j.direction); }
StreamIn start_eea3(const CipherJob& j) { return eea3_start(j.key, j.count, j.bearer, j.direction); }
StreamIn start_eia1(const MacJob& j) {
  return uia2_start(j.key, j.count, static_cast<std::uint32_t>(j.bearer) << 27U, j.direction);
}
StreamIn start_eia3(const MacJob& j) { return eia3_start(j.key, j.count, j.bearer, j.direction); }

// --- AES
// -----------------------------------------------------------------------------------------------------

void add(LaneBlocks& a, const LaneBlocks& b) {
  for (std::size_t i = 0; i < a.octets.size(); ++i) a.octets[i] ^= b.octets[i];
}
void add_block(Byte* to, const Byte* from) {
  std::array<std::uint64_t, 2> a;
  std::array<std::uint64_t, 2> b;
  std::memcpy(a.data(), to, 16);
  std::memcpy(b.data(), from, 16);
  a[0] ^= b[0];
  a[1] ^= b[1];
  std::memcpy(to, a.data(), 16);
}

/// COUNT, BEARER and DIRECTION, as EEA2's first counter and EIA2's first octets begin with them.
template <class Job>
void put_head(const Job& j, Byte* to) {
  store_word(to, j.count);
  to[4] = static_cast<Byte>(j.bearer << 3U | static_cast<unsigned>(j.direction) << 2U);
  to[5] = to[6] = to[7] = 0;
}

struct AesLanes {
  LaneBlocks keys{};
  LaneSchedule schedule;
  std::array<LaneBlocks, 5> blocks{};
  AesLanes() = default;
  ~AesLanes() { secure_wipe(this, sizeof(*this)); }
  AesLanes(const AesLanes&) = delete;
  AesLanes& operator=(const AesLanes&) = delete;
};

//= TS 33.401, B.1.3
void eea2_lanes(std::span<const CipherJob> jobs, const LaneFunctions& run, AesLanes& l) {
  constexpr std::size_t at_once = 5;
  std::size_t longest = 0;
  std::array<std::array<Byte, 8>, lanes> heads;
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    std::copy(jobs[n].key.begin(), jobs[n].key.end(), l.keys.lane(n));
    put_head(jobs[n], heads[n].data());
    longest = std::max(longest, jobs[n].data.size());
  }
  run.expand(l.keys, l.schedule);
  for (std::size_t block = 0; 16 * block < longest; block += at_once) {
    const std::size_t count = std::min(at_once, (longest - 16 * block + 15) / 16);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t n = 0; n < jobs.size(); ++n) {
        std::copy(heads[n].begin(), heads[n].end(), l.blocks[i].lane(n));
        store_big_endian(l.blocks[i].lane(n) + 8, block + i);
      }
    }
    run.encrypt(l.schedule, l.blocks.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t n = 0; n < jobs.size(); ++n) {
        const std::size_t at = 16 * (block + i);
        const MutableBytes data = jobs[n].data;
        if (data.size() >= at + 16)
          add_block(data.data() + at, l.blocks[i].lane(n));
        else if (data.size() > at)
          xor_into(data.data() + at, l.blocks[i].lane(n), data.size() - at);
      }
    }
  }
  for (const CipherJob& j : jobs) clear_unused_bits(j.bits, j.data);
}

/// Twice a block of every lane in GF(2^128).
void double_block(const Byte* in, Byte* out) {
  const std::uint64_t high = load_big_endian(in);
  const std::uint64_t low = load_big_endian(in + 8);
  store_big_endian(out, high << 1U | low >> 63U);
  store_big_endian(out + 8, low << 1U ^ ((0U - (high >> 63U)) & 0x87U));
}

//= TS 33.401, B.2.3
//= NIST SP 800-38B, 6.2
void eia2_lanes(std::span<const MacJob> jobs, std::span<MacI> macs, const LaneFunctions& run, AesLanes& l) {
  LaneBlocks& state = l.blocks[0];
  LaneBlocks& subkeys = l.blocks[1];
  LaneBlocks& ends = l.blocks[2];
  state.octets.fill(0);
  ends.octets.fill(0);
  std::array<std::size_t, lanes> last;  // the number of a lane's last block
  std::size_t blocks = 0;
  for (std::size_t n = 0; n < jobs.size(); ++n)
    std::copy(jobs[n].key.begin(), jobs[n].key.end(), l.keys.lane(n));
  run.expand(l.keys, l.schedule);
  subkeys.octets.fill(0);
  run.encrypt(l.schedule, &subkeys, 1);
  // The last block of each lane is put together beforehand, with its subkey in it.
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    const MacJob& j = jobs[n];
    assert(j.bearer <= 31 && j.bits <= 8 * j.data.size());
    const std::size_t bits = 64 + j.bits;
    last[n] = (bits - 1) / 128;
    blocks = std::max(blocks, last[n] + 1);
    Byte* end = ends.lane(n);
    double_block(subkeys.lane(n), subkeys.lane(n));
    if (bits % 128 != 0) double_block(subkeys.lane(n), subkeys.lane(n));
    const std::size_t octets = (j.bits + 7) / 8;
    const std::size_t from = last[n] == 0 ? 0 : 16 * last[n] - 8;
    Byte* to = last[n] == 0 ? end + 8 : end;
    if (last[n] == 0) put_head(j, end);
    std::copy(j.data.begin() + static_cast<std::ptrdiff_t>(from),
              j.data.begin() + static_cast<std::ptrdiff_t>(octets), to);
    if (j.bits % 8 != 0) {
      Byte& odd = to[octets - from - 1];
      odd = static_cast<Byte>((odd & (0xFF00U >> j.bits % 8)) | 0x80U >> j.bits % 8);
    } else if (bits % 128 != 0) {
      to[octets - from] = 0x80;
    }
    xor_into(end, subkeys.lane(n), 16);
  }
  for (std::size_t block = 0; block < blocks; ++block) {
    for (std::size_t n = 0; n < jobs.size(); ++n) {
      Byte* to = state.lane(n);
      if (block == last[n]) {
        add_block(to, ends.lane(n));
      } else if (block > last[n]) {
        continue;
      } else if (block == 0) {
        std::array<Byte, 8> head;
        put_head(jobs[n], head.data());
        xor_into(to, head.data(), 8);
        xor_into(to + 8, jobs[n].data.data(), 8);
      } else {
        add_block(to, jobs[n].data.data() + 16 * block - 8);
      }
    }
    run.encrypt(l.schedule, &state, 1);
    for (std::size_t n = 0; n < jobs.size(); ++n)
      if (block == last[n]) std::copy_n(state.lane(n), macs[n].size(), macs[n].begin());
  }
}

#if defined(__x86_64__)
struct WideKeys {
  WideSchedule schedule;
  WideKeys() {}  // written before it is read
  ~WideKeys() { secure_wipe(&schedule, sizeof(schedule)); }
  WideKeys(const WideKeys&) = delete;
  WideKeys& operator=(const WideKeys&) = delete;
};
template <class Job>
std::uint64_t head_of(const Job& j) {
  assert(j.bearer <= bearer_max && j.bits <= 8 * j.data.size());
  return packet_head(j.count, j.bearer, j.direction);
}
void eea2_wide(std::span<const CipherJob> jobs) {
  WideKeys keys;
  std::array<WidePacket, wide_packets> packets;
  for (std::size_t at = 0; at < jobs.size(); at += wide_packets) {
    const std::size_t some = std::min(wide_packets, jobs.size() - at);
    for (std::size_t n = 0; n < some; ++n) {
      const CipherJob& j = jobs[at + n];
      packets[n] = {j.key.data(), nullptr, j.data.data(), j.bits, head_of(j)};
    }
    wide_eea2(packets.data(), some, keys.schedule);
    for (const CipherJob& j : jobs.subspan(at, some)) clear_unused_bits(j.bits, j.data);
  }
}
void eia2_wide(std::span<const MacJob> jobs, std::span<MacI> macs) {
  WideKeys keys;
  std::array<WidePacket, wide_packets> packets;
  Byte made[wide_packets][4];
  for (std::size_t at = 0; at < jobs.size(); at += wide_packets) {
    const std::size_t some = std::min(wide_packets, jobs.size() - at);
    for (std::size_t n = 0; n < some; ++n) {
      const MacJob& j = jobs[at + n];
      packets[n] = {j.key.data(), j.data.data(), nullptr, j.bits, head_of(j)};
    }
    wide_eia2(packets.data(), some, keys.schedule, made);
    for (std::size_t n = 0; n < some; ++n) std::copy_n(made[n], 4, macs[at + n].begin());
  }
}
#endif

/// turn_words turns every lane left by so many 32-bit words and adds `c` to its last octet.
template <std::size_t Words>
void turn_words(const LaneBlocks& in, Byte c, LaneBlocks& out) {
  for (std::size_t n = 0; n < lanes; ++n) {
    std::array<std::uint32_t, 4> w;
    std::memcpy(w.data(), in.lane(n), 16);
    const std::array<std::uint32_t, 4> turned{w[Words % 4], w[(Words + 1) % 4], w[(Words + 2) % 4],
                                              w[(Words + 3) % 4]};
    std::memcpy(out.lane(n), turned.data(), 16);
    out.lane(n)[15] = static_cast<Byte>(out.lane(n)[15] ^ c);
  }
}

//= TS 35.206, 4.1
void milenage_lanes(std::span<const MilenageJob> jobs, std::span<MilenageOutputs> outputs,
                    const LaneFunctions& run, AesLanes& l) {
  struct {
    LaneBlocks opc{}, temp{}, in1{};
  } w;
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    const MilenageJob& j = jobs[n];
    std::copy(j.k.begin(), j.k.end(), l.keys.lane(n));
    std::copy(j.opc.begin(), j.opc.end(), w.opc.lane(n));
    std::copy(j.rand.begin(), j.rand.end(), w.temp.lane(n));
    Byte* in = w.in1.lane(n);
    std::copy(j.sqn.begin(), j.sqn.end(), in);
    std::copy(j.amf.begin(), j.amf.end(), in + 6);
    std::copy(in, in + 8, in + 8);
  }
  run.expand(l.keys, l.schedule);
  add(w.temp, w.opc);
  run.encrypt(l.schedule, &w.temp, 1);
  add(w.in1, w.opc);
  // r1 to r5 are 64, 0, 32, 64 and 96; c1 to c5 are 0, 1, 2, 4 and 8.
  turn_words<2>(w.in1, 0, l.blocks[0]);
  add(l.blocks[0], w.temp);
  add(w.temp, w.opc);
  turn_words<0>(w.temp, 1, l.blocks[1]);
  turn_words<1>(w.temp, 2, l.blocks[2]);
  turn_words<2>(w.temp, 4, l.blocks[3]);
  turn_words<3>(w.temp, 8, l.blocks[4]);
  run.encrypt(l.schedule, l.blocks.data(), 5);
  for (std::size_t i = 0; i < 5; ++i) {
    add(l.blocks[i], w.opc);
    for (std::size_t n = 0; n < jobs.size(); ++n)
      std::copy_n(l.blocks[i].lane(n), 16, outputs[n].out[i].begin());
  }
  secure_wipe(&w, sizeof(w));
}

/// in_sixteens cuts jobs into sets of lanes.
template <class Job, class F>
void in_sixteens(std::span<const Job> jobs, F run) {
  for (std::size_t at = 0; at < jobs.size(); at += lanes)
    run(at, jobs.subspan(at, std::min(lanes, jobs.size() - at)));
}

// --- the key derivation function
// ------------------------------------------------------------------------------

struct KdfLanes {
  LaneState inner, outer;
  LaneMessage block;
  ~KdfLanes() { secure_wipe(this, sizeof(*this)); }
};

void start(LaneState& s) {
  for (std::size_t i = 0; i < 8; ++i) s[i].of.fill(sha256_start[i]);
}

//= RFC 2104, 2
void kdf_lanes(std::span<const KdfJob> jobs, const LaneFunctions& run) {
  constexpr std::uint32_t ipad = 0x3636'3636;
  constexpr std::uint32_t opad = 0x5C5C'5C5C;
  KdfLanes l;
  for (std::size_t i = 0; i < 16; ++i) l.block[i].of.fill(ipad);
  for (std::size_t n = 0; n < jobs.size(); ++n)
    for (std::size_t i = 0; i < 8; ++i) l.block[i].of[n] = load_word(jobs[n].key.data() + 4 * i) ^ ipad;
  start(l.inner);
  run.compress(l.inner, l.block);
  for (LaneWords& w : l.block)
    for (std::uint32_t& v : w.of) v ^= ipad ^ opad;
  start(l.outer);
  run.compress(l.outer, l.block);

  for (LaneWords& w : l.block) w.of.fill(0);
  for (std::size_t n = 0; n < jobs.size(); ++n) {
    const Bytes s = jobs[n].s;
    std::size_t at = 0;
    for (; at + 4 <= s.size(); at += 4) l.block[at / 4].of[n] = load_word(s.data() + at);
    std::uint32_t end = 0x8000'0000U >> (8 * (s.size() % 4));
    for (std::size_t i = 0; at + i < s.size(); ++i)
      end |= static_cast<std::uint32_t>(s[at + i]) << (24 - 8 * i);
    l.block[at / 4].of[n] = end;
    l.block[15].of[n] = static_cast<std::uint32_t>(8 * (64 + s.size()));
  }
  run.compress(l.inner, l.block);

  for (std::size_t i = 0; i < 8; ++i) l.block[i] = l.inner[i];
  l.block[8].of.fill(0x8000'0000);
  for (std::size_t i = 9; i < 15; ++i) l.block[i].of.fill(0);
  l.block[15].of.fill(8 * (64 + 32));
  run.compress(l.outer, l.block);
  for (std::size_t n = 0; n < jobs.size(); ++n)
    for (std::size_t i = 0; i < 8; ++i) store_word(jobs[n].out.data() + 4 * i, l.outer[i].of[n]);
}

#if defined(__x86_64__)
/// kdf_in_streams does the jobs four at a time and returns those that are left: fewer than three. Three and a
/// copy of one of them take no longer than three one by one.
std::span<const KdfJob> kdf_in_streams(std::span<const KdfJob> jobs, Path path) {
  const auto run = path == Path::wide ? wide_kdf_streams : hardware_kdf_streams;
  alignas(64) Byte messages[kdf_streams][64];
  while (jobs.size() + 1 >= kdf_streams) {
    const std::size_t some = std::min(jobs.size(), kdf_streams);
    const auto job = [&](std::size_t n) -> const KdfJob& { return jobs[std::min(n, some - 1)]; };
    for (std::size_t n = 0; n < kdf_streams; ++n) put_short_s(job(n).s, messages[n]);
    run({job(0).key.data(), job(1).key.data(), job(2).key.data(), job(3).key.data()}, messages,
        {job(0).out.data(), job(1).out.data(), job(2).out.data(), job(3).out.data()});
    jobs = jobs.subspan(some);
  }
  secure_wipe(messages, sizeof(messages));
  return jobs;
}
#endif

/// Fewer lanes than this cost more than as many single derivations.
constexpr std::size_t kdf_lanes_min = 5;
constexpr std::size_t milenage_lanes_min = 4;

}  // namespace

void eea1_batch(std::span<const CipherJob> jobs, Path path) {
  if (path == Path::portable && jobs.size() >= few)
    return ciphers_in_lanes(jobs, portable_snow3g_lanes, start_eea1);
  if (!ciphers_by_library(LibraryAlgorithm::snow3g_cipher, jobs, path, cipher_iv, eea1))
    one_by_one(jobs, path, eea1);
}

void eea3_batch(std::span<const CipherJob> jobs, Path path) {
  if (path == Path::portable && jobs.size() >= few)
    return ciphers_in_lanes(jobs, portable_zuc_lanes, start_eea3);
  if (!ciphers_by_library(LibraryAlgorithm::zuc_cipher, jobs, path, cipher_iv, eea3))
    one_by_one(jobs, path, eea3);
}

void eia1_batch(std::span<const MacJob> jobs, std::span<MacI> macs, Path path) {
  assert(jobs.size() == macs.size());
  if (path == Path::portable && jobs.size() >= few)
    return in_lanes(
        jobs, portable_snow3g_lanes, [](const MacJob&) { return uia2_stream_octets; }, start_eia1,
        [&](std::size_t i, Bytes z) {
          macs[i] = uia2_finish(z.first<uia2_stream_octets>(), jobs[i].data, jobs[i].bits, Path::portable);
        });
  if (!macs_by_library(LibraryAlgorithm::snow3g_mac, jobs, macs, path, mac_iv, eia1))
    one_by_one(jobs, macs, path, eia1);
}

void eia3_batch(std::span<const MacJob> jobs, std::span<MacI> macs, Path path) {
  assert(jobs.size() == macs.size());
  if (path == Path::portable && jobs.size() >= few)
    return in_lanes(
        jobs, portable_zuc_lanes, [](const MacJob& j) { return eia3_stream_octets(j.bits); }, start_eia3,
        [&](std::size_t i, Bytes z) {
          macs[i] = eia3_finish(z, jobs[i].data, jobs[i].bits, Path::portable);
        });
  if (!macs_by_library(LibraryAlgorithm::zuc_mac, jobs, macs, path, mac_iv, eia3))
    one_by_one(jobs, macs, path, eia3);
}

void eea2_batch(std::span<const CipherJob> jobs, Path path) {
#if defined(__x86_64__)
  if (path == Path::wide) return eea2_wide(jobs);
  if (path == Path::hardware) return one_by_one(jobs, path, eea2);
#endif
  AesLanes l;
  in_sixteens(jobs, [&](std::size_t, auto some) { eea2_lanes(some, lanes_of(path), l); });
}

void eia2_batch(std::span<const MacJob> jobs, std::span<MacI> macs, Path path) {
  assert(jobs.size() == macs.size());
#if defined(__x86_64__)
  if (path == Path::wide) return eia2_wide(jobs, macs);
#endif
  AesLanes l;
  in_sixteens(jobs, [&](std::size_t at, auto some) {
    eia2_lanes(some, macs.subspan(at, some.size()), lanes_of(path), l);
  });
}

void milenage_batch(std::span<const MilenageJob> jobs, std::span<MilenageOutputs> outputs, Path path) {
  assert(jobs.size() == outputs.size());
#if defined(__x86_64__)
  if (path != Path::portable && jobs.size() < milenage_lanes_min) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const MilenageJob& j = jobs[i];
      hardware_milenage(j.k.data(), j.opc.data(), j.rand.data(), j.sqn.data(), j.amf.data(),
                        outputs[i].out.data());
    }
    return;
  }
#endif
  AesLanes l;
  in_sixteens(jobs, [&](std::size_t at, auto some) {
    milenage_lanes(some, outputs.subspan(at, some.size()), lanes_of(path), l);
  });
}

void kdf_batch(std::span<const KdfJob> jobs, Path path) {
  const LaneFunctions& run = lanes_of(path);
  const bool lanes_first = path != Path::wide || !sha_streams();
  in_sixteens(jobs, [&](std::size_t, std::span<const KdfJob> some) {
    const bool all_short =
        std::all_of(some.begin(), some.end(), [](const KdfJob& j) { return j.s.size() <= short_s_octets; });
    if (all_short && lanes_first && run.compress != nullptr && some.size() >= kdf_lanes_min)
      return kdf_lanes(some, run);
    const Path one = path == Path::portable ? Path::portable : sha_path();
#if defined(__x86_64__)
    if (one != Path::portable && all_short) some = kdf_in_streams(some, path);
#endif
    for (const KdfJob& j : some) kdf_into(j.key, j.s, j.out, one);
  });
}

}  // namespace baton::crypto
