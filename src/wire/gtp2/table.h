// table.h: how a GTPv2-C message is written down: one row for each information element.
#pragma once

#include <string_view>

#include "wire/gtp2/values.h"

namespace baton::wire::gtp2 {

/// Presence of an element (TS 29.274, 6.1.1). A mandatory or conditional element that cannot be read
/// fails the message; an optional one is treated as absent (TS 29.274, 7.7.7, 7.7.8).
enum class Presence : Byte { m, c, o };

// A table is a template of its own message, so that only who encodes or decodes pays for it: every source of
// the nodes includes every message.

/// Row is one information element: the member is T (m), std::optional<T> (c, o) or std::vector<T>
/// (m: at least one; bounded by `most`). Elements of the same type and instance past the bound are
/// stepped over (TS 29.274, 7.7.11).
template <class M, class F>
struct Row {
  IeId id;
  Presence presence;
  std::string_view name;
  F M::*at;
  std::size_t most = 1;
};
template <class M, class F>
Row(IeId, Presence, const char*, F M::*) -> Row<M, F>;
template <class M, class F>
Row(IeId, Presence, const char*, F M::*, std::size_t) -> Row<M, F>;

}  // namespace baton::wire::gtp2
