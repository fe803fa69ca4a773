// events.h: what a procedure of a UE can wait for.
#pragma once

#include <utility>
#include <variant>

#include "node/mme/timers.h"
#include "node/procedure.h"
#include "peer/diameter_peer.h"
#include "peer/gtp_path.h"
#include "wire/gtp2/messages.h"
#include "wire/nas/emm.h"
#include "wire/nas/esm.h"
#include "wire/s1ap/handover.h"
#include "wire/s1ap/ue_context.h"

namespace baton::node::mme {

/// A timer of this UE ran out.
struct Expired {
  Timer timer{};
};

/// HssAnswer is the HSS's answer to the request of this UE that is under way. Its octets may hold a vector:
/// they are wiped when it dies.
struct HssAnswer {
  HssAnswer(wire::diameter::AnswerResult r, ByteVector o) : result(r), octets(std::move(o)) {}
  HssAnswer(HssAnswer&&) noexcept = default;
  HssAnswer& operator=(HssAnswer&&) noexcept = default;
  HssAnswer(const HssAnswer&) = delete;
  HssAnswer& operator=(const HssAnswer&) = delete;
  ~HssAnswer() { secure_wipe(octets.data(), octets.size()); }

  wire::diameter::AnswerResult result;
  ByteVector octets;
};
/// The HSS was asked and does not answer, or cannot be asked.
struct HssSilent {};

/// The UPE's answer to the request of this UE that is under way.
struct S11Answer {
  wire::gtp2::Message message;
};
struct S11Silent {};

/// Another MME's answer to the request of this UE that is under way, and its silence.
struct S10Answer {
  wire::gtp2::Message message;
  peer::GtpRequestRef ref;  ///< to acknowledge it by, if it is answered itself
};
struct S10Silent {};

/// Another MME asks about this UE, and waits for an answer.
struct S10Request {
  peer::GtpRequestRef ref;
  wire::gtp2::Message message;
};
/// The other MME of a handover has lost everything it knew.
struct MmeRestarted {};

/// One of the two S1 connections of a UE that is being handed over is gone.
struct ConnectionLost {
  bool target = false;  ///< that of the target eNB
};
/// The source eNB wants a UE released that is being handed over.
struct ReleaseWanted {
  wire::s1ap::Cause cause;
};
/// The HSS has another MME for the UE now.
struct LocatedElsewhere {};

/// The same Attach Request came again after the Attach Accept had left.
//= TS 24.301, 5.5.1.2.7, case d
struct AttachRepeated {};

/// Everything a UE's procedures wait for. NAS messages have been verified as far as the UE's security
/// goes; S1AP messages came on the UE's own S1 connection.
using UeEvent =
    std::variant<wire::nas::IdentityResponse, wire::nas::AuthenticationResponse,
                 wire::nas::AuthenticationFailure, wire::nas::SecurityModeComplete,
                 wire::nas::SecurityModeReject, wire::nas::EsmInformationResponse, wire::nas::AttachComplete,
                 wire::nas::TauComplete, wire::nas::DetachAccept, wire::s1ap::InitialContextSetupResponse,
                 wire::s1ap::InitialContextSetupFailure, wire::s1ap::UeContextModificationResponse,
                 wire::s1ap::UeContextModificationFailure, wire::s1ap::UeContextReleaseComplete, HssAnswer,
                 HssSilent, S11Answer, S11Silent, S10Answer, S10Silent, S10Request, MmeRestarted,
                 ConnectionLost, ReleaseWanted, LocatedElsewhere, wire::s1ap::HandoverRequestAcknowledge,
                 wire::s1ap::HandoverFailure, wire::s1ap::HandoverNotify, wire::s1ap::HandoverCancel,
                 wire::s1ap::EnbStatusTransfer, Expired, AttachRepeated>;

using UeInbox = Inbox<UeEvent>;

}  // namespace baton::node::mme

namespace baton::node {
extern template class Inbox<mme::UeEvent>;
}
