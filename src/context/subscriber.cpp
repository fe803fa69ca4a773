#include "context/subscriber.h"

#include <algorithm>
#include <utility>

#include "wire/cursor.h"

namespace baton::context {

std::string_view to_string(SqnScheme s) {
  switch (s) {
    case SqnScheme::counter: return "counter";
    case SqnScheme::partly_time: return "partly-time";
    case SqnScheme::time: return "time";
  }
  return "?";
}

const SubscribedApn* Subscription::default_apn() const {
  for (const SubscribedApn& a : apns)
    if (a.context_id == default_context) return &a;
  return nullptr;
}

namespace {

bool all_digits(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

std::string_view Subscription::wrong() const {
  constexpr std::size_t msisdn_digits_max = 15;
  if (msisdn.size() > msisdn_digits_max || !all_digits(msisdn)) return "the MSISDN is not at most 15 digits";
  if (apns.size() > apns_max) return "there are more than 50 APNs";
  for (std::size_t i = 0; i < apns.size(); ++i) {
    const SubscribedApn& a = apns[i];
    if (a.apn.empty() || a.apn.size() > apn_octets_max) return "an APN is empty or longer than 100 octets";
    if (a.context_id < 1 || a.context_id > apn_context_max) return "a context identifier is not in 1 to 50";
    for (std::size_t j = 0; j < i; ++j)
      if (apns[j].context_id == a.context_id) return "two APNs have one context identifier";
    if (a.pdn > SubscribedPdn::ipv4_or_ipv6) return "a PDN type is none";
    //= TS 24.301, 9.9.4.3
    if (a.qci < 1 || a.qci > 254) return "a QCI is not in 1 to 254";
    if (a.retention.priority < 1 || a.retention.priority > 15) return "a priority level is not in 1 to 15";
  }
  if (!apns.empty() && default_apn() == nullptr) return "the default APN is none of the APNs";
  if (allowed_plmns.size() > allowed_plmns_max) return "there are more than 64 networks";
  if (rfsp && (*rfsp < 1 || *rfsp > rfsp_max)) return "the RFSP index is not in 1 to 256";
  if (!charging.empty() && (charging.size() != 4 || !std::all_of(charging.begin(), charging.end(), is_hex)))
    return "the charging characteristics are not 4 hexadecimal digits";
  return {};
}

namespace {

constexpr Byte subscription_version = 1;
constexpr std::string_view here = "subscription";

void put_text(wire::Writer& w, std::string_view s) {
  w.u8(static_cast<Byte>(s.size()));
  w.bytes({reinterpret_cast<const Byte*>(s.data()), s.size()});
}
void put_number(wire::Writer& w, const std::optional<std::uint32_t>& v) {
  w.u8(v ? 1 : 0);
  w.u(v.value_or(0), 4);
}

/// In reads field after field; once one does not fit, everything after it is zero and `ok` is false.
struct In {
  wire::Reader r;
  bool ok = true;

  Bytes take(std::size_t n) {
    const auto b = r.take(here, n);
    if (!b) {
      ok = false;
      return {};
    }
    return *b;
  }
  std::uint32_t u(std::size_t n) {
    std::uint32_t v = 0;
    for (const Byte b : take(n)) v = v << 8U | b;
    return v;
  }
  bool flag() {
    const std::uint32_t v = u(1);
    if (v > 1) ok = false;
    return v == 1;
  }
  std::string text() {
    const Bytes b = take(u(1));
    return {reinterpret_cast<const char*>(b.data()), b.size()};
  }
  std::optional<std::uint32_t> number() {
    const bool there = flag();
    const std::uint32_t v = u(4);
    if (!there && v != 0) ok = false;
    return there ? std::optional(v) : std::nullopt;
  }
  SubscribedApn apn() {
    SubscribedApn a;
    a.context_id = u(1);
    a.apn = text();
    a.pdn = static_cast<SubscribedPdn>(u(1));
    a.qci = static_cast<std::uint8_t>(u(1));
    a.retention.priority = static_cast<std::uint8_t>(u(1));
    a.retention.may_preempt = flag();
    a.retention.preemptible = flag();
    a.ambr_up_bps = u(4);
    a.ambr_down_bps = u(4);
    a.visited_gateway_allowed = flag();
    return a;
  }
};

}  // namespace

ByteVector encode(const Subscription& s) {
  wire::Writer w;
  w.u8(subscription_version);
  w.u8(s.barred ? 1 : 0);
  w.u(s.barring, 4);
  w.u(s.restrictions, 4);
  put_text(w, s.msisdn);
  w.u(s.ambr_up_bps, 4);
  w.u(s.ambr_down_bps, 4);
  w.u8(static_cast<Byte>(s.apns.size()));
  for (const SubscribedApn& a : s.apns) {
    w.u8(static_cast<Byte>(a.context_id));
    put_text(w, a.apn);
    w.u8(static_cast<Byte>(a.pdn));
    w.u8(a.qci);
    w.u8(a.retention.priority);
    w.u8(a.retention.may_preempt ? 1 : 0);
    w.u8(a.retention.preemptible ? 1 : 0);
    w.u(a.ambr_up_bps, 4);
    w.u(a.ambr_down_bps, 4);
    w.u8(a.visited_gateway_allowed ? 1 : 0);
  }
  w.u8(static_cast<Byte>(s.default_context));
  w.u8(static_cast<Byte>(s.allowed_plmns.size()));
  for (const PlmnId& p : s.allowed_plmns) w.bytes(p.wire());
  put_number(w, s.rfsp);
  put_number(w, s.periodic_timer_s);
  put_text(w, s.charging);
  return w.done();
}

std::optional<Subscription> decode_subscription(Bytes octets) {
  In in{wire::Reader(here, octets)};
  if (in.u(1) != subscription_version) return std::nullopt;
  Subscription s;
  s.barred = in.flag();
  s.barring = in.u(4);
  s.restrictions = in.u(4);
  s.msisdn = in.text();
  s.ambr_up_bps = in.u(4);
  s.ambr_down_bps = in.u(4);
  s.apns.clear();
  const std::uint32_t apns = in.u(1);
  if (apns > apns_max) return std::nullopt;
  for (std::uint32_t i = 0; i < apns && in.ok; ++i) s.apns.push_back(in.apn());
  s.default_context = in.u(1);
  const std::uint32_t plmns = in.u(1);
  if (plmns > allowed_plmns_max) return std::nullopt;
  for (std::uint32_t i = 0; i < plmns && in.ok; ++i) {
    const auto plmn = PlmnId::from_wire(in.take(3));
    if (!plmn) return std::nullopt;
    s.allowed_plmns.push_back(*plmn);
  }
  s.rfsp = in.number();
  s.periodic_timer_s = in.number();
  s.charging = in.text();
  if (!in.ok || !in.r.empty() || !s.wrong().empty()) return std::nullopt;
  return s;
}

SubscriberRecord SubscriberRecord::copy() const {
  return {imsi,    clone(secret), amf, seq_reserved, ind_bits, sqn_scheme,   seq_offset,
          resyncs, subscription,  mme, sgsn,         terminal, kasme.copy(), version};
}

SubscriberView view_of(const SubscriberRecord& r) {
  SubscriberView v{.imsi = r.imsi,
                   .algorithm = algorithm_of(r.secret),
                   .amf = r.amf,
                   .seq_reserved = r.seq_reserved,
                   .ind_bits = r.ind_bits,
                   .sqn_scheme = r.sqn_scheme,
                   .seq_offset = r.seq_offset,
                   .resyncs = r.resyncs,
                   .subscription = r.subscription,
                   .mme = r.mme,
                   .sgsn = r.sgsn,
                   .terminal = r.terminal,
                   .version = r.version};
  if (r.kasme.record) v.kasme = r.kasme.record->generation;
  return v;
}

}  // namespace baton::context
