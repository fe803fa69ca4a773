// Lanes without tables and without branches on data: bit planes of one row for AES, four words side by side
// for SHA-256.
#include <algorithm>
#include <cstring>

#include "base/secret.h"
#include "crypto/batch_paths.h"
#include "crypto/sha256_lanes.h"
#include "crypto/sliced_rows.h"

namespace baton::crypto {
namespace {

/// Round keys of the lanes, twice: for two blocks of each at once.
struct RowKeys {
  std::array<sliced::Rows, 11> round;
};
static_assert(sizeof(RowKeys) == sizeof(LaneSchedule) && sliced::row_blocks == 2 * lanes);
RowKeys& rows(LaneSchedule& s) { return reinterpret_cast<RowKeys&>(s); }
const RowKeys& rows(const LaneSchedule& s) { return reinterpret_cast<const RowKeys&>(s); }

//= FIPS 197, 5.2
void expand(const LaneBlocks& keys, LaneSchedule& out) {
  auto& round = rows(out).round;
  sliced::pack_rows([&keys](std::size_t n) { return keys.lane(n % lanes); }, round[0]);
  std::uint32_t round_constant = 1;
  for (std::size_t n = 1; n <= 10; ++n) {
    round[n] = round[n - 1];
    sliced::next_round_key(round[n], round_constant);
    round_constant = (round_constant << 1U & 0xFFU) ^ (round_constant >> 7U) * 0x1BU;
  }
}

void encrypt(const LaneSchedule& keys, LaneBlocks* blocks, std::size_t count) {
  sliced::Rows state;
  for (std::size_t i = 0; i < count; i += 2) {
    LaneBlocks& first = blocks[i];
    LaneBlocks& second = blocks[std::min(i + 1, count - 1)];  // of an odd number the last is done twice
    const auto block = [&](std::size_t n) { return n < lanes ? first.lane(n) : second.lane(n - lanes); };
    sliced::pack_rows(block, state);
    sliced::encrypt(state, rows(keys).round.data());
    sliced::unpack_rows(state, block);
  }
  secure_wipe(state.data(), sizeof(state));
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
