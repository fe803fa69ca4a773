// s1ap_elements.h: S1AP messages taken apart into their elements and put together from any.
#pragma once

#include <optional>
#include <vector>

#include "wire/per/per.h"
#include "wire/s1ap/s1ap.h"

namespace baton::wire::s1ap {

/// One element of a container.
struct Element {
  unsigned id;
  Criticality criticality;
  ByteVector value;
  friend bool operator==(const Element&, const Element&) = default;
};

/// pdu puts a message together.
inline ByteVector pdu(Procedure procedure, const std::vector<Element>& elements,
                      PduType type = PduType::initiating, Criticality criticality = Criticality::ignore) {
  per::Writer value;
  value.bit(false);
  value.count(elements.size(), {0, 65'535});
  for (const Element& e : elements) {
    value.whole(e.id, 0, 65'535);
    value.index({static_cast<std::uint32_t>(e.criticality), false}, 3, false);
    value.open_type(e.value);
  }
  per::Writer w;
  w.index({static_cast<std::uint32_t>(type), false}, 3, true);
  w.whole(static_cast<std::uint64_t>(procedure), 0, 255);
  w.index({static_cast<std::uint32_t>(criticality), false}, 3, false);
  w.open_type(value.done());
  return w.done();
}

/// Apart is a message and its elements.
struct Apart {
  Procedure procedure{};
  PduType type{};
  Criticality criticality{};
  std::vector<Element> elements;
  ByteVector together() const { return pdu(procedure, elements, type, criticality); }
  Element* find(IeId id) {
    for (Element& e : elements)
      if (e.id == static_cast<unsigned>(id)) return &e;
    return nullptr;
  }
};
/// apart takes a message that we encoded.
inline Apart apart(const ByteVector& octets) {
  per::Reader r("PDU", octets);
  Apart out;
  out.type = static_cast<PduType>(r.index("type", 3, true)->value);
  out.procedure = static_cast<Procedure>(*r.whole("procedure", 0, 255));
  out.criticality = static_cast<Criticality>(r.index("criticality", 3, false)->value);
  const auto value = r.open_type("value");
  per::Reader ies("PDU", value->octets);
  (void)ies.bit("extended");
  const std::size_t n = *ies.count("elements", {0, 65'535});
  for (std::size_t i = 0; i < n; ++i) {
    const auto id = static_cast<unsigned>(*ies.whole("id", 0, 65'535));
    const auto criticality = static_cast<Criticality>(ies.index("criticality", 3, false)->value);
    const auto contents = ies.open_type("value");
    out.elements.push_back({id, criticality, {contents->octets.begin(), contents->octets.end()}});
  }
  return out;
}

/// answer_as is the answer to an unreadable message, if it is an M.
template <class M>
std::optional<M> answer_as(const DecodeFailure& f) {
  auto octets = answer_to(f);
  if (!octets) return std::nullopt;
  auto m = decode<M>(*octets);
  if (!m) return std::nullopt;
  return std::move(*m);
}

}  // namespace baton::wire::s1ap
