// input_error.h: what is wrong with a file that a person wrote.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace baton::runtime {

/// InputError names one place of a file and what was expected there. It never holds what stood there: a
/// column that slipped puts a key where a name should be.
struct InputError {
  std::string file;
  std::size_t line = 0;  ///< from 1; 0 when the file as a whole is meant
  std::string field;     ///< column or configuration key; empty when a whole line is meant
  std::string expected;  ///< what should stand there

  /// "etc/subscribers.csv:3: Key: expected 32 hexadecimal digits, found 30 characters"
  std::string to_string() const;
  friend bool operator==(const InputError&, const InputError&) = default;
};

/// InputErrors are the mistakes of one file in the order of its lines, at most `input_errors_max`.
using InputErrors = std::vector<InputError>;

/// A file of another kind is wrong in every line; twenty are enough to see that.
inline constexpr std::size_t input_errors_max = 20;

/// to_text is one line for each mistake.
std::string to_text(const InputErrors& errors);

}  // namespace baton::runtime
