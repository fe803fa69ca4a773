// Lanes without tables and without branches on data: bit planes for AES, four words side by side for SHA-256.
#include <cstring>

#include "base/secret.h"
#include "crypto/batch_paths.h"
#include "crypto/sha256_lanes.h"
#include "crypto/sliced_aes.h"
#include "crypto/sliced_words.h"

namespace baton::crypto {
namespace {

using sliced::Octets;
using sliced::Pair;

/// Round keys as planes: eight words of each half of the lanes.
struct PlaneKeys {
  std::array<std::array<Pair, 88>, 2> half;
};
static_assert(sizeof(PlaneKeys) == sizeof(LaneSchedule));
PlaneKeys& planes(LaneSchedule& s) { return reinterpret_cast<PlaneKeys&>(s); }
const PlaneKeys& planes(const LaneSchedule& s) { return reinterpret_cast<const PlaneKeys&>(s); }

/// For the lanes at 8 `half` + 0 to 7, from the four columns of all lanes.
void put_round_key(const std::array<std::array<std::uint32_t, lanes>, 4>& w, std::size_t half, Pair* out) {
  Octets<Pair> q;
  for (std::size_t j = 0; j < 8; ++j) {
    const auto word = [&](std::size_t lane) {
      return sliced::spread(w[j / 4][lane]) | sliced::spread(w[j / 4 + 2][lane]) << 8U;
    };
    q[j] = Pair{word(8 * half + j % 4), word(8 * half + 4 + j % 4)};
  }
  sliced::turn(q);
  for (std::size_t k = 0; k < 8; ++k) out[k] = q[k];
}

//= FIPS 197, 5.2
void expand(const LaneBlocks& keys, LaneSchedule& out) {
  std::array<std::array<std::uint32_t, lanes>, 4> w;
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t n = 0; n < lanes; ++n) w[c][n] = sliced::column(keys.lane(n), c);
  std::array<std::uint32_t, lanes> last;
  std::uint32_t round_constant = 1;
  for (std::size_t round = 0; round <= 10; ++round) {
    if (round > 0) {
      for (std::size_t n = 0; n < lanes; ++n) last[n] = w[3][n] >> 8U | w[3][n] << 24U;
      sliced::on_words(last, [](Octets<std::uint64_t>& x) { sliced::aes(x); });
      for (std::size_t n = 0; n < lanes; ++n) w[0][n] ^= last[n] ^ round_constant;
      for (std::size_t c = 1; c < 4; ++c)
        for (std::size_t n = 0; n < lanes; ++n) w[c][n] ^= w[c - 1][n];
      round_constant = (round_constant << 1U & 0xFFU) ^ (round_constant >> 7U) * 0x1BU;
    }
    for (std::size_t half = 0; half < 2; ++half)
      put_round_key(w, half, planes(out).half[half].data() + 8 * round);
  }
  secure_wipe(w.data(), sizeof(w));
  secure_wipe(last.data(), sizeof(last));
}

void encrypt(const LaneSchedule& keys, LaneBlocks* blocks, std::size_t count) {
  Octets<Pair> q;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t half = 0; half < 2; ++half) {
      Byte* octets = blocks[i].lane(8 * half);
      sliced::pack(octets, q);
      sliced::encrypt(q, planes(keys).half[half].data());
      sliced::unpack(q, octets);
    }
  }
  secure_wipe(q.data(), sizeof(q));
}

struct FourWords {
  using T = std::uint32_t __attribute__((vector_size(16)));
  static T load(const std::uint32_t* p) {
    T v;
    std::memcpy(&v, p, sizeof(v));
    return v;
  }
  static void store(std::uint32_t* p, const T& v) { std::memcpy(p, &v, sizeof(v)); }
  static T all(std::uint32_t v) { return T{v, v, v, v}; }
  static T add(const T& a, const T& b) { return a + b; }
  template <unsigned N>
  static T turned(const T& v) {
    return v >> N | v << (32 - N);
  }
  template <unsigned N>
  static T moved(const T& v) {
    return v >> N;
  }
  static T sum3(const T& a, const T& b, const T& c) { return a ^ b ^ c; }
  static T choose(const T& e, const T& f, const T& g) { return g ^ (e & (f ^ g)); }
  static T majority(const T& a, const T& b, const T& c) { return (a & b) | (c & (a | b)); }
};

void compress(LaneState& state, const LaneMessage& block) {
  for (std::size_t first = 0; first < lanes; first += 4) compress_lanes<FourWords>(state, block, first);
}

}  // namespace

const LaneFunctions& portable_lanes() {
  static constexpr LaneFunctions functions{expand, encrypt, compress};
  return functions;
}

}  // namespace baton::crypto
