#include "wire/nas/session.h"

#include <algorithm>
#include <cassert>

namespace baton::wire::nas {

// Octet 1 holds bearers 0 to 7, octet 2 bearers 8 to 15; bearers 0 to 4 are spare.
constexpr std::uint16_t bearer_bits = 0xFFE0;

std::optional<EpsBearerStatus> EpsBearerStatus::parse(Bytes value) {
  if (value.size() != 2) return std::nullopt;
  return EpsBearerStatus{static_cast<std::uint16_t>((value[1] << 8U | value[0]) & bearer_bits)};
}
void EpsBearerStatus::write(Writer& w) const {
  const unsigned bits = active & bearer_bits;
  w.u8(static_cast<Byte>(bits & 0xFFU));
  w.u8(static_cast<Byte>(bits >> 8U));
}
std::string EpsBearerStatus::text() const {
  std::string out;
  for (Byte b = 5; b < 16; ++b)
    if (has(EpsBearerId{b})) out += (out.empty() ? "" : " ") + std::to_string(b);
  return out.empty() ? "none active" : "active " + out;
}

std::string_view to_string(RequestType t) {
  switch (t) {
    case RequestType::initial: return "initial request";
    case RequestType::handover: return "handover";
    case RequestType::emergency: return "emergency";
  }
  return "?";
}
std::string_view to_string(PdnType t) {
  switch (t) {
    case PdnType::ipv4: return "IPv4";
    case PdnType::ipv6: return "IPv6";
    case PdnType::ipv4v6: return "IPv4v6";
    case PdnType::non_ip: return "non IP";
  }
  return "?";
}

namespace {

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}
bool is_label(std::string_view s) {
  return !s.empty() && s.size() <= apn_label_octets_max &&
         std::all_of(s.begin(), s.end(), is_label_character);
}

}  // namespace

std::optional<Apn> Apn::from_text(std::string_view dotted) {
  // Each label has a length octet on the wire, and each but the first a dot here.
  if (dotted.empty() || dotted.size() + 1 > apn_octets_max) return std::nullopt;
  for (std::size_t at = 0; at <= dotted.size();) {
    const std::size_t dot = std::min(dotted.find('.', at), dotted.size());
    if (!is_label(dotted.substr(at, dot - at))) return std::nullopt;
    at = dot + 1;
  }
  return Apn(std::string(dotted));
}

std::optional<Apn> Apn::parse(Bytes value) {
  if (value.empty() || value.size() > apn_octets_max) return std::nullopt;
  std::string dotted;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t n = value[at++];
    if (n > value.size() - at) return std::nullopt;
    const std::string label(value.begin() + static_cast<std::ptrdiff_t>(at),
                            value.begin() + static_cast<std::ptrdiff_t>(at + n));
    if (!is_label(label)) return std::nullopt;  // a dot inside a label would become another name
    dotted += (dotted.empty() ? "" : ".") + label;
    at += n;
  }
  return Apn(std::move(dotted));
}

void Apn::write(Writer& w) const {
  assert(!dotted_.empty());
  for (std::size_t at = 0; at <= dotted_.size();) {
    const std::size_t dot = std::min(dotted_.find('.', at), dotted_.size());
    w.u8(static_cast<Byte>(dot - at));
    for (; at < dot; ++at) w.u8(static_cast<Byte>(dotted_[at]));
    ++at;
  }
}

PdnType PdnAddress::type() const {
  if (ipv4 && ipv6) return PdnType::ipv4v6;
  if (ipv4) return PdnType::ipv4;
  return ipv6 ? PdnType::ipv6 : PdnType::non_ip;
}

std::optional<PdnAddress> PdnAddress::parse(Bytes value) {
  if (value.size() < octets_min || value.size() > octets_max) return std::nullopt;
  PdnAddress out;
  Bytes rest = value.subspan(1);
  const unsigned type = value[0] & 7U;
  const bool has_ipv6 =
      type == static_cast<unsigned>(PdnType::ipv6) || type == static_cast<unsigned>(PdnType::ipv4v6);
  const bool has_ipv4 =
      type == static_cast<unsigned>(PdnType::ipv4) || type == static_cast<unsigned>(PdnType::ipv4v6);
  if (type == static_cast<unsigned>(PdnType::non_ip))
    return rest.size() == 4 ? std::optional(out) : std::nullopt;
  if (!has_ipv4 && !has_ipv6) return std::nullopt;
  if (rest.size() != (has_ipv6 ? 8U : 0U) + (has_ipv4 ? 4U : 0U)) return std::nullopt;
  if (has_ipv6) {
    out.ipv6.emplace();
    std::copy_n(rest.begin(), 8, out.ipv6->begin());
    rest = rest.subspan(8);
  }
  if (has_ipv4) {
    out.ipv4.emplace();
    std::copy_n(rest.begin(), 4, out.ipv4->octets.begin());
  }
  return out;
}

void PdnAddress::write(Writer& w) const {
  w.u8(static_cast<Byte>(type()));
  if (ipv6) w.bytes(*ipv6);
  if (ipv4) w.bytes(ipv4->octets);
  if (!ipv4 && !ipv6) w.zeros(4);
}

std::string PdnAddress::text() const {
  std::string out(to_string(type()));
  if (ipv4) out += " " + ipv4->to_string();
  if (ipv6) out += " interface " + hex(*ipv6);
  return out;
}

std::optional<EpsQos> EpsQos::parse(Bytes value) {
  if (value.empty() || value.size() > octets_max) return std::nullopt;
  return EpsQos{value[0], *decltype(rates)::parse(value.subspan(1))};
}
void EpsQos::write(Writer& w) const {
  w.u8(qci);
  rates.write(w);
}
std::string EpsQos::text() const {
  return "QCI " + std::to_string(qci) + (rates.empty() ? "" : ", bit rates in " + rates.text());
}

}  // namespace baton::wire::nas
