#include "runtime/ledger_sink.h"

#include <cerrno>
#include <system_error>

#include "runtime/limits.h"
#include "runtime/text.h"

namespace baton::runtime {

std::string ledger_line(const LedgerEntry& e) {
  std::string out =
      "{\"t\":\"" + utc(e.at, true) + "\",\"node\":" + json_string(e.node) +
      ",\"subscriber\":" + json_string(e.subscriber) + ",\"event\":" + json_string(to_string(e.event)) +
      ",\"kind\":" + json_string(to_string(e.kind)) + ",\"key\":\"" + e.key.to_string() + "\",\"parents\":[";
  for (std::size_t i = 0; i < e.parents.size(); ++i) {
    if (i > 0) out.push_back(',');
    out += "\"" + e.parents[i].to_string() + "\"";
  }
  return out + "],\"reason\":" + json_string(e.reason) + ",\"peer\":" + json_string(e.peer) + "}";
}

LedgerSink::~LedgerSink() {
  if (file_) std::fclose(file_);
}

Expected<Ok, std::string> LedgerSink::write_to(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (!file) return Fail{"cannot write the ledger " + path + ": " + std::generic_category().message(errno)};
  if (file_) std::fclose(file_);
  file_ = file;
  return Ok{};
}

void LedgerSink::add(LedgerEntry entry) {
  if (file_) {
    const std::string line = ledger_line(entry) + "\n";
    failed_ |= std::fwrite(line.data(), 1, line.size(), file_) != line.size();
  }
  if (listener_) listener_(entry);
  if (!keep_) return;
  if (entries_.size() >= ledger_entries_max) {
    const auto half = entries_.begin() + static_cast<std::ptrdiff_t>(entries_.size() / 2);
    forgotten_ += entries_.size() / 2;
    entries_.erase(entries_.begin(), half);
  }
  entries_.push_back(std::move(entry));
}

bool LedgerSink::flush() {
  if (file_) failed_ |= std::fflush(file_) != 0;
  return !failed_;
}

}  // namespace baton::runtime
