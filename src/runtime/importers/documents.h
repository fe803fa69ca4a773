// documents.h: JSON documents out of a file, each with the line it begins in.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "runtime/importers/collector.h"
#include "runtime/json_document.h"

namespace baton::runtime::importers {

/// member gives a member of an object; null when there is none or it is no object.
inline const Json& member(const Json& value, std::string_view name) {
  static const Json none;
  if (!value.is_object()) return none;
  const auto at = value.find(name);
  return at == value.end() ? none : *at;
}
inline std::string_view text_of(const Json& value) {
  const auto* text = value.get_ptr<const Json::string_t*>();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}
/// number_of reads a number that is none below zero, as such, as digits, or as MongoDB's extended JSON has
/// it.
std::optional<std::uint64_t> number_of(const Json& value);

/// A document of the file: an object that stands in no other, whatever lists and commas are around it.
struct Document {
  std::size_t line = 0;
  std::size_t number = 0;  ///< from 1
  Json json;
  /// "#17 security.k", because all may stand in one line.
  std::string field(std::string_view name) const {
    return "#" + std::to_string(number) + (name.empty() ? "" : " ") + std::string(name);
  }
};

/// for_each_document parses one document after the other and wipes each afterwards.
void for_each_document(Collector& out, std::string_view text,
                       const std::function<void(const Document&)>& each);

}  // namespace baton::runtime::importers
