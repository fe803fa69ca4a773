// The reader of vector files objects to what would make a test pass without testing.
#include "vectors/reader.h"

#include <gtest/gtest-spi.h>

namespace baton::vectors {
namespace {

TEST(VectorsReader, ObjectsToAFileWithoutCases) {
  EXPECT_NONFATAL_FAILURE(for_each_case("no_such_file.vec", [](Case&) {}), "no cases");
}

TEST(VectorsReader, ObjectsToAKeyNobodyRead) {
  Case c("file", "case");
  c.set("Known", "00");
  c.set("Typo", "00");
  (void)c.octets("Known");
  EXPECT_NONFATAL_FAILURE(c.expect_all_read(), "nobody read Typo");
}

TEST(VectorsReader, ObjectsToMissingRepeatedAndBrokenKeys) {
  Case c("file", "case");
  c.set("A", "0g");
  EXPECT_NONFATAL_FAILURE((void)c.text("B"), "no B");
  EXPECT_NONFATAL_FAILURE((void)c.octets("A"), "not hexadecimal");
  EXPECT_NONFATAL_FAILURE(c.set("A", "00"), "twice");
}

TEST(VectorsReader, ReadsSectionsAndValues) {
  int cases = 0;
  for_each_case("aes_cmac_rfc4493.vec", [&](Case& c) {
    ++cases;
    EXPECT_EQ(c.array<16>("Key")[0], 0x2B);
    (void)c.text("Message");
    (void)c.text("Code");
  });
  EXPECT_EQ(cases, 4);
}

}  // namespace
}  // namespace baton::vectors
