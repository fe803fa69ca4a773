// What happens to S1AP messages that are wrong: TS 36.413, 10.
#include <gtest/gtest.h>

#include "wire/per/per.h"
#include "wire/s1ap/limits.h"
#include "wire/s1ap_elements.h"
#include "wire/s1ap_samples.h"

namespace baton::wire::s1ap {
namespace {

const Element mme_id{0, Criticality::reject, {0x00, 0x07}};
const Element enb_id{8, Criticality::reject, {0x00, 0x09}};
const Element nas{26, Criticality::reject, {0x02, 0xAA, 0xBB}};
const Element cgi{100, Criticality::ignore, *parse_hex("0000f1100019b010")};
const Element tai{67, Criticality::reject, *parse_hex("0000f1100007")};
const Element rrc_cause{134, Criticality::ignore, {0x30}};
const Element caps{107, Criticality::reject, *parse_hex("18000c0000")};

ByteVector downlink(const std::vector<Element>& elements) {
  return pdu(Procedure::downlink_nas_transport, elements);
}

TEST(S1apError, the_hand_made_message_is_right) {
  auto got = decode_any(downlink({mme_id, enb_id, nas}));
  ASSERT_TRUE(got);
  EXPECT_EQ(std::get<DownlinkNasTransport>(got->pdu),
            (DownlinkNasTransport{MmeUeS1apId{7}, EnbUeS1apId{9}, {{0xAA, 0xBB}}}));
}

//= TS 36.413, 10.3.4.2; type=test
TEST(S1apError, an_unknown_element_is_handled_by_its_criticality) {
  const auto with = [](Criticality c) {
    return decode_any(downlink({mme_id, enb_id, {60'000, c, {1, 2, 3}}, nas}));
  };
  auto ignored = with(Criticality::ignore);
  ASSERT_TRUE(ignored);
  EXPECT_TRUE(ignored->report.empty());

  auto reported = with(Criticality::notify);
  ASSERT_TRUE(reported);
  EXPECT_EQ(reported->report, (std::vector<IeDiagnostics>{{Criticality::notify, static_cast<IeId>(60'000),
                                                           TypeOfError::not_understood}}));

  auto refused = with(Criticality::reject);
  ASSERT_FALSE(refused);
  const DecodeFailure& f = refused.why();
  EXPECT_EQ(f.cause, CauseProtocol::abstract_syntax_error_reject);
  EXPECT_EQ(f.procedure, Procedure::downlink_nas_transport);
  EXPECT_EQ(f.mme_ue_id, MmeUeS1apId{7});
  EXPECT_EQ(f.enb_ue_id, EnbUeS1apId{9});
  EXPECT_EQ(f.error.fault, Fault::unknown_mandatory);
  EXPECT_EQ(f.error.code, 60'000U);
  // A procedure without a response: an Error Indication says it.
  auto answer = answer_as<ErrorIndication>(f);
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer,
            (ErrorIndication{MmeUeS1apId{7}, EnbUeS1apId{9}, CauseProtocol::abstract_syntax_error_reject,
                             CriticalityDiagnostics{Procedure::downlink_nas_transport,
                                                    PduType::initiating,
                                                    Criticality::ignore,
                                                    {{Criticality::reject, static_cast<IeId>(60'000),
                                                      TypeOfError::not_understood}}}}));
}

//= TS 36.413, 10.3.5; type=test
TEST(S1apError, a_missing_mandatory_element_is_named_in_the_answer) {
  const std::vector<Element> all{mme_id, enb_id, nas};
  for (std::size_t gone = 0; gone < all.size(); ++gone) {
    auto elements = all;
    elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(gone));
    auto got = decode_any(downlink(elements));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.why().error.fault, Fault::missing_mandatory);
    EXPECT_EQ(got.why().ies,
              (std::vector<IeDiagnostics>{
                  {Criticality::reject, static_cast<IeId>(all[gone].id), TypeOfError::missing}}));
    auto answer = answer_as<ErrorIndication>(got.why());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->mme_ue_id.has_value(), gone != 0);
    EXPECT_EQ(answer->enb_ue_id.has_value(), gone != 1);
  }
  EXPECT_EQ(decode<DownlinkNasTransport>(downlink({})).why().fault, Fault::missing_mandatory);
}

//= TS 36.413, 10.3.5; type=test
TEST(S1apError, a_missing_element_of_criticality_ignore_is_assumed_where_the_table_says_what) {
  auto got = decode<UeContextReleaseRequest>(pdu(Procedure::ue_context_release_request, {mme_id, enb_id}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->cause, Cause{CauseMisc::unspecified});
  auto initial = decode<InitialUeMessage>(pdu(Procedure::initial_ue_message, {enb_id, nas, tai, cgi}));
  ASSERT_TRUE(initial);
  EXPECT_EQ(initial->establishment_cause, RrcEstablishmentCause::mo_signalling);
}

//= TS 36.413, 10.3.6; type=test
TEST(S1apError, wrong_order_and_repetition_are_a_falsely_constructed_message) {
  for (const auto& elements :
       {std::vector{enb_id, mme_id, nas}, std::vector{mme_id, nas, enb_id},
        std::vector{mme_id, enb_id, nas, nas}, std::vector{mme_id, mme_id, enb_id, nas}}) {
    auto got = decode_any(downlink(elements));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.why().cause, CauseProtocol::abstract_syntax_error_falsely_constructed_message);
    EXPECT_EQ(got.why().mme_ue_id, MmeUeS1apId{7});
    auto answer = answer_as<ErrorIndication>(got.why());
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->cause, Cause{CauseProtocol::abstract_syntax_error_falsely_constructed_message});
  }
  // Elements that no table knows may stand anywhere.
  EXPECT_TRUE(decode_any(downlink({{61'000, Criticality::ignore, {0}}, mme_id, enb_id, nas})));
}

TEST(S1apError, an_element_with_a_value_of_a_later_release_is_not_understood) {
  // Cause with the CHOICE's extension bit set: ignorable, so the assumed value is used.
  const Element later{2, Criticality::ignore, {0x80, 0x01, 0x00}};
  auto got =
      decode<UeContextReleaseRequest>(pdu(Procedure::ue_context_release_request, {mme_id, enb_id, later}));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->cause, Cause{CauseMisc::unspecified});
  // The same in an element that must be understood.
  const Element reset{92, Criticality::reject, {0x80, 0x01, 0x00}};
  auto refused = decode_any(pdu(Procedure::reset, {{2, Criticality::ignore, {0x02, 0x80}}, reset}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().cause, CauseProtocol::abstract_syntax_error_reject);
  EXPECT_EQ(refused.why().ies.size(), 1U);
  EXPECT_EQ(refused.why().ies[0].type, TypeOfError::not_understood);
}

//= TS 36.413, 10.2; type=test
TEST(S1apError, a_transfer_syntax_error_is_answered_with_an_error_indication) {
  auto got = decode_any(downlink({mme_id, enb_id, {26, Criticality::reject, {0x05, 0xAA}}}));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.why().cause, CauseProtocol::transfer_syntax_error);
  EXPECT_EQ(got.why().error.field, "NAS-PDU");
  auto answer = answer_as<ErrorIndication>(got.why());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->cause, Cause{CauseProtocol::transfer_syntax_error});
  EXPECT_EQ(answer->enb_ue_id, EnbUeS1apId{9});
  auto rubbish = decode_any(*parse_hex("ffffffff"));
  ASSERT_FALSE(rubbish);
  EXPECT_TRUE(answer_to(rubbish.why()));
  EXPECT_FALSE(decode_any({}));
  // Octets behind the end of an element.
  auto trailing = decode_any(downlink({mme_id, enb_id, {26, Criticality::reject, {0x01, 0xAA, 0xBB}}}));
  ASSERT_FALSE(trailing);
  EXPECT_EQ(trailing.why().error.fault, Fault::trailing_bytes);
}

//= TS 36.413, 10.3.4.1; type=test
TEST(S1apError, an_unknown_procedure_is_handled_by_its_criticality) {
  const auto unknown = static_cast<Procedure>(200);
  for (const Criticality c : {Criticality::reject, Criticality::notify, Criticality::ignore}) {
    auto got = decode_any(pdu(unknown, {mme_id}, PduType::initiating, c));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.why().procedure, unknown);
    auto answer = answer_as<ErrorIndication>(got.why());
    ASSERT_EQ(answer.has_value(), c != Criticality::ignore);
    if (!answer) continue;
    EXPECT_EQ(answer->cause,
              Cause{c == Criticality::reject ? CauseProtocol::abstract_syntax_error_reject
                                             : CauseProtocol::abstract_syntax_error_ignore_and_notify});
    EXPECT_EQ(answer->diagnostics->procedure, unknown);
  }
  // A known procedure with a kind of message that it does not have.
  auto paging = decode_any(pdu(Procedure::paging, {}, PduType::unsuccessful));
  ASSERT_FALSE(paging);
  EXPECT_FALSE(answer_to(paging.why()));
}

//= TS 36.413, 10.3.4.2; type=test
TEST(S1apError, a_procedure_with_an_unsuccessful_outcome_is_answered_by_it) {
  auto setup = decode_any(pdu(Procedure::s1_setup, {}, PduType::initiating, Criticality::reject));
  ASSERT_FALSE(setup);
  auto failure = answer_as<S1SetupFailure>(setup.why());
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->cause, Cause{CauseProtocol::abstract_syntax_error_reject});
  EXPECT_EQ(failure->diagnostics->ies.size(), 2U);  // Global eNB ID and Supported TAs

  auto context = decode_any(pdu(Procedure::initial_context_setup, {mme_id, enb_id, caps}, PduType::initiating,
                                Criticality::reject));
  ASSERT_FALSE(context);
  auto refused = answer_as<InitialContextSetupFailure>(context.why());
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->mme_ue_id, MmeUeS1apId{7});
  EXPECT_EQ(refused->diagnostics->ies.size(), 3U);  // bit rate, E-RABs, key

  auto modification =
      decode_any(pdu(Procedure::ue_context_modification, {mme_id, enb_id, {60'001, Criticality::reject, {0}}},
                     PduType::initiating, Criticality::reject));
  ASSERT_FALSE(modification);
  EXPECT_TRUE(answer_as<UeContextModificationFailure>(modification.why()));

  // Without the ids the outcome cannot be built, and the Error Indication can.
  auto lost =
      decode_any(pdu(Procedure::initial_context_setup, {caps}, PduType::initiating, Criticality::reject));
  ASSERT_FALSE(lost);
  EXPECT_TRUE(answer_as<ErrorIndication>(lost.why()));
}

TEST(S1apError, an_error_indication_and_a_response_are_never_answered_by_an_abstract_error) {
  const Element unknown{60'000, Criticality::reject, {0}};
  for (const auto& octets :
       {pdu(Procedure::error_indication, {unknown}), pdu(Procedure::reset, {unknown}, PduType::successful),
        pdu(Procedure::s1_setup, {unknown}, PduType::unsuccessful)}) {
    auto got = decode_any(octets);
    ASSERT_FALSE(got);
    EXPECT_FALSE(answer_to(got.why()));
  }
  auto broken = decode_any(pdu(Procedure::error_indication, {{2, Criticality::ignore, {}}}));
  ASSERT_FALSE(broken);
  EXPECT_FALSE(answer_to(broken.why()));
}

TEST(S1apError, unknown_extensions_inside_an_element_follow_their_criticality) {
  const auto tai_with = [](Criticality c) {
    per::Writer w;
    w.bit(false);
    w.bit(true);  // iE-Extensions
    w.octet_string(sample_plmn().wire(), {3, 3});
    w.octet_string(*parse_hex("0007"), {2, 2});
    w.count(1, {1, 65'535});
    w.whole(62'000, 0, 65'535);
    w.index({static_cast<std::uint32_t>(c), false}, 3, false);
    w.open_type(ByteVector{1, 2, 3});
    return Element{67, Criticality::reject, w.done()};
  };
  const auto with = [&](Criticality c) {
    return decode_any(pdu(Procedure::initial_ue_message, {enb_id, nas, tai_with(c), cgi, rrc_cause}));
  };
  auto ignored = with(Criticality::ignore);
  ASSERT_TRUE(ignored) << ignored.why().error.to_string();
  EXPECT_TRUE(ignored->report.empty());
  EXPECT_EQ(std::get<InitialUeMessage>(ignored->pdu).tai, sample_tai());
  auto reported = with(Criticality::notify);
  ASSERT_TRUE(reported);
  EXPECT_EQ(reported->report.size(), 1U);
  auto refused = with(Criticality::reject);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().ies.at(0).id, static_cast<IeId>(62'000));
}

TEST(S1apError, a_message_with_additions_of_a_later_release_is_read) {
  per::Writer value;
  value.bit(true);  // extended
  value.count(3, {0, 65'535});
  for (const Element& e : {mme_id, enb_id, nas}) {
    value.whole(e.id, 0, 65'535);
    value.index({0, false}, 3, false);
    value.open_type(e.value);
  }
  value.bit(false);
  value.bits(0, 6);  // one addition
  value.bit(true);
  value.open_type(ByteVector{9, 9});
  per::Writer w;
  w.index({0, false}, 3, true);
  w.whole(11, 0, 255);
  w.index({1, false}, 3, false);
  w.open_type(value.done());
  EXPECT_TRUE(decode<DownlinkNasTransport>(w.done()));
}

TEST(S1apError, a_message_cut_at_any_octet_is_refused_and_answered) {
  for (const Pdu& m : every_message()) {
    const ByteVector octets = encode(m);
    for (std::size_t n = 0; n < octets.size(); ++n) {
      const ByteVector cut(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n));
      auto got = decode_any(cut);
      ASSERT_FALSE(got) << name_of(m) << " cut at " << n;
      (void)answer_to(got.why());
      (void)describe(cut);
      (void)got.why().error.to_string();
    }
    ByteVector longer = octets;
    longer.push_back(0);
    ASSERT_FALSE(decode_any(longer)) << name_of(m);
  }
}

TEST(S1apError, a_flipped_bit_gives_a_message_or_an_answerable_error) {
  for (const Pdu& m : every_message()) {
    const ByteVector octets = encode(m);
    for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
      ByteVector flipped = octets;
      flipped[bit / 8] = static_cast<Byte>(flipped[bit / 8] ^ 0x80U >> bit % 8);
      auto got = decode_any(flipped);
      (void)secret_ranges(flipped);
      if (got) {
        // What was understood is stable from here on.
        const ByteVector again = encode(got->pdu);
        auto twice = decode_any(again);
        ASSERT_TRUE(twice) << name_of(m) << " bit " << bit << ": " << twice.why().error.to_string();
        ASSERT_EQ(encode(twice->pdu), again);
      } else if (auto answer = answer_to(got.why())) {
        ASSERT_TRUE(decode_any(*answer)) << name_of(m) << " bit " << bit;
      }
    }
  }
}

}  // namespace
}  // namespace baton::wire::s1ap
