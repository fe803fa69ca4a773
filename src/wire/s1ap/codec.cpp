#include "wire/s1ap/codec.h"

namespace baton::wire::s1ap {

//= TS 36.413, 10.3.4.2
void Findings::not_understood(Criticality c, IeId id, const Error& error) {
  switch (c) {
    case Criticality::ignore: return;
    case Criticality::notify:
      if (report.size() < errors_max) report.push_back({c, id, TypeOfError::not_understood});
      return;
    case Criticality::reject: break;
  }
  if (refused.size() < errors_max) refused.push_back({c, id, TypeOfError::not_understood});
  if (abstract_error) return;
  abstract_error = error;
  cause = CauseProtocol::abstract_syntax_error_reject;
}

//= TS 36.413, 10.3.5
void Findings::missing(Criticality c, IeId id, const Error& error) {
  if (refused.size() < errors_max) refused.push_back({c, id, TypeOfError::missing});
  if (abstract_error) return;
  abstract_error = error;
  cause = CauseProtocol::abstract_syntax_error_reject;
}

//= TS 36.413, 10.3.6
void Findings::falsely_constructed(const Error& error) {
  if (abstract_error) return;
  abstract_error = error;
  cause = CauseProtocol::abstract_syntax_error_falsely_constructed_message;
}

Read<ElementHead> read_head(per::Reader& r) {
  auto id = r.whole("protocol IE id", 0, 65'535);
  if (!id) return Fail{id.why()};
  auto criticality = r.index("criticality", 3, false);
  if (!criticality) return Fail{criticality.why()};
  return ElementHead{static_cast<IeId>(*id), static_cast<Criticality>(criticality->value)};
}

void write_head(per::Writer& w, ElementHead head) {
  w.whole(static_cast<std::uint64_t>(head.id), 0, 65'535);
  w.index({static_cast<std::uint32_t>(head.criticality), false}, 3, false);
}

Read<Ok> read_extensions(per::Reader& r, std::string_view field, Findings& found) {
  auto n = r.count(field, {1, 65'535});
  if (!n) return Fail{n.why()};
  if (*n > ies_max) return Fail{r.error(Fault::too_many, field)};
  for (std::size_t i = 0; i < *n; ++i) {
    auto head = read_head(r);
    if (!head) return Fail{head.why()};
    const Error error = r.error(Fault::unknown_mandatory, field, static_cast<std::uint32_t>(head->id));
    auto contents = r.open_type(field);
    if (!contents) return Fail{contents.why()};
    found.not_understood(head->criticality, head->id, error);
  }
  return Ok{};
}

}  // namespace baton::wire::s1ap
