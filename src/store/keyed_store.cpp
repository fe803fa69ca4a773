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

Expected<std::vector<WrappedKey>, StoreError> rewrapped(vault::Keyring& ring,
                                                        const std::vector<WrappedKey>& kept,
                                                        vault::KeyWrapper& from, vault::KeyWrapper& to) {
  if (const auto known = unwrap_into(ring, kept, from); !known) return Fail{known.why()};
  std::vector<WrappedKey> out;
  for (const WrappedKey& k : kept) {
    auto wrapped = to.wrap(k.number, ring.key(k.number));
    if (!wrapped) return Fail{StoreError{wrapped.why().what, StoreFault::gone}};
    out.push_back({k.number, std::string(to.kind()), std::move(*wrapped)});
  }
  return out;
}

Expected<Ok, StoreError> same_keys(const vault::Keyring& ring, const std::vector<WrappedKey>& kept,
                                   vault::KeyWrapper& by) {
  vault::Keyring again;
  if (const auto unwrapped = unwrap_into(again, kept, by); !unwrapped) return Fail{unwrapped.why()};
  for (const WrappedKey& k : kept)
    if (!ring.has(k.number) || !(again.key(k.number) == ring.key(k.number)))
      return Fail{StoreError{"data key " + std::to_string(k.number) + " would not be the same",
                             StoreFault::wrong_key}};
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
  const auto numbers = store.data_keys();
  if (!numbers) return Fail{numbers.why()};
  for (const std::uint32_t number : *numbers) {
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
