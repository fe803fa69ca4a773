// layout.h: the rows of which NAS message tables are made, and the two functions that read and write them.
//
// A message is a struct with `type`, `name`, `family` and `layout()`, the table of its clause in TS 24.301.
// The format letters are those of TS 24.007, 11.2.1.1. Mandatory rows stand first and in order; the others
// are found by their IEI. A developer who adds a message writes the struct and one line in its .cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "base/bytes.h"
#include "base/expected.h"
#include "wire/cursor.h"

namespace baton::wire::nas {

/// Family is the protocol discriminator of a message (TS 24.007, 11.2.3.1.1).
enum class Family : Byte { esm = 0x2, emm = 0x7 };

/// V: a value of the length its type fixes.
template <class M, class F>
struct V {
  std::string_view name;
  F M::*at;
};
/// Halves: two half octets, bits 1 to 4 first, as the tables of TS 24.301 list them.
template <class M, class L, class H>
struct Halves {
  std::string_view low_name;
  L M::*low;
  std::string_view high_name;
  H M::*high;
};
/// LowHalf: a half octet in bits 1 to 4 and a spare one.
template <class M, class F>
struct LowHalf {
  std::string_view name;
  F M::*at;
};
/// Lv and LvE: a value after one and after two octets of length.
template <class M, class F>
struct Lv {
  std::string_view name;
  F M::*at;
};
template <class M, class F>
struct LvE {
  std::string_view name;
  F M::*at;
};
/// TvHalf: optional; IEI and value share an octet. `iei` has its low half zero.
template <class M, class F>
struct TvHalf {
  Byte iei;
  std::string_view name;
  std::optional<F> M::*at;
};
/// Tv: optional; IEI and a value of the length its type fixes.
template <class M, class F>
struct Tv {
  Byte iei;
  std::string_view name;
  std::optional<F> M::*at;
};
/// Tlv and TlvE: optional; IEI, one or two octets of length, value.
template <class M, class F>
struct Tlv {
  Byte iei;
  std::string_view name;
  std::optional<F> M::*at;
};
template <class M, class F>
struct TlvE {
  Byte iei;
  std::string_view name;
  std::optional<F> M::*at;
};

template <class M, class F>
V(const char*, F M::*) -> V<M, F>;
template <class M, class L, class H>
Halves(const char*, L M::*, const char*, H M::*) -> Halves<M, L, H>;
template <class M, class F>
LowHalf(const char*, F M::*) -> LowHalf<M, F>;
template <class M, class F>
Lv(const char*, F M::*) -> Lv<M, F>;
template <class M, class F>
LvE(const char*, F M::*) -> LvE<M, F>;
template <class M, class F>
TvHalf(int, const char*, std::optional<F> M::*) -> TvHalf<M, F>;
template <class M, class F>
Tv(int, const char*, std::optional<F> M::*) -> Tv<M, F>;
template <class M, class F>
Tlv(int, const char*, std::optional<F> M::*) -> Tlv<M, F>;
template <class M, class F>
TlvE(int, const char*, std::optional<F> M::*) -> TlvE<M, F>;

/// encode writes a message without security header, from its protocol discriminator on.
template <class M>
ByteVector encode(const M& message);

/// decode reads one message without security header. What it refuses:
///  - another message, a security header, or a length out of bounds: `wrong_type`, `unsupported`,
///    `short_read`, `too_many`;
///  - a mandatory element that is cut off, absent or wrong: `missing_mandatory`, `bad_value`;
///  - an unknown element whose IEI says it must be understood: `unknown_mandatory`.
/// Unknown elements and repeated ones are stepped over, and an optional element that does not hold what
/// its type allows counts as absent.
//= TS 24.301, 7.5.1
//= TS 24.301, 7.6.1
//= TS 24.301, 7.6.3
//= TS 24.301, 7.7.1
template <class M>
Expected<M, Error> decode(Bytes plain);

/// describe is the message for a person: a line for each element, two spaces in front. Containers, RES and
/// options show their length only.
template <class M>
std::string describe(const M& message);

}  // namespace baton::wire::nas
