// describe.cpp: PDUs as readable text, from the same tables that encode them.
#include "base/cases.h"
#include "wire/s1ap/message.h"
#include "wire/s1ap/sequences.h"

namespace baton::wire::s1ap {
namespace {

/// Octets of a peer are shown as hexadecimal digits, and no more of them than a person reads.
constexpr std::size_t octets_shown_max = 64;

std::string shown(Bytes octets) {
  std::string out = std::to_string(octets.size()) + " octets ";
  out += hex(octets.first(std::min(octets.size(), octets_shown_max)));
  if (octets.size() > octets_shown_max) out += "...";
  return out;
}
std::string hex_number(std::uint32_t v, unsigned digits) {
  std::string out = "0x";
  for (unsigned i = digits; i > 0; --i) out += "0123456789abcdef"[v >> (4 * (i - 1)) & 0xFU];
  return out;
}

// One `text` per kind of value.
template <class T>
concept HasRows = requires {
  Sequence<T>::rows;
};

std::string text(bool v) { return v ? "yes" : "no"; }
std::string text(std::uint64_t v) { return std::to_string(v); }
std::string text(std::uint32_t v) { return hex_number(v, 7); }
std::string text(std::uint16_t v) { return hex_number(v, 4); }
std::string text(std::uint8_t v) { return std::to_string(v); }
std::string text(MmeUeS1apId v) { return std::to_string(v.value); }
std::string text(EnbUeS1apId v) { return std::to_string(v.value); }
std::string text(ErabId v) { return std::to_string(v.value); }
std::string text(RelativeMmeCapacity v) { return std::to_string(v.value); }
std::string text(UeIdentityIndexValue v) { return std::to_string(v.value); }
std::string text(Tac v) { return hex_number(v.value, 4); }
std::string text(MmeGroupId v) { return hex_number(v.value, 4); }
std::string text(MmeCode v) { return hex_number(v.value, 2); }
std::string text(MTmsi v) { return hex_number(v.value, 8); }
std::string text(Teid v) { return hex_number(v.value, 8); }
std::string text(const PlmnId& v) { return v.mcc() + "-" + v.mnc(); }
std::string text(const NasPdu& v) { return shown(v.octets); }
std::string text(const UeRadioCapability& v) { return shown(v.octets); }
std::string text(const TransparentContainer& v) { return shown(v.octets); }
std::string text(const NasSecurityParameters& v) { return shown(v.octets); }
std::string text(const ReceiveStatus& v) { return shown(v.octets); }
std::string text(Lac v) { return hex_number(v.value, 4); }
std::string text(Rac v) { return hex_number(v.value, 2); }
std::string text(CellOfGeran v) { return hex_number(v.value, 4); }
std::string text(ExtendedRncId v) { return std::to_string(v.value); }
std::string text(HandoverType v) {
  constexpr std::array<std::string_view, 5> names{"intra-LTE", "LTE to UTRAN", "LTE to GERAN", "UTRAN to LTE",
                                                  "GERAN to LTE"};
  return std::string(names[static_cast<std::size_t>(v)]);
}
std::string text(DirectForwardingPath) { return "available"; }
std::string text(ForbiddenRats v) {
  constexpr std::array<std::string_view, 6> names{"all",      "GERAN",           "UTRAN",
                                                  "cdma2000", "GERAN and UTRAN", "cdma2000 and UTRAN"};
  return std::string(names[static_cast<std::size_t>(v)]);
}
std::string text(const Name& v) { return '"' + v.text + '"'; }
std::string text(const Kenb&) { return "32 octets, not shown"; }
std::string text(const Nh&) { return "32 octets, not shown"; }
std::string text(const KenbStar&) { return "32 octets, not shown"; }
std::string text(const AnnouncementOctets& v) { return shown(v.octets); }
std::string text(const ContainerOctets& v) { return shown(v.octets); }
std::string text(const KeyHandling& v) {
  std::string out = v.from_star ? "KeNB* and C-RNTI" : "NH";
  if (v.raw) out += ", raw reading";
  if (v.new_context) out += ", new security context";
  return out;
}
std::string text(const Cause& v) { return to_string(v); }
std::string text(Criticality v) { return std::string(to_string(v)); }
std::string text(PduType v) { return std::string(to_string(v)); }
std::string text(Procedure v) {
  return std::to_string(static_cast<unsigned>(v)) + " (" + std::string(to_string(v)) + ")";
}
std::string text(IeId v) { return std::to_string(static_cast<unsigned>(v)); }
std::string text(TypeOfError v) { return v == TypeOfError::missing ? "missing" : "not understood"; }
std::string text(CnDomain v) { return v == CnDomain::ps ? "PS" : "CS"; }
std::string text(PagingDrx v) { return std::to_string(32U << static_cast<unsigned>(v)); }
std::string text(TimeToWait v) { return std::to_string(seconds_of(v)) + " s"; }
std::string text(RrcEstablishmentCause v) {
  constexpr std::array<std::string_view, 8> names{
      "emergency", "highPriorityAccess",   "mt-Access",    "mo-Signalling",
      "mo-Data",   "delay-TolerantAccess", "mo-VoiceCall", "mo-ExceptionData"};
  return std::string(names[static_cast<std::size_t>(v)]);
}
std::string text(const TransportLayerAddress& v) {
  if (v.bits == 32) return v.ipv4()->to_string();
  return std::to_string(v.bits) + " bits " + hex(v.octets);
}
template <HasRows T>
std::string text(const T& v);
template <class T>
std::string text(const std::vector<T>& list);
std::string text(const GlobalEnbId& v) {
  return std::visit(
      Cases{[](const MacroEnbId& e) { return text(e.plmn) + " macro " + hex_number(e.value, 5); },
            [](const HomeEnbId& e) { return text(e.plmn) + " home " + hex_number(e.value, 7); }},
      v);
}
std::string text(const UePagingId& v) {
  return std::visit(Cases{[](const STmsi& s) { return "S-TMSI " + text(s.code) + " " + text(s.m_tmsi); },
                          [](const Imsi& i) { return "IMSI " + i.digits(); }},
                    v);
}
std::string text(const UeS1apIds& v);
std::string text(const ResetType& v);
std::string text(const TargetId& v);

template <class T>
std::string text(const std::vector<T>& list) {
  std::string out;
  for (const T& e : list) {
    if (!out.empty()) out += ", ";
    out += HasRows<T> ? "{" + text(e) + "}" : text(e);
  }
  return out;
}
template <HasRows T>
std::string text(const T& v) {
  std::string out;
  const auto one = [&](const auto& row) {
    using F = typename std::remove_cv_t<std::remove_reference_t<decltype(row)>>::member;
    if (!row.present(v)) return;
    if (!out.empty()) out += ", ";
    out += row.name;
    out += ' ';
    const auto put = [&](const auto& f) {
      constexpr bool nested = HasRows<std::remove_cv_t<std::remove_reference_t<decltype(f)>>>;
      out += nested ? "{" + text(f) + "}" : text(f);
    };
    if constexpr (OptionalOf<F>::value)
      put(*(v.*row.at));
    else
      put(v.*row.at);
  };
  std::apply([&](const auto&... row) { (one(row), ...); }, Sequence<T>::rows);
  return out;
}
std::string text(const UeS1apIds& v) {
  return std::visit(Cases{[](const UeS1apIdPair& p) { return text(p); },
                          [](MmeUeS1apId id) { return "MME UE S1AP ID " + text(id); }},
                    v);
}
std::string text(const ResetType& v) {
  return std::visit(Cases{[](const ResetAll&) { return std::string("all"); },
                          [](const std::vector<UeConnection>& list) { return text(list); }},
                    v);
}

std::string text(const TargetId& v) {
  return std::visit(Cases{[](const TargetEnb& t) { return "eNB " + text(t); },
                          [](const TargetRnc& t) { return "RNC " + text(t); },
                          [](const TargetCgi& t) { return "cell " + text(t); }},
                    v);
}

template <class M>
std::string describe_message(const M& m) {
  std::string out;
  const auto one = [&](const auto& row) {
    const auto* v = value_of(m, row);
    if (v == nullptr) return;
    out += "  ";
    out += row.name;
    out += ": ";
    out += text(*v);
    out += '\n';
  };
  std::apply([&](const auto&... row) { (one(row), ...); }, M::ies());
  return out;
}

}  // namespace

std::string describe(Bytes pdu) {
  auto received = decode_any(pdu);
  if (!received) {
    const DecodeFailure& f = received.why();
    std::string out = "S1AP";
    if (f.procedure) out += ", " + std::string(to_string(*f.procedure));
    if (f.type) out += ", " + std::string(to_string(*f.type));
    return out + ": " + f.error.to_string() + "\n";
  }
  std::string out = "S1AP " + std::string(name_of(received->pdu)) + "\n";
  out += std::visit([](const auto& m) { return describe_message(m); }, received->pdu);
  for (const IeDiagnostics& d : received->report) out += "  not understood: " + text(d) + "\n";
  return out;
}

}  // namespace baton::wire::s1ap
