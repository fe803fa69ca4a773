// elements.h: the value of one information element to octets and back (TS 29.274, clause 8). Internal to
// this folder: codec.cpp puts the elements together as the tables say.
#pragma once

#include "wire/cursor.h"
#include "wire/gtp2/limits.h"
#include "wire/gtp2/mm_context.h"
#include "wire/gtp2/values.h"

namespace baton::wire::gtp2 {

/// As names the type to read, so that `get` overloads on it.
template <class T>
struct As {};

// put appends the value; element header and length are the caller's.
void put(Writer& w, const Imsi& v);
void put(Writer& w, const Cause& v);
void put(Writer& w, const Apn& v);
void put(Writer& w, const Ambr& v);
void put(Writer& w, const Mei& v);
void put(Writer& w, const Msisdn& v);
void put(Writer& w, const Indication& v);
void put(Writer& w, const Pco& v);
void put(Writer& w, const Paa& v);
void put(Writer& w, const BearerQos& v);
void put(Writer& w, const PlmnId& v);
void put(Writer& w, const Uli& v);
void put(Writer& w, const FTeid& v);
void put(Writer& w, const UeTimeZone& v);
void put(Writer& w, const PrivateExtension& v);
void put(Writer& w, const EpsMmContext& v);
void put(Writer& w, const FContainer& v);
void put(Writer& w, const FCause& v);
void put(Writer& w, const TargetIdentification& v);
void put(Writer& w, const CompleteRequest& v);
void put(Writer& w, const Guti& v);
void put(Writer& w, const Ipv4& v);
void put(Writer& w, const Ipv6& v);
void put(Writer& w, const BearerTft& v);
inline void put(Writer& w, Ebi v) { w.u8(v.value & 0xF); }
inline void put(Writer& w, Recovery v) { w.u8(v.value); }
inline void put(Writer& w, ApnRestriction v) { w.u8(v.value); }
inline void put(Writer& w, DelayValue v) { w.u8(v.value); }
inline void put(Writer& w, ChargingId v) { w.u(v.value, 4); }
inline void put(Writer& w, RatType v) { w.u8(static_cast<Byte>(v)); }
inline void put(Writer& w, PdnType v) { w.u8(static_cast<Byte>(v)); }
inline void put(Writer& w, SelectionMode v) { w.u8(static_cast<Byte>(v)); }

// get reads the value from a reader that holds exactly this element. Octets behind what is defined are
// a later version's and are left (TS 29.274, 7.7.7). `short_read`: the element is too short.
Expected<Imsi, Error> get(Reader& r, std::string_view name, As<Imsi>);
Expected<Cause, Error> get(Reader& r, std::string_view name, As<Cause>);
Expected<Apn, Error> get(Reader& r, std::string_view name, As<Apn>);
Expected<Ambr, Error> get(Reader& r, std::string_view name, As<Ambr>);
Expected<Mei, Error> get(Reader& r, std::string_view name, As<Mei>);
Expected<Msisdn, Error> get(Reader& r, std::string_view name, As<Msisdn>);
Expected<Indication, Error> get(Reader& r, std::string_view name, As<Indication>);
Expected<Pco, Error> get(Reader& r, std::string_view name, As<Pco>);
Expected<Paa, Error> get(Reader& r, std::string_view name, As<Paa>);
Expected<BearerQos, Error> get(Reader& r, std::string_view name, As<BearerQos>);
Expected<PlmnId, Error> get(Reader& r, std::string_view name, As<PlmnId>);
Expected<Uli, Error> get(Reader& r, std::string_view name, As<Uli>);
Expected<FTeid, Error> get(Reader& r, std::string_view name, As<FTeid>);
Expected<UeTimeZone, Error> get(Reader& r, std::string_view name, As<UeTimeZone>);
Expected<PrivateExtension, Error> get(Reader& r, std::string_view name, As<PrivateExtension>);
Expected<EpsMmContext, Error> get(Reader& r, std::string_view name, As<EpsMmContext>);
Expected<FContainer, Error> get(Reader& r, std::string_view name, As<FContainer>);
Expected<FCause, Error> get(Reader& r, std::string_view name, As<FCause>);
Expected<TargetIdentification, Error> get(Reader& r, std::string_view name, As<TargetIdentification>);
Expected<CompleteRequest, Error> get(Reader& r, std::string_view name, As<CompleteRequest>);
Expected<Guti, Error> get(Reader& r, std::string_view name, As<Guti>);
Expected<Ipv4, Error> get(Reader& r, std::string_view name, As<Ipv4>);
Expected<Ipv6, Error> get(Reader& r, std::string_view name, As<Ipv6>);
Expected<BearerTft, Error> get(Reader& r, std::string_view name, As<BearerTft>);
Expected<Ebi, Error> get(Reader& r, std::string_view name, As<Ebi>);
Expected<Recovery, Error> get(Reader& r, std::string_view name, As<Recovery>);
Expected<ApnRestriction, Error> get(Reader& r, std::string_view name, As<ApnRestriction>);
Expected<DelayValue, Error> get(Reader& r, std::string_view name, As<DelayValue>);
Expected<ChargingId, Error> get(Reader& r, std::string_view name, As<ChargingId>);
Expected<RatType, Error> get(Reader& r, std::string_view name, As<RatType>);
Expected<PdnType, Error> get(Reader& r, std::string_view name, As<PdnType>);
Expected<SelectionMode, Error> get(Reader& r, std::string_view name, As<SelectionMode>);

}  // namespace baton::wire::gtp2
