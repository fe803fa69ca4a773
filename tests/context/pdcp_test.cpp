// Radio bearers: layout, counts, and that a refusal moves nothing.
#include "context/pdcp.h"

#include <gtest/gtest.h>

#include "crypto/eea2.h"
#include "crypto/eia2.h"

namespace baton::context {
namespace {

const ByteVector rrc{0x11, 0x22, 0x33, 0x44, 0x55};
const std::array<Byte, 16> int_octets{0x10, 1, 2, 3};
const std::array<Byte, 16> enc_octets{0x20, 4, 5, 6};
KrrcInt krrc_int() { return KrrcInt(int_octets); }
KrrcEnc krrc_enc() { return KrrcEnc(enc_octets); }
KupEnc kup_enc() { return KupEnc(enc_octets); }

#define EXPECT_REFUSED(expression, reason)         \
  do {                                             \
    const auto refused = (expression);             \
    ASSERT_FALSE(refused);                         \
    EXPECT_EQ(refused.why(), PdcpRefusal::reason); \
  } while (false)

struct Pair {
  explicit Pair(Byte srb = 1, std::uint64_t up = 0, std::uint64_t down = 0)
      : ue(Side::ue, srb), enb(Side::network, srb) {
    ue.set_counters(PdcpCounter::starting_at(up), PdcpCounter::starting_at(down));
    enb.set_counters(PdcpCounter::starting_at(down), PdcpCounter::starting_at(up));
  }
  void secure() {
    for (SignallingBearer* b : {&ue, &enb}) {
      ASSERT_TRUE(b->start_integrity(Eia::eia2, krrc_int()));
      ASSERT_TRUE(b->start_ciphering(Eea::eea2, krrc_enc()));
    }
  }
  SignallingBearer ue;
  SignallingBearer enb;
};

//= TS 36.323, 6.2.2; type=test
TEST(SignallingBearer, HasAZeroMacBeforeSecurity) {
  Pair p;
  const auto pdu = p.ue.protect(rrc);
  ASSERT_TRUE(pdu);
  EXPECT_EQ(hex(*pdu), "00" + hex(rrc) + "00000000");
  EXPECT_EQ(*p.enb.unprotect(*pdu), rrc);
  EXPECT_REFUSED(p.enb.unprotect(ByteVector{1, 2, 3, 0, 0, 0, 1}), bad_mac);
}

//= TS 36.323, 5.6; type=test
//= TS 36.323, 5.7; type=test
TEST(SignallingBearer, ComputesMacThenCiphersBothWithBearerAndDirection) {
  for (const Byte srb : {Byte{1}, Byte{2}}) {
    Pair p(srb, 0, 0x12345);
    p.secure();
    const auto pdu = p.enb.protect(rrc);
    ASSERT_TRUE(pdu);
    const auto bearer = static_cast<Byte>(srb - 1);
    ByteVector expected{0x12345 & 0x1F};
    expected.insert(expected.end(), rrc.begin(), rrc.end());
    const auto mac =
        crypto::eia2(int_octets, 0x12345, bearer, crypto::Direction::downlink, 8 * expected.size(), expected);
    expected.insert(expected.end(), mac.begin(), mac.end());
    crypto::eea2(enc_octets, 0x12345, bearer, crypto::Direction::downlink, 8 * (expected.size() - 1),
                 MutableBytes(expected).subspan(1));
    EXPECT_EQ(hex(*pdu), hex(expected));
    EXPECT_EQ(*p.ue.unprotect(*pdu), rrc);
  }
}

TEST(SignallingBearer, CountsPastTheFiveBitsOfItsSequenceNumber) {
  Pair p;
  p.secure();
  for (unsigned i = 0; i < 100; ++i) {
    const auto up = p.ue.protect(rrc);
    ASSERT_TRUE(up);
    EXPECT_EQ((*up)[0], i % 32);
    ASSERT_TRUE(p.enb.unprotect(*up)) << i;
    EXPECT_REFUSED(p.enb.unprotect(*up), bad_mac);
  }
  EXPECT_EQ(p.enb.receiving().next(), 100U);
}

TEST(SignallingBearer, AForgedPduOfAnySequenceNumberMovesNothing) {
  Pair p(1, 77, 0);
  p.secure();
  for (unsigned sn = 0; sn < 32; ++sn) {
    EXPECT_REFUSED(p.enb.unprotect(ByteVector{static_cast<Byte>(sn), 1, 2, 3, 4, 5, 6}), bad_mac);
    EXPECT_EQ(p.enb.receiving().next(), 77U);
  }
  const ByteVector pdu = *p.ue.protect(rrc);
  for (std::size_t bit = 0; bit < 8 * pdu.size(); ++bit) {
    ByteVector forged = pdu;
    forged[bit / 8] = static_cast<Byte>(forged[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(p.enb.unprotect(forged)) << bit;
    EXPECT_EQ(p.enb.receiving().next(), 77U);
  }
  EXPECT_TRUE(p.enb.unprotect(pdu));
}

TEST(SignallingBearer, TheOtherBearerAndTheOtherDirectionAreRefused) {
  Pair one(1);
  Pair two(2);
  one.secure();
  two.secure();
  EXPECT_REFUSED(two.enb.unprotect(*one.ue.protect(rrc)), bad_mac);
  EXPECT_REFUSED(one.ue.unprotect(*one.ue.protect(rrc)), bad_mac);
}

//= TS 36.331, 5.3.4.3; type=test
TEST(SignallingBearer, ASecurityModeCommandStartsIntegrityOnlyWhenItsMacIsRight) {
  Pair p;
  ASSERT_TRUE(p.ue.unprotect(*p.enb.protect(rrc)));  // a message before security
  ASSERT_TRUE(p.enb.start_integrity(Eia::eia2, krrc_int()));
  const ByteVector command = *p.enb.protect(rrc);
  EXPECT_EQ(hex(SignallingBearer::text_of(command)), hex(rrc));
  for (std::size_t bit = 0; bit < 8 * command.size(); ++bit) {
    ByteVector forged = command;
    forged[bit / 8] = static_cast<Byte>(forged[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(p.ue.unprotect_command(forged, Eia::eia2, krrc_int()));
    ASSERT_FALSE(p.ue.integrity_on());
  }
  EXPECT_REFUSED(p.ue.unprotect_command(command, Eia::eia1, krrc_int()), bad_mac);
  EXPECT_REFUSED(p.ue.unprotect_command(command, static_cast<Eia>(4), krrc_int()), not_built);
  ASSERT_TRUE(p.ue.unprotect_command(command, Eia::eia2, krrc_int()));
  EXPECT_TRUE(p.ue.integrity_on());
  // The Complete is integrity protected and not yet ciphered.
  const ByteVector complete = *p.ue.protect(rrc);
  EXPECT_EQ(hex(SignallingBearer::text_of(complete)), hex(rrc));
  EXPECT_TRUE(p.enb.unprotect(complete));
}

TEST(SignallingBearer, NullCipheringKeepsTheMac) {
  Pair p;
  for (SignallingBearer* b : {&p.ue, &p.enb}) {
    ASSERT_TRUE(b->start_integrity(Eia::eia2, krrc_int()));
    ASSERT_TRUE(b->start_ciphering(Eea::eea0, krrc_enc()));
  }
  const ByteVector pdu = *p.ue.protect(rrc);
  EXPECT_EQ(hex(SignallingBearer::text_of(pdu)), hex(rrc));
  EXPECT_TRUE(p.enb.unprotect(pdu));
}

TEST(SignallingBearer, WhatIsNotBuiltIsRefusedAndChangesNothing) {
  SignallingBearer b(Side::ue, 1);
  EXPECT_REFUSED(b.start_integrity(static_cast<Eia>(4), krrc_int()), not_built);
  EXPECT_REFUSED(b.start_ciphering(static_cast<Eea>(7), krrc_enc()), not_built);
  EXPECT_FALSE(b.integrity_on() || b.ciphering_on());
  EXPECT_EQ(b.krrc_int(), nullptr);
}

TEST(SignallingBearer, TheLastCountIsUsedAndThenNoMore) {
  Pair p(1, PdcpCounter::max, 0);
  p.secure();
  const ByteVector last = *p.ue.protect(rrc);
  EXPECT_REFUSED(p.ue.protect(rrc), count_spent);
  ASSERT_TRUE(p.enb.unprotect(last));
  EXPECT_REFUSED(p.enb.unprotect(last), count_spent);
}

TEST(SignallingBearer, SizesHaveTheirBounds) {
  Pair p;
  p.secure();
  EXPECT_REFUSED(p.ue.protect({}), malformed);
  EXPECT_REFUSED(p.ue.protect(ByteVector(pdcp_sdu_octets_max + 1)), malformed);
  const ByteVector longest = *p.ue.protect(ByteVector(pdcp_sdu_octets_max));
  EXPECT_TRUE(p.enb.unprotect(longest));
  ByteVector longer = longest;
  longer.push_back(0);
  EXPECT_REFUSED(p.enb.unprotect(longer), malformed);
  for (std::size_t n = 0; n <= 5; ++n) EXPECT_REFUSED(p.enb.unprotect(ByteVector(n)), malformed);
  EXPECT_REFUSED(p.enb.unprotect(ByteVector{0x20, 1, 2, 3, 4, 5}), malformed);  // a reserved bit
  EXPECT_TRUE(SignallingBearer::text_of(ByteVector(5)).empty());
}

//= TS 36.323, 6.2.3; type=test
TEST(DataBearer, CiphersWithA12BitSequenceNumberAndNoMac) {
  DataBearer ue(Side::ue, 3, Eea::eea2, kup_enc());
  DataBearer enb(Side::network, 3, Eea::eea2, kup_enc());
  ue.set_counters(PdcpCounter::starting_at(0x45FFF), PdcpCounter());
  enb.set_counters(PdcpCounter(), PdcpCounter::starting_at(0x45FFF));
  ByteVector expected = rrc;
  crypto::eea2(enc_octets, 0x45FFF, 2, crypto::Direction::uplink, 8 * rrc.size(), expected);
  const ByteVector pdu = *ue.protect(rrc);
  EXPECT_EQ(hex(pdu), "8fff" + hex(expected));
  EXPECT_EQ(*enb.unprotect(pdu), rrc);
  const ByteVector next = *ue.protect(rrc);
  EXPECT_EQ(hex(Bytes(next).first(2)), "8000");
  EXPECT_EQ(*enb.unprotect(next), rrc);
  EXPECT_EQ(enb.receiving().next(), 0x46001U);
}

TEST(DataBearer, RefusesControlPdusReservedBitsAndWrongSizes) {
  DataBearer b(Side::ue, 32, Eea::eea2, kup_enc());
  EXPECT_REFUSED(b.unprotect(ByteVector{0x00, 1, 2}), malformed);
  EXPECT_REFUSED(b.unprotect(ByteVector{0x90, 1, 2}), malformed);
  EXPECT_REFUSED(b.unprotect(ByteVector{0x80, 1}), malformed);
  EXPECT_REFUSED(b.protect({}), malformed);
  EXPECT_REFUSED(b.protect(ByteVector(pdcp_sdu_octets_max + 1)), malformed);
  EXPECT_TRUE(b.protect(ByteVector(pdcp_sdu_octets_max)));
  EXPECT_EQ(b.receiving().next(), 0U);
}

//= TS 36.323, 5.6; type=test
//= TS 36.323, 5.7; type=test
TEST(SignallingBearer, EveryAlgorithmProtectsAndTellsAForgery) {
  for (const Eea eea : {Eea::eea0, Eea::eea1, Eea::eea2, Eea::eea3}) {
    for (const Eia eia : {Eia::eia1, Eia::eia2, Eia::eia3}) {
      SignallingBearer ue(Side::ue, 2);
      SignallingBearer enb(Side::network, 2);
      for (SignallingBearer* b : {&ue, &enb}) {
        ASSERT_TRUE(b->start_integrity(eia, krrc_int()));
        ASSERT_TRUE(b->start_ciphering(eea, krrc_enc()));
      }
      const ByteVector pdu = *ue.protect(rrc);
      EXPECT_EQ(hex(SignallingBearer::text_of(pdu)) == hex(rrc), eea == Eea::eea0);
      for (std::size_t bit = 8; bit < 8 * pdu.size(); ++bit) {
        ByteVector forged = pdu;
        forged[bit / 8] = static_cast<Byte>(forged[bit / 8] ^ 1U << bit % 8);
        EXPECT_REFUSED(enb.unprotect(forged), bad_mac);
      }
      const auto plain = enb.unprotect(pdu);
      ASSERT_TRUE(plain);
      EXPECT_EQ(*plain, rrc);
    }
    DataBearer up(Side::ue, 4, eea, kup_enc());
    DataBearer down(Side::network, 4, eea, kup_enc());
    EXPECT_EQ(*down.unprotect(*up.protect(rrc)), rrc);
  }
}

TEST(DataBearer, AnAlgorithmThatIsNotBuiltMovesNothing) {
  DataBearer b(Side::ue, 1, static_cast<Eea>(4), kup_enc());
  EXPECT_REFUSED(b.protect(rrc), not_built);
  EXPECT_REFUSED(b.unprotect(ByteVector{0x80, 0, 1}), not_built);
  EXPECT_EQ(b.sending().next(), 0U);
  EXPECT_EQ(b.receiving().next(), 0U);
}

TEST(PdcpCounter, EstimatesTheLowestUnusedCount) {
  for (const std::uint64_t next :
       {std::uint64_t{0}, std::uint64_t{31}, std::uint64_t{32}, std::uint64_t{0xFFFF'FFFF}}) {
    const PdcpCounter c = PdcpCounter::starting_at(next);
    for (std::uint32_t sn = 0; sn < 32; ++sn) {
      const auto count = c.estimate(sn, 5);
      if (!count) {
        EXPECT_GT(next + 31, PdcpCounter::max);
        continue;
      }
      EXPECT_EQ(*count % 32, sn);
      EXPECT_GE(*count, next);
      EXPECT_LT(*count, next + 32);
    }
  }
}

}  // namespace
}  // namespace baton::context
