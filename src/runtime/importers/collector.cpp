#include "runtime/importers/collector.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <utility>

#include "keys/sqn.h"
#include "node/hss/sequence.h"

namespace baton::runtime::importers {

using context::SubscriberRecord;

namespace {

Instant wall_clock() {
  return Instant{std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())};
}

std::optional<unsigned> nibble(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

/// read_hex fills `out` from exactly twice as many digits. It leaves no copy of a key on the heap.
bool read_hex(std::string_view digits, MutableBytes out, bool spaces = false) {
  std::size_t n = 0;
  for (const char c : digits) {
    if (spaces && c == ' ') continue;
    const auto value = nibble(c);
    if (!value || n == 2 * out.size()) return false;
    out[n / 2] = static_cast<Byte>(n % 2 == 0 ? *value << 4U : out[n / 2] | *value);
    ++n;
  }
  return n == 2 * out.size();
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

/// The profile's rates are 32 bits wide; what is faster is as fast as can be said. TS 29.272, 7.3.41.
std::uint32_t rate(std::uint64_t bps) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(bps, 0xFFFF'FFFF));
}

std::string digits_expected(std::size_t digits, std::string_view found) {
  std::string out = std::to_string(digits) + " hexadecimal digits";
  if (found.size() != digits) out += ", found " + std::to_string(found.size()) + " characters";
  return out;
}

}  // namespace

std::string_view trim(std::string_view s) {
  constexpr std::string_view space = " \t\r";
  const std::size_t first = s.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(space) - first + 1);
}

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t at = line.find(separator);
    out.push_back(trim(line.substr(0, at)));
    if (at == std::string_view::npos) return out;
    line.remove_prefix(at + 1);
  }
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos) return out;
    line.remove_prefix(first);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    out.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void Collector::bad(std::size_t line, std::string_view field, std::string expected) {
  if (!full()) errors_.push_back({file_, line, std::string(field), std::move(expected)});
}

template <class Key>
std::optional<Key> Collector::read_key(std::string_view digits, bool encrypted) const {
  std::array<Byte, Key::size> octets{};
  std::optional<Key> out;
  if (read_hex(digits, octets, spaces_)) {
    if (encrypted) options_.decrypt(octets);
    out.emplace(std::span<const Byte, Key::size>(octets));
  }
  secure_wipe(octets.data(), octets.size());
  return out;
}

SubscriberRecord* Collector::add(std::size_t line, const Fields& f, const Names& names) {
  const std::size_t before = errors_.size();
  if (f.encrypted && !options_.decrypt) {
    bad(line, names.k, "a transport key, as this is encrypted");
    return nullptr;
  }
  auto imsi = Imsi::parse(f.imsi);
  if (!imsi) bad(line, names.imsi, "6 to 15 decimal digits");
  auto k = read_key<K>(f.k, f.encrypted);
  if (!k) bad(line, names.k, digits_expected(32, f.k));
  auto opc = read_opc(line, f, names, k);
  Amf amf{{0x80, 0x00}};
  if (!(defaults_ && f.amf.empty()) && !read_hex(f.amf, amf.bytes))
    bad(line, names.amf, digits_expected(4, f.amf));
  const auto sqn = read_sqn(line, f, names);
  const auto scheme = read_scheme(line, f.sqn_scheme);
  const auto ind_bits = read_ind_bits(line, f.ind_bits);
  const auto qci = read_qci(line, f.qci, names);
  if (!f.apn.empty() && !is_apn(f.apn)) bad(line, names.apn, "an APN of letters, digits, hyphens and dots");
  if (!f.msisdn.empty() && (!is_digits(f.msisdn) || f.msisdn.size() > 15))
    bad(line, names.msisdn, "at most 15 decimal digits");
  const auto up = f.ambr_up.empty() ? f.ambr_up_bps : read_rate(line, f.ambr_up, "ambr_up_bps");
  const auto down = f.ambr_down.empty() ? f.ambr_down_bps : read_rate(line, f.ambr_down, "ambr_down_bps");
  if (imsi) once(line, imsi->digits(), names);
  if (errors_.size() != before || !imsi || !k || !opc || !sqn) return nullptr;
  if (records_.size() >= import_subscribers_max) {
    bad(line, "", "at most " + std::to_string(import_subscribers_max) + " subscribers in a file");
    return nullptr;
  }
  place_of_.at(imsi->digits()).record = records_.size();
  SubscriberRecord record{
      .imsi = std::move(*imsi), .secret = MilenageSecret{std::move(*k), std::move(*opc)}, .amf = amf};
  auto& subscription = record.subscription;
  auto& apn = subscription.apns.front();
  subscription.msisdn = std::string(f.msisdn);
  //= TS 33.102, C.1.1.1
  if (ind_bits) record.ind_bits = *ind_bits;
  if (scheme) record.sqn_scheme = *scheme;
  record.seq_reserved = *sqn >> record.ind_bits;
  //= TS 33.102, C.1.1.3
  // By the clock the card is where the file says now, whatever the clock says.
  if (record.sqn_scheme == context::SqnScheme::time)
    record.seq_offset = node::hss::offset_for(record.seq_reserved, record.ind_bits,
                                              options_.now ? *options_.now : wall_clock());
  if (qci) apn.qci = *qci;
  if (!f.apn.empty()) apn.apn = lower(f.apn);
  if (up) subscription.ambr_up_bps = apn.ambr_up_bps = rate(*up);
  if (down) subscription.ambr_down_bps = apn.ambr_down_bps = rate(*down);
  records_.push_back(std::move(record));
  return &records_.back();
}

SubscriberRecord* Collector::find(std::string_view imsi) {
  const auto at = place_of_.find(imsi);
  return at != place_of_.end() && at->second.record ? &records_[*at->second.record] : nullptr;
}

std::optional<Opc> Collector::read_opc(std::size_t line, const Fields& f, const Names& names,
                                       const std::optional<K>& k) {
  if (f.op.empty()) {
    auto opc = read_key<Opc>(f.opc, f.encrypted);
    if (!opc) bad(line, names.opc, digits_expected(32, f.opc));
    return opc;
  }
  const auto op = read_key<Op>(f.op, f.encrypted);
  if (!op) bad(line, names.op, digits_expected(32, f.op));
  if (!op || !k) return std::nullopt;
  return derive_opc(*k, *op);
}

std::optional<context::SqnScheme> Collector::read_scheme(std::size_t line, std::string_view word) {
  if (word.empty()) return std::nullopt;
  const std::string name = lower(word);
  if (name == "counter") return context::SqnScheme::counter;
  if (name == "partly-time") return context::SqnScheme::partly_time;
  if (name == "time") return context::SqnScheme::time;
  bad(line, "sqn_scheme", "counter, partly-time or time");
  return std::nullopt;
}

//= TS 33.102, C.3.2
std::optional<std::uint32_t> Collector::read_ind_bits(std::size_t line, std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::uint32_t bits = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (read.ec == std::errc() && read.ptr == digits.data() + digits.size() && bits <= Sqn::ind_bits_max)
    return bits;
  bad(line, "ind_bits", "a number from 0 to " + std::to_string(Sqn::ind_bits_max));
  return std::nullopt;
}

std::optional<std::uint64_t> Collector::read_sqn(std::size_t line, const Fields& f, const Names& names) {
  std::uint64_t number = 0;
  if (f.sqn_number) {
    number = *f.sqn_number;
    if (number >> 48U != 0) {
      bad(line, names.sqn, "a number below 2^48");
      return std::nullopt;
    }
    return number;
  }
  if (defaults_ && f.sqn.empty()) return 0;
  std::array<Byte, 6> sqn{};
  if (!read_hex(f.sqn, sqn)) {
    bad(line, names.sqn, digits_expected(12, f.sqn));
    return std::nullopt;
  }
  for (const Byte b : sqn) number = number << 8U | b;
  return number;
}

std::optional<std::uint8_t> Collector::read_qci(std::size_t line, std::string_view text, const Names& names) {
  if (text.empty() && (defaults_ || names.apn == "apn")) return std::nullopt;  // optional in the plain format
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  //= TS 24.301, 9.9.4.3
  if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > 254) {
    bad(line, names.qci, "a number from 1 to 254");
    return std::nullopt;
  }
  return static_cast<std::uint8_t>(value);
}

std::optional<std::uint64_t> Collector::read_rate(std::size_t line, std::string_view text,
                                                  std::string_view name) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size()) return value;
  bad(line, name, "bit/s as a number");
  return std::nullopt;
}

void Collector::once(std::size_t line, const std::string& imsi, const Names& names) {
  const auto [first, is_new] = place_of_.emplace(imsi, Place{line, {}});
  if (!is_new)
    bad(line, names.imsi, "each IMSI once, it stands in line " + std::to_string(first->second.line));
}

Expected<std::vector<SubscriberRecord>, InputErrors> Collector::finish() && {
  if (errors_.empty() && records_.empty()) bad(0, "", "at least one subscriber");
  if (!errors_.empty()) return Fail{std::move(errors_)};
  return std::move(records_);
}

}  // namespace baton::runtime::importers
