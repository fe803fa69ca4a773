#include "lab/access.h"

#include <algorithm>
#include <utility>

#include "base/cases.h"

namespace baton::lab {

namespace diameter = wire::diameter;

namespace {

peer::DiameterConfig s6a_config(const AccessServer::Config& c) {
  peer::DiameterConfig out{c.identity, c.realm, c.address, {}};
  out.peers.push_back({c.hss, c.realm, c.hss_door.address, c.hss_door.port, true});
  out.private_application = true;
  return out;
}

std::optional<KeyId> key_id_in(const std::optional<ByteVector>& octets) {
  KeyId id;
  if (!octets || octets->size() != id.octets.size()) return std::nullopt;
  std::copy(octets->begin(), octets->end(), id.octets.begin());
  return id;
}

}  // namespace

AccessServer::AccessServer(Config config, Entropy& entropy)
    : config_(std::move(config)), keys_(config_.name, config_.id_key), s6a_(s6a_config(config_), entropy) {}

void AccessServer::on(node::Event event, Instant now, node::Actions& out) {
  std::visit(
      Cases{[&](const node::Started&) { s6a_.start(now, out); },
            [&](const node::LinkUp& e) {
              if (e.port == peer::Port::diameter)
                on_s6a(s6a_.on_link_up(e.link, e.remote, now, out, e.proof), now, out);
            },
            [&](const node::LinkDown& e) { on_s6a(s6a_.on_link_down(e.link, now, out), now, out); },
            [&](const node::LinkData& e) { on_s6a(s6a_.on_link_data(e.link, e.octets, now, out), now, out); },
            [&](const node::TimerFired& e) {
              if (peer::DiameterNode::owns(e.timer)) on_s6a(s6a_.on_timer(e.timer, now, out), now, out);
            },
            [&](const node::Command& e) {
              if (e.verb == node::Verb::attach && e.subscriber) ask(*e.subscriber, now, out);
            },
            [](const auto&) {}},
      event);
}

void AccessServer::ask(const Imsi& imsi, Instant now, node::Actions& out) {
  const auto said = said_.find(imsi);
  if (said == said_.end()) return;
  const diameter::ContextTransferRequest request{
      .session_id = s6a_.new_session_id(),
      .vendor_specific_application_id =
          diameter::VendorSpecificApplicationId{diameter::vendor_private, diameter::app_private,
                                                std::nullopt},
      .origin_host = config_.identity,
      .origin_realm = config_.realm,
      .destination_host = config_.hss,
      .destination_realm = config_.realm,
      .user_name = imsi,
      .access_label = config_.access_label};
  const auto token = s6a_.request(config_.hss, request, now, out);
  if (!token) return end({imsi, Verdict::unanswered, said->second}, now, out);
  asked_.insert_or_assign(*token, Asked{imsi, said->second});
}

void AccessServer::on_s6a(peer::PeerEvents events, Instant now, node::Actions& out) {
  for (auto& event : events) {
    if (const auto* timeout = std::get_if<peer::DiameterTimeout>(&event)) {
      const auto at = asked_.find(timeout->token);
      if (at == asked_.end()) continue;
      const Asked asked = at->second;
      asked_.erase(at);
      end({asked.imsi, Verdict::unanswered, asked.said}, now, out);
    } else if (auto* answer = std::get_if<peer::DiameterAnswer>(&event)) {
      const auto at = asked_.find(answer->token);
      if (at == asked_.end()) continue;
      const Asked asked = at->second;
      asked_.erase(at);
      auto m = diameter::decode<diameter::ContextTransferAnswer>(answer->octets);
      const auto parent = m ? key_id_in(m->parent_key_id) : std::nullopt;
      if (!m || !answer->result.success() || !m->kn3 || !parent) {
        end({asked.imsi, answer->result.experimental ? Verdict::no_key : Verdict::unanswered, asked.said},
            now, out);
        continue;
      }
      Use use{asked.imsi, *parent == asked.said ? Verdict::current : Verdict::stale, asked.said, parent};
      use.kn3 = std::move(m->kn3);
      use.counter = m->counter.value_or(0);
      end(std::move(use), now, out);
    }
  }
}

void AccessServer::end(Use use, Instant now, node::Actions& out) {
  ++uses_;
  const std::string who = use.imsi.digits();
  if (use.kn3) {
    keys_.write(out, now, KeyEvent::received, who, *use.kn3, "Context-Transfer Answer", {*use.parent});
    keys_.write(out, now, KeyEvent::erased, who, *use.kn3,
                use.verdict == Verdict::stale ? "stale: made of a KASME that the UE has left" : "used");
  }
  switch (use.verdict) {
    case Verdict::current: out.count("aaa.current_use"); break;
    case Verdict::stale: out.count("aaa.stale_use"); break;
    case Verdict::no_key: out.count("aaa.no_key"); break;
    case Verdict::unanswered: out.count("aaa.unanswered"); break;
  }
  out.outcome({who, "access", use.verdict == Verdict::current,
               use.verdict == Verdict::stale ? "a key of a KASME that the UE has left" : ""});
  last_.emplace(std::move(use));
}

}  // namespace baton::lab
