// The card and the authentication centre together.
#include <gtest/gtest.h>

#include "keys/auc.h"
#include "keys/derive_eps.h"
#include "keys/ledger.h"
#include "keys/usim.h"
#include "vectors/reader.h"

namespace baton {
namespace {

using vectors::Case;
using vectors::for_each_case;

constexpr std::array<Byte, 16> k_octets{0x46, 0x5B, 0x5C, 0xE8, 0xB1, 0x99, 0xB4, 0x9F,
                                        0xAA, 0x5F, 0x0A, 0x2E, 0xE2, 0x38, 0xA6, 0xBC};
constexpr std::array<Byte, 16> opc_octets{0xCD, 0x63, 0xCB, 0x71, 0x95, 0x4A, 0x9F, 0x4E,
                                          0x48, 0xA5, 0x99, 0x4E, 0x37, 0xA0, 0x2B, 0xAF};
K k() { return K(k_octets); }
Opc opc() { return Opc(opc_octets); }
const Amf amf{{0x80, 0x00}};
const Rand rand_1{{0x23, 0x55, 0x3C, 0xBE, 0x96, 0x37}};
Sqn sqn(std::uint64_t seq, std::uint32_t ind = 0) { return Sqn::of(seq, ind).value(); }

NewEpsVector vector_with(Sqn s, const Rand& rand = rand_1) {
  return make_eps_vector(k(), opc(), amf, s, rand, PlmnId::test_value());
}

//= TS 33.102, 6.3.2; type=test
//= TS 33.401, 6.1.2; type=test
TEST(Auc, MakesTheVectorOfThePublishedSets) {
  int with_separation_bit = 0;
  for_each_case("milenage_ts35208.vec", [&](Case& c) {
    const K key(c.array<16>("K"));
    const auto op = Op(c.array<16>("OP"));
    const Opc opc_value(c.array<16>("OPc"));
    EXPECT_EQ(derive_opc(key, op), opc_value);
    const auto in_amf = Amf{c.array<2>("AMF")};
    const Rand rand{c.array<16>("RAND")};
    const auto sqn_octets = c.array<6>("SQN");
    const auto made =
        make_eps_vector(key, opc_value, in_amf, Sqn::from_octets(sqn_octets), rand, PlmnId::test_value());
    EXPECT_EQ(hex(made.vector.xres.expose()), c.text("f2"));
    EXPECT_EQ(hex(made.ck.expose()), c.text("f3"));
    EXPECT_EQ(hex(made.ik.expose()), c.text("f4"));
    const auto ak = c.octets("f5");
    const Bytes autn(made.vector.autn.bytes);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(autn[i], sqn_octets[i] ^ ak[i]);
    EXPECT_EQ(autn[6], in_amf.bytes[0] | 0x80);
    EXPECT_EQ(autn[7], in_amf.bytes[1]);
    const std::string mac = c.text("f1");
    if (separation_bit(in_amf)) {  // else MAC-A covers another AMF than the published one
      ++with_separation_bit;
      EXPECT_EQ(hex(autn.subspan(8)), mac);
    }
    (void)c.text("f1*");
    (void)c.text("f5*");
  });
  EXPECT_GT(with_separation_bit, 0);
}

TEST(Auc, TheSeparationBitIsSetWhateverTheSubscriptionSays) {
  const auto made = make_eps_vector(k(), opc(), Amf{{0x00, 0x00}}, sqn(1), rand_1, PlmnId::test_value());
  EXPECT_EQ(made.vector.autn.bytes[6], 0x80);
}

//= TS 33.102, 6.3.3; type=test
TEST(Usim, AnswersAFreshChallengeWithTheSameKeys) {
  Usim usim(k(), opc());
  const auto made = vector_with(sqn(1));
  auto answer = usim.authenticate(made.vector.rand, made.vector.autn);
  auto* ok = std::get_if<UsimSuccess>(&answer);
  ASSERT_NE(ok, nullptr);
  EXPECT_EQ(ok->res, made.vector.xres);
  EXPECT_EQ(ok->ck, made.ck);
  EXPECT_EQ(ok->ik, made.ik);
  EXPECT_TRUE(separation_bit(ok->amf));
  EXPECT_EQ(derive_kasme(ok->ck, ok->ik, PlmnId::test_value(), ok->sqn_xor_ak), made.vector.kasme);
}

TEST(Usim, AVectorForAnotherServingNetworkGivesAnotherKasme) {
  const auto here = vector_with(sqn(1));
  const auto there = make_eps_vector(k(), opc(), amf, sqn(1), rand_1, *PlmnId::parse("00102"));
  EXPECT_EQ(here.vector.autn, there.vector.autn);
  EXPECT_FALSE(here.vector.kasme == there.vector.kasme);
}

TEST(Usim, AnyBitOfAutnOrRandFlippedIsAMacFailureAndMovesNothing) {
  Usim usim(k(), opc());
  const auto made = vector_with(sqn(1));
  for (std::size_t bit = 0; bit < 128; ++bit) {
    Autn autn = made.vector.autn;
    autn.bytes[bit / 8] = static_cast<Byte>(autn.bytes[bit / 8] ^ 1U << bit % 8);
    EXPECT_TRUE(std::holds_alternative<MacFailure>(usim.authenticate(made.vector.rand, autn))) << bit;
    Rand rand = made.vector.rand;
    rand.bytes[bit / 8] = static_cast<Byte>(rand.bytes[bit / 8] ^ 1U << bit % 8);
    EXPECT_TRUE(std::holds_alternative<MacFailure>(usim.authenticate(rand, made.vector.autn))) << bit;
  }
  EXPECT_EQ(usim.sqn_array().highest(), Sqn());
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(usim.authenticate(made.vector.rand, made.vector.autn)));
}

TEST(Usim, AReplayedChallengeIsASyncFailureWithTheHighestSqn) {
  Usim usim(k(), opc());
  const auto made = vector_with(sqn(7));
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(usim.authenticate(made.vector.rand, made.vector.autn)));
  for (int again = 0; again < 2; ++again) {
    auto answer = usim.authenticate(made.vector.rand, made.vector.autn);
    auto* sync = std::get_if<SyncFailure>(&answer);
    ASSERT_NE(sync, nullptr);
    EXPECT_EQ(verify_auts(k(), opc(), made.vector.rand, sync->auts), sqn(7));
  }
}

//= TS 33.102, 6.3.5; type=test
TEST(Aka, AnAucThatLostItsCountIsBroughtBackByAuts) {
  Usim usim(k(), opc());
  AucSqn before(1000);
  const auto first = vector_with(*before.next(0));
  ASSERT_TRUE(std::holds_alternative<UsimSuccess>(usim.authenticate(first.vector.rand, first.vector.autn)));

  AucSqn lost(3);
  const auto stale = vector_with(*lost.next(0));
  auto answer = usim.authenticate(stale.vector.rand, stale.vector.autn);
  auto* sync = std::get_if<SyncFailure>(&answer);
  ASSERT_NE(sync, nullptr);
  const auto sqn_ms = verify_auts(k(), opc(), stale.vector.rand, sync->auts);
  ASSERT_TRUE(sqn_ms);
  EXPECT_TRUE(lost.resynchronise(*sqn_ms));
  const auto fresh = vector_with(*lost.next(0));
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(usim.authenticate(fresh.vector.rand, fresh.vector.autn)));
}

TEST(Aka, AutsWithAnyBitFlippedOrForAnotherRandMovesNothing) {
  Usim usim(k(), opc());
  const auto made = vector_with(sqn(7));
  (void)usim.authenticate(made.vector.rand, made.vector.autn);
  auto answer = usim.authenticate(made.vector.rand, made.vector.autn);
  const Auts auts = std::get<SyncFailure>(answer).auts;
  for (std::size_t bit = 0; bit < 8 * auts.bytes.size(); ++bit) {
    Auts forged = auts;
    forged.bytes[bit / 8] = static_cast<Byte>(forged.bytes[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(verify_auts(k(), opc(), made.vector.rand, forged)) << bit;
  }
  EXPECT_FALSE(verify_auts(k(), opc(), Rand{}, auts));
  EXPECT_TRUE(verify_auts(k(), opc(), made.vector.rand, auts));
}

//= TS 33.102, C.2.1; type=test
TEST(Aka, AJumpPastDeltaIsRefusedAndTheAucComesBack) {
  Usim usim(k(), opc());
  const std::uint64_t too_far = (std::uint64_t{1} << 28U) + 1;
  const auto made = vector_with(sqn(too_far));
  auto answer = usim.authenticate(made.vector.rand, made.vector.autn);
  auto* sync = std::get_if<SyncFailure>(&answer);
  ASSERT_NE(sync, nullptr);
  const auto sqn_ms = verify_auts(k(), opc(), made.vector.rand, sync->auts);
  EXPECT_EQ(sqn_ms, Sqn());
  AucSqn auc(too_far);
  EXPECT_TRUE(auc.resynchronise(*sqn_ms));
  const auto next = vector_with(*auc.next(0));
  EXPECT_TRUE(std::holds_alternative<UsimSuccess>(usim.authenticate(next.vector.rand, next.vector.autn)));
}

TEST(Aka, VectorsOfTwoRequestersMayArriveOutOfOrder) {
  Usim usim(k(), opc());
  AucSqn auc;
  const auto for_mme_1 = vector_with(*auc.next(1));
  const auto for_mme_2 = vector_with(*auc.next(2));
  EXPECT_TRUE(
      std::holds_alternative<UsimSuccess>(usim.authenticate(for_mme_2.vector.rand, for_mme_2.vector.autn)));
  EXPECT_TRUE(
      std::holds_alternative<UsimSuccess>(usim.authenticate(for_mme_1.vector.rand, for_mme_1.vector.autn)));
}

// Computed with openssl: (printf K_ASME; printf '\0'; 32 octets of 11) through HMAC-SHA-256 under 32 zeros.
TEST(KeyId, IsWhatAnyoneWithTheKeyCanRecompute) {
  const Kasme kasme(std::array<Byte, 32>{0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                         0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                         0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11});
  EXPECT_EQ(key_id_of(KeyIdKey{}, kasme).to_string(), "3fade6569c1eb632");
}

TEST(KeyId, DependsOnKindKeyAndKeyIdKey) {
  const std::array<Byte, 32> octets{1};
  const KeyId id = key_id(KeyIdKey{}, KeyKind::kenb, octets);
  EXPECT_NE(id, key_id(KeyIdKey{}, KeyKind::nh, octets));
  EXPECT_NE(id, key_id(KeyIdKey{{1}}, KeyKind::kenb, octets));
  EXPECT_NE(id, key_id(KeyIdKey{}, KeyKind::kenb, std::array<Byte, 32>{2}));
}

TEST(KeyKind, EveryKindHasItsOwnName) {
  std::set<std::string_view> names;
  for (Byte b = 0; b <= static_cast<Byte>(KeyKind::kn3); ++b)
    EXPECT_TRUE(names.insert(to_string(static_cast<KeyKind>(b))).second) << static_cast<int>(b);
  EXPECT_EQ(names.count("?"), 0U);
  std::set<std::string_view> events;
  for (Byte b = 0; b <= static_cast<Byte>(KeyEvent::erased); ++b)
    EXPECT_TRUE(events.insert(to_string(static_cast<KeyEvent>(b))).second);
}

// Many vectors at once are the single ones, on each path, in any number.
//= TS 33.401, 6.1.2; type=test
TEST(Auc, ManyVectorsAtOnceAreTheSingleOnes) {
  std::vector<K> keys;
  std::vector<Opc> opcs;
  for (Byte i = 0; i < 35; ++i) {
    auto key = k_octets;
    key[3] = i;
    keys.emplace_back(key);
    auto other = opc_octets;
    other[5] = i;
    opcs.emplace_back(other);
  }
  for (const crypto::Path path : {crypto::Path::portable, crypto::Path::hardware, crypto::Path::wide}) {
    if (path > crypto::batch_path()) break;
    for (const std::size_t n : {0U, 1U, 3U, 4U, 16U, 17U, 35U}) {
      std::vector<EpsVectorInputs> in;
      for (std::size_t i = 0; i < n; ++i)
        in.push_back(
            {keys[i], opcs[i], amf, sqn(100 + i), Rand{{static_cast<Byte>(i), 7}}, PlmnId::test_value()});
      std::vector<NewEpsVector> out;
      make_eps_vectors(in, out, path);
      ASSERT_EQ(out.size(), n);
      for (std::size_t i = 0; i < n; ++i) {
        const NewEpsVector one =
            make_eps_vector(in[i].k, in[i].opc, in[i].amf, in[i].sqn, in[i].rand, in[i].serving_network);
        EXPECT_EQ(out[i].vector.rand, one.vector.rand);
        EXPECT_EQ(out[i].vector.autn, one.vector.autn);
        EXPECT_EQ(out[i].vector.xres, one.vector.xres);
        EXPECT_EQ(out[i].vector.kasme, one.vector.kasme);
        EXPECT_EQ(out[i].ck, one.ck);
        EXPECT_EQ(out[i].ik, one.ik);
      }
    }
  }
}

}  // namespace
}  // namespace baton
