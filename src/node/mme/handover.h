// handover.h: what the kinds of handover share: the key chain, the question to the target eNB, the switch,
// and how each of them ends early.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "context/handover_container.h"
#include "context/policy.h"
#include "node/mme/procedures.h"
#include "wire/gtp2/mm_context.h"
#include "wire/s1ap/handover.h"

namespace baton::node::mme {

/// advance_chain makes the NH of the next NCC, from the KASME that the radio runs on. False, with nothing
/// changed: there is no chain to go on from, or the UE would take the NCC for another one (chain_hops_max).
//= TS 33.401, 7.2.8.4.3
bool advance_chain(Core& core, Ue& ue);

/// The target eNB has made room.
struct Admitted {
  wire::gtp2::FTeid s1u_enb;  ///< its end of the default bearer
  ByteVector container;       ///< target to source
  std::vector<wire::s1ap::ErabAdmitted> erabs;
};
/// It has not, and has nothing of the UE any more.
struct Refused {
  wire::s1ap::Cause cause;
};
/// How asking the target eNB ends; the rest are interruptions, for the caller to judge.
using Admission = std::variant<Admitted, Refused, wire::s1ap::HandoverCancel, ConnectionLost, ReleaseWanted,
                               S10Request, MmeRestarted>;

/// StarKey is KeNB* or KeNB*+ for a target eNB, and how it came to be.
struct StarKey {
  KenbStar key;
  context::StarUse use;
};

/// Wanted is what a target eNB is asked for.
struct Wanted {
  peer::LinkId enb;
  Tai tai;
  wire::s1ap::Cause cause;
  ByteVector container;           ///< source to target, opaque
  std::optional<StarKey> star{};  ///< in the place of NH
  /// NH is KeNB' of a new KASME', which the UE is told with the command. (S0.D10)
  bool new_context = false;
};
/// ask_target_enb gives a target eNB keys and bearers of the UE (HANDOVER REQUEST) and waits. X3.
//= TS 36.413, 8.4.2
Task<Admission> ask_target_enb(Core& core, Ue& ue, Wanted wanted);

/// policy_of is the policy of a handover between these two eNBs: what this MME, both of them and the UE
/// understand. The refusal where it must not fall back.
Expected<context::SecurityPolicy, context::PolicyRefusal> policy_of(const Core& core, const Ue& ue,
                                                                    const Enb* source, const Enb* target);
/// The same of a handover to or from another MME, by way of an eNB of this one.
Expected<context::SecurityPolicy, context::PolicyRefusal> policy_of(const Core& core, const Ue& ue,
                                                                    const Enb* enb, const MmePeer& mme);
/// announces_enough says whether a neighbour has announced what the configuration requires of it; without, no
/// UE goes there or comes from there.
Expected<Ok, context::PolicyRefusal> announces_enough(const Core& core, const MmePeer& mme);
/// burn_count takes the next downlink COUNT, which another MME has been given.
void burn_count(Ue& ue);
/// star_key makes of the source eNB's KeNB* what the target eNB gets. Nothing, and KeNB* is gone: K_HO is as
/// another MME gave it, by another reading than the policy's.
//= S3.P4
std::optional<StarKey> star_key(Core& core, const Ue& ue, KenbStar star,
                                const context::SecurityPolicy& policy, bool plus);
/// container_for is what the UE is told under NAS-MAC. It takes a downlink COUNT, whatever becomes of the
/// handover; with `n` it is under KASME', whose COUNT 0 is the container's, and says with which n that was
/// made. `star` is absent where the keys of the radio do not come from KeNB*. Nothing when there is no COUNT
/// left.
//= S3.D4
//= S0.D2
std::optional<ByteVector> container_for(Core& core, Ue& ue, const std::optional<context::StarUse>& star,
                                        const context::SecurityPolicy& policy,
                                        const wire::s1ap::GlobalEnbId& target,
                                        std::optional<NasCount> n = std::nullopt,
                                        const std::optional<wire::gtp2::UpeKeyName>& upe = std::nullopt);

/// send_command tells the source eNB to let the UE go. `security` is the handover container for the UE.
void send_command(Core& core, Ue& ue, ByteVector container, std::vector<wire::s1ap::ErabToForward> forwarding,
                  std::optional<ByteVector> security = std::nullopt);
/// send_cancelled answers HANDOVER CANCEL.
void send_cancelled(Core& core, const S1Connection& connection);
/// refuse_handover answers HANDOVER REQUIRED with a failure.
void refuse_handover(Core& core, const S1Connection& connection, wire::s1ap::Cause cause);
/// arrive makes the target eNB's connection the UE's own; the one it left waits for its release.
void arrive(Core& core, Ue& ue, const wire::s1ap::HandoverNotify& notify, wire::gtp2::FTeid s1u_enb);
/// pass_status gives the target eNB what the source eNB has counted.
void pass_status(Core& core, Ue& ue, wire::s1ap::StatusTransferContainer container);
/// let_go makes a registered UE idle, on both sides of a handover that has ended.
void let_go(Core& core, Ue& ue, wire::s1ap::Cause cause, std::string_view reason);
/// fail_handover is abandon_handover and what a person reads. `cause` is told only to a source eNB that
/// still waits for an answer.
void fail_handover(Core& core, Ue& ue, wire::s1ap::Cause cause, std::string_view because);

/// cause_in_gtp and cause_in_s1ap translate a cause of S1AP to the element of GTPv2 and back.
//= TS 29.274, 8.49
wire::gtp2::FCause cause_in_gtp(const wire::s1ap::Cause& cause);
wire::s1ap::Cause cause_in_s1ap(wire::gtp2::FCause cause);

/// fits_in_s10 tells whether what an eNB said can be passed on to another MME; what cannot is counted.
bool fits_in_s10(Core& core, Bytes container);
/// answer_mme answers a request of another MME with a cause and nothing else.
void answer_mme(Core& core, const peer::GtpRequestRef& ref, Teid teid, wire::gtp2::CauseValue cause);

/// on_forward_relocation handles Forward Relocation Request: another MME hands a UE over.
void on_forward_relocation(Core& core, const MmePeer& mme, peer::GtpRequest& request);

}  // namespace baton::node::mme
