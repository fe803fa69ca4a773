// locked.h: memory that is neither swapped out nor dumped.
#pragma once

#include <memory>
#include <new>
#include <utility>

#include "base/bytes.h"

namespace baton::vault {

/// lock_pages gives whole pages that stay in memory (mlock) and out of cores (MADV_DONTDUMP) and of
/// children, or as much of that as the system allows; nullptr without memory. free_pages wipes them.
void* lock_pages(std::size_t octets);
void free_pages(void* pages, std::size_t octets);

/// Locked holds one object in pages of its own.
template <class T>
class Locked {
 public:
  explicit Locked(T value) : at_(make(std::move(value))) {}
  const T& operator*() const { return *at_; }

 private:
  struct Free {
    void operator()(T* at) const {
      at->~T();
      free_pages(at, sizeof(T));
    }
  };
  static T* make(T value) {
    void* const pages = lock_pages(sizeof(T));
    if (pages == nullptr) throw std::bad_alloc();
    return new (pages) T(std::move(value));
  }
  std::unique_ptr<T, Free> at_;
};

}  // namespace baton::vault
