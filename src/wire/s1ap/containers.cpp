// containers.cpp: the containers between eNBs to octets and back (TS 36.413, 9.3.4).
#include "wire/s1ap/containers.h"

#include "base/cases.h"
#include "wire/s1ap/sequences.h"

namespace baton::wire::s1ap {

//= TS 36.413, 9.2.1.43
template <>
Read<LastVisitedCell> Codec<LastVisitedCell>::read(per::Reader& r, std::string_view field, Findings& found) {
  auto which = r.index(field, 3, true);
  if (!which) return Fail{which.why()};
  if (which->extension) {
    // An alternative after the extension marker is an open type.
    if (which->value != 0) return Fail{r.error(Fault::unsupported, field)};
    auto contents = r.open_type(field);
    if (!contents) return Fail{contents.why()};
    per::Reader sub(r.message(), contents->octets, contents->offset);
    auto octets = sub.octet_string(field, {});
    if (!octets) return Fail{octets.why()};
    if (auto done = sub.done(field); !done) return Fail{done.why()};
    return LastVisitedCell{LastVisitedNgRanCell{std::move(*octets)}};
  }
  if (which->value == 0) {
    auto v = Codec<VisitedCell>::read(r, field, found);
    if (!v) return Fail{v.why()};
    return LastVisitedCell{LastVisitedEutranCell{v->cell, v->type.size, v->seconds}};
  }
  if (which->value == 1) {
    auto octets = r.octet_string(field, {});
    if (!octets) return Fail{octets.why()};
    return LastVisitedCell{LastVisitedUtranCell{std::move(*octets)}};
  }
  auto undefined = r.index(field, 1, true);  // a CHOICE of one alternative, which is NULL
  if (!undefined) return Fail{undefined.why()};
  if (undefined->extension) return Fail{r.error(Fault::unsupported, field)};
  return LastVisitedCell{LastVisitedGeranCell{}};
}
template <>
void Codec<LastVisitedCell>::write(per::Writer& w, const LastVisitedCell& v) {
  std::visit(Cases{[&](const LastVisitedEutranCell& c) {
                     w.index({0, false}, 3, true);
                     Codec<VisitedCell>::write(w, {c.cell, {c.size}, c.seconds});
                   },
                   [&](const LastVisitedUtranCell& c) {
                     w.index({1, false}, 3, true);
                     w.octet_string(c.octets, {});
                   },
                   [&](const LastVisitedGeranCell&) {
                     w.index({2, false}, 3, true);
                     w.index({0, false}, 1, true);
                   },
                   [&](const LastVisitedNgRanCell& c) {
                     w.index({0, true}, 3, true);
                     per::Writer sub;
                     sub.octet_string(c.octets, {});
                     w.open_type(sub.done());
                   }},
             v);
}

namespace {

template <class C>
ByteVector encode_as(const C& c) {
  per::Writer w;
  Codec<C>::write(w, c);
  return w.done();
}

template <class C>
Expected<C, Error> decode_as(std::string_view name, Bytes octets) {
  per::Reader r(name, octets);
  if (octets.size() > transparent_container_octets_max) return Fail{r.error(Fault::too_many, name)};
  Findings found;
  auto c = Codec<C>::read(r, name, found);
  if (!c) return Fail{c.why()};
  if (auto done = r.done(name); !done) return Fail{done.why()};
  //= TS 36.413, 10.3.4.2: an element that had to be understood and was not
  if (found.abstract_error) return Fail{*found.abstract_error};
  return c;
}

}  // namespace

ByteVector encode_container(const SourceToTarget& c) { return encode_as(c); }
ByteVector encode_container(const TargetToSource& c) { return encode_as(c); }
ByteVector encode_container(const StatusTransferContainer& c) { return encode_as(c); }

Expected<SourceToTarget, Error> decode_source_to_target(Bytes octets) {
  return decode_as<SourceToTarget>("Source eNB to Target eNB Transparent Container", octets);
}
Expected<TargetToSource, Error> decode_target_to_source(Bytes octets) {
  return decode_as<TargetToSource>("Target eNB to Source eNB Transparent Container", octets);
}
Expected<StatusTransferContainer, Error> decode_status_transfer(Bytes octets) {
  return decode_as<StatusTransferContainer>("eNB Status Transfer Transparent Container", octets);
}

}  // namespace baton::wire::s1ap
