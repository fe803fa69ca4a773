#include "runtime/input_error.h"

namespace baton::runtime {

std::string InputError::to_string() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line);
  if (!field.empty()) out += ": " + field;
  return out + ": expected " + expected;
}

std::string to_text(const InputErrors& errors) {
  std::string out;
  for (const InputError& e : errors) out += e.to_string() + "\n";
  return out;
}

}  // namespace baton::runtime
