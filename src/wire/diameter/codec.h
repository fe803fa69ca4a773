// codec.h: the machinery that reads and writes tables of AVPs. Included only where messages are
// instantiated (base.cpp, s6a.cpp, private_app.cpp, values.cpp); everyone else includes message.h.
#pragma once

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "ids/plmn_id.h"
#include "ids/subscriber_id.h"
#include "wire/diameter/message.h"
#include "wire/diameter/raw_avp.h"

namespace baton::wire::diameter {

// --- values -------------------------------------------------------------------------------------

/// As chooses the overload of get_value by the type that is wanted.
template <class F>
struct As {};

void put_value(Writer& w, std::uint32_t v);
void put_value(Writer& w, std::uint64_t v);
void put_value(Writer& w, const std::string& v);
void put_value(Writer& w, const DiameterIdentity& v);
void put_value(Writer& w, const Address& v);
void put_value(Writer& w, const TelephoneNumber& v);
void put_value(Writer& w, const FailedAvp& v);
void put_value(Writer& w, const Resynchronization& v);
void put_value(Writer& w, const PlmnId& v);
void put_value(Writer& w, const Imsi& v);
void put_value(Writer& w, const Rand& v);
void put_value(Writer& w, const Autn& v);
void put_value(Writer& w, const Xres& v);
void put_value(Writer& w, const Kasme& v);
void put_value(Writer& w, const Ck& v);
void put_value(Writer& w, const Ik& v);
void put_value(Writer& w, const Sres& v);
void put_value(Writer& w, const Kc& v);
void put_value(Writer& w, const NasCount& v);
void put_value(Writer& w, const UpdateProof& v);
void put_value(Writer& w, const Kn3& v);
void put_value(Writer& w, const ByteVector& v);

Expected<std::uint32_t, Fault> get_value(As<std::uint32_t>, Bytes in);
Expected<std::uint64_t, Fault> get_value(As<std::uint64_t>, Bytes in);
Expected<std::string, Fault> get_value(As<std::string>, Bytes in);
Expected<DiameterIdentity, Fault> get_value(As<DiameterIdentity>, Bytes in);
Expected<Address, Fault> get_value(As<Address>, Bytes in);
Expected<TelephoneNumber, Fault> get_value(As<TelephoneNumber>, Bytes in);
Expected<FailedAvp, Fault> get_value(As<FailedAvp>, Bytes in);
Expected<Resynchronization, Fault> get_value(As<Resynchronization>, Bytes in);
Expected<PlmnId, Fault> get_value(As<PlmnId>, Bytes in);
Expected<Imsi, Fault> get_value(As<Imsi>, Bytes in);
Expected<Rand, Fault> get_value(As<Rand>, Bytes in);
Expected<Autn, Fault> get_value(As<Autn>, Bytes in);
Expected<Xres, Fault> get_value(As<Xres>, Bytes in);
Expected<Kasme, Fault> get_value(As<Kasme>, Bytes in);
Expected<Ck, Fault> get_value(As<Ck>, Bytes in);
Expected<Ik, Fault> get_value(As<Ik>, Bytes in);
Expected<Sres, Fault> get_value(As<Sres>, Bytes in);
Expected<Kc, Fault> get_value(As<Kc>, Bytes in);
Expected<NasCount, Fault> get_value(As<NasCount>, Bytes in);
Expected<UpdateProof, Fault> get_value(As<UpdateProof>, Bytes in);
Expected<Kn3, Fault> get_value(As<Kn3>, Bytes in);
Expected<ByteVector, Fault> get_value(As<ByteVector>, Bytes in);

template <class E>
requires std::is_enum_v<E> Expected<E, Fault> get_value(As<E>, Bytes in) {
  auto v = get_value(As<std::uint32_t>{}, in);
  if (!v) return Fail{v.why()};
  const auto e = static_cast<E>(*v);
  if (!is_known(e)) return Fail{Fault::bad_value};
  return e;
}
template <class E>
requires std::is_enum_v<E>
void put_value(Writer& w, E v) { put_value(w, static_cast<std::uint32_t>(v)); }

/// A type with a table of its own: a Grouped AVP.
template <class F>
concept HasTable = requires {
  F::avps();
};

/// names_vendor is whether the value of an AVP is a vendor.
inline bool names_vendor(const AvpDef& def) {
  return def.vendor == vendor_ietf &&
         (def.code == avp::vendor_id.code || def.code == avp::supported_vendor_id.code);
}

// --- tables to octets ---------------------------------------------------------------------------

template <class M>
void put_rows(Writer& w, const M& m);

template <class F>
void put_field(Writer& w, const AvpDef& def, const F& v) {
  put_avp(w, def, [&] {
    if constexpr (HasTable<F>)
      put_rows(w, v);
    else if constexpr (std::is_same_v<F, std::uint32_t>)
      put_value(w, names_vendor(def) ? on_wire(v) : v);
    else
      put_value(w, v);
  });
}
template <class M, class F>
void put_row(Writer& w, const M& m, const Fixed<M, F>& row) {
  put_field(w, row.def, m.*row.at);
}
template <class M, class F>
void put_row(Writer& w, const M& m, const Required<M, F>& row) {
  put_field(w, row.def, m.*row.at);
}
template <class M, class F>
void put_row(Writer& w, const M& m, const Optional<M, F>& row) {
  if (m.*row.at) put_field(w, row.def, *(m.*row.at));
}
template <class M, class F>
void put_row(Writer& w, const M& m, const Many<M, F>& row) {
  assert((m.*row.at).size() <= row.max);
  for (const F& v : m.*row.at) put_field(w, row.def, v);
}
template <class M>
void put_rows(Writer& w, const M& m) {
  std::apply([&](const auto&... row) { (put_row(w, m, row), ...); }, M::avps());
}

// --- octets to tables ---------------------------------------------------------------------------

/// What stays the same all the way down one message.
struct Reading {
  std::string_view message;
  bool request;
};

/// A slot collects what a row's AVP brings until the structure can be made whole: members such as
/// DiameterIdentity have no empty value.
template <class M, class F>
std::optional<F> slot_of(const Fixed<M, F>&);
template <class M, class F>
std::optional<F> slot_of(const Required<M, F>&);
template <class M, class F>
std::optional<F> slot_of(const Optional<M, F>&);
template <class M, class F>
std::vector<F> slot_of(const Many<M, F>&);

template <class M>
Expected<M, Error> get_rows(Reader& r, const Reading& reading, std::size_t depth);

using Trouble = std::optional<Error>;

template <class F>
Expected<F, Error> get_field(const AvpDef& def, const RawAvp& a, const Reading& reading, std::size_t depth) {
  if constexpr (HasTable<F>) {
    if (depth >= avp_depth_max)
      return Fail{Error{Fault::bad_value, reading.message, def.name, a.offset, def.code}};
    Reader inside(reading.message, a.value, a.value_offset);
    return get_rows<F>(inside, reading, depth + 1);
  } else {
    auto v = get_value(As<F>{}, a.value);
    if (!v) return Fail{Error{v.why(), reading.message, def.name, a.offset, def.code}};
    if constexpr (std::is_same_v<F, std::uint32_t>)
      if (names_vendor(def)) return from_wire(*v);
    return std::move(*v);
  }
}
template <class Row, class F>
Trouble fill(const Row& row, std::optional<F>& slot, const RawAvp& a, const Reading& reading,
             std::size_t depth) {
  if (slot) return Error{Fault::repeated, reading.message, row.def.name, a.offset, row.def.code};
  auto v = get_field<F>(row.def, a, reading, depth);
  if (!v) return v.why();
  slot.emplace(std::move(*v));
  return {};
}
template <class Row, class F>
Trouble fill(const Row& row, std::vector<F>& slot, const RawAvp& a, const Reading& reading,
             std::size_t depth) {
  if (slot.size() >= row.max)
    return Error{Fault::too_many, reading.message, row.def.name, a.offset, row.def.code};
  auto v = get_field<F>(row.def, a, reading, depth);
  if (!v) return v.why();
  slot.push_back(std::move(*v));
  return {};
}

template <class M, class F>
bool lacks(const Fixed<M, F>&, const std::optional<F>& slot) {
  return !slot;
}
template <class M, class F>
bool lacks(const Required<M, F>&, const std::optional<F>& slot) {
  return !slot;
}
template <class M, class F>
bool lacks(const Optional<M, F>&, const std::optional<F>&) {
  return false;
}
template <class M, class F>
bool lacks(const Many<M, F>& row, const std::vector<F>& slot) {
  return slot.size() < row.min;
}

template <class M, class F>
F taken(const Fixed<M, F>&, std::optional<F>& slot) {
  return std::move(*slot);
}
template <class M, class F>
F taken(const Required<M, F>&, std::optional<F>& slot) {
  return std::move(*slot);
}
template <class M, class F>
std::optional<F> taken(const Optional<M, F>&, std::optional<F>& slot) {
  return std::move(slot);
}
template <class M, class F>
std::vector<F> taken(const Many<M, F>&, std::vector<F>& slot) {
  return std::move(slot);
}

//= RFC 6733, 4.1 and 7.1.5
template <class M>
Expected<M, Error> get_rows(Reader& r, const Reading& reading, std::size_t depth) {
  constexpr auto rows = M::avps();
  constexpr auto indexes = std::make_index_sequence<std::tuple_size_v<decltype(rows)>>{};
  auto slots = std::apply([](const auto&... row) { return std::tuple<decltype(slot_of(row))...>{}; }, rows);
  const std::size_t start = r.offset();

  while (!r.empty()) {
    const auto a = next_avp(r);
    if (!a) return Fail{a.why()};
    Trouble trouble;
    const bool listed = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((a->is(std::get<I>(rows).def) &&
               (trouble = fill(std::get<I>(rows), std::get<I>(slots), *a, reading, depth), true)) ||
              ...);
    }
    (indexes);
    if (trouble) return Fail{*trouble};
    if (!listed && a->mandatory && reading.request && find_avp(a->code, a->vendor) == nullptr)
      return Fail{Error{Fault::unknown_mandatory, reading.message, "AVP", a->offset, a->code}};
  }

  const AvpDef* missing = nullptr;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (void)((lacks(std::get<I>(rows), std::get<I>(slots)) && (missing = &std::get<I>(rows).def, true)) || ...);
  }
  (indexes);
  if (missing != nullptr)
    return Fail{Error{Fault::missing_mandatory, reading.message, missing->name, start, missing->code}};

  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return Expected<M, Error>(M{taken(std::get<I>(rows), std::get<I>(slots))...});
  }
  (indexes);
}

// --- messages -----------------------------------------------------------------------------------

template <class M>
ByteVector encode(const M& message, MessageIds ids, bool retransmitted) {
  Writer w;
  put_header(w, M::command, ids, retransmitted && M::command.request, false);
  put_rows(w, message);
  close_header(w);
  return w.done();
}

template <class M>
Expected<M, Error> decode(Bytes message) {
  const auto h = decode_header(message);
  if (!h) return Fail{h.why()};
  if (h->code != M::command.code || h->application != M::command.application ||
      h->request != M::command.request)
    return Fail{Error{Fault::wrong_type, M::name, "Command Code", 5, h->code}};
  Reader r(M::name, message.subspan(header_octets), header_octets);
  return get_rows<M>(r, {M::name, M::command.request}, 0);
}

}  // namespace baton::wire::diameter
