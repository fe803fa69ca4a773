// collector.h: what the importers have in common: the checks of each field, and the records and mistakes of
// one file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keys/auc.h"
#include "runtime/import.h"

namespace baton::runtime::importers {

std::string_view trim(std::string_view s);
std::string lower(std::string_view s);
std::vector<std::string_view> split(std::string_view line, char separator);
/// words splits at any run of spaces and tabs.
std::vector<std::string_view> words(std::string_view line);

/// What a file says of one subscriber, as text. Empty is absent.
struct Fields {
  std::string_view imsi{}, k{}, op{}, opc{}, amf{};
  std::string_view sqn_scheme{}, ind_bits{};
  std::string_view sqn{};  ///< hexadecimal; the formats with a decimal one give `sqn_number`
  std::string_view apn{}, qci{}, msisdn{};
  std::string_view ambr_up{}, ambr_down{};  ///< bit/s in decimal; the other formats give numbers
  std::optional<std::uint64_t> sqn_number{};
  std::optional<std::uint64_t> ambr_up_bps{}, ambr_down_bps{};
  bool encrypted = false;  ///< K and OPc, under a transport key
};
/// What the file calls its fields, for messages.
struct Names {
  std::string_view imsi, k, op, opc, amf, sqn, apn, qci, msisdn;
};

class Collector {
 public:
  Collector(std::string_view file, const ImportOptions& options) : file_(file), options_(options) {}

  const ImportOptions& options() const { return options_; }
  bool full() const { return errors_.size() >= options_.errors_max; }
  std::size_t errors() const { return errors_.size(); }
  void bad(std::size_t line, std::string_view field, std::string expected);

  /// Spaces between the digits of a key are overlooked from now on.
  void allow_spaces() { spaces_ = true; }
  /// Fields may be absent where the format has a default: AMF 8000, SQN 0, QCI 9.
  void allow_defaults() { defaults_ = true; }

  /// add checks every field, so that one reading of the file shows all mistakes. Gives the record that was
  /// made, until the next one is.
  context::SubscriberRecord* add(std::size_t line, const Fields& fields, const Names& names);
  /// The record of an IMSI that was added before.
  context::SubscriberRecord* find(std::string_view imsi);

  void progress(std::size_t done, std::size_t all) {
    if (options_.progress && ++reported_ % import_report_every == 0) options_.progress(done, all);
  }

  Expected<std::vector<context::SubscriberRecord>, InputErrors> finish() &&;

 private:
  template <class Key>
  std::optional<Key> read_key(std::string_view digits, bool encrypted) const;
  std::optional<Opc> read_opc(std::size_t line, const Fields& f, const Names& names,
                              const std::optional<K>& k);
  std::optional<std::uint8_t> read_qci(std::size_t line, std::string_view text, const Names& names);
  std::optional<std::uint64_t> read_sqn(std::size_t line, const Fields& f, const Names& names);
  std::optional<context::SqnScheme> read_scheme(std::size_t line, std::string_view word);
  std::optional<std::uint32_t> read_ind_bits(std::size_t line, std::string_view digits);
  std::optional<std::uint64_t> read_rate(std::size_t line, std::string_view text, std::string_view name);
  void once(std::size_t line, const std::string& imsi, const Names& names);

  std::string file_;
  const ImportOptions& options_;
  bool spaces_ = false;
  bool defaults_ = false;
  struct Place {
    std::size_t line;
    std::optional<std::size_t> record;
  };
  std::map<std::string, Place, std::less<>> place_of_;
  std::vector<context::SubscriberRecord> records_;
  InputErrors errors_;
  std::size_t reported_ = 0;
};

/// for_each_line gives every line that says something, with its number and without what surrounds it.
template <class F>
void for_each_line(Collector& out, std::string_view text, F each) {
  const std::size_t all = text.size();
  for (std::size_t number = 1; !text.empty() && !out.full(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    out.progress(all - text.size(), all);
    if (line.size() > import_line_max) {
      out.bad(number, "", "at most " + std::to_string(import_line_max) + " characters in a line");
      continue;
    }
    line = trim(line);
    if (line.empty() || line.front() == '#') continue;
    each(number, line);
  }
}

void read_plain(Collector& out, std::string_view text);
void read_srsepc(Collector& out, std::string_view text);
void read_open5gs(Collector& out, std::string_view text);
void read_dbctl(Collector& out, std::string_view text);
void read_pyhss(Collector& out, std::string_view text);
void read_sim(Collector& out, std::string_view text);

}  // namespace baton::runtime::importers
