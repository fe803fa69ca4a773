// tokens.h: who may what over HTTP.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/entropy.h"
#include "base/expected.h"
#include "crypto/sha256.h"

namespace baton::runtime::admin {

/// Role is what a caller may do. An operator may all that a reader may; an auditor reads the audit log and
/// nothing else; root, who comes through the local socket, may everything.
enum class Role : Byte { reader, operator_, auditor, root };
std::string_view to_string(Role role);
std::optional<Role> role_named(std::string_view name);

/// Need is what a request is.
enum class Need : Byte { nothing, read, change, audit };
bool may(Role role, Need need);

struct Caller {
  std::string name;  ///< the token's, or "uid 0"
  Role role{};
  std::string from;  ///< address, or "local"
};

/// Tokens are kept in a YAML file as hashes: who reads the file cannot use them. A file that changes is read
/// again at the next request; while it is gone or cannot be used there are no tokens.
///
///   tokens:
///     - {name: billing, role: reader, sha256: 64 hexadecimal digits}
class Tokens {
 public:
  /// Fails in words.
  static Expected<Tokens, std::string> open(const std::string& file);
  /// None at all: for who listens on a local socket only.
  Tokens() = default;

  /// whose looks at every token whichever fits, and compares in constant time.
  std::optional<Caller> whose(std::string_view token, std::string from);
  /// What went wrong with the file since this was last asked; empty when nothing did.
  std::string trouble();

  /// fresh_token is 32 random octets as text, "baton_" before them.
  static std::string fresh_token(Entropy& entropy);
  static crypto::Digest hash(std::string_view token);

 private:
  struct Entry {
    std::string name;
    Role role{};
    crypto::Digest hash{};
  };
  struct Stamp {
    std::int64_t seconds = 0, nanoseconds = 0;              ///< of its content
    std::int64_t owner_seconds = 0, owner_nanoseconds = 0;  ///< of who may read it, too
    std::int64_t size = -1;
    std::uint64_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  static Stamp stamp_of(const std::string& file);
  Expected<Ok, std::string> read();

  std::string file_;
  Stamp stamp_{};
  std::vector<Entry> entries_;
  std::string trouble_;
};

}  // namespace baton::runtime::admin
