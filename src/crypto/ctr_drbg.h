// ctr_drbg.h: random octets from a seed.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/entropy.h"
#include "crypto/aes.h"

namespace baton::crypto {

/// CtrDrbg is the counter-mode generator of NIST SP 800-90A with AES-128 and without derivation function:
/// the seed is 32 octets of full entropy. It never seeds itself: a daemon gives it the kernel's octets and
/// reseeds when it likes, the lab a number. Each request ends with an update, so that what the generator
/// holds later does not tell what it gave before.
//= NIST SP 800-90A, 10.2.1
class CtrDrbg final : public Entropy {
 public:
  static constexpr std::size_t seed_octets = 32;

  explicit CtrDrbg(std::span<const Byte, seed_octets> seed, Path path = aes_path());
  /// from_number is for the lab: the same number gives the same octets on every machine and compiler.
  static CtrDrbg from_number(std::uint64_t seed);
  ~CtrDrbg() override;
  // A second generator with the same state would give the same octets twice.
  CtrDrbg(const CtrDrbg&) = delete;
  CtrDrbg& operator=(const CtrDrbg&) = delete;

  void fill(MutableBytes out) override;
  /// reseed mixes 32 fresh octets into the state.
  void reseed(std::span<const Byte, seed_octets> seed);
  /// Requests served since the last seeding; SP 800-90A asks for a new seed within 2^48.
  std::uint64_t requests_since_seed() const { return requests_; }

 private:
  void update(std::span<const Byte, seed_octets> provided);

  std::array<Byte, 16> key_{};
  Block v_{};
  std::uint64_t requests_ = 0;
  Path path_;
};

/// BufferedEntropy takes octets from another source four kilobytes at a time: a RAND then costs a copy
/// instead of a request. What has been handed out is wiped here at once, so that the buffer never tells what
/// was given before.
class BufferedEntropy final : public Entropy {
 public:
  /// `source` outlives this.
  explicit BufferedEntropy(Entropy& source) : source_(source) {}
  ~BufferedEntropy() override;
  BufferedEntropy(const BufferedEntropy&) = delete;
  BufferedEntropy& operator=(const BufferedEntropy&) = delete;

  void fill(MutableBytes out) override;

 private:
  static constexpr std::size_t octets = 4096;
  Entropy& source_;
  std::array<Byte, octets> buffer_{};
  std::size_t used_ = octets;
};

}  // namespace baton::crypto
