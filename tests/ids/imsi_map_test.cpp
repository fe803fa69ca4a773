// What is kept by IMSI is found again, whatever was kept and erased before it.
#include "ids/imsi_map.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace baton {
namespace {

TEST(ImsiMap, NumbersTellImsisApartAndGoBack) {
  for (const char* digits :
       {"001010000000001", "00101000000001", "0010100000001", "999999999999999", "000000"}) {
    const auto imsi = *Imsi::parse(digits);
    EXPECT_EQ(imsi_of(number_of(imsi))->digits(), digits);
  }
  EXPECT_NE(number_of(*Imsi::parse("0000001")), number_of(*Imsi::parse("000001")));
  for (const std::uint64_t none : {0ULL, 1ULL, 2'001'010'000'000'001ULL, 10'001'010'000'000'001ULL})
    EXPECT_FALSE(imsi_of(none)) << none;
}

/// The same is done to a map of the library, whose answers are the right ones.
TEST(ImsiMap, DoesWhatAMapDoes) {
  ImsiMap<std::string> map;
  std::map<std::uint64_t, std::string> right;
  std::uint64_t lots = 3;
  for (int i = 0; i < 200'000; ++i) {
    lots = lots * 6364136223846793005ULL + 1442695040888963407ULL;
    // Few numbers, so that they come again; neighbours and multiples, so that they meet in the table.
    const std::uint64_t number = 1'001'010'000'000'000 + (lots >> 40U) % 700 * (lots >> 62U);
    if ((lots >> 33U) % 3 == 0) {
      ASSERT_EQ(map.erase(number), right.erase(number) == 1);
    } else {
      ASSERT_EQ(map.put(number, std::to_string(i)), std::to_string(i));
      right[number] = std::to_string(i);
    }
    ASSERT_EQ(map.size(), right.size());
    const std::uint64_t other = 1'001'010'000'000'000 + (lots >> 20U) % 2'100;
    const auto at = right.find(other);
    const std::string* const found = map.find(other);
    ASSERT_EQ(found != nullptr, at != right.end());
    if (found != nullptr) {
      ASSERT_EQ(*found, at->second);
    }
  }
  map.clear();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(1'001'010'000'000'001), nullptr);
}

TEST(ImsiMap, ReferencesStayWhileOthersComeAndGo) {
  ImsiMap<int> map;
  int& kept = map.put(1'000'001, 7);
  for (std::uint64_t n = 0; n < 10'000; ++n) map.put(2'000'000 + n, 1);
  for (std::uint64_t n = 0; n < 10'000; n += 2) EXPECT_TRUE(map.erase(2'000'000 + n));
  EXPECT_EQ(&kept, map.find(1'000'001));
  EXPECT_EQ(kept, 7);
  EXPECT_FALSE(map.erase(2'000'000));
  EXPECT_FALSE(map.erase(0));
}

}  // namespace
}  // namespace baton
