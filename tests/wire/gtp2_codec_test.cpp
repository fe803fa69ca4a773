// GTPv2-C: every message there and back, and everything a broken sender can do to it.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "wire/gtp2_samples.h"

namespace baton::wire::gtp2 {
namespace {

ByteVector encoded(const Message& m) { return encode(m, sample_teid, sample_sequence); }
ByteVector octets(std::string_view digits) { return parse_hex(digits).value(); }

// Sets the length field to what the datagram really holds.
void fix_length(ByteVector& d) {
  d[2] = static_cast<Byte>((d.size() - 4) >> 8U);
  d[3] = static_cast<Byte>(d.size() - 4);
}
// A message of this type whose body is `body`.
ByteVector with_body(Byte type, std::string_view body) {
  ByteVector d = octets("48 00 0000 11223344 00abcd00");
  d[1] = type;
  const auto b = octets(body);
  d.insert(d.end(), b.begin(), b.end());
  fix_length(d);
  return d;
}
CauseValue cause_of_body(Byte type, std::string_view body) {
  const auto m = decode_any(with_body(type, body));
  return m ? CauseValue::request_accepted : cause_for(m.why()).value;
}

TEST(Gtp2, EveryMessageComesBackAsItWas) {
  std::size_t types = 0;
  for (const Message& m : samples()) {
    const auto back = decode_any(encoded(m));
    ASSERT_TRUE(back) << name_of(m) << ": " << back.why().to_string();
    EXPECT_TRUE(back->message == m) << name_of(m);
    EXPECT_EQ(back->header.type, type_of(m));
    EXPECT_EQ(back->header.sequence, sample_sequence);
    const bool path_message = type_of(m) <= VersionNotSupportedIndication::type;
    EXPECT_EQ(back->header.teid, path_message ? std::nullopt : std::optional(sample_teid));
    EXPECT_FALSE(describe(back->header, back->message).empty());
    ++types;
  }
  EXPECT_EQ(types, std::variant_size_v<Message>);
}

TEST(Gtp2, TheCorpusHoldsEverySample) {
  // tshark and the fuzz program read these files; a change of the encoding has to change them too.
  for (const Message& m : samples()) {
    std::string file(name_of(m));
    for (char& c : file) c = c == ' ' ? '-' : c;
    std::ifstream in(BATON_SOURCE_DIR "/fuzz/corpus/gtp2/" + file + ".bin", std::ios::binary);
    const ByteVector kept((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(hex(kept), hex(encoded(m))) << file;
  }
}

TEST(Gtp2, AMessageCutAnywhereIsRefusedAndNothingIsReadPastItsEnd) {
  for (const Message& m : samples()) {
    const ByteVector whole = encoded(m);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      const ByteVector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
      EXPECT_FALSE(decode_any(cut)) << name_of(m) << " cut to " << n;
      // With a length that fits the cut, the message may still be whole where optional elements ended.
      if (n < 12) continue;
      ByteVector fitted = cut;
      fix_length(fitted);
      if (const auto back = decode_any(fitted)) {
        const auto again = decode_any(encode(back->message, sample_teid, sample_sequence));
        ASSERT_TRUE(again);
        EXPECT_TRUE(again->message == back->message);
      }
    }
  }
}

//= TS 29.274, 7.7.3; type=test
TEST(Gtp2, ALengthThatDoesNotFitTheDatagramIsInvalidLength) {
  for (const Message& m : samples()) {
    ByteVector d = encoded(m);
    for (const unsigned length : {0U, 65535U}) {
      d[2] = static_cast<Byte>(length >> 8U);
      d[3] = static_cast<Byte>(length);
      const auto back = decode_any(d);
      ASSERT_FALSE(back);
      if (length == 65535) {
        EXPECT_EQ(cause_for(back.why()).value, CauseValue::invalid_length);
      }
      EXPECT_EQ(bool(decode_header(d)), length != 0) << "a length too short for a header has none";
    }
    ByteVector longer = encoded(m);
    longer.push_back(0);
    const auto back = decode_any(longer);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.why().fault, Fault::trailing_bytes);
    EXPECT_EQ(cause_for(back.why()).value, CauseValue::invalid_length);
  }
}

TEST(Gtp2, NoFlippedBitAndNoElementLengthDoesHarm) {
  std::size_t refused = 0;
  for (const Message& m : samples()) {
    const ByteVector whole = encoded(m);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      ByteVector d = whole;
      d[bit / 8] = static_cast<Byte>(d[bit / 8] ^ (1U << (bit % 8)));
      const auto back = decode_any(d);
      if (!back) {
        ++refused;
        continue;
      }
      const auto again = decode_any(encode(back->message, sample_teid, sample_sequence));
      ASSERT_TRUE(again) << name_of(m) << " bit " << bit;
      EXPECT_TRUE(again->message == back->message);
    }
    for (std::size_t at = 12; at + 1 < whole.size(); ++at) {
      ByteVector d = whole;
      d[at] = d[at + 1] = 0xFF;
      (void)decode_any(d);
      d[at] = d[at + 1] = 0x00;
      (void)decode_any(d);
    }
  }
  EXPECT_GT(refused, 1000U);
}

//= TS 29.274, 7.7.6; type=test
TEST(Gtp2, AMissingMandatoryElementIsNamed) {
  const auto whole = encoded(create_session_request());
  const struct {
    Byte type;
    const char* name;
  } mandatory[] = {{ie::rat_type, "RAT Type"},
                   {ie::f_teid, "Sender F-TEID for Control Plane"},
                   {ie::apn, "Access Point Name"},
                   {ie::bearer_context, "Bearer Contexts to be created"}};
  for (const auto& row : mandatory) {
    // Rename the element of instance 0 to a type nobody knows.
    ByteVector d = whole;
    for (std::size_t at = 12; at < d.size(); at += 4 + (d[at + 1] << 8U | d[at + 2]))
      if (d[at] == row.type && d[at + 3] == 0) d[at] = 200;
    const auto back = decode_any(d);
    ASSERT_FALSE(back) << row.name;
    EXPECT_EQ(back.why().fault, Fault::missing_mandatory);
    EXPECT_EQ(back.why().field, row.name);
    const Cause cause = cause_for(back.why());
    EXPECT_EQ(cause.value, CauseValue::mandatory_ie_missing);
    EXPECT_EQ(cause.offending_ie, (IeId{row.type, 0}));
  }
  EXPECT_EQ(cause_of_body(DeleteSessionResponse::type, ""), CauseValue::mandatory_ie_missing);
}

//= TS 29.274, 7.7.8; type=test
TEST(Gtp2, AnElementThatIsTooShortOrWrongFailsTheMessageUnlessItIsOptional) {
  // Cause of one octet; cause with half an offending element; PAA without an address.
  EXPECT_EQ(cause_of_body(DeleteSessionResponse::type, "02000100 10"), CauseValue::invalid_length);
  EXPECT_EQ(cause_of_body(DeleteSessionResponse::type, "02000400 10005700"), CauseValue::invalid_length);
  EXPECT_EQ(cause_of_body(CreateSessionResponse::type, "02000200 1000 4f000100 01"),
            CauseValue::invalid_length);
  // F-TEID without any address; PAA of type 7; recovery of no octets.
  EXPECT_EQ(cause_of_body(CreateSessionResponse::type, "02000200 1000 57000500 0b00000001"),
            CauseValue::mandatory_ie_incorrect);
  EXPECT_EQ(cause_of_body(CreateSessionResponse::type, "02000200 1000 4f000500 070a000001"),
            CauseValue::mandatory_ie_incorrect);
  EXPECT_EQ(cause_of_body(DeleteSessionResponse::type, "02000200 1000 03000000"), CauseValue::invalid_length);
  // An IMSI that is optional here and not made of digits is as good as absent.
  const auto ack =
      decode_any(with_body(DownlinkDataNotificationAck::type, "02000200 1000 01000800 aabbccddeeffaabb"));
  ASSERT_TRUE(ack);
  EXPECT_FALSE(std::get<DownlinkDataNotificationAck>(ack->message).imsi);
  // An element that reaches past the message is an invalid length even when nobody knows it.
  const auto past = decode_any(with_body(DeleteSessionResponse::type, "02000200 1000 c8000500 00"));
  ASSERT_FALSE(past);
  EXPECT_EQ(cause_for(past.why()).value, CauseValue::invalid_length);
  EXPECT_EQ(offending(past.why())->type, 0xC8);
}

//= TS 29.274, 7.7.9; type=test
//= TS 29.274, 7.7.11; type=test
TEST(Gtp2, UnknownElementsAreSteppedOverAndOnlyTheFirstOfARepeatedOneCounts) {
  const auto m = decode_any(with_body(DeleteSessionResponse::type,
                                      "c8000300 010203 02000200 4000 02000200 1000 03000100 07 03000101 09"));
  ASSERT_TRUE(m);
  const auto& r = std::get<DeleteSessionResponse>(m->message);
  EXPECT_EQ(r.cause.value, CauseValue::context_not_found);
  EXPECT_EQ(r.recovery, Recovery{7}) << "instance 1 is another element";
}

//= TS 29.274, 7.7.7; type=test
TEST(Gtp2, OctetsBehindWhatIsDefinedAreALaterVersions) {
  const auto m = decode_any(with_body(DeleteSessionResponse::type, "02000200 1000 03000300 07ffff"));
  ASSERT_TRUE(m);
  EXPECT_EQ(std::get<DeleteSessionResponse>(m->message).recovery, Recovery{7});
}

TEST(Gtp2, ListsEndAtTheirBoundAndOnePastItIsSteppedOver) {
  ReleaseAccessBearersRequest m;
  for (std::size_t i = 0; i < bearers_max; ++i) m.rabs.push_back(Ebi{5});
  auto back = decode_any(encoded(m));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<ReleaseAccessBearersRequest>(back->message).rabs.size(), bearers_max);
  m.rabs.push_back(Ebi{6});
  back = decode_any(encoded(m));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<ReleaseAccessBearersRequest>(back->message).rabs.size(), bearers_max);
  EXPECT_EQ(std::get<ReleaseAccessBearersRequest>(back->message).rabs.back(), Ebi{5});
}

TEST(Gtp2, OpaqueElementsEndAtTheirBound) {
  DeleteSessionResponse m;
  m.pco = Pco{ByteVector(opaque_octets_max, 0x80)};
  EXPECT_TRUE(decode_any(encoded(m)));
  m.pco->octets.push_back(0);
  const auto back = decode_any(encoded(m));
  ASSERT_FALSE(back);
  EXPECT_EQ(back.why().fault, Fault::too_many);
  // What no datagram can hold is not written at all.
  m.pco->octets.assign(0x10000, 0);
  EXPECT_TRUE(encoded(m).empty());
  m.pco->octets.assign(datagram_octets_max - 12, 0);
  EXPECT_TRUE(encoded(m).empty());
}

TEST(Gtp2, AnApnIsLabelsOfLettersDigitsAndHyphens) {
  const auto apn = [](std::string_view value) {
    auto m = create_session_request();
    m.apn = Apn{std::string(value)};
    return decode_any(encoded(m));
  };
  EXPECT_TRUE(apn("a"));
  EXPECT_TRUE(apn(std::string(63, 'a') + "." + std::string(35, 'b')));  // 100 octets
  EXPECT_FALSE(apn(std::string(63, 'a') + "." + std::string(36, 'b')));
  EXPECT_FALSE(apn(std::string(64, 'a')));
  EXPECT_FALSE(apn(""));
  EXPECT_FALSE(apn("a..b"));
  EXPECT_FALSE(apn("a b"));
}

//= TS 29.274, 5.1; type=test
TEST(Gtp2, TheHeaderIsCheckedBeforeAnythingElse) {
  auto d = encoded(create_session_request());
  EXPECT_EQ(version_of(d), 2);
  d[0] = 0x68;  // version 3
  EXPECT_EQ(version_of(d), 3);
  EXPECT_EQ(decode_header(d).why().fault, Fault::unsupported);
  d[0] = 0x40;  // no TEID: what follows shifts by four octets, and this message must have one
  EXPECT_FALSE(decode_any(d));
  EXPECT_EQ(version_of({}), 0);
  EXPECT_EQ(decode_header({}).why().fault, Fault::short_read);
  // A message type nobody knows.
  EXPECT_EQ(decode_any(with_body(250, "")).why().fault, Fault::wrong_type);
}

//= TS 29.274, 5.5.1; type=test
TEST(Gtp2, APiggybackedMessageIsHandedOverSeparately) {
  const DeleteSessionResponse first{Cause{}, {}, {}, {}};
  auto d = encoded(first);
  const auto second = encoded(create_session_request());
  d.insert(d.end(), second.begin(), second.end());
  EXPECT_FALSE(decode_any(d)) << "octets behind a message without the P flag";
  d[0] |= 0x10;
  const auto packet = decode_header(d);
  ASSERT_TRUE(packet);
  const auto message = decode_body(*packet);
  ASSERT_TRUE(message);
  EXPECT_TRUE(*message == Message{first});
  EXPECT_EQ(hex(packet->piggybacked), hex(second));
}

TEST(Gtp2, ARefusalHasTheTypeThatAnswersTheRequestAndTheOffendingElement) {
  const Cause cause{CauseValue::mandatory_ie_missing, false, IeId{ie::f_teid, 0}};
  std::size_t refusals = 0;
  for (const Message& m : samples()) {
    const auto answer = refusal(type_of(m), cause);
    if (!answer) continue;
    ++refusals;
    EXPECT_EQ(type_of(*answer), response_type(type_of(m)));
    const auto back = decode_any(encoded(*answer));
    ASSERT_TRUE(back);
    EXPECT_EQ(cause_of(back->message), cause);
  }
  EXPECT_EQ(refusals, 10U);
  EXPECT_FALSE(refusal(EchoRequest::type, cause));
  EXPECT_FALSE(refusal(DownlinkDataNotificationFailureIndication::type, cause));
}

//= TS 29.274, 8.38; type=test
TEST(Gtp2, KeyBearingElementsAreFoundWhateverCarriesThem) {
  // A message of a type Baton does not read (Identification Response) with an MM context (type 107).
  const auto d = with_body(129, "49000100 05 6b000400 aabbccdd 48000800 0000000100000001");
  const auto ranges = secret_ranges(d);
  ASSERT_EQ(ranges.size(), 1U);
  EXPECT_EQ(ranges[0].offset, 12U + 5U + 4U);
  EXPECT_EQ(ranges[0].octets, 4U);
  for (const Message& m : samples()) EXPECT_EQ(secret_ranges(encoded(m)).size(), carries_keys(type_of(m)));
  EXPECT_TRUE(secret_ranges(octets("48")).empty());
}

}  // namespace
}  // namespace baton::wire::gtp2
