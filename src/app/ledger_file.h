// ledger_file.h: a ledger that was written to a file, read again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/expected.h"
#include "keys/ledger.h"

namespace baton::app {

/// One file; a million entries are about 250 MB.
inline constexpr std::size_t ledger_file_max = std::size_t{1} << 30U;
/// One line: an entry has a handful of short strings and ids.
inline constexpr std::size_t ledger_line_max = 65536;

/// read_ledger reads JSON lines as runtime/ledger_sink.h writes them. All or nothing; the error names the
/// line and the field. Times are microseconds since 1970.
Expected<std::vector<LedgerEntry>, std::string> read_ledger(std::string_view text);

/// ledger_time reads a time as the ledger writes it, 2026-01-02T03:04:05.678901Z; nothing if it is none.
std::optional<Instant> ledger_time(const std::string& text);

}  // namespace baton::app
