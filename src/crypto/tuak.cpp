#include "crypto/tuak.h"

#include <algorithm>

#include "crypto/words.h"

namespace baton::crypto {
namespace {

/// The state as octets. Every value lies in it with its least significant octet first.
//= TS 35.231, 6.1
class Sponge {
 public:
  Sponge(Bytes top, Byte instance, Bytes k) {
    put(0, top);
    octets_[32] = static_cast<Byte>(instance | (k.size() == 32 ? 1U : 0U));
    constexpr std::array<Byte, 7> name{'T', 'U', 'A', 'K', '1', '.', '0'};
    put(33, name);
    put(64, k);
    octets_[96] = 0x1F;
    octets_[135] = 0x80;
  }
  ~Sponge() { secure_wipe(octets_.data(), octets_.size()); }
  Sponge(const Sponge&) = delete;
  Sponge& operator=(const Sponge&) = delete;

  void put(std::size_t at, Bytes value) {
    std::reverse_copy(value.begin(), value.end(), octets_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  void get(std::size_t at, MutableBytes value) const {
    const auto first = octets_.begin() + static_cast<std::ptrdiff_t>(at);
    std::reverse_copy(first, first + static_cast<std::ptrdiff_t>(value.size()), value.begin());
  }
  void run(unsigned iterations) {
    KeccakState state = lanes();
    for (; iterations > 0; --iterations) keccak_f1600(state);
    take(state);
  }
  static void run_two(Sponge& a, Sponge& b, unsigned iterations, Path path) {
    KeccakState first = a.lanes();
    KeccakState second = b.lanes();
    for (; iterations > 0; --iterations) keccak_f1600_two(first, second, path);
    a.take(first);
    b.take(second);
  }

 private:
  KeccakState lanes() const {
    KeccakState state;
    for (std::size_t i = 0; i < state.size(); ++i)
      state[i] = __builtin_bswap64(load_big_endian(&octets_[8 * i]));
    return state;
  }
  void take(KeccakState& state) {
    for (std::size_t i = 0; i < state.size(); ++i)
      store_big_endian(&octets_[8 * i], __builtin_bswap64(state[i]));
    secure_wipe(state.data(), sizeof(state));
  }

  std::array<Byte, 200> octets_{};
};

constexpr std::size_t rand_at = 40, amf_at = 56, sqn_at = 58;
constexpr std::size_t ck_at = 32, ik_at = 64, ak_at = 96;

/// The length of an output, as INSTANCE says it: in units of 8 octets.
constexpr unsigned units(unsigned octets) { return octets / 8; }
constexpr Byte f1_instance = 0x00, f1_star_instance = 0x80, f2345_instance = 0x40, f5_star_instance = 0xC0;

template <class Value>
Value taken(const Sponge& s, std::size_t at, std::size_t octets) {
  std::array<Byte, 32> out;
  const MutableBytes used = MutableBytes(out).first(octets);
  s.get(at, used);
  Value value{Bytes(used)};
  secure_wipe(out.data(), out.size());
  return value;
}
Tuak::Ak taken_ak(const Sponge& s) {
  std::array<Byte, 6> out;
  s.get(ak_at, out);
  Tuak::Ak ak(out);
  secure_wipe(out.data(), out.size());
  return ak;
}

Byte answer_instance(const TuakSizes& sizes) {
  return static_cast<Byte>(f2345_instance | units(sizes.res) << 3U | (sizes.ck == 32 ? 4U : 0U) |
                           (sizes.ik == 32 ? 2U : 0U));
}
Tuak::Answer answer(const Sponge& s, const TuakSizes& sizes) {
  return {taken<Tuak::Res>(s, 0, sizes.res), taken<Tuak::Key>(s, ck_at, sizes.ck),
          taken<Tuak::Key>(s, ik_at, sizes.ik), taken_ak(s)};
}

bool one_of(unsigned v, std::initializer_list<unsigned> all) {
  return std::find(all.begin(), all.end(), v) != all.end();
}

}  // namespace

std::string_view to_string(TuakRefusal r) {
  switch (r) {
    case TuakRefusal::k_length: return "K is 16 or 32 octets";
    case TuakRefusal::mac_length: return "MAC is 8, 16 or 32 octets";
    case TuakRefusal::res_length: return "RES is 4, 8, 16 or 32 octets";
    case TuakRefusal::ck_length: return "CK is 16 or 32 octets";
    case TuakRefusal::ik_length: return "IK is 16 or 32 octets";
    case TuakRefusal::iterations: return "there are 1 to 255 iterations";
  }
  return "?";
}

Expected<TuakTopc, TuakRefusal> tuak_topc(Bytes k, std::span<const Byte, 32> top, unsigned iterations) {
  if (!one_of(static_cast<unsigned>(k.size()), {16, 32})) return Fail{TuakRefusal::k_length};
  if (iterations < 1 || iterations > 255) return Fail{TuakRefusal::iterations};
  Sponge s(top, 0, k);
  s.run(iterations);
  std::array<Byte, 32> out;
  s.get(0, out);
  TuakTopc topc(out);
  secure_wipe(out.data(), out.size());
  return topc;
}

Expected<Tuak, TuakRefusal> Tuak::make(Bytes k, std::span<const Byte, 32> topc, TuakSizes sizes) {
  if (!one_of(static_cast<unsigned>(k.size()), {16, 32})) return Fail{TuakRefusal::k_length};
  if (!one_of(sizes.mac, {8, 16, 32})) return Fail{TuakRefusal::mac_length};
  if (!one_of(sizes.res, {4, 8, 16, 32})) return Fail{TuakRefusal::res_length};
  if (!one_of(sizes.ck, {16, 32})) return Fail{TuakRefusal::ck_length};
  if (!one_of(sizes.ik, {16, 32})) return Fail{TuakRefusal::ik_length};
  if (sizes.iterations < 1 || sizes.iterations > 255) return Fail{TuakRefusal::iterations};
  return Tuak(k, topc, sizes);
}

//= TS 35.231, 6.3 and 6.4
Tuak::Mac Tuak::mac(Byte instance, std::span<const Byte, 16> rand, std::span<const Byte, 6> sqn,
                    std::span<const Byte, 2> amf) const {
  Sponge s(topc_.expose(), static_cast<Byte>(instance | units(sizes_.mac) << 3U), k_.expose());
  s.put(rand_at, rand);
  s.put(amf_at, amf);
  s.put(sqn_at, sqn);
  s.run(sizes_.iterations);
  return taken<Mac>(s, 0, sizes_.mac);
}
//= TS 35.231, 6.3 and 6.5
Tuak::Vector Tuak::vector(std::span<const Byte, 16> rand, std::span<const Byte, 6> sqn,
                          std::span<const Byte, 2> amf, Path path) const {
  Sponge f1(topc_.expose(), static_cast<Byte>(f1_instance | units(sizes_.mac) << 3U), k_.expose());
  f1.put(rand_at, rand);
  f1.put(amf_at, amf);
  f1.put(sqn_at, sqn);
  Sponge f2345(topc_.expose(), answer_instance(sizes_), k_.expose());
  f2345.put(rand_at, rand);
  Sponge::run_two(f1, f2345, sizes_.iterations, path);
  return {taken<Mac>(f1, 0, sizes_.mac), answer(f2345, sizes_)};
}
Tuak::Mac Tuak::f1(std::span<const Byte, 16> rand, std::span<const Byte, 6> sqn,
                   std::span<const Byte, 2> amf) const {
  return mac(f1_instance, rand, sqn, amf);
}
Tuak::Mac Tuak::f1_star(std::span<const Byte, 16> rand, std::span<const Byte, 6> sqn,
                        std::span<const Byte, 2> amf) const {
  return mac(f1_star_instance, rand, sqn, amf);
}

//= TS 35.231, 6.5
Tuak::Answer Tuak::f2345(std::span<const Byte, 16> rand) const {
  Sponge s(topc_.expose(), answer_instance(sizes_), k_.expose());
  s.put(rand_at, rand);
  s.run(sizes_.iterations);
  return answer(s, sizes_);
}

//= TS 35.231, 6.6
Tuak::Ak Tuak::f5_star(std::span<const Byte, 16> rand) const {
  Sponge s(topc_.expose(), f5_star_instance, k_.expose());
  s.put(rand_at, rand);
  s.run(sizes_.iterations);
  return taken_ak(s);
}

}  // namespace baton::crypto
