// derivations.h: every key derivation by name, from hexadecimal text, for people with a calculator's need.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "keys/ledger.h"

namespace baton::app {

/// Derived is one result. A key has an id; what travels in the clear has a value only.
struct Derived {
  std::string name;
  std::optional<KeyId> id;
  std::optional<std::string> value;  ///< hexadecimal; of a key only when it was asked for
};

/// What a derivation is made from: option name without dashes, and what it takes.
struct Input {
  std::string_view option;
  std::string_view takes;
};

/// How results are named and whether keys are shown.
struct Shown {
  KeyIdKey id_key;
  bool secrets = false;
};

class Inputs;

/// Derivation is one row of the table.
struct Derivation {
  std::string_view name;
  std::string_view clause;
  std::string_view text;
  std::span<const std::string_view> options;  ///< all needed, in the order of the clause
  std::vector<Derived> (*run)(Inputs& inputs, const Shown& shown);
  std::span<const std::string_view> optional = {};  ///< not needed
};

std::span<const Derivation> derivations();
/// input describes an option that some derivation uses.
const Input& input(std::string_view option);

/// derive runs one. The error says which option is missing or what was expected of it, and no digits.
Expected<std::vector<Derived>, std::string> derive(const Derivation& derivation,
                                                   std::map<std::string, std::string, std::less<>> values,
                                                   const Shown& shown);

}  // namespace baton::app
