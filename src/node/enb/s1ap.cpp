// s1ap.cpp: what arrives from an MME, to the procedure it belongs to.
#include "base/cases.h"
#include "node/enb/enb.h"

namespace baton::node::enb {

void Enb::on_s1ap(std::size_t mme, std::uint16_t stream, Bytes octets) {
  auto received = s1ap::decode_any(octets);
  if (received) {
    on_pdu(mme, stream, std::move(*received));
    return;
  }
  //= TS 36.413, 10.2 and 10.3
  const s1ap::DecodeFailure& failure = received.why();
  out_->count("s1ap_rx_error");
  out_->log(LogLevel::warning, "S1AP from " + mmes_[mme].peer.name + ": " + failure.error.to_string());
  if (auto answer = s1ap::answer_to(failure)) out_->send(mmes_[mme].link, stream, std::move(*answer));
}

void Enb::on_pdu(std::size_t mme, std::uint16_t stream, s1ap::Received received) {
  const auto has_response = [](const s1ap::Pdu& pdu) {
    return std::holds_alternative<s1ap::Reset>(pdu) ||
           std::holds_alternative<s1ap::InitialContextSetupRequest>(pdu) ||
           std::holds_alternative<s1ap::UeContextReleaseCommand>(pdu) ||
           std::holds_alternative<s1ap::UeContextModificationRequest>(pdu) ||
           std::holds_alternative<s1ap::HandoverRequest>(pdu);
  };
  const bool setup_done = mmes_[mme].ready();
  const auto compatible = [&](const s1ap::Pdu& pdu) {
    return setup_done || std::holds_alternative<s1ap::S1SetupResponse>(pdu) ||
           std::holds_alternative<s1ap::S1SetupFailure>(pdu) ||
           std::holds_alternative<s1ap::ErrorIndication>(pdu);
  };
  if (!compatible(received.pdu)) {
    // S1 Setup is the first procedure on a link (TS 36.413, 8.7.3.1).
    out_->count("s1ap_rx_unexpected");
    indicate_error(mme, stream, s1ap::CauseProtocol::message_not_compatible_with_receiver_state);
    return;
  }
  //= TS 36.413, 10.3.4.2: what was not understood goes into the response, where there is one
  Diagnostics diagnostics;
  if (!received.report.empty()) {
    out_->count("s1ap_rx_not_understood");
    diagnostics.emplace();
    diagnostics->ies = std::move(received.report);
    if (!has_response(received.pdu) && !std::holds_alternative<s1ap::ErrorIndication>(received.pdu)) {
      diagnostics->triggering_message = s1ap::PduType::initiating;
      indicate_error(mme, stream, s1ap::CauseProtocol::abstract_syntax_error_ignore_and_notify, {}, {},
                     std::exchange(diagnostics, {}));
    }
  }
  std::visit(
      Cases{
          [&](s1ap::S1SetupResponse& m) { on_setup_response(mme, m); },
          [&](s1ap::S1SetupFailure& m) { on_setup_failure(mme, m); },
          [&](s1ap::Reset& m) { on_reset(mme, m, std::move(diagnostics)); },
          [&](s1ap::ResetAcknowledge& m) { on_reset_acknowledge(mme, m); },
          [&](s1ap::ErrorIndication& m) { on_error_indication(mme, m); },
          [&](s1ap::DownlinkNasTransport& m) { on_downlink_nas(mme, stream, std::move(m)); },
          [&](s1ap::Paging& m) { on_paging(m); },
          [&](s1ap::InitialContextSetupRequest& m) {
            on_context_setup(mme, stream, std::move(m), std::move(diagnostics));
          },
          [&](s1ap::UeContextReleaseCommand& m) {
            on_release_command(mme, stream, m, std::move(diagnostics));
          },
          [&](s1ap::UeContextModificationRequest& m) {
            on_context_modification(mme, stream, std::move(m), std::move(diagnostics));
          },
          [&](s1ap::HandoverCommand& m) { on_handover_command(mme, stream, std::move(m)); },
          [&](s1ap::HandoverPreparationFailure& m) { on_preparation_failure(mme, stream, m); },
          [&](s1ap::HandoverCancelAcknowledge& m) { on_cancel_acknowledge(mme, stream, m); },
          [&](s1ap::HandoverRequest& m) {
            on_handover_request(mme, stream, std::move(m), std::move(diagnostics));
          },
          [&](s1ap::MmeStatusTransfer& m) { on_status_transfer(mme, stream, m); },
          [&](s1ap::PathSwitchRequestAcknowledge& m) { on_path_switched(mme, stream, std::move(m)); },
          [&](s1ap::PathSwitchRequestFailure& m) { on_path_not_switched(mme, m); },
          [&](auto& m) {
            // Messages that only an eNB sends, and answers to what this one never asks.
            using M = std::remove_reference_t<decltype(m)>;
            out_->count("s1ap_rx_unexpected");
            s1ap::CriticalityDiagnostics d{M::outline.procedure, M::outline.type, M::outline.criticality, {}};
            indicate_error(mme, stream, s1ap::CauseProtocol::message_not_compatible_with_receiver_state, {},
                           {}, std::move(d));
          }},
      received.pdu);
}

}  // namespace baton::node::enb
