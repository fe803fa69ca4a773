// memory_store.h: a store that loses at a crash exactly what was not synced.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "store/staged.h"
#include "store/store.h"

namespace baton::store {

/// MemoryStore is the lab's store and the one of the embedded demo network. `fail_syncs` makes the next
/// commits fail, as a full disk would, and `fail_loads` the next loads.
class MemoryStore final : public Store {
 public:
  Expected<std::optional<context::SubscriberRecord>, StoreError> find(const Imsi& imsi) override;
  const context::SubscriberRecord* at_hand(const Imsi& imsi) override;
  bool put(context::SubscriberRecord record) override;
  using Store::remove;
  bool remove(const Imsi& imsi, std::optional<std::uint64_t> version) override;
  Expected<Committed, StoreError> commit() override;
  Expected<Committed, StoreError> commit_whole() override;
  void crash() override;
  std::size_t size() const override;
  std::vector<Imsi> subscribers() const override;
  Expected<std::vector<context::SubscriberRecord>, StoreError> range(const std::optional<Imsi>& after,
                                                                     std::size_t limit) override;
  Expected<Joined, StoreError> join(const Member& who, Instant now, Instant until) override;
  Expected<Ok, StoreError> extend(const Member& who, Instant until) override;

  void fail_syncs(std::uint32_t how_many, StoreFault as = StoreFault::io) {
    failing_syncs_ = how_many;
    syncs_fail_as_ = as;
  }
  void fail_loads(std::uint32_t how_many, StoreFault as = StoreFault::io) {
    failing_loads_ = how_many;
    loads_fail_as_ = as;
  }
  std::uint64_t syncs() const { return syncs_; }

 private:
  using Table = std::map<Imsi, context::SubscriberRecord>;
  Table durable_;
  Staging staged_;
  std::vector<Seat> seats_;
  std::uint32_t failing_syncs_ = 0;
  StoreFault syncs_fail_as_ = StoreFault::io;
  std::uint32_t failing_loads_ = 0;
  StoreFault loads_fail_as_ = StoreFault::io;
  std::uint64_t syncs_ = 0;
};

}  // namespace baton::store
