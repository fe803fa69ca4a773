#include "runtime/config.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace baton::runtime {
namespace {

std::size_t line_of(const YAML::Mark& mark) {
  return mark.line < 0 ? 0 : static_cast<std::size_t>(mark.line) + 1;
}

/// Refusal carries a mistake out of the parser's callbacks; it does not leave this file.
struct Refusal {
  std::size_t line;
  std::string expected;
};

/// Builder makes our tree from the parser's events, and refuses while it grows what is out of bounds.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(ConfigErrors& errors) : errors_(errors) {}
  ConfigNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    put(mark, anchor, ConfigNode::Kind::null, {});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    put(mark, anchor, ConfigNode::Kind::scalar, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, ConfigNode::Kind::list);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, ConfigNode::Kind::map);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Level {
    ConfigNode* node;
    bool key_next = true;
  };

  [[noreturn]] static void refuse_anchor(const YAML::Mark& mark) {
    throw Refusal{line_of(mark), "the value itself, anchors and aliases are not read"};
  }

  /// place returns where the next value goes, or nothing when it is a key that has been noted.
  ConfigNode* place(const YAML::Mark& mark, ConfigNode::Kind kind, const std::string& text) {
    if (++nodes_ > config_nodes_max)
      throw Refusal{line_of(mark), "at most " + std::to_string(config_nodes_max) + " values"};
    if (open_.empty()) return &root_;
    Level& level = open_.back();
    if (level.node->kind == ConfigNode::Kind::list) return &level.node->items.emplace_back();
    if (!level.key_next) {
      level.key_next = true;
      return &level.node->members.back().value;
    }
    if (kind != ConfigNode::Kind::scalar) throw Refusal{line_of(mark), "a name as key"};
    auto& members = level.node->members;
    const auto same = std::find_if(members.begin(), members.end(),
                                   [&](const ConfigNode::Member& m) { return m.key == text; });
    if (same != members.end())
      errors_.add(line_of(mark), text, "each key once, it stands in line " + std::to_string(same->line));
    members.push_back({text, line_of(mark), {}});
    level.key_next = false;
    return nullptr;
  }

  ConfigNode* put(const YAML::Mark& mark, YAML::anchor_t anchor, ConfigNode::Kind kind,
                  const std::string& text) {
    if (anchor != 0) refuse_anchor(mark);
    ConfigNode* node = place(mark, kind, text);
    if (node == nullptr) return nullptr;
    node->kind = kind;
    node->line = line_of(mark);
    node->text = text;
    return node;
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, ConfigNode::Kind kind) {
    if (open_.size() >= config_depth_max)
      throw Refusal{line_of(mark), "at most " + std::to_string(config_depth_max) + " levels"};
    open_.push_back({put(mark, anchor, kind, {})});
  }

  ConfigErrors& errors_;
  ConfigNode root_;
  std::vector<Level> open_;
  std::size_t nodes_ = 0;
};

}  // namespace

Expected<ConfigNode, InputErrors> parse_yaml(std::string_view file, std::string_view text) {
  ConfigErrors errors{std::string(file)};
  if (text.size() > config_file_max)
    return Fail{InputErrors{{std::string(file), 0, "", "a file of at most 4 MB"}}};
  Builder builder(errors);
  // yaml-cpp reports by exceptions; they end here.
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) errors.add(0, "", "a configuration, the file is empty");
    if (errors.empty() && parser) {
      Builder more(errors);
      if (parser.HandleNextDocument(more)) errors.add(0, "", "one document in the file");
    }
  } catch (const Refusal& refusal) {
    errors.add(refusal.line, "", refusal.expected);
  } catch (const YAML::Exception& e) {
    errors.add(line_of(e.mark), "", "YAML (" + e.msg + ")");
  }
  if (!errors.empty()) return Fail{errors.take()};
  return builder.take();
}

Expected<ConfigNode, InputErrors> load_yaml(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text;
  if (in) {
    std::ostringstream all;
    all << in.rdbuf();
    text = std::move(all).str();
  }
  if (!in) return Fail{InputErrors{{path, 0, "", "a file that can be read"}}};
  return parse_yaml(path, text);
}

void ConfigErrors::add(std::size_t line, std::string field, std::string expected) {
  if (errors_.size() < input_errors_max)
    errors_.push_back({file_, line, std::move(field), std::move(expected)});
}

Section::Section(const ConfigNode& node, std::string path, ConfigErrors& errors)
    : node_(&node), path_(std::move(path)), errors_(&errors) {
  if (node.kind != ConfigNode::Kind::map) errors.add(node.line, path_, "a section of `key: value` lines");
}

bool Section::has(std::string_view key) const {
  return std::any_of(node_->members.begin(), node_->members.end(),
                     [&](const ConfigNode::Member& m) { return m.key == key; });
}

const ConfigNode* Section::find(std::string_view key) {
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
  for (const ConfigNode::Member& m : node_->members)
    if (m.key == key) return &m.value;
  return nullptr;
}

std::string Section::name(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const ConfigNode* Section::scalar(std::string_view key, std::string_view expected, bool needed) {
  const ConfigNode* value = find(key);
  if (value == nullptr) {
    if (needed) errors_->add(node_->line, name(key), std::string(expected) + ", the key is missing");
    return nullptr;
  }
  if (value->kind == ConfigNode::Kind::scalar) return value;
  errors_->add(value->line, name(key), std::string(expected));
  return nullptr;
}

std::vector<const ConfigNode*> Section::scalars(std::string_view key, std::string_view expected) {
  std::vector<const ConfigNode*> out;
  const ConfigNode* value = find(key);
  if (value == nullptr) return out;
  if (value->kind != ConfigNode::Kind::list) {
    errors_->add(value->line, name(key), "a list of " + std::string(expected));
    return out;
  }
  for (const ConfigNode& item : value->items) {
    if (item.kind == ConfigNode::Kind::scalar)
      out.push_back(&item);
    else
      errors_->add(item.line, name(key), std::string(expected));
  }
  return out;
}

std::optional<Section> Section::section(std::string_view key) {
  const ConfigNode* value = find(key);
  if (value == nullptr) return std::nullopt;
  return Section(*value, name(key), *errors_);
}

std::optional<Section> Section::need_section(std::string_view key) {
  if (!has(key)) errors_->add(node_->line, name(key), "this section");
  return section(key);
}

std::vector<Section> Section::sections(std::string_view key) {
  std::vector<Section> out;
  const ConfigNode* value = find(key);
  if (value == nullptr) return out;
  if (value->kind != ConfigNode::Kind::list) {
    out.emplace_back(*value, name(key), *errors_);
    return out;
  }
  for (std::size_t i = 0; i < value->items.size(); ++i)
    out.emplace_back(value->items[i], name(key) + "[" + std::to_string(i) + "]", *errors_);
  return out;
}

void Section::wrong(std::string_view key, std::string_view expected) {
  std::size_t line = node_->line;
  for (const ConfigNode::Member& m : node_->members)
    if (m.key == key) line = m.line;
  wrong(line, key, expected);
}

void Section::wrong(std::size_t line, std::string_view key, std::string_view expected) {
  errors_->add(line, name(key), std::string(expected));
}

void Section::done() {
  std::string known;
  for (const std::string& key : asked_) known += (known.empty() ? "" : ", ") + key;
  for (const ConfigNode::Member& m : node_->members)
    if (std::find(asked_.begin(), asked_.end(), m.key) == asked_.end())
      errors_->add(m.line, name(m.key), "one of the keys " + known);
}

}  // namespace baton::runtime
