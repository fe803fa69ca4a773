// choices.cpp: the CHOICE types and lists of IE values to octets and back (TS 36.413, 9.3.4).
#include "base/cases.h"
#include "wire/s1ap/sequences.h"

namespace baton::wire::s1ap {
namespace {

constexpr Items erab_items{IeId::erab_to_be_setup_item_ctxt_su_req, Criticality::reject, erabs_max};
constexpr Items erab_set_up_items{IeId::erab_setup_item_ctxt_su_res, Criticality::ignore, erabs_max};
constexpr Items erab_failed_items{IeId::erab_item, Criticality::ignore, erabs_max};
constexpr Items tai_items{IeId::tai_item, Criticality::ignore, tais_max};
constexpr Items connection_items{IeId::ue_associated_logical_s1_connection_item, Criticality::reject,
                                 individual_connections_max};

}  // namespace

//= TS 36.413, 9.2.1.37
template <>
Read<GlobalEnbId> Codec<GlobalEnbId>::read(per::Reader& r, std::string_view field, Findings& found) {
  auto preamble = r.bits(field, 2);  // extended, iE-Extensions
  if (!preamble) return Fail{preamble.why()};
  auto plmn = Codec<PlmnId>::read(r, "PLMN Identity", found);
  if (!plmn) return Fail{plmn.why()};
  auto which = r.index("eNB ID", 2, true);
  if (!which) return Fail{which.why()};
  if (which->extension) return Fail{r.error(Fault::unsupported, "eNB ID")};
  const bool macro = which->value == 0;
  auto value = read_number_bits(r, "eNB ID", macro ? 20 : 28);
  if (!value) return Fail{value.why()};
  if ((*preamble & 1U) != 0) {
    auto done = read_extensions(r, field, found);
    if (!done) return Fail{done.why()};
  }
  if ((*preamble & 2U) != 0) {
    auto done = r.skip_additions(field);
    if (!done) return Fail{done.why()};
  }
  if (macro) return GlobalEnbId{MacroEnbId{*plmn, *value}};
  return GlobalEnbId{HomeEnbId{*plmn, *value}};
}
template <>
void Codec<GlobalEnbId>::write(per::Writer& w, const GlobalEnbId& v) {
  w.bits(0, 2);
  Codec<PlmnId>::write(w, plmn_of(v));
  std::visit(Cases{[&](const MacroEnbId& e) {
                     w.index({0, false}, 2, true);
                     write_number_bits(w, e.value, 20);
                   },
                   [&](const HomeEnbId& e) {
                     w.index({1, false}, 2, true);
                     write_number_bits(w, e.value, 28);
                   }},
             v);
}

//= TS 36.413, 9.2.1.6
template <>
Read<TargetId> Codec<TargetId>::read(per::Reader& r, std::string_view field, Findings& found) {
  auto which = r.index(field, 3, true);
  if (!which) return Fail{which.why()};
  if (which->extension) return Fail{r.error(Fault::unsupported, field)};
  const auto alternative = [&](const auto* kind) -> Read<TargetId> {
    using T = std::remove_cv_t<std::remove_pointer_t<decltype(kind)>>;
    auto v = Codec<T>::read(r, field, found);
    if (!v) return Fail{v.why()};
    return TargetId{std::move(*v)};
  };
  switch (which->value) {
    case 0: return alternative(static_cast<const TargetEnb*>(nullptr));
    case 1: return alternative(static_cast<const TargetRnc*>(nullptr));
    default: return alternative(static_cast<const TargetCgi*>(nullptr));
  }
}
template <>
void Codec<TargetId>::write(per::Writer& w, const TargetId& v) {
  w.index({static_cast<std::uint32_t>(v.index()), false}, 3, true);
  std::visit([&]<class T>(const T& target) { Codec<T>::write(w, target); }, v);
}

//= TS 36.413, 9.2.1.3
template <>
Read<Cause> Codec<Cause>::read(per::Reader& r, std::string_view field, Findings&) {
  auto group = r.index(field, 5, true);
  if (!group) return Fail{group.why()};
  if (group->extension) return Fail{r.error(Fault::unsupported, field)};
  const auto value = [&](auto first, unsigned root, unsigned known) -> Read<Cause> {
    auto v = read_enumerated<decltype(first)>(r, field, root, known);
    if (!v) return Fail{v.why()};
    return Cause{*v};
  };
  switch (group->value) {
    case 0: return value(CauseRadioNetwork{}, 36, 41);
    case 1: return value(CauseTransport{}, 2, 2);
    case 2: return value(CauseNas{}, 4, 5);
    case 3: return value(CauseProtocol{}, 7, 7);
    default: return value(CauseMisc{}, 6, 6);
  }
}
template <>
void Codec<Cause>::write(per::Writer& w, const Cause& v) {
  w.index({static_cast<std::uint32_t>(v.index()), false}, 5, true);
  std::visit(Cases{[&](CauseRadioNetwork c) { write_enumerated(w, c, 36); },
                   [&](CauseTransport c) { write_enumerated(w, c, 2); },
                   [&](CauseNas c) { write_enumerated(w, c, 4); },
                   [&](CauseProtocol c) { write_enumerated(w, c, 7); },
                   [&](CauseMisc c) { write_enumerated(w, c, 6); }},
             v);
}

//= TS 36.413, 9.2.3.13; the IMSI is packed as in TS 29.002
template <>
Read<UePagingId> Codec<UePagingId>::read(per::Reader& r, std::string_view field, Findings& found) {
  auto which = r.index(field, 2, true);
  if (!which) return Fail{which.why()};
  if (which->extension) return Fail{r.error(Fault::unsupported, field)};
  if (which->value == 0) {
    auto s_tmsi = Codec<STmsi>::read(r, "S-TMSI", found);
    if (!s_tmsi) return Fail{s_tmsi.why()};
    return UePagingId{*s_tmsi};
  }
  auto packed = r.octet_string("IMSI", {3, 8});
  if (!packed) return Fail{packed.why()};
  auto digits = parse_tbcd(*packed);
  if (!digits) return Fail{r.error(Fault::bad_value, "IMSI")};
  auto imsi = Imsi::parse(*digits);
  if (!imsi) return Fail{r.error(Fault::bad_value, "IMSI")};
  return UePagingId{std::move(*imsi)};
}
template <>
void Codec<UePagingId>::write(per::Writer& w, const UePagingId& v) {
  w.index({static_cast<std::uint32_t>(v.index()), false}, 2, true);
  std::visit(Cases{[&](const STmsi& s) { Codec<STmsi>::write(w, s); },
                   [&](const Imsi& i) {
                     w.octet_string(tbcd(i.digits()), {3, 8});
                   }},
             v);
}

//= TS 36.413, 9.2.3.18
template <>
Read<UeS1apIds> Codec<UeS1apIds>::read(per::Reader& r, std::string_view field, Findings& found) {
  auto which = r.index(field, 2, true);
  if (!which) return Fail{which.why()};
  if (which->extension) return Fail{r.error(Fault::unsupported, field)};
  if (which->value == 0) {
    auto pair = Codec<UeS1apIdPair>::read(r, field, found);
    if (!pair) return Fail{pair.why()};
    return UeS1apIds{*pair};
  }
  auto id = Codec<MmeUeS1apId>::read(r, field, found);
  if (!id) return Fail{id.why()};
  return UeS1apIds{*id};
}
template <>
void Codec<UeS1apIds>::write(per::Writer& w, const UeS1apIds& v) {
  w.index({static_cast<std::uint32_t>(v.index()), false}, 2, true);
  std::visit(Cases{[&](const UeS1apIdPair& p) { Codec<UeS1apIdPair>::write(w, p); },
                   [&](MmeUeS1apId id) { Codec<MmeUeS1apId>::write(w, id); }},
             v);
}

//= TS 36.413, 9.1.8.1
template <>
Read<ResetType> Codec<ResetType>::read(per::Reader& r, std::string_view field, Findings& found) {
  auto which = r.index(field, 2, true);
  if (!which) return Fail{which.why()};
  if (which->extension) return Fail{r.error(Fault::unsupported, field)};
  if (which->value == 0) {
    auto all = r.index(field, 1, true);  // ResetAll, of which there is one kind
    if (!all) return Fail{all.why()};
    if (all->extension) return Fail{r.error(Fault::unsupported, field)};
    return ResetType{ResetAll{}};
  }
  auto list = read_items<UeConnection>(r, field, found, connection_items);
  if (!list) return Fail{list.why()};
  return ResetType{std::move(*list)};
}
template <>
void Codec<ResetType>::write(per::Writer& w, const ResetType& v) {
  w.index({static_cast<std::uint32_t>(v.index()), false}, 2, true);
  std::visit(
      Cases{[&](const ResetAll&) {
              w.index({0, false}, 1, true);
            },
            [&](const std::vector<UeConnection>& list) { write_connections(w, list, Criticality::reject); }},
      v);
}

void write_connections(per::Writer& w, const std::vector<UeConnection>& list, Criticality item_criticality) {
  write_items(w, list, {connection_items.id, item_criticality, connection_items.most});
}

template <>
Read<std::vector<UeConnection>> Codec<std::vector<UeConnection>>::read(per::Reader& r, std::string_view field,
                                                                       Findings& found) {
  return read_items<UeConnection>(r, field, found, connection_items);
}
template <>
void Codec<std::vector<UeConnection>>::write(per::Writer& w, const std::vector<UeConnection>& v) {
  write_connections(w, v, Criticality::ignore);
}

template <>
Read<std::vector<ErabToSetup>> Codec<std::vector<ErabToSetup>>::read(per::Reader& r, std::string_view field,
                                                                     Findings& found) {
  return read_items<ErabToSetup>(r, field, found, erab_items);
}
template <>
void Codec<std::vector<ErabToSetup>>::write(per::Writer& w, const std::vector<ErabToSetup>& v) {
  write_items(w, v, erab_items);
}

template <>
Read<std::vector<ErabSetUp>> Codec<std::vector<ErabSetUp>>::read(per::Reader& r, std::string_view field,
                                                                 Findings& found) {
  return read_items<ErabSetUp>(r, field, found, erab_set_up_items);
}
template <>
void Codec<std::vector<ErabSetUp>>::write(per::Writer& w, const std::vector<ErabSetUp>& v) {
  write_items(w, v, erab_set_up_items);
}

template <>
Read<std::vector<ErabFailed>> Codec<std::vector<ErabFailed>>::read(per::Reader& r, std::string_view field,
                                                                   Findings& found) {
  return read_items<ErabFailed>(r, field, found, erab_failed_items);
}
template <>
void Codec<std::vector<ErabFailed>>::write(per::Writer& w, const std::vector<ErabFailed>& v) {
  write_items(w, v, erab_failed_items);
}

template <>
Read<std::vector<Tai>> Codec<std::vector<Tai>>::read(per::Reader& r, std::string_view field,
                                                     Findings& found) {
  auto items = read_items<TaiItem>(r, field, found, tai_items);
  if (!items) return Fail{items.why()};
  std::vector<Tai> out;
  for (const TaiItem& i : *items) out.push_back(i.tai);
  return out;
}
template <>
void Codec<std::vector<Tai>>::write(per::Writer& w, const std::vector<Tai>& v) {
  std::vector<TaiItem> items;
  for (const Tai& t : v) items.push_back({t});
  write_items(w, items, tai_items);
}

template <>
Read<std::vector<SupportedTa>> Codec<std::vector<SupportedTa>>::read(per::Reader& r, std::string_view field,
                                                                     Findings& found) {
  return read_list<SupportedTa>(r, field, found, tacs_max);
}
template <>
void Codec<std::vector<SupportedTa>>::write(per::Writer& w, const std::vector<SupportedTa>& v) {
  write_list(w, v, tacs_max);
}

template <>
Read<std::vector<ServedGummei>> Codec<std::vector<ServedGummei>>::read(per::Reader& r, std::string_view field,
                                                                       Findings& found) {
  return read_list<ServedGummei>(r, field, found, rats_max);
}
template <>
void Codec<std::vector<ServedGummei>>::write(per::Writer& w, const std::vector<ServedGummei>& v) {
  write_list(w, v, rats_max);
}

}  // namespace baton::wire::s1ap
