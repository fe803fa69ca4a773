// Numbers of the ALIGNED variant of PER. Expected octets follow from X.691, 11.5 to 11.9, by hand.
#include <gtest/gtest.h>

#include "wire/per/per.h"

namespace baton::wire::per {
namespace {

/// After three bits of something else, so that alignment shows.
ByteVector whole_after_3_bits(std::uint64_t v, std::uint64_t lo, std::uint64_t hi) {
  Writer w;
  w.bits(0b101, 3);
  w.whole(v, lo, hi);
  return w.done();
}

//= X.691, 11.5.7; type=test
TEST(PerNumber, each_class_of_range_has_its_form) {
  struct Case {
    std::uint64_t v, lo, hi;
    const char* octets;
  };
  const Case cases[] = {
      {7, 7, 7, "a0"},                // range 1: nothing
      {1, 0, 1, "b0"},                // range 2: one bit
      {4, 0, 4, "b0"},                // range 5: three bits
      {254, 0, 254, "bfc0"},          // range 255: eight bits, not aligned
      {255, 0, 255, "a0ff"},          // range 256: one aligned octet
      {300, 45, 300, "a0ff"},         // the same with an offset
      {256, 0, 256, "a00100"},        // range 257: two aligned octets
      {65535, 0, 65535, "a0ffff"},    // range 65536: still two
      {65536, 0, 65536, "b0010000"},  // range 65537: length 1..3 in two bits (10), three octets
      {0, 0, 65536, "a000"},          // the same, one octet
      {0, 0, 0xFFFFFFFF, "a000"},     // 32 bits: length 1..4 in two bits
      {0x12345678, 0, 0xFFFFFFFF, "b812345678"},
      {10'000'000'000, 0, 10'000'000'000, "b002540be400"},  // length 1..5 in three bits (100)
      {UINT64_MAX, 0, UINT64_MAX, "bcffffffffffffffff"},    // length 1..8 in three bits (111)
  };
  for (const Case& c : cases) {
    EXPECT_EQ(hex(whole_after_3_bits(c.v, c.lo, c.hi)), c.octets) << c.v << " in " << c.lo << ".." << c.hi;
  }
}

TEST(PerNumber, every_edge_of_every_range_comes_back) {
  std::vector<std::uint64_t> widths;
  for (unsigned b = 0; b < 64; ++b)
    for (const std::int64_t d : {-2, -1, 0, 1, 2}) {
      const std::uint64_t v = (std::uint64_t{1} << b) + static_cast<std::uint64_t>(d);
      if (v < UINT64_MAX - 1000) widths.push_back(v);
    }
  for (std::uint64_t w = 0; w < 700; ++w) widths.push_back(w);
  for (const std::uint64_t lo : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{997}}) {
    for (const std::uint64_t width : widths) {
      const std::uint64_t hi = lo + width;
      for (const std::uint64_t v : {lo, lo + width / 2, hi > lo ? hi - 1 : hi, hi}) {
        const ByteVector octets = whole_after_3_bits(v, lo, hi);
        Reader r("test", octets);
        ASSERT_TRUE(r.bits("head", 3));
        auto got = r.whole("v", lo, hi);
        ASSERT_TRUE(got) << v << " in " << lo << ".." << hi;
        ASSERT_EQ(*got, v);
        ASSERT_TRUE(r.done("v"));
      }
    }
  }
}

TEST(PerNumber, what_lies_past_the_upper_bound_is_refused) {
  // For every range whose encoding has room for more: write with a wider type, read with the narrow one.
  for (std::uint64_t hi = 1; hi < 255; ++hi) {
    const unsigned width = static_cast<unsigned>(std::bit_width(hi));
    for (std::uint64_t v = 0; v < std::uint64_t{1} << width; ++v) {
      Writer w;
      w.bits(v, width);
      const ByteVector octets = w.done();
      Reader r("test", octets);
      auto got = r.whole("v", 0, hi);
      ASSERT_EQ(static_cast<bool>(got), v <= hi) << v << " of " << hi;
      if (!got) {
        ASSERT_EQ(got.why().fault, Fault::bad_value);
      }
    }
  }
  for (const std::uint64_t hi : {256ULL, 1000ULL, 65534ULL}) {
    Writer w;
    w.bits(hi + 1, 16);
    const ByteVector octets = w.done();
    EXPECT_EQ(Reader("test", octets).whole("v", 0, hi).why().fault, Fault::bad_value);
  }
  const ByteVector rate = *parse_hex("8002540be401");  // 10'000'000'001 where 10'000'000'000 is the most
  EXPECT_EQ(Reader("test", rate).whole("v", 0, 10'000'000'000).why().fault, Fault::bad_value);
  const ByteVector five = *parse_hex("a0000000000000");  // length 6 where 5 is the most
  EXPECT_FALSE(Reader("test", five).whole("v", 0, 10'000'000'000));
}

TEST(PerNumber, a_number_cut_anywhere_is_a_short_read) {
  for (const std::uint64_t hi : {1ULL, 100ULL, 255ULL, 256ULL, 65535ULL, 65536ULL, 0xFFFFFFFFULL}) {
    Writer w;
    w.whole(hi, 0, hi);
    const ByteVector octets = w.done();
    for (std::size_t n = 0; n < octets.size(); ++n)
      EXPECT_EQ(Reader("test", Bytes(octets).first(n)).whole("v", 0, hi).why().fault, Fault::short_read);
  }
}

//= X.691, 11.6 and 11.7; type=test
TEST(PerNumber, normally_small_and_semi_constrained_numbers_come_back) {
  for (const std::uint64_t v : std::initializer_list<std::uint64_t>{
           0, 1, 62, 63, 64, 65, 127, 128, 255, 256, 65535, 65536, 0xFFFFFFFF, UINT64_MAX - 5}) {
    Writer w;
    w.normally_small(v);
    w.semi_constrained(v, 0);
    w.semi_constrained(v + 5, 5);
    const ByteVector octets = w.done();
    Reader r("test", octets);
    EXPECT_EQ(*r.normally_small("v"), v);
    EXPECT_EQ(*r.semi_constrained("v", 0), v);
    EXPECT_EQ(*r.semi_constrained("v", 5), v + 5);
    EXPECT_TRUE(r.done("v"));
  }
  Writer small, large;
  small.normally_small(63);
  large.normally_small(64);
  EXPECT_EQ(hex(small.done()), "7e");      // 0 then 111111
  EXPECT_EQ(hex(large.done()), "800140");  // 1, aligned: length 1, 64
}

TEST(PerNumber, a_number_of_more_than_64_bits_or_of_none_is_refused) {
  EXPECT_EQ(Reader("test", *parse_hex("09010000000000000000")).semi_constrained("v", 0).why().fault,
            Fault::bad_value);
  EXPECT_EQ(Reader("test", *parse_hex("00")).semi_constrained("v", 0).why().fault, Fault::bad_value);
  EXPECT_EQ(Reader("test", *parse_hex("08ffffffffffffffff")).semi_constrained("v", 1).why().fault,
            Fault::bad_value);
  EXPECT_EQ(*Reader("test", *parse_hex("08ffffffffffffffff")).semi_constrained("v", 0), UINT64_MAX);
}

//= X.691, 13.1; type=test
TEST(PerNumber, an_extensible_integer_outside_its_root_is_unsupported_and_stepped_over) {
  Writer w;
  w.bit(true);
  w.octet_string(*parse_hex("0100"), {});
  w.bits(0b1010, 4);
  const ByteVector octets = w.done();
  Reader r("test", octets);
  EXPECT_EQ(r.integer("v", 0, 15, true).why().fault, Fault::unsupported);
  EXPECT_EQ(*r.bits("next", 4), 0b1010U);
}

//= X.691, 14 and 23; type=test
TEST(PerNumber, indexes_past_the_root_or_the_end_are_refused) {
  for (std::uint32_t root = 1; root <= 40; ++root) {
    for (const bool extensible : {false, true}) {
      for (std::uint32_t v = 0; v < root; ++v) {
        Writer w;
        w.index({v, false}, root, extensible);
        const ByteVector octets = w.done();
        auto got = Reader("test", octets).index("choice", root, extensible);
        ASSERT_TRUE(got);
        ASSERT_EQ(*got, (Index{v, false}));
      }
      // Every bit pattern of the field's width: a value or an error, never another alternative.
      const unsigned width = static_cast<unsigned>(std::bit_width(root - 1));
      for (std::uint32_t v = root; v < 1U << width; ++v) {
        Writer w;
        if (extensible) w.bit(false);
        w.bits(v, width);
        const ByteVector octets = w.done();
        ASSERT_EQ(Reader("test", octets).index("choice", root, extensible).why().fault, Fault::bad_value);
      }
    }
    Writer w;
    w.index({70, true}, root, true);
    const ByteVector octets = w.done();
    EXPECT_EQ(*Reader("test", octets).index("choice", root, true), (Index{70, true}));
  }
  // An extension index of more than 32 bits.
  EXPECT_EQ(Reader("test", *parse_hex("c0050100000000")).index("choice", 3, true).why().fault,
            Fault::bad_value);
}

}  // namespace
}  // namespace baton::wire::per
