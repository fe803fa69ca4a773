// test_algorithm.h: the test algorithm of TS 34.108, which has nothing of a secret: K xor RAND, cut up. For
// test USIMs.
#pragma once

#include <array>
#include <span>

#include "base/bytes.h"
#include "base/secret.h"

namespace baton::crypto {

/// TestAlgorithm gives the results of f1 to f5*. f5* is f5, and RES is all 16 octets; a test USIM may send
/// fewer.
//= TS 34.108, 8.1.2
class TestAlgorithm {
 public:
  using Mac = std::array<Byte, 8>;
  using Key = Secret<struct TestKeyTag, 16>;
  using Ak = Secret<struct TestAkTag, 6>;

  TestAlgorithm(std::span<const Byte, 16> k, std::span<const Byte, 16> rand);
  ~TestAlgorithm() { secure_wipe(xdout_.data(), xdout_.size()); }
  TestAlgorithm(const TestAlgorithm&) = delete;
  TestAlgorithm& operator=(const TestAlgorithm&) = delete;

  /// f1 and, with AMF zero, f1*.
  Mac f1(std::span<const Byte, 6> sqn, std::span<const Byte, 2> amf) const;
  Key f2() const { return turned(0); }  ///< RES
  Key f3() const { return turned(1); }  ///< CK
  Key f4() const { return turned(2); }  ///< IK
  Ak f5() const { return Ak(std::span<const Byte, 16>(xdout_).subspan<3, 6>()); }

 private:
  Key turned(std::size_t octets) const;
  std::array<Byte, 16> xdout_;
};

}  // namespace baton::crypto
