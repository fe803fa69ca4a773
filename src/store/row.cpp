#include "store/row.h"

#include <utility>

#include "base/cases.h"

namespace baton::store {
namespace {

using context::SubscriberRecord;

// The field's name says which algorithm the secret is for, so that a row cannot be passed off as one of
// another.
constexpr std::array<std::string_view, 3> k_fields{"K", "K of TUAK", "K of the test algorithm"};
constexpr std::string_view kasme_field = "KASME memory";

ByteVector seal(const vault::Keyring& ring, const Imsi& imsi, std::string_view field, Bytes secret) {
  return ring.seal(imsi.digits(), field, secret);
}

Value text_or_nothing(const std::optional<DiameterIdentity>& v) {
  return v ? Value(std::string(v->value())) : Value();
}
Value plmn_or_nothing(const std::optional<PlmnId>& v) {
  if (!v) return {};
  const auto wire = v->wire();
  return ByteVector(wire.begin(), wire.end());
}

/// Reader takes values out of a row; what is not of the kind it should be makes it say so.
class Reader {
 public:
  explicit Reader(const Row& row) : row_(row) {}

  bool absent() const { return std::holds_alternative<std::monostate>(row_[at_]); }
  Bytes octets() {
    const auto* v = std::get_if<ByteVector>(&row_[at_++]);
    return v == nullptr ? Bytes{} : Bytes(*v);
  }
  std::string text() {
    const auto* v = std::get_if<std::string>(&row_[at_++]);
    return v == nullptr ? std::string{} : *v;
  }
  std::uint64_t number(std::uint64_t max = INT64_MAX) {
    const auto* v = std::get_if<std::int64_t>(&row_[at_++]);
    if (v == nullptr || *v < 0 || static_cast<std::uint64_t>(*v) > max) {
      sound_ = false;
      return 0;
    }
    return static_cast<std::uint64_t>(*v);
  }
  std::optional<DiameterIdentity> identity() {
    if (absent()) {
      ++at_;
      return std::nullopt;
    }
    auto parsed = DiameterIdentity::parse(text());
    sound_ &= static_cast<bool>(parsed);
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
  }
  std::optional<PlmnId> plmn() {
    if (absent()) {
      ++at_;
      return std::nullopt;
    }
    auto parsed = PlmnId::from_wire(octets());
    sound_ &= static_cast<bool>(parsed);
    return parsed ? std::optional(*parsed) : std::nullopt;
  }
  bool sound() const { return sound_; }

 private:
  const Row& row_;
  std::size_t at_ = 0;
  bool sound_ = true;
};

Expected<WipedOctets, StoreError> unseal(const Keys& keys, const Imsi& imsi, std::string_view field,
                                         Bytes sealed) {
  const std::uint32_t number = vault::Keyring::sealed_under(sealed);
  const bool known = keys.ring.has(number);
  if (known)
    if (auto plain = keys.ring.open(imsi.digits(), field, sealed)) return std::move(*plain);
  if (keys.earlier)
    if (auto plain = context::unseal_octets(*keys.earlier, imsi, field, sealed))
      return WipedOctets(std::move(*plain));
  if (number != 0 && !known)
    return Fail{StoreError{"the record of " + imsi.digits() + " is sealed under data key " +
                               std::to_string(number) + ", which is not here",
                           StoreFault::wrong_key}};
  return Fail{StoreError{"the record of " + imsi.digits() + " was changed, or sealed under another key",
                         StoreFault::corrupt}};
}

/// A secret of a fixed length, or nothing.
template <class Key>
std::optional<Key> key_from(const WipedOctets& plain) {
  if (plain.view().size() != Key::size) return std::nullopt;
  return Key(plain.view().first<Key::size>());
}

StoreError senseless(const Imsi& imsi) {
  return {"the record of " + imsi.digits() + " makes no sense", StoreFault::corrupt};
}

Expected<AkaSecret, StoreError> secret_of(const Keys& keys, const Imsi& imsi, Bytes k_sealed,
                                          Bytes opc_sealed, std::uint64_t algorithm, std::uint8_t res,
                                          std::uint8_t iterations) {
  const auto k = unseal(keys, imsi, k_fields[algorithm], k_sealed);
  if (!k) return Fail{k.why()};
  std::optional<AkaSecret> out;
  if (algorithm == static_cast<std::uint64_t>(AkaAlgorithm::milenage)) {
    const auto opc = unseal(keys, imsi, "OPc", opc_sealed);
    if (!opc) return Fail{opc.why()};
    auto k_key = key_from<K>(*k);
    auto opc_key = key_from<Opc>(*opc);
    if (k_key && opc_key) out.emplace(MilenageSecret{std::move(*k_key), std::move(*opc_key)});
  } else if (algorithm == static_cast<std::uint64_t>(AkaAlgorithm::tuak)) {
    const auto topc = unseal(keys, imsi, "TOPc", opc_sealed);
    if (!topc) return Fail{topc.why()};
    auto topc_key = key_from<Topc>(*topc);
    const std::size_t n = k->view().size();
    if ((n == 16 || n == 32) && topc_key)
      out.emplace(TuakSecret{TuakK(k->view()), std::move(*topc_key), res, iterations});
  } else {
    auto k_key = key_from<K>(*k);
    if (k_key) out.emplace(TestSecret{std::move(*k_key)});
  }
  if (!out || !sound(*out)) return Fail{senseless(imsi)};
  return std::move(*out);
}

/// What rows of versions 1 and 2 say of a subscription.
context::Subscription simple_subscription(std::string apn, std::uint8_t qci, std::uint32_t up,
                                          std::uint32_t down, std::string msisdn) {
  context::Subscription s;
  s.msisdn = std::move(msisdn);
  s.ambr_up_bps = up;
  s.ambr_down_bps = down;
  s.apns.front().apn = std::move(apn);
  s.apns.front().qci = qci;
  s.apns.front().ambr_up_bps = up;
  s.apns.front().ambr_down_bps = down;
  return s;
}

}  // namespace

Row row_of(const vault::Keyring& ring, const SubscriberRecord& r) {
  ByteVector k;
  ByteVector opc;
  std::int64_t tuak_res = 8;
  std::int64_t tuak_iterations = 1;
  const std::string_view field = k_fields[r.secret.index()];
  std::visit(Cases{[&](const MilenageSecret& s) {
                     k = seal(ring, r.imsi, field, s.k.expose());
                     opc = seal(ring, r.imsi, "OPc", s.opc.expose());
                   },
                   [&](const TuakSecret& s) {
                     k = seal(ring, r.imsi, field, s.k.expose());
                     opc = seal(ring, r.imsi, "TOPc", s.topc.expose());
                     tuak_res = s.res_octets;
                     tuak_iterations = s.iterations;
                   },
                   [&](const TestSecret& s) { k = seal(ring, r.imsi, field, s.k.expose()); }},
             r.secret);
  Value kasme;
  if (!r.kasme.empty()) {
    const WipedOctets plain(context::encode(r.kasme));
    kasme = seal(ring, r.imsi, kasme_field, plain.view());
  }
  const context::SubscribedApn none{};
  const auto* apn = r.subscription.default_apn();
  if (apn == nullptr) apn = &none;
  const auto node = [](const std::optional<context::ServingNode>& n) {
    struct {
      Value host, realm, plmn;
      std::int64_t purged = 0;
    } out;
    if (n) {
      out.host = std::string(n->host.value());
      out.realm = text_or_nothing(n->realm);
      out.plmn = plmn_or_nothing(n->visited);
      out.purged = n->purged ? 1 : 0;
    }
    return out;
  };
  auto mme = node(r.mme);
  auto sgsn = node(r.sgsn);
  const auto number = [](std::uint64_t n) { return Value(static_cast<std::int64_t>(n)); };
  return {std::move(k),
          std::move(opc),
          ByteVector(r.amf.bytes.begin(), r.amf.bytes.end()),
          number(r.seq_reserved),
          number(r.ind_bits),
          apn->apn,
          number(apn->qci),
          number(r.subscription.ambr_up_bps),
          number(r.subscription.ambr_down_bps),
          r.subscription.msisdn,
          std::move(mme.host),
          std::move(mme.realm),
          mme.purged,
          std::move(kasme),
          number(static_cast<std::uint64_t>(algorithm_of(r.secret))),
          tuak_res,
          tuak_iterations,
          number(static_cast<std::uint64_t>(r.sqn_scheme)),
          number(r.seq_offset),
          number(r.resyncs),
          context::encode(r.subscription),
          std::move(mme.plmn),
          std::move(sgsn.host),
          std::move(sgsn.realm),
          std::move(sgsn.plmn),
          sgsn.purged,
          r.terminal.imei,
          r.terminal.software_version,
          number(ring.newest()),
          number(r.version.value_or(1))};
}

Expected<SubscriberRecord, StoreError> record_of(const Keys& keys, const Imsi& imsi, const Row& row) {
  Reader in(row);
  const Bytes k_sealed = in.octets();
  const Bytes opc_sealed = in.octets();
  const Bytes amf = in.octets();
  const std::uint64_t seq_reserved = in.number();
  const auto ind_bits = static_cast<std::uint32_t>(in.number(8));
  std::string apn = in.text();
  const auto qci = static_cast<std::uint8_t>(in.number(UINT8_MAX));
  const auto up = static_cast<std::uint32_t>(in.number(UINT32_MAX));
  const auto down = static_cast<std::uint32_t>(in.number(UINT32_MAX));
  std::string msisdn = in.text();
  const auto mme_host = in.identity();
  const auto mme_realm = in.identity();
  const bool purged = in.number(1) != 0;
  const bool no_kasme = in.absent();
  const Bytes kasme_sealed = in.octets();
  const std::uint64_t algorithm = in.number(k_fields.size() - 1);
  const auto tuak_res = static_cast<std::uint8_t>(in.number(UINT8_MAX));
  const auto tuak_iterations = static_cast<std::uint8_t>(in.number(UINT8_MAX));
  const auto scheme = static_cast<context::SqnScheme>(in.number(2));
  const std::uint64_t seq_offset = in.number();
  const auto resyncs = static_cast<std::uint32_t>(in.number(UINT32_MAX));
  const bool simple = in.absent();
  const Bytes subscription = in.octets();
  const auto mme_plmn = in.plmn();
  const auto sgsn_host = in.identity();
  const auto sgsn_realm = in.identity();
  const auto sgsn_plmn = in.plmn();
  const bool sgsn_purged = in.number(1) != 0;
  std::string imei = in.text();
  std::string software_version = in.text();
  in.number();  // data_key: each sealed value names its own
  const std::uint64_t version = in.number();
  if (!in.sound() || amf.size() != Amf::size) return Fail{senseless(imsi)};

  auto secret = secret_of(keys, imsi, k_sealed, opc_sealed, algorithm, tuak_res, tuak_iterations);
  if (!secret) return Fail{secret.why()};
  SubscriberRecord out{.imsi = imsi, .secret = std::move(*secret)};
  out.amf = Amf::from(amf);
  out.seq_reserved = seq_reserved;
  out.ind_bits = ind_bits;
  out.sqn_scheme = scheme;
  out.seq_offset = seq_offset;
  out.resyncs = resyncs;
  if (simple) {
    out.subscription = simple_subscription(std::move(apn), qci, up, down, std::move(msisdn));
  } else {
    auto decoded = context::decode_subscription(subscription);
    if (!decoded) return Fail{senseless(imsi)};
    out.subscription = std::move(*decoded);
  }
  if (mme_host) out.mme = context::ServingNode{*mme_host, mme_realm, mme_plmn, purged};
  if (sgsn_host) out.sgsn = context::ServingNode{*sgsn_host, sgsn_realm, sgsn_plmn, sgsn_purged};
  out.terminal = {std::move(imei), std::move(software_version)};
  if (!no_kasme) {
    // Without it the home network would take an old key for the one in use: better no record at all.
    const auto plain = unseal(keys, imsi, kasme_field, kasme_sealed);
    if (!plain) return Fail{plain.why()};
    auto memory = context::decode_kasme_memory(plain->view());
    if (!memory) return Fail{senseless(imsi)};
    out.kasme = std::move(*memory);
  }
  out.version = version;
  return out;
}

namespace {

std::string parameter(char mark, std::size_t n) { return mark + std::to_string(n); }

/// The columns' names, each through `how`, with commas between.
template <class How>
std::string listed(How how) {
  std::string out;
  for (std::size_t i = 0; i < columns.size(); ++i) out += (i == 0 ? "" : ", ") + how(i);
  return out;
}

std::string insert_values(char mark) {
  return "INSERT INTO subscriber (imsi, " +
         listed([](std::size_t i) { return std::string(columns[i].name); }) + ") VALUES (" +
         parameter(mark, 1) + ", " + listed([&](std::size_t i) { return parameter(mark, i + 2); }) +
         ") ON CONFLICT (imsi) DO ";
}

}  // namespace

std::string select_sql(char mark) {
  return "SELECT " + listed([](std::size_t i) { return std::string(columns[i].name); }) +
         " FROM subscriber WHERE imsi = " + parameter(mark, 1);
}
std::string page_sql(char mark) {
  return "SELECT " + listed([](std::size_t i) { return std::string(columns[i].name); }) +
         ", imsi FROM subscriber WHERE imsi > " + parameter(mark, 1) + " ORDER BY imsi LIMIT " +
         parameter(mark, 2);
}
std::string insert_sql(char mark) { return insert_values(mark) + "NOTHING"; }
std::string update_sql(char mark) {
  return "UPDATE subscriber SET " + listed([&](std::size_t i) {
           return std::string(columns[i].name) + " = " + parameter(mark, i + 2);
         }) +
         " WHERE imsi = " + parameter(mark, 1) + " AND version = " + parameter(mark, columns.size() + 2);
}
std::string upsert_sql(char mark) {
  return insert_values(mark) + "UPDATE SET " + listed([](std::size_t i) {
           const std::string name(columns[i].name);
           return name + " = " + (i == version_column ? "subscriber.version + 1" : "excluded." + name);
         });
}
std::string reserve_sql(char mark) {
  return "UPDATE subscriber SET seq_reserved = " + parameter(mark, 2) +
         ", version = version + 1 WHERE imsi = " + parameter(mark, 1) +
         " AND version = " + parameter(mark, 3);
}
std::string delete_sql(char mark) {
  return "DELETE FROM subscriber WHERE imsi = " + parameter(mark, 1) + " AND version = COALESCE(" +
         parameter(mark, 2) + ", version)";
}

}  // namespace baton::store
