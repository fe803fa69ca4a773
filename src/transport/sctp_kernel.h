// sctp_kernel.h: SCTP as the kernel speaks it, one socket an association. Used through sctp.h.
#pragma once

#include "transport/sctp.h"

namespace baton::transport {

/// open_kernel_sctp fails with Fault::unsupported where the kernel has no SCTP.
Expected<std::unique_ptr<SctpEndpoint>, Error> open_kernel_sctp(Loop& loop, const std::array<Byte, 4>& local,
                                                                const SctpOptions& options);

}  // namespace baton::transport
