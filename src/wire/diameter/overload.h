// overload.h: what a server says of its load, and a client of what it understands. RFC 7683.
#pragma once

#include <optional>
#include <tuple>

#include "base/expected.h"
#include "wire/cursor.h"
#include "wire/diameter/rows.h"

namespace baton::wire::diameter {

/// Bits of OC-Feature-Vector. RFC 7683, 7.2.
namespace oc_feature {
inline constexpr std::uint64_t loss_algorithm = 1;
}

/// Whom a report is about. RFC 7683, 7.6.
enum class OcReportType : std::uint32_t { host = 0, realm = 1 };
constexpr bool is_known(OcReportType t) { return static_cast<std::uint32_t>(t) <= 1; }

/// OC-Supported-Features: whoever sends it understands reports. Without the vector: the loss algorithm.
struct OcSupportedFeatures {
  std::optional<std::uint64_t> feature_vector{};

  static constexpr const AvpDef& def = avp::oc_supported_features;
  //= RFC 7683, 7.1
  // [ OC-Feature-Vector ]  * [ AVP ]
  template <class M = OcSupportedFeatures>
  static constexpr auto avps() {
    return std::tuple{Optional{avp::oc_feature_vector, &M::feature_vector}};
  }
  friend bool operator==(const OcSupportedFeatures&, const OcSupportedFeatures&) = default;
};

/// OC-OLR: how much less the sender wants to be asked, and for how long.
struct OcOlr {
  std::uint64_t sequence_number = 0;  ///< grows with each new report
  OcReportType report_type = OcReportType::host;
  std::optional<std::uint32_t> reduction_percentage{};  ///< 0 to 100; absent: 0
  std::optional<std::uint32_t> validity_s{};            ///< absent: 30; 0 ends a report

  static constexpr const AvpDef& def = avp::oc_olr;
  //= RFC 7683, 7.3
  // < OC-Sequence-Number >  < OC-Report-Type >  [ OC-Reduction-Percentage ]  [ OC-Validity-Duration ]
  // [ SourceID ]  * [ AVP ]
  template <class M = OcOlr>
  static constexpr auto avps() {
    return std::tuple{Required{avp::oc_sequence_number, &M::sequence_number},
                      Required{avp::oc_report_type, &M::report_type},
                      Optional{avp::oc_reduction_percentage, &M::reduction_percentage},
                      Optional{avp::oc_validity_duration, &M::validity_s}};
  }
  friend bool operator==(const OcOlr&, const OcOlr&) = default;
};

/// decode_olr reads the value of an OC-OLR that stands in any answer.
Expected<OcOlr, Error> decode_olr(Bytes value);

}  // namespace baton::wire::diameter
