// What eNBs say to each other in the lab.
#include "wire/rrc/x2.h"

#include <gtest/gtest.h>

#include <array>

namespace baton::wire::rrc {
namespace {

Kenb key() {
  std::array<Byte, Kenb::size> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<Byte>(i + 1);
  return Kenb(octets);
}

X2Request request() {
  return {7,
          {{{127, 0, 0, 4}}, 36412},
          0x01020304,
          0xE000,
          0xC000,
          key(),
          5,
          {1, 2, 3},
          {{5, {{127, 0, 0, 6}}, Teid{9}}, {6, {{127, 0, 0, 6}}, Teid{10}}}};
}

template <class M>
void expect_round_trip(M original, M same) {
  X2Message message(std::move(original));
  const ByteVector octets = encode_x2(message);
  const auto read = decode_x2(octets);
  ASSERT_TRUE(read);
  ASSERT_TRUE(std::holds_alternative<M>(*read));
  EXPECT_EQ(std::get<M>(*read), same);
}

TEST(X2StandIn, IsReadAsItIsWritten) {
  expect_round_trip(request(), request());
  expect_round_trip(X2Answer{8, ByteVector{4, 5}}, X2Answer{8, ByteVector{4, 5}});
  expect_round_trip(X2Answer{8, std::nullopt}, X2Answer{8, std::nullopt});
  expect_round_trip(X2Release{0xFFFF'FFFF}, X2Release{0xFFFF'FFFF});
}

TEST(X2StandIn, NothingCutOffOrAddedIsARequest) {
  X2Message message(request());
  ByteVector octets = encode_x2(message);
  for (std::size_t n = 0; n < octets.size(); ++n) EXPECT_FALSE(decode_x2(Bytes(octets).first(n))) << n;
  octets.push_back(0);
  EXPECT_FALSE(decode_x2(octets));
}

TEST(X2StandIn, WhatCannotBeIsRefused) {
  X2Request m = request();
  m.ncc = 8;
  X2Message message(std::move(m));
  EXPECT_FALSE(decode_x2(encode_x2(message)));
  EXPECT_FALSE(decode_x2(ByteVector{0x43, 0, 0, 0, 1}));
  EXPECT_FALSE(decode_x2(ByteVector{X2Release::type, 0, 0, 0, 1, 0}));
  EXPECT_FALSE(decode_x2({}));
  X2Request full = request();
  full.bearers.resize(12);
  X2Message twelve(std::move(full));
  EXPECT_FALSE(decode_x2(encode_x2(twelve)));
}

}  // namespace
}  // namespace baton::wire::rrc
