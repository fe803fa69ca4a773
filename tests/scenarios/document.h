// document.h: what a page of the documentation says, for tests that hold it to it.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace baton::lab {

/// document is the text of a file of the tree, "docs/security.md".
inline std::string document(const std::string& path) {
  std::ifstream in(std::string(BATON_SOURCE_DIR) + "/" + path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace baton::lab
