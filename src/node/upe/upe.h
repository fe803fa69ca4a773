// upe.h: the user plane entity, its control plane: sessions and bearers as an MME asks for them on S11.
//
// Each procedure of S11 is one file and starts there with its clause. User traffic (GTP-U), bi-casting and
// the gateway's side (S5) come on top of what stands here.
#pragma once

#include "node/node.h"
#include "node/upe/config.h"
#include "node/upe/sessions.h"
#include "peer/gtp_path.h"

namespace baton::node::upe {

class Upe final : public Node {
 public:
  Upe(Config config, Entropy& entropy);

  void on(Event event, Instant now, Actions& out) override;
  std::string_view name() const override { return config_.name; }

  /// For tests and the console: what is filed now.
  Sessions& sessions() { return sessions_; }

 private:
  /// Answer is a response and the MME's end of the tunnel it goes to.
  struct Answer {
    Teid to;
    gtp2::Message message;
  };
  static Answer refuse(Teid to, Byte request, gtp2::CauseValue why, std::optional<gtp2::IeId> about = {});

  void on_gtp(peer::GtpEvent event, Instant now, Actions& out);
  void on_request(const peer::GtpRequest& request, Instant now, Actions& out);
  void on_bad_request(const peer::GtpBadRequest& bad, Instant now, Actions& out);
  /// addressed finds the session a request is for: it must exist and belong to the MME that asks.
  Session* addressed(const peer::GtpRequestRef& ref);
  /// forget ends everything about a UE.
  void forget(Session& session, Actions& out);
  /// take_over ends what the MME that served the UE so far had under way.
  void take_over(Session& session, Actions& out);
  /// key_in reads the K_UPE in a request; nothing when there is none or it is not read. An error: there is
  /// one that cannot be ours.
  Expected<std::optional<UpeKey>, gtp2::CauseValue> key_in(
      const std::vector<gtp2::PrivateExtension>& extensions, Actions& out) const;
  /// take_key puts it into the place of the one before.
  void take_key(Session& session, std::optional<UpeKey> key, Actions& out);
  void erase_key(Session& session, std::string_view reason, Actions& out);

  Answer create_session(const gtp2::CreateSessionRequest& m, const peer::GtpRequest& request, Actions& out);
  Answer modify_bearer(const gtp2::ModifyBearerRequest& m, const peer::GtpRequest& request, Actions& out);
  Answer release_access_bearers(const gtp2::ReleaseAccessBearersRequest& m, const peer::GtpRequest& request,
                                Actions& out);
  Answer delete_session(const gtp2::DeleteSessionRequest& m, const peer::GtpRequest& request, Actions& out);

  void downlink_data(const Imsi& imsi, Instant now, Actions& out);
  void on_notification_answer(peer::GtpToken token, const gtp2::Message* answer, Actions& out);
  void on_paging_failed(const gtp2::DownlinkDataNotificationFailureIndication& m,
                        const peer::GtpRequestRef& ref, Actions& out);
  void on_mme_restart(Endpoint mme, gtp2::Recovery life, Actions& out);

  Config config_;
  KeyLog keys_;
  Instant now_;  ///< of the event at hand
  peer::GtpPath s11_;
  Sessions sessions_;
  /// A notification that is not acknowledged yet: about whom, and since when.
  struct Notified {
    Imsi imsi;
    Instant since;
  };
  std::map<peer::GtpToken, Notified> notifications_;
};

}  // namespace baton::node::upe
