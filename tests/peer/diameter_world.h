// diameter_world.h: Diameter nodes on an invented network: links that deliver in order, timers that fire
// when the test moves time.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "peer/diameter_peer.h"

namespace baton::test {

namespace dia = wire::diameter;
using peer::DiameterNode;
using peer::LinkId;
using peer::PeerEvent;
using peer::TimerId;

inline DiameterIdentity identity(std::string_view s) { return *DiameterIdentity::parse(s); }
inline const DiameterIdentity realm = identity("epc.test");

class CountingEntropy final : public Entropy {
 public:
  void fill(MutableBytes out) override {
    for (Byte& b : out) b = next_++;
  }

 private:
  Byte next_ = 0;
};

/// Host is one node, its address, and what it asked of the world.
class Host final : public peer::Outlet {
 public:
  Host(peer::DiameterConfig config) : node(std::move(config), entropy_) {}

  void send(LinkId link, std::uint16_t, ByteVector octets) override {
    sent.push_back({link, std::move(octets)});
  }
  void open_link(LinkId link, peer::Port, Endpoint remote) override { opened.push_back({link, remote}); }
  void close_link(LinkId link) override { closed.push_back(link); }
  void datagram(peer::Port, Endpoint, ByteVector) override {}
  void start_timer(TimerId timer, Instant at) override { timers[timer] = at; }
  void stop_timer(TimerId timer) override { timers.erase(timer); }
  void count(std::string_view counter) override { ++counters[std::string(counter)]; }
  void log(peer::LogLevel, std::string text) override { logged.push_back(std::move(text)); }

  void note(peer::PeerEvents more) {
    for (auto& e : more) events.push_back(std::move(e));
  }
  /// take_event is the next event of a type; others stay.
  template <class E>
  std::optional<E> take() {
    for (auto at = events.begin(); at != events.end(); ++at) {
      if (auto* e = std::get_if<E>(&*at)) {
        E out = std::move(*e);
        events.erase(at);
        return out;
      }
    }
    return std::nullopt;
  }

 private:
  CountingEntropy entropy_;

 public:
  DiameterNode node;
  std::vector<std::pair<LinkId, ByteVector>> sent;
  std::vector<std::pair<LinkId, Endpoint>> opened;
  std::vector<LinkId> closed;
  std::map<TimerId, Instant> timers;
  std::map<std::string, int> counters;
  std::vector<std::string> logged;
  std::vector<PeerEvent> events;
};

/// World joins hosts by address. A connection is a pair of (host, link).
class World {
 public:
  Host& add(peer::DiameterConfig config) {
    const Ipv4 address = config.address;
    hosts_.push_back(std::make_unique<Host>(std::move(config)));
    Host& h = *hosts_.back();
    by_address_[address] = &h;
    addresses_[&h] = address;
    return h;
  }
  void start(Host& h) {
    h.node.start(now, h);
    settle();
  }
  /// settle carries everything out until nobody asks for anything more.
  void settle() {
    for (bool busy = true; busy;) {
      busy = false;
      for (auto& h : hosts_) busy = carry(*h) || busy;
    }
  }
  /// advance moves time and fires what falls due, in order.
  void advance(Duration by) {
    const Instant end = now + by;
    for (;;) {
      Host* who = nullptr;
      TimerId which{};
      Instant at = end;
      for (auto& h : hosts_)
        for (const auto& [timer, due] : h->timers)
          if (due <= at && (who == nullptr || due < at)) who = h.get(), which = timer, at = due;
      if (who == nullptr) break;
      now = at;
      who->timers.erase(which);
      who->note(who->node.on_timer(which, now, *who));
      settle();
    }
    now = end;
  }
  /// cut ends a host's connections as a dead cable would: nobody hears, nothing arrives.
  void silence(Host& h) { silent_ = &h; }
  void unsilence() { silent_ = nullptr; }
  /// reset ends every connection of a host, and both sides hear of it.
  void reset(Host& h) {
    for (auto at = ends_.begin(); at != ends_.end();) {
      if (at->first.first != &h) {
        ++at;
        continue;
      }
      const auto here = at->first, there = at->second;
      at = ends_.erase(at);
      ends_.erase(there);
      here.first->note(here.first->node.on_link_down(here.second, now, *here.first));
      there.first->note(there.first->node.on_link_down(there.second, now, *there.first));
      at = ends_.begin();
    }
    settle();
  }
  /// dial opens a raw connection to a host from any address; what the host sends on it is in `heard`.
  LinkId dial(Host& to, const Ipv4& from, const peer::LinkProof& proof = {}) {
    const LinkId link{peer::accepted_links_from + ++accepted_};
    to.note(to.node.on_link_up(link, {from, 40000}, now, to, proof));
    raw_.push_back({&to, link});
    settle();
    return link;
  }
  void say(Host& to, LinkId link, Bytes octets) {
    to.note(to.node.on_link_data(link, octets, now, to));
    settle();
  }
  /// Messages and closings on raw links.
  std::vector<std::pair<LinkId, ByteVector>> heard;
  std::vector<LinkId> hung_up;
  bool refuse_connections = false;
  Instant now{Duration(1'000'000)};

 private:
  using End = std::pair<Host*, LinkId>;
  bool carry(Host& h) {
    bool any = false;
    for (auto& [link, remote] : std::exchange(h.opened, {})) {
      any = true;
      const auto to = by_address_.find(remote.address);
      if (refuse_connections || to == by_address_.end()) {
        h.note(h.node.on_link_down(link, now, h));
        continue;
      }
      Host& other = *to->second;
      const LinkId theirs{peer::accepted_links_from + ++accepted_};
      ends_[{&h, link}] = {&other, theirs};
      ends_[{&other, theirs}] = {&h, link};
      other.note(other.node.on_link_up(theirs, {addresses_[&h], 40000}, now, other));
      h.note(h.node.on_link_up(link, remote, now, h));
    }
    for (auto& [link, octets] : std::exchange(h.sent, {})) {
      any = true;
      const auto to = ends_.find({&h, link});
      if (to == ends_.end()) {
        heard.push_back({link, std::move(octets)});
        continue;
      }
      if (silent_ == &h || silent_ == to->second.first) continue;
      Host& other = *to->second.first;
      other.note(other.node.on_link_data(to->second.second, octets, now, other));
    }
    for (const LinkId link : std::exchange(h.closed, {})) {
      any = true;
      const auto to = ends_.find({&h, link});
      if (to == ends_.end()) {
        hung_up.push_back(link);
        continue;
      }
      const End there = to->second;
      ends_.erase(to);
      ends_.erase(there);
      if (silent_ != there.first && silent_ != &h)
        there.first->note(there.first->node.on_link_down(there.second, now, *there.first));
    }
    return any;
  }

  std::vector<std::unique_ptr<Host>> hosts_;
  std::map<Ipv4, Host*> by_address_;
  std::map<Host*, Ipv4> addresses_;
  std::map<End, End> ends_;
  std::vector<End> raw_;
  Host* silent_ = nullptr;
  std::uint32_t accepted_ = 0;
};

inline const Ipv4 mme_address{{127, 0, 1, 1}};
inline const Ipv4 hss_address{{127, 0, 1, 2}};
inline const DiameterIdentity mme_name = identity("mme1.epc.test");
inline const DiameterIdentity hss_name = identity("hss1.epc.test");

inline peer::DiameterConfig mme_config(bool connect = true) {
  peer::DiameterConfig c{mme_name, realm, mme_address, {{hss_name, realm, hss_address, 3868, connect}}};
  c.origin_state_id = 5;
  return c;
}
inline peer::DiameterConfig hss_config(bool connect = false) {
  return {hss_name, realm, hss_address, {{mme_name, realm, mme_address, 3868, connect}}};
}

inline dia::PurgeUeRequest purge(std::string session, const DiameterIdentity& to = hss_name) {
  return {std::move(session), {}, dia::AuthSessionState::no_state_maintained, mme_name, realm, to, realm,
          Imsi::test_value()};
}
inline dia::PurgeUeAnswer purged(std::string session) {
  return {std::move(session), {},   {}, dia::code::success, {}, dia::AuthSessionState::no_state_maintained,
          hss_name,           realm};
}

}  // namespace baton::test
