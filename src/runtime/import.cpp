#include "runtime/import.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "runtime/importers/collector.h"

namespace baton::runtime {
namespace {

using context::SubscriberRecord;
using namespace importers;

constexpr std::array formats{std::pair{ImportFormat::automatic, std::string_view("automatic")},
                             std::pair{ImportFormat::plain, std::string_view("plain")},
                             std::pair{ImportFormat::srsepc, std::string_view("srsepc")},
                             std::pair{ImportFormat::open5gs, std::string_view("open5gs")},
                             std::pair{ImportFormat::dbctl, std::string_view("dbctl")},
                             std::pair{ImportFormat::pyhss, std::string_view("pyhss")},
                             std::pair{ImportFormat::sim, std::string_view("sim")}};

/// recognise looks at the beginning of a file; automatic when it cannot tell, with `expected` saying what
/// would have been one, and `line` where.
ImportFormat recognise(std::string_view text, std::size_t& line, std::string& expected) {
  constexpr std::size_t enough = 64 * 1024;
  const std::string_view start = text.substr(0, enough);
  const std::string low = lower(start);
  std::string_view rest = start;
  for (line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    const std::string_view row = trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (row.empty() || row.front() == '#') continue;
    if (row.front() == '{' || row.front() == '[')
      return low.find("\"auc_id\"") != std::string::npos || low.find("\"apn_id\"") != std::string::npos
                 ? ImportFormat::pyhss
                 : ImportFormat::open5gs;
    if (row.front() == '*' || low.find("\nvar_out") != std::string::npos || low.starts_with("var_out"))
      return ImportFormat::sim;
    const auto fields = split(row, ',');
    if (std::any_of(fields.begin(), fields.end(), [](std::string_view f) { return lower(f) == "imsi"; }))
      return ImportFormat::plain;
    if (fields.size() == 10) return ImportFormat::srsepc;
    const auto first = words(row).front();
    if (fields.size() == 1 && (first.find("open5gs-dbctl") != std::string_view::npos ||
                               first.starts_with("add") || first == "sudo"))
      return ImportFormat::dbctl;
    expected = "a header `imsi,k,opc,amf,sqn` or the ten columns of srsEPC, found " +
               std::to_string(fields.size()) + " columns; other formats begin otherwise";
    return ImportFormat::automatic;
  }
  line = 0;
  expected = "at least one subscriber";
  return ImportFormat::automatic;
}

}  // namespace

std::string_view to_string(ImportFormat format) {
  for (const auto& [f, name] : formats)
    if (f == format) return name;
  return "";
}

std::optional<ImportFormat> import_format(std::string_view name) {
  for (const auto& [f, n] : formats)
    if (n == name) return f;
  return std::nullopt;
}

Expected<std::vector<SubscriberRecord>, InputErrors> parse_subscribers(std::string_view file,
                                                                       std::string_view text,
                                                                       const ImportOptions& options) {
  Collector out(file, options);
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  ImportFormat format = options.format;
  if (format == ImportFormat::automatic) {
    std::size_t line = 0;
    std::string expected;
    format = recognise(text, line, expected);
    if (format == ImportFormat::automatic) out.bad(line, "", std::move(expected));
  }
  switch (format) {
    case ImportFormat::automatic: break;
    case ImportFormat::plain: read_plain(out, text); break;
    case ImportFormat::srsepc: read_srsepc(out, text); break;
    case ImportFormat::open5gs: read_open5gs(out, text); break;
    case ImportFormat::dbctl: read_dbctl(out, text); break;
    case ImportFormat::pyhss: read_pyhss(out, text); break;
    case ImportFormat::sim: read_sim(out, text); break;
  }
  return std::move(out).finish();
}

Expected<std::vector<SubscriberRecord>, InputErrors> load_subscribers(const std::string& path,
                                                                      const ImportOptions& options) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return Fail{InputErrors{{path, 0, "", "a file that can be read"}}};
  const auto size = in.tellg();
  if (size < 0 || static_cast<std::uint64_t>(size) > import_file_max)
    return Fail{
        InputErrors{{path, 0, "", "a file of at most " + std::to_string(import_file_max >> 20U) + " MB"}}};
  std::string text(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  const bool whole = in.gcount() == static_cast<std::streamsize>(text.size());
  auto result = whole ? parse_subscribers(path, text, options)
                      : Expected<std::vector<SubscriberRecord>, InputErrors>(
                            Fail{InputErrors{{path, 0, "", "a file that can be read to its end"}}});
  secure_wipe(text.data(), text.size());
  return result;
}

}  // namespace baton::runtime
