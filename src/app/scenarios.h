// scenarios.h: what can be played in the lab by name.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace baton::lab {
class Cast;
}

namespace baton::app {

/// Act is one thing that happens in a scenario and whether it went as it should.
struct Act {
  std::string_view text;
  bool (*play)(lab::Cast& cast);
};

/// Scenario is a list of acts played by one HSS, MMEs with two eNBs each, one UPE and UEs on invented time.
struct Scenario {
  std::string_view name;
  std::string_view text;
  std::size_t ues;
  std::size_t mmes;
  std::span<const Act> acts;
};

std::span<const Scenario> scenarios();

}  // namespace baton::app
