#include "wire/rrc/x2.h"

#include <utility>

#include "base/cases.h"
#include "wire/rrc/limits.h"

namespace baton::wire::rrc {

namespace {

constexpr std::string_view name = "X2 stand-in";

void put(Writer& w, const Endpoint& e) {
  w.bytes(e.address.octets);
  w.u(e.port, 2);
}

Ipv4 address_of(Bytes octets) {
  Ipv4 out;
  std::copy(octets.begin(), octets.end(), out.octets.begin());
  return out;
}

}  // namespace

ByteVector encode_x2(const X2Message& message) {
  Writer w;
  std::visit(Cases{[&](const X2Request& m) {
                     w.u8(X2Request::type);
                     w.u(m.reference, 4);
                     put(w, m.mme);
                     w.u(m.mme_ue_id, 4);
                     w.u(m.eea, 2);
                     w.u(m.eia, 2);
                     w.bytes(m.kenb_star.expose());
                     w.u8(m.ncc);
                     w.length(2, [&] { w.bytes(m.preparation); });
                     w.u8(static_cast<Byte>(m.bearers.size()));
                     for (const X2Request::Bearer& b : m.bearers) {
                       w.u8(b.id);
                       w.bytes(b.uplink_address.octets);
                       w.u(b.uplink.value, 4);
                     }
                   },
                   [&](const X2Answer& m) {
                     w.u8(X2Answer::type);
                     w.u(m.reference, 4);
                     if (m.command) w.bytes(*m.command);
                   },
                   [&](const X2Release& m) {
                     w.u8(X2Release::type);
                     w.u(m.reference, 4);
                   }},
             message);
  return w.done();
}

Expected<X2Message, Error> decode_x2(Bytes octets) {
  Reader r(name, octets);
  const auto type = r.u("type", 1);
  if (!type) return Fail{type.why()};
  const auto reference = r.u("reference", 4);
  if (!reference) return Fail{reference.why()};
  const auto ref = static_cast<std::uint32_t>(*reference);
  if (*type == X2Answer::type) {
    const Bytes command = r.rest();
    X2Answer answer{ref, std::nullopt};
    if (!command.empty()) answer.command.emplace(command.begin(), command.end());
    return X2Message(std::move(answer));
  }
  if (*type == X2Release::type) {
    if (!r.empty()) return Fail{r.error(Fault::trailing_bytes, "end")};
    return X2Message(X2Release{ref});
  }
  if (*type != X2Request::type) return Fail{r.error(Fault::unsupported, "type")};
  constexpr std::size_t fixed = 4 + 2 + 4 + 2 + 2 + Kenb::size + 1;
  auto head = r.sub("fixed part", fixed);
  if (!head) return Fail{head.why()};
  const Ipv4 mme = address_of(*head->take("MME", 4));
  const auto port = static_cast<std::uint16_t>(*head->u("MME", 2));
  const auto mme_ue_id = static_cast<std::uint32_t>(*head->u("MME UE id", 4));
  const auto eea = static_cast<std::uint16_t>(*head->u("EEA", 2));
  const auto eia = static_cast<std::uint16_t>(*head->u("EIA", 2));
  const Bytes key = *head->take("KeNB*", Kenb::size);
  const auto ncc = static_cast<Byte>(*head->u("NCC", 1));
  constexpr Byte ncc_max = 7;
  if (ncc > ncc_max) return Fail{r.error(Fault::bad_value, "NCC")};
  const auto length = r.u("preparation", 2);
  if (!length) return Fail{length.why()};
  const auto preparation = r.take("preparation", static_cast<std::size_t>(*length));
  if (!preparation) return Fail{preparation.why()};
  const auto count = r.u("bearers", 1);
  if (!count) return Fail{count.why()};
  if (*count > bearers_max) return Fail{r.error(Fault::too_many, "bearers")};
  X2Request out{ref,       {mme, port},
                mme_ue_id, eea,
                eia,       Kenb(key.first<Kenb::size>()),
                ncc,       ByteVector(preparation->begin(), preparation->end()),
                {}};
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto bearer = r.sub("bearer", 9);
    if (!bearer) return Fail{bearer.why()};
    const auto id = static_cast<Byte>(*bearer->u("id", 1));
    const Ipv4 address = address_of(*bearer->take("address", 4));
    out.bearers.push_back({id, address, Teid{static_cast<std::uint32_t>(*bearer->u("TEID", 4))}});
  }
  if (!r.empty()) return Fail{r.error(Fault::trailing_bytes, "end")};
  return X2Message(std::move(out));
}

}  // namespace baton::wire::rrc
