#include "runtime/topology_values.h"

#include <algorithm>
#include <charconv>

#include "wire/diameter/header.h"

namespace baton::runtime::topology_values {
namespace {

std::optional<Byte> algorithm(std::string_view s, std::string_view family) {
  if (s.size() != 4 || s.substr(0, 3) != family || s[3] < '0' || s[3] > '3') return std::nullopt;
  return static_cast<Byte>(s[3] - '0');
}

}  // namespace

std::optional<std::string> text(std::string_view s) {
  if (s.empty()) return std::nullopt;
  return std::string(s);
}

std::optional<peer::LogLevel> log_level(std::string_view s) {
  using peer::LogLevel;
  for (const LogLevel level :
       {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
    if (peer::to_string(level) == s) return level;
  return std::nullopt;
}

std::optional<LogFormat> log_format(std::string_view s) {
  if (s == "plain") return LogFormat::text;
  if (s == "json") return LogFormat::json;
  return std::nullopt;
}

std::optional<std::string> mcc_digits(std::string_view s) {
  if (s.size() != 3 || !is_digits(s)) return std::nullopt;
  return std::string(s);
}

std::optional<std::string> mnc_digits(std::string_view s) {
  if ((s.size() != 2 && s.size() != 3) || !is_digits(s)) return std::nullopt;
  return std::string(s);
}

std::optional<std::string> node_name(std::string_view s) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  };
  if (s.empty() || s.size() > 64 || !std::all_of(s.begin(), s.end(), fits)) return std::nullopt;
  return std::string(s);
}

std::optional<DiameterIdentity> diameter_identity(std::string_view s) {
  auto identity = DiameterIdentity::parse(s);
  if (!identity) return std::nullopt;
  return *identity;
}

std::optional<Ipv4> ipv4(std::string_view s) { return Ipv4::parse(s); }

std::optional<Subnet> subnet(std::string_view s) {
  const std::size_t slash = s.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = Ipv4::parse(s.substr(0, slash));
  const auto prefix = number_between(s.substr(slash + 1), 8, 30);
  if (!address || !prefix) return std::nullopt;
  std::uint32_t bits = 0;
  for (const Byte b : address->octets) bits = bits << 8U | b;
  if ((bits & (0xFFFF'FFFFU >> *prefix)) != 0) return std::nullopt;
  return Subnet{*address, static_cast<unsigned>(*prefix)};
}

std::optional<std::uint16_t> port_number(std::string_view s) { return number<std::uint16_t, 1, 0xFFFF>(s); }
/// Its AVPs would be taken for ours.
constexpr std::uint16_t three_gpp = wire::diameter::vendor_3gpp;
std::optional<std::uint16_t> enterprise_number(std::string_view s) {
  const auto n = number<std::uint16_t, 1, 0xFFFF>(s);
  return n == three_gpp ? std::nullopt : n;
}

std::optional<Carrier> carrier(std::string_view s) {
  if (s == "tcp") return Carrier::tcp;
  if (s == "tls") return Carrier::tls;
  if (s == "sctp") return Carrier::sctp;
  return std::nullopt;
}

std::optional<std::string> protection(std::string_view s) {
  if (s != "ipsec") return std::nullopt;
  return std::string(s);
}

std::optional<Imeisv> imeisv(std::string_view s) {
  auto value = Imeisv::parse(s);
  if (!value) return std::nullopt;
  return *value;
}

std::optional<KeyIdKey> id_key(std::string_view s) {
  auto octets = parse_hex(s);
  KeyIdKey out;
  if (!octets || octets->size() != out.octets.size()) return std::nullopt;
  std::copy(octets->begin(), octets->end(), out.octets.begin());
  return out;
}

std::optional<Byte> eea(std::string_view s) { return algorithm(s, "EEA"); }
std::optional<Byte> eia(std::string_view s) { return algorithm(s, "EIA"); }

std::optional<PlmnId> plmn(std::string_view s) {
  const auto parsed = PlmnId::parse(s);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<bool> yes_or_no(std::string_view s) {
  if (s == "yes") return true;
  if (s == "no") return false;
  return std::nullopt;
}

std::optional<std::string> client_kind(std::string_view s) {
  if (s == "mme" || s == "sgsn" || s == "combined") return std::string(s);
  return std::nullopt;
}

std::optional<std::string> equipment_status(std::string_view s) {
  if (s == "white" || s == "grey" || s == "black") return std::string(s);
  return std::nullopt;
}

std::optional<std::string> imei_prefix(std::string_view s) {
  constexpr std::size_t imei_digits = 15;
  if (s == "any") return std::string();
  const bool digits = std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (s.empty() || s.size() > imei_digits || !digits) return std::nullopt;
  return std::string(s);
}

std::optional<std::uint64_t> number_between(std::string_view s, std::uint64_t min, std::uint64_t max) {
  int base = 10;
  if (s.starts_with("0x")) {
    base = 16;
    s.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value, base);
  if (s.empty() || error != std::errc{} || end != s.data() + s.size() || value < min || value > max)
    return std::nullopt;
  return value;
}

}  // namespace baton::runtime::topology_values
