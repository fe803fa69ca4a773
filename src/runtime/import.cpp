#include "runtime/import.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "keys/auc.h"

namespace baton::runtime {
namespace {

using context::SubscriberRecord;

/// A line's fields, trimmed, with the names of their columns.
struct Row {
  std::size_t line;
  std::vector<std::string_view> fields;
};

std::string_view trim(std::string_view s) {
  constexpr std::string_view space = " \t\r";
  const std::size_t first = s.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(space) - first + 1);
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t comma = line.find(',');
    out.push_back(trim(line.substr(0, comma)));
    if (comma == std::string_view::npos) return out;
    line.remove_prefix(comma + 1);
  }
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::optional<unsigned> nibble(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

/// read_hex fills `out` from exactly twice as many digits. It leaves no copy of a key on the heap.
bool read_hex(std::string_view digits, MutableBytes out) {
  if (digits.size() != 2 * out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto high = nibble(digits[2 * i]);
    const auto low = nibble(digits[2 * i + 1]);
    if (!high || !low) return false;
    out[i] = static_cast<Byte>(*high << 4U | *low);
  }
  return true;
}

template <class Key>
std::optional<Key> read_key(std::string_view digits) {
  std::array<Byte, Key::size> octets{};
  std::optional<Key> out;
  if (read_hex(digits, octets)) out.emplace(std::span<const Byte, Key::size>(octets));
  secure_wipe(octets.data(), octets.size());
  return out;
}

/// APN is 1 to 100 octets of dot-separated labels (TS 23.003, 9.1).
bool is_apn(std::string_view s) {
  if (s.empty() || s.size() > 99) return false;
  char before = '.';
  for (const char c : s) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (!letter && c != '-' && c != '.') return false;
    if (c == '.' && before == '.') return false;
    before = c;
  }
  return before != '.';
}

/// What the two formats have in common, as text.
struct Fields {
  std::string_view imsi, k, op, opc, amf, sqn, apn, qci, msisdn;
};
/// The columns' names as the file calls them, for messages.
struct Names {
  std::string_view imsi, k, op, opc, amf, sqn, apn, qci, msisdn;
};
constexpr Names srsepc_names{"IMSI", "Key", "OP/OPc", "OP/OPc", "AMF", "SQN", "", "QCI", ""};
constexpr Names plain_names{"imsi", "k", "op", "opc", "amf", "sqn", "apn", "qci", "msisdn"};
constexpr std::size_t srsepc_columns = 10;

class Importer {
 public:
  explicit Importer(std::string_view file) : file_(file) {}

  void line(std::size_t number, std::string_view text) {
    if (full()) return;
    if (text.size() > import_line_max)
      return bad(number, "", "at most " + std::to_string(import_line_max) + " characters in a line");
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    text = trim(text);
    if (text.empty() || text.front() == '#') return;
    if (text.find('"') != std::string_view::npos) return bad(number, "", "fields without quotation marks");
    Row row{number, split(text)};
    if (format_ == Format::unknown) return first(row);
    if (format_ == Format::srsepc) return srsepc(row);
    if (format_ == Format::plain) return plain(row);
  }

  Expected<std::vector<SubscriberRecord>, InputErrors> finish() && {
    if (errors_.empty() && format_ == Format::unknown) bad(0, "", "at least one subscriber");
    if (errors_.empty() && records_.empty()) bad(0, "", "at least one subscriber below the header");
    if (!errors_.empty()) return Fail{std::move(errors_)};
    return std::move(records_);
  }

  void bad(std::size_t line, std::string_view field, std::string expected) {
    if (!full()) errors_.push_back({file_, line, std::string(field), std::move(expected)});
  }

 private:
  enum class Format : Byte { unknown, srsepc, plain, unreadable };

  bool full() const { return errors_.size() >= input_errors_max; }

  void first(const Row& row) {
    const bool header = std::any_of(row.fields.begin(), row.fields.end(),
                                    [](std::string_view f) { return lower(f) == "imsi"; });
    if (header) return read_header(row);
    if (row.fields.size() == srsepc_columns) {
      format_ = Format::srsepc;
      return srsepc(row);
    }
    format_ = Format::unreadable;
    bad(row.line, "",
        "a header `imsi,k,opc,amf,sqn` or the ten columns of srsEPC, found " +
            std::to_string(row.fields.size()) + " columns");
  }

  void read_header(const Row& row) {
    format_ = Format::plain;
    std::set<std::string> seen;
    for (const std::string_view field : row.fields) {
      const std::string name = lower(field);
      if (known_column(name) == nullptr)
        bad(row.line, "", "columns out of imsi, k, op, opc, amf, sqn, apn, qci, msisdn");
      else if (!seen.insert(name).second)
        bad(row.line, name, "each column once");
      columns_.push_back(name);
    }
    for (const char* needed : {"imsi", "k", "amf", "sqn"})
      if (seen.count(needed) == 0) bad(row.line, needed, "this column in the header");
    if (seen.count("op") + seen.count("opc") != 1)
      bad(row.line, "opc", "either an opc or an op column in the header");
    if (!errors_.empty()) format_ = Format::unreadable;
  }

  static std::string_view Fields::*known_column(std::string_view name) {
    if (name == "imsi") return &Fields::imsi;
    if (name == "k") return &Fields::k;
    if (name == "op") return &Fields::op;
    if (name == "opc") return &Fields::opc;
    if (name == "amf") return &Fields::amf;
    if (name == "sqn") return &Fields::sqn;
    if (name == "apn") return &Fields::apn;
    if (name == "qci") return &Fields::qci;
    if (name == "msisdn") return &Fields::msisdn;
    return nullptr;
  }

  void plain(const Row& row) {
    if (row.fields.size() != columns_.size())
      return bad(row.line, "",
                 std::to_string(columns_.size()) + " columns as in the header, found " +
                     std::to_string(row.fields.size()));
    Fields fields;
    for (std::size_t i = 0; i < columns_.size(); ++i) fields.*known_column(columns_[i]) = row.fields[i];
    add(row.line, fields, plain_names);
  }

  void srsepc(const Row& row) {
    const auto& f = row.fields;
    if (f.size() != srsepc_columns)
      return bad(row.line, "",
                 std::to_string(srsepc_columns) +
                     " columns (Name,Auth,IMSI,Key,OP_Type,OP/OPc,AMF,SQN,QCI,"
                     "IP_alloc), found " +
                     std::to_string(f.size()));
    if (lower(f[1]) != "mil") bad(row.line, "Auth", "mil; XOR and other algorithms are not served");
    const std::string op_type = lower(f[4]);
    if (op_type != "op" && op_type != "opc") return bad(row.line, "OP_Type", "op or opc");
    if (lower(f[9]) != "dynamic") bad(row.line, "IP_alloc", "dynamic; fixed addresses are not served");
    Fields fields{f[2], f[3], {}, {}, f[6], f[7], {}, f[8], {}};
    (op_type == "op" ? fields.op : fields.opc) = f[5];
    add(row.line, fields, srsepc_names);
  }

  /// add checks every field, so that one reading of the file shows all mistakes.
  void add(std::size_t line, const Fields& f, const Names& names) {
    const std::size_t before = errors_.size();
    auto imsi = Imsi::parse(f.imsi);
    if (!imsi) bad(line, names.imsi, "6 to 15 decimal digits");
    auto k = read_key<K>(f.k);
    if (!k) bad(line, names.k, digits_expected(32, f.k));
    auto opc = read_opc(line, f, names, k);
    Amf amf;
    if (!read_hex(f.amf, amf.bytes)) bad(line, names.amf, digits_expected(4, f.amf));
    std::array<Byte, 6> sqn{};
    if (!read_hex(f.sqn, sqn)) bad(line, names.sqn, digits_expected(12, f.sqn));
    const auto qci = read_qci(line, f.qci, names);
    if (!f.apn.empty() && !is_apn(f.apn)) bad(line, names.apn, "an APN of letters, digits, hyphens and dots");
    if (!f.msisdn.empty() && (!is_digits(f.msisdn) || f.msisdn.size() > 15))
      bad(line, names.msisdn, "at most 15 decimal digits");
    if (imsi) once(line, imsi->digits(), names);
    if (errors_.size() != before) return;
    if (records_.size() >= import_subscribers_max)
      return bad(line, "", "at most " + std::to_string(import_subscribers_max) + " subscribers in a file");

    SubscriberRecord record{
        .imsi = std::move(*imsi), .secret = MilenageSecret{std::move(*k), std::move(*opc)}, .amf = amf};
    record.subscription.msisdn = std::string(f.msisdn);
    std::uint64_t number = 0;
    for (const Byte b : sqn) number = number << 8U | b;
    //= TS 33.102, C.1.1.1
    record.seq_reserved = number >> record.ind_bits;
    auto& apn = record.subscription.apns.front();
    if (qci) apn.qci = *qci;
    if (!f.apn.empty()) apn.apn = lower(f.apn);
    records_.push_back(std::move(record));
  }

  std::optional<Opc> read_opc(std::size_t line, const Fields& f, const Names& names,
                              const std::optional<K>& k) {
    if (f.op.empty()) {
      auto opc = read_key<Opc>(f.opc);
      if (!opc) bad(line, names.opc, digits_expected(32, f.opc));
      return opc;
    }
    const auto op = read_key<Op>(f.op);
    if (!op) bad(line, names.op, digits_expected(32, f.op));
    if (!op || !k) return std::nullopt;
    return derive_opc(*k, *op);
  }

  std::optional<std::uint8_t> read_qci(std::size_t line, std::string_view text, const Names& names) {
    if (text.empty() && names.apn == "apn") return std::nullopt;  // optional in the plain format
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    //= TS 24.301, 9.9.4.3
    if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > 254) {
      bad(line, names.qci, "a number from 1 to 254");
      return std::nullopt;
    }
    return static_cast<std::uint8_t>(value);
  }

  void once(std::size_t line, const std::string& imsi, const Names& names) {
    const auto [first, is_new] = line_of_.emplace(imsi, line);
    if (!is_new) bad(line, names.imsi, "each IMSI once, it stands in line " + std::to_string(first->second));
  }

  static std::string digits_expected(std::size_t digits, std::string_view found) {
    std::string out = std::to_string(digits) + " hexadecimal digits";
    if (found.size() != digits) out += ", found " + std::to_string(found.size()) + " characters";
    return out;
  }

  std::string file_;
  Format format_ = Format::unknown;
  std::vector<std::string> columns_;
  std::map<std::string, std::size_t> line_of_;
  std::vector<SubscriberRecord> records_;
  InputErrors errors_;
};

}  // namespace

Expected<std::vector<SubscriberRecord>, InputErrors> parse_subscribers(std::string_view file,
                                                                       std::string_view text) {
  Importer importer(file);
  std::size_t number = 1;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    importer.line(number++, text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::move(importer).finish();
}

Expected<std::vector<SubscriberRecord>, InputErrors> load_subscribers(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return Fail{InputErrors{{path, 0, "", "a file that can be read"}}};
  const auto size = in.tellg();
  if (size < 0 || static_cast<std::uint64_t>(size) > import_file_max)
    return Fail{InputErrors{{path, 0, "", "a file of at most 256 MB"}}};
  std::string text(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  const bool whole = in.gcount() == static_cast<std::streamsize>(text.size());
  auto result = whole ? parse_subscribers(path, text)
                      : Expected<std::vector<SubscriberRecord>, InputErrors>(
                            Fail{InputErrors{{path, 0, "", "a file that can be read to its end"}}});
  secure_wipe(text.data(), text.size());
  return result;
}

}  // namespace baton::runtime
