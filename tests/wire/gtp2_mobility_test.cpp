// The messages between MMEs: the MM context octet by octet, its bounds, its keys, and groups nested wrongly.
#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

#include "wire/gtp2_samples.h"

namespace baton::wire::gtp2 {
namespace {

static_assert(!std::is_copy_constructible_v<Message> && !std::is_copy_assignable_v<Message>);
static_assert(!std::is_copy_constructible_v<EpsMmContext> && !std::is_copy_constructible_v<ContextResponse>);

ByteVector octets(std::string_view digits) { return parse_hex(digits).value(); }
void append(ByteVector& to, Bytes more) { to.insert(to.end(), more.begin(), more.end()); }
ByteVector operator+(ByteVector a, const ByteVector& b) {
  append(a, b);
  return a;
}
// An element: type, length, instance, value.
ByteVector element(Byte type, const ByteVector& value, Byte instance = 0) {
  ByteVector out{type, static_cast<Byte>(value.size() >> 8U), static_cast<Byte>(value.size()), instance};
  append(out, value);
  return out;
}
// A message with a TEID.
ByteVector message(Byte type, const ByteVector& body) {
  ByteVector out = octets("48000000 11223344 00abcd00");
  out[1] = type;
  append(out, body);
  out[2] = static_cast<Byte>((out.size() - 4) >> 8U);
  out[3] = static_cast<Byte>(out.size() - 4);
  return out;
}
const ByteVector accepted_cause = octets("02000200 1000");

// The MM context alone, in a Context Response.
Expected<Decoded, Error> decoded_context(const ByteVector& value) {
  return decode_any(message(ContextResponse::type, accepted_cause + element(ie::eps_mm_context, value)));
}
std::optional<EpsMmContext> context(const ByteVector& value) {
  auto m = decoded_context(value);
  if (!m) return std::nullopt;
  return std::move(std::get<ContextResponse>(m->message).mm);
}
CauseValue refused(const ByteVector& value) {
  const auto m = decoded_context(value);
  return m ? CauseValue::request_accepted : cause_for(m.why()).value;
}

// Figure 8.38-5, put together by hand. Octet 5: security mode 4 (bits 8 to 6), NHI, DRXI, KSI (bits 3 to 1).
// Octet 6: number of quintuplets (bits 8 to 6) and quadruplets (5 to 3), UAMBRI, OSCI. Octet 7: SAMBRI, NAS
// integrity algorithm (bits 7 to 5), NAS ciphering algorithm (bits 4 to 1).
const std::string k32 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const std::string n32 = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
const std::string v32 = "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";
const std::string r16 = "606162636465666768696a6b6c6d6e6f";
const std::string a16 = "707172737475767778797a7b7c7d7e7f";

Bytes exposed(const Kasme& k) { return k.expose(); }

//= TS 29.274, 8.38; type=test
TEST(Gtp2Mobility, AnMmContextIsReadOctetByOctet) {
  const auto mm = context(octets("9a"        // mode 4, NHI, DRXI, KSI 2: 100 1 1 010
                                 "2f"        // one quintuplet, three quadruplets, UAMBRI, OSCI: 001 011 1 1
                                 "a1"        // SAMBRI, integrity 2, ciphering 1: 1 010 0001
                                 "00000a"    // downlink count 10
                                 "010203" +  // uplink count 0x010203
                                 k32) +      // KASME
                          octets(r16 +
                                 "08"
                                 "8081828384858687"
                                 "10" +
                                 a16 + v32) +  // quadruplet 1
                          octets(r16 +
                                 "04"
                                 "90919293"
                                 "10" +
                                 a16 + v32) +                            // 2, the shortest XRES
                          octets(r16 + "10" + r16 + "10" + a16 + k32) +  // 3, the longest
                          octets(r16 +
                                 "08"
                                 "8081828384858687" +
                                 r16 + a16 + "10" + a16) +  // quintuplet
                          octets("0a07" +                   // DRX
                                 n32 +
                                 "05"  // NH, NCC
                                 "0000c350"
                                 "000186a0"  // subscribed AMBR up, down
                                 "00009c40"
                                 "00015f90"  // used AMBR up, down
                                 "04"
                                 "e0e0c040"  // UE network capability
                                 "03"
                                 "e5e034"  // MS network capability
                                 "08"
                                 "5343090096371335"  // IMEISV
                                 "25"                // access restriction
                                 "f7" +              // NHI_old, KSI 6, NCC 7
                                 v32 +
                                 n32 +    // old KASME, old NH
                                 "00"));  // no voice domain
  ASSERT_TRUE(mm);
  EXPECT_EQ(mm->ksi, 2);
  EXPECT_EQ(mm->nas_integrity, 2);
  EXPECT_EQ(mm->nas_ciphering, 1);
  EXPECT_EQ(mm->downlink_count.value(), 10U);
  EXPECT_EQ(mm->uplink_count.value(), 0x010203U);
  EXPECT_EQ(hex(exposed(*mm->kasme)), k32);
  ASSERT_EQ(mm->vectors.size(), 3U);
  EXPECT_EQ(hex(mm->vectors[0].rand.bytes), r16);
  EXPECT_EQ(hex(mm->vectors[0].xres.expose()), "8081828384858687");
  EXPECT_EQ(hex(mm->vectors[0].autn.bytes), a16);
  EXPECT_EQ(hex(exposed(mm->vectors[0].kasme)), v32);
  EXPECT_EQ(mm->vectors[1].xres.size(), 4U);
  EXPECT_EQ(hex(mm->vectors[2].xres.expose()), r16);
  EXPECT_EQ(hex(exposed(mm->vectors[2].kasme)), k32);
  ASSERT_TRUE(mm->drx);
  EXPECT_EQ(hex(*mm->drx), "0a07");
  ASSERT_TRUE(mm->next_hop);
  EXPECT_EQ(hex(mm->next_hop->nh.expose()), n32);
  EXPECT_EQ(mm->next_hop->ncc, 5);
  EXPECT_EQ(mm->subscribed_ambr, (Ambr{50'000, 100'000}));
  EXPECT_EQ(mm->used_ambr, (Ambr{40'000, 90'000}));
  EXPECT_EQ(hex(mm->ue_network_capability), "e0e0c040");
  EXPECT_EQ(hex(mm->ms_network_capability), "e5e034");
  EXPECT_EQ(mm->mei, Mei{"3534900069733153"});
  EXPECT_EQ(mm->access_restriction, 0x25);
  ASSERT_TRUE(mm->old_security);
  EXPECT_EQ(mm->old_security->ksi, 6);
  EXPECT_EQ(hex(exposed(mm->old_security->kasme)), v32);
  ASSERT_TRUE(mm->old_security->next_hop);
  EXPECT_EQ(mm->old_security->next_hop->ncc, 7);
  EXPECT_EQ(hex(mm->old_security->next_hop->nh.expose()), n32);
}

TEST(Gtp2Mobility, AnMmContextIsWrittenOctetByOctet) {
  Message holder = ContextResponse{};
  auto& m = std::get<ContextResponse>(holder);
  m.mm = EpsMmContext{.ksi = 1,
                      .nas_integrity = 2,
                      .nas_ciphering = 2,
                      .uplink_count = NasCount::of(0, 7),
                      .downlink_count = NasCount::of(0xFFFF, 0xFF),
                      .kasme = Kasme(Bytes(octets(k32)).first<32>())};
  // No NHI, DRXI, vectors, AMBR or old context; no capability; no IMEI; no restriction; no voice domain.
  EXPECT_EQ(
      hex(encode(holder, sample_teid, sample_sequence)),
      hex(message(ContextResponse::type,
                  accepted_cause + element(107, octets("81 00 22 ffffff 000007" + k32 + "00 00 00 00 00")))));
  m.mm->old_security = OldEpsSecurity{4, Kasme(Bytes(octets(v32)).first<32>()), {}};
  m.mm->next_hop = NextHop{Nh(Bytes(octets(n32)).first<32>()), 7};
  EXPECT_EQ(hex(encode(holder, sample_teid, sample_sequence)),
            hex(message(ContextResponse::type,
                        accepted_cause + element(107, octets("91 01 22 ffffff 000007" + k32 + n32 + "07" +
                                                             "00 00 00 00"
                                                             "20" +
                                                             v32 + "00")))));
}

TEST(Gtp2Mobility, ABareContextComesBackAsItWasToo) {
  Message holder = ContextResponse{};
  auto& m = std::get<ContextResponse>(holder);
  m.mm = bare_mm_context();
  const auto back = decode_any(encode(holder, sample_teid, sample_sequence));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<ContextResponse>(back->message), m);
  EXPECT_EQ(m.mm->ksi, 7);
}

// Octets 5 to 45 without anything optional, then capabilities and identity of no octets.
const std::string smallest = "800000 000000 000000" + k32 + "00 00 00";

//= TS 29.274, 7.7.7; type=test
TEST(Gtp2Mobility, AnEarlierReleaseEndsSoonerAndALaterOneHasMore) {
  EXPECT_TRUE(context(octets(smallest)));
  EXPECT_TRUE(context(octets(smallest + "3f")));
  // Voice domain, paging capability, further lengths.
  EXPECT_TRUE(context(octets(smallest + "00 01 19 0000 00 00 00")));
  EXPECT_EQ(context(octets(smallest + "3f 01 19"))->access_restriction, 0x3f);
}

TEST(Gtp2Mobility, AnMmContextCutAnywhereIsRefusedUntilTheFirstReleaseEnds) {
  const auto encoded = encode(forward_relocation_request(), sample_teid, sample_sequence);
  const auto ranges = secret_ranges(encoded);
  ASSERT_EQ(ranges.size(), 1U);
  const auto at = encoded.begin() + static_cast<std::ptrdiff_t>(ranges[0].offset);
  const ByteVector whole(at, at + static_cast<std::ptrdiff_t>(ranges[0].octets));
  ASSERT_TRUE(context(whole));
  // The old security context is announced, so nothing before its end is whole; the last octet is the length
  // of the voice domain preference, which an earlier release does not have.
  for (std::size_t n = 0; n + 1 < whole.size(); ++n)
    EXPECT_EQ(refused(ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n))),
              CauseValue::invalid_length)
        << n;
  EXPECT_TRUE(context(ByteVector(whole.begin(), whole.end() - 1)));
  const auto small = octets(smallest);
  for (std::size_t n = 0; n < small.size(); ++n)
    EXPECT_EQ(refused(ByteVector(small.begin(), small.begin() + static_cast<std::ptrdiff_t>(n))),
              CauseValue::invalid_length)
        << n;
}

TEST(Gtp2Mobility, OnlyAnEpsSecurityContextIsOne) {
  for (unsigned mode = 0; mode < 8; ++mode) {
    auto value = octets(smallest);
    value[0] = static_cast<Byte>(mode << 5U);
    EXPECT_EQ(refused(value), mode == 4 ? CauseValue::request_accepted : CauseValue::mandatory_ie_incorrect)
        << mode;
  }
}

//= S1.G3; type=test
TEST(Gtp2Mobility, VectorsEndAtTheirBoundAndTheirLengthsAreNotTheWires) {
  const auto with = [&](unsigned quadruplets, unsigned quintuplets, const std::string& one_of_four,
                        const std::string& one_of_five) {
    std::string digits = "80" + hex(ByteVector{static_cast<Byte>(quintuplets << 5U | quadruplets << 2U)}) +
                         "00 000000 000000" + k32;
    for (unsigned i = 0; i < quadruplets; ++i) digits += one_of_four;
    for (unsigned i = 0; i < quintuplets; ++i) digits += one_of_five;
    return octets(digits + "00 00 00 00 00");
  };
  const std::string four = r16 + "04 01020304 10" + a16 + v32;
  const std::string five = r16 + "04 01020304" + r16 + a16 + "10" + a16;
  for (unsigned n = 0; n < 8; ++n) {
    const auto expected =
        n <= vectors_max ? CauseValue::request_accepted : CauseValue::mandatory_ie_incorrect;
    EXPECT_EQ(refused(with(n, 0, four, five)), expected) << n;
    EXPECT_EQ(refused(with(0, n, four, five)), expected) << n;
    EXPECT_EQ(refused(with(vectors_max, n, four, five)), expected) << n;
    if (n <= vectors_max) {
      EXPECT_EQ(context(with(n, n, four, five))->vectors.size(), n);
    }
  }
  // XRES of every length: four to sixteen octets are one. AUTN has sixteen.
  for (unsigned n = 0; n < 256; ++n) {
    const auto length = hex(ByteVector{static_cast<Byte>(n)});
    const std::string filled(std::size_t{2} * n, '5');
    const auto xres = refused(with(1, 0, r16 + length + filled + "10" + a16 + v32, five));
    EXPECT_EQ(xres, n >= 4 && n <= 16 ? CauseValue::request_accepted : CauseValue::mandatory_ie_incorrect)
        << n;
    const auto umts = refused(with(0, 1, four, r16 + length + filled + r16 + a16 + "10" + a16));
    EXPECT_EQ(umts, xres) << n;
    const auto autn = refused(with(1, 0, r16 + "04 01020304" + length + filled + v32, five));
    EXPECT_EQ(autn, n == 16 ? CauseValue::request_accepted : CauseValue::mandatory_ie_incorrect) << n;
  }
  // What is past the bound is not written.
  Message holder = ContextResponse{};
  auto& m = std::get<ContextResponse>(holder);
  m.mm = bare_mm_context();
  for (std::size_t i = 0; i <= vectors_max; ++i) m.mm->vectors.push_back(quadruplet(static_cast<Byte>(i)));
  const auto back = decode_any(encode(holder, sample_teid, sample_sequence));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<ContextResponse>(back->message).mm->vectors.size(), vectors_max);
}

TEST(Gtp2Mobility, CapabilitiesAndTheIdentityEndAtTheirBounds) {
  const std::string head = "800000 000000 000000" + k32;
  for (unsigned n = 0; n < 256; ++n) {
    const auto length = hex(ByteVector{static_cast<Byte>(n)});
    const std::string filled(std::size_t{2} * n, '5');
    const auto cause = [](bool good) {
      return good ? CauseValue::request_accepted : CauseValue::mandatory_ie_incorrect;
    };
    EXPECT_EQ(refused(octets(head + length + filled + "00 00 00 00")), cause(n <= ue_network_capability_max))
        << n;
    EXPECT_EQ(refused(octets(head + "00" + length + filled + "00 00 00")),
              cause(n <= ms_network_capability_max))
        << n;
    // An IMEI is eight octets of digits, or nothing.
    EXPECT_EQ(refused(octets(head + "00 00" + length + filled + "00 00")), cause(n == 0 || n == 8)) << n;
  }
  Message holder = ContextResponse{};
  auto& m = std::get<ContextResponse>(holder);
  m.mm = bare_mm_context();
  m.mm->ue_network_capability.assign(ue_network_capability_max + 1, 0xE0);
  m.mm->ms_network_capability.assign(300, 0xE0);
  const auto back = decode_any(encode(holder, sample_teid, sample_sequence));
  ASSERT_TRUE(back);
  const auto& mm = *std::get<ContextResponse>(back->message).mm;
  EXPECT_EQ(mm.ue_network_capability.size(), ue_network_capability_max);
  EXPECT_EQ(mm.ms_network_capability.size(), ms_network_capability_max);
}

// --- keys -----------------------------------------------------------------------------------------

bool found(Bytes in, Bytes what) {
  return std::search(in.begin(), in.end(), what.begin(), what.end()) != in.end();
}
void blank(ByteVector& datagram) {
  for (const SecretRange& range : secret_ranges(datagram)) {
    ASSERT_LE(range.offset + range.octets, datagram.size());
    std::fill_n(datagram.begin() + static_cast<std::ptrdiff_t>(range.offset), range.octets, Byte{0});
  }
}
// Every key of the MM context of the samples.
std::vector<ByteVector> keys_of(const EpsMmContext& mm) {
  std::vector<ByteVector> out;
  const auto add = [&](Bytes key) { out.emplace_back(key.begin(), key.end()); };
  add(mm.kasme->expose());
  add(mm.next_hop->nh.expose());
  add(mm.old_security->kasme.expose());
  add(mm.old_security->next_hop->nh.expose());
  for (const Quadruplet& v : mm.vectors) {
    add(v.xres.expose());
    add(v.kasme.expose());
  }
  return out;
}

TEST(Gtp2Mobility, ABlankedDatagramHoldsNoPartOfAnyKey) {
  const auto keys = keys_of(mm_context());
  EXPECT_EQ(keys.size(), 4 + 2 * vectors_max);
  std::size_t with_keys = 0;
  for (const Message& m : samples()) {
    auto datagram = encode(m, sample_teid, sample_sequence);
    std::size_t held = 0;
    for (const auto& key : keys) held += found(datagram, key);
    EXPECT_EQ(held, carries_keys(type_of(m)) ? keys.size() : 0U) << name_of(m);
    with_keys += held > 0;
    const auto size = datagram.size();
    blank(datagram);
    EXPECT_EQ(datagram.size(), size);
    // Four octets in a row of a key would be a leak; less happens by chance.
    for (const auto& key : keys)
      for (std::size_t i = 0; i + 4 <= key.size(); ++i)
        EXPECT_FALSE(found(datagram, Bytes(key).subspan(i, 4))) << name_of(m);
  }
  EXPECT_EQ(with_keys, 2U);
}

TEST(Gtp2Mobility, KeysAreFoundInWhatIsCutNestedOrMiscounted) {
  const ByteVector key = octets(k32);
  const ByteVector mm = element(ie::eps_mm_context, octets(smallest));
  const auto blanked = [&](ByteVector datagram) {
    EXPECT_TRUE(found(datagram, key));
    blank(datagram);
    return !found(datagram, key) && !found(datagram, Bytes(key).subspan(8, 4));
  };
  EXPECT_TRUE(blanked(message(133, mm)));
  // In a PDN connection, in a bearer context in one, and deeper than any message has it.
  EXPECT_TRUE(blanked(message(133, element(109, mm))));
  EXPECT_TRUE(blanked(message(133, element(109, octets("49000100 05") + element(93, mm)))));
  ByteVector deep = mm;
  for (int i = 0; i < 10'000; ++i) deep = i % 2 == 0 ? element(93, deep) : element(109, deep);
  EXPECT_TRUE(blanked(message(133, deep)));
  // With a length that reaches past the message, and in a datagram that was cut.
  auto past = message(133, mm);
  past[13] = 0xFF;
  EXPECT_TRUE(blanked(past));
  auto cut = message(133, mm);
  cut.resize(cut.size() - 2);
  EXPECT_TRUE(blanked(cut));
  // Behind an element that nobody knows, and of each kind of MM context.
  for (Byte type = ie::mm_context_first; type <= ie::mm_context_last; ++type)
    EXPECT_TRUE(blanked(message(131, element(200, octets("010203")) + element(type, octets(smallest), 3))));
  // In a message of no type at all, and in one that rides on another.
  EXPECT_TRUE(blanked(message(250, mm)));
  auto first = message(140, accepted_cause);
  first[0] |= 0x10U;
  append(first, message(133, mm));
  EXPECT_TRUE(blanked(first));
}

TEST(Gtp2Mobility, ADescriptionNamesWhoAndWhereAndNoKey) {
  const Header header{ForwardRelocationRequest::type, sample_teid, sample_sequence};
  const auto said = describe(header, Message{forward_relocation_request()});
  for (const char* word : {"Forward Relocation Request", "IMSI 001010123456789", "APN internet", "EBI 5",
                           "EBI 7", "to eNB 48350 of 00101 TAC 4660", "recovery 3"})
    EXPECT_NE(said.find(word), std::string::npos) << word << " in " << said;
  for (const auto& key : keys_of(mm_context()))
    EXPECT_EQ(said.find(hex(key).substr(0, 8)), std::string::npos);
  ContextRequest asks;
  asks.guti = Guti::test_value();
  EXPECT_NE(describe(header, Message{asks}).find("GUTI " + to_string(*asks.guti)), std::string::npos);
}

// --- groups and bounds ----------------------------------------------------------------------------

const ForwardRelocationRequest& relocation_in(const Expected<Decoded, Error>& m) {
  return std::get<ForwardRelocationRequest>(m->message);
}

TEST(Gtp2Mobility, PdnConnectionsAndTheirBearersEndAtTheirBounds) {
  auto m = forward_relocation_request();
  m.pdn_connections.clear();
  for (std::size_t i = 0; i < pdn_connections_max; ++i) m.pdn_connections.push_back(pdn_connection(5));
  auto back = decode_any(encode(Message{std::move(m)}, sample_teid, sample_sequence));
  ASSERT_TRUE(back);
  EXPECT_EQ(relocation_in(back).pdn_connections.size(), pdn_connections_max);
  m = forward_relocation_request();
  for (std::size_t i = 0; i < pdn_connections_max; ++i) m.pdn_connections.push_back(pdn_connection(6));
  auto& bearers = m.pdn_connections[0].bearers;
  while (bearers.size() <= bearers_max) bearers.push_back(bearers[0]);
  back = decode_any(encode(Message{std::move(m)}, sample_teid, sample_sequence));
  ASSERT_TRUE(back);
  EXPECT_EQ(relocation_in(back).pdn_connections.size(), pdn_connections_max)
      << "what is past is stepped over";
  EXPECT_EQ(relocation_in(back).pdn_connections[0].bearers.size(), bearers_max);
  ForwardRelocationResponse r;
  for (std::size_t i = 0; i <= bearers_max; ++i) r.bearers.push_back({Ebi{5}, {}, {}, {}, {}});
  const auto answer = decode_any(encode(r, sample_teid, sample_sequence));
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<ForwardRelocationResponse>(answer->message).bearers.size(), bearers_max);
  ForwardAccessContextNotification n;
  n.container.resize(2, FContainer{3, {1, 2, 3}});
  const auto notification = decode_any(encode(n, sample_teid, sample_sequence));
  ASSERT_TRUE(notification);
  EXPECT_EQ(std::get<ForwardAccessContextNotification>(notification->message).container.size(),
            ForwardAccessContextNotification::containers_max);
}

TEST(Gtp2Mobility, AContainerOfEveryLengthPassesUntilTheDatagramIsFull) {
  const std::size_t around = encode(ForwardAccessContextNotification{{FContainer{3, {}}}, {}}, {}, {}).size();
  const std::size_t room = datagram_octets_max - around;
  const auto passes = [&](std::size_t n) {
    ForwardAccessContextNotification m;
    m.container.push_back(FContainer{3, ByteVector(n, 0x5A)});
    const auto octets = encode(m, sample_teid, sample_sequence);
    if (n > room) return octets.empty();
    const auto back = decode_any(octets);
    return octets.size() == around + n && back &&
           std::get<ForwardAccessContextNotification>(back->message).container.at(0) == m.container[0];
  };
  for (std::size_t n = 0; n < 1200; ++n) EXPECT_TRUE(passes(n)) << n;
  for (std::size_t n = 1200; n < room; n += 397) EXPECT_TRUE(passes(n)) << n;
  for (std::size_t n = room - 300; n < room + 300; ++n) EXPECT_TRUE(passes(n)) << n;
  EXPECT_TRUE(passes(0x10000));
  EXPECT_TRUE(passes(0x20000));
  // The same with keys in the message, whose buffer may not grow.
  for (const std::size_t n :
       {std::size_t{0}, std::size_t{255}, std::size_t{60'000}, room, std::size_t{0x20000}}) {
    auto m = forward_relocation_request();
    const bool fits = n + 1500 < datagram_octets_max;
    m.container = FContainer{3, ByteVector(n, 0x5A)};
    const auto octets = encode(Message{std::move(m)}, sample_teid, sample_sequence);
    EXPECT_EQ(octets.empty(), !fits) << n;
    if (fits) {
      EXPECT_EQ(relocation_in(decode_any(octets)).container->octets.size(), n);
    }
  }
  // A NAS message fills a datagram as well.
  ContextRequest asks;
  asks.complete_request = CompleteRequest{1, ByteVector(datagram_octets_max, 0)};
  EXPECT_TRUE(encode(asks, {}, {}).empty());
}

//= TS 29.274, 7.7.6; type=test
TEST(Gtp2Mobility, WhatARelocationCannotBeWithoutIsNamed) {
  const auto whole = encode(Message{forward_relocation_request()}, sample_teid, sample_sequence);
  const struct {
    IeId id;
    const char* name;
  } mandatory[] = {{{ie::f_teid, 0}, "Sender F-TEID for Control Plane"},
                   {{ie::f_teid, 1}, "SGW S11 Address and TEID for Control Plane"},
                   {{ie::eps_mm_context, 0}, "MME UE MM Context"}};
  for (const auto& row : mandatory) {
    ByteVector d = whole;
    for (std::size_t at = 12; at < d.size(); at += 4 + std::size_t(d[at + 1] << 8U | d[at + 2]))
      if (d[at] == row.id.type && d[at + 3] == row.id.instance) d[at] = 200;
    const auto back = decode_any(d);
    ASSERT_FALSE(back) << row.name;
    EXPECT_EQ(back.why().field, row.name);
    EXPECT_EQ(cause_for(back.why()).value, CauseValue::mandatory_ie_missing);
    EXPECT_EQ(cause_for(back.why()).offending_ie, row.id);
  }
  // Without the TEID flag it is no message between MMEs.
  auto d = whole;
  d[0] = 0x40;
  EXPECT_FALSE(decode_any(d));
}

TEST(Gtp2Mobility, GroupsNestedWronglyAreSteppedOverOrMissed) {
  const auto sender = element(ie::f_teid, octets("8c 00000007 7f000004"));
  const auto sgw = element(ie::f_teid, octets("8b 00000009 7f000006"), 1);
  const auto mm = element(ie::eps_mm_context, octets(smallest));
  const auto apn = element(ie::apn, octets("01 61")), ebi = element(ie::ebi, octets("05"));
  const auto pgw = element(ie::f_teid, octets("87 00000000 7f000009"));
  const auto ambr = element(ie::ambr, octets("00000001 00000002"));
  const auto bearer =
      element(ie::bearer_context, ebi + element(ie::f_teid, octets("81 00000001 7f000006")) +
                                      element(ie::bearer_qos, octets("7c09" + std::string(40, '0'))));
  const auto pdn = [&](const ByteVector& inside) { return element(ie::pdn_connection, inside); };
  const auto whole = pdn(apn + ebi + pgw + bearer + ambr);
  auto good = decode_any(message(133, sender + sgw + mm + whole));
  ASSERT_TRUE(good) << good.why().to_string();
  EXPECT_EQ(relocation_in(good).pdn_connections.at(0).bearers.size(), 1U);
  // A bearer context beside the PDN connection is no bearer of it, and a PDN connection in a PDN connection,
  // in a bearer or with the message inside it is none of the message.
  auto beside = decode_any(message(133, sender + sgw + mm + pdn(apn + ebi + pgw + ambr) + bearer));
  ASSERT_TRUE(beside);
  EXPECT_TRUE(relocation_in(beside).pdn_connections.at(0).bearers.empty());
  auto twice = decode_any(message(133, sender + sgw + mm + pdn(apn + ebi + pgw + ambr + whole)));
  ASSERT_TRUE(twice);
  EXPECT_EQ(relocation_in(twice).pdn_connections.size(), 1U);
  EXPECT_TRUE(decode_any(message(133, sender + sgw + mm + element(ie::bearer_context, whole))));
  // A group of nothing but itself misses what it must have.
  const auto empty = decode_any(message(133, sender + sgw + mm + pdn({})));
  ASSERT_FALSE(empty);
  EXPECT_EQ(cause_for(empty.why()).value, CauseValue::mandatory_ie_missing);
  // The MM context inside a PDN connection is not the message's.
  const auto hidden = decode_any(message(133, sender + sgw + pdn(apn + ebi + pgw + ambr + mm)));
  ASSERT_FALSE(hidden);
  EXPECT_EQ(cause_for(hidden.why()).offending_ie, (IeId{ie::eps_mm_context, 0}));
  // An element that reaches out of its group.
  auto inside = apn + ebi + pgw + ambr;
  inside[2] = 0xFF;
  EXPECT_EQ(cause_for(decode_any(message(133, sender + sgw + mm + pdn(inside))).why()).value,
            CauseValue::invalid_length);
  // Groups in groups, as deep as a datagram allows.
  ByteVector deep = apn;
  for (int i = 0; i < 10'000; ++i) deep = pdn(deep);
  EXPECT_FALSE(decode_any(message(133, sender + sgw + mm + deep)));
}

TEST(Gtp2Mobility, TargetsOfOtherKindsAreReadable) {
  const auto target = [](std::string_view value) {
    auto m = decode_any(message(133, element(ie::f_teid, octets("8c 00000007 7f000004")) +
                                         element(ie::f_teid, octets("8b 00000009 7f000006"), 1) +
                                         element(ie::eps_mm_context, octets(smallest)) +
                                         element(ie::target_identification, octets(value))));
    return m ? relocation_in(m).target : std::nullopt;
  };
  // TS 29.274, 8.51: type, PLMN, identity, TAC. A macro eNB has 20 bits; the four above are spare.
  const auto macro = target("01 00f110 fabcde 1234");
  ASSERT_TRUE(macro);
  EXPECT_EQ(macro->enb, (MacroEnbId{PlmnId::test_value(), 0xABCDE}));
  EXPECT_EQ(macro->tac, Tac{0x1234});
  EXPECT_TRUE(macro->other.empty());
  for (const char* value : {"00 00f110 1234 05 0abc", "03 00f110 0abcdef0 1234", "04 00f110 1abcde 1234"}) {
    const auto other = target(value);
    ASSERT_TRUE(other) << value;
    EXPECT_EQ(other->enb.plmn, PlmnId::test_value());
    EXPECT_EQ(other->enb.value, 0U);
    EXPECT_EQ(hex(other->other), hex(octets(value)).substr(2));
  }
  EXPECT_FALSE(target("01 00f110 0abcde 12")) << "half a TAC";
  EXPECT_FALSE(target("01"));
  EXPECT_FALSE(target("03 00a1f0 0abcdef0 1234")) << "a PLMN that is none";
}

//= TS 29.274, 7.3.7; type=test
TEST(Gtp2Mobility, WhatAnswersWhat) {
  std::size_t requests = 0, responses = 0;
  for (const Message& m : samples()) {
    const Byte type = type_of(m);
    if (const auto answer = response_type(type)) {
      ++requests;
      EXPECT_TRUE(is_response(*answer));
      EXPECT_FALSE(is_response(type));
    }
    responses += is_response(type);
    EXPECT_EQ(acknowledge_type(type).has_value(), type == ContextResponse::type);
  }
  EXPECT_EQ(requests, 11U);
  EXPECT_EQ(responses, 12U) << "one of them answers a response";
  EXPECT_EQ(acknowledge_type(ContextResponse::type), ContextAcknowledge::type);
  EXPECT_FALSE(cause_of(Message{forward_relocation_request()})) << "its cause is the radio's";
}

//= TS 29.274, 8.12; type=test
TEST(Gtp2Mobility, FlagsStandWhereTheTableSays) {
  const std::optional<Indication> some{Indication{{0x20, 0x40}}};
  EXPECT_TRUE(has(some, flag::handover));
  EXPECT_TRUE(has(some, flag::unauthenticated_imsi));
  EXPECT_FALSE(has(some, flag::sgw_change));
  EXPECT_FALSE(has(some, flag::change_reporting));
  EXPECT_FALSE(has(std::nullopt, flag::handover));
  EXPECT_FALSE(has(Indication{{}}, flag::handover));
}

// Octets: wmnsk/go-gtp, gtpv2/message/context-res_test.go and context-ack_test.go.
TEST(Gtp2Mobility, MessagesAsGoGtpWritesThem) {
  const auto response = decode_any(octets(
      "48830027 11223344 00000100 02000200 1000 01000800 21431532547698f0 57000900 8cffffffff01010101"));
  ASSERT_TRUE(response);
  const auto& m = std::get<ContextResponse>(response->message);
  EXPECT_EQ(m.imsi->digits(), "123451234567890");
  EXPECT_EQ(m.sender->interface, InterfaceType::s10_mme);
  EXPECT_EQ(m.sender->teid, Teid{0xFFFFFFFF});
  EXPECT_FALSE(m.mm);
  const auto acknowledge =
      decode_any(octets("4884001b 11223344 00000100 02000200 1000 57000900 8fffffffff01010101"));
  ASSERT_TRUE(acknowledge);
  EXPECT_EQ(std::get<ContextAcknowledge>(acknowledge->message).cause.value, CauseValue::request_accepted);
}

}  // namespace
}  // namespace baton::wire::gtp2
