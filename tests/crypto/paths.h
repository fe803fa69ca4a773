// paths.h: runs a check on every implementation this machine has.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "crypto/path.h"

namespace baton::crypto {

/// Up to `best`, which a function of path.h names.
template <class F>
void on_each_path(Path best, F check) {
  for (const Path p : {Path::portable, Path::hardware, Path::wide}) {
    if (p > best) return;
    SCOPED_TRACE(std::string(to_string(p)) + " path");
    check(p);
  }
}

}  // namespace baton::crypto
