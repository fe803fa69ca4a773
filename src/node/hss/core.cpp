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
  const bool alone = record.ind_bits >= index_bits_apart;
  const std::uint64_t number = number_of(record.imsi);
  if (Counter* const kept = counters.find(number)) {
    keep_up(*kept, record, clock);
    kept->index_alone = alone;
    return *kept;
  }
  if (counters.size() >= counters_kept_max) {
    counters.clear();
    remembers_since = clock;
  }
  // What was reserved counts as used: nobody remembers how much of it left.
  Counter& made = counters.put(number, fresh_counter(record, remembers_since));
  made.index_alone = alone;
  return made;
}

void Core::load(Desk& desk) { out->load(desks.token_for(desk), desk.imsi); }

void Core::save(Desk& desk, context::SubscriberRecord& record) {
  //= TS 33.102, C.1.1.3
  if (const Counter* const kept = counters.find(record.imsi); record.sqn_scheme == context::SqnScheme::time &&
                                                              kept != nullptr &&
                                                              kept->numbering == Numbering::of(record))
    record.seq_reserved = std::max(record.seq_reserved, kept->last_seq);
  out->save(desks.token_for(desk), record.copy());
  if (record.version) ++*record.version;
}

void Core::reserve(Desk& desk, context::SubscriberRecord& record) {
  out->reserve({desks.token_for(desk), desk.imsi, record.version, record.seq_reserved});
  if (record.version) ++*record.version;
}

void Core::erase(Desk& desk, const context::SubscriberRecord& record) {
  out->erase({desks.token_for(desk), desk.imsi, record.version});
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
