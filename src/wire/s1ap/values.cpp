// values.cpp: the IE values to octets and back (TS 36.413, 9.3.4).
#include "wire/private_limits.h"
#include "wire/s1ap/sequences.h"

namespace baton::wire::s1ap {

// --- plain values -------------------------------------------------------------------------------

namespace {

/// A number of whole octets in an OCTET STRING of fixed size.
template <class T>
Read<T> read_number_octets(per::Reader& r, std::string_view field, std::size_t n) {
  auto b = r.octet_string(field, {n, n});
  if (!b) return Fail{b.why()};
  std::uint32_t v = 0;
  for (const Byte x : *b) v = v << 8 | x;
  return T{static_cast<typename T::rep>(v)};
}
void write_number_octets(per::Writer& w, std::uint32_t v, std::size_t n) {
  ByteVector b;
  for (std::size_t i = n; i > 0; --i) b.push_back(static_cast<Byte>(v >> (8 * (i - 1))));
  w.octet_string(b, {n, n});
}

/// Opaque octets, one to `most`.
template <class T>
Read<T> read_octets(per::Reader& r, std::string_view field, std::size_t most) {
  auto b = r.octet_string(field, {1, most});
  if (!b) return Fail{b.why()};
  return T{std::move(*b)};
}

constexpr std::size_t key_octets = 32;
/// A 256-bit key. No copy is made on the way.
template <class Key>
Read<Key> read_key(per::Reader& r, std::string_view field) {
  auto b = r.octets(field, key_octets);
  if (!b) return Fail{b.why()};
  return Key(b->first<key_octets>());
}

}  // namespace

Read<std::uint32_t> read_number_bits(per::Reader& r, std::string_view field, unsigned n) {
  if (n > per::unaligned_bits_max) r.align();
  auto v = r.bits(field, n);
  if (!v) return Fail{v.why()};
  return static_cast<std::uint32_t>(*v);
}
void write_number_bits(per::Writer& w, std::uint32_t v, unsigned n) {
  if (n > per::unaligned_bits_max) w.align();
  w.bits(v, n);
}

// Every type with rows, in one go.
template <class T>
Read<T> Codec<T>::read(per::Reader& r, std::string_view field, Findings& found) {
  return read_sequence<T>(r, field, found, Sequence<T>::rows);
}
template <class T>
void Codec<T>::write(per::Writer& w, const T& v) {
  write_sequence(w, v, Sequence<T>::rows);
}

// The others, each by hand.
template <>
Read<PlmnId> Codec<PlmnId>::read(per::Reader& r, std::string_view field, Findings&) {
  auto b = r.octet_string(field, {3, 3});
  if (!b) return Fail{b.why()};
  auto plmn = PlmnId::from_wire(*b);
  if (!plmn) return Fail{r.error(Fault::bad_value, field)};
  return *plmn;
}
template <>
void Codec<PlmnId>::write(per::Writer& w, const PlmnId& v) {
  w.octet_string(v.wire(), {3, 3});
}

template <>
Read<Tac> Codec<Tac>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_number_octets<Tac>(r, field, 2);
}
template <>
void Codec<Tac>::write(per::Writer& w, const Tac& v) {
  write_number_octets(w, v.value, 2);
}

template <>
Read<Lac> Codec<Lac>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_number_octets<Lac>(r, field, 2);
}
template <>
void Codec<Lac>::write(per::Writer& w, const Lac& v) {
  write_number_octets(w, v.value, 2);
}

template <>
Read<Rac> Codec<Rac>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_number_octets<Rac>(r, field, 1);
}
template <>
void Codec<Rac>::write(per::Writer& w, const Rac& v) {
  write_number_octets(w, v.value, 1);
}

template <>
Read<CellOfGeran> Codec<CellOfGeran>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_number_octets<CellOfGeran>(r, field, 2);
}
template <>
void Codec<CellOfGeran>::write(per::Writer& w, const CellOfGeran& v) {
  write_number_octets(w, v.value, 2);
}

template <>
Read<ExtendedRncId> Codec<ExtendedRncId>::read(per::Reader& r, std::string_view field, Findings&) {
  auto v = r.whole(field, extended_rnc_id_min, UINT16_MAX);
  if (!v) return Fail{v.why()};
  return ExtendedRncId{static_cast<std::uint16_t>(*v)};
}
template <>
void Codec<ExtendedRncId>::write(per::Writer& w, const ExtendedRncId& v) {
  w.whole(v.value, extended_rnc_id_min, UINT16_MAX);
}

template <>
Read<MmeGroupId> Codec<MmeGroupId>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_number_octets<MmeGroupId>(r, field, 2);
}
template <>
void Codec<MmeGroupId>::write(per::Writer& w, const MmeGroupId& v) {
  write_number_octets(w, v.value, 2);
}

template <>
Read<MmeCode> Codec<MmeCode>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_number_octets<MmeCode>(r, field, 1);
}
template <>
void Codec<MmeCode>::write(per::Writer& w, const MmeCode& v) {
  write_number_octets(w, v.value, 1);
}

template <>
Read<MTmsi> Codec<MTmsi>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_number_octets<MTmsi>(r, field, 4);
}
template <>
void Codec<MTmsi>::write(per::Writer& w, const MTmsi& v) {
  write_number_octets(w, v.value, 4);
}

template <>
Read<Teid> Codec<Teid>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_number_octets<Teid>(r, field, 4);
}
template <>
void Codec<Teid>::write(per::Writer& w, const Teid& v) {
  write_number_octets(w, v.value, 4);
}

template <>
Read<MmeUeS1apId> Codec<MmeUeS1apId>::read(per::Reader& r, std::string_view field, Findings&) {
  auto v = r.whole(field, 0, UINT32_MAX);
  if (!v) return Fail{v.why()};
  return MmeUeS1apId{static_cast<std::uint32_t>(*v)};
}
template <>
void Codec<MmeUeS1apId>::write(per::Writer& w, const MmeUeS1apId& v) {
  w.whole(v.value, 0, UINT32_MAX);
}

template <>
Read<EnbUeS1apId> Codec<EnbUeS1apId>::read(per::Reader& r, std::string_view field, Findings&) {
  auto v = r.whole(field, 0, enb_ue_s1ap_id_max);
  if (!v) return Fail{v.why()};
  return EnbUeS1apId{static_cast<std::uint32_t>(*v)};
}
template <>
void Codec<EnbUeS1apId>::write(per::Writer& w, const EnbUeS1apId& v) {
  w.whole(v.value, 0, enb_ue_s1ap_id_max);
}

template <>
Read<ErabId> Codec<ErabId>::read(per::Reader& r, std::string_view field, Findings&) {
  auto v = r.integer(field, 0, 15, true);
  if (!v) return Fail{v.why()};
  return ErabId{static_cast<std::uint8_t>(*v)};
}
template <>
void Codec<ErabId>::write(per::Writer& w, const ErabId& v) {
  w.integer(v.value, 0, 15, true);
}

template <>
Read<RelativeMmeCapacity> Codec<RelativeMmeCapacity>::read(per::Reader& r, std::string_view field,
                                                           Findings&) {
  auto v = r.whole(field, 0, 255);
  if (!v) return Fail{v.why()};
  return RelativeMmeCapacity{static_cast<std::uint8_t>(*v)};
}
template <>
void Codec<RelativeMmeCapacity>::write(per::Writer& w, const RelativeMmeCapacity& v) {
  w.whole(v.value, 0, 255);
}

template <>
Read<UeIdentityIndexValue> Codec<UeIdentityIndexValue>::read(per::Reader& r, std::string_view field,
                                                             Findings&) {
  auto v = read_number_bits(r, field, 10);
  if (!v) return Fail{v.why()};
  return UeIdentityIndexValue{static_cast<std::uint16_t>(*v)};
}
template <>
void Codec<UeIdentityIndexValue>::write(per::Writer& w, const UeIdentityIndexValue& v) {
  write_number_bits(w, v.value, 10);
}

template <>
Read<NasPdu> Codec<NasPdu>::read(per::Reader& r, std::string_view field, Findings&) {
  auto b = r.octet_string(field, {});
  if (!b) return Fail{b.why()};
  return NasPdu{std::move(*b)};
}
template <>
void Codec<NasPdu>::write(per::Writer& w, const NasPdu& v) {
  w.octet_string(v.octets, {});
}

template <>
Read<UeRadioCapability> Codec<UeRadioCapability>::read(per::Reader& r, std::string_view field, Findings&) {
  auto b = r.octet_string(field, {});
  if (!b) return Fail{b.why()};
  return UeRadioCapability{std::move(*b)};
}
template <>
void Codec<UeRadioCapability>::write(per::Writer& w, const UeRadioCapability& v) {
  w.octet_string(v.octets, {});
}

template <>
Read<TransparentContainer> Codec<TransparentContainer>::read(per::Reader& r, std::string_view field,
                                                             Findings&) {
  auto b = r.octet_string(field, {});
  if (!b) return Fail{b.why()};
  if (b->size() > transparent_container_octets_max) return Fail{r.error(Fault::too_many, field)};
  return TransparentContainer{std::move(*b)};
}
template <>
void Codec<TransparentContainer>::write(per::Writer& w, const TransparentContainer& v) {
  assert(v.octets.size() <= transparent_container_octets_max);
  w.octet_string(v.octets, {});
}

template <>
Read<NasSecurityParameters> Codec<NasSecurityParameters>::read(per::Reader& r, std::string_view field,
                                                               Findings&) {
  auto b = r.octet_string(field, {});
  if (!b) return Fail{b.why()};
  return NasSecurityParameters{std::move(*b)};
}
template <>
void Codec<NasSecurityParameters>::write(per::Writer& w, const NasSecurityParameters& v) {
  w.octet_string(v.octets, {});
}

template <>
Read<ReceiveStatus> Codec<ReceiveStatus>::read(per::Reader& r, std::string_view field, Findings&) {
  auto b = r.bit_string(field, {ReceiveStatus::bits, ReceiveStatus::bits});
  if (!b) return Fail{b.why()};
  return ReceiveStatus{std::move(b->octets)};
}
template <>
void Codec<ReceiveStatus>::write(per::Writer& w, const ReceiveStatus& v) {
  w.bit_string(v.octets, ReceiveStatus::bits, {ReceiveStatus::bits, ReceiveStatus::bits});
}

template <>
Read<Name> Codec<Name>::read(per::Reader& r, std::string_view field, Findings&) {
  auto s = r.printable_string(field, {1, name_characters_max, true});
  if (!s) return Fail{s.why()};
  if (s->size() > name_characters_max) return Fail{r.error(Fault::unsupported, field)};
  return Name{std::move(*s)};
}
template <>
void Codec<Name>::write(per::Writer& w, const Name& v) {
  w.printable_string(v.text, {1, name_characters_max, true});
}

template <>
Read<TransportLayerAddress> Codec<TransportLayerAddress>::read(per::Reader& r, std::string_view field,
                                                               Findings&) {
  auto b = r.bit_string(field, {1, transport_address_bits_max, true});
  if (!b) return Fail{b.why()};
  if (b->bits < 1 || b->bits > transport_address_bits_max) return Fail{r.error(Fault::unsupported, field)};
  return TransportLayerAddress{static_cast<std::uint8_t>(b->bits), std::move(b->octets)};
}
template <>
void Codec<TransportLayerAddress>::write(per::Writer& w, const TransportLayerAddress& v) {
  w.bit_string(v.octets, v.bits, {1, transport_address_bits_max, true});
}

template <>
Read<Kenb> Codec<Kenb>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_key<Kenb>(r, field);
}
template <>
void Codec<Kenb>::write(per::Writer& w, const Kenb& v) {
  w.octets(v.expose());
}
template <>
Read<Nh> Codec<Nh>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_key<Nh>(r, field);
}
template <>
void Codec<Nh>::write(per::Writer& w, const Nh& v) {
  w.octets(v.expose());
}

// --- ENUMERATED ---------------------------------------------------------------------------------

template <>
Read<PagingDrx> Codec<PagingDrx>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_enumerated<PagingDrx>(r, field, 4, 4);
}
template <>
void Codec<PagingDrx>::write(per::Writer& w, const PagingDrx& v) {
  write_enumerated(w, v, 4);
}

template <>
Read<TimeToWait> Codec<TimeToWait>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_enumerated<TimeToWait>(r, field, 6, 6);
}
template <>
void Codec<TimeToWait>::write(per::Writer& w, const TimeToWait& v) {
  write_enumerated(w, v, 6);
}

template <>
Read<RrcEstablishmentCause> Codec<RrcEstablishmentCause>::read(per::Reader& r, std::string_view field,
                                                               Findings&) {
  return read_enumerated<RrcEstablishmentCause>(r, field, 5, 8);
}
template <>
void Codec<RrcEstablishmentCause>::write(per::Writer& w, const RrcEstablishmentCause& v) {
  write_enumerated(w, v, 5);
}

template <>
Read<HandoverType> Codec<HandoverType>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_enumerated<HandoverType>(r, field, 5, 5);
}
template <>
void Codec<HandoverType>::write(per::Writer& w, const HandoverType& v) {
  write_enumerated(w, v, 5);
}

template <>
Read<DirectForwardingPath> Codec<DirectForwardingPath>::read(per::Reader& r, std::string_view field,
                                                             Findings&) {
  return read_enumerated<DirectForwardingPath>(r, field, 1, 1);
}
template <>
void Codec<DirectForwardingPath>::write(per::Writer& w, const DirectForwardingPath& v) {
  write_enumerated(w, v, 1);
}

template <>
Read<ForbiddenRats> Codec<ForbiddenRats>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_enumerated<ForbiddenRats>(r, field, 4, 6);
}
template <>
void Codec<ForbiddenRats>::write(per::Writer& w, const ForbiddenRats& v) {
  write_enumerated(w, v, 4);
}

template <>
Read<CellSize> Codec<CellSize>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_enumerated<CellSize>(r, field, 4, 4);
}
template <>
void Codec<CellSize>::write(per::Writer& w, const CellSize& v) {
  write_enumerated(w, v, 4);
}

template <>
Read<CnDomain> Codec<CnDomain>::read(per::Reader& r, std::string_view field, Findings&) {
  auto b = r.bit(field);
  if (!b) return Fail{b.why()};
  return *b ? CnDomain::cs : CnDomain::ps;
}
template <>
void Codec<CnDomain>::write(per::Writer& w, const CnDomain& v) {
  w.bit(v == CnDomain::cs);
}

template <>
Read<Criticality> Codec<Criticality>::read(per::Reader& r, std::string_view field, Findings&) {
  auto i = r.index(field, 3, false);
  if (!i) return Fail{i.why()};
  return static_cast<Criticality>(i->value);
}
template <>
void Codec<Criticality>::write(per::Writer& w, const Criticality& v) {
  w.index({static_cast<std::uint32_t>(v), false}, 3, false);
}

template <>
Read<PduType> Codec<PduType>::read(per::Reader& r, std::string_view field, Findings&) {
  auto i = r.index(field, 3, false);
  if (!i) return Fail{i.why()};
  return static_cast<PduType>(i->value);
}
template <>
void Codec<PduType>::write(per::Writer& w, const PduType& v) {
  w.index({static_cast<std::uint32_t>(v), false}, 3, false);
}

template <>
Read<TypeOfError> Codec<TypeOfError>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_enumerated<TypeOfError>(r, field, 2, 2);
}
template <>
void Codec<TypeOfError>::write(per::Writer& w, const TypeOfError& v) {
  write_enumerated(w, v, 2);
}

template <>
Read<IeId> Codec<IeId>::read(per::Reader& r, std::string_view field, Findings&) {
  auto v = r.whole(field, 0, 65'535);
  if (!v) return Fail{v.why()};
  return static_cast<IeId>(*v);
}
template <>
void Codec<IeId>::write(per::Writer& w, const IeId& v) {
  w.whole(static_cast<std::uint64_t>(v), 0, 65'535);
}

template <>
Read<Procedure> Codec<Procedure>::read(per::Reader& r, std::string_view field, Findings&) {
  auto v = r.whole(field, 0, 255);
  if (!v) return Fail{v.why()};
  return static_cast<Procedure>(*v);
}
template <>
void Codec<Procedure>::write(per::Writer& w, const Procedure& v) {
  w.whole(static_cast<std::uint64_t>(v), 0, 255);
}

// --- ours ---------------------------------------------------------------------------------------

template <>
Read<KenbStar> Codec<KenbStar>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_key<KenbStar>(r, field);
}
template <>
void Codec<KenbStar>::write(per::Writer& w, const KenbStar& v) {
  w.octets(v.expose());
}

template <>
Read<AnnouncementOctets> Codec<AnnouncementOctets>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_octets<AnnouncementOctets>(r, field, announcement_octets_max);
}
template <>
void Codec<AnnouncementOctets>::write(per::Writer& w, const AnnouncementOctets& v) {
  w.octet_string(v.octets, {1, announcement_octets_max});
}

template <>
Read<ContainerOctets> Codec<ContainerOctets>::read(per::Reader& r, std::string_view field, Findings&) {
  return read_octets<ContainerOctets>(r, field, handover_container_octets_max);
}
template <>
void Codec<ContainerOctets>::write(per::Writer& w, const ContainerOctets& v) {
  w.octet_string(v.octets, {1, handover_container_octets_max});
}

template <>
Read<KeyHandling> Codec<KeyHandling>::read(per::Reader& r, std::string_view field, Findings&) {
  auto b = r.octet_string(field, {1, 1});
  if (!b) return Fail{b.why()};
  const auto handling = KeyHandling::from(b->front());
  if (!handling) return Fail{r.error(Fault::unsupported, field)};
  return *handling;
}
template <>
void Codec<KeyHandling>::write(per::Writer& w, const KeyHandling& v) {
  const std::array<Byte, 1> b{v.octet()};
  w.octet_string(b, {1, 1});
}

// What the rows of messages, choices.cpp and lists need.
template struct Codec<UeAmbr>;
template struct Codec<UeSecurityCapabilities>;
template struct Codec<SecurityContext>;
template struct Codec<CriticalityDiagnostics>;
template struct Codec<Tai>;
template struct Codec<Ecgi>;
template struct Codec<Gummei>;
template struct Codec<STmsi>;
template struct Codec<TaiItem>;
template struct Codec<UeConnection>;
template struct Codec<UeS1apIdPair>;
template struct Codec<SupportedTa>;
template struct Codec<ServedGummei>;
template struct Codec<ErabToSetup>;
template struct Codec<ErabSetUp>;
template struct Codec<ErabFailed>;
template struct Codec<TargetEnb>;
template struct Codec<TargetRnc>;
template struct Codec<TargetCgi>;
template struct Codec<ErabToHandOver>;
template struct Codec<ErabAdmitted>;
template struct Codec<ErabToForward>;
template struct Codec<ErabSwitched>;
template struct Codec<HandoverRestrictionList>;
template struct Codec<StatusTransferContainer>;
template struct Codec<VisitedCell>;
template struct Codec<SourceToTarget>;
template struct Codec<TargetToSource>;

}  // namespace baton::wire::s1ap
