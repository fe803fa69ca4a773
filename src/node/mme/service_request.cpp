// service_request.cpp: a UE comes back from idle. The node has verified the short MAC and moved the count.
#include "node/mme/delegation.h"
#include "node/mme/procedures.h"
#include "node/stopwatch.h"
#include "wire/nas/message.h"

namespace baton::node::mme {

namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

//= TS 23.401, 5.3.4.1
Procedure service_request(Core& core, Ue& ue) {
  const Stopwatch watch(core.now);
  // 2. The request has arrived, and it is the UE's.
  core.step_from_ue(ue, "1", "Service Request");
  core.step_from_enb(ue, "2", "Initial UE Message (Service Request)");

  // 3. KeNB takes KASME: where another MME has kept it there is a new one first.
  //= S3.D6
  auto own = own_kasme(core, ue);
  auto owned = co_await own;
  if (!owned) {
    core.count("mme.service_request.failed");
    core.log(LogLevel::info, core.label(ue) + ": service request: " + std::string(owned.why().because));
    if (owned.why().how == Refusal::How::authentication_reject) {
      core.send_nas(ue, nas::encode(nas::AuthenticationReject{}));
      core.step_to_ue(ue, "3", "Authentication Reject");
      purge(core, ue);
      core.forget(ue, "the UE failed authentication", s1ap::CauseNas::authentication_failure, false);
      co_return;
    }
    // The home network may be away: the UE asks again.
    if (S1Connection* c = core.connection_of(ue)) core.release_s1(*c, s1ap::CauseNas::unspecified);
    core.go_idle(ue, "service request failed");
    co_return;
  }

  // 4. The eNB gets keys made from the COUNT of this very request, or of the end of security mode, and the
  // bearer.
  auto sent = send_context_setup(core, ue, std::nullopt, "4", "Initial Context Setup Request");
  if (!sent) {
    core.log(LogLevel::warning, core.label(ue) + ": service request: " + std::string(sent.why().because));
    if (S1Connection* c = core.connection_of(ue)) core.release_s1(*c, s1ap::CauseNas::unspecified);
    core.go_idle(ue, "service request failed");
    co_return;
  }
  core.start_timer(ue, Timer::xsetup);

  // 7. The radio bearer is there.
  auto wait = ue.inbox.next<s1ap::InitialContextSetupResponse, s1ap::InitialContextSetupFailure, Expired>();
  auto got = co_await wait;
  core.stop_timer(ue, Timer::xsetup);
  const auto* response = std::get_if<s1ap::InitialContextSetupResponse>(&got);
  bool served = response != nullptr && take_context_setup(core, ue, *response);
  if (response != nullptr) core.step_from_enb(ue, "7", "Initial Context Setup Response");

  // 8, 12. Downlink data know the way.
  if (served) {
    auto modify = modify_bearer(core, ue, "8", "12");
    auto modified = co_await modify;
    served = static_cast<bool>(modified);
  }
  if (!served) {
    core.count("mme.service_request.failed");
    if (S1Connection* c = core.connection_of(ue)) core.release_s1(*c, s1ap::CauseRadioNetwork::unspecified);
    core.go_idle(ue, "service request failed");
    co_return;
  }
  core.count("mme.service_request.completed");
  watch.whole("mme.service_request", core.now, *core.out);

  // The network had something to say to this UE all along.
  if (ue.pending_detach) {
    ue.doing = "detach";
    auto detach = network_detach(core, ue, *ue.pending_detach);
    co_await detach;
  }
}

}  // namespace baton::node::mme
