// rows.h: what a command's or a Grouped AVP's table is made of.
//
// A structure lists one row for each of its members, in the members' order:
//   Fixed     < AVP >      present, written first
//   Required  { AVP }      present
//   Optional  [ AVP ]      at most once
//   Many      * [ AVP ]    between `min` and `max` times
// Encoder, decoder and the answers to bad input follow from the rows (codec.h). Rows are written in the
// grammar's order; what arrives may come in any order, as RFC 6733, 3.2 has it.
#pragma once

#include <optional>
#include <vector>

#include "wire/diameter/avp.h"
#include "wire/diameter/limits.h"

namespace baton::wire::diameter {

template <class M, class F>
struct Fixed {
  const AvpDef& def;
  F M::*at;
};
template <class M, class F>
Fixed(const AvpDef&, F M::*) -> Fixed<M, F>;

template <class M, class F>
struct Required {
  const AvpDef& def;
  F M::*at;
};
template <class M, class F>
Required(const AvpDef&, F M::*) -> Required<M, F>;

template <class M, class F>
struct Optional {
  const AvpDef& def;
  std::optional<F> M::*at;
};
template <class M, class F>
Optional(const AvpDef&, std::optional<F> M::*) -> Optional<M, F>;

template <class M, class F>
struct Many {
  const AvpDef& def;
  std::vector<F> M::*at;
  std::size_t min = 0;
  std::size_t max = avp_repeats_max;
};
template <class M, class F>
Many(const AvpDef&, std::vector<F> M::*) -> Many<M, F>;
template <class M, class F>
Many(const AvpDef&, std::vector<F> M::*, int) -> Many<M, F>;
template <class M, class F>
Many(const AvpDef&, std::vector<F> M::*, int, std::size_t) -> Many<M, F>;

}  // namespace baton::wire::diameter
