#include "node/hss/core.h"

#include <algorithm>

namespace baton::node::hss {

namespace {

peer::DiameterConfig s6a_config(const Config& c) {
  peer::DiameterConfig out{c.identity, c.realm, c.address, {}};
  for (const Client& client : c.clients) {
    peer::DiameterPeer p{client.identity, client.realm, client.address};
    p.secured = client.secured;
    p.via = client.via;
    p.rate = client.rate;
    out.peers.push_back(std::move(p));
  }
  for (const peer::DiameterPeer& agent : c.agents) out.peers.push_back(agent);
  for (const AaaServer& aaa : c.aaa_servers) out.peers.push_back({aaa.identity, aaa.realm, aaa.address});
  out.private_application = c.tracks_kasme();
  if (!c.equipment.empty()) out.more_applications.push_back(dia::app_s13);
  out.origin_state_id = c.origin_state_id;
  out.times = c.times;
  return out;
}

}  // namespace

Core::Core(Config c, Entropy& e)
    : config(std::move(c)), entropy(e), keys(config.name, config.key_id_key), s6a(s6a_config(config), e) {
  if (config.lost_places)
    for (const Client& client : config.clients) to_reset.insert(client.identity);
}

std::optional<std::size_t> Core::client_named(const DiameterIdentity& identity) const {
  for (std::size_t i = 0; i < config.clients.size(); ++i)
    if (config.clients[i].identity == identity) return i;
  return std::nullopt;
}

std::optional<std::size_t> Core::aaa_named(const DiameterIdentity& identity) const {
  for (std::size_t i = 0; i < config.aaa_servers.size(); ++i)
    if (config.aaa_servers[i].identity == identity) return i;
  return std::nullopt;
}

Counter& Core::counter_of(const context::SubscriberRecord& record) {
  if (const auto at = counters.find(record.imsi); at != counters.end()) {
    keep_up(at->second, record, clock);
    return at->second;
  }
  if (counters.size() >= counters_kept_max) {
    counters.clear();
    remembers_since = clock;
  }
  // What was reserved counts as used: nobody remembers how much of it left.
  return counters[record.imsi] = fresh_counter(record, remembers_since);
}

void Core::load(const Desk& desk) {
  const StoreToken token{next_store_token++};
  store_pending.emplace(token, desk.imsi);
  out->load(token, desk.imsi);
}

void Core::save(const Desk& desk, context::SubscriberRecord& record) {
  //= TS 33.102, C.1.1.3
  if (const auto at = counters.find(record.imsi); record.sqn_scheme == context::SqnScheme::time &&
                                                  at != counters.end() &&
                                                  at->second.numbering == Numbering::of(record))
    record.seq_reserved = std::max(record.seq_reserved, at->second.last_seq);
  const StoreToken token{next_store_token++};
  store_pending.emplace(token, desk.imsi);
  out->save(token, record.copy());
  if (record.version) ++*record.version;
}

void Core::reserve(const Desk& desk, context::SubscriberRecord& record) {
  const StoreToken token{next_store_token++};
  store_pending.emplace(token, desk.imsi);
  out->reserve({token, desk.imsi, record.version, record.seq_reserved});
  if (record.version) ++*record.version;
}

void Core::erase(const Desk& desk, const context::SubscriberRecord& record) {
  const StoreToken token{next_store_token++};
  store_pending.emplace(token, desk.imsi);
  out->erase({token, desk.imsi, record.version});
}

void Core::note_steps(const Imsi& imsi, const Followed& followed, const Superseded& gone) {
  if (!out->ledger_on()) return;
  KeyId parent = keys.id(followed.from);
  for (const Kasme& made : followed.made) {
    note(KeyEvent::derived, imsi, made, "S0.D2", {parent});
    parent = keys.id(made);
    if (&made != &followed.made.back()) note(KeyEvent::erased, imsi, made, "next step");
  }
  if (followed.named && !followed.made.empty()) note(KeyEvent::erased, imsi, followed.from, "next step");
  note(KeyEvent::stored, imsi, followed.in_use(), "KASME in use");
  note_gone(imsi, gone, "another is in use");
}

void Core::note_gone(const Imsi& imsi, const Superseded& gone, const std::string& reason) {
  if (gone.record) note(KeyEvent::erased, imsi, *gone.record, reason);
  for (const Kasme& k : gone.candidates) note(KeyEvent::erased, imsi, k, reason);
}

bool Core::may_ask_for(const Client& c, const PlmnId& visited) const {
  return std::find(c.visited_plmns.begin(), c.visited_plmns.end(), visited) != c.visited_plmns.end();
}

bool Core::roaming_allowed(const PlmnId& visited) const {
  return std::find(config.plmns.begin(), config.plmns.end(), visited) != config.plmns.end();
}

}  // namespace baton::node::hss
