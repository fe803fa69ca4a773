// diameter_samples.h: one message of each kind with every AVP of its table, for tests of all kinds.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "wire/diameter/message.h"

namespace baton::test {

namespace dia = wire::diameter;

inline DiameterIdentity identity(std::string_view s) { return *DiameterIdentity::parse(s); }
inline const DiameterIdentity mme_host = identity("mme1.epc.mnc001.mcc001.3gppnetwork.org");
inline const DiameterIdentity hss_host = identity("hss1.epc.mnc001.mcc001.3gppnetwork.org");
inline const DiameterIdentity realm = identity("epc.mnc001.mcc001.3gppnetwork.org");
inline const std::string session = "mme1.epc.mnc001.mcc001.3gppnetwork.org;1;7";

template <class S, std::size_t N>
S secret_of(Byte first) {
  std::array<Byte, N> b{};
  for (std::size_t i = 0; i < N; ++i) b[i] = static_cast<Byte>(first + i);
  if constexpr (requires { S::size_max; })
    return S(Bytes(b));
  else
    return S(std::span<const Byte, N>(b));
}

inline dia::ChainStep sample_step(std::uint32_t number) {
  return {number, number == 0 ? dia::StepDirection::aka : dia::StepDirection::handover,
          *NasCount::from(5 * number), mme_host,
          secret_of<UpdateProof, 32>(static_cast<Byte>(0x40 + number))};
}

inline dia::EutranVector sample_vector(std::uint32_t number) {
  Rand rand;
  rand.bytes.fill(0x11);
  Autn autn;
  autn.bytes.fill(0x22);
  return {number, rand, secret_of<Xres, 8>(0x80), autn, secret_of<Kasme, 32>(0xC0)};
}

/// samples holds one of each, made anew because vectors are moved.
inline std::vector<std::pair<std::string, dia::AnyMessage>> samples() {
  using namespace dia;
  const VendorSpecificApplicationId vsai{vendor_3gpp, app_s6a, {}};
  const auto none = AuthSessionState::no_state_maintained;
  const Imsi imsi = Imsi::test_value();
  const PlmnId plmn = PlmnId::test_value();
  const std::vector<SupportedFeatures> features{{vendor_3gpp, 1, 0x0C000607}, {vendor_3gpp, 2, 1}};
  const FailedAvp failed{*parse_hex("000000014000000e3030313031780000")};
  std::vector<std::pair<std::string, AnyMessage>> out;
  const auto add = [&](std::string name, AnyMessage m) { out.emplace_back(std::move(name), std::move(m)); };

  add("cer", CapabilitiesExchangeRequest{mme_host,
                                         realm,
                                         {Address::from(Ipv4{{127, 0, 1, 1}}), {2, ByteVector(16, 0xFE)}},
                                         0,
                                         "Baton",
                                         7,
                                         {vendor_3gpp, 5535},
                                         {app_s6a},
                                         {0},
                                         {3},
                                         {vsai},
                                         1});
  add("cea", CapabilitiesExchangeAnswer{code::success,
                                        hss_host,
                                        realm,
                                        {Address::from(Ipv4{{127, 0, 1, 2}})},
                                        0,
                                        "Baton",
                                        8,
                                        "fine",
                                        failed,
                                        {vendor_3gpp},
                                        {app_s6a},
                                        {0},
                                        {3},
                                        {vsai},
                                        1});
  add("dwr", DeviceWatchdogRequest{mme_host, realm, 7});
  add("dwa", DeviceWatchdogAnswer{code::success, hss_host, realm, "fine", failed, 8});
  add("dpr", DisconnectPeerRequest{mme_host, realm, DisconnectCause::busy});
  add("dpa", DisconnectPeerAnswer{code::success, hss_host, realm, "bye", failed});

  Rand rand;
  rand.bytes.fill(0x33);
  Auts auts;
  auts.bytes.fill(0x44);
  add("air", AuthenticationInformationRequest{
                 session, vsai, none, mme_host, realm, hss_host, realm, imsi, features,
                 RequestedEutranAuthenticationInfo{2, 1, Resynchronization{rand, auts}}, plmn});
  AuthenticationInfo info;
  for (std::uint32_t i = 1; i <= 2; ++i) info.eutran_vectors.push_back(sample_vector(i));
  add("aia", AuthenticationInformationAnswer{
                 session, vsai, code::success, {}, {}, none, hss_host, realm, features, std::move(info), {}});
  add("aia_unknown",
      AuthenticationInformationAnswer{session,
                                      vsai,
                                      {},
                                      ExperimentalResult{vendor_3gpp, experimental::user_unknown},
                                      ErrorDiagnostic::no_gprs_data_subscribed,
                                      none,
                                      hss_host,
                                      realm,
                                      {},
                                      {},
                                      {failed, failed}});
  add("ulr", UpdateLocationRequest{session, vsai, none, mme_host, realm, hss_host, realm, imsi, features,
                                   TerminalInformation{"35349006987331", "53"}, RatType::eutran,
                                   ulr_flag::s6a | ulr_flag::initial_attach, plmn});
  const AllocationRetentionPriority arp{8, Preemption::disabled, Preemption::enabled};
  const EpsSubscribedQosProfile qos{QosClassIdentifier{9}, arp};
  SubscriptionData data{
      SubscriberStatus::service_granted,
      TelephoneNumber{"491701234567"},
      NetworkAccessMode::only_packet,
      32,
      "0800",
      Ambr{50'000'000, 100'000'000},
      ApnConfigurationProfile{1,
                              AllApnConfigurationsIncluded::all,
                              {{1, PdnType::ipv4, "internet", qos, Ambr{1000, 2000}, "0400"},
                               {2, PdnType::ipv4v6, "ims", qos, {}, {}}}},
      6,
      3240};
  add("ula", UpdateLocationAnswer{session,
                                  vsai,
                                  code::success,
                                  {},
                                  {},
                                  none,
                                  hss_host,
                                  realm,
                                  features,
                                  ula_flag::separation,
                                  std::move(data),
                                  {}});
  add("clr", CancelLocationRequest{session, vsai, none, hss_host, realm, mme_host, realm, imsi, features,
                                   CancellationType::subscription_withdrawal, clr_flag::reattach_required});
  add("cla",
      CancelLocationAnswer{session, vsai, features, code::success, {}, none, mme_host, realm, {failed}});
  add("pur", PurgeUeRequest{session, vsai, none, mme_host, realm, hss_host, realm, imsi, 1, features});
  add("pua",
      PurgeUeAnswer{
          session, vsai, features, code::success, {}, none, hss_host, realm, pua_flag::freeze_m_tmsi, {}});
  add("nor",
      NotifyRequest{session, vsai, none, mme_host, realm, hss_host, realm, imsi, features,
                    TerminalInformation{"35349006987331", {}}, 1, "internet", AlertReason::ue_present, 2});
  add("noa", NotifyAnswer{session, vsai, features, code::success, {}, none, hss_host, realm, {}});
  // What an HSS tells and asks of its own accord, what an SGSN gets, what an equipment register says, and
  // load.
  AuthenticationInformationRequest both{
      session,
      vsai,
      none,
      mme_host,
      realm,
      hss_host,
      realm,
      imsi,
      {},
      RequestedEutranAuthenticationInfo{},
      plmn,
      RequestedUtranGeranAuthenticationInfo{5, 1, Resynchronization{rand, auts}},
      OcSupportedFeatures{oc_feature::loss_algorithm}};
  add("air_utran", std::move(both));
  AuthenticationInfo umts;
  Autn autn;
  autn.bytes.fill(0x22);
  umts.utran_vectors.push_back(
      {1, rand, secret_of<Xres, 8>(0x80), autn, secret_of<Ck, 16>(0x90), secret_of<Ik, 16>(0xA0)});
  umts.geran_vectors.push_back({2, rand, secret_of<Sres, 4>(0x80), secret_of<Kc, 8>(0xB0)});
  add("aia_utran", AuthenticationInformationAnswer{session,
                                                   vsai,
                                                   code::success,
                                                   {},
                                                   {},
                                                   none,
                                                   hss_host,
                                                   realm,
                                                   {},
                                                   std::move(umts),
                                                   {},
                                                   OcSupportedFeatures{oc_feature::loss_algorithm},
                                                   OcOlr{1'700'000'000, OcReportType::host, 40, 30}});
  SubscriptionData changed{};
  changed.subscriber_status = SubscriberStatus::operator_determined_barring;
  changed.ambr = Ambr{1000, 2000};
  changed.operator_determined_barring = 1;
  changed.apn_configuration_profile = ApnConfigurationProfile{
      1,
      AllApnConfigurationsIncluded::modified_or_added,
      {{1, PdnType::ipv4, "internet", qos, Ambr{1000, 2000}, {}, VplmnDynamicAddress::allowed}}};
  add("idr",
      InsertSubscriberDataRequest{session, vsai, none, hss_host, realm, mme_host, realm, imsi, features,
                                  std::move(changed), idr_flag::eps_user_state | idr_flag::eps_location});
  add("ida", InsertSubscriberDataAnswer{session,
                                        vsai,
                                        features,
                                        code::success,
                                        {},
                                        none,
                                        mme_host,
                                        realm,
                                        EpsUserState{MmeUserState{UserState::connected_reachable},
                                                     SgsnUserState{UserState::detached}},
                                        EpsLocationInformation{MmeLocationInformation{
                                            *parse_hex("00f1100000000701"), *parse_hex("00f1100007"), 0, 3}},
                                        ida_flag::area_restricted,
                                        {}});
  add("dsr", DeleteSubscriberDataRequest{session,
                                         vsai,
                                         none,
                                         hss_host,
                                         realm,
                                         mme_host,
                                         realm,
                                         imsi,
                                         features,
                                         dsr_flag::pdn_contexts,
                                         {2, 3}});
  add("dsa",
      DeleteSubscriberDataAnswer{session, vsai, features, code::success, {}, none, mme_host, realm, {}});
  add("rsr",
      ResetRequest{session, vsai, none, hss_host, realm, mme_host, realm, features, {"00101", "00102"}});
  add("rsa", ResetAnswer{session, vsai, features, code::success, {}, none, mme_host, realm, {}});
  const VendorSpecificApplicationId s13{vendor_3gpp, app_s13, {}};
  add("ecr", MeIdentityCheckRequest{session, s13, none, mme_host, realm, hss_host, realm,
                                    TerminalInformation{"35349006987331", "53"}, imsi});
  add("eca", MeIdentityCheckAnswer{
                 session, s13, code::success, {}, none, hss_host, realm, EquipmentStatus::blacklisted, {}});
  // What no standard has, in messages of S6a and in messages of its own.
  AuthenticationInfo numbered;
  numbered.eutran_vectors.push_back(sample_vector(1));
  numbered.eutran_vectors.back().epoch = 3;
  add("aia_epoch",
      AuthenticationInformationAnswer{
          session, vsai, code::success, {}, {}, none, hss_host, realm, {}, std::move(numbered), {}});
  add("ulr_aka", UpdateLocationRequest{session,
                                       vsai,
                                       none,
                                       mme_host,
                                       realm,
                                       hss_host,
                                       realm,
                                       imsi,
                                       {},
                                       {},
                                       RatType::eutran,
                                       ulr_flag::s6a,
                                       plmn,
                                       AkaReference{rand, 3, 2, secret_of<UpdateProof, 32>(0x40)}});
  const VendorSpecificApplicationId own{vendor_private, app_private, {}};
  KasmeUpdateRequest update{session, own, none, mme_host, realm, hss_host, realm, imsi, rand, 3, 2, {}, {}};
  for (std::uint32_t i = 0; i < 3; ++i) update.steps.push_back(sample_step(i));
  update.kasme = secret_of<Kasme, 32>(0xC0);
  add("kur", std::move(update));
  add("kua", KasmeUpdateAnswer{session, own, code::success, {}, none, hss_host, realm, 3, 2, {}});
  add("kua_refused", KasmeUpdateAnswer{session,
                                       own,
                                       {},
                                       ExperimentalResult{vendor_private, private_result::bad_proof},
                                       none,
                                       hss_host,
                                       realm,
                                       {},
                                       {},
                                       {failed}});
  add("ctr", ContextTransferRequest{session, own, none, mme_host, realm, hss_host, realm, imsi, "WLAN"});
  add("cta", ContextTransferAnswer{session,
                                   own,
                                   code::success,
                                   {},
                                   none,
                                   hss_host,
                                   realm,
                                   secret_of<Kn3, 32>(0xE0),
                                   7,
                                   ByteVector(8, 0x55),
                                   rand,
                                   3,
                                   2,
                                   1,
                                   mme_host,
                                   {}});
  return out;
}

inline dia::Header header_for(bool retransmitted = false) {
  dia::Header h;
  h.ids = {0x01020304, 0x0A0B0C0D};
  h.retransmitted = retransmitted;
  return h;
}

}  // namespace baton::test
