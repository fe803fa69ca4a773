// describe, secret_ranges, and what answers say: everything that walks AVPs without their tables.
#include <algorithm>

#include "ids/plmn_id.h"
#include "wire/diameter/message.h"
#include "wire/diameter/raw_avp.h"

namespace baton::wire::diameter {

namespace {

std::uint32_t u32_of(Bytes in) {
  std::uint32_t v = 0;
  for (const Byte b : in) v = v << 8U | b;
  return v;
}

// --- secrets ------------------------------------------------------------------------------------

void find_secrets(Bytes avps, std::size_t base, std::size_t depth, std::vector<SecretRange>& out) {
  Reader r("Diameter", avps, base);
  while (!r.empty()) {
    const std::size_t rest_at = r.offset();
    const std::size_t rest = r.left();
    const auto a = next_avp(r);
    if (!a) {
      out.push_back({rest_at, rest});
      return;
    }
    const AvpDef* def = find_avp(a->code, a->vendor);
    if (def == nullptr) continue;
    if (def->secret) {
      if (!a->value.empty()) out.push_back({a->value_offset, a->value.size()});
    } else if (def->type == AvpType::grouped && !a->value.empty()) {
      if (depth >= avp_depth_max)
        out.push_back({a->value_offset, a->value.size()});
      else
        find_secrets(a->value, a->value_offset, depth + 1, out);
    }
  }
}

// --- text ---------------------------------------------------------------------------------------

std::string printable(Bytes in) {
  std::string s;
  for (const Byte b : in.first(std::min(in.size(), text_octets_max)))
    s.push_back(b >= 0x20 && b < 0x7F ? static_cast<char>(b) : '.');
  return s;
}

std::string value_text(const AvpDef& def, Bytes v) {
  switch (def.type) {
    case AvpType::text:
    case AvpType::identity: return printable(v);
    case AvpType::u32:
    case AvpType::enumerated:
      if (v.size() == 4) return std::to_string(u32_of(v));
      break;
    case AvpType::u64:
      if (v.size() == 8)
        return std::to_string(static_cast<std::uint64_t>(u32_of(v.first(4))) << 32U | u32_of(v.subspan(4)));
      break;
    case AvpType::address:
      if (v.size() == 6 && v[0] == 0 && v[1] == 1) {
        Ipv4 a;
        std::copy(v.begin() + 2, v.end(), a.octets.begin());
        return a.to_string();
      }
      break;
    case AvpType::tbcd:
      if (auto digits = parse_tbcd(v)) return *digits;
      break;
    case AvpType::plmn:
      if (v.size() == 3)
        if (auto plmn = PlmnId::from_wire(v)) return plmn->to_string();
      break;
    case AvpType::octets:
    case AvpType::grouped: break;
  }
  return hex(v.first(std::min<std::size_t>(v.size(), 64))) + (v.size() > 64 ? "..." : "");
}

void describe_avps(Bytes avps, std::size_t base, std::size_t depth, std::string& out) {
  Reader r("Diameter", avps, base);
  const std::string indent(2 * (depth + 1), ' ');
  while (!r.empty()) {
    const auto a = next_avp(r);
    if (!a) {
      // Octets of a broken AVP could be a key's: only their number is told.
      out += indent + "[broken: " + a.why().to_string() + "]\n";
      return;
    }
    const AvpDef* def = find_avp(a->code, a->vendor);
    out += indent;
    if (def == nullptr) {
      out += "AVP " + std::to_string(a->code) + (a->vendor != 0 ? " of " + std::to_string(a->vendor) : "") +
             ": " + std::to_string(a->value.size()) + " octets\n";
    } else if (def->secret) {
      out += std::string(def->name) + ": [" + std::to_string(a->value.size()) + " secret octets]\n";
    } else if (def->type == AvpType::grouped) {
      out += std::string(def->name) + ":\n";
      if (depth < avp_depth_max) describe_avps(a->value, a->value_offset, depth + 1, out);
    } else {
      out += std::string(def->name) + ": " + value_text(*def, a->value) + "\n";
    }
  }
}

std::string command_name(const Header& h) {
  const char* short_name = nullptr;
  switch (h.code) {
    case 257: short_name = "Capabilities-Exchange"; break;
    case 280: short_name = "Device-Watchdog"; break;
    case 282: short_name = "Disconnect-Peer"; break;
    case 316: short_name = "Update-Location"; break;
    case 317: short_name = "Cancel-Location"; break;
    case 318: short_name = "Authentication-Information"; break;
    case 319: short_name = "Insert-Subscriber-Data"; break;
    case 320: short_name = "Delete-Subscriber-Data"; break;
    case 321: short_name = "Purge-UE"; break;
    case 322: short_name = "Reset"; break;
    case 323: short_name = "Notify"; break;
    case 324: short_name = "ME-Identity-Check"; break;
    case KasmeUpdateRequest::command.code: short_name = "KASME-Update"; break;
    case ContextTransferRequest::command.code: short_name = "Context-Transfer"; break;
    default: break;
  }
  const std::string base = short_name != nullptr ? short_name : "Command-" + std::to_string(h.code);
  return base + (h.request ? "-Request" : "-Answer");
}

std::string_view result_name(const AnswerResult& r) {
  if (r.experimental && r.vendor == vendor_private) {
    switch (r.code) {
      case private_result::not_yet_registered: return "KASME_NOT_YET_REGISTERED";
      case private_result::not_stored: return "KASME_NOT_STORED";
      case private_result::not_registered: return "KASME_NOT_REGISTERED";
      case private_result::unknown_aka_reference: return "KASME_UNKNOWN_AKA_REFERENCE";
      case private_result::generation_gap: return "KASME_GENERATION_GAP";
      case private_result::bad_proof: return "KASME_BAD_PROOF";
      case private_result::stale: return "KASME_STALE";
      case private_result::too_many_steps: return "KASME_TOO_MANY_STEPS";
      case private_result::foreign_mme: return "KASME_FOREIGN_MME";
      case private_result::key_differs: return "KASME_KEY_DIFFERS";
      case private_result::no_key: return "KASME_NO_KEY";
      default: return "";
    }
  }
  if (r.experimental) {
    switch (r.code) {
      case experimental::authentication_data_unavailable: return "DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE";
      case experimental::user_unknown: return "DIAMETER_ERROR_USER_UNKNOWN";
      case experimental::roaming_not_allowed: return "DIAMETER_ERROR_ROAMING_NOT_ALLOWED";
      case experimental::unknown_eps_subscription: return "DIAMETER_ERROR_UNKNOWN_EPS_SUBSCRIPTION";
      case experimental::rat_not_allowed: return "DIAMETER_ERROR_RAT_NOT_ALLOWED";
      case experimental::equipment_unknown: return "DIAMETER_ERROR_EQUIPMENT_UNKNOWN";
      case experimental::unknown_serving_node: return "DIAMETER_ERROR_UNKNOWN_SERVING_NODE";
      default: return "";
    }
  }
  switch (r.code) {
    case code::success: return "DIAMETER_SUCCESS";
    case code::command_unsupported: return "DIAMETER_COMMAND_UNSUPPORTED";
    case code::unable_to_deliver: return "DIAMETER_UNABLE_TO_DELIVER";
    case code::realm_not_served: return "DIAMETER_REALM_NOT_SERVED";
    case code::too_busy: return "DIAMETER_TOO_BUSY";
    case code::loop_detected: return "DIAMETER_LOOP_DETECTED";
    case code::application_unsupported: return "DIAMETER_APPLICATION_UNSUPPORTED";
    case code::invalid_hdr_bits: return "DIAMETER_INVALID_HDR_BITS";
    case code::unknown_peer: return "DIAMETER_UNKNOWN_PEER";
    case code::avp_unsupported: return "DIAMETER_AVP_UNSUPPORTED";
    case code::authorization_rejected: return "DIAMETER_AUTHORIZATION_REJECTED";
    case code::invalid_avp_value: return "DIAMETER_INVALID_AVP_VALUE";
    case code::missing_avp: return "DIAMETER_MISSING_AVP";
    case code::avp_occurs_too_many_times: return "DIAMETER_AVP_OCCURS_TOO_MANY_TIMES";
    case code::no_common_application: return "DIAMETER_NO_COMMON_APPLICATION";
    case code::unsupported_version: return "DIAMETER_UNSUPPORTED_VERSION";
    case code::unable_to_comply: return "DIAMETER_UNABLE_TO_COMPLY";
    case code::invalid_avp_length: return "DIAMETER_INVALID_AVP_LENGTH";
    case code::invalid_message_length: return "DIAMETER_INVALID_MESSAGE_LENGTH";
    case code::no_common_security: return "DIAMETER_NO_COMMON_SECURITY";
    default: return "";
  }
}

/// The fewest octets a value of a type can have.
std::size_t least_octets(AvpType t) {
  switch (t) {
    case AvpType::u32:
    case AvpType::enumerated: return 4;
    case AvpType::u64: return 8;
    case AvpType::address: return 6;
    case AvpType::plmn: return 3;
    case AvpType::octets:
    case AvpType::text:
    case AvpType::identity:
    case AvpType::grouped:
    case AvpType::tbcd: return 0;
  }
  return 0;
}

ByteVector zero_filled(const AvpDef& def) {
  Writer w;
  put_avp(w, def, [&] { w.zeros(least_octets(def.type)); });
  return w.done();
}

}  // namespace

std::vector<SecretRange> secret_ranges(Bytes message) {
  std::vector<SecretRange> out;
  if (message.size() <= header_octets) return out;
  find_secrets(message.subspan(header_octets), header_octets, 0, out);
  return out;
}

std::string describe(Bytes message) {
  const auto h = decode_header(message);
  if (!h) return "[no Diameter message: " + h.why().to_string() + "]\n";
  std::string out = command_name(*h);
  if (h->application != app_base) out += " (application " + std::to_string(h->application) + ")";
  if (h->error) out += " error";
  if (h->retransmitted) out += " retransmitted";
  out +=
      " hop-by-hop 0x" + hex(message.subspan(12, 4)) + " end-to-end 0x" + hex(message.subspan(16, 4)) + "\n";
  describe_avps(message.subspan(header_octets), header_octets, 0, out);
  return out;
}

std::string AnswerResult::to_string() const {
  const auto n = result_name(*this);
  return std::to_string(code) + (n.empty() ? "" : " " + std::string(n));
}

Expected<AnswerResult, Error> result_of(Bytes answer) {
  const auto h = decode_header(answer);
  if (!h) return Fail{h.why()};
  Reader r("answer", answer.subspan(header_octets), header_octets);
  while (!r.empty()) {
    const auto a = next_avp(r);
    if (!a) return Fail{a.why()};
    if (a->is(avp::result_code) && a->value.size() == 4) return AnswerResult{u32_of(a->value), false, 0};
    if (!a->is(avp::experimental_result)) continue;
    AnswerResult result{0, true, 0};
    Reader inside("answer", a->value, a->value_offset);
    while (!inside.empty()) {
      const auto b = next_avp(inside);
      if (!b) return Fail{b.why()};
      if (b->value.size() != 4) continue;
      if (b->is(avp::vendor_id)) result.vendor = from_wire(u32_of(b->value));
      if (b->is(avp::experimental_result_code)) result.code = u32_of(b->value);
    }
    if (result.code != 0) return result;
  }
  return Fail{
      Error{Fault::missing_mandatory, "answer", avp::result_code.name, header_octets, avp::result_code.code}};
}

std::string_view session_of(Bytes message) {
  if (message.size() < header_octets) return {};
  Reader r("Diameter", message.subspan(header_octets), header_octets);
  while (!r.empty()) {
    const auto a = next_avp(r);
    if (!a) return {};
    if (a->is(avp::session_id)) return {reinterpret_cast<const char*>(a->value.data()), a->value.size()};
  }
  return {};
}

//= RFC 6733, 7.1.3 and 7.1.5
std::uint32_t result_code_for(const Error& why) {
  switch (why.fault) {
    case Fault::unknown_mandatory: return code::avp_unsupported;
    case Fault::bad_value:
      if (why.field == "Command Flags") return code::invalid_hdr_bits;
      if (why.field == "Message Length") return code::invalid_message_length;
      return code::invalid_avp_value;
    case Fault::missing_mandatory: return code::missing_avp;
    case Fault::repeated:
    case Fault::too_many: return code::avp_occurs_too_many_times;
    case Fault::short_read:
    case Fault::trailing_bytes: return code::invalid_avp_length;
    case Fault::unsupported:
      return why.field == "Version" ? code::unsupported_version : code::command_unsupported;
    case Fault::wrong_type: return code::command_unsupported;
  }
  return code::unable_to_comply;
}

//= RFC 6733, 7.5
ByteVector failed_avp_for(Bytes request, const Error& why) {
  const AvpDef* def = nullptr;
  for (const AvpDef* d : all_avps())
    if (d->code == why.code && d->name == why.field) def = d;
  if (why.fault == Fault::missing_mandatory) return def != nullptr ? zero_filled(*def) : ByteVector{};
  if (why.offset < header_octets || why.offset >= request.size()) return {};

  Reader r("Failed-AVP", request.subspan(why.offset), why.offset);
  const std::size_t left = r.left();
  const auto a = next_avp(r);
  if (!a || left - r.left() > octet_string_octets_max) {
    // Its own length cannot be believed: quote the code with the least value the type has.
    return def != nullptr ? zero_filled(*def) : ByteVector{};
  }
  ByteVector quoted(request.begin() + static_cast<std::ptrdiff_t>(why.offset),
                    request.begin() + static_cast<std::ptrdiff_t>(why.offset + (left - r.left())));
  std::vector<SecretRange> secrets;
  find_secrets(quoted, 0, 0, secrets);
  for (const SecretRange& s : secrets)
    std::fill_n(quoted.begin() + static_cast<std::ptrdiff_t>(s.offset), s.octets, Byte{0});
  quoted.resize((quoted.size() + 3) / 4 * 4);  // the last AVP of a Grouped one may lack its padding
  return quoted;
}

}  // namespace baton::wire::diameter
