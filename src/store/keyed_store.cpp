#include "store/keyed_store.h"

#include <utility>

namespace baton::store {

KeySource key_file(const context::StoreKey& key) {
  return {vault::file_wrapper(vault::FileKey(key.expose())), key.clone()};
}

Expected<Ok, StoreError> unwrap_into(vault::Keyring& ring, const std::vector<WrappedKey>& keys,
                                     vault::KeyWrapper& by) {
  for (const WrappedKey& k : keys) {
    if (ring.has(k.number)) continue;
    if (k.kind != by.kind())
      return Fail{
          StoreError{"the data keys are wrapped by a " + k.kind + ", not by a " + std::string(by.kind()),
                     StoreFault::wrong_key}};
    auto key = by.unwrap(k.number, k.wrapped);
    if (!key)
      return Fail{StoreError{key.why().what, key.why().wrong_key ? StoreFault::wrong_key : StoreFault::gone}};
    ring.add(k.number, std::move(*key));
  }
  return Ok{};
}

Expected<Rotated, StoreError> rotate(KeyedStore& store, const std::function<void(std::size_t)>& progress) {
  const auto made = store.add_data_key();
  if (!made) return Fail{made.why()};
  Rotated out{*made};
  std::optional<Imsi> after;
  for (;;) {
    auto page = store.range(after, rotation_page);
    if (!page) return Fail{page.why()};
    const std::size_t n = page->size();
    if (n > 0) after = page->back().imsi;
    for (auto& record : *page)
      if (!store.put(std::move(record)))
        return Fail{StoreError{"the store takes no more changes", StoreFault::full}};
    const auto done = store.commit();
    if (!done) {
      store.crash();
      return Fail{done.why()};
    }
    out.resealed += n - done->conflicts.size();
    if (progress) progress(out.resealed);
    if (n < rotation_page) break;
  }
  for (const std::uint32_t number : store.data_keys()) {
    const auto rows = store.sealed_under(number);
    if (!rows) return Fail{rows.why()};
    if (number < out.data_key) out.left += *rows;
    if (*rows > 0 || number + 1 >= out.data_key) continue;
    if (const auto dropped = store.drop_data_key(number); !dropped) return Fail{dropped.why()};
  }
  const auto earlier = store.sealed_under(0);
  if (!earlier) return Fail{earlier.why()};
  out.left += *earlier;
  return out;
}

}  // namespace baton::store
