// store.h: what is remembered, and the points at which it is certain to be.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/expected.h"
#include "context/subscriber.h"

namespace baton::store {

/// Why a store refused.
struct StoreError {
  std::string what;  ///< in words, without key material
};

/// Store keeps subscribers. `put` stages a record; nothing staged is promised to survive until `sync` has
/// returned true. One sync covers everything staged before it (group commit), all of it or none.
class Store {
 public:
  virtual ~Store() = default;
  /// load sees staged records too. Nothing when there is no such subscriber.
  virtual std::optional<context::SubscriberRecord> load(const Imsi& imsi) = 0;
  /// put stages a record, new or changed. False when the store can take no more.
  virtual bool put(context::SubscriberRecord record) = 0;
  /// remove stages the removal of a record; removing what is not there is no error.
  virtual bool remove(const Imsi& imsi) = 0;
  /// sync makes everything staged durable. False: nothing of it is, and it stays staged.
  virtual bool sync() = 0;
  /// crash forgets what was not synced, as the loss of the process would.
  virtual void crash() = 0;
  virtual std::size_t size() const = 0;
  /// subscribers lists the IMSIs in ascending order.
  virtual std::vector<Imsi> subscribers() const = 0;
};

/// import puts all records and syncs once: all of them are kept, or none.
Expected<std::size_t, StoreError> import(Store& store, std::vector<context::SubscriberRecord> records);

}  // namespace baton::store
