// harden.h: a process that holds keys leaves no copy of its memory behind.
#pragma once

#include <string>

#include "base/expected.h"

namespace baton::runtime {

/// harden_process makes the process not dumpable (nobody but root may attach or read its memory), sets its
/// core size limit to nothing for good, and asks the kernel to leave heap, stack and every private mapping
/// out of a core file, should something turn dumping on again. What a core then still holds are the
/// registers of its threads. Call it first in main(); the error, in words, is fatal for a daemon.
///
/// LeakSanitizer attaches to its own process and cannot do so afterwards unless run by root.
Expected<Ok, std::string> harden_process();

/// keep_memory_from_swap keeps all of the process in memory from now on (mlockall), where the system allows
/// it without a limit: a limit would make it run out of memory instead. The error says what to allow; a
/// daemon goes on without.
Expected<Ok, std::string> keep_memory_from_swap();

/// leave_memory_out_of_cores is the last part of it alone: a core file of this process, if ever one is
/// written, has no heap, no stack and no private mapping in it.
Expected<Ok, std::string> leave_memory_out_of_cores();

}  // namespace baton::runtime
