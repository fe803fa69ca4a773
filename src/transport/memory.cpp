#include "transport/memory.h"

#include <deque>

#include "transport/limits.h"

namespace baton::transport {
namespace {

struct Message {
  std::uint16_t stream = 0;
  ByteVector octets;
  bool last = false;  // the goodbye
};

struct End {
  Address address;
  LinkObserver* observer = nullptr;
  std::deque<Message> inbox;
  std::size_t inbox_octets = 0;
  bool open = true;
  Down why = Down::closed_by_peer;

  static void deliver(const std::shared_ptr<End>& self) {
    while (self->open && self->observer && !self->inbox.empty()) {
      Message m = std::move(self->inbox.front());
      self->inbox.pop_front();
      self->inbox_octets -= m.octets.size();
      if (m.last) {
        self->open = false;
        self->observer->on_down(self->why);
        return;
      }
      self->observer->on_data(m.stream, m.octets);
    }
  }
};

class MemoryLink final : public Link {
 public:
  MemoryLink(Loop& loop, std::shared_ptr<End> self, std::shared_ptr<End> other)
      : loop_(loop), self_(std::move(self)), other_(std::move(other)) {}
  ~MemoryLink() override { end(Down::reset); }

  void observe(LinkObserver& observer) override {
    self_->observer = &observer;
    loop_.post([self = self_] { End::deliver(self); });
  }
  Done send(std::uint16_t stream, Bytes octets) override {
    if (!self_->open || !other_->open) return Fail{Error{Fault::not_connected, 0}};
    if (octets.size() > sctp_message_octets_max) return Fail{Error{Fault::too_large, 0}};
    if (other_->inbox_octets + octets.size() > send_queue_octets_max)
      return Fail{Error{Fault::queue_full, 0}};
    other_->inbox_octets += octets.size();
    put({stream, ByteVector(octets.begin(), octets.end()), false});
    return Ok{};
  }
  void close() override { end(Down::closed_by_peer); }
  Address local() const override { return self_->address; }
  Address remote() const override { return other_->address; }

 private:
  void put(Message m) {
    other_->inbox.push_back(std::move(m));
    loop_.post([other = other_] { End::deliver(other); });
  }
  void end(Down why) {
    self_->observer = nullptr;
    if (!self_->open) return;
    self_->open = false;
    if (!other_->open) return;
    other_->why = why;
    put({0, {}, true});
  }

  Loop& loop_;
  std::shared_ptr<End> self_, other_;
};

}  // namespace

std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> memory_pair(Loop& loop, const Address& first,
                                                                    const Address& second) {
  auto a = std::make_shared<End>();
  auto b = std::make_shared<End>();
  a->address = first;
  b->address = second;
  return {std::make_unique<MemoryLink>(loop, a, b), std::make_unique<MemoryLink>(loop, b, a)};
}

}  // namespace baton::transport
