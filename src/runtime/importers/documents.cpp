#include "runtime/importers/documents.h"

#include <charconv>

namespace baton::runtime::importers {
namespace {

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Where the object that begins at text[0] ends; npos when it does not.
std::size_t object_end(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false, escaped = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (escaped)
        escaped = false;
      else if (c == '\\')
        escaped = true;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::uint64_t> number_of(const Json& value) {
  if (const auto* number = value.get_ptr<const Json::number_unsigned_t*>()) return *number;
  if (value.is_string()) return digits(text_of(value));
  for (const char* name : {"$numberLong", "$numberInt"})
    if (const Json& inner = member(value, name); inner.is_string()) return digits(text_of(inner));
  return std::nullopt;
}

void for_each_document(Collector& out, std::string_view text,
                       const std::function<void(const Document&)>& each) {
  const std::size_t all = text.size();
  Document document;
  std::size_t line = 1;
  while (!text.empty() && !out.full()) {
    const char c = text.front();
    if (c != '{') {
      if (c == '\n') ++line;
      // Between documents there are brackets of lists and what separates them.
      if (std::string_view("[], \t\r\n").find(c) == std::string_view::npos)
        return out.bad(line, "", "JSON documents, one after the other");
      text.remove_prefix(1);
      continue;
    }
    const std::size_t octets = object_end(text);
    document.line = line;
    ++document.number;
    if (octets == std::string_view::npos || octets > import_document_max) {
      out.bad(line, document.field(""),
              "a whole JSON document of at most " + std::to_string(import_document_max) + " characters");
      if (octets == std::string_view::npos) return;
    } else {
      document.json = parse_json(text.substr(0, octets));
      if (document.json.is_discarded())
        out.bad(line, document.field(""),
                "a JSON document of at most " + std::to_string(json_depth_max) + " levels");
      else
        each(document);
      wipe(document.json);
    }
    for (const char passed : text.substr(0, octets)) line += passed == '\n' ? 1 : 0;
    text.remove_prefix(octets);
    out.progress(all - text.size(), all);
  }
}

}  // namespace baton::runtime::importers
