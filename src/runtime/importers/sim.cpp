// sim.cpp: a SIM vendor's output file.
//
// A header of `Name: value` lines, among them perhaps `Transport_Key: NUMBER`; then `Var_Out:` and the names
// of the columns, separated by slashes, on the same line or the next; then a row for each card. Lines of
// asterisks and headings between them are overlooked. What Baton has no use for (PINs, PUKs, ICCID) is
// skipped.
#include <algorithm>

#include "runtime/importers/collector.h"

namespace baton::runtime::importers {
namespace {

struct Column {
  std::string_view Fields::*field = nullptr;  ///< nullptr: skipped
  bool encrypted = false;
};

Column column_of(std::string_view name) {
  const std::string n = lower(name);
  if (n == "imsi") return {&Fields::imsi};
  if (n == "ki" || n == "k") return {&Fields::k};
  if (n == "eki" || n == "enc_ki" || n == "ek") return {&Fields::k, true};
  if (n == "opc") return {&Fields::opc};
  if (n == "eopc" || n == "enc_opc") return {&Fields::opc, true};
  if (n == "op") return {&Fields::op};
  if (n == "amf") return {&Fields::amf};
  if (n == "sqn") return {&Fields::sqn};
  if (n == "msisdn") return {&Fields::msisdn};
  return {};
}

class Reader {
 public:
  explicit Reader(Collector& out) : out_(out) {}

  void line(std::size_t number, std::string_view text) {
    if (state_ == State::unusable) return;
    if (state_ == State::rows) return row(number, text);
    if (state_ == State::names) return names(number, text);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.front() == '*') return;
    const std::string name = lower(trim(text.substr(0, colon)));
    const std::string_view value = trim(text.substr(colon + 1));
    if (name == "transport_key" || name == "transport key")
      encrypted_ = value.find_first_not_of("0 ") != std::string_view::npos;
    if (name != "var_out") return;
    state_ = State::names;
    if (!value.empty()) names(number, value);
  }

  void finish() {
    if (state_ == State::heading) out_.bad(0, "", "a line `Var_Out: IMSI/Ki/OPc/...`");
  }

 private:
  enum class State : Byte { heading, names, rows, unusable };

  void names(std::size_t number, std::string_view text) {
    state_ = State::unusable;
    for (const std::string_view name : split(text, '/')) columns_.push_back(column_of(name));
    const auto has = [&](std::string_view Fields::*field) {
      return std::count_if(columns_.begin(), columns_.end(),
                           [&](const Column& c) { return c.field == field; });
    };
    if (has(&Fields::imsi) != 1) return out_.bad(number, "Var_Out", "IMSI once");
    if (has(&Fields::k) != 1) return out_.bad(number, "Var_Out", "Ki or eKi once");
    if (has(&Fields::opc) + has(&Fields::op) != 1) return out_.bad(number, "Var_Out", "OPc, eOPc or OP once");
    for (const Column& c : columns_) encrypted_ = encrypted_ || c.encrypted;
    // One cell says it better than every row would.
    if (encrypted_ && !out_.options().decrypt)
      return out_.bad(number, "Var_Out", "a transport key, as the keys are encrypted");
    state_ = State::rows;
  }

  void row(std::size_t number, std::string_view text) {
    if (text.front() == '*') return;
    const auto found = words(text);
    if (found.size() != columns_.size())
      return out_.bad(
          number, "",
          std::to_string(columns_.size()) + " columns as in Var_Out, found " + std::to_string(found.size()));
    Fields f;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      if (columns_[i].field != nullptr) f.*columns_[i].field = found[i];
    f.encrypted = encrypted_;
    out_.add(number, f, {"IMSI", "Ki", "OP", "OPc", "AMF", "SQN", "", "", "MSISDN"});
  }

  Collector& out_;
  State state_ = State::heading;
  bool encrypted_ = false;
  std::vector<Column> columns_;
};

}  // namespace

void read_sim(Collector& out, std::string_view text) {
  out.allow_defaults();
  Reader reader(out);
  for_each_line(out, text, [&](std::size_t line, std::string_view row) { reader.line(line, row); });
  reader.finish();
}

}  // namespace baton::runtime::importers
