#include "runtime/config.h"

#include <gtest/gtest.h>

#include <string>

namespace baton::runtime {
namespace {

std::optional<std::string> any(std::string_view s) { return std::string(s); }

InputErrors mistakes(const std::string& text) {
  auto tree = parse_yaml("net.yaml", text);
  return tree ? InputErrors{} : tree.why();
}

TEST(Config, KeepsScalarsAsWritten) {
  auto tree = parse_yaml("net.yaml", "mnc: 001\nport: \"7\"\nlist: [a, b]\nmap: {x: 1}\n");
  ASSERT_TRUE(tree) << to_text(tree.why());
  ASSERT_EQ(tree->members.size(), 4U);
  EXPECT_EQ(tree->members[0].value.text, "001");
  EXPECT_EQ(tree->members[1].value.text, "7");
  EXPECT_EQ(tree->members[2].value.items.size(), 2U);
  EXPECT_EQ(tree->members[3].value.members[0].line, 4U);
}

TEST(Config, RefusesAKeyTwiceInOneMap) {
  const auto all = mistakes("a: 1\nb: 2\na: 3\n");
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].to_string(), "net.yaml:3: a: expected each key once, it stands in line 1");
}

TEST(Config, SaysInWhichLineItIsNoYaml) {
  for (const std::string text : {"a: 1\nb: [1, 2\n", "a: 1\n  b: 2\n", "a: 1\n\tb: 2\n"}) {
    const auto all = mistakes(text);
    ASSERT_EQ(all.size(), 1U) << text;
    EXPECT_GE(all[0].line, 1U) << text;
  }
}

TEST(Config, RefusesAnchorsAndAliases) {
  EXPECT_EQ(mistakes("a: &x 1\nb: *x\n").size(), 1U);
  EXPECT_EQ(mistakes("a: &x [1]\n").size(), 1U);
}

TEST(Config, RefusesMoreThanOneDocumentAndNone) {
  EXPECT_EQ(mistakes("a: 1\n---\nb: 2\n").size(), 1U);
  EXPECT_EQ(mistakes("").size(), 1U);
}

TEST(Config, ReadsTheDeepestNestingAndNotOneDeeper) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_yaml("net.yaml", nested(config_depth_max)));
  EXPECT_FALSE(parse_yaml("net.yaml", nested(config_depth_max + 1)));
  EXPECT_FALSE(parse_yaml("net.yaml", nested(100'000)));
}

TEST(Config, ReadsTheLargestNumberOfValuesAndNotOneMore) {
  const auto list = [](std::size_t n) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) text += "- 1\n";
    return text;
  };
  EXPECT_TRUE(parse_yaml("net.yaml", list(config_nodes_max - 1)));
  EXPECT_FALSE(parse_yaml("net.yaml", list(config_nodes_max)));
}

TEST(Config, RefusesAFileThatIsTooLarge) {
  EXPECT_TRUE(parse_yaml("net.yaml", "a: 1\n#" + std::string(config_file_max - 6, 'x')));
  EXPECT_FALSE(parse_yaml("net.yaml", "a: 1\n#" + std::string(config_file_max - 5, 'x')));
}

TEST(Section, ReportsKeysThatNobodyAskedForAndNamesTheKnownOnes) {
  auto tree = parse_yaml("net.yaml", "name: mme1\nnmae: mme2\n");
  ASSERT_TRUE(tree);
  ConfigErrors errors("net.yaml");
  Section section(*tree, "mme", errors);
  EXPECT_EQ(section.need("name", any, "a name"), "mme1");
  section.done();
  const auto all = errors.take();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].to_string(), "net.yaml:2: mme.nmae: expected one of the keys name");
}

TEST(Section, ReportsWhatIsMissingAndWhatHasTheWrongType) {
  auto tree = parse_yaml("net.yaml", "a: [1]\nb: 1\nc: {d: 1}\n");
  ASSERT_TRUE(tree);
  ConfigErrors errors("net.yaml");
  Section section(*tree, "", errors);
  EXPECT_FALSE(section.need("gone", any, "a name"));
  EXPECT_FALSE(section.get("a", any, "a name"));
  EXPECT_TRUE(section.values("b", any, "names").empty());
  EXPECT_TRUE(section.section("c"));
  section.section("b");
  section.done();
  const auto all = errors.take();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].field, "gone");
  EXPECT_EQ(all[1].line, 1U);
  EXPECT_EQ(all[2].line, 2U);
  EXPECT_EQ(all[3].line, 2U);
}

TEST(Section, TakesASingleMapForAListOfOne) {
  auto tree = parse_yaml("net.yaml", "one: {a: 1}\ntwo:\n- {a: 1}\n- {a: 2}\n");
  ASSERT_TRUE(tree);
  ConfigErrors errors("net.yaml");
  Section section(*tree, "", errors);
  EXPECT_EQ(section.sections("one").size(), 1U);
  auto two = section.sections("two");
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[1].path(), "two[1]");
  EXPECT_EQ(two[1].need("a", any, "a number"), "2");
  section.done();
  EXPECT_TRUE(errors.empty());
}

}  // namespace
}  // namespace baton::runtime
