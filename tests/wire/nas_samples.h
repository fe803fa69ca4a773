// nas_samples.h: one value of every element type, and every message filled from its own table.
#pragma once

#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "wire/nas/message.h"

namespace baton::wire::nas {

inline PlmnId other_plmn() { return *PlmnId::parse("310410"); }

template <class T>
struct Sample;
template <class Tag, std::size_t Min, std::size_t Max>
struct Sample<Octets<Tag, Min, Max>> {
  static auto value() {
    ByteVector v(std::max<std::size_t>(Min, std::min<std::size_t>(Max, 5)));
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<Byte>(0xA0 + i);
    return Octets<Tag, Min, Max>::of(std::move(v));
  }
};
template <class Tag>
struct Sample<HalfOctet<Tag>> {
  static HalfOctet<Tag> value() { return {5}; }
};
template <class Tag, std::size_t N>
struct Sample<Public<Tag, N>> {
  static auto value() {
    Public<Tag, N> p;
    for (std::size_t i = 0; i < N; ++i) p.bytes[i] = static_cast<Byte>(i + 1);
    return p;
  }
};
#define BATON_SAMPLE(T, ...)                 \
  template <>                                \
  struct Sample<T> {                         \
    static T value() { return __VA_ARGS__; } \
  }
BATON_SAMPLE(Byte, 7);
BATON_SAMPLE(AttachType, AttachType::combined);
BATON_SAMPLE(AttachResult, AttachResult::combined);
BATON_SAMPLE(UeDetachType, {UeDetachType::Kind::imsi, true});
BATON_SAMPLE(NetworkDetachType, NetworkDetachType::reattach_required);
BATON_SAMPLE(UpdateType, {UpdateType::Kind::periodic, true});
BATON_SAMPLE(UpdateResult, UpdateResult::combined);
BATON_SAMPLE(IdentityType, IdentityType::imeisv);
BATON_SAMPLE(RequestType, RequestType::handover);
BATON_SAMPLE(PdnType, PdnType::ipv4v6);
BATON_SAMPLE(EmmCause, EmmCause::synch_failure);
BATON_SAMPLE(EsmCause, EsmCause::network_failure);
BATON_SAMPLE(Ksi, {3, true});
BATON_SAMPLE(AnnouncementEcho, {{0x01, 0x05, 0x00, 0x7F}, {0x01, 0x01, 0x00, 0x7F}});
BATON_SAMPLE(KasmeNotice, {0xA5});
BATON_SAMPLE(UpeKeyNotice, {"upe-2", UpeKeyCounter{0x0102}});
BATON_SAMPLE(EpsMobileIdentity, Imsi::test_value());
BATON_SAMPLE(MobileIdentity, Imeisv::test_value());
BATON_SAMPLE(Guti, Guti::test_value());
BATON_SAMPLE(Tai, {other_plmn(), Tac{0x1234}});
BATON_SAMPLE(GprsTimer, GprsTimer::of(std::chrono::minutes(54)));
BATON_SAMPLE(TaiList, {{{PlmnId::test_value(), Tac{1}},
                        {PlmnId::test_value(), Tac{2}},
                        {PlmnId::test_value(), Tac{3}},
                        {other_plmn(), Tac{9}},
                        {other_plmn(), Tac{7}}}});
BATON_SAMPLE(UeNetworkCapability, {0xF0, 0x70, Sample<decltype(UeNetworkCapability::more)>::value()});
BATON_SAMPLE(UeSecurityCapability, {0xF0, 0x70, UeSecurityCapability::Umts{0xC0, 0x40}, Byte{0x70}});
BATON_SAMPLE(NasAlgorithms, {2, 2});
BATON_SAMPLE(ImeisvRequest, {true});
BATON_SAMPLE(EpsBearerStatus, {0x0020});
BATON_SAMPLE(InformationTransfer, {true});
BATON_SAMPLE(LinkedBearer, {EpsBearerId{5}});
BATON_SAMPLE(Apn, *Apn::from_text("internet.mnc001.mcc001.gprs"));
BATON_SAMPLE(PdnAddress, {Ipv4{{10, 45, 0, 2}}, PdnAddress::InterfaceId{1, 2, 3, 4, 5, 6, 7, 8}});
BATON_SAMPLE(EpsQos, {7, Sample<decltype(EpsQos::rates)>::value()});
#undef BATON_SAMPLE

template <class M, class F>
void set_sample(M& m, F M::*at) {
  m.*at = Sample<F>::value();
}
template <class M, class F>
void set_sample(M& m, std::optional<F> M::*at) {
  m.*at = Sample<F>::value();
}
template <class M, class L, class H>
void set_row(M& m, const Halves<M, L, H>& row, bool) {
  set_sample(m, row.low);
  set_sample(m, row.high);
}
template <class M, class Row>
void set_row(M& m, const Row& row, bool optional_too) {
  constexpr bool optional = requires { row.iei; };
  if (!optional || optional_too) set_sample(m, row.at);
}

/// filled is an M with its mandatory elements, and with the optional ones if asked.
template <class M>
M filled(bool optional_too) {
  M m{};
  if constexpr (std::is_same_v<M, ServiceRequest>) {
    m = {.ksi = 2, .sequence = 17, .short_mac = {0xAB, 0xCD}};
  } else {
    if constexpr (M::family == Family::esm) {
      m.bearer = EpsBearerId{5};
      m.pti = Pti{9};
    }
    std::apply([&](const auto&... row) { (set_row(m, row, optional_too), ...); }, M::layout());
  }
  return m;
}

template <class M>
constexpr Direction direction_of() {
  return std::is_same_v<M, NetworkDetachRequest> ? Direction::downlink : Direction::uplink;
}

/// for_each_message calls `f` with a type tag for every message there is.
template <class M>
struct Type {
  using type = M;
};
template <class F>
void for_each_message(F f) {
  [&]<class... Ms>(std::variant<Ms...>*) { (f(Type<Ms>{}), ...); }(static_cast<Message*>(nullptr));
}

/// Every sample as octets: two for each message.
struct Sampled {
  std::string name;
  ByteVector octets;
  Direction direction{};
  bool full = false;
};
inline std::vector<Sampled> all_samples() {
  std::vector<Sampled> out;
  for_each_message([&](auto tag) {
    using M = typename decltype(tag)::type;
    for (const bool full : {false, true})
      out.push_back({std::string(M::name), encode(filled<M>(full)), direction_of<M>(), full});
  });
  return out;
}

}  // namespace baton::wire::nas
