// Every message comes back as it went, with and without its optional elements.
#include <gtest/gtest.h>

#include <set>

#include "wire/nas_samples.h"

namespace baton::wire::nas {
namespace {

template <class M>
Expected<M, Error> decoded(Bytes octets) {
  if constexpr (std::is_same_v<M, ServiceRequest>)
    return decode_service_request(octets);
  else
    return decode<M>(octets);
}

//= TS 24.301, 8.2; type=test
//= TS 24.301, 8.3; type=test
TEST(NasRoundTrip, EveryMessageComesBackWithAndWithoutItsOptionalElements) {
  for_each_message([](auto tag) {
    using M = typename decltype(tag)::type;
    for (const bool full : {false, true}) {
      const M sent = filled<M>(full);
      const auto octets = encode(sent);
      const auto got = decoded<M>(octets);
      ASSERT_TRUE(got) << M::name << ": " << got.why().to_string();
      EXPECT_EQ(*got, sent) << M::name;
      EXPECT_EQ(encode(*got), octets) << M::name;
    }
  });
}

TEST(NasRoundTrip, EveryMessageIsFoundByItsTypeAlone) {
  for_each_message([](auto tag) {
    using M = typename decltype(tag)::type;
    const M sent = filled<M>(true);
    const auto got = decode_any(encode(sent), direction_of<M>());
    ASSERT_TRUE(got) << M::name << ": " << got.why().to_string();
    EXPECT_EQ(*got, Message(sent)) << M::name;
    EXPECT_EQ(name_of(*got), M::name);
    EXPECT_EQ(encode(*got), encode(sent));
  });
}

TEST(NasRoundTrip, AMessageOfAnotherTypeIsRefused) {
  const auto wrong = decode<AttachComplete>(encode(filled<AttachAccept>(false)));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.why().fault, Fault::wrong_type);
  const auto esm = decode<EsmStatus>(encode(filled<EmmStatus>(false)));
  ASSERT_FALSE(esm);
  EXPECT_EQ(esm.why().fault, Fault::wrong_type);
}

//= TS 24.301, 9.8; type=test
TEST(NasRoundTrip, TheDetachRequestsShareATypeAndDifferByDirection) {
  const auto up = encode(filled<UeDetachRequest>(true));
  const auto down = encode(filled<NetworkDetachRequest>(true));
  EXPECT_TRUE(std::holds_alternative<UeDetachRequest>(*decode_any(up, Direction::uplink)));
  EXPECT_TRUE(std::holds_alternative<NetworkDetachRequest>(*decode_any(down, Direction::downlink)));
  EXPECT_FALSE(decode_any(down, Direction::uplink));
}

TEST(NasRoundTrip, TheTablesNameEveryElementIdentifierOnce) {
  for_each_message([](auto tag) {
    using M = typename decltype(tag)::type;
    if constexpr (!std::is_same_v<M, ServiceRequest>) {
      std::set<int> seen;
      std::apply(
          [&](const auto&... row) {
            [[maybe_unused]] const auto one = [&](const auto& r) {
              if constexpr (requires { r.iei; }) {
                EXPECT_TRUE(seen.insert(r.iei).second) << M::name << ", " << r.name;
                // A half octet element has bit 8 set and nothing in its low half, the others the reverse.
                const bool half = requires { TvHalf{r}; };
                EXPECT_EQ(half, (r.iei & 0x80) != 0) << M::name << ", " << r.name;
                EXPECT_TRUE(!half || (r.iei & 0x0F) == 0) << M::name << ", " << r.name;
              }
            };
            (one(row), ...);
          },
          M::layout());
    }
  });
}

TEST(NasText, DescribeShowsEveryElementByNameButNotWhatContainersHold) {
  for_each_message([](auto tag) {
    using M = typename decltype(tag)::type;
    const std::string text = describe(Message(filled<M>(true)), direction_of<M>());
    EXPECT_EQ(text.find(M::name), 0U);
    if constexpr (!std::is_same_v<M, ServiceRequest>)
      std::apply(
          [&](const auto&... row) {
            [[maybe_unused]] const auto one = [&](const auto& r) {
              if constexpr (requires { r.low_name; })
                EXPECT_NE(text.find(r.low_name), std::string::npos) << M::name;
              else
                EXPECT_NE(text.find(r.name), std::string::npos) << M::name;
            };
            (one(row), ...);
          },
          M::layout());
    EXPECT_EQ(text.find("a0a1a2"), std::string::npos) << M::name;
  });
}

TEST(NasText, AnInnerEsmMessageIsShownInside) {
  AttachRequest m = filled<AttachRequest>(false);
  m.esm = EsmContainer::of(encode(filled<PdnConnectivityRequest>(true)));
  const std::string text = describe(Message(m), Direction::uplink);
  EXPECT_NE(text.find("  PDN CONNECTIVITY REQUEST"), std::string::npos) << text;
  EXPECT_NE(text.find("internet.mnc001.mcc001.gprs"), std::string::npos) << text;
}

TEST(NasText, OctetsThatAreNoNasMessageAreSaidToBeNone) {
  EXPECT_EQ(describe_octets({}, Direction::uplink).find("not a NAS message"), 0U);
  const ByteVector ciphered{0x27, 1, 2, 3, 4, 5, 0x99, 0x98};
  EXPECT_NE(describe_octets(ciphered, Direction::downlink).find("ciphered, 2 octets"), std::string::npos);
}

}  // namespace
}  // namespace baton::wire::nas
