// The stand-in's encoding: a type octet, then the rows in order. Numbers are big-endian; optional values
// start with 0 or 1; lists with their count; octet strings with a three-octet length, so that no NAS
// message another protocol can carry overflows the writer. The reader's bounds are those of limits.h.
#include "wire/rrc/messages.h"

#include <utility>

#include "base/cases.h"
#include "wire/private_limits.h"

namespace baton::wire::rrc {

namespace {

// What follows the NCC of a mobility control.
constexpr Byte has_algorithms = 0x01;
constexpr Byte has_refresh = 0x02;    // extension
constexpr Byte has_container = 0x04;  // extension
constexpr Byte has_all = has_algorithms | has_refresh | has_container;
// How a key is refreshed.
constexpr Byte refresh_plus = 0x01;
constexpr Byte refresh_earfcn = 0x02;
constexpr Byte refresh_raw = 0x04;
constexpr Byte refresh_all = refresh_plus | refresh_earfcn | refresh_raw;
static_assert(handover_container_octets_max <= 0xFF);

// --- values to octets ---------------------------------------------------------------------------

void put(Writer& w, Byte v) { w.u8(v); }
void put(Writer& w, std::uint16_t v) { w.u(v, 2); }
void put(Writer& w, std::uint32_t v) { w.u(v, 4); }
void put(Writer& w, CRnti v) { w.u(v.value, 2); }
void put(Writer& w, Tac v) { w.u(v.value, 2); }
void put(Writer& w, const PlmnId& v) { w.bytes(v.wire()); }
void put(Writer& w, Ncc v) { w.u8(v.value); }
void put(Writer& w, const Endpoint& v) {
  w.bytes(v.address.octets);
  w.u(v.port, 2);
}
void put(Writer& w, const Ecgi& v) {
  put(w, v.plmn);
  w.u(v.cell, 4);
}
void put(Writer& w, const MacroEnbId& v) {
  put(w, v.plmn);
  w.u(v.value, 4);
}
void put(Writer& w, const STmsi& v) {
  w.u8(v.code.value);
  w.u(v.m_tmsi.value, 4);
}
void put(Writer& w, const Gummei& v) {
  put(w, v.plmn);
  w.u(v.group.value, 2);
  w.u8(v.code.value);
}
void put(Writer& w, const InitialIdentity& v) {
  w.u8(static_cast<Byte>(v.index()));
  if (const auto* random = std::get_if<RandomValue>(&v)) w.u(random->value & RandomValue::max, 5);
  if (const auto* s_tmsi = std::get_if<STmsi>(&v)) put(w, *s_tmsi);
}
void put(Writer& w, EstablishmentCause v) { w.u8(static_cast<Byte>(v)); }
void put(Writer& w, ReleaseCause v) { w.u8(static_cast<Byte>(v)); }
void put(Writer& w, const AsAlgorithms& v) {
  w.u8(v.eea);
  w.u8(v.eia);
}
void put(Writer& w, const DrbToAdd& v) {
  w.u8(v.eps_bearer);
  w.u8(v.drb);
}
void put(Writer& w, const ByteVector& v) {
  w.length(3, [&] { w.bytes(v); });
}
void put(Writer& w, const MobilityControl& v);
template <class T>
void put(Writer& w, const std::optional<T>& v) {
  w.u8(v ? 1 : 0);
  if (v) put(w, *v);
}
void put(Writer& w, const MobilityControl& v) {
  w.u(v.target_pci, 2);
  w.u(v.earfcn_dl, 4);
  put(w, v.c_rnti);
  w.u8(v.key_change_indicator ? 1 : 0);
  w.u8(v.next_hop_chaining_count);
  // One octet says which of the three follow; without elements of ours it is 0 or 1.
  w.u8(static_cast<Byte>((v.algorithms ? has_algorithms : 0U) | (v.refresh ? has_refresh : 0U) |
                         (v.container ? has_container : 0U)));
  if (v.algorithms) put(w, *v.algorithms);
  if (v.refresh)
    w.u8(static_cast<Byte>((v.refresh->star_plus ? refresh_plus : 0U) |
                           (v.refresh->earfcn_bound ? refresh_earfcn : 0U) |
                           (v.refresh->raw ? refresh_raw : 0U)));
  if (v.container) w.length(1, [&] { w.bytes(*v.container); });
}
template <class T>
void put(Writer& w, const std::vector<T>& v) {
  w.u(v.size(), 2);
  for (const T& x : v) put(w, x);
}

// --- octets to values ---------------------------------------------------------------------------

template <class T>
struct As {};  // names the type to read, so that get() overloads on it
using Name = std::string_view;

template <class T>
Expected<T, Error> number(Reader& r, Name name, std::size_t octets, std::uint64_t max) {
  const auto v = r.u(name, octets);
  if (!v) return Fail{v.why()};
  if (*v > max) return Fail{r.error(Fault::bad_value, name)};
  return static_cast<T>(*v);
}
Expected<Byte, Error> get(Reader& r, Name n, As<Byte>) { return number<Byte>(r, n, 1, 0xFF); }
Expected<std::uint16_t, Error> get(Reader& r, Name n, As<std::uint16_t>) {
  return number<std::uint16_t>(r, n, 2, 0xFFFF);
}
Expected<std::uint32_t, Error> get(Reader& r, Name n, As<std::uint32_t>) {
  return number<std::uint32_t>(r, n, 4, 0xFFFF'FFFF);
}
Expected<bool, Error> get(Reader& r, Name n, As<bool>) { return number<bool>(r, n, 1, 1); }
template <class Rep, class Tag>
Expected<Strong<Rep, Tag>, Error> get(Reader& r, Name n, As<Strong<Rep, Tag>>) {
  auto v = get(r, n, As<Rep>{});
  if (!v) return Fail{v.why()};
  return Strong<Rep, Tag>{*v};
}
Expected<PlmnId, Error> get(Reader& r, Name n, As<PlmnId>) {
  const auto octets = r.take(n, 3);
  if (!octets) return Fail{octets.why()};
  auto plmn = PlmnId::from_wire(*octets);
  if (!plmn) return Fail{r.error(Fault::bad_value, n)};
  return *plmn;
}
Expected<Ncc, Error> get(Reader& r, Name n, As<Ncc>) {
  auto v = number<Byte>(r, n, 1, Ncc::max);
  if (!v) return Fail{v.why()};
  return Ncc{*v};
}
Expected<Endpoint, Error> get(Reader& r, Name n, As<Endpoint>) {
  const auto address = r.take(n, 4);
  if (!address) return Fail{address.why()};
  const auto port = r.u(n, 2);
  if (!port) return Fail{port.why()};
  const Bytes a = *address;
  return Endpoint{{{a[0], a[1], a[2], a[3]}}, static_cast<std::uint16_t>(*port)};
}
template <class T>
Expected<T, Error> plmn_and_number(Reader& r, Name n) {
  auto plmn = get(r, n, As<PlmnId>{});
  if (!plmn) return Fail{plmn.why()};
  auto value = number<std::uint32_t>(r, n, 4, T::max);
  if (!value) return Fail{value.why()};
  return T{*plmn, *value};
}
Expected<Ecgi, Error> get(Reader& r, Name n, As<Ecgi>) { return plmn_and_number<Ecgi>(r, n); }
Expected<MacroEnbId, Error> get(Reader& r, Name n, As<MacroEnbId>) {
  return plmn_and_number<MacroEnbId>(r, n);
}
Expected<STmsi, Error> get(Reader& r, Name n, As<STmsi>) {
  auto code = get(r, n, As<MmeCode>{});
  if (!code) return Fail{code.why()};
  auto m_tmsi = get(r, n, As<MTmsi>{});
  if (!m_tmsi) return Fail{m_tmsi.why()};
  return STmsi{*code, *m_tmsi};
}
Expected<Gummei, Error> get(Reader& r, Name n, As<Gummei>) {
  auto plmn = get(r, n, As<PlmnId>{});
  if (!plmn) return Fail{plmn.why()};
  auto group = get(r, n, As<MmeGroupId>{});
  if (!group) return Fail{group.why()};
  auto code = get(r, n, As<MmeCode>{});
  if (!code) return Fail{code.why()};
  return Gummei{*plmn, *group, *code};
}
Expected<InitialIdentity, Error> get(Reader& r, Name n, As<InitialIdentity>) {
  auto which = number<Byte>(r, n, 1, 1);
  if (!which) return Fail{which.why()};
  if (*which == 0) {
    auto random = number<std::uint64_t>(r, n, 5, RandomValue::max);
    if (!random) return Fail{random.why()};
    return InitialIdentity{RandomValue{*random}};
  }
  auto s_tmsi = get(r, n, As<STmsi>{});
  if (!s_tmsi) return Fail{s_tmsi.why()};
  return InitialIdentity{*s_tmsi};
}
Expected<EstablishmentCause, Error> get(Reader& r, Name n, As<EstablishmentCause>) {
  return number<EstablishmentCause>(r, n, 1, static_cast<Byte>(EstablishmentCause::mo_data));
}
Expected<ReleaseCause, Error> get(Reader& r, Name n, As<ReleaseCause>) {
  return number<ReleaseCause>(r, n, 1, static_cast<Byte>(ReleaseCause::other));
}
Expected<AsAlgorithms, Error> get(Reader& r, Name n, As<AsAlgorithms>) {
  auto eea = number<Byte>(r, n, 1, AsAlgorithms::max);
  if (!eea) return Fail{eea.why()};
  auto eia = number<Byte>(r, n, 1, AsAlgorithms::max);
  if (!eia) return Fail{eia.why()};
  return AsAlgorithms{*eea, *eia};
}
Expected<DrbToAdd, Error> get(Reader& r, Name n, As<DrbToAdd>) {
  auto bearer = number<Byte>(r, n, 1, 15);
  if (!bearer) return Fail{bearer.why()};
  auto drb = number<Byte>(r, n, 1, 32);
  if (!drb) return Fail{drb.why()};
  if (*bearer < 5 || *drb < 1) return Fail{r.error(Fault::bad_value, n)};
  return DrbToAdd{*bearer, *drb};
}
Expected<ByteVector, Error> get(Reader& r, Name n, As<ByteVector>) {
  const auto length = r.u(n, 3);
  if (!length) return Fail{length.why()};
  if (*length > nas_octets_max) return Fail{r.error(Fault::too_many, n)};
  const auto octets = r.take(n, *length);
  if (!octets) return Fail{octets.why()};
  return ByteVector(octets->begin(), octets->end());
}
template <class T>
Expected<std::optional<T>, Error> get(Reader& r, Name n, As<std::optional<T>>) {
  const auto there = get(r, n, As<bool>{});
  if (!there) return Fail{there.why()};
  if (!*there) return std::optional<T>{};
  auto value = get(r, n, As<T>{});
  if (!value) return Fail{value.why()};
  return std::optional<T>{std::move(*value)};
}
Expected<MobilityControl, Error> get(Reader& r, Name n, As<MobilityControl>) {
  auto pci = number<std::uint16_t>(r, n, 2, MobilityControl::pci_max);
  if (!pci) return Fail{pci.why()};
  auto earfcn = get(r, n, As<std::uint32_t>{});
  if (!earfcn) return Fail{earfcn.why()};
  auto c_rnti = get(r, n, As<CRnti>{});
  if (!c_rnti) return Fail{c_rnti.why()};
  auto change = get(r, n, As<bool>{});
  if (!change) return Fail{change.why()};
  auto ncc = number<Byte>(r, n, 1, MobilityControl::ncc_max);
  if (!ncc) return Fail{ncc.why()};
  MobilityControl out{*pci, *earfcn, *c_rnti, *change, *ncc, {}};
  const auto has = number<Byte>(r, n, 1, has_all);
  if (!has) return Fail{has.why()};
  if ((*has & has_algorithms) != 0) {
    auto algorithms = get(r, n, As<AsAlgorithms>{});
    if (!algorithms) return Fail{algorithms.why()};
    out.algorithms = *algorithms;
  }
  if ((*has & has_refresh) != 0) {
    const auto how = number<Byte>(r, n, 1, refresh_all);
    if (!how) return Fail{how.why()};
    out.refresh =
        KeyRefresh{(*how & refresh_plus) != 0, (*how & refresh_earfcn) != 0, (*how & refresh_raw) != 0};
  }
  if ((*has & has_container) != 0) {
    const auto length = number<Byte>(r, n, 1, handover_container_octets_max);
    if (!length) return Fail{length.why()};
    if (*length == 0) return Fail{r.error(Fault::bad_value, n)};
    const auto octets = r.take(n, *length);
    if (!octets) return Fail{octets.why()};
    out.container.emplace(octets->begin(), octets->end());
  }
  return out;
}
template <class T>
constexpr std::size_t most = bearers_max;
template <>
constexpr std::size_t most<STmsi> = paging_records_max;
template <class T>
Expected<std::vector<T>, Error> get(Reader& r, Name n, As<std::vector<T>>) {
  const auto count = r.u(n, 2);
  if (!count) return Fail{count.why()};
  if (*count > most<T>) return Fail{r.error(Fault::too_many, n)};
  std::vector<T> out;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto value = get(r, n, As<T>{});
    if (!value) return Fail{value.why()};
    out.push_back(std::move(*value));
  }
  return out;
}

// --- messages -----------------------------------------------------------------------------------

template <class M, class T>
bool read(Reader& r, const Row<M, T>& row, std::optional<T>& value, std::optional<Error>& trouble) {
  auto v = get(r, row.name, As<T>{});
  if (v)
    value.emplace(std::move(*v));
  else
    trouble = v.why();
  return !trouble;
}

// The members stand in the order of the rows, so a message is built from its rows' values at once and
// never exists half filled.
template <class M, class... Ts, std::size_t... I>
Expected<Message, Error> read_rows(Reader& r, const std::tuple<Row<M, Ts>...>& rows,
                                   std::index_sequence<I...>) {
  std::tuple<std::optional<Ts>...> values;
  std::optional<Error> trouble;
  const bool all = (read(r, std::get<I>(rows), std::get<I>(values), trouble) && ...);
  if (!all) return Fail{*trouble};
  if (!r.empty()) return Fail{r.error(Fault::trailing_bytes, "end")};
  return Message{M{std::move(*std::get<I>(values))...}};
}
template <class M>
Expected<Message, Error> read_message(Bytes octets) {
  Reader r(M::name, octets);
  (void)r.take("message type", 1);
  if constexpr (std::is_empty_v<M>) {
    if (!r.empty()) return Fail{r.error(Fault::trailing_bytes, "end")};
    return Message{M{}};
  } else {
    constexpr auto rows = M::layout();
    constexpr auto count = std::tuple_size_v<std::remove_const_t<decltype(rows)>>;
    return read_rows<M>(r, rows, std::make_index_sequence<count>{});
  }
}

template <std::size_t... I>
Expected<Message, Error> dispatch(Bytes octets, std::index_sequence<I...>) {
  std::optional<Expected<Message, Error>> out;
  (void)((octets[0] == std::variant_alternative_t<I, Message>::type &&
          (out.emplace(read_message<std::variant_alternative_t<I, Message>>(octets)), true)) ||
         ...);
  if (out) return std::move(*out);
  return Fail{Error{Fault::unsupported, "RRC message", "message type", 0, octets[0]}};
}

}  // namespace

ByteVector encode(const Message& message) {
  Writer w;
  std::visit(
      [&](const auto& m) {
        using M = std::decay_t<decltype(m)>;
        w.u8(M::type);
        std::apply([&](const auto&... row) { (put(w, m.*row.at), ...); }, M::layout());
      },
      message);
  return w.done();
}

Expected<Message, Error> decode_any(Bytes octets) {
  if (octets.empty()) return Fail{Error{Fault::short_read, "RRC message", "message type", 0}};
  return dispatch(octets, std::make_index_sequence<std::variant_size_v<Message>>{});
}

std::string_view name_of(const Message& message) {
  return std::visit([](const auto& m) { return std::decay_t<decltype(m)>::name; }, message);
}

std::string describe(const Message& message) {
  std::string out(name_of(message));
  const auto number = [](const char* what, std::uint64_t v) { return what + std::to_string(v); };
  std::visit(Cases{[&](const CellInformation& m) {
                     out += number(" cell ", m.cell.cell) + " PLMN " + m.plmn.to_string() +
                            number(" TAC ", m.tac.value);
                   },
                   [&](const Paging& m) { out += number(" records ", m.records.size()); },
                   [&](const ConnectionSetup& m) { out += number(" C-RNTI ", m.c_rnti.value); },
                   [&](const ConnectionReject& m) { out += number(" wait ", m.wait_seconds) + " s"; },
                   [&](const SecurityModeCommand& m) {
                     out += number(" EEA", m.algorithms.eea) + number(" EIA", m.algorithms.eia);
                   },
                   [&](const Reconfiguration& m) {
                     out += number(" transaction ", m.transaction) + number(" bearers ", m.bearers.size());
                     if (!m.mobility) return;
                     out += number(" to PCI ", m.mobility->target_pci) +
                            number(" NCC ", m.mobility->next_hop_chaining_count);
                     if (m.mobility->refresh)
                       out += m.mobility->refresh->star_plus ? " from KeNB*+" : " from KeNB*";
                     if (m.mobility->container)
                       out += number(" container of ", m.mobility->container->size()) + " octets";
                   },
                   [&](const ReestablishmentRequest& m) {
                     out += number(" C-RNTI ", m.c_rnti.value) + number(" PCI ", m.pci);
                   },
                   [&](const Reestablishment& m) {
                     out += number(" C-RNTI ", m.c_rnti.value) + number(" NCC ", m.ncc.value);
                   },
                   [&](const ReestablishmentReject& m) { out += number(" C-RNTI ", m.was.value); },
                   [&](const MeasurementReport& m) {
                     out += number(" PCI ", m.pci) + number(" EARFCN ", m.earfcn_dl);
                   },
                   [&](const HandoverPreparation& m) {
                     out += number(" C-RNTI ", m.c_rnti.value) + number(" PCI ", m.pci) +
                            number(" bearers ", m.bearers.size());
                   },
                   [&](const ReconfigurationComplete& m) { out += number(" transaction ", m.transaction); },
                   [](const auto&) {}},
             message);
  return out;
}

}  // namespace baton::wire::rrc
