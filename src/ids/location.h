// location.h: where a UE is and what serves it: TAI, cell, eNB, MME, GUTI.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/strong.h"
#include "ids/plmn_id.h"

namespace baton {

using Tac = Strong<std::uint16_t, struct TacTag>;
using MmeGroupId = Strong<std::uint16_t, struct MmeGroupIdTag>;
using MmeCode = Strong<std::uint8_t, struct MmeCodeTag>;
using MTmsi = Strong<std::uint32_t, struct MTmsiTag>;

/// Tai is a tracking area (TS 23.003, 19.4.2.3).
struct Tai {
  PlmnId plmn;
  Tac tac;
  friend auto operator<=>(const Tai&, const Tai&) = default;
};
std::string to_string(const Tai& t);

/// MacroEnbId is the 20-bit identity of an eNB within its PLMN (TS 36.413, 9.2.1.37).
struct MacroEnbId {
  static constexpr std::uint32_t max = 0xF'FFFF;
  PlmnId plmn;
  std::uint32_t value;  ///< 20 bits
  friend auto operator<=>(const MacroEnbId&, const MacroEnbId&) = default;
};

/// Ecgi is a cell: PLMN and 28 bits, the upper 20 of which name a macro eNB (TS 23.003, 19.6).
struct Ecgi {
  static constexpr std::uint32_t max = 0xFFF'FFFF;
  PlmnId plmn;
  std::uint32_t cell;  ///< 28 bits
  friend auto operator<=>(const Ecgi&, const Ecgi&) = default;
};

/// Gummei names an MME in the world (TS 23.003, 2.8.1).
struct Gummei {
  PlmnId plmn;
  MmeGroupId group;
  MmeCode code;
  friend auto operator<=>(const Gummei&, const Gummei&) = default;
};

/// Guti is the temporary identity an MME gave to a UE (TS 23.003, 2.8.1).
struct Guti {
  Gummei mme;
  MTmsi m_tmsi;
  static Guti test_value() {
    return {{PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{1}}, MTmsi{0xC0000001}};
  }
  friend auto operator<=>(const Guti&, const Guti&) = default;
};
std::string to_string(const Guti& g);

/// STmsi is the short form of a GUTI, unique within an MME group (TS 23.003, 2.8.1).
struct STmsi {
  MmeCode code;
  MTmsi m_tmsi;
  friend auto operator<=>(const STmsi&, const STmsi&) = default;
};

}  // namespace baton
