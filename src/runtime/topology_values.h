// topology_values.h: the words of a configuration as values; nothing when a word is not one of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ids/endpoint.h"
#include "ids/plmn_id.h"
#include "ids/subscriber_id.h"
#include "keys/ledger.h"
#include "peer/world.h"
#include "runtime/carrier.h"
#include "runtime/log.h"

namespace baton::runtime::topology_values {

struct Subnet {
  Ipv4 address;
  unsigned prefix = 0;
};

std::optional<std::string> text(std::string_view s);
std::optional<peer::LogLevel> log_level(std::string_view s);
std::optional<LogFormat> log_format(std::string_view s);
std::optional<std::string> mcc_digits(std::string_view s);
std::optional<std::string> mnc_digits(std::string_view s);
/// A node's name: 1 to 64 letters, digits, hyphens, underscores and dots.
std::optional<std::string> node_name(std::string_view s);
std::optional<DiameterIdentity> diameter_identity(std::string_view s);
std::optional<Ipv4> ipv4(std::string_view s);
/// "10.45.0.0/16" with no bit set behind the prefix, 8 to 30.
std::optional<Subnet> subnet(std::string_view s);
std::optional<std::uint16_t> port_number(std::string_view s);
std::optional<std::uint16_t> enterprise_number(std::string_view s);
std::optional<Carrier> carrier(std::string_view s);
/// The one word that says somebody else protects an interface.
std::optional<std::string> protection(std::string_view s);
std::optional<Imeisv> imeisv(std::string_view s);
std::optional<KeyIdKey> id_key(std::string_view s);
/// "EEA2" gives 2, "EIA1" gives 1.
std::optional<Byte> eea(std::string_view s);
std::optional<Byte> eia(std::string_view s);

/// "00101" or "310410".
std::optional<PlmnId> plmn(std::string_view s);
/// "yes" or "no".
std::optional<bool> yes_or_no(std::string_view s);
std::optional<std::string> client_kind(std::string_view s);
std::optional<std::string> equipment_status(std::string_view s);
/// Up to 15 decimal digits; the word "any" stands for none.
std::optional<std::string> imei_prefix(std::string_view s);

/// number reads a decimal, or a hexadecimal after 0x, from Min to Max.
std::optional<std::uint64_t> number_between(std::string_view s, std::uint64_t min, std::uint64_t max);
template <class T, std::uint64_t Min, std::uint64_t Max>
std::optional<T> number(std::string_view s) {
  const auto v = number_between(s, Min, Max);
  return v ? std::optional(static_cast<T>(*v)) : std::nullopt;
}

}  // namespace baton::runtime::topology_values
