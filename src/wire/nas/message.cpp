#include "wire/nas/message.h"

#include <type_traits>

namespace baton::wire::nas {
namespace {

template <class M>
Expected<Message, Error> as(Bytes plain) {
  auto m = decode<M>(plain);
  if (!m) return Fail{m.why()};
  return Message(std::move(*m));
}

// The tables below are the variant once more, read by type octet: what is missing here does not decode.
template <class M>
constexpr bool sent_in(Direction d) {
  if constexpr (std::is_same_v<M, UeDetachRequest>) return d == Direction::uplink;
  if constexpr (std::is_same_v<M, NetworkDetachRequest>) return d == Direction::downlink;
  return true;
}

struct Found {
  Byte type;
  Family family;
  Direction direction;
};
template <class M>
bool matches(const Found& f) {
  if constexpr (std::is_same_v<M, ServiceRequest>)
    return false;
  else
    return M::type == f.type && M::family == f.family && sent_in<M>(f.direction);
}

template <class Variant>
struct Dispatch;
template <class... Ms>
struct Dispatch<std::variant<Ms...>> {
  static std::optional<Expected<Message, Error>> decode(const Found& f, Bytes plain) {
    std::optional<Expected<Message, Error>> out;
    (void)((matches<Ms>(f) && (out.emplace(one<Ms>(plain)), true)) || ...);
    return out;
  }
  template <class M>
  static Expected<Message, Error> one(Bytes plain) {
    if constexpr (std::is_same_v<M, ServiceRequest>)
      return Fail{Error{Fault::wrong_type, M::name, "message type", 0}};
    else
      return as<M>(plain);
  }
};

void indent_into(std::string& out, const std::string& lines) {
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    out.append("  ").append(lines, at, end - at).append("\n");
    at = end + 1;
  }
}

// The ESM message inside, where a message has one.
void describe_inside(std::string& out, const EsmContainer& esm, Direction d) {
  const auto inner = decode_any(esm.bytes(), d);
  indent_into(out, inner ? describe(*inner, d) : "not readable: " + inner.why().to_string() + "\n");
}

}  // namespace

Expected<Message, Error> decode_any(Bytes plain, Direction direction) {
  const auto outer = parse_protected(plain);
  if (!outer) return Fail{outer.why()};
  if (outer->header == SecurityHeader::service_request) {
    auto m = decode_service_request(plain);
    if (!m) return Fail{m.why()};
    return Message(*m);
  }
  const Reader r("NAS message", plain);
  if (outer->header != SecurityHeader::plain)
    return Fail{r.error(Fault::unsupported, "security header type", static_cast<Byte>(outer->header))};
  const auto type = peek_type(plain);
  if (!type) return Fail{r.error(Fault::short_read, "message type")};
  const Family family = plain[0] == static_cast<Byte>(Family::emm) ? Family::emm : Family::esm;
  auto m = Dispatch<Message>::decode({*type, family, direction}, plain);
  if (!m) return Fail{r.error(Fault::wrong_type, "message type", *type)};
  return std::move(*m);
}

ByteVector encode(const Message& message) {
  return std::visit([](const auto& m) { return encode(m); }, message);
}

std::string_view name_of(const Message& message) {
  return std::visit([](const auto& m) { return std::decay_t<decltype(m)>::name; }, message);
}

std::string describe(const Message& message, Direction direction) {
  std::string out(name_of(message));
  out += "\n";
  std::visit(
      [&](const auto& m) {
        using M = std::decay_t<decltype(m)>;
        out += describe(m);
        if constexpr (std::is_same_v<M, AttachRequest> || std::is_same_v<M, AttachAccept> ||
                      std::is_same_v<M, AttachComplete>)
          describe_inside(out, m.esm, direction);
        if constexpr (std::is_same_v<M, AttachReject>)
          if (m.esm) describe_inside(out, *m.esm, direction);
      },
      message);
  return out;
}

std::string describe_octets(Bytes message, Direction direction) {
  const auto outer = parse_protected(message);
  if (!outer) return "not a NAS message: " + outer.why().to_string() + "\n";
  std::string out;
  if (outer->header != SecurityHeader::plain && outer->header != SecurityHeader::service_request) {
    out = "security header: " + std::string(to_string(outer->header)) + ", MAC " + hex(outer->mac) +
          ", sequence number " + std::to_string(outer->sqn) + "\n";
  }
  const auto inner = decode_any(outer->payload, direction);
  // With the null cipher a "ciphered" payload reads as it stands; with another one it does not.
  if (inner) return out + describe(*inner, direction);
  if (ciphered(outer->header))
    return out + "ciphered, " + std::to_string(outer->payload.size()) + " octets\n";
  return out + "not readable: " + inner.why().to_string() + "\n";
}

}  // namespace baton::wire::nas
