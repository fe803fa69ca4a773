// table.h: what a row of a message's table says.
#pragma once

#include <string_view>
#include <vector>

#include "wire/s1ap/codes.h"

namespace baton::wire::s1ap {

/// Outline is the head of a message's table.
struct Outline {
  Procedure procedure{};
  PduType type{};
  Criticality criticality{};  ///< of the procedure
  std::string_view name;      ///< as in TS 36.413, 9.1
};

// A table is a template of its own message, so that only who encodes or decodes pays for it: every source of
// the nodes includes every message.
//
// The rows. A message is an aggregate with one member per row, in the order of the rows: the decoder
// collects the rows' values and then makes the message of them, so that a message is never half filled
// and its values need no default.

/// Required is an IE of presence M.
template <class M, class F>
struct Required {
  IeId id;
  Criticality criticality;
  std::string_view name;
  F M::*at;
};
/// Optional is an IE of presence O or C. The member is an std::optional, or a vector for a list, which
/// is absent when empty.
template <class M, class F>
struct Optional {
  IeId id;
  Criticality criticality;
  std::string_view name;
  F M::*at;
};
/// Assumed is an IE of presence M and criticality ignore without which the procedure goes on
/// (TS 36.413, 10.3.5): what is read instead stands in the row.
template <class M, class F>
struct Assumed {
  IeId id;
  std::string_view name;
  F M::*at;
  F instead;
  static constexpr Criticality criticality = Criticality::ignore;
};
/// RequiredItems is a list of presence M, 1 to `erabs_max`, whose every item is an element with an id and a
/// criticality of its own.
template <class M, class E>
struct RequiredItems {
  IeId id;
  Criticality criticality;
  std::string_view name;
  std::vector<E> M::*at;
  IeId item;
  Criticality item_criticality;
};
/// OptionalItems is the same of presence O: absent when empty.
template <class M, class E>
struct OptionalItems {
  IeId id;
  Criticality criticality;
  std::string_view name;
  std::vector<E> M::*at;
  IeId item;
  Criticality item_criticality;
};
// clang 14 has no deduction for aggregates.
template <class M, class F>
Required(IeId, Criticality, std::string_view, F M::*) -> Required<M, F>;
template <class M, class F>
Optional(IeId, Criticality, std::string_view, F M::*) -> Optional<M, F>;
template <class M, class F, class D>
Assumed(IeId, std::string_view, F M::*, D) -> Assumed<M, F>;
template <class M, class E>
RequiredItems(IeId, Criticality, std::string_view, std::vector<E> M::*, IeId, Criticality)
    -> RequiredItems<M, E>;
template <class M, class E>
OptionalItems(IeId, Criticality, std::string_view, std::vector<E> M::*, IeId, Criticality)
    -> OptionalItems<M, E>;

}  // namespace baton::wire::s1ap
