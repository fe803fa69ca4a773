// table.h: what a row of a message's table says.
#pragma once

#include <string_view>

#include "wire/s1ap/codes.h"

namespace baton::wire::s1ap {

/// Outline is the head of a message's table.
struct Outline {
  Procedure procedure{};
  PduType type{};
  Criticality criticality{};  ///< of the procedure
  std::string_view name;      ///< as in TS 36.413, 9.1
};

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
// clang 14 has no deduction for aggregates.
template <class M, class F>
Required(IeId, Criticality, std::string_view, F M::*) -> Required<M, F>;
template <class M, class F>
Optional(IeId, Criticality, std::string_view, F M::*) -> Optional<M, F>;
template <class M, class F, class D>
Assumed(IeId, std::string_view, F M::*, D) -> Assumed<M, F>;

}  // namespace baton::wire::s1ap
