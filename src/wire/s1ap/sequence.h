// sequence.h: SEQUENCE types as tables. Every SEQUENCE of S1AP that is an IE's value ends with an optional
// iE-Extensions container and an extension marker, so neither stands in the tables. Internal to this folder.
#pragma once

#include <array>
#include <tuple>
#include <utility>

#include "wire/s1ap/codec.h"

namespace baton::wire::s1ap {

template <class T>
struct OptionalOf {
  using type = T;
  static constexpr bool value = false;
};
template <class T>
struct OptionalOf<std::optional<T>> {
  using type = T;
  static constexpr bool value = true;
};

/// A list of SEQUENCEs, one to `most`.
template <class E>
Read<std::vector<E>> read_list(per::Reader& r, std::string_view field, Findings& found, std::size_t most) {
  auto n = r.count(field, {1, most});
  if (!n) return Fail{n.why()};
  std::vector<E> out;
  for (std::size_t i = 0; i < *n; ++i) {
    auto v = Codec<E>::read(r, field, found);
    if (!v) return Fail{v.why()};
    out.push_back(std::move(*v));
  }
  return out;
}
template <class E>
void write_list(per::Writer& w, const std::vector<E>& list, std::size_t most) {
  w.count(list.size(), {1, most});
  for (const E& e : list) Codec<E>::write(w, e);
}

/// Items is SEQUENCE (SIZE (1..most)) OF ProtocolIE-SingleContainer: a list whose every item is an element
/// with its own id and criticality.
struct Items {
  IeId id;
  Criticality criticality;
  std::size_t most;
};
template <class E>
Read<std::vector<E>> read_items(per::Reader& r, std::string_view field, Findings& found, Items items) {
  auto n = r.count(field, {1, items.most});
  if (!n) return Fail{n.why()};
  std::vector<E> out;
  for (std::size_t i = 0; i < *n; ++i) {
    auto head = read_head(r);
    if (!head) return Fail{head.why()};
    auto contents = r.open_type(field);
    if (!contents) return Fail{contents.why()};
    if (head->id != items.id) {
      found.not_understood(head->criticality, head->id,
                           r.error(Fault::unknown_mandatory, field, static_cast<std::uint32_t>(head->id)));
      continue;
    }
    per::Reader sub(r.message(), contents->octets, contents->offset);
    auto v = Codec<E>::read(sub, field, found);
    if (!v) return Fail{v.why()};
    if (auto done = sub.done(field); !done) return Fail{done.why()};
    out.push_back(std::move(*v));
  }
  if (out.empty()) return Fail{r.error(Fault::unsupported, field)};
  return out;
}
template <class E>
void write_items(per::Writer& w, const std::vector<E>& list, Items items) {
  w.count(list.size(), {1, items.most});
  for (const E& e : list) {
    write_head(w, {items.id, items.criticality});
    per::Writer sub;
    Codec<E>::write(sub, e);
    w.open_type(sub.done());
  }
}

// The rows of a SEQUENCE; like a message it is an aggregate with its members in the order of the rows.

/// Field is read by its type's Codec; an std::optional is OPTIONAL.
template <class M, class F>
struct Field {
  using member = F;
  static constexpr bool optional = OptionalOf<F>::value;
  std::string_view name;
  F M::*at;
  bool present(const M& m) const {
    if constexpr (OptionalOf<F>::value)
      return (m.*at).has_value();
    else
      return true;
  }
  Read<F> read(per::Reader& r, Findings& found) const {
    auto v = Codec<typename OptionalOf<F>::type>::read(r, name, found);
    if (!v) return Fail{v.why()};
    return F(std::move(*v));
  }
  void write(per::Writer& w, const M& m) const {
    if constexpr (OptionalOf<F>::value)
      Codec<typename F::value_type>::write(w, *(m.*at));
    else
      Codec<F>::write(w, m.*at);
  }
};
/// Number is INTEGER (lo..hi).
template <class M, class F>
struct Number {
  using member = F;
  static constexpr bool optional = false;
  std::string_view name;
  F M::*at;
  std::uint64_t lo, hi;
  bool present(const M&) const { return true; }
  Read<F> read(per::Reader& r, Findings&) const {
    auto v = r.whole(name, lo, hi);
    if (!v) return Fail{v.why()};
    return static_cast<F>(*v);
  }
  void write(per::Writer& w, const M& m) const { w.whole(m.*at, lo, hi); }
};
/// Flag is an ENUMERATED of two values without extension marker.
template <class M>
struct Flag {
  using member = bool;
  static constexpr bool optional = false;
  std::string_view name;
  bool M::*at;
  bool present(const M&) const { return true; }
  Read<bool> read(per::Reader& r, Findings&) const { return r.bit(name); }
  void write(per::Writer& w, const M& m) const { w.bit(m.*at); }
};
/// Bits16 is BIT STRING (SIZE (16, ...)).
template <class M>
struct Bits16 {
  using member = std::uint16_t;
  static constexpr bool optional = false;
  std::string_view name;
  std::uint16_t M::*at;
  static constexpr per::Size size{16, 16, true};
  bool present(const M&) const { return true; }
  Read<std::uint16_t> read(per::Reader& r, Findings&) const {
    auto v = r.bit_string(name, size);
    if (!v) return Fail{v.why()};
    // A longer string of a later release: the bits that are known here come first.
    if (v->bits < 16) return Fail{r.error(Fault::unsupported, name)};
    return static_cast<std::uint16_t>(v->octets[0] << 8 | v->octets[1]);
  }
  void write(per::Writer& w, const M& m) const {
    const std::array<Byte, 2> b{static_cast<Byte>(m.*at >> 8), static_cast<Byte>(m.*at)};
    w.bit_string(b, 16, size);
  }
};
/// List is SEQUENCE (SIZE (1..hi)) OF.
template <class M, class E>
struct List {
  using member = std::vector<E>;
  static constexpr bool optional = false;
  std::string_view name;
  std::vector<E> M::*at;
  std::size_t hi;
  bool present(const M&) const { return true; }
  Read<std::vector<E>> read(per::Reader& r, Findings& found) const {
    return read_list<E>(r, name, found, hi);
  }
  void write(per::Writer& w, const M& m) const { write_list(w, m.*at, hi); }
};
/// OptionalList is the same, OPTIONAL: absent when empty.
template <class M, class E>
struct OptionalList {
  using member = std::vector<E>;
  static constexpr bool optional = true;
  std::string_view name;
  std::vector<E> M::*at;
  std::size_t hi;
  bool present(const M& m) const { return !(m.*at).empty(); }
  Read<std::vector<E>> read(per::Reader& r, Findings& found) const {
    return List<M, E>{name, at, hi}.read(r, found);
  }
  void write(per::Writer& w, const M& m) const { List<M, E>{name, at, hi}.write(w, m); }
};
/// NumberBits is a number in a BIT STRING of fixed size.
template <class M>
struct NumberBits {
  using member = std::uint32_t;
  static constexpr bool optional = false;
  std::string_view name;
  std::uint32_t M::*at;
  unsigned bits;
  bool present(const M&) const { return true; }
  Read<std::uint32_t> read(per::Reader& r, Findings&) const { return read_number_bits(r, name, bits); }
  void write(per::Writer& w, const M& m) const { write_number_bits(w, m.*at, bits); }
};
/// OptionalNumber is INTEGER (lo..hi) OPTIONAL.
template <class M, class F>
struct OptionalNumber {
  using member = std::optional<F>;
  static constexpr bool optional = true;
  std::string_view name;
  std::optional<F> M::*at;
  std::uint64_t lo, hi;
  bool present(const M& m) const { return (m.*at).has_value(); }
  Read<std::optional<F>> read(per::Reader& r, Findings&) const {
    auto v = r.whole(name, lo, hi);
    if (!v) return Fail{v.why()};
    return std::optional<F>(static_cast<F>(*v));
  }
  void write(per::Writer& w, const M& m) const { w.whole(*(m.*at), lo, hi); }
};
/// Octets is an OCTET STRING of any size.
template <class M>
struct Octets {
  using member = ByteVector;
  static constexpr bool optional = false;
  std::string_view name;
  ByteVector M::*at;
  bool present(const M&) const { return true; }
  Read<ByteVector> read(per::Reader& r, Findings&) const { return r.octet_string(name, {}); }
  void write(per::Writer& w, const M& m) const { w.octet_string(m.*at, {}); }
};
/// Proposal is an ENUMERATED of one value, extensible and OPTIONAL: said or not said.
template <class M>
struct Proposal {
  using member = bool;
  static constexpr bool optional = true;
  std::string_view name;
  bool M::*at;
  bool present(const M& m) const { return m.*at; }
  Read<bool> read(per::Reader& r, Findings&) const {
    auto i = r.index(name, 1, true);
    if (!i) return Fail{i.why()};
    if (i->extension) return Fail{r.error(Fault::unsupported, name)};
    return true;
  }
  void write(per::Writer& w, const M&) const { w.index({0, false}, 1, true); }
};
/// ItemList is SEQUENCE (SIZE (1..most)) OF elements with an id each; OptionalItemList is absent when empty.
template <class M, class E>
struct ItemList {
  using member = std::vector<E>;
  static constexpr bool optional = false;
  std::string_view name;
  std::vector<E> M::*at;
  Items items;
  bool present(const M&) const { return true; }
  Read<std::vector<E>> read(per::Reader& r, Findings& found) const {
    return read_items<E>(r, name, found, items);
  }
  void write(per::Writer& w, const M& m) const { write_items(w, m.*at, items); }
};
template <class M, class E>
struct OptionalItemList {
  using member = std::vector<E>;
  static constexpr bool optional = true;
  std::string_view name;
  std::vector<E> M::*at;
  Items items;
  bool present(const M& m) const { return !(m.*at).empty(); }
  Read<std::vector<E>> read(per::Reader& r, Findings& found) const {
    return read_items<E>(r, name, found, items);
  }
  void write(per::Writer& w, const M& m) const { write_items(w, m.*at, items); }
};
// clang 14 has no deduction for aggregates.
template <class M, class F>
Field(std::string_view, F M::*) -> Field<M, F>;
template <class M, class F>
Number(std::string_view, F M::*, std::uint64_t, std::uint64_t) -> Number<M, F>;
template <class M>
Flag(std::string_view, bool M::*) -> Flag<M>;
template <class M>
Bits16(std::string_view, std::uint16_t M::*) -> Bits16<M>;
template <class M, class E>
List(std::string_view, std::vector<E> M::*, std::size_t) -> List<M, E>;
template <class M, class E>
OptionalList(std::string_view, std::vector<E> M::*, std::size_t) -> OptionalList<M, E>;
template <class M>
NumberBits(std::string_view, std::uint32_t M::*, unsigned) -> NumberBits<M>;
template <class M, class F>
OptionalNumber(std::string_view, std::optional<F> M::*, std::uint64_t, std::uint64_t) -> OptionalNumber<M, F>;
template <class M>
Octets(std::string_view, ByteVector M::*) -> Octets<M>;
template <class M>
Proposal(std::string_view, bool M::*) -> Proposal<M>;
template <class M, class E>
ItemList(std::string_view, std::vector<E> M::*, Items) -> ItemList<M, E>;
template <class M, class E>
OptionalItemList(std::string_view, std::vector<E> M::*, Items) -> OptionalItemList<M, E>;

/// read_sequence reads a SEQUENCE by its rows.
template <class M, class... Rows>
Read<M> read_sequence(per::Reader& r, std::string_view field, Findings& found,
                      const std::tuple<Rows...>& rows) {
  auto extended = r.bit(field);
  if (!extended) return Fail{extended.why()};
  std::array<bool, sizeof...(Rows) + 1> present{};  // the last one is iE-Extensions
  std::optional<Error> trouble;
  const auto preamble_bit = [&](bool optional, bool& out) {
    out = true;
    if (!optional || trouble) return;
    auto b = r.bit(field);
    if (b)
      out = *b;
    else
      trouble = b.why();
  };
  std::size_t i = 0;
  (preamble_bit(Rows::optional, present[i++]), ...);
  preamble_bit(true, present[i]);

  std::tuple<std::optional<typename Rows::member>...> values;
  const auto read_row = [&](const auto& row, auto& out, bool there) {
    if (trouble) return;
    if (!there) {
      if constexpr (std::remove_reference_t<decltype(row)>::optional) out.emplace();
      return;
    }
    auto v = row.read(r, found);
    if (v)
      out.emplace(std::move(*v));
    else
      trouble = v.why();
  };
  const auto all = [&]<std::size_t... I>(std::index_sequence<I...>) {
    (read_row(std::get<I>(rows), std::get<I>(values), present[I]), ...);
  };
  all(std::index_sequence_for<Rows...>{});
  if (trouble) return Fail{*trouble};
  if (present[sizeof...(Rows)]) {
    auto done = read_extensions(r, field, found);
    if (!done) return Fail{done.why()};
  }
  if (*extended) {
    auto done = r.skip_additions(field);
    if (!done) return Fail{done.why()};
  }
  return std::apply([](auto&&... v) { return M{std::move(*v)...}; }, std::move(values));
}

template <class M, class... Rows>
void write_sequence(per::Writer& w, const M& m, const std::tuple<Rows...>& rows) {
  w.bit(false);
  const auto preamble_bit = [&](const auto& row) {
    if constexpr (std::remove_reference_t<decltype(row)>::optional) w.bit(row.present(m));
  };
  const auto write_row = [&](const auto& row) {
    if (row.present(m)) row.write(w, m);
  };
  std::apply(
      [&](const auto&... row) {
        (preamble_bit(row), ...);
        w.bit(false);  // no iE-Extensions
        (write_row(row), ...);
      },
      rows);
}

}  // namespace baton::wire::s1ap
