// core.h: what every procedure of the MME works with: its tables, its neighbours, and the few verbs by
// which it speaks to them. No decision of a procedure is made here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/mme/cancelled.h"
#include "node/mme/config.h"
#include "node/mme/departed.h"
#include "node/mme/enb_table.h"
#include "node/mme/guti.h"
#include "node/mme/hss_load.h"
#include "node/mme/reject.h"
#include "node/mme/s1_connections.h"
#include "node/mme/ue_context.h"
#include "node/mme/ue_table.h"
#include "node/node.h"
#include "peer/diameter_peer.h"
#include "peer/gtp_path.h"
#include "wire/s1ap/s1ap.h"

namespace baton::node::mme {

/// How a NAS message leaves.
enum class Protection : Byte {
  plain,        ///< before there is a security context
  best,         ///< ciphered and integrity protected once security is established, else plain
  new_context,  ///< the Security Mode Command: integrity protected, readable
};

class Core {
 public:
  Core(Config config, Entropy& entropy);

  const Config config;
  Entropy& entropy;
  KeyLog keys;
  EnbTable enbs;
  S1Connections s1;
  UeTable ues;
  RememberedGutis remembered;
  Cancellations cancelled;
  Departures departed;
  peer::GtpPath gtpc;  ///< S11 and S10: the UPE and the other MMEs
  peer::DiameterNode s6a;
  HssLoad hss_load;

  // --- the event that is being handled; only Mme::on sets these
  Instant now{};
  Actions* out = nullptr;

  /// KASME-Updates without an answer, with what each told last.
  struct KasmeTold {
    UeId ue;
    Generation last;
  };
  std::map<peer::RequestToken, KasmeTold> kasme_asked;

  /// What a neighbour said of itself in an Echo Response, and in which life of it.
  struct NeighbourSaid {
    wire::gtp2::Recovery life;
    std::optional<context::Announcement> announced;
  };
  std::map<Endpoint, NeighbourSaid> neighbours_said;
  /// announced_by is what a neighbour says that it understands; nothing: the standards only, as far as is
  /// known.
  std::optional<context::Announcement> announced_by(const MmePeer& mme) const {
    if (mme.standards_only) return std::nullopt;
    const auto at = neighbours_said.find(mme.endpoint);
    return at == neighbours_said.end() ? mme.announced : at->second.announced;
  }
  std::optional<context::Announcement> announced_by(const UpePeer& upe) const {
    const auto at = neighbours_said.find(upe.endpoint);
    return at == neighbours_said.end() ? upe.announced : at->second.announced;
  }
  /// take_announcement takes down what a neighbour says of itself. The first word of a life of it stands: who
  /// could make it say less later, could have UEs served as if it knew the standards only.
  enum class Said : Byte { first, again, changed };
  Said take_announcement(Endpoint neighbour, wire::gtp2::Recovery life,
                         std::optional<context::Announcement> announced);
  /// forget_announcement ends what a neighbour said in another life than `life`.
  void forget_announcement(Endpoint neighbour, wire::gtp2::Recovery life);

  // --- S1AP
  void send_s1ap(peer::LinkId link, std::uint16_t stream, ByteVector octets) {
    out->send(link, stream, std::move(octets));
  }
  /// connection_of is the UE's S1 connection, null when it is idle.
  S1Connection* connection_of(const Ue& ue) { return ue.s1 ? s1.find(*ue.s1) : nullptr; }
  /// release_s1 sends UE Context Release Command; the ids stay taken until the eNB confirms. The UE, if
  /// there still is one, is idle from now on.
  void release_s1(S1Connection& connection, wire::s1ap::Cause cause);
  /// part_s1 makes the UE idle without a word: the connection is gone or given to a release.
  void part_s1(Ue& ue);

  // --- NAS
  /// send_nas protects and sends a downlink NAS message. False when it cannot leave: no connection, or the
  /// downlink COUNT is spent.
  bool send_nas(Ue& ue, Bytes plain, Protection protection = Protection::best);
  /// protect_nas is the first half of it, for a NAS message that travels inside an S1AP procedure.
  std::optional<ByteVector> protect_nas(Ue& ue, Bytes plain, Protection protection = Protection::best);

  // --- neighbours. The answer comes as an event to the UE's inbox. False: it cannot be asked.
  template <class Request>
  bool ask_hss(Ue& ue, const Request& request) {
    auto token = send_to_hss(request);
    return asked_hss(ue, token ? std::optional(*token) : std::nullopt);
  }
  bool ask_upe(Ue& ue, Teid teid, const wire::gtp2::Message& request);
  /// tell_* asks for nobody: the answer is counted and dropped.
  template <class Request>
  void tell_hss(const Request& request) {
    if (auto token = send_to_hss(request); !token) count("mme.s6a.unsent");
  }
  /// send_to_hss lets another HSS of the realm answer where there is one.
  template <class Request>
  Expected<peer::RequestToken, peer::SendFault> send_to_hss(const Request& request) {
    if (config.more_hss.empty()) return s6a.request(config.hss.identity, request, now, *out);
    return s6a.request_in(config.hss.realm, request, now, *out);
  }
  void tell_upe(Teid teid, const wire::gtp2::Message& request);
  /// end_session deletes a session of `ue` at the UPE, for which nobody waits. The UPE takes that only from
  /// the MME that it knows as the session's, so one that has not been taken over yet is taken over first.
  void end_session(const Ue& ue, Session session);
  /// on_taken_over goes on with that. False: `token` is something else.
  bool on_taken_over(peer::GtpToken token, const wire::gtp2::Message* answer);
  /// ask_mme and tell_mme are the same towards another MME. A UE may ask its UPE and an MME at once.
  bool ask_mme(Ue& ue, const MmePeer& mme, Teid teid, const wire::gtp2::Message& request);
  void tell_mme(const MmePeer& mme, Teid teid, const wire::gtp2::Message& request);
  /// offer_context answers another MME's Context Request; its acknowledgement, or silence, comes to the UE's
  /// inbox. False: nothing was sent.
  bool offer_context(Ue& ue, const peer::GtpRequestRef& ref, Teid teid, const wire::gtp2::Message& response);
  /// mme_at is the configured MME of an address, mme_serving the one that serves a tracking area, mme_of the
  /// one that gave out a GUTI. Null: none.
  const MmePeer* mme_at(Endpoint endpoint) const;
  const MmePeer* mme_serving(const Tai& tai) const;
  const MmePeer* mme_of(const Gummei& gummei) const;
  /// draw_teid is a TEID of ours that no UE has on S11 or S10 and nobody can guess; nothing when the source
  /// of randomness is broken.
  std::optional<Teid> draw_teid();
  /// forget_questions drops what `ue` has asked: late answers do not reach its next procedure.
  void forget_questions(Ue& ue);
  /// located_late handles the end of a location update that nobody waited for any more. What the HSS has
  /// written down counts: a Cancel Location after its answer is about this very registration.
  enum class Located : Byte { here, refused, unknown };
  void located_late(peer::RequestToken token, Located how);
  /// whose finds the UE an answer belongs to, and closes the question. Null: nobody waits for it.
  Ue* whose(peer::RequestToken token);
  Ue* whose(peer::GtpToken token);

  // --- timers
  void start_timer(Ue& ue, Timer t) { start_timer(ue, t, config.after(t)); }
  void start_timer(Ue& ue, Timer t, Duration after);
  void stop_timer(Ue& ue, Timer t);
  void stop_all_timers(Ue& ue);

  // --- procedures
  /// run cancels what `ue` was doing and starts `p`.
  void run(Ue& ue, std::string_view name, Procedure p);
  /// cancel ends what `ue` was doing where it stands: frame, questions and timers go, a handover is
  /// abandoned at its other end.
  void cancel(Ue& ue);
  /// offer hands an event to the UE's procedure. False: it does not wait for it.
  bool offer(Ue& ue, UeEvent event);
  /// next_due is a UE whose procedure has ended while something waited for its end.
  std::optional<UeId> next_due();
  /// ended looks whether something waits for the end of what `ue` was doing.
  void ended(const Ue& ue);
  /// forget ends a UE context: keys erased, session deleted at the UPE, S1 released, memory swept when the
  /// event is over. Its GUTI is remembered if `remember_guti`.
  void forget(Ue& ue, std::string_view reason, wire::s1ap::Cause cause, bool remember_guti);
  /// go_idle makes a registered UE idle: AS keys erased, mobile reachable timer started.
  void go_idle(Ue& ue, std::string_view reason);

  // --- keys
  template <class Key>
  void log_key(const Ue& ue, KeyEvent event, const Key& key, std::string reason,
               std::vector<KeyId> parents = {}, std::string peer = {}) {
    if (!out || !out->ledger_on()) return;
    keys.write(*out, now, event, ue.subscriber(), key, std::move(reason), std::move(parents),
               std::move(peer));
  }
  /// erase_security wipes the UE's security context and AS keys and says so in the ledger.
  void erase_security(Ue& ue, std::string_view reason);
  void erase_as_keys(Ue& ue, std::string_view reason);
  /// retire_security takes the current context out of use for NAS. While the radio runs on its KASME, that
  /// stays, as `ue.old_chain`.
  //= S0.D11
  void retire_security(Ue& ue, std::string_view reason);
  void erase_context(Ue& ue, std::optional<context::EpsSecurityContext>& context, std::string_view reason);

  // --- what a person reads
  void step(Ue& ue, std::string_view id, std::string_view text, std::string from, std::string to,
            std::string_view protocol);
  void step_to_ue(Ue& ue, std::string_view id, std::string_view text);
  void step_from_ue(Ue& ue, std::string_view id, std::string_view text);
  void step_to_enb(Ue& ue, std::string_view id, std::string_view text);
  void step_from_enb(Ue& ue, std::string_view id, std::string_view text);
  void step_to_hss(Ue& ue, std::string_view id, std::string_view text);
  void step_from_hss(Ue& ue, std::string_view id, std::string_view text);
  void step_to_upe(Ue& ue, std::string_view id, std::string_view text);
  void step_from_upe(Ue& ue, std::string_view id, std::string_view text);
  void step_to_mme(Ue& ue, const MmePeer& mme, std::string_view id, std::string_view text);
  void step_from_mme(Ue& ue, const MmePeer& mme, std::string_view id, std::string_view text);
  bool wants_steps() const { return out && out->steps_on(); }
  /// flush_steps gives out what was kept while the subscriber was unknown.
  void flush_steps(Ue& ue);
  void count(std::string_view counter) {
    if (out) out->count(counter);
  }
  void log(peer::LogLevel level, std::string text) {
    if (out) out->log(level, std::move(text));
  }
  /// label names a UE in logs: the end of its IMSI where there is one.
  std::string label(const Ue& ue) const;

 private:
  bool asked_hss(Ue& ue, std::optional<peer::RequestToken> token);
  void drop_hss_question(Ue& ue);
  std::string enb_name(const Ue& ue);

  std::vector<UeId> due_;
  std::map<peer::RequestToken, UeId> hss_asked_;
  std::map<peer::RequestToken, UeId> left_locating_;  ///< location updates nobody waits for
  std::map<peer::GtpToken, UeId> gtpc_asked_;
  std::map<peer::GtpToken, Teid> to_delete_;  ///< sessions that are taken over in order to be deleted
};

/// ue_name is how a UE is called in steps: "ue-" and its IMSI, as the UE's own node is.
std::string ue_name(std::string_view imsi_digits);

/// Kept is a key that a procedure holds for a while. When the procedure ends in whatever way without
/// having taken the key into use, the ledger says that it is gone.
template <class Key>
class Kept {
 public:
  Kept(Core& core, const Ue& ue, Key key, std::string_view reason)
      : core_(core), ue_(ue), key_(std::move(key)), reason_(reason) {}
  Kept(Kept&& o) noexcept
      : core_(o.core_), ue_(o.ue_), key_(std::exchange(o.key_, std::nullopt)), reason_(o.reason_) {}
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  Kept& operator=(Kept&&) = delete;
  ~Kept() {
    if (key_) core_.log_key(ue_, KeyEvent::erased, *key_, std::string(reason_));
  }
  const Key& operator*() const { return *key_; }
  /// take hands the key over; the new owner answers for it.
  Key take() {
    Key k = std::move(*key_);
    key_.reset();
    return k;
  }

 private:
  Core& core_;
  const Ue& ue_;
  std::optional<Key> key_;
  std::string_view reason_;
};

}  // namespace baton::node::mme
