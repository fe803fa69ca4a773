#include "crypto/milenage.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "crypto/words.h"

namespace baton::crypto {
namespace {

void add(Block& a, std::span<const Byte, 16> b) { xor_into(a.data(), b.data(), a.size()); }

/// rotated turns a block left by `bits`, the first ones to the end. The amount is no secret.
Block rotated(const Block& in, Byte bits) {
  std::uint64_t high = load_big_endian(in.data());
  std::uint64_t low = load_big_endian(in.data() + 8);
  if (bits & 64U) std::swap(high, low);
  if (const unsigned n = bits % 64; n != 0) {
    const std::uint64_t turned = high << n | low >> (64 - n);
    low = low << n | high >> (64 - n);
    high = turned;
  }
  Block out;
  store_big_endian(out.data(), high);
  store_big_endian(out.data() + 8, low);
  return out;
}

Block block_of(std::span<const Byte, 16> in) {
  Block out;
  std::copy(in.begin(), in.end(), out.begin());
  return out;
}

}  // namespace

Secret<struct MilenageOpcTag, 16> milenage_opc(std::span<const Byte, 16> k, std::span<const Byte, 16> op,
                                               Path path) {
  const Aes128 aes(k, path);
  Block opc = aes.encrypt(block_of(op));
  add(opc, op);
  Secret<struct MilenageOpcTag, 16> out(opc);
  secure_wipe(opc.data(), opc.size());
  return out;
}

//= TS 35.206, 4.1
MilenageConstants MilenageConstants::standard() {
  MilenageConstants m{{}, {64, 0, 32, 64, 96}};
  m.c[1][15] = 1;
  m.c[2][15] = 2;
  m.c[3][15] = 4;
  m.c[4][15] = 8;
  return m;
}

//= TS 35.206, 5.3
bool MilenageConstants::sound() const {
  for (std::size_t i = 0; i < 5; ++i) {
    unsigned ones = 0;
    for (const Byte b : c[i]) ones += static_cast<unsigned>(std::popcount(b));
    if (ones % 2 != (i == 0 ? 0U : 1U)) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (c[i] == c[j] && r[i] % 128 == r[j] % 128) return false;
  }
  return true;
}

Milenage::Milenage(std::span<const Byte, 16> k, std::span<const Byte, 16> opc, std::span<const Byte, 16> rand,
                   Path path)
    : Milenage(k, opc, rand, MilenageConstants::standard(), path) {}

Milenage::Milenage(std::span<const Byte, 16> k, std::span<const Byte, 16> opc, std::span<const Byte, 16> rand,
                   const MilenageConstants& constants, Path path)
    : aes_(k, path), opc_(block_of(opc)), temp_(block_of(rand)), constants_(constants) {
  add(temp_, opc_);
  temp_ = aes_.encrypt(temp_);
}

Milenage::~Milenage() {
  secure_wipe(opc_.data(), opc_.size());
  secure_wipe(temp_.data(), temp_.size());
}

Block Milenage::in1(std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const {
  Block b;
  for (std::size_t i = 0; i < 8; ++i) b[i] = b[i + 8] = i < 6 ? sqn[i] : amf[i - 6];
  add(b, opc_);
  b = rotated(b, constants_.r[0]);
  add(b, temp_);
  add(b, constants_.c[0]);
  return b;
}

Block Milenage::in(std::size_t i) const {
  Block b = temp_;
  add(b, opc_);
  b = rotated(b, constants_.r[i]);
  add(b, constants_.c[i]);
  return b;
}

Block Milenage::out(std::size_t i) const {
  Block b = aes_.encrypt(in(i));
  add(b, opc_);
  return b;
}

Milenage::Macs Milenage::f1(std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const {
  Block b = aes_.encrypt(in1(sqn, amf));
  add(b, opc_);
  Macs macs{};
  std::copy_n(b.begin(), 8, macs.f1.begin());
  std::copy_n(b.begin() + 8, 8, macs.f1_star.begin());
  secure_wipe(b.data(), b.size());
  return macs;
}

Milenage::Vector Milenage::vector(std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const {
  std::array<Block, 4> b{in1(sqn, amf), in(1), in(2), in(3)};
  const MutableBytes all(b[0].data(), sizeof(b));
  aes_.encrypt_blocks(all, all);
  for (Block& block : b) add(block, opc_);
  Macs macs{};
  std::copy_n(b[0].begin(), 8, macs.f1.begin());
  std::copy_n(b[0].begin() + 8, 8, macs.f1_star.begin());
  Vector v{macs, Res(std::span<const Byte, 16>(b[1]).last<8>()), Key(b[2]), Key(b[3]),
           Ak(std::span<const Byte, 16>(b[1]).first<6>())};
  secure_wipe(b.data(), sizeof(b));
  return v;
}

Milenage::ResAndAk Milenage::f2_f5() const {
  Block b = out(1);
  ResAndAk both{Res(std::span<const Byte, 8>(b.data() + 8, 8)), Ak(std::span<const Byte, 6>(b.data(), 6))};
  secure_wipe(b.data(), b.size());
  return both;
}

Milenage::Key Milenage::f3() const {
  Block b = out(2);
  Key key(b);
  secure_wipe(b.data(), b.size());
  return key;
}

Milenage::Key Milenage::f4() const {
  Block b = out(3);
  Key key(b);
  secure_wipe(b.data(), b.size());
  return key;
}

Milenage::Ak Milenage::f5_star() const {
  Block b = out(4);
  Ak ak(std::span<const Byte, 6>(b.data(), 6));
  secure_wipe(b.data(), b.size());
  return ak;
}

}  // namespace baton::crypto
