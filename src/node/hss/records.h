// records.h: what of the store is at hand without asking it.
#pragma once

#include <functional>

#include "context/subscriber.h"

namespace baton::node::hss {

/// Records gives a subscriber's record that whoever runs the node has in memory, exactly as it is durable; it
/// is valid until the event in hand is handled. Null: the store has to be asked (LoadSubscriber), because the
/// record is not in memory, or a write of it waits to become durable. Without Records every record is asked
/// for.
using Records = std::function<const context::SubscriberRecord*(const Imsi&)>;

}  // namespace baton::node::hss
