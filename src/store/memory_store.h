// memory_store.h: a store that loses at a crash exactly what was not synced.
#pragma once

#include <cstdint>
#include <map>

#include "store/store.h"

namespace baton::store {

/// MemoryStore is the lab's store and the one of the embedded demo network. `fail_syncs` makes the next
/// syncs fail, as a full disk would.
class MemoryStore final : public Store {
 public:
  std::optional<context::SubscriberRecord> load(const Imsi& imsi) override;
  bool put(context::SubscriberRecord record) override;
  bool remove(const Imsi& imsi) override;
  bool sync() override;
  void crash() override;
  std::size_t size() const override;
  std::vector<Imsi> subscribers() const override;

  void fail_syncs(std::uint32_t how_many) { failing_syncs_ = how_many; }
  std::uint64_t syncs() const { return syncs_; }

 private:
  using Table = std::map<Imsi, context::SubscriberRecord>;
  Table durable_;
  /// What was staged since the last sync; an empty optional is a removal.
  std::map<Imsi, std::optional<context::SubscriberRecord>> staged_;
  std::uint32_t failing_syncs_ = 0;
  std::uint64_t syncs_ = 0;
};

}  // namespace baton::store
