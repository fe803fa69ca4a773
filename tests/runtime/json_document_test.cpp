// JSON from outside: what is read, how deep it may be, and that hostile nesting ends nothing.
#include "runtime/json_document.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "runtime/import.h"

namespace baton::runtime {
namespace {

std::string nested(std::size_t levels, const std::string& open, const std::string& inside,
                   const std::string& close) {
  std::string out;
  for (std::size_t n = 0; n < levels; ++n) out += open;
  out += inside;
  for (std::size_t n = 0; n < levels; ++n) out += close;
  return out;
}

TEST(JsonDocument, reads_what_the_library_reads) {
  for (const char* text :
       {R"({"a":[1,-2,3.5,true,false,null,"x\"\u00e9\n"],"b":{"c":{},"d":[]},"e":""})", "[]", "5", "\"x\"",
        " null ", R"([[1],[[2]],{"k":[{"k":1}]}])", "18446744073709551615"}) {
    const Json read = parse_json(text);
    ASSERT_FALSE(read.is_discarded()) << text;
    EXPECT_EQ(read, Json::parse(text)) << text;
  }
  EXPECT_EQ(parse_json(R"({"a":{"b":1},"c":2,"a":3})"), Json::parse(R"({"a":3,"c":2})"))
      << "the last one counts";
}

TEST(JsonDocument, refuses_what_is_none) {
  for (const char* text : {"", " ", "{", "[", "]", "{\"a\":", "{\"a\":\"465b5c", "[1,]", "{\"a\" 1}", "[1] 2",
                           "nul", "\"\xFF\"", "\"\xED\xA0\x80\"", "01", "{1:2}"})
    EXPECT_TRUE(parse_json(text).is_discarded()) << text;
}

TEST(JsonDocument, refuses_one_level_too_many_and_a_million) {
  EXPECT_FALSE(parse_json(nested(json_depth_max, "[", "1", "]")).is_discarded());
  EXPECT_FALSE(parse_json(nested(json_depth_max, "{\"a\":", "1", "}")).is_discarded());
  EXPECT_FALSE(parse_json("[" + nested(json_depth_max - 1, "[", "", "]") + ",[],[[]]]").is_discarded())
      << "levels, not lists";
  for (const std::size_t levels : {json_depth_max + 1, std::size_t{1'000'000}}) {
    EXPECT_TRUE(parse_json(nested(levels, "[", "", "]")).is_discarded());
    EXPECT_TRUE(parse_json(nested(levels, "{\"a\":", "1", "}")).is_discarded());
    EXPECT_TRUE(parse_json(nested(levels, "[", "", "")).is_discarded());
  }
}

TEST(JsonDocument, wipes_every_string_at_every_level) {
  Json document = parse_json(R"({"k":"465b5c","a":[{"b":["cd63cb"]},"8baf"],"n":5})");
  wipe(document);
  const auto zeros = [](std::size_t n) { return std::string(n, '\0'); };
  EXPECT_EQ(document["k"], zeros(6));
  EXPECT_EQ(document["a"][0]["b"][0], zeros(6));
  EXPECT_EQ(document["a"][1], zeros(4));
  EXPECT_EQ(document["n"], 5);
}

TEST(JsonDocument, an_importer_refuses_deep_documents_by_their_line) {
  // Inside the bound on a document's octets: only its depth is against it.
  const std::string deep = "{\"imsi\":" + nested(30'000, "[", "", "]") + "}";
  ASSERT_LE(deep.size(), import_document_max);
  const auto read = parse_subscribers("file", "\n" + deep);
  ASSERT_FALSE(read);
  ASSERT_EQ(read.why().size(), 1u);
  EXPECT_EQ(read.why().front().line, 2u);
  EXPECT_EQ(read.why().front().expected, "a JSON document of at most 16 levels");
}

}  // namespace
}  // namespace baton::runtime
