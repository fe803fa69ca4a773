// SNOW 3G, ZUC and the algorithms on them.
#include <algorithm>
#include <cassert>
#include <vector>

#include "base/secret.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia3.h"
#include "crypto/snow3g.h"
#include "crypto/stream_algorithms.h"
#include "crypto/stream_paths.h"
#include "crypto/words.h"
#include "crypto/zuc.h"

namespace baton::crypto {
namespace {

using StreamFunction = void (*)(const StreamIn&, MutableBytes);

#if defined(__x86_64__)
StreamFunction snow3g_on(Path p) { return p == Path::portable ? portable_snow3g : hardware_snow3g; }
StreamFunction zuc_on(Path p) { return p == Path::portable ? portable_zuc : hardware_zuc; }
#else
StreamFunction snow3g_on(Path) { return portable_snow3g; }
StreamFunction zuc_on(Path) { return portable_zuc; }
#endif

/// add_stream adds key stream to `data`, a piece at a time so that it needs no memory of the message's size.
/// One piece is the usual packet.
void add_stream(StreamFunction stream, const StreamIn& in, MutableBytes data) {
  constexpr std::size_t on_the_stack = 2048;
  if (data.size() <= on_the_stack) {
    std::array<Byte, on_the_stack> octets;
    const MutableBytes used = MutableBytes(octets).first(data.size());
    stream(in, used);
    xor_into(data.data(), used.data(), used.size());
    secure_wipe(used.data(), used.size());
    return;
  }
  ByteVector octets(data.size());
  stream(in, octets);
  xor_into(data.data(), octets.data(), octets.size());
  secure_wipe(octets.data(), octets.size());
}

void cipher(StreamFunction stream, StreamIn in, std::size_t bits, MutableBytes data) {
  assert(data.size() == (bits + 7) / 8);
  if (bits > 0) add_stream(stream, in, data);
  clear_unused_bits(bits, data);
  secure_wipe(in.key.data(), in.key.size());
}

void copy(Bytes from, std::array<Byte, 16>& to) { std::copy(from.begin(), from.end(), to.begin()); }

}  // namespace

void snow3g_keystream(std::span<const Byte, 16> key, std::span<const Byte, 16> iv, MutableBytes out,
                      Path path) {
  StreamIn in{};
  copy(key, in.key);
  copy(iv, in.iv);
  snow3g_on(path)(in, out);
  secure_wipe(in.key.data(), in.key.size());
}

void zuc_keystream(std::span<const Byte, 16> key, std::span<const Byte, 16> iv, MutableBytes out, Path path) {
  StreamIn in{};
  copy(key, in.key);
  copy(iv, in.iv);
  zuc_on(path)(in, out);
  secure_wipe(in.key.data(), in.key.size());
}

//= TS 35.215, 3.4
StreamIn uea2_start(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction) {
  assert(bearer <= bearer_max);
  const std::uint32_t other =
      static_cast<std::uint32_t>(bearer) << 27U | static_cast<std::uint32_t>(direction) << 26U;
  StreamIn in = snow3g_start(key);
  store_word(in.iv.data(), other);
  store_word(in.iv.data() + 4, count);
  store_word(in.iv.data() + 8, other);
  store_word(in.iv.data() + 12, count);
  return in;
}
//= TS 35.215, 4.4
StreamIn uia2_start(std::span<const Byte, 16> key, std::uint32_t count, std::uint32_t fresh,
                    Direction direction) {
  const auto way = static_cast<std::uint32_t>(direction);
  StreamIn in = snow3g_start(key);
  store_word(in.iv.data(), fresh ^ way << 15U);
  store_word(in.iv.data() + 4, count ^ way << 31U);
  store_word(in.iv.data() + 8, fresh);
  store_word(in.iv.data() + 12, count);
  return in;
}
// The first word of the key is k3, and that of the initial value is IV3.
StreamIn snow3g_start(std::span<const Byte, 16> key) {
  StreamIn in{};
  for (std::size_t i = 0; i < 4; ++i)
    std::copy_n(key.begin() + static_cast<std::ptrdiff_t>(12 - 4 * i), 4,
                in.key.begin() + static_cast<std::ptrdiff_t>(4 * i));
  return in;
}

//= TS 35.221, 3.3
StreamIn eea3_start(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction) {
  assert(bearer <= bearer_max);
  StreamIn in{};
  copy(key, in.key);
  store_word(in.iv.data(), count);
  in.iv[4] = static_cast<Byte>(bearer << 3U | static_cast<unsigned>(direction) << 2U);
  std::copy_n(in.iv.begin(), 8, in.iv.begin() + 8);
  return in;
}
//= TS 35.221, 4.3
StreamIn eia3_start(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction) {
  const auto way = static_cast<Byte>(static_cast<unsigned>(direction) << 7U);
  StreamIn in = eea3_start(key, count, bearer, Direction::uplink);
  in.iv[8] = static_cast<Byte>(in.iv[8] ^ way);
  in.iv[14] = static_cast<Byte>(in.iv[14] ^ way);
  return in;
}

//= TS 35.215, 4.5
MacI uia2_finish(std::span<const Byte, uia2_stream_octets> z, Bytes data, std::size_t bits, Path path) {
  const std::uint64_t p = load_big_endian(z.data());
  const std::uint64_t q = load_big_endian(z.data() + 8);
#if defined(__x86_64__)
  const auto evaluate = path == Path::portable ? portable_evaluate : hardware_evaluate;
#else
  (void)path;
  const auto evaluate = portable_evaluate;
#endif
  const std::size_t whole = bits / 64 * 8;
  std::uint64_t eval = evaluate(p, data.first(whole), 0);
  if (bits % 64 != 0) {
    std::array<Byte, 8> last{};
    const std::size_t octets = (bits % 64 + 7) / 8;
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(whole), octets, last.begin());
    clear_unused_bits(bits, MutableBytes(last).first(octets));
    eval = evaluate(p, last, eval);
  }
  std::array<Byte, 8> length;
  store_big_endian(length.data(), bits);
  eval = evaluate(q, length, eval);
  MacI mac;
  store_word(mac.data(), static_cast<std::uint32_t>(eval >> 32U) ^ load_word(z.data() + 16));
  return mac;
}

//= TS 35.221, 4.4
MacI eia3_finish(Bytes z, Bytes data, std::size_t bits, Path path) {
  assert(z.size() == eia3_stream_octets(bits));
#if defined(__x86_64__)
  std::uint32_t t =
      path == Path::portable ? portable_zuc_fold(z, data, bits) : hardware_zuc_fold(z, data, bits);
#else
  (void)path;
  std::uint32_t t = portable_zuc_fold(z, data, bits);
#endif
  // The word that begins at bit `bits`, and the last one.
  const std::uint64_t window = load_big_endian(z.data() + bits / 32 * 4);
  t ^= static_cast<std::uint32_t>(window >> (32 - bits % 32));
  MacI mac;
  store_word(mac.data(), t ^ load_word(z.data() + z.size() - 4));
  return mac;
}

void uea2(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, MutableBytes data, Path path) {
  cipher(snow3g_on(path), uea2_start(key, count, bearer, direction), bits, data);
}

MacI uia2(std::span<const Byte, 16> key, std::uint32_t count, std::uint32_t fresh, Direction direction,
          std::size_t bits, Bytes data, Path path) {
  assert(bits <= 8 * data.size());
  StreamIn in = uia2_start(key, count, fresh, direction);
  std::array<Byte, uia2_stream_octets> z;
  snow3g_on(path)(in, z);
  const MacI mac = uia2_finish(z, data, bits, path);
  secure_wipe(in.key.data(), in.key.size());
  secure_wipe(z.data(), z.size());
  return mac;
}

void eea3(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, MutableBytes data, Path path) {
  cipher(zuc_on(path), eea3_start(key, count, bearer, direction), bits, data);
}

MacI eia3(std::span<const Byte, 16> key, std::uint32_t count, Byte bearer, Direction direction,
          std::size_t bits, Bytes data, Path path) {
  assert(bits <= 8 * data.size());
  StreamIn in = eia3_start(key, count, bearer, direction);
  const auto make = [&](MutableBytes z) {
    zuc_on(path)(in, z);
    const MacI mac = eia3_finish(z, data, bits, path);
    secure_wipe(z.data(), z.size());
    secure_wipe(in.key.data(), in.key.size());
    return mac;
  };
  const std::size_t octets = eia3_stream_octets(bits);
  std::array<Byte, 2048> on_the_stack;
  if (octets <= on_the_stack.size()) return make(MutableBytes(on_the_stack).first(octets));
  ByteVector z(octets);
  return make(z);
}

}  // namespace baton::crypto
