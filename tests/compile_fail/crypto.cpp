// What the types of crypto forbid. check.sh compiles each case with this head.
#include <iostream>

#include "crypto/batch.h"
#include "crypto/ctr_drbg.h"
#include "crypto/eea2.h"
#include "crypto/eia2.h"
#include "crypto/kdf.h"
#include "crypto/milenage.h"
#include "crypto/tuak.h"

using namespace baton;
using namespace baton::crypto;
const std::array<Byte, 16> key{};
std::array<Byte, 4> data{};

// CASE allowed: octets of the right lengths
MacI f() {
  eea2(key, 1, 2, Direction::uplink, 32, data);
  return eia2(key, 1, 2, Direction::uplink, 32, data);
}

// CASE a key of 15 octets
// EXPECT convert|no matching|invalid|no viable
void f() { eea2(std::array<Byte, 15>{}, 1, 2, Direction::uplink, 32, data); }

// CASE a key of 32 octets
// EXPECT convert|no matching|invalid|no viable
MacI f() { return eia2(std::array<Byte, 32>{}, 1, 2, Direction::uplink, 32, data); }

// CASE a key whose length nobody knows
// EXPECT convert|no matching|invalid|no viable|explicit
void f(Bytes some) { eea2(some, 1, 2, Direction::uplink, 32, data); }

// CASE a number as DIRECTION
// EXPECT convert|no matching|invalid|no viable
void f() { eea2(key, 1, 2, 1, 32, data); }

// CASE COUNT, BEARER and DIRECTION in another order
// EXPECT convert|no matching|invalid|no viable
void f() { eea2(key, 1, Direction::uplink, 2, 32, data); }

// CASE ciphering what may only be read
// EXPECT convert|no matching|invalid|no viable|const
void f(const std::array<Byte, 4>& fixed) { eea2(key, 1, 2, Direction::uplink, 32, fixed); }

// CASE a COUNT over 32 bits in a job
// EXPECT narrowing
const MacJob j{key, 0x1'0000'0000, 2, Direction::uplink, 32, data};

// CASE a BEARER over 8 bits in a job
// EXPECT narrowing
const CipherJob j{key, 1, 256, Direction::uplink, 32, data};

// CASE a RAND of 15 octets
// EXPECT convert|no matching|invalid|no viable
void f() { const Milenage m(key, key, std::array<Byte, 15>{}); }

// CASE a SQN of 8 octets
// EXPECT convert|no matching|invalid|no viable
void f(const Milenage& m) { (void)m.f1(std::array<Byte, 8>{}, std::array<Byte, 2>{}); }

// CASE a TUAK of whatever length without looking whether it is one
// EXPECT convert|no matching|invalid|no viable|conversion
void f(Bytes k) { const Tuak t = Tuak::make(k, std::array<Byte, 32>{}); }

// CASE printing what was derived
// EXPECT deleted
void f() { std::cout << kdf(key, data); }

// CASE copying a generator, which would give the same octets twice
// EXPECT deleted
void f(const CtrDrbg& g) { CtrDrbg other(g); }

// CASE copying a key schedule
// EXPECT deleted
void f(const Aes128& a) { Aes128 other(a); }
