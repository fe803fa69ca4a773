// codec.h: the machinery behind the tables of layout.h. Included by the .cpp files that instantiate it.
#pragma once

#include <cassert>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/secret.h"
#include "wire/nas/causes.h"
#include "wire/nas/half_enums.h"
#include "wire/nas/identity.h"
#include "wire/nas/layout.h"
#include "wire/nas/limits.h"

namespace baton::wire::nas {

// --- elements: values of one or more octets -----------------------------------------------------

/// Element reads, writes and shows a value. Types of this folder do it themselves; the others are below.
template <class T>
struct Element {
  static constexpr std::size_t octets_min = T::octets_min;
  static constexpr std::size_t octets_max = T::octets_max;
  static std::optional<T> parse(Bytes in) { return T::parse(in); }
  static void write(Writer& w, const T& v) { v.write(w); }
  static std::string text(const T& v) { return v.text(); }
};
/// Octets that travel in the clear: RAND, AUTN, AUTS, nonces.
template <class Tag, std::size_t N>
struct Element<Public<Tag, N>> {
  static constexpr std::size_t octets_min = N;
  static constexpr std::size_t octets_max = N;
  static std::optional<Public<Tag, N>> parse(Bytes in) { return Public<Tag, N>::from(in); }
  static void write(Writer& w, const Public<Tag, N>& v) { w.bytes(v.bytes); }
  static std::string text(const Public<Tag, N>& v) { return hex(v.bytes); }
};
/// Causes: any octet.
template <class T>
requires std::is_enum_v<T>
struct Element<T> {
  static constexpr std::size_t octets_min = 1;
  static constexpr std::size_t octets_max = 1;
  static std::optional<T> parse(Bytes in) { return static_cast<T>(in[0]); }
  static void write(Writer& w, T v) { w.u8(static_cast<Byte>(v)); }
  static std::string text(T v) {
    return std::to_string(static_cast<unsigned>(v)) + " (" + std::string(to_string(v)) + ")";
  }
};
template <>
struct Element<Byte> {
  static constexpr std::size_t octets_min = 1;
  static constexpr std::size_t octets_max = 1;
  static std::optional<Byte> parse(Bytes in) { return in[0]; }
  static void write(Writer& w, Byte v) { w.u8(v); }
  static std::string text(Byte v) { return std::to_string(v); }
};
/// A GUTI where nothing else is allowed.
template <>
struct Element<Guti> {
  static constexpr std::size_t octets_min = identity_octets_max;
  static constexpr std::size_t octets_max = identity_octets_max;
  static std::optional<Guti> parse(Bytes in) {
    const auto id = EpsMobileIdentity::parse(in);
    return id && id->guti() ? std::optional<Guti>(*id->guti()) : std::nullopt;
  }
  static void write(Writer& w, const Guti& v) { EpsMobileIdentity(v).write(w); }
  static std::string text(const Guti& v) { return to_string(v); }
};
//= TS 24.301, 9.9.3.32
template <>
struct Element<Tai> {
  static constexpr std::size_t octets_min = 5;
  static constexpr std::size_t octets_max = 5;
  static std::optional<Tai> parse(Bytes in) {
    const auto plmn = PlmnId::from_wire(in.first(3));
    if (!plmn) return std::nullopt;
    return Tai{*plmn, Tac{static_cast<std::uint16_t>(in[3] << 8U | in[4])}};
  }
  static void write(Writer& w, const Tai& v) {
    w.bytes(v.plmn.wire());
    w.u(v.tac.value, 2);
  }
  static std::string text(const Tai& v) { return to_string(v); }
};

// --- half octets --------------------------------------------------------------------------------

template <class T>
std::optional<T> from_half(Byte b) {
  if constexpr (std::is_enum_v<T>)
    return HalfEnum<T>::from(b & 7U);
  else
    return T::from_half(b);
}
template <class T>
Byte to_half(const T& v) {
  if constexpr (std::is_enum_v<T>)
    return static_cast<Byte>(v) & 0x0FU;
  else
    return v.half();
}
template <class T>
std::string half_text(const T& v) {
  if constexpr (std::is_enum_v<T>)
    return std::string(to_string(v));
  else
    return v.text();
}

// --- writing ------------------------------------------------------------------------------------

template <class T>
void write_counted(Writer& w, std::size_t octets_of_length, const T& v) {
  w.length(octets_of_length, [&] { Element<T>::write(w, v); });
}

template <class M, class F>
void write(Writer& w, const M& m, const V<M, F>& f) {
  Element<F>::write(w, m.*f.at);
}
template <class M, class L, class H>
void write(Writer& w, const M& m, const Halves<M, L, H>& f) {
  w.u8(static_cast<Byte>(to_half(m.*f.low) | to_half(m.*f.high) << 4U));
}
template <class M, class F>
void write(Writer& w, const M& m, const LowHalf<M, F>& f) {
  w.u8(to_half(m.*f.at));
}
template <class M, class F>
void write(Writer& w, const M& m, const Lv<M, F>& f) {
  write_counted(w, 1, m.*f.at);
}
template <class M, class F>
void write(Writer& w, const M& m, const LvE<M, F>& f) {
  write_counted(w, 2, m.*f.at);
}
template <class M, class F>
void write(Writer& w, const M& m, const TvHalf<M, F>& f) {
  if (m.*f.at) w.u8(static_cast<Byte>(f.iei | to_half(*(m.*f.at))));
}
template <class M, class F>
void write(Writer& w, const M& m, const Tv<M, F>& f) {
  if (!(m.*f.at)) return;
  w.u8(f.iei);
  Element<F>::write(w, *(m.*f.at));
}
template <class M, class F>
void write(Writer& w, const M& m, const Tlv<M, F>& f) {
  if (!(m.*f.at)) return;
  w.u8(f.iei);
  write_counted(w, 1, *(m.*f.at));
}
template <class M, class F>
void write(Writer& w, const M& m, const TlvE<M, F>& f) {
  if (!(m.*f.at)) return;
  w.u8(f.iei);
  write_counted(w, 2, *(m.*f.at));
}

// --- reading ------------------------------------------------------------------------------------

using Trouble = std::optional<Error>;

/// take_value takes a value of fixed length (no length octets) or a counted one.
template <class F>
Expected<Bytes, Error> take_value(Reader& r, std::string_view name, std::size_t octets_of_length) {
  if (octets_of_length == 0) return r.take(name, Element<F>::octets_max);
  auto n = r.u(name, octets_of_length);
  if (!n) return Fail{n.why()};
  return r.take(name, static_cast<std::size_t>(*n));
}
template <class F>
std::optional<F> parse_value(Bytes in) {
  if (in.size() < Element<F>::octets_min || in.size() > Element<F>::octets_max) return std::nullopt;
  return Element<F>::parse(in);
}

template <class F>
Trouble read_mandatory(Reader& r, std::string_view name, std::size_t octets_of_length, F& into) {
  //= TS 24.301, 7.5.1
  if (r.empty()) return r.error(Fault::missing_mandatory, name);
  auto in = take_value<F>(r, name, octets_of_length);
  if (!in) return in.why();
  auto v = parse_value<F>(*in);
  if (!v) return r.error(Fault::bad_value, name);
  into = std::move(*v);
  return {};
}
template <class F>
Trouble read_half(Reader& r, std::string_view name, Byte half, F& into) {
  auto v = from_half<F>(half);
  if (!v) return r.error(Fault::bad_value, name);
  into = std::move(*v);
  return {};
}

template <class M, class F>
Trouble read(Reader& r, M& m, const V<M, F>& f) {
  static_assert(Element<F>::octets_min == Element<F>::octets_max);
  return read_mandatory(r, f.name, 0, m.*f.at);
}
template <class M, class L, class H>
Trouble read(Reader& r, M& m, const Halves<M, L, H>& f) {
  Byte b = 0;
  if (auto t = read_mandatory(r, f.low_name, 0, b)) return t;
  if (auto t = read_half(r, f.low_name, b & 0x0FU, m.*f.low)) return t;
  return read_half(r, f.high_name, static_cast<Byte>(b >> 4U), m.*f.high);
}
template <class M, class F>
Trouble read(Reader& r, M& m, const LowHalf<M, F>& f) {
  Byte b = 0;
  if (auto t = read_mandatory(r, f.name, 0, b)) return t;
  return read_half(r, f.name, b & 0x0FU, m.*f.at);
}
template <class M, class F>
Trouble read(Reader& r, M& m, const Lv<M, F>& f) {
  return read_mandatory(r, f.name, 1, m.*f.at);
}
template <class M, class F>
Trouble read(Reader& r, M& m, const LvE<M, F>& f) {
  return read_mandatory(r, f.name, 2, m.*f.at);
}
template <class M, class Row>
Trouble read(Reader&, M&, const Row&) {
  return {};  // optional: found by IEI afterwards
}

/// read_optional reads the element that `row` announces, keeps it if it is the first of its kind and holds
/// what its type allows, and steps over it otherwise. A mandatory row announces nothing: `claims` is false.
template <class Row>
constexpr bool claims(const Row&, Byte) {
  return false;
}
template <class M, class F>
constexpr bool claims(const TvHalf<M, F>& f, Byte iei) {
  return f.iei == (iei & 0xF0U);
}
template <class M, class F>
constexpr bool claims(const Tv<M, F>& f, Byte iei) {
  return f.iei == iei;
}
template <class M, class F>
constexpr bool claims(const Tlv<M, F>& f, Byte iei) {
  return f.iei == iei;
}
template <class M, class F>
constexpr bool claims(const TlvE<M, F>& f, Byte iei) {
  return f.iei == iei;
}
template <class M, class Row>
Trouble read_optional(Reader&, M&, const Row&, Byte, bool) {
  return {};
}
template <class M, class F>
Trouble read_optional(Reader&, M& m, const TvHalf<M, F>& f, Byte iei, bool first) {
  if (first) m.*f.at = from_half<F>(iei & 0x0FU);
  return {};
}
template <class M, class F>
Trouble read_kept(Reader& r, M& m, std::string_view name, std::optional<F> M::*at, std::size_t counted,
                  bool first) {
  auto in = take_value<F>(r, name, counted);
  if (!in) return in.why();
  //= TS 24.301, 7.6.3
  //= TS 24.301, 7.7.1
  if (first) m.*at = parse_value<F>(*in);
  return {};
}
template <class M, class F>
Trouble read_optional(Reader& r, M& m, const Tv<M, F>& f, Byte, bool first) {
  static_assert(Element<F>::octets_min == Element<F>::octets_max);
  return read_kept(r, m, f.name, f.at, 0, first);
}
template <class M, class F>
Trouble read_optional(Reader& r, M& m, const Tlv<M, F>& f, Byte, bool first) {
  return read_kept(r, m, f.name, f.at, 1, first);
}
template <class M, class F>
Trouble read_optional(Reader& r, M& m, const TlvE<M, F>& f, Byte, bool first) {
  return read_kept(r, m, f.name, f.at, 2, first);
}

/// step_over skips an element nobody here knows, whose IEI has been taken.
Trouble step_over(Reader& r, Byte iei);
/// read_header takes discriminator and message type; for ESM also bearer and PTI, in that order.
struct Header {
  Byte bearer = 0;
  Byte pti = 0;
};
Expected<Header, Error> read_header(Reader& r, Family family, Byte type);

// --- messages -----------------------------------------------------------------------------------

template <class M>
ByteVector encode(const M& m) {
  Writer w;
  if constexpr (M::family == Family::esm) {
    w.u8(static_cast<Byte>((m.bearer.value & 0x0FU) << 4U | static_cast<Byte>(Family::esm)));
    w.u8(m.pti.value);
  } else {
    w.u8(static_cast<Byte>(Family::emm));
  }
  w.u8(M::type);
  std::apply([&](const auto&... f) { (write(w, m, f), ...); }, M::layout());
  return w.done();
}

template <class M>
Expected<M, Error> decode(Bytes in) {
  Reader r(M::name, in);
  const auto header = read_header(r, M::family, M::type);
  if (!header) return Fail{header.why()};
  M m{};
  if constexpr (M::family == Family::esm) {
    m.bearer = EpsBearerId{header->bearer};
    m.pti = Pti{header->pti};
  }
  Trouble trouble;
  const auto layout = M::layout();
  std::apply([&](const auto&... f) { (void)((trouble = read(r, m, f)).has_value() || ...); }, layout);
  std::uint64_t seen = 0;
  static_assert(std::tuple_size_v<decltype(M::layout())> <= 64);
  std::size_t unknown = 0;
  while (!trouble && !r.empty()) {
    const Byte iei = r.peek();
    (void)r.take("IEI", 1);
    std::size_t row = 0;
    const auto try_row = [&](const auto& f) {
      const std::uint64_t bit = std::uint64_t{1} << row++;
      if (!claims(f, iei)) return false;
      trouble = read_optional(r, m, f, iei, (seen & bit) == 0);
      seen |= bit;
      return true;
    };
    const bool known = std::apply([&](const auto&... f) { return (try_row(f) || ...); }, layout);
    if (known) continue;
    trouble = ++unknown > unknown_elements_max ? r.error(Fault::too_many, "unknown elements", iei)
                                               : step_over(r, iei);
  }
  if (trouble) return Fail{std::move(*trouble)};
  return m;
}

// --- text ---------------------------------------------------------------------------------------

void describe_line(std::string& out, std::string_view name, std::string value);

template <class M, class L, class H>
void describe_row(std::string& out, const M& m, const Halves<M, L, H>& f) {
  describe_line(out, f.low_name, half_text(m.*f.low));
  describe_line(out, f.high_name, half_text(m.*f.high));
}
template <class M, class F>
void describe_row(std::string& out, const M& m, const LowHalf<M, F>& f) {
  describe_line(out, f.name, half_text(m.*f.at));
}
template <class M, class F>
void describe_row(std::string& out, const M& m, const TvHalf<M, F>& f) {
  if (m.*f.at) describe_line(out, f.name, half_text(*(m.*f.at)));
}
template <class F>
std::string value_text(const F& v) {
  return Element<F>::text(v);
}
template <class F>
std::optional<std::string> value_text(const std::optional<F>& v) {
  return v ? std::optional<std::string>(Element<F>::text(*v)) : std::nullopt;
}
template <class M, class Row>
void describe_row(std::string& out, const M& m, const Row& f) {
  const std::optional<std::string> text = value_text(m.*f.at);
  if (text) describe_line(out, f.name, *text);
}

template <class M>
std::string describe(const M& m) {
  std::string out;
  if constexpr (M::family == Family::esm) {
    describe_line(out, "EPS bearer identity", std::to_string(m.bearer.value));
    describe_line(out, "Procedure transaction identity", std::to_string(m.pti.value));
  }
  std::apply([&](const auto&... f) { (describe_row(out, m, f), ...); }, M::layout());
  return out;
}

}  // namespace baton::wire::nas

/// One line in a .cpp for each message: the code its table stands for exists there and nowhere else.
#define BATON_NAS_MESSAGE(M)                          \
  template ByteVector encode<M>(const M&);            \
  template Expected<M, Error> decode<M>(Bytes plain); \
  template std::string describe<M>(const M&);
