// strong.h: numbers that are not quantities.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace baton {

/// Strong is a number with a meaning (a TEID, a stream, a token). It compares and hashes and
/// nothing else; arithmetic on it would be a mistake.
template <class Rep, class Tag>
struct Strong {
  using rep = Rep;
  Rep value{};
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;
};

}  // namespace baton

template <class Rep, class Tag>
struct std::hash<baton::Strong<Rep, Tag>> {
  std::size_t operator()(const baton::Strong<Rep, Tag>& s) const noexcept {
    return std::hash<Rep>{}(s.value);
  }
};
