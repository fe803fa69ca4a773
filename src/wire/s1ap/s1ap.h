// s1ap.h: S1AP messages to octets and back (TS 36.413). The messages stand in management.h,
// nas_transport.h, ue_context.h and handover.h, their values in types.h and handover_types.h.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/expected.h"
#include "wire/cursor.h"
#include "wire/s1ap/handover.h"
#include "wire/s1ap/management.h"
#include "wire/s1ap/nas_transport.h"
#include "wire/s1ap/ue_context.h"

namespace baton::wire::s1ap {

/// Pdu is every message that Baton speaks. Some alternatives carry keys, so it is moved, not copied.
using Pdu =
    std::variant<S1SetupRequest, S1SetupResponse, S1SetupFailure, Reset, ResetAcknowledge, ErrorIndication,
                 InitialUeMessage, DownlinkNasTransport, UplinkNasTransport, NasNonDeliveryIndication, Paging,
                 InitialContextSetupRequest, InitialContextSetupResponse, InitialContextSetupFailure,
                 UeContextReleaseRequest, UeContextReleaseCommand, UeContextReleaseComplete,
                 UeContextModificationRequest, UeContextModificationResponse, UeContextModificationFailure,
                 UeCapabilityInfoIndication, HandoverRequired, HandoverCommand, HandoverPreparationFailure,
                 HandoverRequest, HandoverRequestAcknowledge, HandoverFailure, HandoverNotify,
                 PathSwitchRequest, PathSwitchRequestAcknowledge, PathSwitchRequestFailure, HandoverCancel,
                 HandoverCancelAcknowledge, EnbStatusTransfer, MmeStatusTransfer>;

/// Received is a message that could be read.
struct Received {
  Pdu pdu;
  /// IEs that were not understood and whose criticality is notify, or mandatory ones that were missing:
  /// they are reported in the response's Criticality Diagnostics, or in an Error Indication where the
  /// procedure has no response (TS 36.413, 10.3.4.2). Empty as a rule.
  std::vector<IeDiagnostics> report;
};

/// DecodeFailure is all that is needed to answer a message that could not be read (TS 36.413, 10).
/// What could not be read of it is absent.
struct DecodeFailure {
  CauseProtocol cause{};               ///< transfer syntax error, or one of the abstract syntax errors
  std::optional<Procedure> procedure;  ///< may be a procedure that Baton does not know
  std::optional<PduType> type;
  std::optional<Criticality> criticality;  ///< of the procedure: Baton's own where it knows the procedure
  std::vector<IeDiagnostics> ies;          ///< which IEs were at fault
  std::optional<MmeUeS1apId> mme_ue_id;
  std::optional<EnbUeS1apId> enb_ue_id;
  Error error;  ///< for the log: message, field and offset
};

/// encode gives the octets of one S1AP PDU. A value past its bound is our own bug and asserted.
template <class M>
ByteVector encode(const M& message);
ByteVector encode(const Pdu& pdu);

/// decode reads one PDU of a known kind. `wrong_type` when it is another one; missing_mandatory,
/// unknown_mandatory, repeated ... where the abstract syntax is wrong; IEs to report are dropped.
template <class M>
Expected<M, Error> decode(Bytes octets);

/// decode_any reads any PDU that Baton speaks.
Expected<Received, DecodeFailure> decode_any(Bytes octets);

/// diagnostics_of puts what was wrong into the Criticality Diagnostics IE (TS 36.413, 9.2.1.21).
CriticalityDiagnostics diagnostics_of(const DecodeFailure& failure);

/// answer_to builds what a node sends back for a message that it could not read: the procedure's own
/// unsuccessful outcome where there is one and the message's ids could be read, else an Error
/// Indication; nothing where the criticality is ignore, where the message was itself a response or an
/// Error Indication and nothing has to be said. TS 36.413, 10.2 to 10.5.
std::optional<ByteVector> answer_to(const DecodeFailure& failure);

/// secret_ranges finds the octets of keys in a PDU, so that a capture can blank them. It needs no valid
/// message: what cannot be told apart from a key counts as one.
std::vector<SecretRange> secret_ranges(Bytes pdu);

/// describe gives a PDU as readable text, one line per IE. Keys are not shown; a PDU that cannot be read
/// gives the reason.
std::string describe(Bytes pdu);

/// name_of gives "INITIAL CONTEXT SETUP REQUEST" and so on.
std::string_view name_of(const Pdu& pdu);

}  // namespace baton::wire::s1ap
