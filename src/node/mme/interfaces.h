// interfaces.h: what arrives at the MME, by interface. Each of these finds the UE a message belongs to,
// refuses what has no place, and hands the rest to a procedure.
#pragma once

#include <string_view>

#include "node/mme/core.h"

namespace baton::node::mme {

// --- S1AP: associations
/// on_s1ap handles one S1AP message of an association.
void on_s1ap(Core& core, peer::LinkId link, Bytes octets);
void s1_setup(Core& core, peer::LinkId link, const wire::s1ap::S1SetupRequest& request);
void reset(Core& core, Enb& enb, const wire::s1ap::Reset& request);
/// lose_enb: the association is gone; its UEs are idle.
void lose_enb(Core& core, peer::LinkId link);

// --- S1AP: one UE's connection
/// lose_connection: the eNB has no such UE any more. A registered UE is idle then; an attach is undone.
void lose_connection(Core& core, S1Connection& connection);
void send_error(Core& core, peer::LinkId link, std::optional<MmeUeS1apId> mme_id,
                std::optional<EnbUeS1apId> enb_id, wire::s1ap::Cause cause,
                std::optional<wire::s1ap::CriticalityDiagnostics> diagnostics = std::nullopt);
void on_error_indication(Core& core, Enb& enb, const wire::s1ap::ErrorIndication& message);

// --- S1AP: handover
void on_handover_required(Core& core, S1Connection& connection, wire::s1ap::HandoverRequired message);
void on_handover_cancel(Core& core, S1Connection& connection, wire::s1ap::HandoverCancel message);
void on_handover_notify(Core& core, S1Connection& connection, wire::s1ap::HandoverNotify message);
/// on_handover_answer handles a target eNB's answer; its connection has no eNB id before it.
void on_handover_answer(Core& core, const Enb& enb, wire::s1ap::HandoverRequestAcknowledge message);
void on_handover_answer(Core& core, const Enb& enb, wire::s1ap::HandoverFailure message);
/// on_path_switch: an eNB has taken a UE from another one.
void on_path_switch(Core& core, const Enb& enb, wire::s1ap::PathSwitchRequest message);

// --- NAS
/// on_initial handles the first NAS message of a connection: it decides whose it is.
void on_initial(Core& core, Enb& enb, wire::s1ap::InitialUeMessage message);
/// on_uplink handles every later one.
void on_uplink(Core& core, S1Connection& connection, Bytes pdu);

// --- S11, S10, S6a
/// on_gtpc gives what arrives on GTPv2-C to the interface of the neighbour it came from.
void on_gtpc(Core& core, peer::GtpEvent event);
/// on_s10 handles what another MME says.
void on_s10(Core& core, const MmePeer& mme, peer::GtpEvent event);
/// on_context_request: another MME says that one of our UEs has turned up there.
void on_context_request(Core& core, const MmePeer& from, const peer::GtpRequestRef& ref,
                        const wire::gtp2::ContextRequest& request);
void on_s11(Core& core, peer::GtpEvent event);
void on_s6a(Core& core, peer::PeerEvent event);

/// deliver offers an event to the UE's procedure; what nobody waits for is counted and logged.
void deliver(Core& core, Ue& ue, UeEvent event, std::string_view what);

}  // namespace baton::node::mme
