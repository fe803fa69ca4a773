#include "app/describe.h"

#include <algorithm>
#include <variant>

#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/nas/message.h"
#include "wire/rrc/frame.h"
#include "wire/rrc/messages.h"
#include "wire/s1ap/s1ap.h"

namespace baton::app {
namespace {

namespace nas = wire::nas;
namespace s1ap = wire::s1ap;
namespace rrc = wire::rrc;

std::string indented(std::string_view text, std::string_view by) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += std::string(by) + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string with_newline(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

/// append_nas adds the NAS messages that a PDU carries.
template <class M>
void append_nas(std::string& out, const M& m) {
  constexpr bool up =
      std::is_same_v<M, s1ap::InitialUeMessage> || std::is_same_v<M, s1ap::UplinkNasTransport>;
  const auto add = [&](const s1ap::NasPdu& pdu) {
    out += "NAS\n" +
           indented(nas::describe_octets(pdu.octets, up ? nas::Direction::uplink : nas::Direction::downlink),
                    "  ");
  };
  if constexpr (requires { m.nas.octets; }) add(m.nas);
  if constexpr (std::is_same_v<M, s1ap::InitialContextSetupRequest>) {
    for (const auto& erab : m.erabs)
      if (erab.nas) add(*erab.nas);
  }
}

std::string describe_s1ap(Bytes message) {
  std::string out = with_newline(s1ap::describe(message));
  if (auto received = s1ap::decode_any(message))
    std::visit([&](const auto& m) { append_nas(out, m); }, received->pdu);
  return out;
}

std::string describe_gtp2(Bytes message) {
  auto decoded = wire::gtp2::decode_any(message);
  if (!decoded) return "GTPv2-C that cannot be read: " + decoded.why().to_string() + "\n";
  return with_newline(wire::gtp2::describe(decoded->header, decoded->message));
}

std::string describe_radio(Bytes message) {
  auto frame = rrc::decode_frame(message);
  if (!frame) return "radio frame that cannot be read: " + frame.why().to_string() + "\n";
  std::string out =
      std::string(rrc::to_string(frame->channel)) + " C-RNTI " + std::to_string(frame->c_rnti.value);
  if (rrc::acknowledged(frame->channel)) out += " number " + std::to_string(frame->sn);
  if (frame->channel == rrc::Channel::ack || rrc::acknowledged(frame->channel))
    out += " awaits " + std::to_string(frame->ack);
  out += "\n";
  if (frame->channel == rrc::Channel::broadcast || frame->channel == rrc::Channel::srb0) {
    auto inner = rrc::decode_any(frame->payload);
    out += "  " + (inner ? rrc::describe(*inner) : "cannot be read: " + inner.why().to_string()) + "\n";
  } else if (!frame->payload.empty()) {
    out += "  PDCP, " + std::to_string(frame->payload.size()) + " octets\n";
  }
  return out;
}

std::size_t number(Bytes b, std::size_t at, std::size_t octets) {
  std::size_t v = 0;
  for (std::size_t i = 0; i < octets; ++i) v = v << 8U | b[at + i];
  return v;
}

}  // namespace

std::optional<Kind> kind_of_name(std::string_view name) {
  if (name == "s1ap") return Kind::s1ap;
  if (name == "gtp2") return Kind::gtp2;
  if (name == "diameter") return Kind::diameter;
  if (name == "radio") return Kind::radio;
  if (name == "nas-up") return Kind::nas_up;
  if (name == "nas-down") return Kind::nas_down;
  return std::nullopt;
}

Kind kind_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::gtp2: return Kind::gtp2;
    case Protocol::diameter: return Kind::diameter;
    case Protocol::radio: return Kind::radio;
    case Protocol::s1ap:
    case Protocol::unknown: break;
  }
  return Kind::s1ap;
}

Kind guess(Bytes m) {
  if (m.size() >= 20 && m[0] == 1 && number(m, 1, 3) == m.size()) return Kind::diameter;
  if (m.size() >= 8 && m[0] >> 5U == 2 && number(m, 2, 2) + 4 == m.size()) return Kind::gtp2;
  if (m.size() >= 10 && m[0] == 0x42 && m[1] == 0x52) return Kind::radio;
  const auto discriminator = nas::peek_discriminator(m);
  // An S1AP PDU begins with 00, 20 or 40: no NAS message does.
  if (!m.empty() && (m[0] & 0x9FU) != 0 && discriminator && (*discriminator == 7 || *discriminator == 2)) {
    const bool up =
        nas::decode_any(m, nas::Direction::uplink) && !nas::decode_any(m, nas::Direction::downlink);
    return up ? Kind::nas_up : Kind::nas_down;
  }
  return Kind::s1ap;
}

std::string describe_message(Kind kind, Bytes message) {
  switch (kind) {
    case Kind::s1ap: return describe_s1ap(message);
    case Kind::gtp2: return describe_gtp2(message);
    case Kind::diameter: return with_newline(wire::diameter::describe(message));
    case Kind::radio: return describe_radio(message);
    case Kind::nas_up: return with_newline(nas::describe_octets(message, nas::Direction::uplink));
    case Kind::nas_down: return with_newline(nas::describe_octets(message, nas::Direction::downlink));
  }
  return {};
}

}  // namespace baton::app
