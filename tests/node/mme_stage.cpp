#include "node/mme_stage.h"

#include <algorithm>

#include "keys/derive_eps.h"

namespace baton::node::mme::test {

namespace {

constexpr Endpoint mme_gtpc{{{127, 0, 0, 1}}, 2123};
constexpr Endpoint hss_door{{{127, 0, 0, 2}}, 3868};
constexpr Endpoint upe_door{{{127, 0, 0, 3}}, 2123};
constexpr Endpoint other_mme_door{{{127, 0, 0, 14}}, 2123};

DiameterIdentity identity(std::string_view name) { return *DiameterIdentity::parse(name); }

template <std::size_t N>
std::array<Byte, N> filled(Byte b) {
  std::array<Byte, N> a{};
  a.fill(b);
  return a;
}

}  // namespace

void TestEntropy::fill(MutableBytes out) {
  for (Byte& b : out) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    b = static_cast<Byte>(state_ >> 56U);
  }
}

// --- the phone ----------------------------------------------------------------------------------

Phone::Phone(Imsi i, Byte secret)
    : imsi(std::move(i)),
      k(filled<16>(secret)),
      opc(filled<16>(static_cast<Byte>(secret + 1))),
      usim(K(filled<16>(secret)), Opc(filled<16>(static_cast<Byte>(secret + 1)))) {
  capability.eea = 0xE0;  // EEA0 to EEA2
  capability.eia = 0x60;  // EIA1, EIA2
}

nas::PdnConnectivityRequest Phone::pdn_request() const {
  nas::PdnConnectivityRequest r;
  r.pti = pti;
  return r;
}

nas::AttachRequest Phone::attach() const {
  nas::AttachRequest r;
  if (security) r.ksi = security->ksi();
  if (guti)
    r.identity = *guti;
  else
    r.identity = imsi;
  r.capability = capability;
  r.esm = nas::EsmContainer::of(nas::encode(pdn_request()));
  if (announcement) r.announcement = nas::UeAnnouncement::of(*announcement);
  return r;
}

ByteVector Phone::first(const ByteVector& plain) {
  return security ? *security->protect(context::NasSecurityHeader::integrity, plain) : plain;
}

ByteVector Phone::cipher(const ByteVector& plain) {
  return security ? *security->protect(context::NasSecurityHeader::ciphered, plain) : plain;
}

ByteVector Phone::answer(const nas::AuthenticationRequest& c) {
  auto said = usim.authenticate(c.rand, c.autn);
  if (auto* sync = std::get_if<SyncFailure>(&said))
    return nas::encode(nas::AuthenticationFailure{nas::EmmCause::synch_failure, sync->auts});
  auto* good = std::get_if<UsimSuccess>(&said);
  if (good == nullptr) return nas::encode(nas::AuthenticationFailure{nas::EmmCause::mac_failure, {}});
  const Kasme kasme = derive_kasme(good->ck, good->ik, PlmnId::test_value(), good->sqn_xor_ak);
  fresh.emplace(context::Side::ue, kasme.clone(), c.ksi);
  const auto res = good->res.expose();
  return nas::encode(nas::AuthenticationResponse{nas::Res::of(ByteVector(res.begin(), res.end()))});
}

ByteVector Phone::complete(const nas::SecurityModeCommand& command) {
  const Chosen chosen{*eea_from(command.algorithms.eea), *eia_from(command.algorithms.eia)};
  if (!fresh || !fresh->unprotect_command(last_down, chosen))
    throw std::runtime_error("the command's MAC is wrong");
  security = std::move(fresh);
  fresh.reset();
  nas::SecurityModeComplete m;
  if (command.imeisv_request) m.imeisv = nas::MobileIdentity(Imeisv::test_value());
  return *security->protect(context::NasSecurityHeader::ciphered_new_context, nas::encode(m));
}

nas::AttachComplete Phone::attach_complete() const {
  nas::ActivateDefaultBearerAccept accept;
  accept.bearer = nas::EpsBearerId{default_bearer};
  nas::AttachComplete m;
  m.esm = nas::EsmContainer::of(nas::encode(accept));
  return m;
}

// --- the world ----------------------------------------------------------------------------------

Config Stage::config() {
  Config c{.gummei = {PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{1}},
           .tais = {Tai{PlmnId::test_value(), Tac{1}}, Tai{PlmnId::test_value(), Tac{2}}},
           .identity = identity("mme.epc.mnc001.mcc001.3gppnetwork.org"),
           .realm = identity("epc.mnc001.mcc001.3gppnetwork.org"),
           .hss = {"hss", identity("hss.epc.mnc001.mcc001.3gppnetwork.org"),
                   identity("epc.mnc001.mcc001.3gppnetwork.org"), hss_door},
           .upe = {"upe", upe_door},
           .gtpc = mme_gtpc};
  c.mmes.push_back(other_mme());
  return c;
}

MmePeer Stage::other_mme() {
  return {"mme2",
          identity("mme2.epc.mnc001.mcc001.3gppnetwork.org"),
          {PlmnId::test_value(), MmeGroupId{0x8001}, MmeCode{2}},
          {Tai{PlmnId::test_value(), Tac{3}}, Tai{PlmnId::test_value(), Tac{4}}},
          other_mme_door};
}

Stage::Stage(Config c) : mme(std::move(c), entropy), down_(2) { enb_links_.resize(2); }

void Stage::start() {
  give(Started{});
  hss_is_up();
  for (std::size_t e = 0; e < enb_links_.size(); ++e) {
    enb_link_up(e);
    enb_is_up(e);
    (void)at_enb<s1ap::S1SetupResponse>(e);
  }
}

void Stage::give(Event event) {
  Actions out({ledger, true});
  mme.on(std::move(event), now, out);
  auto list = out.take();
  for (Action& a : list) carry_out(a);
}

void Stage::advance(Duration d) {
  const Instant until = now + d;
  for (;;) {
    auto first = timers_.end();
    for (auto it = timers_.begin(); it != timers_.end(); ++it)
      if (it->second <= until && (first == timers_.end() || it->second < first->second)) first = it;
    if (first == timers_.end()) break;
    now = first->second;
    const auto id = first->first;
    timers_.erase(first);
    give(TimerFired{id});
  }
  now = until;
}

void Stage::carry_out(Action& action) {
  if (auto* send = std::get_if<Send>(&action)) {
    if (hss_link_ && send->link == *hss_link_) return on_hss_octets(send->octets);
    for (std::size_t e = 0; e < enb_links_.size(); ++e) {
      if (enb_links_[e] != send->link) continue;
      auto received = s1ap::decode_any(send->octets);
      if (!received)
        throw std::runtime_error("the MME sent S1AP that nobody can read: " +
                                 received.why().error.to_string());
      down_[e].push_back(std::move(received->pdu));
    }
  } else if (auto* open = std::get_if<OpenLink>(&action)) {
    if (open->port == Port::diameter) hss_link_ = open->link;
  } else if (auto* datagram = std::get_if<SendDatagram>(&action)) {
    auto decoded = gtp2::decode_any(datagram->octets);
    if (!decoded) throw std::runtime_error("the MME sent GTP that nobody can read");
    const bool to_mme = datagram->remote == other_mme_door;
    if (std::holds_alternative<gtp2::EchoRequest>(decoded->message)) {
      const Byte counter = to_mme ? mme_echo_counter : echo_counter;
      if (to_mme || upe_answers_echo)
        give(DatagramIn{Port::gtpc, datagram->remote,
                        gtp2::encode(gtp2::EchoResponse{gtp2::Recovery{counter}, {}}, Teid{0},
                                     decoded->header.sequence)});
      return;
    }
    (to_mme ? s10_ : upe_).push_back({decoded->header, std::move(decoded->message)});
  } else if (auto* timer = std::get_if<StartTimer>(&action)) {
    timers_[timer->timer] = timer->at;
  } else if (auto* stop = std::get_if<StopTimer>(&action)) {
    timers_.erase(stop->timer);
  } else if (auto* record = std::get_if<Record>(&action)) {
    entries.push_back(std::move(record->entry));
  } else if (auto* counted = std::get_if<Count>(&action)) {
    ++counters_[std::string(counted->counter)];
  } else if (auto* line = std::get_if<Log>(&action)) {
    log.push_back(std::move(line->text));
  } else if (auto* step = std::get_if<Step>(&action)) {
    steps.push_back(std::move(*step));
  } else if (auto* outcome = std::get_if<Outcome>(&action)) {
    outcomes.push_back(std::move(*outcome));
  }
}

// --- eNB ----------------------------------------------------------------------------------------

void Stage::enb_link_up(std::size_t e) {
  enb_links_.at(e) = peer::LinkId{next_link_++};
  give(LinkUp{enb_links_[e], Port::s1ap, {{{127, 0, 1, static_cast<Byte>(e + 1)}}, 36412}});
}

void Stage::enb_is_up(std::size_t e) {
  const auto number = static_cast<std::uint32_t>(e + 1);
  s1ap::S1SetupRequest m{MacroEnbId{PlmnId::test_value(), number},
                         s1ap::Name{"enb" + std::to_string(number)},
                         {s1ap::SupportedTa{Tac{static_cast<std::uint16_t>(number)}, {PlmnId::test_value()}}},
                         s1ap::PagingDrx::v128};
  if (enbs_announce) m.announcement = s1ap::AnnouncementOctets{*enbs_announce};
  enb_says_message(e, m);
}

void Stage::enb_comes_back(std::size_t e) {
  down_[e].clear();
  enb_link_up(e);
  enb_is_up(e);
  (void)at_enb<s1ap::S1SetupResponse>(e);
}

void Stage::enb_says(std::size_t e, ByteVector octets) {
  give(LinkData{enb_links_.at(e), 0, std::move(octets)});
}

s1ap::InitialUeMessage Stage::initial_message(const Phone& p, ByteVector octets) const {
  const Tai tai{PlmnId::test_value(), Tac{static_cast<std::uint16_t>(p.enb + 1)}};
  s1ap::InitialUeMessage m{p.enb_id,
                           s1ap::NasPdu{std::move(octets)},
                           tai,
                           Ecgi{PlmnId::test_value(), 0x100},
                           s1ap::RrcEstablishmentCause::mo_signalling,
                           std::nullopt,
                           std::nullopt};
  if (p.guti) m.s_tmsi = STmsi{p.guti->mme.code, p.guti->m_tmsi};
  return m;
}

void Stage::initial(Phone& p, ByteVector octets) {
  enb_says_message(p.enb, initial_message(p, std::move(octets)));
}

void Stage::uplink(Phone& p, ByteVector octets) {
  enb_says_message(
      p.enb, s1ap::UplinkNasTransport{p.mme_id, p.enb_id, s1ap::NasPdu{std::move(octets)},
                                      Ecgi{PlmnId::test_value(), 0x100},
                                      Tai{PlmnId::test_value(), Tac{static_cast<std::uint16_t>(p.enb + 1)}}});
}

namespace {
// The ids a downlink message carries, if it is about one UE.
std::optional<s1ap::UeS1apIdPair> ids_of(const s1ap::Pdu& pdu) {
  return std::visit(
      [](const auto& m) -> std::optional<s1ap::UeS1apIdPair> {
        using M = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<M, s1ap::DownlinkNasTransport> ||
                      std::is_same_v<M, s1ap::InitialContextSetupRequest> ||
                      std::is_same_v<M, s1ap::UeContextModificationRequest>) {
          return s1ap::UeS1apIdPair{m.mme_ue_id, m.enb_ue_id};
        } else if constexpr (std::is_same_v<M, s1ap::UeContextReleaseCommand>) {
          const auto* pair = std::get_if<s1ap::UeS1apIdPair>(&m.ids);
          return pair ? std::optional(*pair) : std::nullopt;
        } else {
          return std::nullopt;
        }
      },
      pdu);
}
}  // namespace

s1ap::Pdu Stage::take(Phone& p) {
  auto& q = down_.at(p.enb);
  for (auto it = q.begin(); it != q.end(); ++it) {
    const auto ids = ids_of(*it);
    if (!ids || ids->enb_ue_id != p.enb_id) continue;
    p.mme_id = ids->mme_ue_id;
    s1ap::Pdu out = std::move(*it);
    q.erase(it);
    return out;
  }
  throw std::runtime_error("nothing is on the way to the UE");
}

bool Stage::quiet(const Phone& p) const {
  const auto& q = down_.at(p.enb);
  return std::none_of(q.begin(), q.end(), [&](const s1ap::Pdu& pdu) {
    const auto ids = ids_of(pdu);
    return ids && ids->enb_ue_id == p.enb_id;
  });
}

ByteVector Stage::open(Phone& p, ByteVector pdu) {
  p.last_down = pdu;
  const auto parsed = nas::parse_protected(pdu);
  if (!parsed) throw std::runtime_error("a downlink NAS message that nobody can read");
  switch (parsed->header) {
    case nas::SecurityHeader::plain:
    case nas::SecurityHeader::integrity_new:
      return ByteVector(parsed->payload.begin(), parsed->payload.end());
    default: break;
  }
  if (!p.security) throw std::runtime_error("a protected message for a UE without keys");
  auto plain = p.security->unprotect(pdu);
  if (!plain)
    throw std::runtime_error("a downlink message with a wrong MAC: " + std::string(to_string(plain.why())));
  return std::move(*plain);
}

void Stage::context_set_up(Phone& p) {
  enb_says_message(p.enb,
                   s1ap::InitialContextSetupResponse{
                       p.mme_id,
                       p.enb_id,
                       {s1ap::ErabSetUp{s1ap::ErabId{default_bearer},
                                        s1ap::TransportLayerAddress::from(Ipv4{{127, 0, 1, 1}}), Teid{0x77}}},
                       {},
                       std::nullopt});
}

void Stage::confirm_release(Phone& p) {
  enb_says_message(p.enb, s1ap::UeContextReleaseComplete{p.mme_id, p.enb_id, std::nullopt});
}

// --- HSS ----------------------------------------------------------------------------------------

void Stage::hss_is_up() {
  if (!hss_link_) throw std::runtime_error("the MME did not call the HSS");
  give(LinkUp{*hss_link_, Port::diameter, hss_door});
}

void Stage::hss_cancels(const Phone& p, diameter::CancellationType type) {
  const Config& c = mme.config();
  ++cancels_;
  diameter::CancelLocationRequest clr{.session_id = "hss;1;" + std::to_string(cancels_),
                                      .origin_host = c.hss.identity,
                                      .origin_realm = c.hss.realm,
                                      .destination_host = c.identity,
                                      .destination_realm = c.realm,
                                      .user_name = p.imsi,
                                      .cancellation_type = type};
  hss_gives(diameter::encode(clr, {1000 + cancels_, 2000 + cancels_}));
  for (auto it = hss_.begin(); it != hss_.end(); ++it) {
    const auto answer = diameter::decode<diameter::CancelLocationAnswer>(it->octets);
    if (!answer) continue;
    if (answer->result_code != diameter::code::success)
      throw std::runtime_error("the MME did not confirm Cancel Location");
    hss_.erase(it);
    return;
  }
  throw std::runtime_error("the MME did not answer Cancel Location");
}

void Stage::hss_link_lost() { give(LinkDown{*hss_link_}); }

void Stage::hss_gives(ByteVector octets) { give(LinkData{*hss_link_, 0, std::move(octets)}); }

void Stage::on_hss_octets(Bytes octets) {
  framer_.push(octets);
  for (;;) {
    auto next = framer_.next();
    if (!next) throw std::runtime_error("the MME sent a broken Diameter stream");
    if (!*next) return;
    const auto header = *diameter::decode_header(**next);
    const Config& c = mme.config();
    if (header.request && header.code == diameter::CapabilitiesExchangeRequest::command.code) {
      diameter::CapabilitiesExchangeAnswer cea{
          .result_code = diameter::code::success,
          .origin_host = c.hss.identity,
          .origin_realm = c.hss.realm,
          .host_ip_addresses = {diameter::Address::from(hss_door.address)},
          .vendor_id = 0,
          .product_name = "stage",
          .supported_vendor_ids = {diameter::vendor_3gpp},
          .vendor_specific_application_ids = {{diameter::vendor_3gpp, diameter::app_s6a, std::nullopt}}};
      if (hss_announces)
        cea.vendor_specific_application_ids.push_back(
            {diameter::vendor_private, diameter::app_private, std::nullopt});
      hss_gives(diameter::encode(cea, header.ids));
    } else if (header.request && header.code == diameter::DeviceWatchdogRequest::command.code) {
      hss_gives(diameter::encode(diameter::DeviceWatchdogAnswer{.result_code = diameter::code::success,
                                                                .origin_host = c.hss.identity,
                                                                .origin_realm = c.hss.realm},
                                 header.ids));
    } else {
      hss_.push_back({header, std::move(**next)});
    }
  }
}

diameter::AuthenticationInformationAnswer Stage::aia(const diameter::AuthenticationInformationRequest& air,
                                                     Phone& p) {
  const Config& c = mme.config();
  auto& seq = seq_[p.imsi];
  if (air.requested_eutran && air.requested_eutran->resynchronization) {
    const auto& r = *air.requested_eutran->resynchronization;
    const auto at = verify_auts(p.k, p.opc, r.rand, r.auts);
    if (!at) throw std::runtime_error("the AUTS is not the USIM's");
    seq = at->seq();
  }
  Rand rand;
  entropy.fill(rand.bytes);
  auto made = make_eps_vector(p.k, p.opc, Amf{{0x80, 0x00}}, *Sqn::of(++seq, 0), rand, air.visited_plmn);
  diameter::AuthenticationInformationAnswer a{.session_id = air.session_id,
                                              .result_code = diameter::code::success,
                                              .origin_host = c.hss.identity,
                                              .origin_realm = c.hss.realm};
  a.authentication_info.emplace();
  a.authentication_info->eutran_vectors.push_back(diameter::EutranVector{
      1, made.vector.rand, std::move(made.vector.xres), made.vector.autn, std::move(made.vector.kasme)});
  if (hss_announces) a.authentication_info->eutran_vectors.back().epoch = next_epoch++;
  return a;
}

diameter::AuthenticationInformationAnswer Stage::aia_refusal(
    const diameter::AuthenticationInformationRequest& air, std::uint32_t experimental) {
  return {.session_id = air.session_id,
          .experimental_result = diameter::ExperimentalResult{diameter::vendor_3gpp, experimental},
          .origin_host = *air.destination_host,
          .origin_realm = air.destination_realm};
}

diameter::UpdateLocationAnswer Stage::ula(const diameter::UpdateLocationRequest& ulr) {
  diameter::UpdateLocationAnswer a{.session_id = ulr.session_id,
                                   .result_code = diameter::code::success,
                                   .origin_host = *ulr.destination_host,
                                   .origin_realm = ulr.destination_realm,
                                   .ula_flags = diameter::ula_flag::separation};
  diameter::SubscriptionData s;
  s.ambr = diameter::Ambr{50'000'000, 100'000'000};
  diameter::ApnConfiguration apn{.context_identifier = 1, .service_selection = "internet"};
  apn.qos = diameter::EpsSubscribedQosProfile{static_cast<diameter::QosClassIdentifier>(9), {}};
  s.apn_configuration_profile = diameter::ApnConfigurationProfile{.context_identifier = 1, .apns = {apn}};
  a.subscription_data = s;
  return a;
}

// --- UPE ----------------------------------------------------------------------------------------

void Stage::upe_says(const gtp2::Message& m, Teid teid) {
  give(DatagramIn{Port::gtpc, upe_door, gtp2::encode(m, teid, last_upe_.sequence)});
}

void Stage::bearer_modified() {
  gtp2::ModifyBearerResponse response;
  gtp2::BearerModified b;
  b.ebi = gtp2::Ebi{default_bearer};
  response.bearers.push_back(b);
  upe_says(response, tunnels.at(*last_upe_.teid));
}

void Stage::upe_asks(const gtp2::Message& m, Teid teid) {
  give(DatagramIn{Port::gtpc, upe_door, gtp2::encode(m, teid, gtp2::Sequence{next_sequence_++})});
}

gtp2::CreateSessionResponse Stage::created(const gtp2::CreateSessionRequest& request) {
  const Teid own{next_teid_++};
  tunnels[own] = request.sender.teid;
  gtp2::CreateSessionResponse r;
  r.sender = gtp2::FTeid{gtp2::InterfaceType::s11_sgw, own, upe_door.address, std::nullopt};
  r.paa = gtp2::Paa::ipv4(Ipv4{{10, 45, 0, 2}});
  gtp2::BearerCreated b;
  b.ebi = gtp2::Ebi{default_bearer};
  b.s1u_sgw =
      gtp2::FTeid{gtp2::InterfaceType::s1u_sgw, Teid{own.value + 0x10000}, upe_door.address, std::nullopt};
  r.bearers.push_back(b);
  return r;
}

// --- another MME --------------------------------------------------------------------------------

void Stage::mme_says(const gtp2::Message& m, Teid teid) {
  give(DatagramIn{Port::gtpc, other_mme_door, gtp2::encode(m, teid, last_s10_.sequence)});
}

void Stage::mme_asks(const gtp2::Message& m, Teid teid) {
  give(DatagramIn{Port::gtpc, other_mme_door, gtp2::encode(m, teid, gtp2::Sequence{next_sequence_++})});
}

// --- whole stretches ----------------------------------------------------------------------------

void Stage::run(Until stretch, Phone& p) {
  switch (stretch) {
    case Until::challenged:
      air_ = at_hss<diameter::AuthenticationInformationRequest>();
      hss_says(aia(*air_, p));
      challenge_ = hears<nas::AuthenticationRequest>(p);
      return;
    case Until::commanded:
      uplink(p, p.answer(*challenge_));
      command_ = hears<nas::SecurityModeCommand>(p);
      return;
    case Until::locating:
      uplink(p, p.complete(*command_));
      ulr_ = at_hss<diameter::UpdateLocationRequest>();
      return;
    case Until::creating: {
      auto answer = ula(*ulr_);
      if (ulr_->aka) answer.epoch = ulr_->aka->epoch;
      hss_says(answer);
      csr_ = at_upe<gtp2::CreateSessionRequest>();
      return;
    }
    case Until::accepted: {
      upe_says(created(*csr_), csr_->sender.teid);
      auto ics = at_enb_for<s1ap::InitialContextSetupRequest>(p);
      const auto accept = opened<nas::AttachAccept>(p, std::move(ics.erabs.at(0).nas->octets));
      p.guti = accept.guti;
      return;
    }
    case Until::set_up: context_set_up(p); return;
    case Until::completed: uplink(p, p.cipher(nas::encode(p.attach_complete()))); return;
    case Until::attached:
      (void)at_upe<gtp2::ModifyBearerRequest>();
      bearer_modified();
      return;
  }
}

void Stage::attach(Phone& p, Until until) {
  initial(p, p.first(nas::encode(p.attach())));
  attach_from(p, Until::challenged, until);
}

void Stage::attach_from(Phone& p, Until from, Until until) {
  for (int s = static_cast<int>(from); s <= static_cast<int>(until); ++s) run(static_cast<Until>(s), p);
}

void Stage::authenticate(Phone& p) {
  run(Until::challenged, p);
  run(Until::commanded, p);
  uplink(p, p.complete(*command_));
}

void Stage::release_by_enb(Phone& p) {
  enb_says_message(
      p.enb, s1ap::UeContextReleaseRequest{p.mme_id, p.enb_id, s1ap::CauseRadioNetwork::user_inactivity});
  (void)at_upe<gtp2::ReleaseAccessBearersRequest>();
  upe_says(gtp2::ReleaseAccessBearersResponse{}, tunnels.at(*last_upe_.teid));
  (void)at_enb_for<s1ap::UeContextReleaseCommand>(p);
  confirm_release(p);
}

ByteVector Stage::service_request(Phone& p) { return *p.security->service_request(); }

// --- what was seen ------------------------------------------------------------------------------

std::uint64_t Stage::counter(std::string_view name) const {
  const auto it = counters_.find(name);
  return it == counters_.end() ? 0 : it->second;
}

std::vector<KeyKind> Stage::held(const Imsi& imsi) const {
  std::map<std::pair<KeyKind, KeyId>, int> held;
  for (const LedgerEntry& e : entries) {
    if (e.subscriber != imsi.digits()) continue;
    if (e.event == KeyEvent::erased)
      held.erase({e.kind, e.key});
    else if (e.event != KeyEvent::sent)
      held[{e.kind, e.key}] = 1;
  }
  std::vector<KeyKind> kinds;
  for (const auto& [key, one] : held) kinds.push_back(key.first);
  return kinds;
}

bool Stage::was_erased(KeyKind kind, const KeyId& key) const {
  return std::any_of(entries.begin(), entries.end(), [&](const LedgerEntry& e) {
    return e.event == KeyEvent::erased && e.kind == kind && e.key == key;
  });
}

const Ue& Stage::context(const Phone& p) {
  const Ue* ue = mme.find(p.imsi);
  if (ue == nullptr) throw std::runtime_error("the MME has no context for " + p.imsi.digits());
  return *ue;
}

}  // namespace baton::node::mme::test
