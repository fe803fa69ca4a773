#include "runtime/harden.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/secret.h"
#include "temporary_folder.h"

namespace baton::runtime {
namespace {

using TestKey = Secret<struct TestKeyTag, 32>;

// The key's octets, made so that they stand nowhere in the program: neither as a constant nor in the
// parent's memory before the child exists.
std::array<Byte, 32> key_octets(unsigned seed) {
  std::array<Byte, 32> out{};
  volatile unsigned x = seed;
  for (Byte& b : out) {
    x = x * 1664525u + 1013904223u;
    b = static_cast<Byte>(x >> 24);
  }
  return out;
}

// Dies with a key on the heap and one on the stack.
[[noreturn]] void die_with_keys(unsigned heap_seed, unsigned stack_seed) {
  const auto* on_heap = new TestKey(key_octets(heap_seed));
  const TestKey on_stack(key_octets(stack_seed));
  asm volatile("" : : "r"(on_heap), "r"(&on_stack) : "memory");
  std::signal(SIGABRT, SIG_DFL);
  ::abort();
}

struct Core {
  bool written = false;
  std::string content;
};

// Runs a child that dies, and reads the core file it leaves in a folder of its own.
Core core_of_child(bool hardened, unsigned heap_seed, unsigned stack_seed) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::chdir(folder.path().c_str()) != 0) ::_exit(2);
    // Not harden_process(): the size limit that it sets cannot be raised again without privilege, and the
    // question here is what a core would hold if somebody got so far.
    if (hardened && !leave_memory_out_of_cores()) ::_exit(3);
    rlimit all{};
    ::getrlimit(RLIMIT_CORE, &all);
    all.rlim_cur = all.rlim_max;
    if (::setrlimit(RLIMIT_CORE, &all) != 0) ::_exit(4);
    if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0) ::_exit(5);
    die_with_keys(heap_seed, stack_seed);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
  Core core;
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    core.written = true;
    core.content = content_of(file.path().string());
  }
  return core;
}

std::string as_text(const std::array<Byte, 32>& octets) { return {octets.begin(), octets.end()}; }

class CoreFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern;
    std::getline(std::ifstream("/proc/sys/kernel/core_pattern") >> std::ws, pattern);
    if (pattern.empty() || pattern[0] == '|' || pattern[0] == '/')
      GTEST_SKIP() << "cores do not land in the working directory here (core_pattern: " << pattern << ")";
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    if (limit.rlim_max != RLIM_INFINITY) GTEST_SKIP() << "the size of cores is limited here";
  }
};

TEST_F(CoreFile, of_an_ordinary_process_holds_its_keys) {
  // The control: without it the next test could not fail.
  const Core core = core_of_child(false, 11, 12);
  ASSERT_TRUE(core.written);
  EXPECT_NE(core.content.find(as_text(key_octets(11))), std::string::npos) << "heap";
  EXPECT_NE(core.content.find(as_text(key_octets(12))), std::string::npos) << "stack";
}

TEST_F(CoreFile, of_a_hardened_process_holds_none_even_if_dumping_is_turned_on_again) {
  const Core core = core_of_child(true, 13, 14);
  ASSERT_TRUE(core.written) << "there is nothing to search";
  EXPECT_EQ(core.content.find(as_text(key_octets(13))), std::string::npos) << "heap";
  EXPECT_EQ(core.content.find(as_text(key_octets(14))), std::string::npos) << "stack";
  // Nor half of one.
  EXPECT_EQ(core.content.find(as_text(key_octets(13)).substr(0, 16)), std::string::npos);
  EXPECT_EQ(core.content.find(as_text(key_octets(14)).substr(0, 16)), std::string::npos);
}

TEST(Harden, leaves_a_process_that_dumps_no_core_and_is_not_dumpable) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::chdir(folder.path().c_str()) != 0) ::_exit(2);
    if (!harden_process()) ::_exit(3);
    if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) ::_exit(4);
    rlimit limit{1, 1};
    if (::getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0) ::_exit(5);
    std::string filter;
    std::ifstream("/proc/self/coredump_filter") >> filter;
    if (filter != "00000010") ::_exit(6);
    die_with_keys(15, 16);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
  EXPECT_FALSE(WCOREDUMP(status));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace baton::runtime
