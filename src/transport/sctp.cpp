#include "transport/sctp.h"

#include "transport/sctp_kernel.h"
#include "transport/sctp_user.h"

namespace baton::transport {

std::string_view to_string(SctpStack stack) {
  return stack == SctpStack::kernel ? "kernel" : "user space over UDP";
}

SctpStack preferred_sctp() { return kernel_has_sctp() ? SctpStack::kernel : SctpStack::user; }

Expected<std::unique_ptr<SctpEndpoint>, Error> open_sctp(Loop& loop, const std::array<Byte, 4>& local,
                                                         const SctpOptions& options, SctpStack stack) {
  return stack == SctpStack::kernel ? open_kernel_sctp(loop, local, options)
                                    : open_user_sctp(loop, local, options);
}

}  // namespace baton::transport
