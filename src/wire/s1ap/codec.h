// codec.h: how values stand in octets. Internal to this folder.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "wire/per/per.h"
#include "wire/s1ap/limits.h"
#include "wire/s1ap/table.h"
#include "wire/s1ap/types.h"

namespace baton::wire::s1ap {

using per::Read;

/// Findings is what a decoder notices beside the values: what has to be reported, and what makes the
/// message unusable although its transfer syntax is right (TS 36.413, 10.3).
struct Findings {
  std::vector<IeDiagnostics> report;    ///< not understood, criticality notify
  std::vector<IeDiagnostics> refused;   ///< not understood or missing, criticality reject
  std::optional<Error> abstract_error;  ///< the first abstract syntax error; nothing when there is none
  CauseProtocol cause = CauseProtocol::transfer_syntax_error;  ///< what `abstract_error` amounts to
  std::optional<MmeUeS1apId> mme_ue_id;
  std::optional<EnbUeS1apId> enb_ue_id;

  /// not_understood books an element that nobody here knows, by its criticality.
  void not_understood(Criticality c, IeId id, const Error& error);
  void missing(Criticality c, IeId id, const Error& error);
  /// falsely_constructed books a wrong order or a repetition (TS 36.413, 10.3.6).
  void falsely_constructed(const Error& error);
};

/// Codec reads and writes one IE value. Defined for every type that stands in a row of a message.
template <class T>
struct Codec {
  static Read<T> read(per::Reader& r, std::string_view field, Findings& found);
  static void write(per::Writer& w, const T& v);
};

template <>
Read<Cause> Codec<Cause>::read(per::Reader& r, std::string_view field, Findings& found);
template <>
void Codec<Cause>::write(per::Writer& w, const Cause& v);
template <>
Read<GlobalEnbId> Codec<GlobalEnbId>::read(per::Reader& r, std::string_view field, Findings& found);
template <>
void Codec<GlobalEnbId>::write(per::Writer& w, const GlobalEnbId& v);

/// An ENUMERATED whose values stand in E in order: `root` before the extension marker, `known` in all.
template <class E>
Read<E> read_enumerated(per::Reader& r, std::string_view field, unsigned root, unsigned known) {
  auto i = r.index(field, root, true);
  if (!i) return Fail{i.why()};
  const std::uint64_t v = i->extension ? std::uint64_t{root} + i->value : i->value;
  if (v >= known) return Fail{r.error(Fault::unsupported, field)};
  return static_cast<E>(v);
}
template <class E>
void write_enumerated(per::Writer& w, E value, unsigned root) {
  const auto v = static_cast<unsigned>(value);
  w.index(v < root ? per::Index{v, false} : per::Index{v - root, true}, root, true);
}

/// Whether a value is key material, so that octets on the way are wiped.
template <class T>
inline constexpr bool carries_key = false;
template <>
inline constexpr bool carries_key<Kenb> = true;
template <>
inline constexpr bool carries_key<SecurityContext> = true;
template <>
inline constexpr bool carries_key<KenbStar> = true;

//= TS 36.413, 9.3.2
/// ElementHead is what stands before the open type of a protocol IE or protocol extension.
struct ElementHead {
  IeId id{};
  Criticality criticality{};
};
Read<ElementHead> read_head(per::Reader& r);
void write_head(per::Writer& w, ElementHead head);

/// read_extensions steps over an iE-Extensions container, by criticality.
Read<Ok> read_extensions(per::Reader& r, std::string_view field, Findings& found);

/// read_message reads the value of a PDU: the container of protocol IEs, by the table of M. A Fail is
/// an abstract syntax error when `found.abstract_error` is set, else a transfer syntax error.
template <class M>
Read<M> read_message(const per::Contents& value, Findings& found);

/// write_pdu puts the envelope around a message's container of protocol IEs.
ByteVector write_pdu(const Outline& outline, Bytes value);
/// Envelope is the outermost CHOICE with the message still closed.
struct Envelope {
  PduType type{};
  Procedure procedure{};
  Criticality criticality{};
  per::Contents value;
};
Read<Envelope> read_pdu(Bytes octets);

/// A number in a BIT STRING of fixed size `n`, at most 32 bits.
Read<std::uint32_t> read_number_bits(per::Reader& r, std::string_view field, unsigned n);
void write_number_bits(per::Writer& w, std::uint32_t v, unsigned n);

/// write_connections writes the list of a Reset (items of criticality reject) or of its acknowledgement
/// (ignore).
void write_connections(per::Writer& w, const std::vector<UeConnection>& list, Criticality item_criticality);

}  // namespace baton::wire::s1ap
