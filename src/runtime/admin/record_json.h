// record_json.h: subscribers as the API writes and reads them. docs/openapi.json describes the same.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "context/subscriber.h"
#include "node/node.h"
#include "runtime/json_document.h"

namespace baton::runtime::admin {

/// What is wrong with one member of a document: "apns[0].qci", "a number from 1 to 254". What stood there is
/// not repeated.
struct Mistake {
  std::string field, expected;
};
using Mistakes = std::vector<Mistake>;

/// to_json gives all that may be shown. There is no way from a key to it.
Json to_json(const context::SubscriberView& view);

/// read_new makes a record of a document, or says all that is wrong with it.
std::optional<context::SubscriberRecord> read_new(const Json& document, Mistakes& wrong);

/// read_change makes a change of what a document names. What belongs to the subscription changes `now`, which
/// goes whole to the node. `changed` collects the names.
std::optional<node::ChangeSubscriber> read_change(const Json& document, const context::SubscriberView& now,
                                                  std::vector<std::string>& changed, Mistakes& wrong);

}  // namespace baton::runtime::admin
