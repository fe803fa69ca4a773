// reader.h: reads the files of tests/vectors: sections in brackets, one `Key = Value` a line, # comments.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace baton::vectors {

/// Case is one section. It remembers which of its keys were asked for: one that nobody read is an error,
/// and so is one that is missing or not of the form asked for.
class Case {
 public:
  Case(std::string file, std::string name) : where_(std::move(file) + " [" + name + "]") {}
  const std::string& where() const { return where_; }

  bool has(const std::string& key) const { return values_.count(key) > 0; }
  std::string text(const std::string& key) {
    read_.insert(key);
    const auto found = values_.find(key);
    if (found == values_.end()) ADD_FAILURE() << where_ << ": no " << key;
    return found == values_.end() ? std::string() : found->second;
  }
  ByteVector octets(const std::string& key) {
    const auto parsed = parse_hex(text(key));
    if (!parsed) ADD_FAILURE() << where_ << ": " << key << " is not hexadecimal";
    return parsed.value_or(ByteVector());
  }
  template <std::size_t N>
  std::array<Byte, N> array(const std::string& key) {
    const ByteVector v = octets(key);
    std::array<Byte, N> out{};
    if (v.size() == N)
      std::copy(v.begin(), v.end(), out.begin());
    else
      ADD_FAILURE() << where_ << ": " << key << " is not " << N << " octets";
    return out;
  }
  unsigned long number(const std::string& key) { return std::stoul("0" + text(key)); }
  unsigned long hex_number(const std::string& key) { return std::stoul("0" + text(key), nullptr, 16); }

  void set(const std::string& key, std::string value) {
    if (!values_.emplace(key, std::move(value)).second) ADD_FAILURE() << where_ << ": " << key << " twice";
  }
  void expect_all_read() const {
    for (const auto& [key, value] : values_)
      if (read_.count(key) == 0) ADD_FAILURE() << where_ << ": nobody read " << key;
  }

 private:
  std::string where_;
  std::map<std::string, std::string> values_;
  std::set<std::string> read_;
};

inline std::vector<Case> read(const std::string& file) {
  std::ifstream in(std::string(BATON_SOURCE_DIR) + "/tests/vectors/" + file);
  std::vector<Case> cases;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    const auto equals = line.find(" =");  // the value may be empty
    if (line.front() == '[' && line.back() == ']')
      cases.emplace_back(file, line.substr(1, line.size() - 2));
    else if (equals != std::string::npos && !cases.empty())
      cases.back().set(line.substr(0, equals), line.substr(std::min(equals + 3, line.size())));
    else
      ADD_FAILURE() << file << ": cannot read \"" << line << "\"";
  }
  return cases;
}

/// for_each_case runs `check` on every section; a file without any is a failure.
template <class F>
void for_each_case(const std::string& file, F check) {
  auto cases = read(file);
  if (cases.empty()) ADD_FAILURE() << file << ": no cases";
  for (Case& c : cases) {
    SCOPED_TRACE(c.where());
    check(c);
    c.expect_all_read();
  }
}

}  // namespace baton::vectors
