#include "store/store.h"

#include <utility>

namespace baton::store {

Expected<std::size_t, StoreError> import(Store& store, std::vector<context::SubscriberRecord> records) {
  const std::size_t n = records.size();
  for (auto& record : records) {
    if (!store.put(std::move(record))) {
      store.crash();  // drop what was staged: all or nothing
      return Fail{StoreError{"the store takes no more subscribers"}};
    }
  }
  if (!store.sync()) {
    store.crash();
    return Fail{StoreError{"the store could not make the import durable; nothing was imported"}};
  }
  return n;
}

}  // namespace baton::store
