// The form in which the KASMEs of a subscriber lie in a store.
#include "context/kasme_memory.h"

#include <gtest/gtest.h>

namespace baton::context {
namespace {

Kasme key(Byte fill) {
  std::array<Byte, Kasme::size> b{};
  b.fill(fill);
  return Kasme(b);
}

KasmeMemory memory(std::size_t candidates, std::size_t steps) {
  KasmeMemory m{0xFFFF'FFFF, 7, {}, {}, *DiameterIdentity::parse("mme2.test")};
  KasmeRecord r{key(0x77),
                Rand{},
                {0xFFFF'FFF0, 3},
                6,
                PlmnId::test_value(),
                DiameterIdentity::test_value(),
                Instant{Duration(1'700'000'000'000'000)},
                {}};
  for (std::uint32_t i = 0; i < steps; ++i) r.applied.push_back({i, crypto::Digest{static_cast<Byte>(i)}});
  m.record = std::move(r);
  for (std::uint32_t i = 0; i < candidates; ++i)
    m.candidates.push_back({Rand{}, i, *PlmnId::parse("310410"), key(static_cast<Byte>(i))});
  return m;
}

//= S0.D6; type=test
TEST(KasmeMemory, ComesBackAsItWent) {
  EXPECT_TRUE(decode_kasme_memory(encode(KasmeMemory{})) == KasmeMemory{});
  KasmeMemory numbers;
  numbers.last_epoch = 4;
  EXPECT_FALSE(numbers.empty()) << "the number is kept when the keys are gone";
  EXPECT_TRUE(decode_kasme_memory(encode(numbers)) == numbers);
  for (const std::size_t n : {0, 1, 8}) {
    EXPECT_TRUE(decode_kasme_memory(encode(memory(n, n))) == memory(n, n)) << n;
    EXPECT_TRUE(memory(n, n).copy() == memory(n, n)) << n;
  }
}

TEST(KasmeMemory, WhatIsCutOrGrownOrPastItsBoundsIsNothing) {
  const ByteVector whole = encode(memory(2, 2));
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(decode_kasme_memory(Bytes(whole).first(n))) << n;
  ByteVector more = whole;
  more.push_back(0);
  EXPECT_FALSE(decode_kasme_memory(more));
  ByteVector version = whole;
  version[0] = 2;
  EXPECT_FALSE(decode_kasme_memory(version));
  EXPECT_FALSE(decode_kasme_memory(encode(memory(kasme_candidates_max + 1, 0))));
  EXPECT_FALSE(decode_kasme_memory(encode(memory(0, kasme_steps_kept_max + 1))));
}

}  // namespace
}  // namespace baton::context
