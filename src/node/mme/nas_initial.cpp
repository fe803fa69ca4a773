// nas_initial.cpp: the first NAS message of a connection, and whose it is.
//
// Whoever sends it can write anybody's GUTI or IMSI into it. A UE context that exists is touched only when
// the message's MAC is right under that context's keys; everybody else gets a context of their own, or a
// refusal and nothing.
#include <algorithm>

#include "base/cases.h"
#include "node/mme/gea.h"
#include "node/mme/interfaces.h"
#include "node/mme/procedures.h"
#include "wire/nas/message.h"

namespace baton::node::mme {

namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

namespace {

/// turn_away answers on a connection that exists for this answer only.
void turn_away(Core& core, const Enb& enb, const s1ap::InitialUeMessage& m, std::optional<ByteVector> answer,
               std::string_view why) {
  core.count("mme.nas.turned_away");
  core.log(LogLevel::info, "a UE at " + enb.name + " is turned away: " + std::string(why));
  if (core.s1.size() >= s1_connections_max) return;
  S1Connection& c = core.s1.open(enb.link, m.enb_ue_id, enb.name, m.tai, m.cell, std::nullopt);
  if (answer)
    core.send_s1ap(
        c.link, c.stream(),
        s1ap::encode(s1ap::DownlinkNasTransport{c.mme_id, c.enb_id, s1ap::NasPdu{std::move(*answer)}}));
  core.release_s1(c, s1ap::CauseNas::normal_release);
}

template <class M>
ByteVector refusal(nas::EmmCause cause) {
  M m;
  m.cause = cause;
  return nas::encode(m);
}

/// connect gives `ue` the new connection. What it was doing on an old one is over.
void connect(Core& core, Ue& ue, const Enb& enb, const s1ap::InitialUeMessage& m) {
  const std::string_view was = ue.doing;
  core.cancel(ue);
  if (S1Connection* old = core.connection_of(ue)) core.release_s1(*old, s1ap::CauseNas::normal_release);
  core.part_s1(ue);  // also what a handover left that had lost its source connection
  if (was == "paging") core.count("mme.paging.answered");
  core.stop_timer(ue, Timer::mobile_reachable);
  core.stop_timer(ue, Timer::implicit_detach);
  ue.s1 = core.s1.open(enb.link, m.enb_ue_id, enb.name, m.tai, m.cell, ue.id).mme_id;
  ue.last_tai = m.tai;
}

/// verified opens `pdu` under the context of `ue`. Only if that succeeds has anything changed.
bool verified(Core& core, Ue& ue, const nas::Protected& parsed, Bytes pdu) {
  if (parsed.header != nas::SecurityHeader::integrity &&
      parsed.header != nas::SecurityHeader::integrity_ciphered)
    return false;
  if (!ue.security) return false;
  const auto plain = ue.security->unprotect(pdu);
  if (plain)
    ue.arrival.reset();
  else
    core.count("mme.nas.integrity_failed");
  return static_cast<bool>(plain);
}

/// named finds the context that a GUTI stands for: one of ours, or the one by which a UE came from another
/// MME. It proves nothing.
Ue* named(Core& core, const Guti* guti) {
  if (guti == nullptr) return nullptr;
  return guti->mme == core.config.gummei ? core.ues.find(guti->m_tmsi) : core.ues.find(*guti);
}

/// known is that context if it is this MME's to use: not while, or after, the UE moves to another MME.
//= S0.D11
Ue* known(Core& core, const nas::EpsMobileIdentity& identity) {
  Ue* ue = named(core, identity.guti());
  return ue != nullptr && ue->ours() && !ue->nas_rests() ? ue : nullptr;
}

/// cause_for_stranger says why a UE that names `identity` is not known here: a GUTI of ours without a
/// context means that the MME has forgotten (restart, detach); anything else is not ours to know.
//= TS 24.301, annex A.2
nas::EmmCause cause_for_stranger(Core& core, const Guti* guti) {
  if (guti == nullptr || guti->mme != core.config.gummei || core.ues.find(guti->m_tmsi) != nullptr)
    return nas::EmmCause::ue_identity_cannot_be_derived;
  return nas::EmmCause::implicitly_detached;
}

//= TS 24.301, 5.5.1.2
void on_attach(Core& core, const Enb& enb, const s1ap::InitialUeMessage& m, const nas::Protected& parsed,
               nas::AttachRequest request) {
  // Somebody we know, and it is really them?
  Ue* ue = known(core, request.identity);
  if (ue && verified(core, *ue, parsed, m.nas.octets)) {
    connect(core, *ue, enb, m);
    used_guti(core, *ue, *request.identity.guti());
    ue->secured = true;
    ue->as_count = ue->security->last_received();
    // Capabilities that changed have to be replayed in a security mode command: new keys for that.
    ue->capabilities_changed = ue->capability != request.capability;
  } else {
    const Ue* guessed = named(core, request.identity.guti());
    ue = core.ues.add();
    if (!ue) {
      core.count("mme.attach.congestion");
      return turn_away(core, enb, m, refusal<nas::AttachReject>(nas::EmmCause::congestion),
                       "no room for a UE context");
    }
    connect(core, *ue, enb, m);
    // Whose vector to fetch. A guess from a GUTI can be wrong; the challenge will tell.
    if (const Imsi* imsi = request.identity.imsi()) {
      ue->claimed = *imsi;
    } else if (const Guti* guti = request.identity.guti(); guti && guti->mme == core.config.gummei) {
      const Imsi* remembered = core.remembered.find(guti->m_tmsi);
      if (guessed)
        ue->claimed = guessed->imsi;
      else if (remembered)
        ue->claimed = *remembered;
      ue->by_guti = ue->claimed.has_value();
    }
  }
  ue->capability = request.capability;
  keep_announcement(*ue, request.announcement);
  keep_gprs_capability(*ue, request.ms_capability);
  ue->ue_ksi = request.ksi;
  ue->attach = std::move(request);
  core.run(*ue, "attach", attach(core, *ue));
}

/// keeper_of is the MME to ask for a UE that names `guti` and is not known here: the one that gave the GUTI
/// out, or, when that was this one, the one that has fetched the UE from here. Null: nobody.
const MmePeer* keeper_of(Core& core, const Guti* guti) {
  if (guti == nullptr) return nullptr;
  if (guti->mme != core.config.gummei) return core.mme_of(guti->mme);
  const Ue* given = core.ues.find(guti->m_tmsi);
  return given != nullptr && given->custody == Ue::Custody::given ? given->given_to : nullptr;
}

/// from_elsewhere gives a UE of another MME a provisional context; that MME says whether it is that UE.
//= TS 23.401, 5.3.3.1
void from_elsewhere(Core& core, const Enb& enb, const s1ap::InitialUeMessage& m, const MmePeer& at,
                    nas::TauRequest request) {
  Ue* ue = core.ues.add();
  if (ue == nullptr) {
    core.count("mme.context.congestion");
    return turn_away(core, enb, m, refusal<nas::TauReject>(nas::EmmCause::congestion),
                     "no room for a UE context");
  }
  connect(core, *ue, enb, m);
  core.run(*ue, "inter-mme-tau", inter_mme_tau(core, *ue, at, std::move(request), m.nas.octets));
}

//= TS 24.301, 5.5.3.2
void on_tau(Core& core, const Enb& enb, const s1ap::InitialUeMessage& m, const nas::Protected& parsed,
            nas::TauRequest request) {
  Ue* ue = known(core, request.old_guti);
  if (!ue || ue->emm != Ue::Emm::registered || !verified(core, *ue, parsed, m.nas.octets)) {
    const Ue* moving = named(core, request.old_guti.guti());
    if (moving && moving->custody == Ue::Custody::offered) {
      // Nobody knows yet where its keys are. It asks again, and by then somebody does.
      return turn_away(core, enb, m, std::nullopt, "its context is under way");
    }
    if (const MmePeer* at = keeper_of(core, request.old_guti.guti());
        at != nullptr && parsed.header == nas::SecurityHeader::integrity)
      return from_elsewhere(core, enb, m, *at, std::move(request));
    const auto cause = cause_for_stranger(core, request.old_guti.guti());
    return turn_away(core, enb, m, refusal<nas::TauReject>(cause), "no context for its tracking area update");
  }
  // The UPE may hold the eNB's end of a connection that ends here, or wait for a call that this update
  // takes the place of. An update that brings no bearer would leave it so.
  const bool upe_waits = ue->session && (ue->session->s1u_enb || ue->doing == "paging");
  connect(core, *ue, enb, m);
  if (upe_waits && !request.update_type.active)
    core.tell_upe(ue->session->upe_teid, wire::gtp2::ReleaseAccessBearersRequest{});
  used_guti(core, *ue, *request.old_guti.guti());
  ue->secured = true;
  ue->as_count = ue->security->last_received();
  core.run(*ue, "tau", tau(core, *ue, std::move(request)));
}

//= TS 24.301, 5.5.2.2
void on_detach(Core& core, const Enb& enb, const s1ap::InitialUeMessage& m, const nas::Protected& parsed,
               nas::UeDetachRequest request) {
  Ue* ue = known(core, request.identity);
  if (!ue || ue->emm != Ue::Emm::registered || !verified(core, *ue, parsed, m.nas.octets)) {
    // Whoever it is may go; nobody's context hears of it.
    std::optional<ByteVector> answer;
    if (!request.detach_type.switch_off) answer = nas::encode(nas::DetachAccept{});
    return turn_away(core, enb, m, std::move(answer), "a detach that nobody can vouch for");
  }
  connect(core, *ue, enb, m);
  ue->secured = true;
  core.run(*ue, "detach", detach_by_ue(core, *ue, std::move(request)));
}

//= TS 24.301, 5.6.1
void on_service_request(Core& core, const Enb& enb, const s1ap::InitialUeMessage& m) {
  Ue* ue = m.s_tmsi && m.s_tmsi->code == core.config.gummei.code ? core.ues.find(m.s_tmsi->m_tmsi) : nullptr;
  if (ue != nullptr && ue->nas_rests()) ue = nullptr;
  if (ue != nullptr && ue->custody == Ue::Custody::offered)
    return turn_away(core, enb, m, std::nullopt, "its context is under way");
  if (ue == nullptr || ue->emm != Ue::Emm::registered || !ue->security || !ue->session) {
    const bool ours = m.s_tmsi && m.s_tmsi->code == core.config.gummei.code;
    const auto cause =
        ours ? nas::EmmCause::implicitly_detached : nas::EmmCause::ue_identity_cannot_be_derived;
    return turn_away(core, enb, m, refusal<nas::ServiceReject>(cause), "no context for its service request");
  }
  //= TS 24.301, 5.6.1.5
  const auto ksi = context::service_request_ksi(m.nas.octets);
  if (ksi != ue->security->ksi().value || !ue->security->verify_service_request(m.nas.octets)) {
    core.count("mme.service_request.bad_mac");
    return turn_away(core, enb, m, refusal<nas::ServiceReject>(nas::EmmCause::ue_identity_cannot_be_derived),
                     "the short MAC of its service request is wrong");
  }
  connect(core, *ue, enb, m);
  used_guti(core, *ue, Guti{core.config.gummei, m.s_tmsi->m_tmsi});
  ue->secured = true;
  ue->as_count = ue->security->last_received();
  core.run(*ue, "service-request", service_request(core, *ue));
}

/// The refusal of a type of request for a UE that stands where this MME serves nobody.
//= TS 24.301, 5.5.1.2.5
std::optional<ByteVector> not_here(const nas::Protected& parsed) {
  if (parsed.header == nas::SecurityHeader::service_request)
    return refusal<nas::ServiceReject>(nas::EmmCause::tracking_area_not_allowed);
  const auto type = nas::peek_type(parsed.payload);
  if (type == nas::AttachRequest::type)
    return refusal<nas::AttachReject>(nas::EmmCause::tracking_area_not_allowed);
  if (type == nas::TauRequest::type) return refusal<nas::TauReject>(nas::EmmCause::tracking_area_not_allowed);
  return std::nullopt;
}

}  // namespace

//= TS 36.413, 8.6.2.1
void on_initial(Core& core, Enb& enb, s1ap::InitialUeMessage m) {
  // An eNB that uses an id again has lost the UE that had it.
  if (S1Connection* before = core.s1.find(enb.link, m.enb_ue_id)) {
    core.count("mme.s1ap.id_reused");
    lose_connection(core, *before);
  }
  const auto parsed = nas::parse_protected(m.nas.octets);
  if (!parsed) {
    core.count("mme.nas.malformed");
    return turn_away(core, enb, m, std::nullopt, parsed.why().to_string());
  }
  const auto& served = core.config.tais;
  if (std::find(served.begin(), served.end(), m.tai) == served.end())
    return turn_away(core, enb, m, not_here(*parsed), "its tracking area is not served");
  if (core.s1.size() >= s1_connections_max) {
    core.count("mme.s1ap.too_many_connections");
    return;
  }
  if (parsed->header == nas::SecurityHeader::service_request) return on_service_request(core, enb, m);

  // Attach, TAU and detach requests are never ciphered when they are first (TS 24.301, 4.4.5).
  auto message = nas::decode_any(parsed->payload, nas::Direction::uplink);
  if (!message) {
    core.count("mme.nas.malformed");
    //= TS 24.301, 7.5.1
    const bool known_type = message.why().fault != wire::Fault::wrong_type;
    nas::EmmStatus status{known_type ? nas::EmmCause::invalid_mandatory_information
                                     : nas::EmmCause::message_type_non_existent};
    return turn_away(core, enb, m, nas::encode(status), message.why().to_string());
  }
  std::visit(Cases{[&](nas::AttachRequest& r) { on_attach(core, enb, m, *parsed, std::move(r)); },
                   [&](nas::TauRequest& r) { on_tau(core, enb, m, *parsed, std::move(r)); },
                   [&](nas::UeDetachRequest& r) { on_detach(core, enb, m, *parsed, std::move(r)); },
                   [&](auto&) {
                     core.count("mme.nas.unexpected");
                     turn_away(core, enb, m, std::nullopt, "its first message is not one to begin with");
                   }},
             *message);
}

}  // namespace baton::node::mme
