#include "runtime/entropy.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/secret.h"
#include "crypto/ctr_drbg.h"
#include "runtime/limits.h"

namespace baton::runtime {
namespace {

// A seed, wiped when it has been used.
class Seed {
 public:
  Seed() {
    std::size_t got = 0;
    while (got < octets_.size()) {
      const ssize_t n = ::getrandom(octets_.data() + got, octets_.size() - got, 0);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        std::fputs("baton: the kernel gives no random octets\n", stderr);
        std::abort();
      }
      got += static_cast<std::size_t>(n);
    }
  }
  ~Seed() { secure_wipe(octets_.data(), octets_.size()); }
  Seed(const Seed&) = delete;
  Seed& operator=(const Seed&) = delete;
  std::span<const Byte, crypto::CtrDrbg::seed_octets> octets() const { return octets_; }

 private:
  std::array<Byte, crypto::CtrDrbg::seed_octets> octets_{};
};

class SystemEntropy final : public Entropy {
 public:
  SystemEntropy() : drbg_(Seed().octets()) {}
  void fill(MutableBytes out) override {
    if (given_ + out.size() > entropy_octets_per_seed) {
      drbg_.reseed(Seed().octets());
      given_ = 0;
    }
    given_ += out.size();
    drbg_.fill(out);
  }

 private:
  crypto::CtrDrbg drbg_;
  std::uint64_t given_ = 0;
};

/// The generator and a buffer in front of it: a RAND costs a copy.
class BufferedSystemEntropy final : public Entropy {
 public:
  void fill(MutableBytes out) override { buffered_.fill(out); }

 private:
  SystemEntropy system_;
  crypto::BufferedEntropy buffered_{system_};
};

}  // namespace

std::unique_ptr<Entropy> system_entropy() { return std::make_unique<BufferedSystemEntropy>(); }

}  // namespace baton::runtime
