#include "runtime/admin/tokens.h"

#include <sys/stat.h>

#include <array>
#include <set>
#include <utility>

#include "base/secret.h"
#include "runtime/admin/limits.h"
#include "runtime/config.h"
#include "runtime/topology_values.h"

namespace baton::runtime::admin {
namespace {

constexpr std::array roles{std::pair{Role::reader, std::string_view("reader")},
                           std::pair{Role::operator_, std::string_view("operator")},
                           std::pair{Role::auditor, std::string_view("auditor")}};

std::optional<crypto::Digest> digest(std::string_view text) {
  const auto octets = text.find(' ') == std::string_view::npos ? parse_hex(text) : std::nullopt;
  crypto::Digest out{};
  if (!octets || octets->size() != out.size()) return std::nullopt;
  std::copy(octets->begin(), octets->end(), out.begin());
  return out;
}

}  // namespace

std::string_view to_string(Role role) {
  for (const auto& [r, name] : roles)
    if (r == role) return name;
  return "root";
}

std::optional<Role> role_named(std::string_view name) {
  for (const auto& [r, n] : roles)
    if (n == name) return r;
  return std::nullopt;  // nobody is root by a token
}

bool may(Role role, Need need) {
  switch (need) {
    case Need::nothing: return true;
    case Need::read: return role != Role::auditor;
    case Need::change: return role == Role::operator_ || role == Role::root;
    case Need::audit: return role == Role::auditor || role == Role::root;
  }
  return false;
}

Expected<Tokens, std::string> Tokens::open(const std::string& file) {
  Tokens out;
  out.file_ = file;
  const auto read = out.read();
  if (!read) return Fail{read.why()};
  return out;
}

Tokens::Stamp Tokens::stamp_of(const std::string& file) {
  struct stat there {};
  if (::stat(file.c_str(), &there) != 0) return {};
  return {there.st_mtim.tv_sec,  there.st_mtim.tv_nsec, there.st_ctim.tv_sec,
          there.st_ctim.tv_nsec, there.st_size,         there.st_ino};
}

Expected<Ok, std::string> Tokens::read() {
  stamp_ = stamp_of(file_);
  auto tree = load_yaml(file_);
  if (!tree) return Fail{to_text(tree.why())};
  ConfigErrors errors(file_);
  std::vector<Entry> entries;
  {
    Section top(*tree, "", errors);
    std::set<std::string> names;
    for (Section& s : top.sections("tokens")) {
      auto name = s.need("name", topology_values::node_name, "a name of letters, digits, hyphens and dots");
      const auto role = s.need("role", role_named, "reader, operator or auditor");
      const auto hash = s.need("sha256", digest, "64 hexadecimal digits");
      s.done();
      if (!name || !role || !hash) continue;
      if (!names.insert(*name).second) s.wrong("name", "each name once");
      entries.push_back({std::move(*name), *role, *hash});
    }
    if (entries.size() > tokens_max) top.wrong("tokens", "at most " + std::to_string(tokens_max) + " tokens");
    top.done();
  }
  if (!errors.empty()) return Fail{to_text(errors.take())};
  entries_ = std::move(entries);
  return Ok{};
}

std::optional<Caller> Tokens::whose(std::string_view token, std::string from) {
  if (!file_.empty() && stamp_of(file_) != stamp_)
    if (const auto again = read(); !again) {
      // Who takes a token away may do it with a mistake, or by taking the whole file away.
      entries_.clear();
      trouble_ = again.why();
    }
  if (token.empty() || token.size() > token_octets_max) return std::nullopt;
  const crypto::Digest presented = hash(token);
  const Entry* found = nullptr;
  for (const Entry& e : entries_)
    if (constant_time_equal(presented, e.hash)) found = &e;
  if (found == nullptr) return std::nullopt;
  return Caller{found->name, found->role, std::move(from)};
}

std::string Tokens::trouble() { return std::exchange(trouble_, {}); }

std::string Tokens::fresh_token(Entropy& entropy) {
  std::array<Byte, 32> octets{};
  entropy.fill(octets);
  std::string out = "baton_" + hex(octets);
  secure_wipe(octets.data(), octets.size());
  return out;
}

crypto::Digest Tokens::hash(std::string_view token) {
  return crypto::sha256(Bytes(reinterpret_cast<const Byte*>(token.data()), token.size()));
}

}  // namespace baton::runtime::admin
