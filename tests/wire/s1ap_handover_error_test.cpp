// The classes of malformed handover messages that ended other networks' nodes, where they enter: in the
// decoder. None of them is more here than a value that says what was wrong and what is answered. The names
// are those under which the defects are known.
#include <gtest/gtest.h>

#include <map>

#include "wire/s1ap/limits.h"
#include "wire/s1ap_elements.h"
#include "wire/s1ap_samples.h"

namespace baton::wire::s1ap {
namespace {

constexpr Criticality R = Criticality::reject;
constexpr Criticality I = Criticality::ignore;

/// Presence of an element: M, O or C of the table; `assumed` is M of criticality ignore, without which the
/// procedure goes on.
enum class Presence { mandatory, optional, assumed };
struct Line {
  unsigned id;
  Criticality criticality;
  Presence presence;
};
constexpr Presence M = Presence::mandatory;
constexpr Presence O = Presence::optional;
constexpr Presence A = Presence::assumed;
struct Table {
  Procedure procedure;
  PduType type;
  Criticality criticality;
  std::vector<Line> lines;
};

/// The tables as TS 36.413, 9.3.2 and 9.3.3 have them, without the elements that Baton does not speak.
const Table& table_of(const Pdu& pdu) {
  static const std::map<std::string_view, Table> tables{
      {"HANDOVER REQUIRED",
       {Procedure{0},
        PduType::initiating,
        R,
        {{0, R, M}, {8, R, M}, {1, R, M}, {2, I, A}, {4, R, M}, {79, I, O}, {104, R, M}}}},
      {"HANDOVER COMMAND",
       {Procedure{0},
        PduType::successful,
        R,
        {{0, R, M}, {8, R, M}, {1, R, M}, {135, R, O}, {12, I, O}, {13, I, O}, {123, R, M}, {58, I, O}}}},
      {"HANDOVER PREPARATION FAILURE",
       {Procedure{0}, PduType::unsuccessful, R, {{0, I, M}, {8, I, M}, {2, I, A}, {58, I, O}}}},
      {"HANDOVER REQUEST",
       {Procedure{1},
        PduType::initiating,
        R,
        {{0, R, M},
         {1, R, M},
         {2, I, A},
         {66, R, M},
         {53, R, M},
         {104, R, M},
         {107, R, M},
         {41, I, O},
         {40, R, M},
         {136, R, O},
         {75, I, O}}}},
      {"HANDOVER REQUEST ACKNOWLEDGE",
       {Procedure{1},
        PduType::successful,
        R,
        {{0, I, M}, {8, I, M}, {18, I, M}, {19, I, O}, {123, R, M}, {58, I, O}}}},
      {"HANDOVER FAILURE", {Procedure{1}, PduType::unsuccessful, R, {{0, I, M}, {2, I, A}, {58, I, O}}}},
      {"HANDOVER NOTIFY",
       {Procedure{2}, PduType::initiating, I, {{0, R, M}, {8, R, M}, {100, I, M}, {67, I, M}}}},
      {"PATH SWITCH REQUEST",
       {Procedure{3},
        PduType::initiating,
        R,
        {{8, R, M}, {22, R, M}, {88, R, M}, {100, I, M}, {67, I, M}, {107, I, M}}}},
      {"PATH SWITCH REQUEST ACKNOWLEDGE",
       {Procedure{3},
        PduType::successful,
        R,
        {{0, I, M}, {8, I, M}, {66, I, O}, {95, I, O}, {33, I, O}, {40, R, M}, {58, I, O}}}},
      {"PATH SWITCH REQUEST FAILURE",
       {Procedure{3}, PduType::unsuccessful, R, {{0, I, M}, {8, I, M}, {2, I, A}, {58, I, O}}}},
      {"HANDOVER CANCEL", {Procedure{4}, PduType::initiating, R, {{0, R, M}, {8, R, M}, {2, I, A}}}},
      {"HANDOVER CANCEL ACKNOWLEDGE",
       {Procedure{4}, PduType::successful, R, {{0, I, M}, {8, I, M}, {58, I, O}}}},
      {"ENB STATUS TRANSFER", {Procedure{24}, PduType::initiating, I, {{0, R, M}, {8, R, M}, {90, R, M}}}},
      {"MME STATUS TRANSFER", {Procedure{25}, PduType::initiating, I, {{0, R, M}, {8, R, M}, {90, R, M}}}}};
  return tables.at(name_of(pdu));
}
const Line& line_of(const Table& t, unsigned id) {
  for (const Line& l : t.lines)
    if (l.id == id) return l;
  ADD_FAILURE() << "no line for " << id;
  return t.lines[0];
}

/// What the receiver of an abstract syntax error says: TS 36.413, 10.3.4.2 and 10.3.5.
void expect_answer(const Pdu& m, const DecodeFailure& f) {
  const auto answer = answer_to(f);
  const Table& t = table_of(m);
  if (t.type != PduType::initiating) {
    EXPECT_FALSE(answer) << name_of(m);
    return;
  }
  ASSERT_TRUE(answer) << name_of(m);
  const bool both = f.mme_ue_id && f.enb_ue_id;
  const auto got = decode_any(*answer);
  ASSERT_TRUE(got) << name_of(m);
  if (std::holds_alternative<HandoverRequired>(m) && both) {
    const auto& a = std::get<HandoverPreparationFailure>(got->pdu);
    EXPECT_EQ(a, (HandoverPreparationFailure{*f.mme_ue_id, *f.enb_ue_id, f.cause, diagnostics_of(f)}));
  } else if (std::holds_alternative<HandoverRequest>(m) && f.mme_ue_id) {
    EXPECT_EQ(std::get<HandoverFailure>(got->pdu),
              (HandoverFailure{*f.mme_ue_id, f.cause, diagnostics_of(f)}));
  } else if (std::holds_alternative<PathSwitchRequest>(m) && both) {
    EXPECT_EQ(std::get<PathSwitchRequestFailure>(got->pdu),
              (PathSwitchRequestFailure{*f.mme_ue_id, *f.enb_ue_id, f.cause, diagnostics_of(f)}));
  } else {
    EXPECT_EQ(std::get<ErrorIndication>(got->pdu),
              (ErrorIndication{f.mme_ue_id, f.enb_ue_id, f.cause, diagnostics_of(f)}));
  }
}

/// Whatever `octets` are, reading them gives a message that is stable from there on or a reason that can be
/// answered.
void expect_a_value(const Pdu& m, const ByteVector& octets) {
  auto got = decode_any(octets);
  for (const SecretRange& s : secret_ranges(octets)) ASSERT_LE(s.offset + s.octets, octets.size());
  if (got) {
    const ByteVector again = encode(got->pdu);
    const auto twice = decode_any(again);
    ASSERT_TRUE(twice) << name_of(m);
    ASSERT_EQ(encode(twice->pdu), again) << name_of(m);
  } else if (const auto answer = answer_to(got.why())) {
    ASSERT_TRUE(decode_any(*answer)) << name_of(m);
  }
}

//= TS 36.413, 9.3.3; type=test
TEST(S1apHandoverTables, every_element_has_the_id_the_place_and_the_criticality_of_the_standard) {
  std::map<std::string_view, std::vector<unsigned>> seen;
  for (const Pdu& m : every_handover_message()) {
    const Table& t = table_of(m);
    const Apart parts = apart(encode(m));
    EXPECT_EQ(parts.procedure, t.procedure) << name_of(m);
    EXPECT_EQ(parts.type, t.type) << name_of(m);
    EXPECT_EQ(parts.criticality, t.criticality) << name_of(m);
    EXPECT_EQ(parts.together(), encode(m)) << name_of(m);
    std::size_t at = 0;
    for (const Element& e : parts.elements) {
      while (at < t.lines.size() && t.lines[at].id != e.id) {
        EXPECT_EQ(t.lines[at].presence, O) << name_of(m) << " lacks " << t.lines[at].id;
        ++at;
      }
      ASSERT_LT(at, t.lines.size()) << name_of(m) << " has " << e.id << " out of place";
      EXPECT_EQ(e.criticality, t.lines[at].criticality) << name_of(m) << " " << e.id;
      seen[name_of(m)].push_back(e.id);
      ++at;
    }
  }
  for (const Pdu& m : every_handover_message())
    for (const Line& l : table_of(m).lines) {
      const auto& ids = seen[name_of(m)];
      EXPECT_NE(std::find(ids.begin(), ids.end(), l.id), ids.end())
          << name_of(m) << ": no sample has " << l.id;
    }
}

// CVE-2023-37006, 37007, 37009, 37010, 37011 and 37015: a required IE is absent and the reply cannot be
// built.
//= TS 36.413, 10.3.5; type=test
TEST(S1apHandoverRansacked, no_absent_element_is_used_as_if_it_were_present) {
  for (const Pdu& m : every_handover_message()) {
    const Apart whole = apart(encode(m));
    for (std::size_t gone = 0; gone < whole.elements.size(); ++gone) {
      Apart rest = whole;
      const Element absent = rest.elements[gone];
      rest.elements.erase(rest.elements.begin() + static_cast<std::ptrdiff_t>(gone));
      const auto got = decode_any(rest.together());
      const Line& line = line_of(table_of(m), absent.id);
      if (line.presence != Presence::mandatory) {
        ASSERT_TRUE(got) << name_of(m) << " without " << absent.id;
        continue;
      }
      ASSERT_FALSE(got) << name_of(m) << " without " << absent.id;
      const DecodeFailure& f = got.why();
      EXPECT_EQ(f.error.fault, Fault::missing_mandatory);
      EXPECT_EQ(f.cause, CauseProtocol::abstract_syntax_error_reject);
      EXPECT_EQ(f.ies, (std::vector<IeDiagnostics>{
                           {line.criticality, static_cast<IeId>(absent.id), TypeOfError::missing}}));
      expect_answer(m, f);
    }
    // Two absent, and all of them.
    for (std::size_t a = 0; a < whole.elements.size(); ++a)
      for (std::size_t b = a + 1; b < whole.elements.size(); ++b) {
        Apart rest = whole;
        rest.elements.erase(rest.elements.begin() + static_cast<std::ptrdiff_t>(b));
        rest.elements.erase(rest.elements.begin() + static_cast<std::ptrdiff_t>(a));
        expect_a_value(m, rest.together());
      }
    Apart none = whole;
    none.elements.clear();
    const auto nothing = decode_any(none.together());
    ASSERT_FALSE(nothing);
    EXPECT_FALSE(nothing.why().mme_ue_id || nothing.why().enb_ue_id);
    expect_answer(m, nothing.why());
  }
}

// The same CVEs: a required IE is there, but is not what its id says.
TEST(S1apHandoverRansacked, no_element_is_trusted_to_be_what_its_id_says) {
  std::vector<ByteVector> values{{},
                                 {0},
                                 {0xFF},
                                 ByteVector(4, 0xFF),
                                 ByteVector(33, 0x00),
                                 ByteVector(33, 0xFF),
                                 ByteVector(300, 0x55)};
  for (const Pdu& m : every_handover_message())
    for (const Element& e : apart(encode(m)).elements) values.push_back(e.value);
  for (const Pdu& m : every_handover_message()) {
    const Apart whole = apart(encode(m));
    for (std::size_t i = 0; i < whole.elements.size(); ++i) {
      for (const ByteVector& v : values) {
        Apart changed = whole;
        changed.elements[i].value = v;
        expect_a_value(m, changed.together());
      }
      // Another id with this value, and this id with another criticality.
      for (const Line& l : table_of(m).lines) {
        Apart changed = whole;
        changed.elements[i].id = l.id;
        expect_a_value(m, changed.together());
      }
      for (const Criticality c : {Criticality::reject, Criticality::ignore, Criticality::notify}) {
        Apart changed = whole;
        changed.elements[i].criticality = c;
        const auto got = decode_any(changed.together());
        ASSERT_TRUE(got) << name_of(m);
        EXPECT_TRUE(got->pdu == m) << name_of(m);
      }
    }
  }
}

//= TS 36.413, 10.3.4.2; type=test
TEST(S1apHandoverRansacked, an_element_nobody_knows_is_handled_by_its_criticality) {
  for (const Pdu& m : every_handover_message()) {
    const Apart whole = apart(encode(m));
    for (std::size_t i = 0; i <= whole.elements.size(); ++i) {
      const auto with = [&](Criticality c) {
        Apart more = whole;
        more.elements.insert(more.elements.begin() + static_cast<std::ptrdiff_t>(i),
                             Element{60'000, c, {1, 2, 3}});
        return decode_any(more.together());
      };
      const auto ignored = with(Criticality::ignore);
      ASSERT_TRUE(ignored && ignored->pdu == m && ignored->report.empty()) << name_of(m);
      const auto reported = with(Criticality::notify);
      ASSERT_TRUE(reported && reported->pdu == m && reported->report.size() == 1) << name_of(m);
      const auto refused = with(Criticality::reject);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.why().ies,
                (std::vector<IeDiagnostics>{
                    {Criticality::reject, static_cast<IeId>(60'000), TypeOfError::not_understood}}));
      expect_answer(m, refused.why());
    }
  }
}

//= TS 36.413, 10.3.6; type=test
TEST(S1apHandoverRansacked, a_repeated_element_or_a_wrong_order_is_a_falsely_constructed_message) {
  for (const Pdu& m : every_handover_message()) {
    const Apart whole = apart(encode(m));
    for (std::size_t i = 0; i < whole.elements.size(); ++i) {
      Apart twice = whole;
      twice.elements.insert(twice.elements.begin() + static_cast<std::ptrdiff_t>(i), whole.elements[i]);
      const auto repeated = decode_any(twice.together());
      ASSERT_FALSE(repeated) << name_of(m) << " " << whole.elements[i].id;
      EXPECT_EQ(repeated.why().cause, CauseProtocol::abstract_syntax_error_falsely_constructed_message);
      expect_answer(m, repeated.why());
      if (i == 0) continue;
      Apart swapped = whole;
      std::swap(swapped.elements[i - 1], swapped.elements[i]);
      const auto disordered = decode_any(swapped.together());
      ASSERT_FALSE(disordered) << name_of(m) << " " << whole.elements[i].id;
      EXPECT_EQ(disordered.why().cause, CauseProtocol::abstract_syntax_error_falsely_constructed_message);
      expect_answer(m, disordered.why());
    }
  }
}

/// A HANDOVER REQUIRED with one element's value replaced.
ByteVector required_with(IeId id, ByteVector value) {
  Apart parts = apart(encode(every_handover_message()[0]));
  parts.find(id)->value = std::move(value);
  return parts.together();
}
/// A bit string in text, filled up to octets.
ByteVector bits(std::string_view text) {
  per::Writer w;
  for (const char c : text)
    if (c != ' ') w.bit(c == '1');
  return w.done();
}

// CVE-2023-37000 and CVE-2024-24437 to 24440 (and 2023-37008): an index one past the end of a generated
// table.
TEST(S1apHandoverRansacked, no_choice_and_no_enumeration_reaches_past_its_table) {
  // The fourth of three kinds of target.
  const auto target = decode_any(required_with(IeId::target_id, bits("0 11 0 0 0000000000")));
  ASSERT_FALSE(target);
  EXPECT_EQ(target.why().error.fault, Fault::bad_value);
  EXPECT_EQ(target.why().cause, CauseProtocol::transfer_syntax_error);
  EXPECT_TRUE(answer_as<ErrorIndication>(target.why()));
  // The kinds after the extension marker, the first of which (an NG-RAN node) the standard has by now.
  for (const std::string_view later :
       {"1 0 000000 00000000 00000001 00000000", "1 0 111111 00000001 00000000",
        "1 1 000000 00000100 11111111 11111111 11111111 11111111 00000001 00000000"}) {
    const auto got = decode_any(required_with(IeId::target_id, bits(later)));
    ASSERT_FALSE(got) << later;
    EXPECT_EQ(got.why().cause, CauseProtocol::abstract_syntax_error_reject) << later;
    EXPECT_TRUE(answer_as<HandoverPreparationFailure>(got.why())) << later;
  }
  // Five types of handover in three bits; two more after the marker.
  for (const std::string_view past : {"0 101", "0 110", "0 111"}) {
    const auto got = decode_any(required_with(IeId::handover_type, bits(past)));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.why().error.fault, Fault::bad_value);
    EXPECT_TRUE(answer_as<ErrorIndication>(got.why()));
  }
  for (const std::string_view later : {"1 0 000000", "1 0 000001", "1 0 111111"}) {
    const auto got = decode_any(required_with(IeId::handover_type, bits(later)));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.why().cause, CauseProtocol::abstract_syntax_error_reject);
    EXPECT_TRUE(answer_as<HandoverPreparationFailure>(got.why()));
  }
  // Five groups of causes in three bits.
  for (const std::string_view past : {"0 101 0 000000", "0 110 0 000000", "0 111 0 000000"})
    EXPECT_EQ(decode_any(required_with(IeId::cause, bits(past))).why().error.fault, Fault::bad_value);
  // Thirty-six causes of the radio network in six bits; a later one is ignored like any element of that
  // criticality.
  EXPECT_TRUE(decode_any(required_with(IeId::cause, bits("0 000 0 100011"))));
  EXPECT_EQ(decode_any(required_with(IeId::cause, bits("0 000 0 100100"))).why().error.fault,
            Fault::bad_value);
  const auto later = decode<HandoverRequired>(required_with(IeId::cause, bits("0 000 1 0 111111")));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->cause, Cause{CauseMisc::unspecified});
  // Three kinds of message, and the one after.
  ByteVector kind = encode(every_handover_message()[0]);
  kind[0] = 0x60;
  EXPECT_FALSE(decode_any(kind));
  kind[0] = 0x80;
  EXPECT_FALSE(decode_any(kind));
  // Every procedure number as each of the three kinds.
  for (const Pdu& m : every_handover_message())
    for (unsigned procedure = 0; procedure < 256; ++procedure)
      for (const Byte type : {0x00, 0x20, 0x40}) {
        ByteVector octets = encode(m);
        octets[0] = type;
        octets[1] = static_cast<Byte>(procedure);
        expect_a_value(m, octets);
      }
}

/// A container with an RRC container of one octet and a history of one cell, whose CHOICE and what follows it
/// are `choice`.
auto source_with_history(std::string_view choice) {
  // 0 0 0 0 | 01 01 | 0 0 then PLMN, 28 bits | 0000
  return decode_source_to_target(*parse_hex("0001010000f1100019b010" + std::string(choice)));
}

// The same CVEs, inside the containers that eNBs read.
TEST(S1apHandoverRansacked, no_choice_inside_a_container_reaches_past_its_table) {
  const auto history = [](const LastVisitedCell& c) {
    return SourceToTarget{{1}, {}, {sample_plmn(), 0x0019B01}, {}, {c}};
  };
  EXPECT_EQ(*source_with_history("40"), history(LastVisitedGeranCell{}));              // 0 10 0
  EXPECT_EQ(*source_with_history("20020405"), history(LastVisitedUtranCell{{4, 5}}));  // 0 01
  EXPECT_EQ(*source_with_history("8003020405"),
            history(LastVisitedNgRanCell{{4, 5}}));                        // 1 0 000000 and an open type
  EXPECT_EQ(source_with_history("60").why().fault, Fault::bad_value);      // 0 11: the fourth of three
  EXPECT_EQ(source_with_history("5000").why().fault, Fault::unsupported);  // a later kind of GERAN cell
  EXPECT_EQ(source_with_history("8103020405").why().fault, Fault::unsupported);  // a later kind of cell
  EXPECT_EQ(source_with_history("c004ffffffff0100").why().fault,
            Fault::unsupported);  // the same, number 2^32 - 1
  EXPECT_EQ(source_with_history("c005ffffffffff0100").why().fault, Fault::bad_value);  // and past that
  EXPECT_EQ(source_with_history("8003030405").why().fault, Fault::short_read);  // a length past the open type
  EXPECT_EQ(source_with_history("8004020405ff").why().fault, Fault::trailing_bytes);
  // 0 00 | 0 0 | 0 0 then PLMN, 28 bits | 0 0 | 0 and two bits of size, all of which have a meaning
  EXPECT_TRUE(
      source_with_history("0000f1100019c02180"
                          "0fff"));
  EXPECT_EQ(source_with_history("0000f1100019c02180"
                                "1000")
                .why()
                .fault,
            Fault::bad_value);  // 4096 seconds
}

// An integer inside its field but past its bound (CVE-2023-37001 is one that was not checked).
TEST(S1apHandoverRansacked, no_integer_is_taken_past_its_bound) {
  const auto status = [](std::string_view bearer) {
    return decode_status_transfer(*parse_hex("0000005940" + std::string(bearer)));
  };
  EXPECT_EQ(*status("0d05000fff800fffff0000000000"),
            (StatusTransferContainer{{{ErabId{5}, {4095, 0xF'FFFF}, {0, 0}, {}}}}));
  EXPECT_EQ(status("0d05001000800fffff0000000000").why().fault, Fault::bad_value);  // SN 4096
  EXPECT_EQ(status("0d0500ffff800fffff0000000000").why().fault, Fault::bad_value);
  EXPECT_EQ(status("0d05000fff801000000000000000").why().fault, Fault::bad_value);  // HFN 1048576
  EXPECT_EQ(status("0d05000fff80ffffff0000000000").why().fault, Fault::bad_value);
  EXPECT_EQ(status("0e05000fffc00fffffff0000000000").why().fault, Fault::bad_value);  // an HFN of four octets
  // E-RAB 16: 0 0 0 | 1 and an unconstrained integer. Not understood, as a whole.
  EXPECT_EQ(status("0f100110000fff800fffff0000000000").why().fault, Fault::unsupported);
  Apart transfer = apart(encode(EnbStatusTransfer{MmeUeS1apId{7}, EnbUeS1apId{9}, sample_status()}));
  transfer.find(IeId::enb_status_transfer_transparent_container)->value =
      *parse_hex("00000059400f100110000fff800fffff0000000000");
  const auto sixteen = decode_any(transfer.together());
  ASSERT_FALSE(sixteen);
  EXPECT_EQ(sixteen.why().cause, CauseProtocol::abstract_syntax_error_reject);
  EXPECT_TRUE(answer_as<ErrorIndication>(sixteen.why()));

  // An RNC-ID of 4096.
  EXPECT_TRUE(decode_any(required_with(IeId::target_id, *parse_hex("2c0000f1101234050fff0000"))));
  EXPECT_EQ(decode_any(required_with(IeId::target_id, *parse_hex("2c0000f110123405"
                                                                 "10000000")))
                .why()
                .error.fault,
            Fault::bad_value);
  // An extended RNC-ID of 65536: 61440 more than the lowest.
  EXPECT_TRUE(decode_any(required_with(IeId::target_id, *parse_hex("2c0000f1101234050fffefff"))));
  EXPECT_EQ(
      decode_any(required_with(IeId::target_id, *parse_hex("2c0000f1101234050ffff000"))).why().error.fault,
      Fault::bad_value);
  // An eNB UE S1AP ID of four octets: 11.
  EXPECT_TRUE(decode_any(required_with(IeId::enb_ue_s1ap_id, *parse_hex("80ffffff"))));
  EXPECT_EQ(decode_any(required_with(IeId::enb_ue_s1ap_id, *parse_hex("c001000000"))).why().error.fault,
            Fault::bad_value);
  // An MME UE S1AP ID of four octets is the largest there is.
  EXPECT_TRUE(decode_any(required_with(IeId::mme_ue_s1ap_id, *parse_hex("c0ffffffff"))));
  // 10'000'000'001 bit/s: 0 0 | 100 (five octets)
  Apart request = apart(encode(every_handover_message()[6]));
  request.find(IeId::ue_aggregate_maximum_bitrate)->value = *parse_hex(
      "2002540be400"
      "00"
      "00");
  EXPECT_TRUE(decode_any(request.together()));
  request.find(IeId::ue_aggregate_maximum_bitrate)->value = *parse_hex(
      "2002540be401"
      "00"
      "00");
  EXPECT_EQ(decode_any(request.together()).why().error.fault, Fault::bad_value);
  // The next hop chaining count has three bits, all of whose values there are.
  for (unsigned ncc = 0; ncc < 8; ++ncc) {
    request = apart(encode(every_handover_message()[6]));
    request.find(IeId::security_context)->value[0] = static_cast<Byte>(ncc << 3);
    const auto got = decode<HandoverRequest>(request.together());
    ASSERT_TRUE(got);
    EXPECT_EQ(got->security.next_hop_chaining_count, ncc);
  }
  for (const std::uint16_t profile : {1, 2, 255, 256}) {
    SourceToTarget c = sample_source_to_target();
    c.subscriber_profile = profile;
    EXPECT_EQ(*decode_source_to_target(encode_container(c)), c);
  }
}

//= TS 36.413, 9.3.6; type=test
TEST(S1apHandoverRansacked, lists_are_taken_at_their_bounds_and_not_one_past_them) {
  const auto address = TransportLayerAddress::from(*Ipv4::parse("127.0.0.9"));
  const MmeUeS1apId mme{1};
  const EnbUeS1apId enb{2};
  const auto both_ways = [](const auto& m) {
    const auto got = decode<std::decay_t<decltype(m)>>(encode(m));
    ASSERT_TRUE(got) << m.outline.name << ": " << got.why().to_string();
    EXPECT_EQ(*got, m) << m.outline.name;
  };
  const std::vector<ErabFailed> failed(erabs_max, {ErabId{6}, CauseMisc::unspecified});
  both_ways(HandoverRequest{
      mme,
      HandoverType::intra_lte,
      CauseMisc::unspecified,
      {},
      std::vector<ErabToHandOver>(erabs_max, {ErabId{5}, address, Teid{1}, {}}),
      {{1}},
      {},
      HandoverRestrictionList{
          sample_plmn(),
          std::vector<PlmnId>(equivalent_plmns_max, sample_plmn()),
          std::vector<ForbiddenTas>(equivalent_plmns_plus_one_max,
                                    {sample_plmn(), std::vector<Tac>(forbidden_areas_max, Tac{1})}),
          {{sample_plmn(), std::vector<Lac>(forbidden_areas_max, Lac{1})}},
          ForbiddenRats::all},
      SecurityContext{1, sample_nh()},
      {},
      {}});
  both_ways(HandoverRequestAcknowledge{
      mme,
      enb,
      std::vector<ErabAdmitted>(erabs_max, {ErabId{5}, address, Teid{1}, address, Teid{2}, address, Teid{3}}),
      failed,
      {{1}},
      {}});
  both_ways(HandoverCommand{mme,
                            enb,
                            HandoverType::intra_lte,
                            {},
                            std::vector<ErabToForward>(erabs_max, {ErabId{5}, address, Teid{2}, {}, {}}),
                            failed,
                            {{1}},
                            {}});
  both_ways(PathSwitchRequest{enb,
                              std::vector<ErabSwitched>(erabs_max, {ErabId{5}, address, Teid{1}}),
                              mme,
                              sample_cell(),
                              sample_tai(),
                              {}});
  both_ways(
      MmeStatusTransfer{mme,
                        enb,
                        {std::vector<ErabStatus>(
                            erabs_max, {ErabId{5}, {1, 2}, {3, 4}, ReceiveStatus{ByteVector(512, 0x11)}})}});
  SourceToTarget source = sample_source_to_target();
  source.erabs.assign(erabs_max, {ErabId{5}, true});
  source.history.assign(cells_in_history_max, LastVisitedEutranCell{sample_cell(), CellSize::small, 1});
  EXPECT_EQ(*decode_source_to_target(encode_container(source)), source);

  // Where the field holds more than the bound. 0 1 0 0 0 | 0 then PLMN | 1111: sixteen equivalent networks.
  Apart request = apart(encode(every_handover_message()[6]));
  const auto restricted = [&](std::string_view value) {
    request.find(IeId::handover_restriction_list)->value = *parse_hex(value);
    return decode_any(request.together());
  };
  EXPECT_EQ(restricted("4000f110f0" + std::string(16 * 6, '0')).why().error.fault, Fault::too_many);
  // 0 0 1 0 0 | 0 then PLMN | 0000 | 0 0 then PLMN | 4096 of at most 4095 more than one
  EXPECT_TRUE(
      restricted("2000f1100000f1100000"
                 "0001"));
  EXPECT_EQ(restricted("2000f1100000f1101000" + std::string(4097 * 4, '0')).why().error.fault,
            Fault::too_many);

  // A list of none cannot be said. One whose items nobody knows is not understood.
  per::Writer list;
  list.count(1, {1, erabs_max});
  list.whole(60'000, 0, 65'535);
  list.index({static_cast<std::uint32_t>(Criticality::ignore), false}, 3, false);
  list.open_type(ByteVector{0});
  const ByteVector empty = list.done();
  for (const Pdu& m : every_handover_message())
    for (const unsigned id : {12U, 13U, 18U, 19U, 22U, 33U, 53U, 95U}) {
      Apart parts = apart(encode(m));
      Element* e = parts.find(static_cast<IeId>(id));
      if (e == nullptr) continue;
      e->value = empty;
      const Line& line = line_of(table_of(m), id);
      const auto got = decode_any(parts.together());
      ASSERT_EQ(static_cast<bool>(got), line.presence == O) << name_of(m) << " " << id;
      if (got) continue;
      EXPECT_EQ(got.why().cause, CauseProtocol::abstract_syntax_error_reject) << name_of(m);
      EXPECT_EQ(got.why().ies.size(), 1U);
      expect_answer(m, got.why());
    }
}

}  // namespace
}  // namespace baton::wire::s1ap
