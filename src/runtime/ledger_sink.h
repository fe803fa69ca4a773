// ledger_sink.h: where ledger entries go.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/expected.h"
#include "keys/ledger.h"

namespace baton::runtime {

/// ledger_line is an entry as one line of JSON, without line end:
/// {"t","node","subscriber","event","kind","key","parents","reason","peer"}. It holds no secret.
std::string ledger_line(const LedgerEntry& entry);

/// LedgerSink keeps entries in memory, in a file of JSON lines, hands them to a listener, or all three.
class LedgerSink {
 public:
  ~LedgerSink();
  LedgerSink() = default;
  LedgerSink(const LedgerSink&) = delete;
  LedgerSink& operator=(const LedgerSink&) = delete;

  /// write_to makes (or empties) `path`. The error is in words.
  Expected<Ok, std::string> write_to(const std::string& path);
  void keep_in_memory(bool on) { keep_ = on; }
  void tell(std::function<void(const LedgerEntry&)> listener) { listener_ = std::move(listener); }

  void add(LedgerEntry entry);
  /// flush hands the file to the system; false when anything could not be written.
  bool flush();

  /// on says whether entries are wanted at all; nodes that are told no make none.
  bool on() const { return keep_ || file_ != nullptr || listener_ != nullptr; }
  const std::vector<LedgerEntry>& entries() const { return entries_; }
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  bool keep_ = false;
  std::vector<LedgerEntry> entries_;
  std::uint64_t forgotten_ = 0;
  std::FILE* file_ = nullptr;
  bool failed_ = false;
  std::function<void(const LedgerEntry&)> listener_;
};

}  // namespace baton::runtime
