#include "node/mme/mme.h"

#include "base/cases.h"
#include "base/secret.h"
#include "node/mme/interfaces.h"
#include "node/mme/kasme_update.h"
#include "node/mme/procedures.h"

namespace baton::node::mme {

namespace {

/// The timer of an association without S1 Setup; its kind lies beyond those of a UE's timers.
constexpr std::uint16_t unnamed_link_kind = 0x100;
TimerId unnamed_link_timer(LinkId link) { return {TimerDomain::node, link.value, unnamed_link_kind}; }

}  // namespace

void Mme::on(Event event, Instant now, Actions& out) {
  core_.now = now;
  core_.out = &out;
  core_.keys.listen(out.ledger_on());
  std::visit(
      Cases{[&](Started&) { start(); }, [&](peer::LinkUp& e) { on(e); }, [&](peer::LinkDown& e) { on(e); },
            [&](peer::LinkData& e) { on(e); }, [&](peer::DatagramIn& e) { on(e); },
            [&](peer::TimerFired& e) { on(e); }, [&](Command& e) { on(e); },
            [&](auto&) { core_.count("mme.unexpected"); }},  // an MME has no store
      event);
  run_waiting(core_);
  core_.ues.sweep();  // procedures that ended their own UE have returned by now
  core_.out = nullptr;
}

void Mme::start() {
  core_.s6a.start(core_.now, *core_.out);
  core_.gtpc.start(core_.now, *core_.out);
}

void Mme::on(peer::LinkUp& e) {
  if (e.port == Port::diameter || core_.s6a.owns(e.link)) {
    for (auto& p : core_.s6a.on_link_up(e.link, e.remote, core_.now, *core_.out, e.proof))
      on_s6a(core_, std::move(p));
    return;
  }
  if (e.port != Port::s1ap || strangers_.size() >= unnamed_links_max) {
    core_.count("mme.link.refused");
    core_.out->close_link(e.link);
    return;
  }
  strangers_.insert(e.link);
  core_.out->start_timer(unnamed_link_timer(e.link), core_.now + unnamed_link_wait);
}

void Mme::on(peer::LinkDown& e) {
  if (core_.s6a.owns(e.link)) {
    for (auto& p : core_.s6a.on_link_down(e.link, core_.now, *core_.out)) on_s6a(core_, std::move(p));
    return;
  }
  if (strangers_.erase(e.link) != 0) core_.out->stop_timer(unnamed_link_timer(e.link));
  lose_enb(core_, e.link);
}

void Mme::on(peer::LinkData& e) {
  if (core_.s6a.owns(e.link)) {
    for (auto& p : core_.s6a.on_link_data(e.link, e.octets, core_.now, *core_.out))
      on_s6a(core_, std::move(p));
    return;
  }
  if (strangers_.count(e.link) == 0 && core_.enbs.find(e.link) == nullptr) {
    core_.count("mme.link.unknown");  // closed by us, data were still on their way
    return;
  }
  on_s1ap(core_, e.link, e.octets);
  if (core_.enbs.find(e.link) != nullptr && strangers_.erase(e.link) != 0)
    core_.out->stop_timer(unnamed_link_timer(e.link));
}

void Mme::on(peer::DatagramIn& e) {
  if (e.port != Port::gtpc) {
    core_.count("mme.unexpected");
    return;
  }
  auto events = core_.gtpc.on_datagram(e.remote, e.octets, core_.now, *core_.out);
  secure_wipe(e.octets.data(), e.octets.size());  // another MME's may have held keys
  for (auto& p : events) on_gtpc(core_, std::move(p));
}

void Mme::on(peer::TimerFired& e) {
  if (peer::GtpPath::owns(e.timer)) {
    for (auto& p : core_.gtpc.on_timer(e.timer, core_.now, *core_.out)) on_gtpc(core_, std::move(p));
  } else if (peer::DiameterNode::owns(e.timer)) {
    for (auto& p : core_.s6a.on_timer(e.timer, core_.now, *core_.out)) on_s6a(core_, std::move(p));
  } else if (e.timer.domain == TimerDomain::ue && e.timer.kind < timers.size()) {
    on_ue_timer(UeId{e.timer.owner}, static_cast<Timer>(e.timer.kind));
  } else if (e.timer.domain == TimerDomain::node && e.timer.kind == unnamed_link_kind) {
    if (const LinkId link{e.timer.owner}; strangers_.erase(link) != 0) {
      core_.count("mme.link.silent");
      core_.out->close_link(link);
    }
  } else if (e.timer.domain == TimerDomain::node &&
             e.timer.kind == static_cast<std::uint16_t>(Timer::xrelease)) {
    // The eNB does not confirm: the ids are free all the same.
    const MmeUeS1apId id{e.timer.owner};
    if (const S1Connection* c = core_.s1.find(id); c != nullptr && !c->ue) {
      core_.count("mme.s1ap.release_unconfirmed");
      core_.s1.close(id);
    }
  }
}

void Mme::on_ue_timer(UeId id, Timer timer) {
  Ue* ue = core_.ues.find(id);
  const std::uint32_t bit = 1U << static_cast<unsigned>(timer);
  if (ue == nullptr || (ue->armed & bit) == 0) return;  // stopped while it was on its way
  ue->armed &= ~bit;
  switch (timer) {
    //= TS 24.301, 5.3.5
    case Timer::mobile_reachable: core_.start_timer(*ue, Timer::implicit_detach); return;
    case Timer::implicit_detach:
      core_.count("mme.detach.implicit");
      core_.cancel(*ue);
      purge(core_, *ue);
      core_.forget(*ue, "implicit detach", wire::s1ap::CauseNas::detach, true);
      return;
    case Timer::xgiven:
      core_.count("mme.context.not_cancelled");
      purge(core_, *ue);
      core_.forget(*ue, "it is at another MME", wire::s1ap::CauseNas::detach, false);
      return;
    case Timer::xregister:
    case Timer::xlocate:
      if (!ue->ours() || ue->emm != Ue::Emm::registered || settled_here(*ue)) return;
      // What is under way may be the update itself, and is not broken off for this.
      if (ue->busy()) return core_.start_timer(*ue, timer, core_.config.after(Timer::xregister));
      core_.run(*ue, "location-update", register_location(core_, *ue));
      return;
    case Timer::xkasme: on_kasme_timer(core_, *ue); return;
    default: deliver(core_, *ue, Expired{timer}, spec_of(timer).name); return;
  }
}

void Mme::on(Command& e) {
  Ue* ue = e.subscriber ? core_.ues.find(*e.subscriber) : nullptr;
  const bool ready = ue != nullptr && ue->emm == Ue::Emm::registered && ue->ours();
  const auto refuse = [&](std::string cause) {
    core_.out->outcome(
        {e.subscriber ? e.subscriber->digits() : "", to_string(e.verb), false, std::move(cause)});
  };
  switch (e.verb) {
    case Verb::detach:
      if (!ready) return refuse("not registered here");
      if (ue->nas_rests()) return refuse("the UE is being handed over to another MME");
      core_.run(*ue, "detach",
                detach_by_network(core_, *ue, {wire::nas::NetworkDetachType::reattach_not_required, {}}));
      return;
    case Verb::page:
      if (!ready) return refuse("not registered here");
      if (!ue->idle() || ue->handover) return refuse("the UE is connected or on its way");
      core_.run(*ue, "paging", paging(core_, *ue));
      return;
    case Verb::reauthenticate:
      if (!ready) return refuse("not registered here");
      if (ue->idle() || ue->busy()) return refuse("the UE is idle or busy");
      core_.run(*ue, "reauthenticate", reauthenticate(core_, *ue));
      return;
    case Verb::stale_key:
      if (!ready) return refuse("not registered here");
      on_stale_key(core_, *ue);
      return;
    default: return refuse("not a command for an MME");
  }
}

}  // namespace baton::node::mme
