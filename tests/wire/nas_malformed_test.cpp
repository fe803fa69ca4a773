// What a peer can do to a message: cut it, stretch it, flip its bits, add what nobody knows.
#include <gtest/gtest.h>

#include "wire/nas_samples.h"

namespace baton::wire::nas {
namespace {

// What was read keeps its meaning: encode it and it reads the same, with one spelling.
void expect_stable(Bytes octets, Direction d) {
  const auto first = decode_any(octets, d);
  if (!first) return;
  const auto spelled = encode(*first);
  const auto second = decode_any(spelled, d);
  ASSERT_TRUE(second) << name_of(*first) << ": " << second.why().to_string() << " from " << hex(octets);
  EXPECT_EQ(*first, *second) << name_of(*first) << " from " << hex(octets);
  EXPECT_EQ(encode(*second), spelled);
}

// Views with nothing behind them, so that the address sanitizer sees one octet too far.
Bytes exact(ByteVector& v) {
  v.shrink_to_fit();
  return v;
}

//= TS 24.301, 7.5.1; type=test
TEST(NasMalformed, AMessageCutOffAnywhereIsRefusedOrShorterByWholeOptionalElements) {
  for (const Sampled& s : all_samples()) {
    for (std::size_t n = 0; n < s.octets.size(); ++n) {
      ByteVector cut(s.octets.begin(), s.octets.begin() + static_cast<std::ptrdiff_t>(n));
      const auto got = decode_any(exact(cut), s.direction);
      if (!s.full) {
        ASSERT_FALSE(got) << s.name << " cut to " << n;
        EXPECT_TRUE(got.why().fault == Fault::missing_mandatory || got.why().fault == Fault::short_read)
            << s.name << " cut to " << n << ": " << got.why().to_string();
      }
      expect_stable(cut, s.direction);
    }
  }
}

TEST(NasMalformed, EverySingleBitFlipIsRefusedOrReadsStably) {
  for (const Sampled& s : all_samples())
    for (std::size_t bit = 0; bit < s.octets.size() * 8; ++bit) {
      ByteVector flipped = s.octets;
      flipped[bit / 8] = static_cast<Byte>(flipped[bit / 8] ^ (1U << (bit % 8)));
      expect_stable(exact(flipped), s.direction);
    }
}

TEST(NasMalformed, EveryOctetAtItsExtremesIsRefusedOrReadsStably) {
  for (const Sampled& s : all_samples())
    for (std::size_t at = 0; at < s.octets.size(); ++at)
      for (const Byte b : {Byte{0x00}, Byte{0x7F}, Byte{0x80}, Byte{0xFF}}) {
        ByteVector changed = s.octets;
        changed[at] = b;
        expect_stable(exact(changed), s.direction);
      }
}

//= TS 24.301, 7.6.1; type=test
//= TS 24.007, 11.2.4; type=test
TEST(NasMalformed, UnknownOptionalElementsOfEveryFormatAreSteppedOver) {
  const IdentityResponse sent = filled<IdentityResponse>(false);
  const std::vector<ByteVector> unknown{
      {0x8F},                       // type 1: bit 8 set, value in the same octet
      {0xA0},                       // type 2: bit 8 set, no value
      {0x2F, 3, 0xAA, 0xBB, 0xCC},  // type 4: one octet of length
      {0x2F, 0},                    // type 4, empty
      {0x7F, 0, 2, 0xAA, 0xBB},     // type 6: two octets of length
  };
  for (const ByteVector& u : unknown) {
    ByteVector octets = encode(sent);
    octets.insert(octets.end(), u.begin(), u.end());
    const auto got = decode<IdentityResponse>(octets);
    ASSERT_TRUE(got) << hex(u) << ": " << got.why().to_string();
    EXPECT_EQ(*got, sent);
  }
}

TEST(NasMalformed, AnUnknownElementThatReachesPastTheEndIsRefused) {
  for (const ByteVector& u : std::vector<ByteVector>{{0x2F}, {0x2F, 2, 0}, {0x7F, 0}, {0x7F, 1, 0, 0}}) {
    ByteVector octets = encode(filled<IdentityResponse>(false));
    octets.insert(octets.end(), u.begin(), u.end());
    const auto got = decode<IdentityResponse>(octets);
    ASSERT_FALSE(got) << hex(u);
    EXPECT_EQ(got.why().fault, Fault::short_read);
  }
}

//= TS 24.301, 7.5.1; type=test
TEST(NasMalformed, AnUnknownElementThatMustBeUnderstoodIsRefusedInEveryMessage) {
  for (const Sampled& s : all_samples()) {
    if (s.name == ServiceRequest::name) continue;  // has no optional part; its length is fixed
    for (Byte iei = 0; iei < 0x10; ++iei) {
      ByteVector octets = s.octets;
      octets.insert(octets.end(), {iei, 0});
      const auto got = decode_any(octets, s.direction);
      ASSERT_FALSE(got) << s.name;
      EXPECT_EQ(got.why().fault, Fault::unknown_mandatory) << s.name;
      EXPECT_EQ(got.why().code, iei);
    }
  }
}

//= TS 24.301, 7.6.3; type=test
TEST(NasMalformed, OfARepeatedElementTheFirstCounts) {
  ByteVector octets = encode(filled<TauReject>(false));
  octets.insert(octets.end(), {0x5F, 1, 0x21, 0xA3, 0x5F, 1, 0x22, 0xA4});
  const auto got = decode<TauReject>(octets);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->t3346->octet(), 0x21);
  EXPECT_EQ(got->extended_cause->value, 3);
}

//= TS 24.301, 7.7.1; type=test
TEST(NasMalformed, AnOptionalElementThatHoldsNonsenseCountsAsAbsent) {
  ByteVector octets = encode(filled<TauReject>(false));
  octets.insert(octets.end(), {0x5F, 2, 0x21, 0x21});  // a timer is one octet
  const auto got = decode<TauReject>(octets);
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->t3346);

  AttachAccept accept = filled<AttachAccept>(false);
  accept.guti = Guti::test_value();
  octets = encode(accept);
  ASSERT_EQ(octets[octets.size() - 11], 0xF6);
  octets[octets.size() - 11] = 0xF1;  // an IMSI where only a GUTI may be
  const auto without = decode<AttachAccept>(octets);
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->guti);
}

TEST(NasMalformed, AMandatoryElementOfTheWrongLengthIsRefused) {
  const auto with_autn_of = [](std::size_t n) {
    ByteVector octets{0x07, 0x52, 0x01};
    octets.insert(octets.end(), 16, Byte{0x55});
    octets.push_back(static_cast<Byte>(n));
    octets.insert(octets.end(), n, Byte{0xAA});
    return decode<AuthenticationRequest>(octets);
  };
  EXPECT_TRUE(with_autn_of(16));
  for (const std::size_t n : {0U, 1U, 15U, 17U, 255U}) {
    const auto got = with_autn_of(n);
    ASSERT_FALSE(got) << n;
    EXPECT_EQ(got.why().fault, Fault::bad_value);
    EXPECT_EQ(got.why().field, "AUTN");
  }
}

TEST(NasMalformed, ResIsFourToSixteenOctets) {
  for (std::size_t n = 0; n <= 20; ++n) {
    ByteVector octets{0x07, 0x53, static_cast<Byte>(n)};
    octets.insert(octets.end(), n, Byte{1});
    EXPECT_EQ(static_cast<bool>(decode<AuthenticationResponse>(octets)), n >= 4 && n <= 16) << n;
  }
}

TEST(NasMalformed, TheLargestMessageIsReadAndOneOctetMoreIsNot) {
  const auto of_size = [](std::size_t n) {
    ByteVector octets = encode(EmmInformation{});
    while (octets.size() < n) {
      const std::size_t value = std::min<std::size_t>(n - octets.size() - 2, 250);
      octets.push_back(0x2F);  // unknown
      octets.push_back(static_cast<Byte>(value));
      octets.insert(octets.end(), value, Byte{0});
      if (n - octets.size() == 1) octets.push_back(0x80);
    }
    return octets;
  };
  const auto largest = of_size(message_octets_max);
  ASSERT_EQ(largest.size(), message_octets_max);
  EXPECT_TRUE(decode<EmmInformation>(largest));
  EXPECT_TRUE(decode_any(largest, Direction::downlink));
  const auto more = of_size(message_octets_max + 1);
  ASSERT_EQ(more.size(), message_octets_max + 1);
  ASSERT_FALSE(decode<EmmInformation>(more));
  EXPECT_EQ(decode<EmmInformation>(more).why().fault, Fault::too_many);
  EXPECT_EQ(decode_any(more, Direction::downlink).why().fault, Fault::too_many);
}

TEST(NasMalformed, UnknownElementsAreCountedAndTheCountIsBounded) {
  ByteVector octets = encode(EmmInformation{});
  octets.insert(octets.end(), unknown_elements_max, Byte{0x80});
  EXPECT_TRUE(decode<EmmInformation>(octets));
  octets.push_back(0x80);
  ASSERT_FALSE(decode<EmmInformation>(octets));
  EXPECT_EQ(decode<EmmInformation>(octets).why().fault, Fault::too_many);
}

TEST(NasMalformed, AServiceRequestIsFourOctetsAndNothingElse) {
  ByteVector octets = encode(ServiceRequest{.ksi = 1, .sequence = 31, .short_mac = {1, 2}});
  ASSERT_EQ(octets, (ByteVector{0xC7, 0x3F, 1, 2}));
  ASSERT_TRUE(decode_service_request(octets));
  octets.push_back(0);
  EXPECT_EQ(decode_service_request(octets).why().fault, Fault::trailing_bytes);
  octets.resize(3);
  EXPECT_EQ(decode_service_request(octets).why().fault, Fault::short_read);
  octets = {0xD7, 0x3F, 1, 2};
  EXPECT_FALSE(decode_service_request(octets));
}

}  // namespace
}  // namespace baton::wire::nas
