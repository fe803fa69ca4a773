// Events of every kind in any order to a fresh node of any role: whatever comes, the node is alive after it.
// The first octet chooses the role, each further one an event, and its arguments follow. Messages are raw
// octets, or those of a real life with one octet changed, so that the depths of a procedure are in reach.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/cases.h"
#include "lab/cast.h"
#include "wire/rrc/limits.h"

namespace {

using namespace baton;

constexpr std::size_t events_max = 600;  ///< an input that asks for more is stopped there
constexpr std::size_t links_max = 16;

const std::vector<lab::WireTap>& life() {
  static const std::vector<lab::WireTap> all = [] {
    lab::Cast cast(lab::script());
    cast.attach(0);
    cast.idle(0);
    cast.service_request(0);
    cast.idle(0);
    cast.page(0);
    cast.idle(0);
    cast.tau(0);
    cast.reauthenticate(0);
    cast.detach(0);
    return cast.net.taps();
  }();
  return all;
}

/// Input hands out octets; zeros when there are none left.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool more() const { return at_ < size_; }
  Byte octet() { return more() ? data_[at_++] : Byte{0}; }
  ByteVector octets(std::size_t n) {
    n = std::min(n, size_ - at_);
    ByteVector out(data_ + at_, data_ + at_ + n);
    at_ += n;
    return out;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

/// Stage is one node and what it has asked of its world.
class Stage {
 public:
  explicit Stage(Byte role) {
    lab::Script s = lab::script();
    (void)store::import(subscribers_, std::move(s.subscribers));
    // The same draws as in the life, so that what was heard there fits here.
    const auto draw = [&](std::uint64_t number, const std::string& name) -> Entropy& {
      entropy_ = std::make_unique<lab::SeededEntropy>(s.seed + number, name);
      return *entropy_;
    };
    switch (role % 5) {
      case 0: node_ = std::make_unique<node::mme::Mme>(s.mmes[0], draw(3, s.mmes[0].name)); break;
      case 1: node_ = std::make_unique<node::enb::Enb>(s.enbs[0], draw(4, s.enbs[0].name)); break;
      case 2: node_ = std::make_unique<node::upe::Upe>(s.upe, draw(2, s.upe.name)); break;
      case 3: node_ = std::make_unique<node::hss::Hss>(s.hss, draw(1, s.hss.name)); break;
      default: {
        Entropy& entropy = draw(6, s.ues[0].name);
        node_ = std::make_unique<node::ue::Ue>(std::move(s.ues[0]), entropy);
      }
    }
  }

  void play(Input& in) {
    switch (in.octet() % 12) {
      case 0: return on(node::Started{});
      case 1: return accept(in.octet());
      case 2: return link_up(in.octet());
      case 3:
        if (const auto* l = link(in.octet())) on(node::LinkDown{l->id});
        return;
      case 4: return heard(in.octet(), 0, 0);  // the next one of the life, as it was
      case 5: {
        const Byte skip = in.octet();
        const std::size_t at = in.octet() | static_cast<std::size_t>(in.octet() & 3U) << 8U;
        return heard(skip, at, in.octet());
      }
      case 6: {
        const auto* l = link(in.octet());
        const Byte stream = in.octet();
        const std::size_t size = in.octet() | static_cast<std::size_t>(in.octet() & 3U) << 8U;
        ByteVector octets = in.octets(size);
        if (l != nullptr) on(node::LinkData{l->id, stream, std::move(octets)});
        return;
      }
      case 7: {
        const auto from = in.octet();
        const auto port = from % 2 != 0 ? peer::Port::radio : peer::Port::gtpc;
        const std::size_t size = in.octet() | static_cast<std::size_t>(in.octet() & 3U) << 8U;
        return on(node::DatagramIn{port, neighbour(port, from / 2), in.octets(size)});
      }
      case 8: return fire(in.octet());
      case 9: return store(in.octet());
      case 10: {
        const auto verb = static_cast<node::Verb>(in.octet() % 10);
        const Byte who = in.octet();
        node::Command c{verb, {}, who};
        if (who % 4 != 3) c.subscriber = lab::imsi_of(who % 4);
        return on(c);
      }
      default: now_ = now_ + in.octet() * Duration(100ms); return;
    }
  }

 private:
  struct Link {
    peer::LinkId id;
    peer::Port port{};
    Endpoint remote;
  };

  static Endpoint neighbour(peer::Port port, Byte which) {
    if (port == peer::Port::gtpc)
      return {which % 3 == 0 ? lab::mme_address : which % 3 == 1 ? lab::upe_address : lab::hss_address, 2123};
    const Ipv4 address =
        which % 2 == 0 ? lab::ue_address(which / 2U % 3U) : lab::enb_address(which / 2U % 2U);
    return {address, wire::rrc::udp_port};
  }

  Link* link(Byte which) { return links_.empty() ? nullptr : &links_[which % links_.size()]; }

  void accept(Byte which) {
    if (links_.size() >= links_max) return;
    const bool s1 = which % 2 == 0;
    const Endpoint remote = s1 ? Endpoint{lab::enb_address(which / 2U % 2U), 36412}
                               : Endpoint{lab::mme_address, static_cast<std::uint16_t>(49152 + which / 2)};
    links_.push_back({peer::LinkId{next_link_++}, s1 ? peer::Port::s1ap : peer::Port::diameter, remote});
    on(node::LinkUp{links_.back().id, links_.back().port, remote});
  }

  void link_up(Byte which) {
    if (const auto* l = link(which)) on(node::LinkUp{l->id, l->port, l->remote});
  }

  void heard(Byte skip, std::size_t at, Byte change) {
    const auto& all = life();
    for (std::size_t left = all.size(), skipped = 0; left > 0; --left) {
      const lab::WireTap& t = all[heard_++ % all.size()];
      if (t.to != node_->name() || skipped++ < skip % 16U) continue;
      ByteVector octets = t.octets;
      if (!octets.empty()) octets[at % octets.size()] ^= change;
      if (t.port == peer::Port::gtpc || t.port == peer::Port::radio)
        return on(node::DatagramIn{t.port, t.source, std::move(octets)});
      const auto l = std::find_if(links_.begin(), links_.end(), [&](const Link& k) {
        return k.port == t.port && k.remote.address == t.source.address;
      });
      if (l != links_.end()) on(node::LinkData{l->id, t.stream, std::move(octets)});
      return;
    }
  }

  void fire(Byte which) {
    if (timers_.empty()) return;
    const auto [timer, at] = timers_[which % timers_.size()];
    timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(which % timers_.size()));
    now_ = std::max(now_, at);
    on(node::TimerFired{timer});
  }

  void store(Byte which) {
    if (!loads_.empty() && which % 2 == 0) {
      const auto load = loads_.front();
      loads_.erase(loads_.begin());
      return on(
          node::SubscriberLoaded{load.token, which % 8 == 6 ? std::nullopt : subscribers_.load(load.imsi)});
    }
    if (saves_.empty()) return;
    const auto token = saves_.front();
    saves_.erase(saves_.begin());
    on(node::SubscriberSaved{token, which % 16 != 15});
  }

  void on(node::Event event) {
    node::Actions out;
    node_->on(std::move(event), now_, out);
    for (node::Action& action : out.take()) {
      std::visit(Cases{
                     [&](node::OpenLink& a) {
                       if (links_.size() < links_max) links_.push_back({a.link, a.port, a.remote});
                     },
                     [&](node::CloseLink& a) {
                       std::erase_if(links_, [&](const Link& l) { return l.id == a.link; });
                     },
                     [&](node::StartTimer& a) {
                       std::erase_if(timers_, [&](const auto& t) { return t.first == a.timer; });
                       timers_.emplace_back(a.timer, a.at);
                     },
                     [&](node::StopTimer& a) {
                       std::erase_if(timers_, [&](const auto& t) { return t.first == a.timer; });
                     },
                     [&](node::LoadSubscriber& a) { loads_.push_back(std::move(a)); },
                     [&](node::SaveSubscriber& a) { saves_.push_back(a.token); },
                     [](auto&) {},
                 },
                 action);
    }
  }

  store::MemoryStore subscribers_;
  std::unique_ptr<Entropy> entropy_;
  std::unique_ptr<node::Node> node_;
  Instant now_;
  std::vector<Link> links_;
  std::uint32_t next_link_ = peer::accepted_links_from;
  std::vector<std::pair<peer::TimerId, Instant>> timers_;
  std::vector<node::LoadSubscriber> loads_;
  std::vector<node::StoreToken> saves_;
  std::size_t heard_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(data, size);
  Stage stage(in.octet());
  for (std::size_t n = 0; in.more() && n < events_max; ++n) stage.play(in);
  return 0;
}
