// reauthentication.cpp: new keys for a UE that is connected.
#include "node/mme/reauthentication.h"

#include "keys/derive_eps.h"

namespace baton::node::mme {

namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

//= TS 33.401, 7.2.9.2
Task<void> rekey_enb(Core& core, Ue& ue) {
  S1Connection* c = core.connection_of(ue);
  if (!c || !ue.context_at_enb || !ue.as_count) co_return;
  const Kasme* kasme = ue.security->kasme();
  if (kasme == nullptr) co_return;  // what the radio has is the last that there is (S3.D6)
  Kenb kenb = derive_kenb(*kasme, UplinkNasCount{*ue.as_count});
  const KeyId kasme_id = core.keys.id(*kasme);
  const KeyId kenb_id = core.keys.id(kenb);
  core.log_key(ue, KeyEvent::derived, kenb, "TS 33.401, A.3", {kasme_id});
  // The chain that the radio runs on stays until the eNB has confirmed the new one.
  //= S0.D11
  Kept<Nh> first(core, ue, derive_nh(*kasme, kenb), "the eNB did not take the new key");
  core.log_key(ue, KeyEvent::derived, *first, "TS 33.401, A.4", {kasme_id, kenb_id});
  core.log_key(ue, KeyEvent::sent, kenb, "UE Context Modification Request", {}, c->enb);
  core.log_key(ue, KeyEvent::erased, kenb, "given to the eNB");
  s1ap::UeContextModificationRequest request{c->mme_id, c->enb_id, std::move(kenb), std::nullopt,
                                             std::nullopt};
  core.send_s1ap(c->link, c->stream(), s1ap::encode(request));
  core.step_to_enb(ue, "rekey", "UE Context Modification Request");
  core.start_timer(ue, Timer::xsetup);

  auto wait =
      ue.inbox.next<s1ap::UeContextModificationResponse, s1ap::UeContextModificationFailure, Expired>();
  auto got = co_await wait;
  core.stop_timer(ue, Timer::xsetup);
  if (std::holds_alternative<s1ap::UeContextModificationResponse>(got)) {
    core.step_from_enb(ue, "rekey", "UE Context Modification Response");
    core.erase_as_keys(ue, "new KeNB");
    ue.nh = first.take();
    ue.ncc = 1;
    ue.chain_hops = 1;
    co_return;
  }
  //= TS 33.401, 7.2.10
  // An eNB that is about to hand the UE over refuses: the handover runs on the old chain, if there is one,
  // and the radio is rekeyed at the target.
  if (std::holds_alternative<s1ap::UeContextModificationFailure>(got) && ue.waiting.handover && ue.nh) {
    core.step_from_enb(ue, "rekey", "UE Context Modification Failure");
    core.count("mme.reauthentication.radio_later");
    co_return;
  }
  // Keys of different age on NAS and radio are not left standing: the UE comes back with fresh ones.
  core.count("mme.reauthentication.radio_not_rekeyed");
  if (S1Connection* still = core.connection_of(ue))
    core.release_s1(*still, s1ap::CauseRadioNetwork::unspecified);
  core.go_idle(ue, "the eNB did not take the new key");
}

//= TS 24.301, 5.4.2
Task<Outcomes> new_kasme(Core& core, Ue& ue) {
  ue.claimed = ue.imsi;
  ue.by_guti = false;
  auto authenticate = authentication(core, ue);
  auto result = co_await authenticate;
  if (result) {
    auto secure = security_mode(core, ue);
    auto secured = co_await secure;
    result = secured;
  }
  if (!result) core.erase_context(ue, ue.fresh, "authentication failed");
  co_return result;
}

//= TS 24.301, 5.4.2
//= TS 33.401, 7.2.9.2
Procedure reauthenticate(Core& core, Ue& ue) {
  auto make = new_kasme(core, ue);
  const auto result = co_await make;
  if (result) {
    auto rekey = rekey_enb(core, ue);
    co_await rekey;
    core.out->outcome({ue.subscriber(), "reauthenticate", true, ""});
    co_return;
  }
  const Refusal& why = result.why();
  core.out->outcome({ue.subscriber(), "reauthenticate", false, std::string(why.because)});
  if (why.how == Refusal::How::authentication_reject) {
    core.send_nas(ue, nas::encode(nas::AuthenticationReject{}));
    core.step_to_ue(ue, "5a", "Authentication Reject");
    purge(core, ue);
    core.forget(ue, "the UE failed authentication", s1ap::CauseNas::authentication_failure, false);
  } else if (why.how == Refusal::How::silent) {
    if (S1Connection* c = core.connection_of(ue)) core.release_s1(*c, s1ap::CauseNas::unspecified);
    core.go_idle(ue, "re-authentication unanswered");
  }
  // Otherwise (the HSS is away) the UE goes on with the keys it has.
}

}  // namespace baton::node::mme
