#include "wire/diameter/framer.h"

#include <gtest/gtest.h>

#include "wire/diameter_foreign.h"

namespace baton::test {
namespace {

using namespace wire::diameter;

ByteVector octets(std::string_view digits) { return *parse_hex(digits); }

TEST(DiameterFramer, CutsAStreamHoweverItIsCutOnTheWay) {
  ByteVector stream;
  const ByteVector messages[] = {octets(foreign::cer), octets(foreign::air), octets(foreign::cea)};
  for (const auto& m : messages) stream.insert(stream.end(), m.begin(), m.end());
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{3}, std::size_t{179}, std::size_t{181}, stream.size()}) {
    StreamFramer framer;
    std::vector<ByteVector> out;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      framer.push(Bytes(stream).subspan(at, std::min(piece, stream.size() - at)));
      for (;;) {
        auto m = framer.next();
        ASSERT_TRUE(m) << m.why().to_string();
        if (!*m) break;
        out.push_back(std::move(**m));
      }
    }
    ASSERT_EQ(out.size(), 3U) << "pieces of " << piece;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(out[i], messages[i]) << i << " in pieces of " << piece;
    EXPECT_EQ(framer.waiting(), 0U);
  }
}

// take gives the same messages, and those that lie whole in a piece it does not copy.
TEST(DiameterFramer, TakesMessagesOutOfThePieceTheyCameIn) {
  ByteVector stream;
  const ByteVector messages[] = {octets(foreign::cer), octets(foreign::air), octets(foreign::cea)};
  for (const auto& m : messages) stream.insert(stream.end(), m.begin(), m.end());
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    StreamFramer framer;
    std::vector<ByteVector> out;
    for (std::size_t at = 0; at < stream.size(); at += size) {
      const Bytes whole = Bytes(stream).subspan(at, std::min(size, stream.size() - at));
      Bytes piece = whole;
      for (;;) {
        const auto m = framer.take(piece);
        ASSERT_TRUE(m) << m.why().to_string();
        if (!*m) break;
        out.emplace_back((*m)->begin(), (*m)->end());
        if (size == stream.size()) {
          EXPECT_TRUE((*m)->data() >= whole.data() && (*m)->data() < whole.data() + whole.size());
        }
      }
      EXPECT_TRUE(piece.empty());
    }
    ASSERT_EQ(out.size(), 3U) << "pieces of " << size;
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(out[i], messages[i]) << i << " in pieces of " << size;
    EXPECT_EQ(framer.waiting(), 0U);
  }
  for (const std::string_view head : {"01000000", "01000010", "01000013", "01000016", "02", "01010004"}) {
    const ByteVector bad = octets(head);
    StreamFramer at_once, by_octet;
    Bytes piece = bad;
    EXPECT_FALSE(at_once.take(piece)) << head;
    bool refused = false;
    for (const Byte b : bad) {
      Bytes one(&b, 1);
      refused = !by_octet.take(one) || refused;
    }
    EXPECT_TRUE(refused) << head << " octet by octet";
  }
}

TEST(DiameterFramer, GarbageEndsTheStreamAtItsFirstOctet) {
  StreamFramer framer;
  framer.push(octets("47"));  // the G of an HTTP request
  ASSERT_FALSE(framer.next());
  EXPECT_EQ(framer.next().why().fault, wire::Fault::unsupported);
}

TEST(DiameterFramer, LengthsBelowAHeaderOrOffTheGridEndTheStream) {
  for (const std::string_view head : {"01000000", "01000010", "01000013", "01000016"}) {
    StreamFramer framer;
    framer.push(octets(head));
    EXPECT_FALSE(framer.next()) << head;
  }
}

TEST(DiameterFramer, AMessageOfTheBoundPassesAndOneMoreDoesNot) {
  StreamFramer framer;
  ByteVector most(message_octets_max, 0);
  most[0] = 1;
  most[1] = 1;  // 0x010000
  framer.push(most);
  auto m = framer.next();
  ASSERT_TRUE(m);
  ASSERT_TRUE(*m);
  EXPECT_EQ((*m)->size(), message_octets_max);

  framer.push(octets("01010004"));
  ASSERT_FALSE(framer.next());
  EXPECT_EQ(framer.next().why().fault, wire::Fault::too_many);
}

}  // namespace
}  // namespace baton::test
