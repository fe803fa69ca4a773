// monitor_state.h: what the monitor knows of keys, UEs and connections. For its own files only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "lab/monitor.h"

namespace baton::lab {

/// digest_of is what a message was, without keeping it: FNV-1a.
inline std::uint64_t digest_of(Bytes octets) {
  std::uint64_t h = 0xCBF2'9CE4'8422'2325U;
  for (const Byte b : octets) h = (h ^ b) * 0x0000'0100'0000'01B3U;
  return h;
}

/// Uses are the COUNTs used under one key in one direction, each with what it protected.
struct Monitor::Uses {
  std::map<std::uint32_t, std::uint64_t> messages;
  std::int64_t highest = -1;
};

struct Monitor::NasKeys {
  Kasme kasme;
  KeyId id;
  /// Integrity algorithm of the last security mode command, and those it replaced under this KASME.
  std::optional<Byte> eia, eea;
  bool confirmed[2] = {false, false};  ///< a message under it has been seen in that direction
  std::vector<Byte> former_eia;
  Uses uses[2];  ///< downlink, uplink
};

struct Monitor::RadioKeys {
  Kenb kenb;
  std::optional<wire::rrc::AsAlgorithms> algorithms;
  std::optional<KrrcInt> krrc_int;
  std::optional<KrrcEnc> krrc_enc;
  Uses uses[2];
};

struct Monitor::Radio {
  RadioKeys* keys = nullptr;
  std::optional<wire::rrc::AsAlgorithms> announced;  ///< by the AS security mode command
};

struct Monitor::UeState {
  std::vector<std::unique_ptr<NasKeys>> nas;      ///< oldest first
  std::vector<std::unique_ptr<RadioKeys>> radio;  ///< KeNBs that are or were in use or handed to an eNB
  std::vector<Nh> nhs;
  std::vector<KenbStar> stars;  ///< KeNB* and KeNB*+ as target eNBs were given them
  std::map<std::pair<SeatNumber, std::uint16_t>, Radio> radios;  ///< by eNB and C-RNTI
  wire::rrc::AsAlgorithms algorithms{2, 2};                      ///< of the last radio connection
  std::vector<Held> held;
  SeatNumber home = nobody;  ///< the MME that a vector or a context of the UE went to last
  std::uint64_t vectors = 0;
};

struct Monitor::Connection {
  Subject ue = nobody;
  bool notified = false;
  std::set<std::uint64_t> uplink;  ///< protected NAS messages that the eNB has passed on
};

}  // namespace baton::lab
