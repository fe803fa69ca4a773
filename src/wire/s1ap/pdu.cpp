// pdu.cpp: the envelope of every S1AP message, and what is answered to one that cannot be read.
#include "wire/s1ap/codec.h"
#include "wire/s1ap/s1ap.h"

namespace baton::wire::s1ap {
namespace {

constexpr std::string_view envelope_name = "S1AP-PDU";

/// List stands for the alternatives of a variant where only their types matter.
template <class... M>
struct List {};
template <class... M>
List<M...> list_of(const std::variant<M...>*) {
  return {};
}
using Messages = decltype(list_of(static_cast<const Pdu*>(nullptr)));

template <class M>
bool is(Procedure p, PduType t) {
  return M::outline.procedure == p && M::outline.type == t;
}

/// The criticality that the standard gives to a procedure; nothing when Baton does not know it.
template <class... M>
std::optional<Criticality> criticality_of(Procedure p, List<M...>) {
  std::optional<Criticality> out;
  ((M::outline.procedure == p ? void(out = M::outline.criticality) : void()), ...);
  return out;
}

template <class M>
void read_as(const Envelope& pdu, Findings& found, std::optional<Read<Pdu>>& out) {
  auto m = read_message<M>(pdu.value, found);
  if (m)
    out.emplace(Pdu(std::move(*m)));
  else
    out.emplace(Fail{m.why()});
}
template <class... M>
std::optional<Read<Pdu>> read_any(const Envelope& pdu, Findings& found, List<M...>) {
  std::optional<Read<Pdu>> out;
  (void)((is<M>(pdu.procedure, pdu.type) && (read_as<M>(pdu, found, out), true)) || ...);
  return out;
}

template <class M>
ByteVector failure_message(const DecodeFailure& f) {
  return encode(M{*f.mme_ue_id, *f.enb_ue_id, f.cause, diagnostics_of(f)});
}

}  // namespace

Read<Envelope> read_pdu(Bytes octets) {
  per::Reader r(envelope_name, octets);
  if (octets.size() > pdu_octets_max) return Fail{r.error(Fault::too_many, "PDU")};
  auto type = r.index("message type", 3, true);
  if (!type) return Fail{type.why()};
  if (type->extension) return Fail{r.error(Fault::unsupported, "message type")};
  auto procedure = r.whole("procedure code", 0, 255);
  if (!procedure) return Fail{procedure.why()};
  auto criticality = r.index("criticality", 3, false);
  if (!criticality) return Fail{criticality.why()};
  auto value = r.open_type("value");
  if (!value) return Fail{value.why()};
  if (auto done = r.done("value"); !done) return Fail{done.why()};
  return Envelope{static_cast<PduType>(type->value), static_cast<Procedure>(*procedure),
                  static_cast<Criticality>(criticality->value), std::move(*value)};
}

ByteVector write_pdu(const Outline& outline, Bytes value) {
  per::Writer w;
  w.reserve(value.size() + 16);
  w.index({static_cast<std::uint32_t>(outline.type), false}, 3, true);
  w.whole(static_cast<std::uint64_t>(outline.procedure), 0, 255);
  w.index({static_cast<std::uint32_t>(outline.criticality), false}, 3, false);
  w.open_type(value);
  return w.done();
}

ByteVector encode(const Pdu& pdu) {
  return std::visit([](const auto& m) { return encode(m); }, pdu);
}

std::string_view name_of(const Pdu& pdu) {
  return std::visit([](const auto& m) { return m.outline.name; }, pdu);
}

Expected<Received, DecodeFailure> decode_any(Bytes octets) {
  const auto fail = [](CauseProtocol cause, const Error& error) {
    return DecodeFailure{cause, {}, {}, {}, {}, {}, {}, error};
  };
  auto pdu = read_pdu(octets);
  if (!pdu) {
    //= TS 36.413, 10.2 and 10.3.4.1A
    const bool unknown_type = pdu.why().fault == Fault::unsupported;
    return Fail{fail(
        unknown_type ? CauseProtocol::abstract_syntax_error_reject : CauseProtocol::transfer_syntax_error,
        pdu.why())};
  }
  Findings found;
  auto message = read_any(*pdu, found, Messages{});
  if (message && *message) return Received{std::move(**message), std::move(found.report)};

  const auto known = criticality_of(pdu->procedure, Messages{});
  DecodeFailure out = fail(CauseProtocol::abstract_syntax_error_reject,
                           Error{Fault::unsupported, envelope_name, "procedure code", 1,
                                 static_cast<std::uint32_t>(pdu->procedure)});
  out.procedure = pdu->procedure;
  out.type = pdu->type;
  //= TS 36.413, 10.3.4.1: an unknown procedure is treated by the criticality it came with
  out.criticality = known ? *known : pdu->criticality;
  if (!message) {
    if (*out.criticality == Criticality::notify)
      out.cause = CauseProtocol::abstract_syntax_error_ignore_and_notify;
    return Fail{std::move(out)};
  }
  out.cause = found.abstract_error ? found.cause : CauseProtocol::transfer_syntax_error;
  out.error = message->why();
  out.ies = std::move(found.refused);
  out.mme_ue_id = found.mme_ue_id;
  out.enb_ue_id = found.enb_ue_id;
  return Fail{std::move(out)};
}

CriticalityDiagnostics diagnostics_of(const DecodeFailure& failure) {
  return {failure.procedure, failure.type, failure.criticality, failure.ies};
}

std::optional<ByteVector> answer_to(const DecodeFailure& f) {
  const bool syntax = f.cause == CauseProtocol::transfer_syntax_error;
  // An error in an error's report ends there, or two nodes would answer each other for ever.
  if (f.procedure == Procedure::error_indication) return std::nullopt;
  if (!syntax && f.type) {
    //= TS 36.413, 10.3.4.2: a response that is not understood ends the procedure here, unsaid
    if (*f.type != PduType::initiating) return std::nullopt;
    //= TS 36.413, 10.3.4.1
    const bool whole_procedure = f.error.fault == Fault::unsupported && f.error.message == envelope_name;
    if (whole_procedure && f.criticality == Criticality::ignore) return std::nullopt;
    //= TS 36.413, 10.3.4.2: the procedure's own unsuccessful outcome, if its ids are known
    const bool ids = f.mme_ue_id && f.enb_ue_id;
    if (f.procedure == Procedure::s1_setup)
      return encode(S1SetupFailure{f.cause, std::nullopt, diagnostics_of(f)});
    if (f.procedure == Procedure::initial_context_setup && ids)
      return failure_message<InitialContextSetupFailure>(f);
    if (f.procedure == Procedure::ue_context_modification && ids)
      return failure_message<UeContextModificationFailure>(f);
    if (f.procedure == Procedure::handover_preparation && ids)
      return failure_message<HandoverPreparationFailure>(f);
    if (f.procedure == Procedure::handover_resource_allocation && f.mme_ue_id)
      return encode(HandoverFailure{*f.mme_ue_id, f.cause, diagnostics_of(f)});
    if (f.procedure == Procedure::path_switch_request && ids)
      return failure_message<PathSwitchRequestFailure>(f);
  }
  //= TS 36.413, 10.2 and 8.7.2
  return encode(ErrorIndication{f.mme_ue_id, f.enb_ue_id, f.cause, diagnostics_of(f)});
}

}  // namespace baton::wire::s1ap
