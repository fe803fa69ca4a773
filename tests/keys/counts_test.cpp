// NAS COUNT, SQN and the choice of algorithms.
#include <gtest/gtest.h>

#include "keys/algorithms.h"
#include "keys/nas_count.h"
#include "keys/sqn.h"

namespace baton {
namespace {

//= TS 24.301, 4.4.3.1; type=test
TEST(NasCount, IsOverflowAndSqn) {
  const NasCount c = NasCount::of(0x1234, 0x56);
  EXPECT_EQ(c.value(), 0x123456U);
  EXPECT_EQ(c.overflow(), 0x1234U);
  EXPECT_EQ(c.sqn(), 0x56U);
  EXPECT_EQ(NasCount::of(0, 0xFF).next(), NasCount::of(1, 0));
}

TEST(NasCount, EndsAt24BitsAndDoesNotWrap) {
  EXPECT_TRUE(NasCount::from(NasCount::max));
  EXPECT_FALSE(NasCount::from(NasCount::max + 1));
  EXPECT_FALSE(NasCount::from(NasCount::max)->next());
}

TEST(NasCounter, EstimatesTheLowestUnusedCountForEverySqn) {
  for (const std::uint32_t next : {0U, 1U, 31U, 32U, 254U, 255U, 256U, 0x1234FEU, 0xFFFEFFU}) {
    const NasCounter counter = NasCounter::starting_at(*NasCount::from(next));
    for (unsigned sqn = 0; sqn < 256; ++sqn) {
      const auto c = counter.estimate(static_cast<Byte>(sqn));
      ASSERT_TRUE(c);
      EXPECT_EQ(c->sqn(), sqn);
      EXPECT_GE(c->value(), next);
      EXPECT_LT(c->value(), next + 256);
    }
    for (unsigned sqn = 0; sqn < 32; ++sqn) {
      const auto c = counter.estimate(static_cast<Byte>(sqn), 5);
      ASSERT_TRUE(c);
      EXPECT_EQ(c->sqn() % 32, sqn);
      EXPECT_GE(c->value(), next);
      EXPECT_LT(c->value(), next + 32);
    }
  }
}

TEST(NasCounter, NearItsEndItEstimatesNothingRatherThanWrap) {
  const NasCounter counter = NasCounter::starting_at(*NasCount::from(NasCount::max - 1));
  EXPECT_EQ(counter.estimate(0xFE), NasCount::from(NasCount::max - 1));
  EXPECT_EQ(counter.estimate(0xFF), NasCount::from(NasCount::max));
  for (unsigned sqn = 0; sqn < 0xFE; ++sqn) EXPECT_FALSE(counter.estimate(static_cast<Byte>(sqn)));
}

TEST(NasCounter, IsSpentAfterTheLastCount) {
  NasCounter counter = NasCounter::starting_at(*NasCount::from(NasCount::max));
  EXPECT_EQ(counter.left(), 1U);
  counter.used(*counter.next());
  EXPECT_TRUE(counter.spent());
  EXPECT_FALSE(counter.next());
  EXPECT_EQ(counter.left(), 0U);
  EXPECT_EQ(counter.last(), NasCount::from(NasCount::max));
  for (unsigned sqn = 0; sqn < 256; ++sqn) EXPECT_FALSE(counter.estimate(static_cast<Byte>(sqn)));
}

TEST(NasCounter, HasNoLastCountBeforeTheFirst) {
  NasCounter counter;
  EXPECT_FALSE(counter.last());
  counter.used(NasCount());
  EXPECT_EQ(counter.last(), NasCount());
}

TEST(Sqn, IsSeqAndInd) {
  const Sqn s = Sqn::of(0x123456789, 7).value();
  EXPECT_EQ(s.seq(), 0x123456789U);
  EXPECT_EQ(s.ind(), 7U);
  EXPECT_EQ(Sqn::from_octets(s.octets()), s);
  EXPECT_EQ(Sqn::from_octets({0xFF, 0x9B, 0xB4, 0xD0, 0xB6, 0x07}).value(), 0xFF9BB4D0B607U);
}

TEST(Sqn, RefusesWhatDoesNotFit) {
  EXPECT_TRUE(Sqn::from(Sqn::max));
  EXPECT_FALSE(Sqn::from(Sqn::max + 1));
  EXPECT_TRUE(Sqn::of(Sqn::seq_max(), 31));
  EXPECT_FALSE(Sqn::of(Sqn::seq_max() + 1, 31));
  EXPECT_FALSE(Sqn::of(1, 32));
  EXPECT_TRUE(Sqn::of(1, 255, 8));
  EXPECT_FALSE(Sqn::of(1, 0, Sqn::ind_bits_max + 1));
}

Sqn sqn(std::uint64_t seq, std::uint32_t ind) { return Sqn::of(seq, ind).value(); }

//= TS 33.102, C.2.2; type=test
TEST(UsimSqnArray, EachIndexOnlyGrows) {
  UsimSqnArray array;
  EXPECT_FALSE(array.accept(sqn(0, 0)));
  EXPECT_TRUE(array.accept(sqn(5, 0)));
  EXPECT_FALSE(array.accept(sqn(5, 0)));
  EXPECT_FALSE(array.accept(sqn(4, 0)));
  // Another requester's vector may be older than the newest: it has an index of its own.
  EXPECT_TRUE(array.accept(sqn(3, 1)));
  EXPECT_FALSE(array.accept(sqn(3, 1)));
  EXPECT_TRUE(array.accept(sqn(4, 1)));
  EXPECT_EQ(array.highest(), sqn(5, 0));
}

//= TS 33.102, C.2.1; type=test
TEST(UsimSqnArray, RefusesAJumpPastDelta) {
  const std::uint64_t delta = std::uint64_t{1} << 28U;
  UsimSqnArray array;
  ASSERT_TRUE(array.accept(sqn(1, 0)));
  EXPECT_FALSE(array.accept(sqn(1 + delta + 1, 0)));
  EXPECT_FALSE(array.accept(sqn(Sqn::seq_max(), 3)));
  EXPECT_EQ(array.highest(), sqn(1, 0));
  EXPECT_TRUE(array.accept(sqn(1 + delta, 0)));
}

TEST(UsimSqnArray, RefusesAnOldVectorIfTheOperatorSaysSo) {
  UsimSqnArray array(UsimSqnArray::Rule{.age_limit = 10});
  ASSERT_TRUE(array.accept(sqn(100, 0)));
  EXPECT_FALSE(array.accept(sqn(90, 1)));
  EXPECT_TRUE(array.accept(sqn(91, 1)));
}

//= TS 33.102, C.3.2; type=test
TEST(AucSqn, NeverGivesTheSameSeqTwiceAndEachRequesterItsOwnIndex) {
  AucSqn auc(10);
  EXPECT_EQ(auc.next(0), sqn(11, 0));
  EXPECT_EQ(auc.next(3), sqn(12, 3));
  EXPECT_EQ(auc.next(0), sqn(13, 0));
  EXPECT_FALSE(auc.next(32));
  EXPECT_EQ(auc.last_seq(), 13U);
}

TEST(AucSqn, IsExhaustedAtTheEndOfSeq) {
  AucSqn auc(Sqn::seq_max() - 1);
  EXPECT_TRUE(auc.next(0));
  EXPECT_FALSE(auc.next(0));
}

//= TS 33.102, 6.3.5; type=test
TEST(AucSqn, ResynchronisesOnlyWhenTheNextSqnWouldBeRefused) {
  AucSqn behind(10);
  EXPECT_TRUE(behind.resynchronise(sqn(50, 0)));
  EXPECT_EQ(behind.next(0), sqn(51, 0));

  AucSqn equal(50);
  EXPECT_FALSE(equal.resynchronise(sqn(50, 0)));

  AucSqn ahead(60);
  EXPECT_FALSE(ahead.resynchronise(sqn(50, 0)));
  EXPECT_EQ(ahead.next(0), sqn(61, 0));

  // Too far ahead for the card: moving back is the only way to be accepted again.
  AucSqn too_far((std::uint64_t{1} << 28U) + 51);
  EXPECT_TRUE(too_far.resynchronise(sqn(50, 0)));
  EXPECT_EQ(too_far.next(0), sqn(51, 0));
}

constexpr std::array ciphering{Eea::eea2, Eea::eea0, Eea::eea1};
constexpr std::array integrity{Eia::eia0, Eia::eia2, Eia::eia1};

//= TS 33.401, 7.2.4.3.1; type=test
TEST(Choose, NeverTakesNullIntegrityAndNullCipheringOnlyAsTheLastResort) {
  int chosen = 0;
  for (unsigned eea = 0; eea < 256; ++eea) {
    for (unsigned eia = 0; eia < 256; ++eia) {
      const AlgorithmCapability ue{static_cast<Byte>(eea), static_cast<Byte>(eia)};
      const auto c = choose(ue, ciphering, integrity);
      // Bit 8 is algorithm 0, bit 7 algorithm 1, bit 6 algorithm 2.
      const bool can_integrity = (eia & 0x60U) != 0;
      const bool can_ciphering = (eea & 0xE0U) != 0;
      ASSERT_EQ(c.has_value(), can_integrity && can_ciphering) << eea << " " << eia;
      if (!c) continue;
      ++chosen;
      ASSERT_EQ(c->eia, (eia & 0x20U) != 0 ? Eia::eia2 : Eia::eia1);
      ASSERT_EQ(c->eea, (eea & 0x20U) != 0 ? Eea::eea2 : (eea & 0x40U) != 0 ? Eea::eea1 : Eea::eea0);
    }
  }
  EXPECT_EQ(chosen, 224 * 192);
}

TEST(Choose, WithoutNullInTheOrderANullOnlyUeGetsNothing) {
  constexpr std::array only_real{Eea::eea2};
  for (unsigned eia = 0; eia < 256; ++eia)
    EXPECT_FALSE(choose({0x80, static_cast<Byte>(eia)}, only_real, integrity));
}

TEST(Algorithms, NumbersPastThreeAreNoAlgorithms) {
  for (unsigned n = 0; n < 256; ++n) {
    EXPECT_EQ(eea_from(static_cast<Byte>(n)).has_value(), n <= 3);
    EXPECT_EQ(eia_from(static_cast<Byte>(n)).has_value(), n <= 3);
  }
  EXPECT_EQ(to_string(Eea::eea2), "EEA2");
  EXPECT_EQ(to_string(Eia::eia1), "EIA1");
}

}  // namespace
}  // namespace baton
