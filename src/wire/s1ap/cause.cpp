#include "wire/s1ap/cause.h"

#include <array>

#include "base/cases.h"

namespace baton::wire::s1ap {
namespace {

// The names in the order of the enumerations of TS 36.413, 9.3.4.
constexpr std::array<std::string_view, 41> radio_network{
    "unspecified",
    "TX2RELOCOverall expiry",
    "successful handover",
    "release due to E-UTRAN generated reason",
    "handover cancelled",
    "partial handover",
    "handover failure in target EPC/eNB or target system",
    "handover target not allowed",
    "TS1RELOCoverall expiry",
    "TS1RELOCprep expiry",
    "cell not available",
    "unknown target ID",
    "no radio resources available in target cell",
    "unknown or already allocated MME UE S1AP ID",
    "unknown or already allocated eNB UE S1AP ID",
    "unknown or inconsistent pair of UE S1AP ID",
    "handover desirable for radio reasons",
    "time critical handover",
    "resource optimisation handover",
    "reduce load in serving cell",
    "user inactivity",
    "radio connection with UE lost",
    "load balancing TAU required",
    "CS fallback triggered",
    "UE not available for PS service",
    "radio resources not available",
    "failure in the radio interface procedure",
    "invalid QoS combination",
    "inter-RAT redirection",
    "interaction with other procedure",
    "unknown E-RAB ID",
    "multiple E-RAB ID instances",
    "encryption and/or integrity protection algorithms not supported",
    "S1 intra system handover triggered",
    "S1 inter system handover triggered",
    "X2 handover triggered",
    "redirection towards 1xRTT",
    "not supported QCI value",
    "invalid CSG ID",
    "release due to pre-emption",
    "N26 interface not available"};
constexpr std::array<std::string_view, 2> transport{"transport resource unavailable", "unspecified"};
constexpr std::array<std::string_view, 5> nas{"normal release", "authentication failure", "detach",
                                              "unspecified", "CSG subscription expiry"};
constexpr std::array<std::string_view, 7> protocol{"transfer syntax error",
                                                   "abstract syntax error (reject)",
                                                   "abstract syntax error (ignore and notify)",
                                                   "message not compatible with receiver state",
                                                   "semantic error",
                                                   "abstract syntax error (falsely constructed message)",
                                                   "unspecified"};
constexpr std::array<std::string_view, 6> misc{"control processing overload",
                                               "not enough user plane processing resources",
                                               "hardware failure",
                                               "O&M intervention",
                                               "unspecified",
                                               "unknown PLMN"};

template <std::size_t N, class E>
std::string named(std::string_view group, const std::array<std::string_view, N>& names, E value) {
  const auto i = static_cast<std::size_t>(value);
  std::string out(group);
  out += ": ";
  out += i < N ? names[i] : std::string_view("?");
  return out;
}

}  // namespace

std::string to_string(const Cause& cause) {
  return std::visit(Cases{[](CauseRadioNetwork v) { return named("radio network", radio_network, v); },
                          [](CauseTransport v) { return named("transport", transport, v); },
                          [](CauseNas v) { return named("NAS", nas, v); },
                          [](CauseProtocol v) { return named("protocol", protocol, v); },
                          [](CauseMisc v) { return named("miscellaneous", misc, v); }},
                    cause);
}

}  // namespace baton::wire::s1ap
