#include "crypto/milenage.h"

#include <algorithm>

#include "crypto/words.h"

namespace baton::crypto {
namespace {

void add(Block& a, std::span<const Byte, 16> b) { xor_into(a.data(), b.data(), a.size()); }

/// rotated turns a block left, first octets to the end.
template <unsigned Octets>
Block rotated(const Block& in) {
  Block out;
  std::copy(in.begin() + Octets, in.end(), out.begin());
  std::copy(in.begin(), in.begin() + Octets, out.end() - Octets);
  return out;
}

Block block_of(std::span<const Byte, 16> in) {
  Block out;
  std::copy(in.begin(), in.end(), out.begin());
  return out;
}

/// Rotation constants r2 to r5 and r1, in octets, and the constants c2 to c5.
//= TS 35.206, 4.1
constexpr unsigned r1 = 8, r2 = 0, r3 = 4, r4 = 8, r5 = 12;
constexpr Byte c2 = 1, c3 = 2, c4 = 4, c5 = 8;

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

Milenage::Milenage(std::span<const Byte, 16> k, std::span<const Byte, 16> opc, std::span<const Byte, 16> rand,
                   Path path)
    : aes_(k, path), opc_(block_of(opc)), temp_(block_of(rand)) {
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
  b = rotated<r1>(b);
  add(b, temp_);  // c1 is zero
  return b;
}

template <unsigned Octets>
Block Milenage::in(Byte c) const {
  Block b = temp_;
  add(b, opc_);
  b = rotated<Octets>(b);
  b[15] = static_cast<Byte>(b[15] ^ c);
  return b;
}

template <unsigned Octets>
Block Milenage::out(Byte c) const {
  Block b = aes_.encrypt(in<Octets>(c));
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
  std::array<Block, 4> b{in1(sqn, amf), in<r2>(c2), in<r3>(c3), in<r4>(c4)};
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
  Block b = out<r2>(c2);
  ResAndAk both{Res(std::span<const Byte, 8>(b.data() + 8, 8)), Ak(std::span<const Byte, 6>(b.data(), 6))};
  secure_wipe(b.data(), b.size());
  return both;
}

Milenage::Key Milenage::f3() const {
  Block b = out<r3>(c3);
  Key key(b);
  secure_wipe(b.data(), b.size());
  return key;
}

Milenage::Key Milenage::f4() const {
  Block b = out<r4>(c4);
  Key key(b);
  secure_wipe(b.data(), b.size());
  return key;
}

Milenage::Ak Milenage::f5_star() const {
  Block b = out<r5>(c5);
  Ak ak(std::span<const Byte, 6>(b.data(), 6));
  secure_wipe(b.data(), b.size());
  return ak;
}

}  // namespace baton::crypto
