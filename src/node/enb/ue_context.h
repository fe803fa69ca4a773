// ue_context.h: what an eNB knows of one connected UE.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "context/pdcp.h"
#include "node/enb/limits.h"
#include "node/procedure.h"
#include "peer/radio_link.h"
#include "wire/rrc/messages.h"
#include "wire/s1ap/containers.h"
#include "wire/s1ap/types.h"

namespace baton::node::enb {

namespace rrc = wire::rrc;
namespace s1ap = wire::s1ap;

// What a procedure with the UE can wait for.
struct SecurityModeDone {};
struct SecurityModeRefused {};
struct Reconfigured {
  Byte transaction = 0;
};
struct Reestablished {};  ///< the UE is back, under the keys that followed the Reestablishment
struct WantsBack {        ///< a UE that was handed over asks to be taken back; its proof was right
  rrc::CRnti was;
};
struct HandoverCommanded {
  ByteVector container;                ///< target to source
  std::optional<ByteVector> security;  ///< the handover container for the UE (S3.D4a)
};
struct HandoverRefused {
  s1ap::Cause cause;
};
struct HandoverCancelled {};          ///< the MME has taken back what was prepared
struct X2Answered {                   ///< the target eNB, asked without the core
  std::optional<ByteVector> command;  ///< nothing: it refuses
};
struct PathSwitched {};      ///< the MME has the UE here; the next {NH, NCC} is in the context
struct PathNotSwitched {};   ///< the MME has not
struct Expiry {};            ///< the UE did not answer in time
struct RelocationExpiry {};  ///< the MME did not, or the handover as a whole takes too long
struct RadioLost {};         ///< the radio link gave up
using UeEvent = std::variant<SecurityModeDone, SecurityModeRefused, Reconfigured, Reestablished, WantsBack,
                             HandoverCommanded, HandoverRefused, HandoverCancelled, X2Answered, PathSwitched,
                             PathNotSwitched, Expiry, RelocationExpiry, RadioLost>;

/// The kinds of timers of a UE (TimerDomain::ue, owner: eNB UE S1AP ID).
enum class UeTimer : std::uint16_t {
  radio_link_a,  ///< retransmission; two kinds, since two links live while the keys change
  radio_link_b,
  setup,       ///< waits for ConnectionSetupComplete, then for the first word of the MME
  procedure,   ///< waits for the UE's answer to a radio procedure
  inactivity,  ///< the UE has been silent
  release,     ///< waits for the MME's UE Context Release Command
  leave,       ///< waits for the acknowledgement of ConnectionRelease
  relocation,  ///< TS1RELOCprep, TS1RELOCoverall, then the answer to HANDOVER CANCEL
};

/// Handover is what a handover has to do with a UE at this eNB.
enum class Handover : Byte {
  none,
  preparing,   ///< source: HANDOVER REQUIRED has left
  executing,   ///< source: the UE was sent to the target and may come back
  overdue,     ///< source: TS1RELOCoverall has run out, or the UE has arrived; the MME has the word
  cancelling,  ///< source: HANDOVER CANCEL has left; the UE is served here
  expected,    ///< target: the UE has not arrived yet
  missed,      ///< target: it did not come in time; its keys are gone, the MME has the word
};

/// AsSecurity is what protects a UE's radio connection. Lifetime: from the Initial Context Setup Request
/// until the context is released, replaced when a UE Context Modification brings a new KeNB.
struct AsSecurity {
  Kenb kenb;
  Byte ncc = 0;  ///< the next hop chaining count that KeNB belongs to
  Chosen algorithms;
  KupEnc kup_enc;  ///< the keys of RRC are in the signalling bearer
  /// KeNB* for some cell has been made of it and given away: before the next one it is refreshed.
  //= S3.D8
  bool star_given = false;
};

/// FreshHop is {NH, NCC} that the MME gave with a Path Switch, for the next handover without the core.
struct FreshHop {
  Nh nh;
  Byte ncc = 0;
};

struct Erab {
  s1ap::TransportLayerAddress uplink_address;
  Teid uplink;    ///< the UPE's end
  Teid downlink;  ///< our own end
  Byte drb = 1;
  std::optional<s1ap::ErabStatus> status;  ///< where its COUNTs stood at the source, after a handover
};

/// RadioConnection is SRB1 of a UE under one C-RNTI: frames, and PDCP above them.
struct RadioConnection {
  RadioConnection(Endpoint remote, rrc::CRnti c_rnti, peer::TimerId timer)
      : link(remote, c_rnti, timer), srb1(context::Side::network, 1) {}
  peer::RadioLink link;
  context::SignallingBearer srb1;
};

/// X2Source is where a UE came from that came without the core.
struct X2Source {
  Endpoint enb;
  std::uint32_t reference = 0;  ///< the source's own name of the UE
  s1ap::MmeUeS1apId mme_ue_id;  ///< its name at the MME, on the source's connection
  bool asked = false;           ///< PATH SWITCH REQUEST is out
};

struct Ue {
  enum class Phase : Byte {
    setup,      ///< has a C-RNTI; ConnectionSetupComplete has not come
    connected,  ///< known to an MME
    leaving,    ///< released: only the end of the radio connection is still under way
  };

  Ue(s1ap::EnbUeS1apId enb_ue_id, Endpoint remote, rrc::CRnti c_rnti, rrc::ConnectionRequest asked)
      : id(enb_ue_id), radio(remote, c_rnti, timer(UeTimer::radio_link_a)), request(std::move(asked)) {}

  peer::TimerId timer(UeTimer kind) const {
    return {peer::TimerDomain::ue, id.value, static_cast<std::uint16_t>(kind)};
  }
  /// stream is where this UE's S1AP messages go; never 0, the same for the connection's life.
  std::uint16_t stream() const { return static_cast<std::uint16_t>(1 + id.value % ue_streams); }

  /// elsewhere: nothing that is sent on this radio connection reaches the UE, as far as is known here.
  bool elsewhere() const {
    return handover == Handover::executing || handover == Handover::overdue ||
           handover == Handover::expected || handover == Handover::missed;
  }

  s1ap::EnbUeS1apId id;
  Phase phase = Phase::setup;
  Handover handover = Handover::none;
  bool handed_in = false;  ///< came here by a handover
  Instant since{};         ///< in connection with this cell
  RadioConnection radio;
  /// While the keys change: the connection under the old ones, until the UE speaks on the new.
  std::optional<RadioConnection> former;
  rrc::ConnectionRequest request;

  std::size_t mme = 0;                         ///< index; meaningful unless in setup
  std::optional<s1ap::MmeUeS1apId> mme_ue_id;  ///< absent until the MME has spoken

  std::optional<AsSecurity> security;
  std::optional<AsSecurity> next_security;  ///< while the keys change
  std::optional<FreshHop> fresh_hop;
  s1ap::UeSecurityCapabilities capabilities{};  ///< as the MME, or the eNB before, told them
  /// At the target of a handover without the core: the source eNB, and the UE's names there.
  std::optional<X2Source> x2_source;
  bool context_set_up = false;  ///< the UE has keys and bearers here, and uses them
  std::map<std::uint8_t, Erab> erabs;
  /// NAS that came while the AS security mode procedure runs. Sent in between, it would meet a UE that
  /// ciphers already or does not yet. Also NAS for a UE that a handover is to bring.
  std::vector<ByteVector> held_nas;
  Byte transaction = 0;
  std::optional<Byte> confirming;  ///< transaction whose completion nobody waits for (confirm_keys)
  int release_requests = 0;
  std::optional<s1ap::Cause> release_cause;  ///< of the release request under way

  Inbox<UeEvent> inbox;
  Procedure procedure;
};

}  // namespace baton::node::enb
