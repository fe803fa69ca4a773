// memory.h: two ends of a link inside one process, without sockets. For tests.
#pragma once

#include <memory>
#include <utility>

#include "transport/link.h"
#include "transport/loop.h"

namespace baton::transport {

/// memory_pair makes two connected links. A message sent on one arrives at the other in a later turn, whole
/// and in order. Messages above sctp_message_octets_max are refused, as SCTP does.
std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> memory_pair(Loop& loop, const Address& first,
                                                                    const Address& second);

}  // namespace baton::transport
