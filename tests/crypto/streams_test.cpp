// SNOW 3G and ZUC and the algorithms on them against published values, on each path.
#include "crypto/eea1.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia3.h"
#include "crypto/paths.h"
#include "crypto/snow3g.h"
#include "crypto/zuc.h"
#include "vectors/reader.h"

namespace baton::crypto {
namespace {

using vectors::Case;
using vectors::for_each_case;

/// What a cipher takes. `bits` is more than octets: what follows the last bit must not matter and comes out
/// zero.
struct CipherCase {
  std::array<Byte, 16> key;
  std::uint32_t count;
  Byte bearer;
  Direction direction;
  std::size_t bits;
  ByteVector data;
  ByteVector out;
  explicit CipherCase(Case& c)
      : key(c.array<16>("Key")),
        count(static_cast<std::uint32_t>(c.hex_number("COUNT"))),
        bearer(static_cast<Byte>(c.number("BEARER"))),
        direction(static_cast<Direction>(c.number("DIRECTION"))),
        bits(c.number("Bits")),
        data(c.octets("Data")),
        out(c.octets("Out")) {
    data.resize((bits + 7) / 8);
  }
};

template <class F>
void check_cipher(const char* file, F cipher) {
  for_each_case(file, [&](Case& c) {
    const CipherCase v(c);
    on_each_path(stream_path(), [&](Path p) {
      ByteVector data = v.data;
      cipher(v.key, v.count, v.bearer, v.direction, v.bits, data, p);
      EXPECT_EQ(hex(data), hex(v.out));
      cipher(v.key, v.count, v.bearer, v.direction, v.bits, data, p);
      ByteVector plain = v.data;
      if (v.bits % 8 != 0) plain.back() = static_cast<Byte>(plain.back() & (0xFF00U >> v.bits % 8));
      EXPECT_EQ(hex(data), hex(plain));
    });
  });
}

template <class F>
void check_mac(const char* file, const char* number, F mac) {
  for_each_case(file, [&](Case& c) {
    const auto key = c.array<16>("Key");
    const auto count = static_cast<std::uint32_t>(c.hex_number("COUNT"));
    const auto other = static_cast<std::uint32_t>(number[0] == 'F' ? c.hex_number(number) : c.number(number));
    const auto direction = static_cast<Direction>(c.number("DIRECTION"));
    const auto bits = c.number("Bits");
    const auto data = c.octets("Data");
    const auto out = c.octets("Out");
    on_each_path(stream_path(), [&](Path p) {
      EXPECT_EQ(hex(mac(key, count, other, direction, bits, data, p)), hex(out));
      // What follows the last bit does not count.
      ByteVector noisy = data;
      noisy.push_back(0xFF);
      if (bits % 8 != 0) noisy[bits / 8] = static_cast<Byte>(noisy[bits / 8] | 0xFFU >> bits % 8);
      EXPECT_EQ(hex(mac(key, count, other, direction, bits, noisy, p)), hex(out));
    });
  });
}

template <class F>
void check_stream(const char* file, F keystream) {
  for_each_case(file, [&](Case& c) {
    const auto key = c.array<16>("Key");
    const auto iv = c.array<16>("IV");
    const auto first = c.number("First");
    const auto stream = c.octets("Stream");
    on_each_path(stream_path(), [&](Path p) {
      ByteVector out(first + stream.size());
      keystream(key, iv, out, p);
      EXPECT_EQ(hex(Bytes(out).subspan(first)), hex(stream));
    });
  });
}

//= TS 35.216, 4; type=test
TEST(Snow3g, GivesThePublishedKeyStream) { check_stream("snow3g_ts35217.vec", snow3g_keystream); }
//= TS 35.222, 3.6; type=test
TEST(Zuc, GivesThePublishedKeyStream) { check_stream("zuc_ts35223.vec", zuc_keystream); }

//= TS 35.215, 3; type=test
TEST(Uea2, CiphersAndDeciphersThePublishedSets) { check_cipher("uea2_ts35217.vec", uea2); }
//= TS 33.401, B.1.2; type=test
TEST(Eea1, CiphersAndDeciphersThePublishedSets) { check_cipher("eea1_ts33401.vec", eea1); }
//= TS 33.401, B.1.4; type=test
TEST(Eea3, CiphersAndDeciphersThePublishedSets) { check_cipher("eea3_ts35223.vec", eea3); }

//= TS 35.215, 4; type=test
TEST(Uia2, AuthenticatesThePublishedSetsOfAnyBitLength) { check_mac("uia2_ts35217.vec", "FRESH", uia2); }
//= TS 33.401, B.2.2; type=test
TEST(Eia1, AuthenticatesThePublishedSetsOfAnyBitLength) {
  check_mac("eia1_ts33401.vec", "BEARER",
            [](auto& key, std::uint32_t count, std::uint32_t bearer, Direction d, std::size_t bits,
               Bytes data, Path p) { return eia1(key, count, static_cast<Byte>(bearer), d, bits, data, p); });
}
//= TS 33.401, B.2.4; type=test
TEST(Eia3, AuthenticatesThePublishedSetsOfAnyBitLength) {
  check_mac("eia3_ts35223.vec", "BEARER",
            [](auto& key, std::uint32_t count, std::uint32_t bearer, Direction d, std::size_t bits,
               Bytes data, Path p) { return eia3(key, count, static_cast<Byte>(bearer), d, bits, data, p); });
}

// Numbers that look random and are the same everywhere.
std::uint32_t noise(std::uint32_t& x) { return x = x * 1664525U + 1013904223U; }

TEST(Streams, ThePathsAgreeOnRandomInputOfEveryBitLength) {
  if (stream_path() == Path::portable) GTEST_SKIP() << "this processor has one path";
  std::uint32_t x = 1;
  for (std::size_t bits = 0; bits <= 520; ++bits) {
    std::array<Byte, 16> key;
    for (Byte& b : key) b = static_cast<Byte>(noise(x) >> 24U);
    ByteVector data((bits + 7) / 8);
    for (Byte& b : data) b = static_cast<Byte>(noise(x) >> 24U);
    const std::uint32_t count = noise(x);
    const auto bearer = static_cast<Byte>(noise(x) >> 27U);
    const auto direction = static_cast<Direction>(noise(x) >> 31U);
    const auto both = [&](auto cipher) {
      ByteVector a = data;
      ByteVector b = data;
      cipher(key, count, bearer, direction, bits, a, Path::portable);
      cipher(key, count, bearer, direction, bits, b, Path::hardware);
      ASSERT_EQ(hex(a), hex(b)) << bits;
    };
    both(eea1);
    both(eea3);
    ASSERT_EQ(eia1(key, count, bearer, direction, bits, data, Path::portable),
              eia1(key, count, bearer, direction, bits, data, Path::hardware))
        << bits;
    ASSERT_EQ(eia3(key, count, bearer, direction, bits, data, Path::portable),
              eia3(key, count, bearer, direction, bits, data, Path::hardware))
        << bits;
  }
}

TEST(Streams, AnyNumberOfBitsIsTheBeginningOfALongerMessageAndTheRestIsZero) {
  const std::array<Byte, 16> key{9, 8, 7};
  on_each_path(stream_path(), [&](Path p) {
    for (const auto cipher : {eea1, eea3}) {
      ByteVector longest(20, 0xA5);
      cipher(key, 77, 31, Direction::downlink, 160, longest, p);
      for (std::size_t bits = 0; bits <= 160; ++bits) {
        ByteVector data((bits + 7) / 8, 0xA5);
        cipher(key, 77, 31, Direction::downlink, bits, data, p);
        ByteVector expected(longest.begin(), longest.begin() + static_cast<std::ptrdiff_t>(data.size()));
        if (bits % 8 != 0) expected.back() = static_cast<Byte>(expected.back() & (0xFF00U >> bits % 8));
        ASSERT_EQ(hex(data), hex(expected)) << bits;
      }
    }
  });
}

// The longest packet of the user plane and more: memory is taken for it, nothing else changes.
TEST(Streams, ALongMessageIsTheSumOfItsParts) {
  const std::array<Byte, 16> key{1, 2, 3};
  constexpr std::size_t octets = 9000;
  on_each_path(stream_path(), [&](Path p) {
    ByteVector whole(octets);
    eea1(key, 5, 1, Direction::uplink, 8 * octets, whole, p);
    ByteVector start(2048);
    eea1(key, 5, 1, Direction::uplink, 8 * start.size(), start, p);
    EXPECT_EQ(hex(Bytes(whole).first(start.size())), hex(start));
    EXPECT_EQ(eia3(key, 5, 1, Direction::uplink, 8 * octets, whole, p),
              eia3(key, 5, 1, Direction::uplink, 8 * octets, whole, Path::portable));
  });
}

TEST(Streams, EveryInputChangesTheCode) {
  const std::array<Byte, 16> key{1};
  const ByteVector data(20, 0x11);
  on_each_path(stream_path(), [&](Path p) {
    for (const auto code : {eia1, eia3}) {
      const MacI mac = code(key, 5, 3, Direction::uplink, 160, data, p);
      EXPECT_NE(mac, code(key, 6, 3, Direction::uplink, 160, data, p));
      EXPECT_NE(mac, code(key, 5, 4, Direction::uplink, 160, data, p));
      EXPECT_NE(mac, code(key, 5, 3, Direction::downlink, 160, data, p));
      EXPECT_NE(mac, code(key, 5, 3, Direction::uplink, 159, data, p));
      EXPECT_NE(mac, code(std::array<Byte, 16>{2}, 5, 3, Direction::uplink, 160, data, p));
      for (std::size_t bit = 0; bit < 160; ++bit) {
        ByteVector other = data;
        other[bit / 8] = static_cast<Byte>(other[bit / 8] ^ 1U << bit % 8);
        ASSERT_NE(mac, code(key, 5, 3, Direction::uplink, 160, other, p)) << bit;
      }
    }
  });
}

}  // namespace
}  // namespace baton::crypto
