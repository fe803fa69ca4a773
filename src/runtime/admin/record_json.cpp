#include "runtime/admin/record_json.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/secret.h"
#include "keys/auc.h"
#include "keys/sqn.h"

namespace baton::runtime::admin {
namespace {

using namespace context;

// --- words for bits -----------------------------------------------------------------------------

using Words = std::span<const std::pair<std::string_view, std::uint32_t>>;
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 7> restriction_words{{
    {"utran", access_restriction::utran},
    {"geran", access_restriction::geran},
    {"gan", access_restriction::gan},
    {"i-hspa-evolution", access_restriction::i_hspa_evolution},
    {"wb-eutran", access_restriction::wb_eutran},
    {"handover-to-non-3gpp", access_restriction::ho_to_non_3gpp},
    {"nb-iot", access_restriction::nb_iot},
}};
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 3> barring_words{{
    {"all-packet-services", barring::all_packet_services},
    {"home-access-points-when-roaming", barring::roamer_hplmn_ap},
    {"visited-access-points-when-roaming", barring::roamer_vplmn_ap},
}};
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 4> pdn_words{{
    {"ipv4", static_cast<std::uint32_t>(SubscribedPdn::ipv4)},
    {"ipv6", static_cast<std::uint32_t>(SubscribedPdn::ipv6)},
    {"ipv4v6", static_cast<std::uint32_t>(SubscribedPdn::ipv4v6)},
    {"ipv4-or-ipv6", static_cast<std::uint32_t>(SubscribedPdn::ipv4_or_ipv6)},
}};
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 3> scheme_words{{
    {"counter", static_cast<std::uint32_t>(SqnScheme::counter)},
    {"partly-time", static_cast<std::uint32_t>(SqnScheme::partly_time)},
    {"time", static_cast<std::uint32_t>(SqnScheme::time)},
}};
constexpr std::array<std::pair<std::string_view, std::uint32_t>, 3> algorithm_words{{
    {"milenage", static_cast<std::uint32_t>(AkaAlgorithm::milenage)},
    {"tuak", static_cast<std::uint32_t>(AkaAlgorithm::tuak)},
    {"test", static_cast<std::uint32_t>(AkaAlgorithm::test)},
}};

std::string_view word(Words words, std::uint32_t value) {
  for (const auto& [name, v] : words)
    if (v == value) return name;
  return "";
}
std::string all(Words words) {
  std::string out;
  for (const auto& [name, v] : words) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}
Json bits(Words words, std::uint32_t value) {
  Json out = Json::array();
  for (const auto& [name, v] : words)
    if ((value & v) != 0) out.push_back(name);
  return out;
}

Json rates(std::uint32_t up, std::uint32_t down) { return {{"up_bps", up}, {"down_bps", down}}; }

Json serving(const std::optional<ServingNode>& node) {
  if (!node) return nullptr;
  return {{"host", node->host.value()},
          {"realm", node->realm ? Json(node->realm->value()) : Json(nullptr)},
          {"visited_plmn", node->visited ? Json(node->visited->to_string()) : Json(nullptr)},
          {"purged", node->purged}};
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// --- reading ------------------------------------------------------------------------------------

/// Members reads one object. Every member must be asked for; what nobody asked for is a mistake.
class Members {
 public:
  Members(const Json& object, std::string path, Mistakes& wrong) : path_(std::move(path)), wrong_(wrong) {
    if (object.is_object())
      object_ = &object;
    else
      bad("", "an object");
  }

  void bad(std::string_view name, std::string expected) {
    std::string field = path_;
    if (!name.empty()) (field += field.empty() ? "" : ".") += name;
    wrong_.push_back({std::move(field), std::move(expected)});
  }
  std::string path(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
  }

  const Json* get(std::string_view name) {
    asked_.emplace_back(name);
    if (object_ == nullptr) return nullptr;
    const auto at = object_->find(name);
    return at == object_->end() ? nullptr : &*at;
  }
  std::optional<std::string_view> text(std::string_view name, std::string_view expected) {
    const Json* const value = get(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* s = value->get_ptr<const Json::string_t*>()) return std::string_view(*s);
    bad(name, std::string(expected));
    return std::nullopt;
  }
  std::optional<bool> flag(std::string_view name) {
    const Json* const value = get(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_boolean()) return value->get<bool>();
    bad(name, "true or false");
    return std::nullopt;
  }
  std::optional<std::uint64_t> number(std::string_view name, std::uint64_t min, std::uint64_t max) {
    const Json* const value = get(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* n = value->get_ptr<const Json::number_unsigned_t*>();
        n != nullptr && *n >= min && *n <= max)
      return *n;
    bad(name, "a number from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  std::optional<std::uint32_t> one_of(std::string_view name, Words words) {
    const auto found = text(name, all(words));
    if (!found) return std::nullopt;
    for (const auto& [n, v] : words)
      if (n == *found) return v;
    bad(name, "one of " + all(words));
    return std::nullopt;
  }
  std::optional<std::uint32_t> some_of(std::string_view name, Words words) {
    const Json* const value = get(name);
    if (value == nullptr) return std::nullopt;
    std::uint32_t out = 0;
    bool good = value->is_array();
    for (const Json& item : good ? *value : Json::array()) {
      bool known = false;
      for (const auto& [n, v] : words)
        if (item.is_string() && item.get_ref<const std::string&>() == n) {
          out |= v;
          known = true;
        }
      good = good && known;
    }
    if (good) return out;
    bad(name, "a list out of " + all(words));
    return std::nullopt;
  }
  /// `parse` reads text of exactly `octets` octets in hexadecimal into a place that it wipes itself.
  bool hex(std::string_view name, MutableBytes out) {
    const auto digits = text(name, std::to_string(2 * out.size()) + " hexadecimal digits");
    if (!digits) return false;
    bool good = digits->size() == 2 * out.size();
    for (std::size_t i = 0; good && i < digits->size(); ++i) {
      const char c = (*digits)[i];
      unsigned value = 16;
      if (c >= '0' && c <= '9') value = static_cast<unsigned>(c - '0');
      if (c >= 'a' && c <= 'f') value = static_cast<unsigned>(c - 'a' + 10);
      if (c >= 'A' && c <= 'F') value = static_cast<unsigned>(c - 'A' + 10);
      good = value < 16;
      if (good) out[i / 2] = static_cast<Byte>(i % 2 == 0 ? value << 4U : out[i / 2] | value);
    }
    if (!good) bad(name, std::to_string(2 * out.size()) + " hexadecimal digits");
    return good;
  }

  void done() {
    if (object_ == nullptr) return;
    for (const auto& [name, value] : object_->items())
      if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
        // The name came from outside: it is shown only where it cannot be anything else.
        const bool harmless = name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
                                return (c >= 'a' && c <= 'z') || c == '_';
                              });
        bad(harmless ? name : "?", "no such member");
      }
  }

 private:
  const Json* object_ = nullptr;
  std::string path_;
  Mistakes& wrong_;
  std::vector<std::string> asked_;
};

template <class Key>
std::optional<Key> key(Members& m, std::string_view name) {
  std::array<Byte, Key::size> octets{};
  std::optional<Key> out;
  if (m.hex(name, octets)) out.emplace(std::span<const Byte, Key::size>(octets));
  secure_wipe(octets.data(), octets.size());
  return out;
}

/// The secret of a document; nothing, without a mistake, when it names none.
std::optional<AkaSecret> read_secret(Members& m, AkaAlgorithm algorithm, Mistakes& wrong) {
  const std::size_t before = wrong.size();
  const Json* const k = m.get("k");
  const bool has_op = m.get("op") != nullptr, has_opc = m.get("opc") != nullptr;
  const Json* const topc = m.get("topc");
  const bool any = k != nullptr || has_op || has_opc || topc != nullptr;
  const auto res = m.number("res_octets", 4, 16);
  const auto iterations = m.number("iterations", 1, 255);
  if (!any) return std::nullopt;
  if (k == nullptr) m.bad("k", "K, as OPc is made for it");
  std::optional<AkaSecret> out;
  switch (algorithm) {
    case AkaAlgorithm::milenage: {
      if (has_op == has_opc) m.bad("opc", "either opc or op");
      if (topc != nullptr) m.bad("topc", "no such member of milenage");
      auto k_value = key<K>(m, "k");
      std::optional<Opc> opc;
      if (has_opc) opc = key<Opc>(m, "opc");
      if (has_op)
        if (const auto op = key<Op>(m, "op"); op && k_value) opc = derive_opc(*k_value, *op);
      if (k_value && opc) out = MilenageSecret{std::move(*k_value), std::move(*opc)};
      break;
    }
    case AkaAlgorithm::tuak: {
      if (has_op || has_opc) m.bad(has_op ? "op" : "opc", "no such member of tuak, which has topc");
      auto topc_value = key<Topc>(m, "topc");
      if (topc == nullptr) m.bad("topc", "64 hexadecimal digits");
      std::array<Byte, TuakK::size_max> octets{};
      // 16 or 32 octets: its length says which.
      const auto* text = k == nullptr ? nullptr : k->get_ptr<const Json::string_t*>();
      const std::size_t size = text != nullptr && text->size() == 32 ? 16 : 32;
      if (m.hex("k", MutableBytes(octets).first(size)) && topc_value)
        out = TuakSecret{TuakK(Bytes(octets).first(size)), std::move(*topc_value),
                         static_cast<std::uint8_t>(res.value_or(8)),
                         static_cast<std::uint8_t>(iterations.value_or(1))};
      secure_wipe(octets.data(), octets.size());
      break;
    }
    case AkaAlgorithm::test: {
      if (has_op || has_opc || topc != nullptr) m.bad("opc", "no such member of the test algorithm");
      if (auto k_value = key<K>(m, "k")) out = TestSecret{std::move(*k_value)};
      break;
    }
  }
  if (wrong.size() != before) return std::nullopt;
  return out;
}

void read_rates(Members& m, std::uint32_t& up, std::uint32_t& down, Mistakes& wrong) {
  const Json* const value = m.get("ambr");
  if (value == nullptr) return;
  Members rate(*value, m.path("ambr"), wrong);
  if (const auto n = rate.number("up_bps", 0, 0xFFFF'FFFF)) up = static_cast<std::uint32_t>(*n);
  if (const auto n = rate.number("down_bps", 0, 0xFFFF'FFFF)) down = static_cast<std::uint32_t>(*n);
  rate.done();
}

SubscribedApn read_apn(const Json& value, const std::string& path, std::uint32_t context, Mistakes& wrong) {
  SubscribedApn out;
  Members m(value, path, wrong);
  out.context_id = static_cast<std::uint32_t>(m.number("context_id", 1, apn_context_max).value_or(context));
  if (const auto name = m.text("apn", "an APN")) out.apn = std::string(*name);
  if (const auto pdn = m.one_of("pdn", pdn_words)) out.pdn = static_cast<SubscribedPdn>(*pdn);
  if (const auto qci = m.number("qci", 1, 254)) out.qci = static_cast<std::uint8_t>(*qci);
  if (const Json* const arp = m.get("arp")) {
    Members a(*arp, m.path("arp"), wrong);
    if (const auto n = a.number("priority", 1, 15)) out.retention.priority = static_cast<std::uint8_t>(*n);
    if (const auto f = a.flag("may_preempt")) out.retention.may_preempt = *f;
    if (const auto f = a.flag("preemptible")) out.retention.preemptible = *f;
    a.done();
  }
  read_rates(m, out.ambr_up_bps, out.ambr_down_bps, wrong);
  if (const auto f = m.flag("visited_gateway_allowed")) out.visited_gateway_allowed = *f;
  m.done();
  return out;
}

/// A number that may be taken away with null.
template <class T>
void read_or_null(Members& m, std::string_view name, std::uint64_t min, std::uint64_t max,
                  std::optional<T>& out) {
  if (const Json* const value = m.get(name); value != nullptr && value->is_null())
    out.reset();
  else if (const auto n = m.number(name, min, max))
    out = static_cast<T>(*n);
}

/// What a document says of the subscription goes into `s`, the rest of it stays.
void read_subscription(Members& m, Subscription& s, Mistakes& wrong) {
  const std::size_t before = wrong.size();
  if (const auto f = m.flag("barred")) s.barred = *f;
  if (const auto b = m.some_of("barring", barring_words)) s.barring = *b;
  if (const auto b = m.some_of("restrictions", restriction_words)) s.restrictions = *b;
  if (const auto t = m.text("msisdn", "at most 15 digits")) s.msisdn = std::string(*t);
  if (const auto t = m.text("charging", "4 hexadecimal digits, or none")) s.charging = std::string(*t);
  read_rates(m, s.ambr_up_bps, s.ambr_down_bps, wrong);
  if (const Json* const apns = m.get("apns")) {
    if (!apns->is_array() || apns->size() > apns_max) {
      m.bad("apns", "a list of at most " + std::to_string(apns_max) + " APNs");
    } else {
      s.apns.clear();
      for (std::size_t i = 0; i < apns->size(); ++i)
        s.apns.push_back(read_apn((*apns)[i], m.path("apns[" + std::to_string(i) + "]"),
                                  static_cast<std::uint32_t>(i + 1), wrong));
    }
  }
  if (const auto n = m.number("default_context", 0, apn_context_max))
    s.default_context = static_cast<std::uint32_t>(*n);
  if (const Json* const plmns = m.get("allowed_plmns")) {
    std::vector<PlmnId> list;
    bool good = plmns->is_array() && plmns->size() <= allowed_plmns_max;
    for (const Json& item : good ? *plmns : Json::array()) {
      const auto* const digits = item.get_ptr<const Json::string_t*>();
      const auto plmn = digits == nullptr ? std::nullopt : [&]() -> std::optional<PlmnId> {
        auto parsed = PlmnId::parse(*digits);
        return parsed ? std::optional(*parsed) : std::nullopt;
      }();
      good = good && plmn.has_value();
      if (plmn) list.push_back(*plmn);
    }
    if (good)
      s.allowed_plmns = std::move(list);
    else
      m.bad("allowed_plmns",
            "a list of at most " + std::to_string(allowed_plmns_max) + " networks such as \"00101\"");
  }
  read_or_null(m, "rfsp", 1, rfsp_max, s.rfsp);
  read_or_null(m, "periodic_timer_s", 0, 0xFFFF'FFFF, s.periodic_timer_s);
  if (wrong.size() == before)
    if (const auto why = s.wrong(); !why.empty()) m.bad("", "what holds together: " + std::string(why));
}

struct SqnValues {
  std::optional<std::uint64_t> seq;
  std::optional<std::uint32_t> ind_bits;
  std::optional<SqnScheme> scheme;
};
SqnValues read_sqn(Members& m, Mistakes& wrong) {
  SqnValues out;
  const Json* const value = m.get("sqn");
  if (value == nullptr) return out;
  Members s(*value, m.path("sqn"), wrong);
  if (const auto scheme = s.one_of("scheme", scheme_words)) out.scheme = static_cast<SqnScheme>(*scheme);
  if (const auto n = s.number("ind_bits", 0, Sqn::ind_bits_max))
    out.ind_bits = static_cast<std::uint32_t>(*n);
  out.seq = s.number("seq", 0, (std::uint64_t{1} << 48U) - 1);
  s.done();
  return out;
}

std::optional<Amf> read_amf(Members& m) {
  Amf amf;
  if (m.get("amf") == nullptr || !m.hex("amf", amf.bytes)) return std::nullopt;
  return amf;
}

}  // namespace

Json to_json(const SubscriberView& v) {
  const Subscription& s = v.subscription;
  Json apns = Json::array();
  for (const SubscribedApn& a : s.apns)
    apns.push_back({{"context_id", a.context_id},
                    {"apn", a.apn},
                    {"pdn", word(pdn_words, static_cast<std::uint32_t>(a.pdn))},
                    {"qci", a.qci},
                    {"arp",
                     {{"priority", a.retention.priority},
                      {"may_preempt", a.retention.may_preempt},
                      {"preemptible", a.retention.preemptible}}},
                    {"ambr", rates(a.ambr_up_bps, a.ambr_down_bps)},
                    {"visited_gateway_allowed", a.visited_gateway_allowed}});
  Json plmns = Json::array();
  for (const PlmnId& p : s.allowed_plmns) plmns.push_back(p.to_string());
  return {{"imsi", v.imsi.digits()},
          {"version", v.version.value_or(0)},
          {"algorithm", word(algorithm_words, static_cast<std::uint32_t>(v.algorithm))},
          {"amf", hex(v.amf.bytes)},
          {"sqn",
           {{"scheme", word(scheme_words, static_cast<std::uint32_t>(v.sqn_scheme))},
            {"ind_bits", v.ind_bits},
            {"seq", v.seq_reserved}}},
          {"resyncs", v.resyncs},
          {"msisdn", s.msisdn},
          {"barred", s.barred},
          {"barring", bits(barring_words, s.barring)},
          {"restrictions", bits(restriction_words, s.restrictions)},
          {"ambr", rates(s.ambr_up_bps, s.ambr_down_bps)},
          {"apns", std::move(apns)},
          {"default_context", s.default_context},
          {"allowed_plmns", std::move(plmns)},
          {"rfsp", or_null(s.rfsp)},
          {"periodic_timer_s", or_null(s.periodic_timer_s)},
          {"charging", s.charging},
          {"mme", serving(v.mme)},
          {"sgsn", serving(v.sgsn)},
          {"terminal", {{"imei", v.terminal.imei}, {"software_version", v.terminal.software_version}}},
          {"kasme_followed", v.kasme.has_value()}};
}

std::optional<SubscriberRecord> read_new(const Json& document, Mistakes& wrong) {
  Members m(document, "", wrong);
  std::optional<Imsi> imsi;
  if (const auto digits = m.text("imsi", "6 to 15 digits"))
    if (auto parsed = Imsi::parse(*digits)) imsi = std::move(*parsed);
  if (!imsi) m.bad("imsi", "6 to 15 digits");
  const auto algorithm = static_cast<AkaAlgorithm>(m.one_of("algorithm", algorithm_words).value_or(0));
  const std::size_t before = wrong.size();
  auto secret = read_secret(m, algorithm, wrong);
  if (!secret && wrong.size() == before) m.bad("k", "K and opc, op or topc");
  const auto amf = read_amf(m);
  const auto sqn = read_sqn(m, wrong);
  Subscription subscription;
  read_subscription(m, subscription, wrong);
  m.done();
  if (!wrong.empty() || !imsi || !secret) return std::nullopt;
  SubscriberRecord out{.imsi = std::move(*imsi), .secret = std::move(*secret)};
  if (amf) out.amf = *amf;
  if (sqn.seq) out.seq_reserved = *sqn.seq;
  if (sqn.ind_bits) out.ind_bits = *sqn.ind_bits;
  if (sqn.scheme) out.sqn_scheme = *sqn.scheme;
  out.subscription = std::move(subscription);
  return out;
}

std::optional<node::ChangeSubscriber> read_change(const Json& document, const SubscriberView& now,
                                                  std::vector<std::string>& changed, Mistakes& wrong) {
  Members m(document, "", wrong);
  node::ChangeSubscriber out{.imsi = now.imsi};
  out.if_version = m.number("version", 0, ~std::uint64_t{0});
  const auto algorithm = m.one_of("algorithm", algorithm_words);
  out.secret = read_secret(m, algorithm ? static_cast<AkaAlgorithm>(*algorithm) : now.algorithm, wrong);
  if (algorithm && !out.secret && wrong.empty()) m.bad("k", "a new secret, as the algorithm is another");
  out.amf = read_amf(m);
  const auto sqn = read_sqn(m, wrong);
  out.seq = sqn.seq;
  out.ind_bits = sqn.ind_bits;
  out.sqn_scheme = sqn.scheme;
  Subscription subscription = now.subscription;
  read_subscription(m, subscription, wrong);
  m.done();
  if (!wrong.empty()) return std::nullopt;
  if (subscription != now.subscription) {
    out.subscription = std::move(subscription);
    // A change is of what was seen: two that meet would otherwise undo each other.
    if (!out.if_version) out.if_version = now.version;
  }
  if (document.is_object())
    for (const auto& [name, value] : document.items())
      if (name != "version") changed.push_back(name);
  return out;
}

}  // namespace baton::runtime::admin
