// Strings, lists and open types of the ALIGNED variant of PER.
#include <gtest/gtest.h>

#include "wire/per/per.h"

namespace baton::wire::per {
namespace {

ByteVector pattern(std::size_t n) {
  ByteVector out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<Byte>(i * 7 + i / 251);
  return out;
}

constexpr std::size_t k = 1024;
const std::size_t edges[] = {0,          1,          127,         128,          129,        255,
                             16 * k - 1, 16 * k,     16 * k + 1,  32 * k - 1,   32 * k,     32 * k + 1,
                             48 * k,     48 * k + 1, 64 * k - 1,  64 * k,       64 * k + 1, 80 * k,
                             96 * k + 5, 128 * k,    128 * k + 1, 144 * k + 127};

//= X.691, 11.9.3.5 to 11.9.3.8; type=test
TEST(PerString, every_length_at_the_edges_of_fragmentation_comes_back) {
  for (const std::size_t n : edges) {
    const ByteVector in = pattern(n);
    Writer w;
    w.bit(true);
    w.octet_string(in, {});
    w.bit(true);
    const ByteVector octets = w.done();
    Reader r("test", octets);
    ASSERT_TRUE(*r.bit("before"));
    auto out = r.octet_string("string", {});
    ASSERT_TRUE(out) << n;
    ASSERT_EQ(*out, in) << n;
    ASSERT_TRUE(*r.bit("after"));
    ASSERT_TRUE(r.done("string"));

    Writer o;
    o.open_type(in);
    const ByteVector open = o.done();
    auto contents = Reader("test", open).open_type("open");
    ASSERT_TRUE(contents);
    ASSERT_TRUE(std::equal(contents->octets.begin(), contents->octets.end(), in.begin(), in.end()));
    ASSERT_EQ(contents->fragmented, n >= 16 * k);
  }
}

//= X.691, 11.9.3.8; type=test
TEST(PerString, length_determinants_have_the_form_of_the_standard) {
  const auto head = [](std::size_t n, std::size_t shown) {
    Writer w;
    w.octet_string(ByteVector(n), {});
    ByteVector out = w.done();
    out.resize(shown);
    return hex(out);
  };
  EXPECT_EQ(head(127, 1), "7f");
  EXPECT_EQ(head(128, 2), "8080");
  EXPECT_EQ(head(16 * k - 1, 2), "bfff");
  EXPECT_EQ(head(16 * k, 1), "c1");
  EXPECT_EQ(head(32 * k, 1), "c2");
  EXPECT_EQ(head(48 * k, 1), "c3");
  EXPECT_EQ(head(64 * k, 1), "c4");
  EXPECT_EQ(head(80 * k, 1), "c4");
  // Behind the fragments stands the length of the rest, even when it is 0.
  Writer w;
  w.octet_string(ByteVector(64 * k), {});
  const ByteVector out = w.done();
  EXPECT_EQ(out.size(), 1 + 64 * k + 1);
  EXPECT_EQ(out.back(), 0);
}

TEST(PerString, fragment_heads_that_the_standard_does_not_have_are_refused) {
  for (const Byte head : {Byte{0xC0}, Byte{0xC5}, Byte{0xC6}, Byte{0xFF}}) {
    ByteVector in(100'000);
    in[0] = head;
    EXPECT_EQ(Reader("test", in).octet_string("string", {}).why().fault, Fault::bad_value);
    EXPECT_EQ(Reader("test", in).open_type("open").why().fault, Fault::bad_value);
  }
}

TEST(PerString, a_string_cut_at_any_octet_is_a_short_read) {
  for (const std::size_t n : {1UL, 127UL, 128UL, 16 * k, 16 * k + 1, 80 * k + 3}) {
    Writer w;
    w.octet_string(pattern(n), {});
    const ByteVector octets = w.done();
    const std::size_t step = octets.size() > 1000 ? 997 : 1;
    for (std::size_t cut = 0; cut < octets.size(); cut += step) {
      const Bytes in = Bytes(octets).first(cut);
      ASSERT_EQ(Reader("test", in).octet_string("string", {}).why().fault, Fault::short_read)
          << n << " " << cut;
      ASSERT_EQ(Reader("test", in).open_type("open").why().fault, Fault::short_read);
    }
  }
}

TEST(PerString, what_fragments_add_up_to_is_bounded) {
  const auto fragments = [](std::size_t octets) {
    Writer w;
    w.octet_string(ByteVector(octets), {});
    return w.done();
  };
  const ByteVector on = fragments(joined_octets_max), past = fragments(joined_octets_max + 1);
  EXPECT_TRUE(Reader("test", on).octet_string("string", {}));
  EXPECT_TRUE(Reader("test", on).open_type("open"));
  EXPECT_EQ(Reader("test", past).octet_string("string", {}).why().fault, Fault::too_many);
  EXPECT_EQ(Reader("test", past).open_type("open").why().fault, Fault::too_many);
}

//= X.691, 17; type=test
TEST(PerString, octet_strings_are_aligned_by_their_constraint) {
  const auto after_bit = [](Bytes b, Size size) {
    Writer w;
    w.bit(true);
    w.octet_string(b, size);
    return hex(w.done());
  };
  EXPECT_EQ(after_bit(*parse_hex("ff"), {1, 1}), "ff80");          // 8 bits: not aligned
  EXPECT_EQ(after_bit(*parse_hex("0102"), {2, 2}), "808100");      // 16 bits: not aligned
  EXPECT_EQ(after_bit(*parse_hex("010203"), {3, 3}), "80010203");  // 24 bits: aligned, no length
  EXPECT_EQ(after_bit(*parse_hex("010203"), {3, 8}), "80010203");  // three bits of length, aligned
  EXPECT_EQ(after_bit(*parse_hex("01020304"), {3, 8}), "9001020304");
  EXPECT_EQ(after_bit({}, {0, 8}), "80");                          // nothing to align
  EXPECT_EQ(after_bit(*parse_hex("01"), {0, 300}), "80000101");    // two octets of length
  EXPECT_EQ(after_bit(*parse_hex("01"), {0, 100'000}), "800101");  // bound past 64K: general length
  EXPECT_EQ(after_bit(*parse_hex("0102"), {2, 2, true}), "804080");
  EXPECT_EQ(after_bit(*parse_hex("010203"), {2, 2, true}), "c003010203");  // outside the root
}

TEST(PerString, lengths_outside_the_constraint_are_refused) {
  for (std::uint64_t hi = 3; hi < 300; hi += 7) {
    for (const std::size_t n : {std::size_t{2}, static_cast<std::size_t>(hi) + 1}) {
      Writer w;
      w.octet_string(ByteVector(n, 1), {0, 1000});
      const ByteVector octets = w.done();
      Reader r("test", octets);
      auto length = r.whole("length", 0, 1000);
      ASSERT_EQ(*length, n);
    }
    // The bits of a constrained length that has room above hi.
    const unsigned width = static_cast<unsigned>(std::bit_width(hi - 3));
    if (hi - 3 >= 255 || (std::uint64_t{1} << width) - 1 == hi - 3) continue;
    Writer w;
    w.bits((std::uint64_t{1} << width) - 1, width);
    w.octets(ByteVector(1000, 1));
    const ByteVector octets = w.done();
    ASSERT_EQ(Reader("test", octets).octet_string("string", {3, hi}).why().fault, Fault::bad_value);
  }
  // A general length with a bound that only the value shows.
  Writer w;
  w.octet_string(ByteVector(70'001), {});
  const ByteVector octets = w.done();
  EXPECT_EQ(Reader("test", octets).octet_string("string", {0, 70'000}).why().fault, Fault::bad_value);
  EXPECT_TRUE(Reader("test", octets).octet_string("string", {0, 70'001}));
}

//= X.691, 16; type=test
TEST(PerString, bit_strings_of_every_size_come_back) {
  const auto check = [](std::size_t n, Size size) {
    ByteVector in = pattern((n + 7) / 8);
    if (n % 8 != 0) in.back() = static_cast<Byte>(in.back() & 0xFFU << (8 - n % 8));
    Writer w;
    w.bits(0b11, 2);
    w.bit_string(in, n, size);
    w.bit(true);
    const ByteVector octets = w.done();
    Reader r("test", octets);
    ASSERT_TRUE(r.bits("before", 2));
    auto out = r.bit_string("string", size);
    ASSERT_TRUE(out) << n;
    ASSERT_EQ(*out, (BitString{n, in})) << n;
    ASSERT_TRUE(*r.bit("after")) << n;
    ASSERT_TRUE(r.done("string"));
  };
  for (std::size_t n = 0; n <= 300; ++n) {
    check(n, {n, n});
    check(n, {0, 300});
    check(n, {0, 40, true});
    check(n, {});
  }
  for (const std::size_t n : edges) check(n, {});
}

//= X.691, 16.9 to 16.11; type=test
TEST(PerString, bit_strings_are_aligned_by_their_constraint) {
  const auto after_bit = [](Bytes b, std::size_t n, Size size) {
    Writer w;
    w.bit(true);
    w.bit_string(b, n, size);
    return hex(w.done());
  };
  EXPECT_EQ(after_bit(*parse_hex("ffff"), 16, {16, 16}), "ffff80");      // not aligned
  EXPECT_EQ(after_bit(*parse_hex("ffff80"), 17, {17, 17}), "80ffff80");  // aligned
  EXPECT_EQ(after_bit(*parse_hex("0a000001"), 32, {1, 160, true}), "87c00a000001");
  EXPECT_EQ(after_bit(*parse_hex("ffff"), 16, {16, 16, true}), "bfffc0");
}

TEST(PerString, a_printable_string_keeps_to_its_set) {
  for (unsigned c = 0; c < 256; ++c) {
    Writer w;
    w.octet_string(ByteVector{static_cast<Byte>(c)}, {1, 150, true});
    const ByteVector octets = w.done();
    auto out = Reader("test", octets).printable_string("name", {1, 150, true});
    ASSERT_EQ(static_cast<bool>(out), is_printable(static_cast<char>(c))) << c;
  }
  unsigned printable = 0;
  for (unsigned c = 0; c < 256; ++c) printable += is_printable(static_cast<char>(c)) ? 1 : 0;
  EXPECT_EQ(printable, 74U);  // X.680, 41.4
}

TEST(PerString, lists_outside_their_bounds_are_refused) {
  for (std::uint64_t hi = 1; hi < 600; ++hi) {
    for (const std::uint64_t n : {std::uint64_t{1}, hi}) {
      Writer w;
      w.count(static_cast<std::size_t>(n), {1, hi});
      const ByteVector octets = w.done();
      auto got = Reader("test", octets).count("list", {1, hi});
      ASSERT_TRUE(got) << n << " of " << hi;
      ASSERT_EQ(*got, n);
    }
    // One past the bound, where its field has room for it.
    const std::uint64_t top = hi - 1;
    const unsigned width = top < 256 ? static_cast<unsigned>(std::bit_width(top)) : 16;
    if (hi >> width != 0) continue;
    Writer w;
    w.bits(hi, width);
    const ByteVector octets = w.done();
    ASSERT_EQ(Reader("test", octets).count("list", {1, hi}).why().fault, Fault::too_many) << hi;
  }
  EXPECT_EQ(Reader("test", *parse_hex("c1")).count("list", {0, 100'000}).why().fault, Fault::too_many);
  EXPECT_EQ(Reader("test", *parse_hex("80")).count("list", {0, 4, true}).why().fault, Fault::too_many);
}

//= X.691, 19.7 to 19.9; type=test
TEST(PerString, extension_additions_are_stepped_over) {
  for (const std::size_t n : {1UL, 2UL, 63UL, 64UL, 65UL, 130UL}) {
    for (const std::size_t present : {std::size_t{1}, n}) {
      Writer w;
      if (n <= 64) {
        w.bit(false);
        w.bits(n - 1, 6);
      } else {
        w.bit(true);
        w.align();
        if (n < 128) {
          w.bits(n, 8);
        } else {
          w.bits(0x8000U | n, 16);
        }
      }
      for (std::size_t i = 0; i < n; ++i) w.bit(i >= n - present);
      for (std::size_t i = 0; i < present; ++i) w.open_type(ByteVector(i % 5 + 1, 0xEE));
      w.bits(0b10110, 5);
      const ByteVector octets = w.done();
      Reader r("test", octets);
      ASSERT_TRUE(r.skip_additions("additions")) << n;
      ASSERT_EQ(*r.bits("after", 5), 0b10110U) << n;
      ASSERT_TRUE(r.done("additions"));
      for (std::size_t cut = 0; cut + 1 < octets.size(); ++cut) {
        Reader part("test", Bytes(octets).first(cut));
        auto skipped = part.skip_additions("additions");
        ASSERT_TRUE(!skipped || !part.bits("after", 5)) << n << " cut at " << cut;
      }
    }
  }
}

TEST(PerString, octets_left_at_the_end_are_refused_and_padding_is_not) {
  const ByteVector two = *parse_hex("8000");
  Reader r("test", two);
  ASSERT_TRUE(r.bit("v"));
  EXPECT_EQ(r.done("v").why().fault, Fault::trailing_bytes);
  Reader one("test", Bytes(two).first(1));
  ASSERT_TRUE(one.bit("v"));
  EXPECT_TRUE(one.done("v"));
  // An encoding of no bits is one octet.
  EXPECT_EQ(hex(Writer().done()), "00");
  EXPECT_TRUE(Reader("test", Bytes(two).first(1)).done("v"));
  EXPECT_FALSE(Reader("test", two).done("v"));
}

TEST(PerString, every_cut_of_every_primitive_is_an_error_or_a_value) {
  Writer w;
  w.bits(0b101, 3);
  w.whole(70'000, 0, 100'000);
  w.octet_string(pattern(200), {0, 300});
  w.bit_string(pattern(20), 157, {1, 160, true});
  w.printable_string("mme1", {1, 150, true});
  w.index({3, false}, 5, true);
  w.open_type(pattern(300));
  w.normally_small(500);
  const ByteVector octets = w.done();
  const auto walk = [](Bytes in) {
    Reader r("test", in);
    return r.bits("a", 3) && r.whole("b", 0, 100'000) && r.octet_string("c", {0, 300}) &&
           r.bit_string("d", {1, 160, true}) && r.printable_string("e", {1, 150, true}) &&
           r.index("f", 5, true) && r.open_type("g") && r.normally_small("h") && r.done("i");
  };
  ASSERT_TRUE(walk(octets));
  for (std::size_t n = 0; n < octets.size(); ++n) ASSERT_FALSE(walk(Bytes(octets).first(n))) << n;
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    ByteVector flipped = octets;
    flipped[bit / 8] = static_cast<Byte>(flipped[bit / 8] ^ 0x80U >> bit % 8);
    (void)walk(flipped);
  }
}

}  // namespace
}  // namespace baton::wire::per
