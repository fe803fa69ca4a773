// config.h: a YAML file as a plain tree with line numbers, and a reader that lets nothing pass unnoticed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/expected.h"
#include "runtime/input_error.h"

namespace baton::runtime {

/// A configuration is written by hand; what is larger is another file.
inline constexpr std::size_t config_file_max = std::size_t{4} << 20U;
/// Deepest nesting of a configuration is 6; the rest is room.
inline constexpr std::size_t config_depth_max = 16;
/// Maps, lists and values in one file: some 500 nodes' worth of network.
inline constexpr std::size_t config_nodes_max = 100'000;

/// ConfigNode is one value of the file and the line it stands in.
struct ConfigNode {
  enum class Kind : Byte { null, scalar, list, map };
  struct Member;

  Kind kind = Kind::null;
  std::size_t line = 0;
  std::string text;  ///< scalar: as written, "001" stays "001"
  std::vector<ConfigNode> items;
  std::vector<Member> members;  ///< map: in the order of the file
};
struct ConfigNode::Member {
  std::string key;
  std::size_t line = 0;
  ConfigNode value;
};

/// parse_yaml reads a file's text. Refused: what is no YAML, more than one document, a key twice in one
/// map, anchors and aliases (a few lines of them can mean millions of nodes), and anything past the bounds.
Expected<ConfigNode, InputErrors> parse_yaml(std::string_view file, std::string_view text);

/// load_yaml does the same with the file at `path`.
Expected<ConfigNode, InputErrors> load_yaml(const std::string& path);

/// ConfigErrors collects the mistakes of one file.
class ConfigErrors {
 public:
  explicit ConfigErrors(std::string file) : file_(std::move(file)) {}
  void add(std::size_t line, std::string field, std::string expected);
  bool empty() const { return errors_.empty(); }
  std::size_t count() const { return errors_.size(); }
  const std::string& file() const { return file_; }
  InputErrors take() { return std::move(errors_); }

 private:
  std::string file_;
  InputErrors errors_;
};

/// Section reads one map of the file. Every key must be asked for; `done` reports those that nobody knows.
/// A value that is absent or wrong comes back as nothing and is in the errors.
class Section {
 public:
  /// `path` names the section in messages, "mme[0].gummei". A node that is no map is an error at once.
  Section(const ConfigNode& node, std::string path, ConfigErrors& errors);

  std::size_t line() const { return node_->line; }
  const std::string& path() const { return path_; }
  bool has(std::string_view key) const;

  /// get reads an optional scalar with `parse`, which returns an optional; need wants it to be there.
  template <class Parse>
  auto get(std::string_view key, Parse parse, std::string_view expected) {
    return read(key, parse, expected, false);
  }
  template <class Parse>
  auto need(std::string_view key, Parse parse, std::string_view expected) {
    return read(key, parse, expected, true);
  }
  /// values reads a list of scalars; absent is an empty list. Wrong items are errors and left out.
  template <class Parse>
  auto values(std::string_view key, Parse parse, std::string_view expected) {
    std::vector<typename decltype(parse(std::string_view()))::value_type> out;
    for (const ConfigNode* item : scalars(key, expected)) {
      if (auto value = parse(std::string_view(item->text)))
        out.push_back(std::move(*value));
      else
        wrong(item->line, key, expected);
    }
    return out;
  }
  /// section reads a nested map, if it is there; need_section wants it.
  std::optional<Section> section(std::string_view key);
  std::optional<Section> need_section(std::string_view key);
  /// sections reads a list of maps; a single map counts as a list of one.
  std::vector<Section> sections(std::string_view key);

  /// wrong reports a value of this section that fits its field but not the rest.
  void wrong(std::string_view key, std::string_view expected);
  void wrong(std::size_t line, std::string_view key, std::string_view expected);
  /// done reports every key that was not asked for.
  void done();

 private:
  template <class Parse>
  auto read(std::string_view key, Parse parse, std::string_view expected, bool needed)
      -> decltype(parse(std::string_view())) {
    const ConfigNode* value = scalar(key, expected, needed);
    if (value == nullptr) return std::nullopt;
    auto out = parse(std::string_view(value->text));
    if (!out) wrong(value->line, key, expected);
    return out;
  }
  const ConfigNode* find(std::string_view key);
  const ConfigNode* scalar(std::string_view key, std::string_view expected, bool needed);
  std::vector<const ConfigNode*> scalars(std::string_view key, std::string_view expected);
  std::string name(std::string_view key) const;

  const ConfigNode* node_;
  std::string path_;
  ConfigErrors* errors_;
  std::vector<std::string> asked_;
};

}  // namespace baton::runtime
