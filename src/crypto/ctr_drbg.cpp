#include "crypto/ctr_drbg.h"

#include <algorithm>
#include <cstring>

#include "base/secret.h"
#include "crypto/ctr.h"
#include "crypto/sha256.h"

namespace baton::crypto {
namespace {

/// SP 800-90A, table 3: at most 2^19 bits a request.
constexpr std::size_t request_octets_max = 65536;

/// V moves on by a number of blocks, as a 128-bit number that wraps.
void move_on(Block& v, std::uint64_t blocks) {
  for (std::size_t i = v.size(); i > 0; --i) {
    blocks += v[i - 1];
    v[i - 1] = static_cast<Byte>(blocks);
    blocks >>= 8U;
  }
}

std::uint64_t blocks_of(std::size_t octets) { return (octets + aes_block_octets - 1) / aes_block_octets; }

}  // namespace

CtrDrbg::CtrDrbg(std::span<const Byte, seed_octets> seed, Path path) : path_(path) { update(seed); }

CtrDrbg CtrDrbg::from_number(std::uint64_t seed) {
  std::array<Byte, 8> octets{};
  for (std::size_t i = 0; i < 8; ++i) octets[i] = static_cast<Byte>(seed >> (56 - 8 * i));
  return CtrDrbg(sha256(octets));
}

CtrDrbg::~CtrDrbg() {
  secure_wipe(key_.data(), key_.size());
  secure_wipe(v_.data(), v_.size());
}

//= NIST SP 800-90A, 10.2.1.5.1
void CtrDrbg::fill(MutableBytes out) {
  while (!out.empty()) {
    const MutableBytes part = out.first(std::min(out.size(), request_octets_max));
    {
      const Aes128 aes(key_, path_);
      Block first = v_;
      move_on(first, 1);
      std::fill(part.begin(), part.end(), Byte{0});
      ctr_xor(aes, first, part);
    }
    move_on(v_, blocks_of(part.size()));
    update(std::array<Byte, seed_octets>{});
    ++requests_;
    out = out.subspan(part.size());
  }
}

//= NIST SP 800-90A, 10.2.1.4.1
void CtrDrbg::reseed(std::span<const Byte, seed_octets> seed) {
  update(seed);
  requests_ = 0;
}

//= NIST SP 800-90A, 10.2.1.2
void CtrDrbg::update(std::span<const Byte, seed_octets> provided) {
  std::array<Byte, seed_octets> next{};
  std::copy(provided.begin(), provided.end(), next.begin());
  {
    const Aes128 aes(key_, path_);
    Block first = v_;
    move_on(first, 1);
    ctr_xor(aes, first, next);
  }
  std::copy_n(next.begin(), key_.size(), key_.begin());
  std::copy_n(next.begin() + key_.size(), v_.size(), v_.begin());
  secure_wipe(next.data(), next.size());
}

BufferedEntropy::~BufferedEntropy() { secure_wipe(buffer_.data(), buffer_.size()); }

void BufferedEntropy::fill(MutableBytes out) {
  // A RAND: of a length the compiler knows.
  constexpr std::size_t rand_octets = 16;
  if (out.size() == rand_octets && buffer_.size() - used_ >= rand_octets) {
    Byte* const given = buffer_.data() + used_;
    std::memcpy(out.data(), given, rand_octets);
    secure_wipe(given, rand_octets);
    used_ += rand_octets;
    return;
  }
  while (!out.empty()) {
    if (used_ == buffer_.size()) {
      source_.fill(buffer_);
      used_ = 0;
    }
    const std::size_t n = std::min(out.size(), buffer_.size() - used_);
    const MutableBytes given = MutableBytes(buffer_).subspan(used_, n);
    std::copy(given.begin(), given.end(), out.begin());
    secure_wipe(given.data(), n);
    used_ += n;
    out = out.subspan(n);
  }
}

}  // namespace baton::crypto
