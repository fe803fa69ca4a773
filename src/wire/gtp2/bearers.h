// bearers.h: the grouped elements of GTPv2-C: bearer contexts, one struct for each use (TS 29.274, 8.28).
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "wire/gtp2/table.h"
#include "wire/gtp2/values.h"

namespace baton::wire::gtp2 {

//= TS 29.274, 7.2.1, table 7.2.1-2
struct BearerToCreate {
  Ebi ebi{};
  std::optional<FTeid> s1u_enb;
  std::optional<FTeid> s5u_sgw;
  std::optional<FTeid> s5u_pgw;
  BearerQos qos{};

  static constexpr std::string_view name = "Bearer Context to be created";
  template <class M = BearerToCreate>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::ebi, 0}, Presence::m, "EPS Bearer ID", &M::ebi},
                      Row{{ie::f_teid, 0}, Presence::c, "S1-U eNodeB F-TEID", &M::s1u_enb},
                      Row{{ie::f_teid, 2}, Presence::c, "S5/S8-U SGW F-TEID", &M::s5u_sgw},
                      Row{{ie::f_teid, 3}, Presence::c, "S5/S8-U PGW F-TEID", &M::s5u_pgw},
                      Row{{ie::bearer_qos, 0}, Presence::m, "Bearer Level QoS", &M::qos}};
  }
  friend bool operator==(const BearerToCreate&, const BearerToCreate&) = default;
};

//= TS 29.274, 7.2.2, table 7.2.2-2
struct BearerCreated {
  Ebi ebi{};
  Cause cause{};
  std::optional<FTeid> s1u_sgw;
  std::optional<FTeid> s5u_pgw;
  std::optional<BearerQos> qos;
  std::optional<ChargingId> charging_id;

  static constexpr std::string_view name = "Bearer Context created";
  template <class M = BearerCreated>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::ebi, 0}, Presence::m, "EPS Bearer ID", &M::ebi},
                      Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
                      Row{{ie::f_teid, 0}, Presence::c, "S1-U SGW F-TEID", &M::s1u_sgw},
                      Row{{ie::f_teid, 2}, Presence::c, "S5/S8-U PGW F-TEID", &M::s5u_pgw},
                      Row{{ie::bearer_qos, 0}, Presence::c, "Bearer Level QoS", &M::qos},
                      Row{{ie::charging_id, 0}, Presence::c, "Charging Id", &M::charging_id}};
  }
  friend bool operator==(const BearerCreated&, const BearerCreated&) = default;
};

//= TS 29.274, 7.2.7, table 7.2.7-2
struct BearerToModify {
  Ebi ebi{};
  std::optional<FTeid> s1u_enb;
  std::optional<FTeid> s5u_sgw;

  static constexpr std::string_view name = "Bearer Context to be modified";
  template <class M = BearerToModify>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::ebi, 0}, Presence::m, "EPS Bearer ID", &M::ebi},
                      Row{{ie::f_teid, 0}, Presence::c, "S1 eNodeB F-TEID", &M::s1u_enb},
                      Row{{ie::f_teid, 1}, Presence::c, "S5/S8-U SGW F-TEID", &M::s5u_sgw}};
  }
  friend bool operator==(const BearerToModify&, const BearerToModify&) = default;
};

//= TS 29.274, 7.2.7, table 7.2.7-3
struct BearerToRemove {
  Ebi ebi{};

  static constexpr std::string_view name = "Bearer Context to be removed";
  template <class M = BearerToRemove>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::ebi, 0}, Presence::m, "EPS Bearer ID", &M::ebi}};
  }
  friend bool operator==(const BearerToRemove&, const BearerToRemove&) = default;
};

//= TS 29.274, 7.2.8, table 7.2.8-2
struct BearerModified {
  Ebi ebi{};
  Cause cause{};
  std::optional<FTeid> s1u_sgw;
  std::optional<ChargingId> charging_id;

  static constexpr std::string_view name = "Bearer Context modified";
  template <class M = BearerModified>
  static constexpr auto rows() {
    return std::tuple{Row{{ie::ebi, 0}, Presence::m, "EPS Bearer ID", &M::ebi},
                      Row{{ie::cause, 0}, Presence::m, "Cause", &M::cause},
                      Row{{ie::f_teid, 0}, Presence::c, "S1-U SGW F-TEID", &M::s1u_sgw},
                      Row{{ie::charging_id, 0}, Presence::c, "Charging ID", &M::charging_id}};
  }
  friend bool operator==(const BearerModified&, const BearerModified&) = default;
};

}  // namespace baton::wire::gtp2
