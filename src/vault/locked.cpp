#include "vault/locked.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/secret.h"

namespace baton::vault {
namespace {

std::size_t whole_pages(std::size_t octets) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (octets + page - 1) / page * page;
}

}  // namespace

void* lock_pages(std::size_t octets) {
  const std::size_t size = whole_pages(octets);
  void* const at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  // Each may be refused by a limit; the object works without, and harden.h locks the whole process.
  (void)::mlock(at, size);
  (void)::madvise(at, size, MADV_DONTDUMP);
  return at;
}

void free_pages(void* pages, std::size_t octets) {
  const std::size_t size = whole_pages(octets);
  secure_wipe(pages, size);
  (void)::munlock(pages, size);
  (void)::munmap(pages, size);
}

}  // namespace baton::vault
