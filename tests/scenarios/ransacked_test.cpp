// The classes of malformed messages that ended other networks' nodes, each as a message to ours: a node
// lives, gives the protocol's own answer, and the victim notices nothing. The names are those under which
// the defects of others are known.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "scenarios/hostile.h"
#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/s1ap/s1ap.h"

namespace baton::lab {
namespace {

namespace s1ap = wire::s1ap;
namespace dia = wire::diameter;
namespace gtp2 = wire::gtp2;

const WireTap* heard(std::string_view what) {
  for (const Kind& k : life())
    if (k.name.find(what) != std::string::npos) return &k.tap;
  ADD_FAILURE() << "nobody said " << what;
  return nullptr;
}

void put16(ByteVector& out, std::size_t v) {
  out.push_back(static_cast<Byte>(v >> 8U));
  out.push_back(static_cast<Byte>(v));
}

// --- S1AP, taken apart into its protocol IEs and put together again.
struct Ie {
  std::uint16_t id = 0;
  Byte criticality = 0;  // 0 reject, 40 ignore, 80 notify
  ByteVector value;
};
struct Message {
  Byte head[3];  // kind, procedure, criticality
  std::vector<Ie> ies;
};

std::size_t length_at(const ByteVector& in, std::size_t& at) {
  std::size_t n = in.at(at++);
  if (n >= 0x80) n = (n & 0x3FU) << 8U | in.at(at++);
  return n;
}

Message apart(const ByteVector& in) {
  Message m{{in.at(0), in.at(1), in.at(2)}, {}};
  std::size_t at = 3;
  length_at(in, at);
  at += 3;  // the extension octet and the number of IEs
  while (at < in.size()) {
    Ie ie;
    ie.id = static_cast<std::uint16_t>(in.at(at) << 8U | in.at(at + 1));
    ie.criticality = in.at(at + 2);
    at += 3;
    const std::size_t n = length_at(in, at);
    const auto from = in.begin() + static_cast<std::ptrdiff_t>(at);
    ie.value.assign(from, from + static_cast<std::ptrdiff_t>(n));
    at += n;
    m.ies.push_back(std::move(ie));
  }
  return m;
}

void put_length(ByteVector& out, std::size_t n) {
  if (n < 0x80)
    out.push_back(static_cast<Byte>(n));
  else
    put16(out, 0x8000 | n);
}

ByteVector together(const Message& m) {
  ByteVector body{0};
  put16(body, m.ies.size());
  for (const Ie& ie : m.ies) {
    put16(body, ie.id);
    body.push_back(ie.criticality);
    put_length(body, ie.value.size());
    body.insert(body.end(), ie.value.begin(), ie.value.end());
  }
  ByteVector out(m.head, m.head + 3);
  put_length(out, body.size());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

// What `who` said to `to` since tap number `from`.
std::vector<ByteVector> said(const Cast& cast, std::size_t from, std::string_view who, std::string_view to) {
  std::vector<ByteVector> out;
  for (std::size_t i = from; i < cast.net.taps().size(); ++i)
    if (cast.net.taps()[i].from == who && cast.net.taps()[i].to == to)
      out.push_back(cast.net.taps()[i].octets);
  return out;
}

// A network whose victim must be the same before and after.
class Ransacked : public testing::Test {
 protected:
  void SetUp() override {
    cast = victim_network(false);
    ASSERT_TRUE(cast);
    cast->net.keep_taps(true);
    before = standing(*cast);
  }
  // Delivers where `like` was heard; gives what the receiver said back.
  std::vector<ByteVector> ask(const WireTap& like, ByteVector octets) {
    const std::size_t at = cast->net.taps().size();
    deliver(*cast, like, std::move(octets));
    cast->settle();
    return said(*cast, at, like.to, like.from);
  }
  void expect_unchanged() { EXPECT_EQ(standing(*cast), before); }
  void TearDown() override {
    if (cast) {
      EXPECT_TRUE(serves(*cast)) << standing(*cast);
    }
  }
  std::unique_ptr<Cast> cast;
  std::string before;
};

std::size_t error_indications(const std::vector<ByteVector>& answers) {
  return static_cast<std::size_t>(std::count_if(answers.begin(), answers.end(), [](const ByteVector& a) {
    return static_cast<bool>(s1ap::decode<s1ap::ErrorIndication>(a));
  }));
}

// CVE-2023-37002 to 37007, 37009 to 37011, 37014 to 37018, 37020 to 37023 and 37025 to 37039: a required IE
// is absent, and the answer cannot be built or the absent one is used.
TEST_F(Ransacked, NoIeOfAnyS1apMessageIsUsedAsIfItWerePresent) {
  std::size_t tried = 0;
  for (const Kind& k : life()) {
    if (k.tap.port != peer::Port::s1ap) continue;
    const Message whole = apart(k.tap.octets);
    ASSERT_EQ(together(whole), k.tap.octets) << k.name;
    for (std::size_t i = 0; i < whole.ies.size(); ++i) {
      Message m = apart(k.tap.octets);
      m.ies.erase(m.ies.begin() + static_cast<std::ptrdiff_t>(i));
      const ByteVector octets = together(m);
      if (attitude_of(k.tap, octets) != Attitude::invalid) continue;
      ask(k.tap, octets);
      ++tried;
      EXPECT_EQ(standing(*cast), before) << k.name << " without IE " << whole.ies[i].id;
    }
  }
  EXPECT_GT(tried, 40U);
}

TEST_F(Ransacked, AnIeThatMustBeUnderstoodAndIsNotGetsAnErrorIndication) {
  const auto* up = heard("UPLINK NAS TRANSPORT");
  ASSERT_TRUE(up);
  for (const bool unknown : {true, false}) {
    Message m = apart(up->octets);
    if (unknown)
      m.ies.push_back({0xFFF0, 0x00, {1}});
    else
      std::erase_if(m.ies, [](const Ie& ie) { return ie.id == 26; });  // CVE-2024-34235: no NAS-PDU
    EXPECT_EQ(error_indications(ask(*up, together(m))), 1U);
    expect_unchanged();
  }
}

// The ids of a UE that is not there, or of somebody else's.
TEST_F(Ransacked, IdsOfNobodyGetAnErrorIndicationAndTouchNobody) {
  const auto* up = heard("UPLINK NAS TRANSPORT");
  ASSERT_TRUE(up);
  for (const std::uint16_t id : {std::uint16_t{0}, std::uint16_t{8}}) {
    Message m = apart(up->octets);
    for (Ie& ie : m.ies)
      if (ie.id == id) ie.value.back() ^= 0x55;
    EXPECT_GE(error_indications(ask(*up, together(m))), 1U) << "IE " << id;
    EXPECT_TRUE(cast->mme().find(imsi_of(0)));
    EXPECT_EQ(cast->ue(0).state(), node::ue::State::registered);
  }
}

// CVE-2023-37012, 37013, 37017, 37019.
TEST_F(Ransacked, AnS1SetupWithoutOneOfItsPartsFailsInGoodOrder) {
  const auto* setup = heard("S1 SETUP REQUEST");
  ASSERT_TRUE(setup);
  for (const std::uint16_t id : {std::uint16_t{59}, std::uint16_t{64}}) {  // Global eNB ID, Supported TAs
    for (const bool hollow : {false, true}) {
      Message m = apart(setup->octets);
      if (hollow) {
        for (Ie& ie : m.ies)
          if (ie.id == id) ie.value.clear();
      } else {
        std::erase_if(m.ies, [&](const Ie& ie) { return ie.id == id; });
      }
      const auto answers = ask(*setup, together(m));
      ASSERT_EQ(answers.size(), 1U);
      EXPECT_TRUE(s1ap::decode<s1ap::S1SetupFailure>(answers[0]) ||
                  s1ap::decode<s1ap::ErrorIndication>(answers[0]));
      expect_unchanged();
    }
  }
}

// CVE-2023-37008: the index of a CHOICE past the end of a table; CVE-2023-37001: a constrained integer past
// its bound. Every value of every first octet of every IE, to the MME and to the eNB.
TEST_F(Ransacked, NoChoiceNoConstraintAndNoProcedureReachesPastItsTable) {
  for (const Kind& k : life()) {
    if (k.tap.port != peer::Port::s1ap) continue;
    for (unsigned v = 0; v < 256; v += 5) {
      Message m = apart(k.tap.octets);
      for (Ie& ie : m.ies)
        if (!ie.value.empty()) ie.value[0] = static_cast<Byte>(v);
      m.head[1] = v % 2 != 0 ? m.head[1] : static_cast<Byte>(v);
      const ByteVector octets = together(m);
      if (attitude_of(k.tap, octets) != Attitude::invalid) continue;
      ask(k.tap, octets);
      ASSERT_EQ(standing(*cast), before) << k.name << " " << v;
    }
  }
}

// CVE-2023-37013: more than an SCTP message should hold.
TEST_F(Ransacked, AnOversizeS1apMessageIsNoDifferentFromAnotherUnreadableOne) {
  const auto* up = heard("UPLINK NAS TRANSPORT");
  ASSERT_TRUE(up);
  ask(*up, ByteVector(262144, 0));
  ask(*up, ByteVector(262144, 0xFF));
  expect_unchanged();
}

// CVE-2024-24429 to 24431, 37024, 37029, 37032, 24416 to 24424: elements of no length, of too much, and
// elements of another family, in the first NAS message of a phone without a card.
TEST_F(Ransacked, NoNasMessageOfAPhoneWithoutACardEndsTheMme) {
  const auto* initial = heard("INITIAL UE MESSAGE");
  ASSERT_TRUE(initial);
  const auto plain = s1ap::decode<s1ap::InitialUeMessage>(initial->octets)->nas.octets;
  ASSERT_GT(plain.size(), 10U);
  std::vector<ByteVector> bad{{},     {0x07}, {0x07, 0x41},           {0x17},
                              {0x02}, {0xC7}, ByteVector(8188, 0x07), ByteVector(1001, 0x27)};
  for (Byte type = 0x40; type < 0x70; ++type) bad.push_back({0x07, type});  // EMM without content
  for (unsigned type = 0xC0; type < 0xEC; ++type) bad.push_back({0x52, 1, static_cast<Byte>(type)});  // ESM
  for (std::size_t i = 0; i < plain.size(); ++i)
    for (const Byte v : {Byte{0}, Byte{0xFF}}) {
      ByteVector m = plain;
      m[i] = v;  // IMSI, ESM container, capability: of no length, and longer than the message
      bad.push_back(std::move(m));
    }
  std::uint32_t id = 0x1000;
  for (const ByteVector& nas : bad) {
    auto m = s1ap::decode<s1ap::InitialUeMessage>(initial->octets);
    m->enb_ue_id = s1ap::EnbUeS1apId{id++};
    m->nas.octets = nas;
    ask(*initial, s1ap::encode(*m));
  }
  EXPECT_TRUE(cast->mme().find(imsi_of(0)));
  EXPECT_EQ(cast->ue(0).state(), node::ue::State::registered);
  EXPECT_TRUE(cast->agree(0, KeyKind::kasme));
  cast->run(5min);
  EXPECT_EQ(cast->mme().provisional_count(), 0U) << standing(*cast);
  EXPECT_LE(cast->mme().connection_count(), 1U) << standing(*cast);
}

// Inner types trusted before the MAC is: NAS of every header type, unverified, in the victim's own name.
TEST_F(Ransacked, NoNasMessageWithoutAMacIsBelievedOnASecuredConnection) {
  const auto* up = heard("UPLINK NAS TRANSPORT");
  ASSERT_TRUE(up);
  const Message genuine = apart(up->octets);
  // The ids of the victim's present connection: the life's first is its first too.
  for (const ByteVector& nas :
       {ByteVector{0x07, 0x45, 0x09, 0x0B, 0xF6}, ByteVector{0x07, 0x44}, ByteVector{0x07, 0x5C, 0x15},
        ByteVector{0x17, 0, 0, 0, 0, 0, 0x07, 0x46}, ByteVector{0x27, 0, 0, 0, 0, 0, 0x07, 0x43},
        ByteVector{0x47, 1, 2, 3, 4, 5, 0x07, 0x5E}, ByteVector{0x52, 0x01, 0xC2}, ByteVector{0x67, 0x45},
        ByteVector{0xC7, 0, 0, 0}}) {
    Message m = genuine;
    for (Ie& ie : m.ies) {
      if (ie.id != 26) continue;
      ie.value.clear();
      put_length(ie.value, nas.size());
      ie.value.insert(ie.value.end(), nas.begin(), nas.end());
    }
    ask(*up, together(m));
    EXPECT_TRUE(cast->mme().find(imsi_of(0)));
    EXPECT_EQ(cast->ue(0).state(), node::ue::State::registered);
    EXPECT_TRUE(cast->agree(0, KeyKind::kasme));
    EXPECT_TRUE(cast->agree(0, KeyKind::knas_int));
  }
}

// --- GTPv2: TEID of all ones, elements without length, mandatory elements missing.
struct Element {
  Byte type = 0;
  ByteVector whole;
};
std::vector<Element> elements(const ByteVector& m) {
  std::vector<Element> out;
  for (std::size_t at = 12; at + 4 <= m.size();) {
    const std::size_t n = 4 + (static_cast<std::size_t>(m[at + 1]) << 8U | m[at + 2]);
    out.push_back({m[at], ByteVector(m.begin() + static_cast<std::ptrdiff_t>(at),
                                     m.begin() + static_cast<std::ptrdiff_t>(std::min(at + n, m.size())))});
    at += n;
  }
  return out;
}
ByteVector packet(const ByteVector& like, const std::vector<Element>& all, Byte sequence) {
  ByteVector out(like.begin(), like.begin() + 12);
  for (const Element& e : all) out.insert(out.end(), e.whole.begin(), e.whole.end());
  out[2] = static_cast<Byte>((out.size() - 4) >> 8U);
  out[3] = static_cast<Byte>(out.size() - 4);
  out[8] = 0x77;  // a number nobody has used: not a repetition
  out[10] = sequence;
  return out;
}

TEST_F(Ransacked, NoElementOfAGtpRequestIsUsedAsIfItWerePresent) {
  const auto* create = heard("Create Session Request");
  ASSERT_TRUE(create);
  const auto all = elements(create->octets);
  Byte sequence = 0;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto fewer = all;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    const ByteVector m = packet(create->octets, fewer, ++sequence);
    if (attitude_of(*create, m) != Attitude::invalid) continue;
    const auto answers = ask(*create, m);
    ASSERT_EQ(answers.size(), 1U) << "without element " << int{all[i].type};
    const auto answer = gtp2::decode_any(answers[0]);
    ASSERT_TRUE(answer);
    const auto cause = gtp2::cause_of(answer->message);
    ASSERT_TRUE(cause);
    EXPECT_TRUE(cause->value == gtp2::CauseValue::mandatory_ie_missing ||
                cause->value == gtp2::CauseValue::conditional_ie_missing)
        << int{all[i].type};
    ++refused;
    expect_unchanged();
  }
  EXPECT_GE(refused, 3U);
}

TEST_F(Ransacked, ATeidOfAllOnesIsATunnelThatIsNotThere) {
  for (const char* what :
       {"Modify Bearer Request", "Release Access Bearers Request", "Delete Session Request"}) {
    const auto* request = heard(what);
    ASSERT_TRUE(request);
    ByteVector m = request->octets;
    std::fill(m.begin() + 4, m.begin() + 8, Byte{0xFF});
    m[8] = 0x78;
    const auto answers = ask(*request, m);
    ASSERT_EQ(answers.size(), 1U) << what;
    const auto answer = gtp2::decode_any(answers[0]);
    ASSERT_TRUE(answer);
    EXPECT_EQ(gtp2::cause_of(answer->message)->value, gtp2::CauseValue::context_not_found) << what;
    expect_unchanged();
  }
}

// --- Diameter: CVE-2026-4240 and 4988, an answer nobody asked for; AVPs nobody knows.
TEST_F(Ransacked, AnAnswerToNoQuestionIsDropped) {
  for (const char* what : {"318 answer", "316 answer"}) {
    const auto* answer = heard(what);
    ASSERT_TRUE(answer);
    ByteVector m = answer->octets;
    for (std::size_t i = 12; i < 20; ++i) m[i] ^= 0x5A;
    EXPECT_TRUE(ask(*answer, m).empty());
    EXPECT_TRUE(ask(*answer, answer->octets).empty()) << "a repetition";
    expect_unchanged();
  }
}

std::uint32_t verdict(const std::vector<ByteVector>& answers) {
  if (answers.size() != 1) return 0;
  const auto r = dia::result_of(answers[0]);
  return r ? r->code : 0;
}
ByteVector fresh(ByteVector m) {
  for (std::size_t i = 12; i < 20; ++i) m[i] ^= 0xA5;  // other identifiers: not a repetition
  return m;
}

TEST_F(Ransacked, ADiameterRequestNobodyUnderstandsGetsTheCodeThatSaysWhy) {
  const auto* air = heard("318 request");
  ASSERT_TRUE(air);
  ByteVector m = fresh(air->octets);
  const Byte avp[] = {0x00, 0xFF, 0xFF, 0xF0, 0x40, 0x00, 0x00, 0x0C, 1, 2, 3, 4};  // M bit
  m.insert(m.end(), std::begin(avp), std::end(avp));
  m[2] = static_cast<Byte>(m.size() >> 8U);
  m[3] = static_cast<Byte>(m.size());
  EXPECT_EQ(verdict(ask(*air, m)), dia::code::avp_unsupported);

  m = fresh(air->octets);
  m[6] = 0x7F;  // a command nobody knows
  EXPECT_EQ(verdict(ask(*air, m)), dia::code::command_unsupported);

  m = fresh(air->octets);
  m[11] ^= 0x01;  // an application nobody serves
  EXPECT_EQ(verdict(ask(*air, m)), dia::code::application_unsupported);

  m.assign(air->octets.begin(), air->octets.begin() + 20);  // nothing but a header
  m[2] = 0;
  m[3] = 20;
  EXPECT_EQ(verdict(ask(*air, fresh(m))), dia::code::missing_avp);
  expect_unchanged();
}

}  // namespace
}  // namespace baton::lab
