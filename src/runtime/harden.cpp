#include "runtime/harden.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace baton::runtime {
namespace {

std::string reason(std::string_view what) {
  return std::string(what) + ": " + std::generic_category().message(errno);
}

}  // namespace

Expected<Ok, std::string> leave_memory_out_of_cores() {
  // Bits of core(5): 0 and 1 anonymous memory, 2 and 3 file mappings, 4 ELF headers, 5 and 6 huge pages,
  // 7 and 8 DAX. Only ELF headers stay, so that a core still says which program it was.
  const int fd = ::open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return Fail{reason("/proc/self/coredump_filter")};
  constexpr std::string_view only_elf_headers = "0x10";
  const bool written = ::write(fd, only_elf_headers.data(), only_elf_headers.size()) ==
                       static_cast<ssize_t>(only_elf_headers.size());
  if (!written) {
    const std::string why = reason("/proc/self/coredump_filter");
    ::close(fd);
    return Fail{why};
  }
  ::close(fd);
  return Ok{};
}

Expected<Ok, std::string> harden_process() {
  // First, because the files under /proc of a process that is not dumpable belong to root.
  auto left_out = leave_memory_out_of_cores();
  if (!left_out) return left_out;
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return Fail{reason("RLIMIT_CORE")};
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return Fail{reason("PR_SET_DUMPABLE")};
  return Ok{};
}

Expected<Ok, std::string> keep_memory_from_swap() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return Fail{reason("RLIMIT_MEMLOCK")};
  // Root's capability stands for no limit; without it the limit is what counts.
  if (limit.rlim_cur != RLIM_INFINITY && ::geteuid() != 0)
    return Fail{
        std::string("memory with keys may be swapped out: LimitMEMLOCK=infinity (ulimit -l) keeps it")};
  // Pages are locked when they are first used: stacks and heaps reserve more than they need.
  if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) return Fail{reason("mlockall")};
  return Ok{};
}

}  // namespace baton::runtime
