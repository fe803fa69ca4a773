// ue_context.h: everything the MME knows of one UE.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong.h"
#include "context/eps_security.h"
#include "ids/endpoint.h"
#include "ids/location.h"
#include "ids/subscriber_id.h"
#include "keys/derive_policy.h"
#include "keys/kasme_lineage.h"
#include "node/mme/config.h"
#include "node/mme/departed.h"
#include "node/mme/events.h"
#include "node/mme/s1_connections.h"
#include "node/node.h"
#include "node/procedure.h"
#include "peer/gtp_path.h"
#include "wire/diameter/subscription.h"
#include "wire/gtp2/private.h"
#include "wire/nas/emm.h"
#include "wire/nas/esm.h"
#include "wire/s1ap/handover.h"

namespace baton::node::mme {

/// The default bearer's identity; the first of those NAS may use (TS 24.007, 11.2.3.1.5).
inline constexpr Byte default_bearer = 5;

/// Session is the PDN connection of a UE as the UPE knows it. It exists from Create Session Response on.
struct Session {
  std::string apn;
  Teid upe_teid;              ///< S11, the UPE's end
  wire::gtp2::FTeid s1u_upe;  ///< uplink end of the user plane
  wire::gtp2::Paa address;
  Byte qci = 9;
  Byte priority = 8;
  std::optional<wire::gtp2::FTeid> s1u_enb = std::nullopt;  ///< downlink end, while connected
  /// The UPE still takes the MME the UE came from for the session's: the next Modify Bearer Request says
  /// that it is this one now.
  bool adopted = false;
  /// The K_UPE that was made with the session, for the message that tells the UE of its bearer.
  std::optional<wire::gtp2::UpeKeyName> upe_key{};
};

/// Subscription is what the HSS said of the UE, as far as the MME decides by it.
struct Subscription {
  struct Access {
    std::string apn;  ///< "*" stands for any
    std::uint32_t context_id = 0;
    Byte qci = 9;
    Byte priority = 8;
  };
  std::vector<Access> accesses;  ///< the default one first
  std::uint64_t ambr_up_bps = 0, ambr_down_bps = 0;
  std::string msisdn;
};

/// OldChain names the KASME that the radio still runs on while NAS has gone on to a new one: the UE's `nh`
/// and `ncc` belong to it until an eNB has confirmed a KeNB of the new KASME.
//= TS 33.401, 7.2.10
struct OldChain {
  wire::nas::Ksi ksi;
  Kasme kasme;
};

/// UpeKeyState is what is known of the keys between the UE and the UPE.
//= S1.D3
struct UpeKeyState {
  UpeKeyCounter made{};  ///< of the KASME in use; never lowered under it
  /// The UE comes from an MME that does not count: a K_UPE of ours might be one that there was before.
  bool unknown = false;
  bool doubtful =
      false;           ///< a handover that failed had named the next one: the UE may have it, the UPE has not
  bool named = false;  ///< the UE has heard of the last one in a move, and the UPE has yet to get it
};

/// Handover is what the context knows of a handover while it is under way. Whatever ends it early, the other
/// end hears of it (abandon_handover).
struct Handover {
  enum class Role : Byte {
    inside,  ///< both eNBs are at this MME
    source,  ///< the UE goes to another MME: its NAS rests from Forward Relocation Request to the end
    target,  ///< the UE comes from another MME: no downlink NAS before Handover Notify
  };
  Role role = Role::inside;
  std::optional<MmeUeS1apId> to;    ///< S1 connection of the target eNB, until the UE is there
  std::optional<MmeUeS1apId> from;  ///< S1 connection it left, from Handover Notify to its release
  const MmePeer* mme = nullptr;     ///< the other MME
  std::optional<Teid> mme_teid;     ///< its end of S10
  /// The Forward Relocation Request that has no answer yet.
  std::optional<peer::GtpRequestRef> unanswered;
  wire::gtp2::Sequence request{};  ///< number of that request: a cancellation of this handover is younger
  bool at_mme = false;     ///< the other MME may have the UE's context: it hears of the handover's end
  bool commanded = false;  ///< the source eNB has the Handover Command
  bool arrived = false;    ///< Handover Notify: the UE is at the target
  bool by_chain = true;    ///< the target's key is made of NH, so the UE follows the chain to its end
};

/// Waiting is what came on the UE's connection while a procedure was under way that ends soon.
struct Waiting {
  std::optional<wire::s1ap::HandoverRequired> handover;
  std::optional<wire::nas::TauRequest> tau;
  bool aka = false;  ///< KASME may not change again before AKA (S0.D4): that comes first
};

/// Ue is one UE context. What must outlive a procedure stands here; an idle UE has no frame.
struct Ue {
  explicit Ue(UeId i) : id(i) {}
  Ue(const Ue&) = delete;
  Ue& operator=(const Ue&) = delete;

  const UeId id;

  // --- who it is
  std::optional<Imsi> imsi;  ///< proved by AKA and security mode; the index knows it
  std::optional<Imsi>
      claimed;               ///< what it says, or what an old GUTI says: good for a challenge, nothing more
  std::optional<Guti> guti;  ///< what it answers to
  std::optional<Guti> old_guti;     ///< answers to this one too until it has acknowledged `guti`
  std::optional<Guti> former_guti;  ///< of the MME it came from; answers to it until it has used one of ours
  std::optional<Imeisv> imeisv;
  /// What it announced in its last Attach or TAU Request, as it came; nothing: it knows the standards only.
  std::optional<ByteVector> announced{};
  bool by_guti = false;  ///< the request named a GUTI: `claimed` may be a mistake of ours

  /// Name in the ledger and in steps: digits of the IMSI, proved or claimed; empty if there is none.
  std::string subscriber() const {
    return imsi ? imsi->digits() : claimed ? claimed->digits() : std::string();
  }

  // --- where it is
  enum class Emm : Byte { deregistered, registered };
  Emm emm = Emm::deregistered;
  std::optional<MmeUeS1apId> s1;  ///< its S1 connection: ECM-CONNECTED
  bool context_at_enb = false;    ///< the eNB has its keys and bearers
  std::vector<Tai> tais;          ///< where it may go without telling
  std::optional<Tai> last_tai;
  bool idle() const { return !s1; }

  /// Whose the UE is when another MME asks for it. Only with `ours` is NAS sent or accepted: a COUNT must not
  /// be used at two ends.
  enum class Custody : Byte {
    ours,
    offered,  ///< its context has left, and nobody knows yet whether it was taken
    given,    ///< it is at `given_to`; no key is left here
  };
  Custody custody = Custody::ours;
  const MmePeer* given_to = nullptr;  ///< one of the configured ones
  bool ours() const { return custody == Custody::ours; }
  /// It came by a handover, and neither it nor anybody for it has been heard of since.
  std::optional<Arrival> arrival{};

  // --- security
  std::optional<context::EpsSecurityContext> security;  ///< current, full
  std::optional<context::EpsSecurityContext> fresh;     ///< between AKA and the end of security mode
  /// Secure exchange of NAS messages is established on this S1 connection.
  //= TS 24.301, 4.4.2.3
  bool secured = false;
  wire::nas::Ksi ue_ksi;  ///< the key set the UE named; a new one differs from it
  wire::nas::UeNetworkCapability capability;
  std::optional<wire::nas::MsNetworkCapability> ms_capability;
  std::optional<Byte> gea;           ///< GPRS algorithms in `ms_capability`
  std::optional<NasCount> as_count;  ///< uplink COUNT of the message that caused the AS set-up
  std::optional<Nh> nh;              ///< for NCC `ncc`; only while connected
  Byte ncc = 0;
  /// Links from the last key the UE is known to hold to `nh`: preparations that came to nothing move the
  /// chain on, and the UE does not hear of them. chain_hops_max at most.
  int chain_hops = 0;
  /// How the KASMEs of `security` and `fresh` came about, where the policy has the HSS know. (S0.D4)
  std::optional<KasmeLineage> lineage, fresh_lineage;
  bool aka_told = false;  ///< the HSS has recorded the AKA that `lineage` begins with
  /// A new AKA comes as soon as the UE is connected and nothing else is under way: the HSS does not follow
  /// `lineage`, or the policy wants one after a move.
  bool aka_due = false;
  bool kasme_kept = false;  ///< under refresh_temporary: this KASME' is no longer temporary (S0.8)
  int kasme_updates_tried = 0;
  std::optional<peer::RequestToken> kasme_asked;
  UpeKeyState upe_key;
  std::optional<OldChain> old_chain;  ///< there while the radio runs on another KASME than NAS
  std::optional<wire::s1ap::UeRadioCapability> radio_capability;

  // --- subscription and bearer
  std::optional<Subscription> subscription;
  bool registered_at_hss = false;  ///< the HSS has us as its MME
  /// The HSS has lost what it knew of places and is told again when the UE is next heard of.
  bool location_unconfirmed = false;
  bool locating = false;    ///< the HSS is being told so
  int locations_tried = 0;  ///< in vain, since the UE came here without an update (X7)
  /// The UE's rates as the MME it came from knew them, until the HSS has told its subscription.
  std::optional<wire::gtp2::Ambr> moved_ambr;
  std::optional<Session> session;
  std::optional<Session> old_session;  ///< of the context this one replaced; to be deleted (attach, step 10)
  std::optional<Teid> s11;             ///< our own end, index
  std::optional<Teid> s10;             ///< our own end towards another MME while a move is under way, index

  std::optional<Handover> handover;
  Waiting waiting;

  // --- the procedure that runs
  UeInbox inbox;
  Procedure running;
  std::string_view doing;                          ///< its name in steps, "attach"
  std::optional<wire::nas::AttachRequest> attach;  ///< what it asked for, while attaching
  bool accept_sent = false;
  bool capabilities_changed = false;  ///< the UE can do other things than when its keys were made
  /// The network wants to detach this UE and is paging it first.
  std::optional<wire::nas::NetworkDetachRequest> pending_detach;
  std::uint32_t armed = 0;  ///< timers that run, a bit each
  std::optional<peer::RequestToken> hss_asked;
  std::optional<peer::GtpToken> upe_asked;
  std::optional<peer::GtpToken> mme_asked;
  std::vector<Step> steps_kept;  ///< until the subscriber is known

  bool busy() const { return !running.done(); }
  /// downlink_rests: no NAS leaves now, since nobody knows at which eNB the UE is.
  bool downlink_rests() const {
    return handover && !handover->arrived &&
           (handover->commanded || handover->role != Handover::Role::inside);
  }
  /// nas_rests: this MME neither takes nor sends NAS of the UE now.
  //= S0.D11
  bool nas_rests() const {
    return handover && !handover->arrived && handover->role != Handover::Role::inside;
  }
};

}  // namespace baton::node::mme
