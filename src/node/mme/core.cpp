#include "node/mme/core.h"

#include <algorithm>

#include "base/cases.h"
#include "node/mme/procedures.h"
#include "wire/gtp2/private.h"

namespace baton::node::mme {

namespace gtp2 = wire::gtp2;
namespace s1ap = wire::s1ap;

namespace {

peer::GtpPathConfig gtpc_config(const Config& c, Entropy& entropy) {
  peer::GtpPathConfig g;
  g.peers.push_back({c.upe.name, c.upe.endpoint, peer::GtpInterface::s11});
  for (const MmePeer& mme : c.mmes)
    if (g.peers.size() <= mmes_max) g.peers.push_back({mme.name, mme.endpoint, peer::GtpInterface::s10});
  // An MME keeps nothing over a restart, so its counter only has to differ from the last one: a random
  // octet does so 255 times out of 256.
  g.restart_counter = gtp2::Recovery{static_cast<Byte>(entropy.u32() & 0xFFU)};
  g.first_sequence = entropy.u32();
  // A node that needs nothing beyond the standards says nothing beyond them.
  if (context::beyond_final(c.policy)) {
    gtp2::MovePrivate says;
    says.announcement = context::Announcement::of(c.policy).encode();
    says.mme = c.identity;
    if (auto extension = gtp2::encode_private(says, wire::enterprise()))
      g.echo_says.push_back(std::move(*extension));
  }
  return g;
}

peer::DiameterConfig s6a_config(const Config& c) {
  peer::DiameterConfig d{.identity = c.identity,
                         .realm = c.realm,
                         .address = c.gtpc.address,
                         .peers = {},
                         .application = wire::diameter::app_s6a,
                         .application_vendor = wire::diameter::vendor_3gpp,
                         .private_application = c.policy.inter_mme_kasme != context::InterMmeKasme::keep,
                         .vendor_id = 0,
                         .product_name = "Baton",
                         .origin_state_id = 0,
                         .times = {},
                         .first_link = peer::LinkId{1}};
  const auto add = [&](const HssPeer& p) {
    d.peers.push_back({p.identity, p.realm, p.endpoint.address, p.endpoint.port, !p.via, p.secured, p.via});
  };
  add(c.hss);
  for (const HssPeer& p : c.more_hss) add(p);
  for (const HssPeer& p : c.agents) add(p);
  return d;
}

constexpr std::uint16_t timer_kind_of(Timer t) { return static_cast<std::uint16_t>(t); }
constexpr std::uint32_t timer_bit_of(Timer t) { return 1U << static_cast<unsigned>(t); }

}  // namespace

std::string ue_name(std::string_view imsi_digits) { return "ue-" + std::string(imsi_digits); }

Core::Core(Config c, Entropy& e)
    : config(std::move(c)),
      entropy(e),
      keys(config.name, config.id_key),
      enbs(config.enb_limit),
      ues(config.ue_limit, config.provisional_limit, config.coming_limit),
      gtpc(gtpc_config(config, e)),
      s6a(s6a_config(config), e) {}

// --- S1AP ---------------------------------------------------------------------------------------

Core::Said Core::take_announcement(Endpoint neighbour, gtp2::Recovery life,
                                   std::optional<context::Announcement> announced) {
  const auto [at, first] = neighbours_said.try_emplace(neighbour, NeighbourSaid{life, announced});
  if (first) return Said::first;
  if (at->second.life != life)
    at->second = {life, announced};
  else if (at->second.announced != announced)
    return Said::changed;
  return Said::again;
}

void Core::forget_announcement(Endpoint neighbour, gtp2::Recovery life) {
  const auto at = neighbours_said.find(neighbour);
  if (at != neighbours_said.end() && at->second.life != life) neighbours_said.erase(at);
}

void Core::release_s1(S1Connection& c, s1ap::Cause cause) {
  if (c.ue) {
    // The target eNB of a handover that comes to nothing is not where the UE is.
    if (Ue* ue = ues.find(*c.ue); ue && ue->s1 == c.mme_id) part_s1(*ue);
    c.ue.reset();
  }
  if (!enbs.find(c.link)) {  // nobody left to tell
    s1.close(c.mme_id);
    return;
  }
  s1ap::UeS1apIds ids = c.mme_id;
  if (c.enb_id_known) ids = s1ap::UeS1apIdPair{c.mme_id, c.enb_id};
  send_s1ap(c.link, c.stream(), s1ap::encode(s1ap::UeContextReleaseCommand{ids, cause}));
  out->start_timer({TimerDomain::node, c.mme_id.value, timer_kind_of(Timer::xrelease)},
                   now + config.after(Timer::xrelease));
}

void Core::part_s1(Ue& ue) {
  erase_as_keys(ue, "connection released");
  ue.s1.reset();
  ue.secured = false;
  ue.context_at_enb = false;
  ue.waiting = {};  // it came on this connection
  if (ue.session) ue.session->s1u_enb.reset();
}

// --- NAS ----------------------------------------------------------------------------------------

std::optional<ByteVector> Core::protect_nas(Ue& ue, Bytes plain, Protection protection) {
  using Header = context::NasSecurityHeader;
  if (ue.downlink_rests()) {
    count("mme.nas.rests");
    return std::nullopt;
  }
  if (protection == Protection::plain || (protection == Protection::best && !ue.secured))
    return ByteVector(plain.begin(), plain.end());
  const bool fresh = protection == Protection::new_context;
  auto& context = fresh ? ue.fresh : ue.security;
  if (!context) return std::nullopt;
  auto pdu = context->protect(fresh ? Header::integrity_new_context : Header::ciphered, plain);
  if (!pdu) {
    count("mme.nas.unprotectable");
    log(LogLevel::warning,
        label(ue) + ": cannot protect a NAS message: " + std::string(to_string(pdu.why())));
    return std::nullopt;
  }
  return std::move(*pdu);
}

bool Core::send_nas(Ue& ue, Bytes plain, Protection protection) {
  S1Connection* c = connection_of(ue);
  if (!c) return false;
  auto pdu = protect_nas(ue, plain, protection);
  if (!pdu) return false;
  send_s1ap(c->link, c->stream(),
            s1ap::encode(s1ap::DownlinkNasTransport{c->mme_id, c->enb_id, s1ap::NasPdu{std::move(*pdu)}}));
  return true;
}

// --- neighbours ---------------------------------------------------------------------------------

void Core::drop_hss_question(Ue& ue) {
  if (!ue.hss_asked) return;
  const peer::RequestToken token = *std::exchange(ue.hss_asked, std::nullopt);
  hss_asked_.erase(token);
  // A location update is carried out whether somebody waits for its answer or not.
  if (std::exchange(ue.locating, false)) left_locating_[token] = ue.id;
}

void Core::located_late(peer::RequestToken token, Located how) {
  const auto it = left_locating_.find(token);
  if (it == left_locating_.end()) return;
  Ue* ue = ues.find(it->second);
  left_locating_.erase(it);
  if (ue == nullptr || ue->registered_at_hss || !ue->ours()) return;
  count("mme.location.late_answer");
  if (how == Located::here) {
    ue->registered_at_hss = true;
  } else if (how == Located::unknown && ue->emm == Ue::Emm::registered) {
    start_timer(*ue, Timer::xregister);
  }
}

bool Core::asked_hss(Ue& ue, std::optional<peer::RequestToken> token) {
  if (!token) {
    count("mme.s6a.unsent");
    return false;
  }
  drop_hss_question(ue);
  ue.hss_asked = token;
  hss_asked_[*token] = ue.id;
  return true;
}

namespace {
/// remember_question notes whom the answer to `token` belongs to; an older question of the same kind is
/// forgotten.
void remember_question(std::map<peer::GtpToken, UeId>& asked, std::optional<peer::GtpToken>& slot,
                       peer::GtpToken token, UeId ue) {
  if (slot) asked.erase(*slot);
  slot = token;
  asked[token] = ue;
}
}  // namespace

bool Core::ask_upe(Ue& ue, Teid teid, const gtp2::Message& request) {
  const auto token = gtpc.request(config.upe.endpoint, teid, request, now, *out);
  if (!token) {
    count("mme.s11.unsent");
    return false;
  }
  remember_question(gtpc_asked_, ue.upe_asked, *token, ue.id);
  return true;
}

void Core::tell_upe(Teid teid, const gtp2::Message& request) {
  if (!gtpc.request(config.upe.endpoint, teid, request, now, *out)) count("mme.s11.unsent");
}

void Core::end_session(const Ue& ue, Session session) {
  gtp2::DeleteSessionRequest end;
  end.linked_ebi = gtp2::Ebi{default_bearer};
  if (!session.adopted) return tell_upe(session.upe_teid, end);
  //= TS 29.274, 7.2.7
  gtp2::ModifyBearerRequest take;
  take.sender = gtp2::FTeid{gtp2::InterfaceType::s11_mme, ue.s11.value_or(Teid{ue.id.value}),
                            config.gtpc.address, std::nullopt};
  take.serving_network = config.gummei.plmn;
  take.rat = gtp2::RatType::eutran;
  take.recovery = gtpc.restart_counter();
  const auto token = gtpc.request(config.upe.endpoint, session.upe_teid, take, now, *out);
  if (!token) return count("mme.s11.unsent");
  to_delete_[*token] = session.upe_teid;
}

bool Core::on_taken_over(peer::GtpToken token, const gtp2::Message* answer) {
  const auto it = to_delete_.find(token);
  if (it == to_delete_.end()) return false;
  const Teid teid = it->second;
  to_delete_.erase(it);
  const auto* taken = answer ? std::get_if<gtp2::ModifyBearerResponse>(answer) : nullptr;
  if (taken == nullptr || !gtp2::accepted(taken->cause.value)) return true;  // it is gone, or nobody is there
  gtp2::DeleteSessionRequest end;
  end.linked_ebi = gtp2::Ebi{default_bearer};
  tell_upe(teid, end);
  return true;
}

bool Core::ask_mme(Ue& ue, const MmePeer& mme, Teid teid, const gtp2::Message& request) {
  const auto token = gtpc.request(mme.endpoint, teid, request, now, *out);
  if (!token) {
    count("mme.s10.unsent");
    return false;
  }
  remember_question(gtpc_asked_, ue.mme_asked, *token, ue.id);
  return true;
}

void Core::tell_mme(const MmePeer& mme, Teid teid, const gtp2::Message& request) {
  if (!gtpc.request(mme.endpoint, teid, request, now, *out)) count("mme.s10.unsent");
}

bool Core::offer_context(Ue& ue, const peer::GtpRequestRef& ref, Teid teid, const gtp2::Message& response) {
  const auto token = gtpc.respond_expecting_acknowledge(ref, teid, response, now, *out);
  if (!token) {
    count("mme.s10.unsent");
    return false;
  }
  remember_question(gtpc_asked_, ue.mme_asked, *token, ue.id);
  return true;
}

const MmePeer* Core::mme_at(Endpoint endpoint) const {
  for (const MmePeer& m : config.mmes)
    if (m.endpoint == endpoint) return &m;
  return nullptr;
}

const MmePeer* Core::mme_serving(const Tai& tai) const {
  for (const MmePeer& m : config.mmes)
    if (std::find(m.tais.begin(), m.tais.end(), tai) != m.tais.end()) return &m;
  return nullptr;
}

const MmePeer* Core::mme_of(const Gummei& gummei) const {
  for (const MmePeer& m : config.mmes)
    if (m.gummei == gummei) return &m;
  return nullptr;
}

std::optional<Teid> Core::draw_teid() {
  for (int i = 0; i < m_tmsi_draws_max; ++i) {
    const Teid t{entropy.u32()};
    if (t.value != 0 && !ues.find(t) && !ues.find_s10(t)) return t;
  }
  return std::nullopt;
}

void Core::forget_questions(Ue& ue) {
  drop_hss_question(ue);
  // A request that makes something at the UPE is repeated until it is answered, and what it made is then
  // taken back (on_s11); anything else need not be.
  if (ue.upe_asked) {
    // A take-over that comes late would take the session from whoever has it by then, a K_UPE the place of a
    // newer one.
    if (ue.session && (ue.session->adopted || ue.upe_key.doubtful)) gtpc.cancel(*ue.upe_asked, *out);
    gtpc_asked_.erase(*std::exchange(ue.upe_asked, std::nullopt));
  }
  if (ue.mme_asked) gtpc_asked_.erase(*std::exchange(ue.mme_asked, std::nullopt));
}

Ue* Core::whose(peer::RequestToken token) {
  const auto it = hss_asked_.find(token);
  if (it == hss_asked_.end()) return nullptr;
  Ue* ue = ues.find(it->second);
  hss_asked_.erase(it);
  if (ue) ue->hss_asked.reset();
  return ue;
}

Ue* Core::whose(peer::GtpToken token) {
  const auto it = gtpc_asked_.find(token);
  if (it == gtpc_asked_.end()) return nullptr;
  Ue* ue = ues.find(it->second);
  gtpc_asked_.erase(it);
  if (ue) (ue->upe_asked == token ? ue->upe_asked : ue->mme_asked).reset();
  return ue;
}

// --- timers -------------------------------------------------------------------------------------

void Core::start_timer(Ue& ue, Timer t, Duration after) {
  ue.armed |= timer_bit_of(t);
  out->start_timer({TimerDomain::ue, ue.id.value, timer_kind_of(t)}, now + after);
}

void Core::stop_timer(Ue& ue, Timer t) {
  if ((ue.armed & timer_bit_of(t)) == 0) return;
  ue.armed &= ~timer_bit_of(t);
  out->stop_timer({TimerDomain::ue, ue.id.value, timer_kind_of(t)});
}

void Core::stop_all_timers(Ue& ue) {
  for (const TimerSpec& s : timers) stop_timer(ue, s.timer);
}

// --- procedures ---------------------------------------------------------------------------------

void Core::run(Ue& ue, std::string_view name, Procedure p) {
  cancel(ue);
  ue.doing = name;
  ue.running = std::move(p);
  ue.inbox.start(ue.running);
  ended(ue);
}

bool Core::offer(Ue& ue, UeEvent event) {
  const bool taken = ue.inbox.offer(std::move(event));
  ended(ue);
  return taken;
}

void Core::ended(const Ue& ue) {
  if (!ue.busy() && ((ue.aka_due && !ue.idle()) || ue.location_unconfirmed)) return due_.push_back(ue.id);
  if (!ue.busy() && (ue.waiting.handover || ue.waiting.tau || ue.waiting.aka)) due_.push_back(ue.id);
}

std::optional<UeId> Core::next_due() {
  if (due_.empty()) return std::nullopt;
  const UeId id = due_.back();
  due_.pop_back();
  return id;
}

void Core::cancel(Ue& ue) {
  assert(!ue.inbox.running());
  ue.running = {};
  interrupt_handover(*this, ue);
  erase_context(ue, ue.fresh, "procedure ended before the key was taken into use");
  forget_questions(ue);
  for (const Timer t : {Timer::t3413, Timer::t3422, Timer::t3450, Timer::t3460, Timer::t3470, Timer::xsetup,
                        Timer::xrelease, Timer::xhandover, Timer::xrelocation})
    stop_timer(ue, t);
  ue.doing = {};
}

void Core::go_idle(Ue& ue, std::string_view reason) {
  erase_as_keys(ue, reason);
  part_s1(ue);
  //= TS 24.301, 5.3.5
  start_timer(ue, Timer::mobile_reachable, config.t3412 + config.after(Timer::mobile_reachable));
}

void Core::forget(Ue& ue, std::string_view reason, s1ap::Cause cause, bool remember_guti) {
  if (ue.handover) abandon_handover(*this, ue, cause);
  for (auto* session : {&ue.session, &ue.old_session}) {
    // A UE that was given away has its session at the other MME now.
    if (*session && ue.custody != Ue::Custody::given) end_session(ue, std::move(**session));
    session->reset();
  }
  if (S1Connection* c = connection_of(ue)) release_s1(*c, cause);
  if (!ue.inbox.running()) ue.running = {};  // what its frames hold goes first
  erase_security(ue, reason);
  if (remember_guti && ue.imsi && ue.guti) remembered.remember(ue.guti->m_tmsi, *ue.imsi);
  forget_questions(ue);
  stop_all_timers(ue);
  ues.bury(ue);
}

// --- keys ---------------------------------------------------------------------------------------

void Core::erase_as_keys(Ue& ue, std::string_view reason) {
  if (ue.old_chain) {
    log_key(ue, KeyEvent::erased, ue.old_chain->kasme, std::string(reason));
    ue.old_chain.reset();
  }
  if (!ue.nh) return;
  log_key(ue, KeyEvent::erased, *ue.nh, std::string(reason));
  ue.nh.reset();
  ue.ncc = 0;
  ue.chain_hops = 0;
}

void Core::retire_security(Ue& ue, std::string_view reason) {
  if (!ue.security || ue.security->kasme() == nullptr || !ue.context_at_enb || !ue.nh || ue.old_chain)
    return erase_context(ue, ue.security, reason);
  const std::string why(reason);
  if (const auto* k = ue.security->knas_enc()) log_key(ue, KeyEvent::erased, *k, why);
  if (const auto* k = ue.security->knas_int()) log_key(ue, KeyEvent::erased, *k, why);
  ue.old_chain = OldChain{ue.security->ksi(), ue.security->kasme()->clone()};
  ue.security.reset();
}

void Core::erase_security(Ue& ue, std::string_view reason) {
  erase_as_keys(ue, reason);
  ue.as_count.reset();
  ue.secured = false;
  erase_context(ue, ue.fresh, reason);
  erase_context(ue, ue.security, reason);
  ue.lineage.reset();
  ue.fresh_lineage.reset();
}

void Core::erase_context(Ue& ue, std::optional<context::EpsSecurityContext>& context,
                         std::string_view reason) {
  if (!context) return;
  const std::string why(reason);
  if (const auto* k = context->knas_enc()) log_key(ue, KeyEvent::erased, *k, why);
  if (const auto* k = context->knas_int()) log_key(ue, KeyEvent::erased, *k, why);
  if (const auto* k = context->kasme()) log_key(ue, KeyEvent::erased, *k, why);
  if (const auto* given = context->handover_root()) log_key(ue, KeyEvent::erased, given->kho, why);
  context.reset();
}

// --- what a person reads ------------------------------------------------------------------------

std::string Core::label(const Ue& ue) const {
  const std::string digits = ue.subscriber();
  return digits.empty() ? "UE " + std::to_string(ue.id.value) : ue_name(digits);
}

std::string Core::enb_name(const Ue& ue) {
  const S1Connection* c = connection_of(ue);
  return c ? c->enb : std::string("enb");
}

void Core::step(Ue& ue, std::string_view id, std::string_view text, std::string from, std::string to,
                std::string_view protocol) {
  if (!wants_steps() || ue.doing.empty()) return;
  Step s{ue.subscriber(), ue.doing, id, std::string(text), std::move(from), std::move(to), protocol};
  if (s.subscriber.empty()) {
    if (ue.steps_kept.size() < steps_kept_max) ue.steps_kept.push_back(std::move(s));
    return;
  }
  flush_steps(ue);
  out->step(std::move(s));
}

void Core::flush_steps(Ue& ue) {
  const std::string who = ue.subscriber();
  if (who.empty()) return;
  for (Step& s : ue.steps_kept) {
    s.subscriber = who;
    if (s.from.empty()) s.from = ue_name(who);
    if (s.to.empty()) s.to = ue_name(who);
    out->step(std::move(s));
  }
  ue.steps_kept.clear();
}

namespace {
// The UE's own name, empty while it is unknown; flush_steps fills it in.
std::string name_or_nothing(const Ue& ue) {
  const std::string who = ue.subscriber();
  return who.empty() ? std::string() : ue_name(who);
}
}  // namespace

void Core::step_to_ue(Ue& ue, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, config.name, name_or_nothing(ue), "NAS");
}
void Core::step_from_ue(Ue& ue, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, name_or_nothing(ue), config.name, "NAS");
}
void Core::step_to_enb(Ue& ue, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, config.name, enb_name(ue), "S1AP");
}
void Core::step_from_enb(Ue& ue, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, enb_name(ue), config.name, "S1AP");
}
void Core::step_to_hss(Ue& ue, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, config.name, config.hss.name, "S6a");
}
void Core::step_from_hss(Ue& ue, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, config.hss.name, config.name, "S6a");
}
void Core::step_to_upe(Ue& ue, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, config.name, config.upe.name, "S11");
}
void Core::step_from_upe(Ue& ue, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, config.upe.name, config.name, "S11");
}
void Core::step_to_mme(Ue& ue, const MmePeer& mme, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, config.name, mme.name, "S10");
}
void Core::step_from_mme(Ue& ue, const MmePeer& mme, std::string_view id, std::string_view text) {
  if (wants_steps()) step(ue, id, text, mme.name, config.name, "S10");
}

}  // namespace baton::node::mme
