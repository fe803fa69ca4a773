// paths.h: runs a check on every implementation this machine has.
#pragma once

#include <gtest/gtest.h>

#include "crypto/path.h"

namespace baton::crypto {

template <class F>
void on_each_path(Path best, F check) {
  {
    SCOPED_TRACE("portable path");
    check(Path::portable);
  }
  if (best == Path::portable) return;
  SCOPED_TRACE("hardware path");
  check(best);
}

}  // namespace baton::crypto
