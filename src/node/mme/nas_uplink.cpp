// nas_uplink.cpp: a NAS message of a UE that has a connection.
#include "base/cases.h"
#include "node/mme/gea.h"
#include "node/mme/interfaces.h"
#include "node/mme/procedures.h"
#include "wire/nas/message.h"

namespace baton::node::mme {

namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

namespace {

/// How far a message is to be trusted.
enum class Trust : Byte { verified, unverified };

/// strike counts a message of no use. A UE that has not proved who it is gets only so many.
void strike(Core& core, S1Connection& c, Ue& ue, std::string_view counter, std::string text) {
  core.count(counter);
  core.log(LogLevel::info, core.label(ue) + ": " + text);
  if (ue.imsi || ++c.strikes <= nas_strikes_max) return;
  core.count("mme.nas.too_many_strikes");
  core.cancel(ue);
  core.forget(ue, "too many useless messages", s1ap::CauseNas::unspecified, false);
}

/// The messages a network takes from a UE whose MAC it cannot check.
//= TS 24.301, 4.4.4.3
template <class M>
constexpr bool taken_unverified =
    std::is_same_v<M, nas::AttachRequest> || std::is_same_v<M, nas::IdentityResponse> ||
    std::is_same_v<M, nas::AuthenticationResponse> || std::is_same_v<M, nas::AuthenticationFailure> ||
    std::is_same_v<M, nas::SecurityModeReject> || std::is_same_v<M, nas::UeDetachRequest> ||
    std::is_same_v<M, nas::DetachAccept> || std::is_same_v<M, nas::TauRequest>;

/// What a UE's procedures wait for.
template <class M, class V>
struct AlternativeOf;
template <class M, class... Ms>
struct AlternativeOf<M, std::variant<Ms...>> : std::bool_constant<(std::is_same_v<M, Ms> || ...)> {};
template <class M>
constexpr bool awaited = AlternativeOf<M, UeEvent>::value;

/// begin_again drops what there is of an attach and starts a new one on the same connection.
void begin_again(Core& core, S1Connection& c, Ue& ue, nas::AttachRequest request, Trust trust) {
  if (trust == Trust::unverified && ue.imsi) {
    // The connection's UE is registered or about to be, and this is not proved to be it: a newcomer takes
    // the connection, and the context stays as it was. Without room for one nothing happens at all.
    Ue* newcomer = core.ues.add();
    if (newcomer == nullptr) {
      core.count("mme.attach.congestion");
      return;
    }
    core.cancel(ue);
    const MmeUeS1apId connection = c.mme_id;
    if (ue.emm == Ue::Emm::registered) {
      if (ue.session) core.tell_upe(ue.session->upe_teid, wire::gtp2::ReleaseAccessBearersRequest{});
      core.go_idle(ue, "another UE on its connection");
    } else {
      core.part_s1(ue);
      purge(core, ue);
      core.forget(ue, "attach begun again", s1ap::CauseNas::unspecified, false);
    }
    newcomer->s1 = connection;
    c.ue = newcomer->id;
    newcomer->capability = request.capability;
    keep_announcement(*newcomer, request.announcement);
    keep_gprs_capability(*newcomer, request.ms_capability);
    newcomer->ue_ksi = request.ksi;
    if (const Imsi* imsi = request.identity.imsi()) newcomer->claimed = *imsi;
    newcomer->attach = std::move(request);
    core.run(*newcomer, "attach", attach(core, *newcomer));
    return;
  }
  core.cancel(ue);
  if (trust == Trust::verified) {
    ue.as_count = ue.security->last_received();
    ue.capabilities_changed = ue.capability != request.capability;
  } else {
    ue.claimed.reset();
    if (const Imsi* imsi = request.identity.imsi()) ue.claimed = *imsi;
    ue.by_guti = false;
  }
  ue.capability = request.capability;
  keep_announcement(ue, request.announcement);
  keep_gprs_capability(ue, request.ms_capability);
  ue.ue_ksi = request.ksi;
  ue.attach = std::move(request);
  core.run(ue, "attach", attach(core, ue));
}

//= TS 24.301, 5.5.1.2.7, cases d, e and f
void on_attach_again(Core& core, S1Connection& c, Ue& ue, nas::AttachRequest request, Trust trust) {
  core.count("mme.attach.repeated");
  const bool attaching = ue.doing == "attach" && ue.attach;
  if (attaching && request == *ue.attach) {
    // The same again: what is under way goes on; an accept that has left is sent again.
    if (ue.accept_sent) deliver(core, ue, AttachRepeated{}, "a repeated Attach Request");
    return;
  }
  begin_again(core, c, ue, std::move(request), trust);
}

void on_detach(Core& core, Ue& ue, nas::UeDetachRequest request, Trust trust) {
  if (trust == Trust::verified && ue.imsi) {
    core.run(ue, "detach", detach_by_ue(core, ue, std::move(request)));
    return;
  }
  if (!request.detach_type.switch_off) core.send_nas(ue, nas::encode(nas::DetachAccept{}));
  if (ue.imsi) return;  // not proved to be the UE: it may hear an answer, and stays
  core.cancel(ue);
  core.forget(ue, "detach before it was registered", s1ap::CauseNas::detach, false);
}

void on_tau(Core& core, S1Connection& c, Ue& ue, nas::TauRequest request, Trust trust) {
  if (trust == Trust::verified && ue.emm == Ue::Emm::registered) {
    ue.as_count = ue.security->last_received();
    if (ue.handover) {
      // It says where the UE will be; it has its turn when the UE is there.
      core.count("mme.tau.waits");
      ue.waiting.tau = std::move(request);
      return;
    }
    begin_tau(core, ue, std::move(request));
    return;
  }
  strike(core, c, ue, "mme.nas.unexpected", "a tracking area update that nobody can vouch for");
}

/// One PDN connection is what there is: a second one is refused, and so is giving up the only one.
//= TS 24.301, 6.5.1.4
template <class Reject>
void refuse_pdn(Core& core, Ue& ue, nas::Pti pti, nas::EsmCause cause) {
  core.count("mme.nas.pdn_refused");
  Reject m;
  m.pti = pti;
  m.cause = cause;
  core.send_nas(ue, nas::encode(m));
}

/// dispatch gives a readable message to whoever it is for.
void dispatch(Core& core, S1Connection& c, Ue& ue, Bytes plain, Trust trust) {
  auto message = nas::decode_any(plain, nas::Direction::uplink);
  if (!message) {
    //= TS 24.301, 7.4
    //= TS 24.301, 7.5.1
    const bool known_type = message.why().fault != wire::Fault::wrong_type;
    // Once NAS is secured, what nobody vouches for gets no answer: each would spend a downlink COUNT.
    //= TS 24.301, 4.4.4.3
    const bool heard = trust == Trust::verified || !ue.secured;
    if (heard && nas::peek_discriminator(plain) == static_cast<Byte>(nas::Family::emm)) {
      const nas::EmmStatus status{known_type ? nas::EmmCause::invalid_mandatory_information
                                             : nas::EmmCause::message_type_non_existent};
      core.send_nas(ue, nas::encode(status));
    }
    return strike(core, c, ue, "mme.nas.malformed", message.why().to_string());
  }
  std::visit(
      [&](auto& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (!taken_unverified<M>) {
          if (trust == Trust::unverified)
            return strike(core, c, ue, "mme.nas.unprotected", std::string(M::name) + " without protection");
        }
        if constexpr (std::is_same_v<M, nas::AttachRequest>) {
          on_attach_again(core, c, ue, std::move(m), trust);
        } else if constexpr (std::is_same_v<M, nas::UeDetachRequest>) {
          on_detach(core, ue, std::move(m), trust);
        } else if constexpr (std::is_same_v<M, nas::TauRequest>) {
          on_tau(core, c, ue, std::move(m), trust);
        } else if constexpr (std::is_same_v<M, nas::EmmStatus>) {
          core.count("mme.nas.status_received");
          core.log(LogLevel::info, core.label(ue) + ": EMM STATUS: " + std::string(to_string(m.cause)));
        } else if constexpr (std::is_same_v<M, nas::PdnConnectivityRequest>) {
          refuse_pdn<nas::PdnConnectivityReject>(core, ue, m.pti,
                                                 nas::EsmCause::service_option_not_supported);
        } else if constexpr (std::is_same_v<M, nas::PdnDisconnectRequest>) {
          //= TS 24.301, 6.5.2.4
          refuse_pdn<nas::PdnDisconnectReject>(core, ue, m.pti,
                                               nas::EsmCause::last_pdn_disconnection_not_allowed);
        } else if constexpr (std::is_same_v<M, nas::EsmStatus>) {
          core.count("mme.nas.status_received");
          core.log(LogLevel::info, core.label(ue) + ": ESM STATUS: " + std::string(to_string(m.cause)));
        } else if constexpr (awaited<M>) {
          if (trust == Trust::unverified && ue.secured)
            return strike(core, c, ue, "mme.nas.unprotected", std::string(M::name) + " without protection");
          if (!ue.inbox.listening() || !core.offer(ue, std::move(m)))
            strike(core, c, ue, "mme.nas.unexpected", "nobody waits for " + std::string(M::name));
        } else {
          //= TS 24.301, 7.4
          core.send_nas(ue,
                        nas::encode(nas::EmmStatus{nas::EmmCause::message_type_not_compatible_with_state}));
          strike(core, c, ue, "mme.nas.unexpected", std::string(M::name) + " has no place here");
        }
      },
      *message);
}

}  // namespace

void begin_tau(Core& core, Ue& ue, nas::TauRequest request) {
  if (const Guti* g = request.old_guti.guti()) used_guti(core, ue, *g);
  core.run(ue, "tau", tau(core, ue, std::move(request)));
}

//= TS 24.301, 4.4.4.3
void on_uplink(Core& core, S1Connection& c, Bytes pdu) {
  Ue* ue = core.ues.find(*c.ue);
  if (ue == nullptr) return;
  //= S0.D11
  // What comes on a connection where the UE is not, or no longer this MME's own, moves no COUNT.
  if (ue->s1 != c.mme_id || ue->nas_rests()) {
    core.count("mme.handover.nas_dropped");
    return;
  }
  const auto parsed = nas::parse_protected(pdu);
  if (!parsed) return strike(core, c, *ue, "mme.nas.malformed", parsed.why().to_string());

  switch (parsed->header) {
    case nas::SecurityHeader::plain: return dispatch(core, c, *ue, parsed->payload, Trust::unverified);

    case nas::SecurityHeader::integrity:
    case nas::SecurityHeader::integrity_ciphered: {
      if (ue->security) {
        const auto plain = ue->security->unprotect(pdu);
        if (plain) {
          ue->arrival.reset();
          return dispatch(core, c, *ue, *plain, Trust::verified);
        }
        core.count("mme.nas.integrity_failed");
      }
      // A UE whose keys we do not share may still answer a question: then the text is readable.
      if (!nas::ciphered(parsed->header)) return dispatch(core, c, *ue, parsed->payload, Trust::unverified);
      return strike(core, c, *ue, "mme.nas.unreadable", "a message under keys that are not known here");
    }

    case nas::SecurityHeader::integrity_ciphered_new: {
      //= TS 24.301, 5.4.3.3
      if (!ue->fresh || !ue->fresh->active())
        return strike(core, c, *ue, "mme.nas.unexpected", "no security mode is under way");
      const auto plain = ue->fresh->unprotect(pdu);
      if (!plain || nas::peek_type(*plain) != nas::SecurityModeComplete::type)
        return strike(core, c, *ue, "mme.nas.integrity_failed", "a Security Mode Complete with a wrong MAC");
      return dispatch(core, c, *ue, *plain, Trust::verified);
    }

    case nas::SecurityHeader::integrity_new:
    case nas::SecurityHeader::service_request:
      return strike(core, c, *ue, "mme.nas.unexpected", "a security header that has no place here");
  }
}

}  // namespace baton::node::mme
