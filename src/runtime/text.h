// text.h: instants and strings as the runtime writes them.
#pragma once

#include <string>
#include <string_view>

#include "base/instant.h"

namespace baton::runtime {

/// utc gives "2026-11-21T08:15:00.123Z"; with `microseconds` six digits.
std::string utc(Instant at, bool microseconds = false);

/// json_string gives a JSON string with its quotes; octets that are no valid UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

/// one_line makes control characters visible, so that no text can forge a second line, and cuts what is
/// longer than log_line_octets_max.
std::string one_line(std::string_view text);

}  // namespace baton::runtime
