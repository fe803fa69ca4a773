// sctp_user.h: SCTP in this process, carried in UDP (RFC 6951). Used through sctp.h.
#pragma once

#include "transport/sctp.h"

namespace baton::transport {

Expected<std::unique_ptr<SctpEndpoint>, Error> open_user_sctp(Loop& loop, const std::array<Byte, 4>& local,
                                                              const SctpOptions& options);

}  // namespace baton::transport
