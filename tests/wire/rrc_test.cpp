// The radio stand-in: every message and frame there and back, and everything a broken sender can do.
#include <gtest/gtest.h>

#include "wire/rrc_samples.h"

namespace baton::wire::rrc {
namespace {

TEST(Rrc, EveryMessageComesBackAsItWas) {
  for (const Message& m : samples()) {
    const auto octets = encode(m);
    const auto back = decode_any(octets);
    ASSERT_TRUE(back) << name_of(m) << ": " << back.why().to_string();
    EXPECT_TRUE(*back == m) << name_of(m);
    EXPECT_EQ(name_of(*back), name_of(m));
    EXPECT_FALSE(describe(m).empty());
  }
  EXPECT_EQ(samples().size(), std::variant_size_v<Message>);
}

TEST(Rrc, OptionalPartsMayBeAbsent) {
  const auto plmn = PlmnId::test_value();
  for (const Message& m :
       std::vector<Message>{Camp{}, Paging{}, ConnectionSetupComplete{plmn, {}, {}}, Reconfiguration{},
                            Reconfiguration{1, {}, {}, MobilityControl{}}}) {
    const auto back = decode_any(encode(m));
    ASSERT_TRUE(back) << name_of(m);
    EXPECT_TRUE(*back == m) << name_of(m);
  }
}

TEST(Rrc, ACutMessageIsAShortReadAndALongerOneHasTrailingOctets) {
  for (const Message& m : samples()) {
    auto octets = encode(m);
    for (std::size_t n = 0; n < octets.size(); ++n) {
      const auto back = decode_any(Bytes(octets).first(n));
      ASSERT_FALSE(back) << name_of(m) << " cut to " << n;
      EXPECT_EQ(back.why().fault, Fault::short_read) << name_of(m) << " cut to " << n;
    }
    octets.push_back(0);
    ASSERT_FALSE(decode_any(octets));
    EXPECT_EQ(decode_any(octets).why().fault, Fault::trailing_bytes);
  }
}

TEST(Rrc, NoFlippedBitDoesHarm) {
  std::size_t refused = 0;
  for (const Message& m : samples()) {
    const auto whole = encode(m);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      auto octets = whole;
      octets[bit / 8] = static_cast<Byte>(octets[bit / 8] ^ (1U << (bit % 8)));
      const auto back = decode_any(octets);
      if (!back) {
        ++refused;
        continue;
      }
      EXPECT_EQ(hex(encode(*back)), hex(octets)) << "there is one encoding of each value";
    }
  }
  EXPECT_GT(refused, 100U);
}

TEST(Rrc, ValuesPastTheirRangeAreRefused) {
  const auto plmn = PlmnId::test_value();
  const auto fault = [](const Message& m) {
    const auto back = decode_any(encode(m));
    return back ? std::optional<Fault>() : back.why().fault;
  };
  EXPECT_EQ(fault(CellInformation{plmn, Tac{7}, Ecgi{plmn, Ecgi::max + 1}, 0, 0, {plmn, 0}}),
            Fault::bad_value);
  EXPECT_EQ(fault(CellInformation{plmn, Tac{7}, Ecgi{plmn, 0}, 0, 0, {plmn, MacroEnbId::max + 1}}),
            Fault::bad_value);
  EXPECT_EQ(fault(SecurityModeCommand{{4, 2}}), Fault::bad_value);
  EXPECT_EQ(fault(SecurityModeCommand{{2, 4}}), Fault::bad_value);
  for (const DrbToAdd bad : {DrbToAdd{4, 1}, DrbToAdd{16, 1}, DrbToAdd{5, 0}, DrbToAdd{5, 33}})
    EXPECT_EQ(fault(Reconfiguration{0, {}, {bad}, {}}), Fault::bad_value);
  MobilityControl far;
  far.target_pci = MobilityControl::pci_max + 1;
  EXPECT_EQ(fault(Reconfiguration{0, {}, {}, far}), Fault::bad_value);
  far.target_pci = 0;
  far.next_hop_chaining_count = MobilityControl::ncc_max + 1;
  EXPECT_EQ(fault(Reconfiguration{0, {}, {}, far}), Fault::bad_value);
  EXPECT_EQ(fault(Reestablishment{CRnti{1}, CRnti{2}, Ncc{Ncc::max + 1}}), Fault::bad_value);
  EXPECT_EQ(fault(HandoverPreparation{{}, CRnti{1}, 1, {4, 2}, {}}), Fault::bad_value);
  EXPECT_EQ(fault(HandoverPreparation{{}, CRnti{1}, 1, {2, 2}, {{4, 1}}}), Fault::bad_value);
  EXPECT_EQ(fault(ConnectionRequest{RandomValue{}, static_cast<EstablishmentCause>(5)}), Fault::bad_value);
  EXPECT_EQ(fault(ConnectionRelease{static_cast<ReleaseCause>(2)}), Fault::bad_value);
  const ByteVector unknown{0x7F};
  EXPECT_EQ(decode_any(unknown).why().fault, Fault::unsupported);
  EXPECT_EQ(decode<Paging>(encode(Camp{})).why().fault, Fault::wrong_type);
  EXPECT_TRUE(decode<Camp>(encode(Camp{})));
}

TEST(Rrc, ListsAndNasMessagesEndAtTheirBound) {
  Paging paging;
  paging.records.assign(paging_records_max, {MmeCode{1}, MTmsi{1}});
  EXPECT_TRUE(decode_any(encode(paging)));
  paging.records.push_back({MmeCode{1}, MTmsi{2}});
  EXPECT_EQ(decode_any(encode(paging)).why().fault, Fault::too_many);
  Reconfiguration r;
  r.nas.assign(bearers_max, {0x07});
  r.bearers.assign(bearers_max, {5, 1});
  EXPECT_TRUE(decode_any(encode(r)));
  r.nas.push_back({0x07});
  EXPECT_EQ(decode_any(encode(r)).why().fault, Fault::too_many);
  HandoverPreparation preparation;
  preparation.bearers.assign(bearers_max, {5, 1});
  EXPECT_TRUE(decode_any(encode(preparation)));
  preparation.bearers.push_back({5, 1});
  EXPECT_EQ(decode_any(encode(preparation)).why().fault, Fault::too_many);
  DlInformationTransfer nas{ByteVector(nas_octets_max, 7)};
  EXPECT_TRUE(decode_any(encode(nas)));
  nas.nas.push_back(7);
  EXPECT_EQ(decode_any(encode(nas)).why().fault, Fault::too_many);
  nas.nas.assign(70'000, 7);  // more than two octets of length could say
  EXPECT_EQ(decode_any(encode(nas)).why().fault, Fault::too_many);
}

TEST(RrcFrame, EveryChannelComesBackAsItWas) {
  for (int c = 0; c <= 5; ++c) {
    Frame f{static_cast<Channel>(c), CRnti{0x1234}, 0xFFFF, 0x8000, {1, 2, 3}};
    if (f.channel == Channel::ack) f.payload.clear();
    const auto back = decode_frame(encode(f));
    ASSERT_TRUE(back) << to_string(f.channel);
    EXPECT_EQ(*back, f);
  }
}

TEST(RrcFrame, WhatIsNotAFrameIsRefused) {
  const auto good = encode(Frame{Channel::srb1, CRnti{1}, 0, 0, {9}});
  const auto with = [&](std::size_t at, Byte b) {
    auto octets = good;
    octets[at] = b;
    return decode_frame(octets);
  };
  for (std::size_t n = 0; n < good.size(); ++n) {
    const auto cut = decode_frame(Bytes(good).first(n));
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.why().fault, Fault::short_read) << "a header, or a payload, is missing";
  }
  EXPECT_EQ(with(0, 0x43).why().fault, Fault::unsupported);
  EXPECT_EQ(with(2, 2).why().fault, Fault::unsupported);
  EXPECT_EQ(with(3, 6).why().fault, Fault::bad_value);
  EXPECT_EQ(with(3, 5).why().fault, Fault::trailing_bytes) << "an acknowledgement carries nothing";
  EXPECT_EQ(with(5, 0).why().fault, Fault::bad_value) << "a connection has a C-RNTI";
  EXPECT_TRUE(decode_frame(encode(Frame{Channel::drb, CRnti{1}, 0, 0, ByteVector(payload_octets_max, 1)})));
  EXPECT_EQ(decode_frame(encode(Frame{Channel::drb, CRnti{1}, 0, 0, ByteVector(payload_octets_max + 1, 1)}))
                .why()
                .fault,
            Fault::too_many);
}

// Without elements of ours a mobility control is what it was: one octet, 0 or 1, and the algorithms.
//= S3.P7; type=test
TEST(Rrc, AMobilityControlSaysInOneOctetWhatFollows) {
  const auto octets_of = [](const MobilityControl& m) { return hex(encode(Reconfiguration{0, {}, {}, m})); };
  const std::string head =
      "26"
      "00"
      "0000"
      "0000"
      "01"
      "0001"
      "00000d16"
      "003e"
      "00"
      "05";
  MobilityControl m{1, 3350, CRnti{62}, false, 5, {}};
  EXPECT_EQ(octets_of(m), head + "00");
  m.algorithms = AsAlgorithms{2, 1};
  EXPECT_EQ(octets_of(m), head + "010201");
  m.refresh = KeyRefresh{true, false, false};
  EXPECT_EQ(octets_of(m), head + "03020101");
  m.container = ByteVector{0xC5, 0xC6};
  EXPECT_EQ(octets_of(m), head + "0702010102c5c6");
  m.algorithms.reset();
  m.refresh = KeyRefresh{false, true, true};
  EXPECT_EQ(octets_of(m), head + "060602c5c6");
  const auto fault_of = [&](std::string_view tail) {
    const auto read = decode_any(*parse_hex(head + std::string(tail)));
    return read ? std::optional<Fault>() : read.why().fault;
  };
  EXPECT_EQ(fault_of("060602c5c6"), std::nullopt);
  EXPECT_EQ(fault_of("08"), Fault::bad_value);    // something nobody knows follows
  EXPECT_EQ(fault_of("0208"), Fault::bad_value);  // a refresh nobody knows
  EXPECT_EQ(fault_of("0400"), Fault::bad_value);  // a container of no octets
  // One past handover_container_octets_max.
  EXPECT_EQ(fault_of("0481" + std::string(258, '0')), Fault::bad_value);
  EXPECT_EQ(fault_of("04"), Fault::short_read);
  EXPECT_EQ(fault_of("0402c5"), Fault::short_read);
  EXPECT_EQ(fault_of("0601"), Fault::short_read);
  EXPECT_EQ(fault_of("060102c5c600"), Fault::trailing_bytes);
}

}  // namespace
}  // namespace baton::wire::rrc
