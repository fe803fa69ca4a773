// procedures.h: the MME's procedures, one file each. A Procedure is what a UE does; a Task is a part of one.
#pragma once

#include "base/expected.h"
#include "node/mme/core.h"
#include "node/procedure.h"

namespace baton::node::mme {

using Outcomes = Expected<Ok, Refusal>;

// --- parts
/// identification asks the UE for its IMSI (`ue.claimed`). T3470.
Task<Outcomes> identification(Core& core, Ue& ue);
/// authentication runs EPS AKA; afterwards `ue.security` is a partial context. T3460.
Task<Outcomes> authentication(Core& core, Ue& ue);
/// security_mode takes the partial context into use; afterwards `ue.secured`. T3460.
/// With `refreshed_with` the keys are those of KASME' that an idle UE came here with, made with that COUNT of
/// its own. (S0.D2)
Task<Outcomes> security_mode(Core& core, Ue& ue, std::optional<NasCount> refreshed_with = std::nullopt);
/// Why the MME registers: it decides what the HSS does about other registrations, and the numbers of the
/// steps.
enum class LocationReason : Byte { attach, tracking_area_update };
/// update_location registers the MME at the HSS and learns the subscription.
Task<Outcomes> update_location(Core& core, Ue& ue, LocationReason reason);
/// create_session makes the default bearer at the UPE (`ue.session`).
Task<Outcomes> create_session(Core& core, Ue& ue, std::string apn, std::optional<wire::nas::Pco> pco);
/// modify_bearer tells the UPE the eNB's end of the bearer if there is one, and that the session is this
/// MME's if it was another's.
Task<Outcomes> modify_bearer(Core& core, Ue& ue, std::string_view request_step, std::string_view answer_step);
/// update_tracking_area is a tracking area update from step 6 on: the UE is known, and the request its own.
Task<void> update_tracking_area(Core& core, Ue& ue, wire::nas::TauRequest request);
/// delete_session ends `session` at the UPE; a silent UPE does not hold it up.
Task<void> delete_session(Core& core, Ue& ue, Session session, std::string_view request_step,
                          std::string_view answer_step);
/// send_context_setup derives KeNB and gives the eNB keys and bearers, with `nas` inside if there is one.
Outcomes send_context_setup(Core& core, Ue& ue, std::optional<ByteVector> nas, std::string_view step,
                            std::string_view text);
/// take_context_setup learns the eNB's end of the bearer. False when the response names none.
bool take_context_setup(Core& core, Ue& ue, const wire::s1ap::InitialContextSetupResponse& response);
/// s1ap_capabilities are a UE's security capabilities as S1AP writes them; bit_rates its aggregate rates.
wire::s1ap::UeSecurityCapabilities s1ap_capabilities(const wire::nas::UeNetworkCapability& c);
wire::s1ap::UeAmbr bit_rates(const Ue& ue);
/// network_detach sends a connected UE away and ends its context. T3422.
Task<void> network_detach(Core& core, Ue& ue, wire::nas::NetworkDetachRequest request);
/// send_away is network_detach for a UE that may be idle: it is paged first, and if it answers, the procedure
/// it answers with goes on from there.
Task<void> send_away(Core& core, Ue& ue, wire::nas::NetworkDetachRequest request);
/// page_ue calls an idle UE; it ends when nobody has answered. T3413.
Task<void> page_ue(Core& core, Ue& ue);

// --- whole procedures
Procedure attach(Core& core, Ue& ue);
Procedure service_request(Core& core, Ue& ue);
Procedure tau(Core& core, Ue& ue, wire::nas::TauRequest request);
/// inter_mme_tau serves a UE that says it is one of `from`'s. `pdu` is its request as it came.
Procedure inter_mme_tau(Core& core, Ue& ue, const MmePeer& from, wire::nas::TauRequest request,
                        ByteVector pdu);
/// settle_here makes a UE that came from another MME one that the rest of the network looks for here: the
/// UPE, then the HSS. Each is done once; what is broken off goes on where it stopped.
Task<Outcomes> settle_here(Core& core, Ue& ue);
/// run_due_location tells an HSS again that has lost what it knew, now that the UE is heard of.
void run_due_location(Core& core, Ue& ue);
/// change_subscription takes in what the HSS says has changed; take_away what it says is gone: DSR-Flags, and
/// the identifiers of APNs.
void change_subscription(Subscription& s, const wire::diameter::SubscriptionData& data);
void take_away(Subscription& s, std::uint32_t dsr_flags, const std::vector<std::uint32_t>& contexts);
/// settled_here: nothing of that is left to do.
bool settled_here(const Ue& ue);
/// register_location is settle_here for a UE that was handed over and sends no tracking area update. While
/// the HSS is away it is tried again (X7); a UE that the HSS refuses is sent away.
Procedure register_location(Core& core, Ue& ue);
Procedure detach_by_ue(Core& core, Ue& ue, wire::nas::UeDetachRequest request);
Procedure detach_by_network(Core& core, Ue& ue, wire::nas::NetworkDetachRequest request);
Procedure release(Core& core, Ue& ue, wire::s1ap::Cause cause);
Procedure paging(Core& core, Ue& ue);
Procedure reauthenticate(Core& core, Ue& ue);
Procedure handover_inside(Core& core, Ue& ue, wire::s1ap::HandoverRequired required, peer::LinkId target);
Procedure relocation_source(Core& core, Ue& ue, wire::s1ap::HandoverRequired required, const MmePeer& mme);

// --- handover, single answers
/// abandon_handover ends the handover of `ue` where it stands, and says so at the other end: the target eNB
/// releases, the target MME cancels; while the source eNB still waits for an answer, it hears `cause`.
void abandon_handover(Core& core, Ue& ue, wire::s1ap::Cause cause);
/// interrupt_handover is abandon_handover when another procedure takes the place of the handover.
void interrupt_handover(Core& core, Ue& ue);
/// end_coming ends the handover by which the subscriber is coming here from another MME, if there is one.
void end_coming(Core& core, const Imsi& imsi, std::string_view because);
/// refuse_waiting refuses a handover that waited for the end of a procedure: the UE leaves.
void refuse_waiting(Core& core, Ue& ue);
/// run_waiting lets what waited for the end of procedures have its turn.
void run_waiting(Core& core);
/// begin_tau starts the tracking area update of a UE whose request has been verified.
void begin_tau(Core& core, Ue& ue, wire::nas::TauRequest request);

// --- single answers
/// purge tells the HSS that the UE's data are gone here.
void purge(Core& core, Ue& ue);
/// replace_context ends the context that had `imsi` before: `ue` has proved that it is the subscriber.
void replace_context(Core& core, Ue& ue);
/// new_guti draws a GUTI for `ue`; it answers to the old one until settle_guti. False: no randomness.
bool new_guti(Core& core, Ue& ue);
void settle_guti(Core& core, Ue& ue);
/// used_guti: the UE has shown which of its GUTIs it has; the others are void.
void used_guti(Core& core, Ue& ue, const Guti& guti);
/// give_up ends all keys of a UE that is at another MME now. What is left of it waits for Cancel Location.
void give_up(Core& core, Ue& ue, const MmePeer& to, const std::string& reason);
/// subscriber_gone handles the HSS's Cancel Location: the UE is sent away.
void cancel_location(Core& core, const Imsi& imsi, wire::diameter::CancellationType type, bool reattach);

}  // namespace baton::node::mme
