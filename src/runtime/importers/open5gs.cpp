// open5gs.cpp: the documents of Open5GS's collection `subscribers`, and the lines of its open5gs-dbctl.
#include <algorithm>
#include <array>

#include "runtime/importers/documents.h"

namespace baton::runtime::importers {
namespace {

constexpr Names document_names{"imsi",         "security.k",   "security.op",        "security.opc",
                               "security.amf", "security.sqn", "slice.session.name", "qos.index",
                               "msisdn"};
constexpr Names dbctl_names{"imsi", "key", "op", "opc", "", "", "apn", "", ""};

/// Open5GS writes rates as {value, unit}, in the past as bits per second.
std::optional<std::uint64_t> rate(const Json& ambr) {
  if (!ambr.is_object() || !ambr.contains("value")) return number_of(ambr);
  const auto value = number_of(member(ambr, "value"));
  const auto unit = number_of(member(ambr, "unit"));
  constexpr std::array<std::uint64_t, 5> bps{1, 1'000, 1'000'000, 1'000'000'000, 1'000'000'000'000};
  if (!value || *value > 1'000'000'000'000 || unit.value_or(0) >= bps.size()) return std::nullopt;
  // A record holds 32 bits of it: more than that need not be exact.
  return std::min<std::uint64_t>(*value, 0xFFFF'FFFF) *
         std::min<std::uint64_t>(bps[unit.value_or(0)], 0xFFFF'FFFF);
}

/// The session that is used when a UE names none: the first of the default slice, in the past of `pdn`.
const Json& default_session(const Json& document) {
  static const Json none;
  const Json& slices = member(document, "slice");
  const Json* list = &member(document, "pdn");
  if (slices.is_array() && !slices.empty()) {
    const Json* slice = &slices.front();
    for (const Json& s : slices)
      if (const Json& is_default = member(s, "default_indicator");
          is_default.is_boolean() && is_default.get<bool>()) {
        slice = &s;
        break;
      }
    list = &member(*slice, "session");
  }
  return list->is_array() && !list->empty() ? list->front() : none;
}

bool fixed_address(const Json& session) {
  const Json& ue = member(session, "ue");
  return !text_of(member(ue, "addr")).empty() || !text_of(member(ue, "addr6")).empty() ||
         !text_of(member(ue, "ipv4")).empty() || !text_of(member(ue, "ipv6")).empty();
}

void add_document(Collector& out, const Document& d) {
  const Json& security = member(d.json, "security");
  const Json& session = default_session(d.json);
  const Json& name = member(session, "name");
  const Json& index =
      member(member(session, "qos"), member(session, "qos").contains("index") ? "index" : "qci");
  const Json& ambr = member(d.json, "ambr");
  const Json& msisdn = member(d.json, "msisdn");
  std::string qci;
  if (!index.is_null()) qci = std::to_string(number_of(index).value_or(0));

  Fields f{.imsi = text_of(member(d.json, "imsi")),
           .k = text_of(member(security, "k")),
           .op = text_of(member(security, "op")),
           .opc = text_of(member(security, "opc")),
           .amf = text_of(member(security, "amf")),
           .apn = text_of(name.is_null() ? member(session, "apn") : name),
           .qci = qci,
           .msisdn = text_of(msisdn.is_array() && !msisdn.empty() ? msisdn.front() : msisdn)};
  // A document may carry both; what is derived already is what its HSS used.
  if (!f.opc.empty()) f.op = {};
  if (const Json& sqn = member(security, "sqn"); !sqn.is_null())
    f.sqn_number = number_of(sqn).value_or(~std::uint64_t{0});
  f.ambr_up_bps = rate(member(ambr, "uplink"));
  f.ambr_down_bps = rate(member(ambr, "downlink"));
  if (fixed_address(session))
    return out.bad(d.line, d.field("session.ue"), "no address; fixed addresses are not served");

  std::array<std::string, 9> texts;
  const Names& n = document_names;
  const std::array<std::string_view, 9> plain{n.imsi, n.k, n.op, n.opc, n.amf, n.sqn, n.apn, n.qci, n.msisdn};
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = d.field(plain[i]);
  out.add(d.line, f,
          {texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8]});
}

std::optional<std::uint64_t> rate(std::string_view value, std::string_view unit) {
  return rate(Json{{"value", std::string(value)}, {"unit", std::string(unit)}});
}

void add_line(Collector& out, std::size_t line, std::vector<std::string_view> w) {
  while (!w.empty() &&
         (w.front() == "sudo" || w.front().starts_with("--db_uri") || w.front().ends_with("open5gs-dbctl")))
    w.erase(w.begin());
  if (w.empty()) return out.bad(line, "", "a command of open5gs-dbctl");
  const std::string_view command = w.front();
  const auto wrong = [&](std::string_view form) { out.bad(line, "", std::string(form)); };
  constexpr std::uint64_t dbctl_rate = 1'000'000'000;
  Fields f{.ambr_up_bps = dbctl_rate, .ambr_down_bps = dbctl_rate};
  if (command == "add") {
    if (w.size() == 5) return wrong("`add IMSI KEY OPC`; fixed addresses are not served");
    if (w.size() != 4) return wrong("`add IMSI KEY OPC`");
  } else if (command == "add_ue_with_apn") {
    if (w.size() != 5) return wrong("`add_ue_with_apn IMSI KEY OPC APN`");
    f.apn = w[4];
  } else if (command == "add_ue_with_slice") {
    if (w.size() != 7) return wrong("`add_ue_with_slice IMSI KEY OPC APN SST SD`");
    f.apn = w[4];
  } else if (command == "ambr_speed") {
    if (w.size() != 6) return wrong("`ambr_speed IMSI DL_VALUE DL_UNIT UL_VALUE UL_UNIT`");
    context::SubscriberRecord* const record = out.find(w[1]);
    if (record == nullptr) return out.bad(line, "imsi", "a subscriber that an earlier line added");
    const auto down = rate(w[2], w[3]), up = rate(w[4], w[5]);
    if (!down || !up) return wrong("rates as a number and a unit from 0 (bit/s) to 4 (Tbit/s)");
    auto& subscription = record->subscription;
    subscription.ambr_down_bps = static_cast<std::uint32_t>(std::min<std::uint64_t>(*down, 0xFFFF'FFFF));
    subscription.ambr_up_bps = static_cast<std::uint32_t>(std::min<std::uint64_t>(*up, 0xFFFF'FFFF));
    return;
  } else {
    return wrong("add, add_ue_with_apn, add_ue_with_slice or ambr_speed; other commands are not taken over");
  }
  f.imsi = w[1];
  f.k = w[2];
  f.opc = w[3];
  out.add(line, f, dbctl_names);
}

}  // namespace

void read_open5gs(Collector& out, std::string_view text) {
  out.allow_spaces();
  out.allow_defaults();
  for_each_document(out, text, [&](const Document& d) { add_document(out, d); });
}

void read_dbctl(Collector& out, std::string_view text) {
  out.allow_defaults();
  for_each_line(out, text, [&](std::size_t line, std::string_view row) { add_line(out, line, words(row)); });
}

}  // namespace baton::runtime::importers
