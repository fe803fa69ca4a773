// describe.h: any signalling message as readable text.
#pragma once

#include <optional>
#include <string>

#include "app/capture_file.h"

namespace baton::app {

/// What a message from a person may be; a capture knows by port and PPID.
enum class Kind : Byte { s1ap, gtp2, diameter, radio, nas_up, nas_down };
/// kind_of_name reads "s1ap", "gtp2", "diameter", "radio", "nas-up", "nas-down".
std::optional<Kind> kind_of_name(std::string_view name);
Kind kind_of(Protocol protocol);

/// guess tells a message's protocol by its first octets and length fields. NAS is taken for downlink unless
/// its type says otherwise.
Kind guess(Bytes message);

/// describe_message is the message for a person, several lines. NAS inside S1AP is described too. Octets of
/// keys are never shown. Anything can be given; what cannot be read says where it broke.
std::string describe_message(Kind kind, Bytes message);

}  // namespace baton::app
