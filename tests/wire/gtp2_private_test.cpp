// What our own Private Extension says of a move: its octets, its bounds, and that no capture shows its keys.
#include "wire/gtp2/private.h"

#include <gtest/gtest.h>

#include "wire/gtp2/limits.h"
#include "wire/gtp2_samples.h"
#include "wire/private_limits.h"

namespace baton::wire::gtp2 {
namespace {

constexpr std::uint16_t ours = enterprise_default;

KasmeStep step(std::uint32_t number, std::string_view mme, Byte proof) {
  return {number, RefreshDirection::handover, *NasCount::from(number + 5), *DiameterIdentity::parse(mme),
          sample_key<UpdateProof>(proof)};
}
KasmeLineage lineage() {
  KasmeLineage out{{}, 3, 2, Instant{Duration(0x0102030405)}, 86'400, {}};
  out.rand.bytes.fill(0xEE);
  out.unacknowledged.push_back(step(1, "mme2.example", 0x20));
  out.unacknowledged.push_back(step(2, "mme1.example", 0x60));
  return out;
}
MovePrivate everything() {
  MovePrivate m;
  m.announcement = ByteVector{1, 5, 0, 0x7F};
  m.kenb_star = sample_key<KenbStar>(0x80);
  m.lineage = lineage();
  m.refresh = KasmeRefresh{RefreshDirection::idle, *NasCount::from(NasCount::max)};
  m.upe = UpeKeyName{"upe-2", UpeKeyCounter{7}};
  m.container = ByteVector(16, 0xC5);
  m.ue_announcement = ByteVector{};
  m.mme = *DiameterIdentity::parse("mme1.example");
  m.kho = sample_key<Kho>(0xA0);
  m.kupe = sample_key<Kupe>(0xC0);
  m.nas_keys.emplace(NasKeys{5, true, sample_key<KnasEnc>(0xE0), sample_key<KnasInt>(0xF0)});
  return m;
}
std::vector<PrivateExtension> of(std::string_view digits) { return {{0, ours, *parse_hex(digits)}}; }
Fault why(std::string_view digits) {
  const auto read = decode_private(of(digits), ours);
  EXPECT_FALSE(read) << digits;
  return read ? Fault::unsupported : read.why().fault;
}

Message request_with(const PrivateExtension& extension) {
  auto out = forward_relocation_request();
  out.extensions = {extension};
  return out;
}

TEST(Gtp2Private, EverythingComesBackAndNothingIsNoExtension) {
  const auto extension = encode_private(everything(), ours);
  ASSERT_TRUE(extension);
  EXPECT_EQ(extension->enterprise, ours);
  const auto read = decode_private({*extension}, ours);
  ASSERT_TRUE(read) << read.why().to_string();
  EXPECT_EQ(*read, everything());
  EXPECT_FALSE(read->empty());
  EXPECT_TRUE(MovePrivate{}.empty());
  EXPECT_FALSE(encode_private(MovePrivate{}, ours));
  EXPECT_TRUE(decode_private({}, ours)->empty());
}

TEST(Gtp2Private, HasItsOctets) {
  MovePrivate m;
  m.refresh = KasmeRefresh{RefreshDirection::handover, *NasCount::from(0x010205)};
  m.upe = UpeKeyName{"u1", UpeKeyCounter{0x0102}};
  m.ue_announcement = ByteVector{1, 1, 0, 0x7F};
  EXPECT_EQ(hex(encode_private(m, ours)->octets),
            "04000501000102050500047531010207000401"
            "01007f");
  MovePrivate d;
  d.nas_keys.emplace(NasKeys{5, true, sample_key<KnasEnc>(0xE0), sample_key<KnasInt>(0xF0)});
  EXPECT_EQ(hex(encode_private(d, ours)->octets),
            "0b0022"
            "0105"
            "e0e1e2e3e4e5e6e7e8e9eaebecedeeef"
            "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  MovePrivate l;
  l.lineage = lineage();
  l.lineage->unacknowledged.pop_back();
  const std::string text = hex(encode_private(l, ours)->octets);
  EXPECT_EQ(text, "03005b" + std::string(32, 'e') +
                      "00000003"
                      "00000002"
                      "0000000102030405"
                      "00015180"
                      "01"
                      "00000001"
                      "01"
                      "00000006"
                      "0c6d6d65322e6578616d706c65" +
                      hex(sample_key<UpdateProof>(0x20).expose()));
}

TEST(Gtp2Private, EveryElementAloneComesBackAndEveryTruncationOfItIsRefused) {
  const ByteVector all = encode_private(everything(), ours)->octets;
  std::size_t elements = 0;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t n = 3 + (static_cast<std::size_t>(all[at + 1]) << 8U | all[at + 2]);
    const ByteVector one(all.begin() + static_cast<std::ptrdiff_t>(at),
                         all.begin() + static_cast<std::ptrdiff_t>(at + n));
    const auto read = decode_private({{0, ours, one}}, ours);
    ASSERT_TRUE(read);
    EXPECT_EQ(hex(encode_private(*read, ours)->octets), hex(one));
    for (std::size_t cut = 1; cut < n; ++cut) {
      EXPECT_FALSE(decode_private(
          {{0, ours, ByteVector(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(cut))}}, ours));
      // Cut with its length made to fit: refused too, but for octets of any length.
      if (cut < 3) continue;
      ByteVector fitting(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(cut));
      fitting[1] = static_cast<Byte>((cut - 3) >> 8U);
      fitting[2] = static_cast<Byte>(cut - 3);
      const Byte type = one[0];
      const bool any_length = type == 0x01 || type == 0x05 || type == 0x06 || type == 0x07 || type == 0x08;
      if (!any_length) {
        EXPECT_FALSE(decode_private({{0, ours, fitting}}, ours)) << int{type} << " " << cut;
      }
    }
    ByteVector longer = one;
    longer.push_back(0);
    ++longer[2];
    if (one[0] != 0x01 && one[0] != 0x05 && one[0] != 0x06 && one[0] != 0x07) {
      EXPECT_FALSE(decode_private({{0, ours, longer}}, ours)) << int{one[0]};
    }
    ByteVector twice = one;
    twice.insert(twice.end(), one.begin(), one.end());
    const auto repeated = decode_private({{0, ours, twice}}, ours);
    ASSERT_FALSE(repeated);
    EXPECT_EQ(repeated.why().fault, Fault::repeated);
    at += n;
    ++elements;
  }
  EXPECT_EQ(elements, 11U);
}

TEST(Gtp2Private, TypesNobodyKnowsAndOtherEnterprisesAreSteppedOver) {
  MovePrivate m;
  m.upe = UpeKeyName{"u", UpeKeyCounter{1}};
  EXPECT_EQ(*decode_private(of("ff0003010203"
                               "050003750001"
                               "0c0000"),
                            ours),
            m);
  const PrivateExtension ext = *encode_private(m, ours);
  EXPECT_EQ(*decode_private({{0, 10415, {1, 2, 3}}, ext}, ours), m);
  EXPECT_TRUE(decode_private({ext}, ours + 1)->empty());
  const auto two = decode_private({ext, ext}, ours);
  ASSERT_FALSE(two);
  EXPECT_EQ(two.why().fault, Fault::repeated);
}

TEST(Gtp2Private, WhatCannotBeIsRefused) {
  EXPECT_EQ(why("01"), Fault::short_read);
  EXPECT_EQ(why("0100"), Fault::short_read);
  EXPECT_EQ(why("010000"), Fault::short_read);
  EXPECT_EQ(why("010011" + std::string(34, '0')), Fault::too_many);  // announcement_octets_max + 1
  EXPECT_EQ(why("070011" + std::string(34, '0')), Fault::too_many);
  EXPECT_EQ(why("060081" + std::string(258, '0')), Fault::too_many);  // handover_container_octets_max + 1
  EXPECT_EQ(why("04000502"
                "00000005"),
            Fault::bad_value);  // a direction nobody knows
  EXPECT_EQ(why("040005ff"
                "00000005"),
            Fault::bad_value);  // no KASME' comes from AKA
  EXPECT_EQ(why("04000501"
                "01000000"),
            Fault::bad_value);                                        // past 24 bits
  EXPECT_EQ(why("0500020001"), Fault::short_read);                    // a UPE without a name
  EXPECT_EQ(why("050043" + std::string(134, '0')), Fault::too_many);  // upe_id_octets_max + 1
  EXPECT_EQ(why("0800016b00"), Fault::short_read);
  EXPECT_EQ(why("080003ff2e2e"), Fault::bad_value);  // no identity
  const std::string keys(64, '0');
  EXPECT_EQ(why("0b00220207" + keys), Fault::bad_value);  // a reading that nobody knows
  EXPECT_EQ(why("0b00220107" + keys), Fault::bad_value);  // no key set
  const std::string rand(32, '0');
  EXPECT_EQ(why("030025" + rand +
                "00000003000000020000000000000001"
                "00015180"
                "09"),
            Fault::too_many);
  EXPECT_EQ(why("030025" + rand +
                "0000000300000002ffffffffffffffff"
                "00015180"
                "00"),
            Fault::bad_value);
}

// The longest there can be fits its bound, and the message it stands in.
TEST(Gtp2Private, TheLongestOneFits) {
  MovePrivate m = everything();
  std::string name = "m";
  while (name.size() + 2 <= DiameterIdentity::length_max) name += name.size() % 60 == 59 ? ".m" : "m";
  name.resize(DiameterIdentity::length_max, 'm');
  m.lineage->unacknowledged.clear();
  m.lineage->step = kasme_steps_max;
  for (std::uint32_t n = 1; n <= kasme_steps_max; ++n)
    m.lineage->unacknowledged.push_back(step(n, name, static_cast<Byte>(n)));
  m.announcement = ByteVector(announcement_octets_max, 1);
  m.container = ByteVector(handover_container_octets_max, 2);
  m.ue_announcement = ByteVector(announcement_octets_max, 1);
  m.upe = UpeKeyName{std::string(upe_id_octets_max, 'u'), UpeKeyCounter{1}};
  m.mme = *DiameterIdentity::parse(name);
  auto extension = encode_private(m, ours);
  ASSERT_TRUE(extension);
  EXPECT_LE(extension->octets.size(), private_extension_octets_max);
  const auto extensions_of = [](const PrivateExtension& one) {
    auto read = decode_any(encode(request_with(one), sample_teid, sample_sequence));
    EXPECT_TRUE(read);
    return read ? std::get<ForwardRelocationRequest>(read->message).extensions
                : std::vector<PrivateExtension>{};
  };
  EXPECT_EQ(*decode_private(extensions_of(*extension), ours), m);
  // On the bound, and one past it.
  extension->octets.resize(private_extension_octets_max, 0);
  EXPECT_EQ(extensions_of(*extension).size(), 1U);
  extension->octets.push_back(0);
  EXPECT_TRUE(extensions_of(*extension).empty());
}

/// Every key octet string of `everything`.
std::vector<ByteVector> keys() {
  const MovePrivate m = everything();
  std::vector<ByteVector> out;
  const auto add = [&](Bytes key) { out.emplace_back(key.begin(), key.end()); };
  add(m.kenb_star->expose());
  add(m.kho->expose());
  add(m.kupe->expose());
  add(m.nas_keys->enc.expose());
  add(m.nas_keys->integrity.expose());
  for (const KasmeStep& s : m.lineage->unacknowledged) add(s.proof.expose());
  return out;
}
/// Whether eight octets of a key in a row are still there.
bool shows(Bytes datagram, const ByteVector& key) {
  for (std::size_t i = 0; i + 8 <= key.size(); ++i)
    if (std::search(datagram.begin(), datagram.end(), key.begin() + static_cast<std::ptrdiff_t>(i),
                    key.begin() + static_cast<std::ptrdiff_t>(i + 8)) != datagram.end())
      return true;
  return false;
}
ByteVector blanked(ByteVector datagram) {
  for (const SecretRange& s : secret_ranges(datagram)) {
    EXPECT_LE(s.offset + s.octets, datagram.size());
    std::fill_n(datagram.begin() + static_cast<std::ptrdiff_t>(s.offset), s.octets, Byte{0});
  }
  return datagram;
}

TEST(Gtp2Private, ABlankedDatagramHoldsNoKeyWholeOrCutAndSaysTheRest) {
  const PrivateExtension extension = *encode_private(everything(), ours);
  CreateSessionRequest create = create_session_request();
  create.extensions = {extension};
  std::vector<Message> all;
  all.push_back(request_with(extension));
  all.push_back(EchoRequest{Recovery{1}, {extension}});
  all.push_back(create);
  for (const Message& m : all) {
    const auto whole = encode(m, sample_teid, sample_sequence);
    for (const ByteVector& key : keys()) EXPECT_TRUE(shows(whole, key));
    const auto blank = blanked(whole);
    for (const ByteVector& key : keys()) EXPECT_FALSE(shows(blank, key));
    EXPECT_TRUE(shows(blank, ByteVector(16, 0xC5))) << "the container is no secret";
    for (std::size_t n = 12; n < whole.size(); ++n) {
      ByteVector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
      cut = blanked(std::move(cut));
      for (const ByteVector& key : keys()) ASSERT_FALSE(shows(cut, key)) << n;
    }
    const std::string said = describe({}, m);
    for (const ByteVector& key : keys())
      for (std::size_t i = 0; i + 4 <= key.size(); ++i)
        ASSERT_EQ(said.find(hex(Bytes(key).subspan(i, 4))), std::string::npos);
  }
}

// What a stranger may send there is an answer, never a fault of ours.
TEST(Gtp2Private, EveryFlippedBitIsReadOrRefused) {
  const ByteVector all = encode_private(everything(), ours)->octets;
  for (std::size_t bit = 0; bit < 8 * all.size(); ++bit) {
    ByteVector flipped = all;
    flipped[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    const auto read = decode_private({{0, ours, flipped}}, ours);
    if (read) {
      EXPECT_TRUE(encode_private(*read, ours));
    }
    for (const SecretRange& s : private_secrets(flipped)) ASSERT_LE(s.offset + s.octets, flipped.size());
  }
}

}  // namespace
}  // namespace baton::wire::gtp2
