// story.h: what went wrong, for whoever reads a failed test.
#pragma once

#include <string>

#include "lab/cast.h"

namespace baton::lab {

/// story tells steps, outcomes and log lines in the order they came.
inline std::string story(const Cast& cast) {
  std::string out;
  for (const auto& s : cast.net.steps())
    out += std::string(s.procedure) + " " + std::string(s.id) + "  " + s.from + " -> " + s.to + "  " +
           s.text + "\n";
  for (const auto& o : cast.net.outcomes())
    out += "outcome " + std::string(o.procedure) + (o.ok ? " ok" : " failed: " + o.cause) + "\n";
  for (const auto& l : cast.net.log()) out += l.node + ": " + l.text + "\n";
  return out;
}

}  // namespace baton::lab
