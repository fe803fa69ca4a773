// json_document.h: JSON that comes from outside and may hold keys.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace baton::runtime {

using Json = nlohmann::json;

/// Lists and objects in each other. The deepest document that anybody writes, one of Open5GS with rates of
/// rules of sessions of slices as extended JSON, has eleven. What looks at a document goes down into it.
inline constexpr std::size_t json_depth_max = 16;

/// parse_json reads a whole document. It is discarded (Json::is_discarded) when it is no JSON or nested
/// deeper than json_depth_max; what had been read of it is wiped.
Json parse_json(std::string_view text);

/// wipe clears every string of a document that parse_json made: some of them may be keys. The names of
/// members stay.
void wipe(Json& document);

}  // namespace baton::runtime
