#include "crypto/cmac.h"

#include <algorithm>
#include <cassert>

#include "base/secret.h"
#include "crypto/words.h"

namespace baton::crypto {
namespace {

/// double_block multiplies by x in GF(2^128), without a branch on the octets.
//= NIST SP 800-38B, 6.1
Block double_block(const Block& in) {
  Block out;
  Byte carry = 0;
  for (std::size_t i = in.size(); i > 0; --i) {
    out[i - 1] = static_cast<Byte>(in[i - 1] << 1U | carry);
    carry = static_cast<Byte>(in[i - 1] >> 7U);
  }
  out[15] = static_cast<Byte>(out[15] ^ carry * 0x87U);
  return out;
}

/// Chain absorbs whole blocks; the last one waits for its subkey.
class Chain {
 public:
  explicit Chain(const Aes128& aes) : aes_(aes) {}
  ~Chain() { secure_wipe(state_.data(), state_.size()); }
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  void absorb(Bytes in) {
    while (!in.empty()) {
      if (filled_ == aes_block_octets) {
        state_ = aes_.encrypt(state_);
        filled_ = 0;
      }
      const std::size_t n = std::min(in.size(), aes_block_octets - filled_);
      xor_into(state_.data() + filled_, in.data(), n);
      filled_ += n;
      in = in.subspan(n);
    }
  }
  void absorb(Byte b) { absorb(Bytes(&b, 1)); }
  std::size_t filled() const { return filled_; }
  Block finish(const Block& subkey) {
    xor_into(state_.data(), subkey.data(), state_.size());
    return aes_.encrypt(state_);
  }

 private:
  const Aes128& aes_;
  Block state_{};
  std::size_t filled_ = 0;
};

}  // namespace

Block cmac(const Aes128& aes, Bytes head, Bytes data, std::size_t bits) {
  assert(bits >= 8 * head.size() && bits <= 8 * (head.size() + data.size()));
  Block subkey = double_block(aes.encrypt(Block{}));

  const std::size_t data_bits = bits - 8 * head.size();
  const std::size_t whole = data_bits / 8;
  const auto odd_bits = static_cast<unsigned>(data_bits % 8);
  Chain chain(aes);
  chain.absorb(head);
  chain.absorb(data.first(whole));

  // A message that ends in the middle of a block, or has no block at all, gets a one and zeros after it.
  if (odd_bits != 0) {
    const auto kept = static_cast<Byte>(data[whole] & (0xFF00U >> odd_bits));
    chain.absorb(static_cast<Byte>(kept | 0x80U >> odd_bits));
    subkey = double_block(subkey);
  } else if (chain.filled() < aes_block_octets) {
    chain.absorb(0x80);
    subkey = double_block(subkey);
  }
  const Block mac = chain.finish(subkey);
  secure_wipe(subkey.data(), subkey.size());
  return mac;
}

}  // namespace baton::crypto
