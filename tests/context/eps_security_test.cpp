// NAS protection: what is accepted, what is refused, and that a refusal moves nothing.
#include "context/eps_security.h"

#include <gtest/gtest.h>

#include "crypto/eea2.h"
#include "crypto/eia2.h"
#include "wire/nas/limits.h"

namespace baton::context {
namespace {

constexpr Chosen aes{Eea::eea2, Eia::eia2};
const ByteVector text{0x07, 0x5E, 0x23, 0x09, 0x33};    // a Security Mode Complete
const ByteVector report{0x07, 0x60, 0x11, 0x22, 0x33};  // an EMM Status
const wire::nas::Ksi ksi_3 = wire::nas::Ksi::native(3);

Kasme kasme(Byte seed = 0x5A) {
  std::array<Byte, 32> b{};
  for (std::size_t i = 0; i < b.size(); ++i) b[i] = static_cast<Byte>(seed + i);
  return Kasme(b);
}
EpsSecurityContext context(Side side, Byte seed = 0x5A, Chosen algorithms = aes,
                           NullIntegrity null_integrity = NullIntegrity::refuse) {
  EpsSecurityContext c(side, kasme(seed), ksi_3, {}, null_integrity);
  EXPECT_TRUE(c.activate(algorithms));
  return c;
}
NasCounter at(std::uint32_t next) { return NasCounter::starting_at(NasCount::from(next).value()); }

struct Pair {
  EpsSecurityContext ue = context(Side::ue);
  EpsSecurityContext mme = context(Side::network);
};

#define EXPECT_REFUSED(expression, reason)        \
  do {                                            \
    const auto refused = (expression);            \
    ASSERT_FALSE(refused);                        \
    EXPECT_EQ(refused.why(), NasRefusal::reason); \
  } while (false)

//= TS 24.301, 4.4.3.3; type=test
//= TS 24.301, 4.4.5; type=test
TEST(EpsSecurity, AProtectedMessageLooksAsTheStandardSays) {
  Pair p;
  p.ue.set_counts(at(0x0304FE), at(0));
  const auto pdu = p.ue.protect(NasSecurityHeader::ciphered, text);
  ASSERT_TRUE(pdu);
  const KnasEnc enc = derive_knas_enc(kasme(), Eea::eea2);
  const KnasInt integrity = derive_knas_int(kasme(), Eia::eia2);
  ByteVector expected{0xFE};
  expected.insert(expected.end(), text.begin(), text.end());
  crypto::eea2(enc.expose(), 0x0304FE, 0, crypto::Direction::uplink, 8 * text.size(),
               MutableBytes(expected).subspan(1));
  const auto mac =
      crypto::eia2(integrity.expose(), 0x0304FE, 0, crypto::Direction::uplink, 8 * expected.size(), expected);
  EXPECT_EQ(hex(*pdu), "27" + hex(mac) + hex(expected));
}

TEST(EpsSecurity, BothSidesUnderstandEachOtherAndCountTogether) {
  Pair p;
  for (unsigned i = 0; i < 600; ++i) {
    const auto up =
        p.ue.protect(i % 2 == 0 ? NasSecurityHeader::ciphered : NasSecurityHeader::integrity, text);
    ASSERT_TRUE(up);
    const auto got = p.mme.unprotect(*up);
    ASSERT_TRUE(got) << i;
    EXPECT_EQ(*got, text);
    EXPECT_EQ(p.mme.last_received()->value(), i);
    const auto down = p.mme.protect(NasSecurityHeader::ciphered, report);
    ASSERT_TRUE(down);
    const auto answer = p.ue.unprotect(*down);
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(*answer, report);
  }
  EXPECT_EQ(p.ue.uplink(), p.mme.uplink());
  EXPECT_EQ(p.ue.downlink(), p.mme.downlink());
}

TEST(EpsSecurity, IntegrityOnlyLeavesTheTextReadable) {
  Pair p;
  const auto pdu = p.ue.protect(NasSecurityHeader::integrity, text);
  ASSERT_TRUE(pdu);
  EXPECT_EQ(hex(text_of(*pdu)), hex(text));
  const auto ciphered = p.ue.protect(NasSecurityHeader::ciphered, text);
  ASSERT_TRUE(ciphered);
  EXPECT_NE(hex(text_of(*ciphered)), hex(text));
}

//= TS 33.401, 8.1.1; type=test
TEST(EpsSecurity, AReplayedMessageIsRefusedForever) {
  Pair p;
  std::vector<ByteVector> sent;
  for (int i = 0; i < 300; ++i) {
    sent.push_back(*p.ue.protect(NasSecurityHeader::ciphered, text));
    ASSERT_TRUE(p.mme.unprotect(sent.back()));
  }
  for (const ByteVector& pdu : sent) EXPECT_REFUSED(p.mme.unprotect(pdu), bad_mac);
  EXPECT_EQ(p.mme.last_received()->value(), 299U);
}

TEST(EpsSecurity, MessagesMayBeLostButNotOvertakeEachOther) {
  Pair p;
  const ByteVector first = *p.ue.protect(NasSecurityHeader::ciphered, text);
  for (int lost = 0; lost < 100; ++lost) (void)p.ue.protect(NasSecurityHeader::ciphered, text);
  const ByteVector later = *p.ue.protect(NasSecurityHeader::ciphered, text);
  ASSERT_TRUE(p.mme.unprotect(later));
  EXPECT_EQ(p.mme.last_received()->value(), 101U);
  EXPECT_REFUSED(p.mme.unprotect(first), bad_mac);
  EXPECT_TRUE(p.mme.unprotect(*p.ue.protect(NasSecurityHeader::ciphered, text)));
}

TEST(EpsSecurity, AnyBitFlippedIsRefusedAndMovesNoCount) {
  Pair p;
  p.ue.set_counts(at(500), at(0));
  p.mme.set_counts(at(500), at(0));
  const ByteVector pdu = *p.ue.protect(NasSecurityHeader::ciphered, text);
  // No single bit makes type 2 into 1 or 4, so this holds for the first octet too, which no MAC covers.
  for (std::size_t bit = 0; bit < 8 * pdu.size(); ++bit) {
    ByteVector forged = pdu;
    forged[bit / 8] = static_cast<Byte>(forged[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(p.mme.unprotect(forged)) << bit;
    EXPECT_EQ(p.mme.last_received()->value(), 499U) << bit;
  }
}

TEST(EpsSecurity, AForgedMessageWithAnySequenceNumberMovesNothing) {
  for (const std::uint32_t next : {0U, 200U, 255U, 256U, 0xFFFF00U, 0xFFFFFFU}) {
    Pair p;
    p.ue.set_counts(at(next), at(0));
    p.mme.set_counts(at(next), at(0));
    for (unsigned sqn = 0; sqn < 256; ++sqn) {
      ByteVector forged{0x27, 1, 2, 3, 4, static_cast<Byte>(sqn), 9, 9, 9};
      const auto got = p.mme.unprotect(forged);
      ASSERT_FALSE(got);
      EXPECT_TRUE(got.why() == NasRefusal::bad_mac || got.why() == NasRefusal::count_spent);
      EXPECT_EQ(p.mme.receiving(), at(next));
    }
    EXPECT_TRUE(p.mme.unprotect(*p.ue.protect(NasSecurityHeader::ciphered, text)));
  }
}

TEST(EpsSecurity, AnotherKeyOrTheOtherDirectionIsRefused) {
  Pair p;
  EpsSecurityContext stranger = context(Side::ue, 0x77);
  EXPECT_REFUSED(p.mme.unprotect(*stranger.protect(NasSecurityHeader::ciphered, text)), bad_mac);
  // A message reflected to its sender has the wrong direction.
  EXPECT_REFUSED(p.ue.unprotect(*p.ue.protect(NasSecurityHeader::ciphered, text)), bad_mac);
}

//= TS 24.301, 4.4.3.5; type=test
TEST(EpsSecurity, TheLastCountIsUsedAndThenNoMore) {
  Pair p;
  p.ue.set_counts(at(NasCount::max), at(0));
  p.mme.set_counts(at(NasCount::max), at(0));
  const auto last = p.ue.protect(NasSecurityHeader::ciphered, text);
  ASSERT_TRUE(last);
  EXPECT_REFUSED(p.ue.protect(NasSecurityHeader::ciphered, text), count_spent);
  EXPECT_REFUSED(p.ue.service_request(), count_spent);
  ASSERT_TRUE(p.mme.unprotect(*last));
  EXPECT_REFUSED(p.mme.unprotect(*last), count_spent);
  for (unsigned sqn = 0; sqn < 256; ++sqn)
    EXPECT_REFUSED(p.mme.unprotect(ByteVector{0x27, 0, 0, 0, 0, static_cast<Byte>(sqn), 1, 1}), count_spent);
  EXPECT_TRUE(p.mme.receiving().spent());
}

TEST(EpsSecurity, HeaderTypesHaveTheirDirection) {
  Pair p;
  EXPECT_REFUSED(p.ue.protect(NasSecurityHeader::plain, text), header_type);
  EXPECT_REFUSED(p.ue.protect(NasSecurityHeader::integrity_new_context, text), header_type);
  EXPECT_REFUSED(p.mme.protect(NasSecurityHeader::ciphered_new_context, text), header_type);
  const ByteVector command = *p.mme.protect(NasSecurityHeader::integrity_new_context, text);
  const ByteVector complete = *p.ue.protect(NasSecurityHeader::ciphered_new_context, text);
  EXPECT_REFUSED(p.mme.unprotect(command), header_type);
  EXPECT_REFUSED(p.ue.unprotect(complete), header_type);
  for (unsigned type = 5; type < 16; ++type) {
    ByteVector odd = complete;
    odd[0] = static_cast<Byte>(type << 4U | 7U);
    EXPECT_REFUSED(p.mme.unprotect(odd), header_type);
  }
  EXPECT_EQ(p.ue.sending(), at(1));
  EXPECT_FALSE(p.mme.last_received());
  EXPECT_TRUE(p.mme.unprotect(complete));
  EXPECT_TRUE(p.ue.unprotect(command));
}

TEST(EpsSecurity, ShortLongAndForeignMessagesAreMalformed) {
  Pair p;
  const ByteVector pdu = *p.ue.protect(NasSecurityHeader::ciphered, text);
  for (std::size_t n = 0; n < wire::nas::security_header_octets + wire::nas::message_octets_min; ++n)
    EXPECT_REFUSED(p.mme.unprotect(Bytes(pdu).first(n)), malformed);
  ByteVector esm = pdu;
  esm[0] = 0x22;
  EXPECT_REFUSED(p.mme.unprotect(esm), malformed);

  const std::size_t most = wire::nas::message_octets_max - wire::nas::security_header_octets;
  const auto longest = p.ue.protect(NasSecurityHeader::ciphered, ByteVector(most, 7));
  ASSERT_TRUE(longest);
  EXPECT_TRUE(p.mme.unprotect(*longest));
  EXPECT_REFUSED(p.ue.protect(NasSecurityHeader::ciphered, ByteVector(most + 1, 7)), malformed);
  EXPECT_REFUSED(p.mme.unprotect(ByteVector(wire::nas::message_octets_max + 1, 0x27)), malformed);
}

TEST(EpsSecurity, APartialContextProtectsNothing) {
  EpsSecurityContext c(Side::ue, kasme(), ksi_3);
  EXPECT_FALSE(c.active());
  EXPECT_EQ(c.knas_int(), nullptr);
  EXPECT_REFUSED(c.protect(NasSecurityHeader::ciphered, text), no_keys);
  EXPECT_REFUSED(c.unprotect(ByteVector(20, 0x27)), no_keys);
  EXPECT_REFUSED(c.service_request(), no_keys);
  EXPECT_FALSE(c.kenb());
}

//= TS 24.301, 5.4.3.3; type=test
TEST(EpsSecurity, ASecurityModeCommandIsTakenOnlyWhenItsMacIsRight) {
  EpsSecurityContext mme = context(Side::network);
  EpsSecurityContext ue(Side::ue, kasme(), ksi_3);
  const ByteVector command = *mme.protect(NasSecurityHeader::integrity_new_context, text);
  EXPECT_EQ(hex(text_of(command)), hex(text));

  for (std::size_t bit = 8; bit < 8 * command.size(); ++bit) {
    ByteVector forged = command;
    forged[bit / 8] = static_cast<Byte>(forged[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(ue.unprotect_command(forged, aes)) << bit;
    ASSERT_FALSE(ue.active());
  }
  // The algorithms are bound by the key: others than the network took give another MAC.
  EXPECT_REFUSED(ue.unprotect_command(command, {Eea::eea2, Eia::eia1}), bad_mac);
  EXPECT_REFUSED(ue.unprotect_command(command, {Eea::eea2, static_cast<Eia>(4)}), not_built);
  EXPECT_REFUSED(ue.unprotect_command(command, {Eea::eea2, Eia::eia0}), null_integrity);
  EXPECT_FALSE(ue.active());

  const auto plain = ue.unprotect_command(command, aes);
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, text);
  EXPECT_TRUE(ue.active());
  EXPECT_EQ(ue.last_received(), NasCount());
  const auto complete = ue.protect(NasSecurityHeader::ciphered_new_context, text);
  ASSERT_TRUE(complete);
  EXPECT_TRUE(mme.unprotect(*complete));
  EXPECT_EQ(mme.last_received(), NasCount());
  // Replayed, it is refused and the keys stay.
  EXPECT_REFUSED(ue.unprotect_command(command, aes), bad_mac);
  EXPECT_TRUE(ue.active());
}

TEST(EpsSecurity, ANewChoiceOfAlgorithmsUnderTheSameKasmeKeepsCounting) {
  Pair p;
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(p.ue.unprotect(*p.mme.protect(NasSecurityHeader::ciphered, report)));
  ASSERT_TRUE(p.mme.activate({Eea::eea0, Eia::eia2}));
  const ByteVector command = *p.mme.protect(NasSecurityHeader::integrity_new_context, text);
  ASSERT_TRUE(p.ue.unprotect_command(command, {Eea::eea0, Eia::eia2}));
  EXPECT_EQ(p.ue.last_received()->value(), 5U);
  EXPECT_EQ(p.ue.algorithms(), (Chosen{Eea::eea0, Eia::eia2}));
  const ByteVector clear = *p.mme.protect(NasSecurityHeader::ciphered, report);
  EXPECT_EQ(hex(text_of(clear)), hex(report));
  EXPECT_TRUE(p.ue.unprotect(clear));
}

TEST(EpsSecurity, AlgorithmsThatAreNotBuiltAndNullIntegrityAreRefused) {
  for (Byte n = 0; n < 8; ++n) {
    for (Byte m = 0; m < 8; ++m) {
      const auto eea = static_cast<Eea>(n);
      const auto eia = static_cast<Eia>(m);
      EpsSecurityContext c(Side::ue, kasme(), ksi_3);
      const bool built = n < 4 && m < 4;
      const auto done = c.activate({eea, eia});
      EXPECT_EQ(static_cast<bool>(done), built && eia != Eia::eia0);
      if (!done) {
        EXPECT_EQ(done.why(), built ? NasRefusal::null_integrity : NasRefusal::not_built);
      }
      EXPECT_EQ(c.active(), static_cast<bool>(done));
    }
  }
}

//= TS 33.401, 8.1; type=test
TEST(EpsSecurity, EveryAlgorithmProtectsAndTellsAForgery) {
  for (const Eea eea : {Eea::eea0, Eea::eea1, Eea::eea2, Eea::eea3}) {
    for (const Eia eia : {Eia::eia1, Eia::eia2, Eia::eia3}) {
      EpsSecurityContext ue = context(Side::ue, 1, {eea, eia});
      EpsSecurityContext mme = context(Side::network, 1, {eea, eia});
      const ByteVector pdu = *ue.protect(NasSecurityHeader::ciphered, report);
      EXPECT_EQ(hex(text_of(pdu)) == hex(report), eea == Eea::eea0);
      for (std::size_t bit = 8; bit < 8 * pdu.size(); ++bit) {
        ByteVector forged = pdu;
        forged[bit / 8] = static_cast<Byte>(forged[bit / 8] ^ 1U << bit % 8);
        ASSERT_FALSE(mme.unprotect(forged)) << bit;
      }
      const auto plain = mme.unprotect(pdu);
      ASSERT_TRUE(plain);
      EXPECT_EQ(*plain, report);
    }
  }
}

//= TS 33.401, 5.1.4.1; type=test
TEST(EpsSecurity, WhereNullIntegrityIsAllowedTheMacIsZeroAndARepetitionPasses) {
  const Chosen null{Eea::eea0, Eia::eia0};
  EpsSecurityContext ue = context(Side::ue, 1, null, NullIntegrity::allow);
  EpsSecurityContext mme = context(Side::network, 1, null, NullIntegrity::allow);
  const ByteVector pdu = *ue.protect(NasSecurityHeader::ciphered, text);
  EXPECT_EQ(hex(Bytes(pdu).first(6)), "270000000000");
  EXPECT_TRUE(mme.unprotect(pdu));
  EXPECT_TRUE(mme.unprotect(pdu));
  EXPECT_EQ(mme.last_received(), NasCount());
}

//= TS 24.301, 9.9.3.28; type=test
TEST(EpsSecurity, AServiceRequestIsFourOctetsWithTheEndOfTheMac) {
  EpsSecurityContext ue = context(Side::ue);
  ue.set_counts(at(0x0102E5), at(0));
  const ByteVector pdu = *ue.service_request();
  ASSERT_EQ(pdu.size(), 4U);
  EXPECT_EQ(pdu[0], 0xC7);
  EXPECT_EQ(pdu[1], 3U << 5U | 0x05U);
  const KnasInt integrity = derive_knas_int(kasme(), Eia::eia2);
  const auto mac = crypto::eia2(integrity.expose(), 0x0102E5, 0, crypto::Direction::uplink, 16, pdu);
  EXPECT_EQ(pdu[2], mac[2]);
  EXPECT_EQ(pdu[3], mac[3]);
  EXPECT_EQ(service_request_ksi(pdu), 3);
}

TEST(EpsSecurity, AServiceRequestIsAcceptedOnceFromAnyCount) {
  for (const std::uint32_t count : {0U, 31U, 32U, 255U, 256U, 0x0102E5U, NasCount::max}) {
    Pair p;
    p.ue.set_counts(at(count), at(0));
    p.mme.set_counts(at(count), at(0));
    const ByteVector pdu = *p.ue.service_request();
    for (std::size_t bit = 0; bit < 32; ++bit) {
      ByteVector forged = pdu;
      forged[bit / 8] = static_cast<Byte>(forged[bit / 8] ^ 1U << bit % 8);
      EXPECT_FALSE(p.mme.verify_service_request(forged)) << bit;
      EXPECT_EQ(p.mme.receiving(), at(count));
    }
    ASSERT_TRUE(p.mme.verify_service_request(pdu));
    EXPECT_EQ(p.mme.last_received()->value(), count);
    EXPECT_FALSE(p.mme.verify_service_request(pdu));
    EXPECT_EQ(p.mme.last_received()->value(), count);
    ASSERT_TRUE(p.ue.kenb() && p.mme.kenb());
    EXPECT_EQ(*p.ue.kenb(), *p.mme.kenb());
    EXPECT_EQ(*p.ue.kenb(), derive_kenb(kasme(), UplinkNasCount{*NasCount::from(count)}));
  }
}

TEST(EpsSecurity, AServiceRequestUnderAnotherKeySetOrOfAnotherLengthIsRefused) {
  Pair p;
  EpsSecurityContext other(Side::ue, kasme(), wire::nas::Ksi::native(4));
  ASSERT_TRUE(other.activate(aes));
  EXPECT_REFUSED(p.mme.verify_service_request(*other.service_request()), bad_mac);
  const ByteVector pdu = *p.ue.service_request();
  EXPECT_REFUSED(p.mme.verify_service_request(Bytes(pdu).first(3)), malformed);
  ByteVector longer = pdu;
  longer.push_back(0);
  EXPECT_REFUSED(p.mme.verify_service_request(longer), malformed);
  EXPECT_REFUSED(p.mme.service_request(), header_type);
  EXPECT_REFUSED(p.ue.verify_service_request(pdu), header_type);
}

//= TS 33.401, 7.2.6.2; type=test
TEST(EpsSecurity, KenbComesFromTheMessageThatCanStartAsSecurityNotFromTheLast) {
  Pair p;
  ASSERT_TRUE(p.mme.unprotect(*p.ue.protect(NasSecurityHeader::ciphered, report)));
  EXPECT_FALSE(p.mme.kenb());
  ASSERT_TRUE(p.mme.unprotect(*p.ue.protect(NasSecurityHeader::ciphered_new_context, text)));
  ASSERT_TRUE(p.mme.unprotect(*p.ue.protect(NasSecurityHeader::ciphered, ByteVector{0x02, 0x01, 0xDA})));
  EXPECT_EQ(p.mme.last_received()->value(), 2U);
  ASSERT_TRUE(p.mme.kenb_count() && p.ue.kenb_count());
  EXPECT_EQ(p.mme.kenb_count()->count.value(), 1U);
  EXPECT_EQ(p.ue.kenb_count()->count.value(), 1U);
  EXPECT_EQ(*p.ue.kenb(), *p.mme.kenb());
}

TEST(EpsSecurity, ACloneGoesOnWhereTheContextStood) {
  Pair p;
  ASSERT_TRUE(p.mme.unprotect(*p.ue.protect(NasSecurityHeader::ciphered, text)));
  EpsSecurityContext kept = p.ue.clone();
  EXPECT_EQ(*kept.kasme(), *p.ue.kasme());
  EXPECT_EQ(kept.sending(), p.ue.sending());
  EXPECT_EQ(*kept.kenb(), *p.ue.kenb());
  EXPECT_TRUE(p.mme.unprotect(*kept.protect(NasSecurityHeader::integrity, text)));
}

TEST(NasHeader, IsReadWithoutTrustingAnything) {
  EXPECT_FALSE(header_of({}));
  EXPECT_FALSE(header_of(ByteVector{0x52}));
  EXPECT_EQ(header_of(ByteVector{0x17}), 1);
  EXPECT_EQ(header_of(ByteVector{0xC7}), 12);
  EXPECT_TRUE(text_of(ByteVector{0x27, 1, 2, 3, 4}).empty());
  EXPECT_TRUE(text_of(ByteVector{0x07, 1, 2, 3, 4, 5, 6}).empty());
  EXPECT_EQ(text_of(ByteVector{0x27, 1, 2, 3, 4, 5, 6}).size(), 1U);
  EXPECT_FALSE(service_request_ksi(ByteVector{0x27, 1, 2, 3}));
}

}  // namespace
}  // namespace baton::context
