#include "runtime/json_document.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace baton::runtime {
namespace {

/// Reader builds a document of what the library's parser finds, which has no stack of its own to overflow.
class Reader final : public Json::json_sax_t {
 public:
  explicit Reader(Json& root) : root_(root) { open_.reserve(json_depth_max); }

  bool null() override { return put(nullptr) != nullptr; }
  bool boolean(bool value) override { return put(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return put(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return put(value) != nullptr; }
  bool number_float(number_float_t value, const string_t&) override { return put(value) != nullptr; }
  bool string(string_t& value) override {
    Json* const placed = put(value);
    // The parser's own buffer, which it uses again for what comes next and does not wipe.
    secure_wipe(value.data(), value.size());
    return placed != nullptr;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool key(string_t& name) override {
    member_ = &(*open_.back())[name];
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

 private:
  Json* put(Json&& value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& into = *open_.back();
    if (into.is_array()) {
      into.push_back(std::move(value));
      return &into.back();
    }
    // A name that comes twice: the last one counts.
    wipe(*member_);
    *member_ = std::move(value);
    return member_;
  }
  bool open(Json&& container) {
    if (open_.size() == json_depth_max) return false;
    open_.push_back(put(std::move(container)));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  Json& root_;
  std::vector<Json*> open_;
  Json* member_ = nullptr;
};

}  // namespace

Json parse_json(std::string_view text) {
  Json out;
  Reader reader(out);
  if (Json::sax_parse(text.begin(), text.end(), &reader)) return out;
  wipe(out);
  return Json(Json::value_t::discarded);
}

// As deep as json_depth_max.
void wipe(Json& document) {
  if (auto* text = document.get_ptr<Json::string_t*>()) secure_wipe(text->data(), text->size());
  if (document.is_structured())
    for (auto& item : document) wipe(item);
}

}  // namespace baton::runtime
