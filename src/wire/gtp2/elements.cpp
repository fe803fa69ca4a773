#include "wire/gtp2/elements.h"

#include <algorithm>

namespace baton::wire::gtp2 {

namespace {

using Name = std::string_view;

// A number that the caller has room for.
Expected<std::uint64_t, Error> number(Reader& r, Name name, std::size_t octets) { return r.u(name, octets); }

template <std::size_t N>
Expected<std::array<Byte, N>, Error> octets_of(Reader& r, Name name) {
  auto b = r.take(name, N);
  if (!b) return Fail{b.why()};
  std::array<Byte, N> out{};
  std::copy(b->begin(), b->end(), out.begin());
  return out;
}

Expected<ByteVector, Error> opaque(Reader& r, Name name, std::size_t octets_max = opaque_octets_max) {
  if (r.left() > octets_max) return Fail{r.error(Fault::too_many, name)};
  const Bytes b = r.rest();
  return ByteVector(b.begin(), b.end());
}

Expected<std::string, Error> digits(Reader& r, Name name, std::size_t octets_max) {
  if (r.empty()) return Fail{r.error(Fault::short_read, name)};
  if (r.left() > octets_max) return Fail{r.error(Fault::bad_value, name)};
  auto out = parse_tbcd(r.rest());
  if (!out) return Fail{r.error(Fault::bad_value, name)};
  return std::move(*out);
}

}  // namespace

//= TS 29.274, 8.3
void put(Writer& w, const Imsi& v) { w.bytes(tbcd(v.digits())); }
Expected<Imsi, Error> get(Reader& r, Name name, As<Imsi>) {
  auto d = digits(r, name, 8);
  if (!d) return Fail{d.why()};
  auto imsi = Imsi::parse(*d);
  if (!imsi) return Fail{r.error(Fault::bad_value, name)};
  return std::move(*imsi);
}

//= TS 29.274, 8.4
void put(Writer& w, const Cause& v) {
  w.u8(static_cast<Byte>(v.value));
  w.u8(v.from_remote ? 1 : 0);
  if (!v.offending_ie) return;
  w.u8(v.offending_ie->type);
  w.u(0, 2);
  w.u8(v.offending_ie->instance & 0xF);
}
Expected<Cause, Error> get(Reader& r, Name name, As<Cause>) {
  auto value = number(r, name, 1);
  if (!value) return Fail{value.why()};
  auto flags = number(r, name, 1);
  if (!flags) return Fail{flags.why()};
  Cause out{static_cast<CauseValue>(*value), (*flags & 1) != 0, {}};
  if (r.empty()) return out;
  auto offending = octets_of<4>(r, name);
  if (!offending) return Fail{offending.why()};
  out.offending_ie = IeId{(*offending)[0], static_cast<Byte>((*offending)[3] & 0xF)};
  return out;
}

//= TS 29.274, 8.6; TS 23.003, 9.1
void put(Writer& w, const Apn& v) {
  // Each label is preceded by its length; an APN comes from a checked profile or from get().
  std::string_view rest = v.value;
  for (;;) {
    const auto label = rest.substr(0, rest.find('.'));
    w.u8(static_cast<Byte>(label.size()));
    for (const char c : label) w.u8(static_cast<Byte>(c));
    if (label.size() == rest.size()) return;
    rest.remove_prefix(label.size() + 1);
  }
}
Expected<Apn, Error> get(Reader& r, Name name, As<Apn>) {
  if (r.empty()) return Fail{r.error(Fault::short_read, name)};
  if (r.left() > apn_octets_max) return Fail{r.error(Fault::bad_value, name)};
  Apn out;
  while (!r.empty()) {
    const auto n = *r.u(name, 1);
    if (n == 0 || n > 63) return Fail{r.error(Fault::bad_value, name)};
    auto label = r.take(name, n);
    if (!label) return Fail{r.error(Fault::bad_value, name)};
    if (!out.value.empty()) out.value.push_back('.');
    for (const Byte b : *label) {
      const bool letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
      const bool other = (b >= '0' && b <= '9') || b == '-' || b == '_';
      if (!letter && !other) return Fail{r.error(Fault::bad_value, name)};
      out.value.push_back(static_cast<char>(b));
    }
  }
  return out;
}

//= TS 29.274, 8.7
void put(Writer& w, const Ambr& v) {
  w.u(v.up_kbps, 4);
  w.u(v.down_kbps, 4);
}
Expected<Ambr, Error> get(Reader& r, Name name, As<Ambr>) {
  auto up = number(r, name, 4);
  if (!up) return Fail{up.why()};
  auto down = number(r, name, 4);
  if (!down) return Fail{down.why()};
  return Ambr{static_cast<std::uint32_t>(*up), static_cast<std::uint32_t>(*down)};
}

//= TS 29.274, 8.10
void put(Writer& w, const Mei& v) { w.bytes(tbcd(v.digits)); }
Expected<Mei, Error> get(Reader& r, Name name, As<Mei>) {
  auto d = digits(r, name, 8);
  if (!d) return Fail{d.why()};
  if (d->size() != 15 && d->size() != 16) return Fail{r.error(Fault::bad_value, name)};
  return Mei{std::move(*d)};
}

//= TS 29.274, 8.11
void put(Writer& w, const Msisdn& v) { w.bytes(tbcd(v.digits)); }
Expected<Msisdn, Error> get(Reader& r, Name name, As<Msisdn>) {
  auto d = digits(r, name, msisdn_octets_max);
  if (!d) return Fail{d.why()};
  return Msisdn{std::move(*d)};
}

//= TS 29.274, 8.12
void put(Writer& w, const Indication& v) { w.bytes(v.flags); }
Expected<Indication, Error> get(Reader& r, Name name, As<Indication>) {
  if (r.left() < 2) return Fail{r.error(Fault::short_read, name)};
  auto flags = opaque(r, name);
  if (!flags) return Fail{flags.why()};
  return Indication{std::move(*flags)};
}

//= TS 29.274, 8.13
void put(Writer& w, const Pco& v) { w.bytes(v.octets); }
Expected<Pco, Error> get(Reader& r, Name name, As<Pco>) {
  if (r.empty()) return Fail{r.error(Fault::short_read, name)};
  auto octets = opaque(r, name);
  if (!octets) return Fail{octets.why()};
  return Pco{std::move(*octets)};
}

//= TS 29.274, 8.14
void put(Writer& w, const Paa& v) {
  w.u8(static_cast<Byte>(v.type));
  const bool six = v.type == PdnType::ipv6 || v.type == PdnType::ipv4v6;
  const bool four = v.type == PdnType::ipv4 || v.type == PdnType::ipv4v6;
  if (six) {
    const Paa::V6 six_value = v.v6.value_or(Paa::V6{});
    w.u8(six_value.prefix_length);
    w.bytes(six_value.address);
  }
  if (four) w.bytes(v.v4.value_or(Ipv4{}).octets);
}
Expected<Paa, Error> get(Reader& r, Name name, As<Paa>) {
  auto type = get(r, name, As<PdnType>{});
  if (!type) return Fail{type.why()};
  Paa out{*type, {}, {}};
  if (*type == PdnType::ipv6 || *type == PdnType::ipv4v6) {
    auto length = number(r, name, 1);
    if (!length) return Fail{length.why()};
    if (*length > 128) return Fail{r.error(Fault::bad_value, name)};
    auto address = octets_of<16>(r, name);
    if (!address) return Fail{address.why()};
    out.v6 = Paa::V6{static_cast<Byte>(*length), *address};
  }
  if (*type == PdnType::ipv4 || *type == PdnType::ipv4v6) {
    auto address = octets_of<4>(r, name);
    if (!address) return Fail{address.why()};
    out.v4 = Ipv4{*address};
  }
  return out;
}

//= TS 29.274, 8.15
void put(Writer& w, const BearerQos& v) {
  const unsigned pci = v.may_pre_empt ? 0U : 0x40U;
  const unsigned pvi = v.may_be_pre_empted ? 0U : 0x01U;
  w.u8(static_cast<Byte>(pci | (v.priority & 0xFU) << 2U | pvi));
  w.u8(v.qci);
  for (const std::uint64_t rate : {v.max_up, v.max_down, v.guaranteed_up, v.guaranteed_down})
    w.u(std::min(rate, BearerQos::rate_max), 5);
}
Expected<BearerQos, Error> get(Reader& r, Name name, As<BearerQos>) {
  auto octets = octets_of<22>(r, name);
  if (!octets) return Fail{octets.why()};
  Reader in(r.message(), *octets);
  BearerQos out;
  const auto arp = *in.u(name, 1);
  out.may_pre_empt = (arp & 0x40U) == 0;
  out.priority = static_cast<Byte>(arp >> 2U & 0xFU);
  out.may_be_pre_empted = (arp & 1U) == 0;
  out.qci = static_cast<Byte>(*in.u(name, 1));
  out.max_up = *in.u(name, 5);
  out.max_down = *in.u(name, 5);
  out.guaranteed_up = *in.u(name, 5);
  out.guaranteed_down = *in.u(name, 5);
  return out;
}

//= TS 29.274, 8.18
void put(Writer& w, const PlmnId& v) { w.bytes(v.wire()); }
Expected<PlmnId, Error> get(Reader& r, Name name, As<PlmnId>) {
  const auto octets = r.take(name, 3);
  if (!octets) return Fail{octets.why()};
  auto plmn = PlmnId::from_wire(*octets);
  if (!plmn) return Fail{r.error(Fault::bad_value, name)};
  return *plmn;
}

//= TS 29.274, 8.21
void put(Writer& w, const Uli& v) {
  w.u8(static_cast<Byte>((v.tai ? 0x08U : 0U) | (v.ecgi ? 0x10U : 0U)));
  if (v.tai) {
    put(w, v.tai->plmn);
    w.u(v.tai->tac.value, 2);
  }
  if (v.ecgi) {
    put(w, v.ecgi->plmn);
    w.u(v.ecgi->cell & Ecgi::max, 4);
  }
}
Expected<Uli, Error> get(Reader& r, Name name, As<Uli>) {
  const auto flags = number(r, name, 1);
  if (!flags) return Fail{flags.why()};
  // CGI, SAI and RAI stand before the TAI, seven octets each.
  for (const unsigned other : {0x01U, 0x02U, 0x04U}) {
    if ((*flags & other) == 0) continue;
    if (auto skipped = r.take(name, 7); !skipped) return Fail{skipped.why()};
  }
  Uli out;
  if ((*flags & 0x08U) != 0) {
    auto plmn = get(r, name, As<PlmnId>{});
    if (!plmn) return Fail{plmn.why()};
    auto tac = number(r, name, 2);
    if (!tac) return Fail{tac.why()};
    out.tai = Tai{*plmn, Tac{static_cast<std::uint16_t>(*tac)}};
  }
  if ((*flags & 0x10U) != 0) {
    auto plmn = get(r, name, As<PlmnId>{});
    if (!plmn) return Fail{plmn.why()};
    auto cell = number(r, name, 4);
    if (!cell) return Fail{cell.why()};
    out.ecgi = Ecgi{*plmn, static_cast<std::uint32_t>(*cell) & Ecgi::max};
  }
  return out;
}

//= TS 29.274, 8.22
void put(Writer& w, const FTeid& v) {
  const unsigned addresses = (v.v4 ? 0x80U : 0U) | (v.v6 ? 0x40U : 0U);
  w.u8(static_cast<Byte>(addresses | (static_cast<Byte>(v.interface) & 0x3FU)));
  w.u(v.teid.value, 4);
  if (v.v4) w.bytes(v.v4->octets);
  if (v.v6) w.bytes(*v.v6);
}
Expected<FTeid, Error> get(Reader& r, Name name, As<FTeid>) {
  const auto flags = number(r, name, 1);
  if (!flags) return Fail{flags.why()};
  const auto teid = number(r, name, 4);
  if (!teid) return Fail{teid.why()};
  FTeid out{static_cast<InterfaceType>(*flags & 0x3FU), Teid{static_cast<std::uint32_t>(*teid)}, {}, {}};
  if ((*flags & 0xC0U) == 0) return Fail{r.error(Fault::bad_value, name)};
  if ((*flags & 0x80U) != 0) {
    auto v4 = octets_of<4>(r, name);
    if (!v4) return Fail{v4.why()};
    out.v4 = Ipv4{*v4};
  }
  if ((*flags & 0x40U) != 0) {
    auto v6 = octets_of<16>(r, name);
    if (!v6) return Fail{v6.why()};
    out.v6 = *v6;
  }
  return out;
}

//= TS 29.274, 8.44
void put(Writer& w, const UeTimeZone& v) {
  w.u8(v.zone);
  w.u8(v.daylight_saving & 3U);
}
Expected<UeTimeZone, Error> get(Reader& r, Name name, As<UeTimeZone>) {
  auto octets = octets_of<2>(r, name);
  if (!octets) return Fail{octets.why()};
  return UeTimeZone{(*octets)[0], static_cast<Byte>((*octets)[1] & 3U)};
}

//= TS 29.274, 8.67
void put(Writer& w, const PrivateExtension& v) {
  w.u(v.enterprise, 2);
  w.bytes(v.octets);
}
Expected<PrivateExtension, Error> get(Reader& r, Name name, As<PrivateExtension>) {
  const auto enterprise = number(r, name, 2);
  if (!enterprise) return Fail{enterprise.why()};
  auto octets = opaque(r, name, private_extension_octets_max);
  if (!octets) return Fail{octets.why()};
  return PrivateExtension{0, static_cast<std::uint16_t>(*enterprise), std::move(*octets)};
}

// --- numbers ------------------------------------------------------------------------------------

namespace {
template <class T>
Expected<T, Error> octet(Reader& r, Name name, Byte mask = 0xFF) {
  const auto v = number(r, name, 1);
  if (!v) return Fail{v.why()};
  return T{static_cast<Byte>(*v & mask)};
}
}  // namespace

//= TS 29.274, 8.8
Expected<Ebi, Error> get(Reader& r, Name name, As<Ebi>) { return octet<Ebi>(r, name, 0x0F); }
//= TS 29.274, 8.5
Expected<Recovery, Error> get(Reader& r, Name name, As<Recovery>) { return octet<Recovery>(r, name); }
//= TS 29.274, 8.57
Expected<ApnRestriction, Error> get(Reader& r, Name name, As<ApnRestriction>) {
  return octet<ApnRestriction>(r, name);
}
//= TS 29.274, 8.27
Expected<DelayValue, Error> get(Reader& r, Name name, As<DelayValue>) { return octet<DelayValue>(r, name); }
//= TS 29.274, 8.29
Expected<ChargingId, Error> get(Reader& r, Name name, As<ChargingId>) {
  const auto v = number(r, name, 4);
  if (!v) return Fail{v.why()};
  return ChargingId{static_cast<std::uint32_t>(*v)};
}
//= TS 29.274, 8.17
Expected<RatType, Error> get(Reader& r, Name name, As<RatType>) {
  const auto v = number(r, name, 1);
  if (!v) return Fail{v.why()};
  if (*v == 0) return Fail{r.error(Fault::bad_value, name)};
  return static_cast<RatType>(*v);
}
//= TS 29.274, 8.34
Expected<PdnType, Error> get(Reader& r, Name name, As<PdnType>) {
  const auto v = number(r, name, 1);
  if (!v) return Fail{v.why()};
  const auto type = *v & 7U;
  if (type < 1 || type > 5) return Fail{r.error(Fault::bad_value, name)};
  return static_cast<PdnType>(type);
}
//= TS 29.274, 8.58
Expected<SelectionMode, Error> get(Reader& r, Name name, As<SelectionMode>) {
  const auto v = number(r, name, 1);
  if (!v) return Fail{v.why()};
  const auto mode = *v & 3U;  // the value 3 is read as 2
  return static_cast<SelectionMode>(mode == 3 ? 2 : mode);
}

std::string_view to_string(CauseValue value) {
  switch (value) {
    case CauseValue::local_detach: return "local detach";
    case CauseValue::isr_deactivation: return "ISR deactivation";
    case CauseValue::error_indication: return "error indication received";
    case CauseValue::request_accepted: return "request accepted";
    case CauseValue::request_accepted_partially: return "request accepted partially";
    case CauseValue::new_pdn_type_network_preference: return "new PDN type due to network preference";
    case CauseValue::new_pdn_type_single_address: return "new PDN type due to single address bearer only";
    case CauseValue::context_not_found: return "context not found";
    case CauseValue::invalid_message_format: return "invalid message format";
    case CauseValue::version_not_supported_by_next_peer: return "version not supported by next peer";
    case CauseValue::invalid_length: return "invalid length";
    case CauseValue::service_not_supported: return "service not supported";
    case CauseValue::mandatory_ie_incorrect: return "mandatory IE incorrect";
    case CauseValue::mandatory_ie_missing: return "mandatory IE missing";
    case CauseValue::system_failure: return "system failure";
    case CauseValue::no_resources_available: return "no resources available";
    case CauseValue::missing_or_unknown_apn: return "missing or unknown APN";
    case CauseValue::preferred_pdn_type_not_supported: return "preferred PDN type not supported";
    case CauseValue::all_dynamic_addresses_occupied: return "all dynamic addresses are occupied";
    case CauseValue::ue_not_responding: return "UE not responding";
    case CauseValue::ue_refuses: return "UE refuses";
    case CauseValue::relocation_failure: return "relocation failure";
    case CauseValue::service_denied: return "service denied";
    case CauseValue::unable_to_page_ue: return "unable to page UE";
    case CauseValue::no_memory_available: return "no memory available";
    case CauseValue::user_authentication_failed: return "user authentication failed";
    case CauseValue::p_tmsi_signature_mismatch: return "P-TMSI signature mismatch";
    case CauseValue::imsi_not_known: return "IMSI not known";
    case CauseValue::data_forwarding_not_supported: return "data forwarding not supported";
    case CauseValue::invalid_reply_from_remote_peer: return "invalid reply from remote peer";
    case CauseValue::temporarily_rejected: return "temporarily rejected, a move is in progress";
    case CauseValue::request_rejected: return "request rejected";
    case CauseValue::unable_to_page_ue_due_to_suspension: return "unable to page UE due to suspension";
    case CauseValue::remote_peer_not_responding: return "remote peer not responding";
    case CauseValue::conditional_ie_missing: return "conditional IE missing";
    case CauseValue::ue_already_reattached: return "UE already re-attached";
  }
  return "unnamed cause";
}

}  // namespace baton::wire::gtp2
