// enb.h: the eNB: one cell of the radio stand-in on one side, S1AP to its MMEs on the other.
//
// Each procedure is one file and starts there with its clause:
//   s1_setup.cpp            links to the MMEs, S1 Setup, choice of the MME of a UE
//   radio.cpp               camping, connection requests, frames of connected UEs
//   nas_transport.cpp       Initial UE Message and NAS both ways
//   initial_context_setup.cpp   AS keys, AS security mode, bearers
//   as_context.cpp          algorithms, keys and bearers of a UE, whatever brings them
//   ue_context_modification.cpp a new KeNB on the fly
//   handover_out.cpp        a UE that is better served by another eNB: the source's part
//   handover_in.cpp         a UE from another eNB: the target's part
//   x2_handover.cpp         the same from eNB to eNB, and the Path Switch after it: in the lab only
//   key_refresh.cpp         another KeNB for a UE that stays, by an intra-cell handover
//   reestablishment.cpp     a UE that was handed over and comes back
//   ue_context_release.cpp  release from either side, erasing of keys
//   reset.cpp, paging.cpp, error_indication.cpp
//
// How it talks to UEs. Everything that is not broadcast or SRB0 goes over SRB1, NAS too; SRB2 is not used.
// SRB1 is a PDCP bearer from its first message on (MAC-I of zeros until the AS security mode procedure).
// Ciphering starts, in both directions, after SecurityModeComplete.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "node/enb/config.h"
#include "node/enb/mme_link.h"
#include "node/enb/ue_context.h"
#include "node/node.h"
#include "wire/rrc/x2.h"
#include "wire/s1ap/s1ap.h"

namespace baton::node::enb {

class Enb final : public Node {
 public:
  Enb(Config config, Entropy& entropy);
  ~Enb() override;

  void on(Event event, Instant now, Actions& out) override;
  std::string_view name() const override { return config_.name; }

  // For tests and the console.
  std::size_t ue_count() const { return ues_.size(); }
  std::size_t camped_count() const { return camped_.size(); }
  const Ue* find(s1ap::EnbUeS1apId id) const;
  const std::vector<MmeLink>& mmes() const { return mmes_; }

 private:
  using Diagnostics = std::optional<s1ap::CriticalityDiagnostics>;
  /// RadioKey names a connection on the air.
  using RadioKey = std::pair<Endpoint, std::uint16_t>;

  // --- s1_setup.cpp
  void connect(std::size_t mme);
  void on_link_up(LinkId link);
  void on_link_down(LinkId link);
  void on_mme_timer(TimerId timer);
  void send_setup(std::size_t mme);
  void back_off(std::size_t mme);
  void on_setup_response(std::size_t mme, const s1ap::S1SetupResponse& m);
  void on_setup_failure(std::size_t mme, const s1ap::S1SetupFailure& m);
  std::optional<std::size_t> mme_of(LinkId link) const;
  /// choose_mme follows the UE's GUMMEI or S-TMSI, else the capacities; nothing when no MME is ready.
  std::optional<std::size_t> choose_mme(const rrc::ConnectionSetupComplete& m, const Ue& ue);

  // --- s1ap.cpp
  void on_s1ap(std::size_t mme, std::uint16_t stream, Bytes octets);
  void on_pdu(std::size_t mme, std::uint16_t stream, s1ap::Received received);
  template <class M>
  void send_s1ap(std::size_t mme, std::uint16_t stream, const M& message) {
    out_->send(mmes_[mme].link, stream, s1ap::encode(message));
  }
  template <class M>
  void send_s1ap(const Ue& ue, const M& message) {
    send_s1ap(ue.mme, ue.stream(), message);
  }

  // --- error_indication.cpp
  void indicate_error(std::size_t mme, std::uint16_t stream, s1ap::Cause cause,
                      std::optional<s1ap::MmeUeS1apId> mme_ue_id = {},
                      std::optional<s1ap::EnbUeS1apId> enb_ue_id = {}, Diagnostics diagnostics = {});
  void on_error_indication(std::size_t mme, const s1ap::ErrorIndication& m);
  /// addressed finds the UE that a message of an MME names. Null, and an Error Indication has left, when
  /// there is none or the ids do not belong together. `first` messages may bring the MME's id.
  Ue* addressed(std::size_t mme, std::uint16_t stream, s1ap::MmeUeS1apId mme_ue_id,
                s1ap::EnbUeS1apId enb_ue_id, bool first);

  // --- radio.cpp
  void on_radio(Endpoint remote, Bytes datagram);
  void on_broadcast(Endpoint remote, Bytes payload);
  void on_connection_request(Endpoint remote, const rrc::ConnectionRequest& m);
  void on_frames(Ue& ue);
  void on_former_frames(Ue& ue);
  /// open undoes PDCP; nothing when the PDU is forged or broken.
  std::optional<ByteVector> open(context::SignallingBearer& srb1, Bytes pdu);
  void on_text(Ue& ue, Bytes text);
  void on_rrc(Ue& ue, rrc::Message message);
  /// send_rrc protects and queues a message on SRB1; false when the radio connection cannot carry it.
  bool send_rrc(Ue& ue, const rrc::Message& message) { return send_text(ue, rrc::encode(message)); }
  /// send_text does that with a message as it stands encoded.
  bool send_text(Ue& ue, Bytes text);
  void send_plain(Endpoint remote, rrc::Channel channel, const rrc::Message& message);
  void on_ue_timer(TimerId timer);
  void on_radio_lost(Ue& ue);
  void note_activity(Ue& ue);

  // --- nas_transport.cpp
  void initial_ue_message(Ue& ue, rrc::ConnectionSetupComplete m);
  void on_uplink_nas(Ue& ue, ByteVector nas);
  void on_downlink_nas(std::size_t mme, std::uint16_t stream, s1ap::DownlinkNasTransport m);
  void send_held_nas(Ue& ue);

  // --- initial_context_setup.cpp
  void on_context_setup(std::size_t mme, std::uint16_t stream, s1ap::InitialContextSetupRequest m,
                        Diagnostics diagnostics);
  Procedure initial_context_setup(Ue& ue, s1ap::InitialContextSetupRequest m, Diagnostics diagnostics);
  /// security_mode takes the AS keys into use with the UE; nothing when it went well.
  Task<std::optional<s1ap::Cause>> security_mode(Ue& ue);
  /// reconfigured waits for the completion of a Reconfiguration; nothing when it went well.
  Task<std::optional<s1ap::Cause>> reconfigured(Ue& ue, Byte transaction);

  // --- as_context.cpp
  /// Wanted is a bearer that an MME asks for, its uplink end, and whether the air can carry what comes with
  /// it.
  struct Wanted {
    s1ap::ErabId id;
    s1ap::TransportLayerAddress address;
    Teid teid;
    bool fits = true;
  };
  /// Admission says which of them can be, each with a downlink end of ours.
  struct Admission {
    std::map<std::uint8_t, Erab> erabs;
    std::vector<rrc::DrbToAdd> bearers;
    std::vector<s1ap::ErabFailed> failed;
  };
  Admission admit(const std::vector<Wanted>& wanted);
  Teid new_teid();
  /// algorithms of the AS by our own order; nothing when the UE has none of them.
  std::optional<Chosen> algorithms(const s1ap::UeSecurityCapabilities& ue) const;
  /// as_security makes what belongs to a KeNB; that itself has its line in the ledger already.
  AsSecurity as_security(Kenb kenb, Byte ncc, Chosen algorithms);
  /// start_bearer takes both keys of RRC into use on a bearer; false when the algorithms are not built in.
  bool start_bearer(context::SignallingBearer& bearer, const AsSecurity& keys);

  // --- ue_context_modification.cpp
  void on_context_modification(std::size_t mme, std::uint16_t stream, s1ap::UeContextModificationRequest m,
                               Diagnostics diagnostics);
  /// change_key runs with ue.next_security and ends with it in use, or gone.
  Procedure change_key(Ue& ue, Diagnostics diagnostics);
  /// replace_radio gives the UE a connection under the new keys and keeps the other as the former one.
  void replace_radio(Ue& ue, rrc::CRnti c_rnti);
  /// restore_radio goes back to the former connection.
  void restore_radio(Ue& ue);
  void drop_former(Ue& ue, std::string_view reason);

  // --- handover_out.cpp
  void on_measurement_report(Ue& ue, const rrc::MeasurementReport& m);
  /// hand_over runs from the decision until the UE has gone, stays after all, or is back.
  Procedure hand_over(Ue& ue, Neighbour target);
  /// preparation_of is what a target has to know of the radio connection.
  rrc::HandoverPreparation preparation_of(const Ue& ue) const;
  s1ap::HandoverRequired handover_required(const Ue& ue, const Neighbour& target) const;
  std::optional<context::SecurityPolicy> in_force(std::size_t mme) const;
  KenbStar kenb_star_of(const Ue& ue, const Neighbour& target, const context::SecurityPolicy& policy);
  static std::optional<ByteVector> with_container(rrc::Reconfiguration command, ByteVector container);
  Task<void> cancel_handover(Ue& ue, s1ap::Cause cause);
  void on_handover_command(std::size_t mme, std::uint16_t stream, s1ap::HandoverCommand m);
  void on_preparation_failure(std::size_t mme, std::uint16_t stream,
                              const s1ap::HandoverPreparationFailure& m);
  void on_cancel_acknowledge(std::size_t mme, std::uint16_t stream, const s1ap::HandoverCancelAcknowledge& m);
  /// offer_relocation hands the handover its answer from the MME; where nobody waits, the MME is told so.
  void offer_relocation(Ue& ue, std::uint16_t stream, bool awaited, UeEvent event);

  // --- key_refresh.cpp
  /// refresh_key gives a UE that stays a KeNB made of the one it has; false, and all is as before, when the
  /// UE does not follow.
  Task<bool> refresh_key(Ue& ue);

  // --- x2_handover.cpp
  /// on_x2 handles what a neighbour says that has x2 in the configuration; false: it is none.
  bool on_x2(Endpoint remote, Bytes payload);
  void send_x2(Endpoint remote, ByteVector payload);
  Procedure hand_over_x2(Ue& ue, Neighbour target);
  void on_x2_request(Endpoint remote, rrc::X2Request m);
  void on_x2_answer(rrc::X2Answer m);
  void on_x2_release(const rrc::X2Release& m);
  /// x2_arrival waits for a UE that has a context here already, and has the MME switch its path.
  Procedure x2_arrival(Ue& ue, Byte transaction);
  void on_path_switched(std::size_t mme, std::uint16_t stream, s1ap::PathSwitchRequestAcknowledge m);
  void on_path_not_switched(std::size_t mme, const s1ap::PathSwitchRequestFailure& m);

  // --- handover_in.cpp
  void on_handover_request(std::size_t mme, std::uint16_t stream, s1ap::HandoverRequest m,
                           Diagnostics diagnostics);
  /// arrival waits for a UE that has a context here already.
  Procedure arrival(Ue& ue, Byte transaction);
  void on_status_transfer(std::size_t mme, std::uint16_t stream, const s1ap::MmeStatusTransfer& m);

  // --- reestablishment.cpp
  void on_reestablishment_request(Endpoint remote, const rrc::ReestablishmentRequest& m);
  void answer_reestablishment(const Ue& ue, rrc::CRnti was);
  /// reestablishment takes a UE back under fresh keys; false, and all is as before, when it says no more.
  Task<bool> reestablishment(Ue& ue, rrc::CRnti was);

  // --- ue_context_release.cpp
  void on_release_command(std::size_t mme, std::uint16_t stream, const s1ap::UeContextReleaseCommand& m,
                          Diagnostics diagnostics);
  void request_release(Ue& ue, s1ap::Cause cause);
  void on_release_guard(Ue& ue);
  void on_release_verb(std::uint32_t argument);
  /// forget_mme_id gives up the MME's name of a UE, unless it has become another one's.
  void forget_mme_id(const Ue& ue);
  /// leave ends a UE's context here: procedure cancelled, keys erased, radio connection released.
  void leave(Ue& ue, std::string_view reason, rrc::ReleaseCause cause = rrc::ReleaseCause::other);
  void erase_security(Ue& ue, std::string_view reason);
  void erase(AsSecurity& keys, std::string_view reason);
  void erase(context::SignallingBearer& bearer, std::string_view reason);
  /// sweep forgets a UE whose radio connection has ended.
  void sweep();

  // --- reset.cpp
  void on_reset(std::size_t mme, const s1ap::Reset& m, Diagnostics diagnostics);
  void on_reset_acknowledge(std::size_t mme, const s1ap::ResetAcknowledge& m);
  /// leave_all ends every UE of an MME.
  void leave_all(std::size_t mme, std::string_view reason);

  // --- paging.cpp
  void on_paging(const s1ap::Paging& m);

  // --- ue_table.cpp
  Ue* ue_by_id(s1ap::EnbUeS1apId id);
  Ue* ue_by_radio(Endpoint remote, rrc::CRnti c_rnti);
  Ue* ue_by_mme_id(std::size_t mme, s1ap::MmeUeS1apId id);
  /// add_ue makes the context of a UE at `remote`, with a C-RNTI.
  Ue* add_ue(Endpoint remote, rrc::ConnectionRequest request);
  /// new_c_rnti takes a free C-RNTI for a UE at `remote`; close_radio gives it back and ends the link.
  /// confirm_keys shows a UE that has come, or come back, that this cell has its keys: a reconfiguration of
  /// nothing, under them. An acknowledgement of the radio link anybody could have sent.
  void confirm_keys(Ue& ue);
  /// c_rnti_free: there is a name for one connection more. Where there is none, that is counted.
  bool c_rnti_free();
  /// new_c_rnti gives out a name; c_rnti_free() has said that there is one.
  rrc::CRnti new_c_rnti(std::uint32_t ue, Endpoint remote);
  /// pass_over_used_names sees to it that the next name has not been paired with this key; note_pair
  /// remembers that one has.
  void pass_over_used_names(const KeyId& key);
  void note_pair(const KeyId& key, rrc::CRnti c_rnti);
  void close_radio(RadioConnection& radio);
  void start(Ue& ue, Procedure p);
  void offer(Ue& ue, UeEvent event);
  void start_timer(const Ue& ue, UeTimer kind, Duration after) {
    out_->start_timer(ue.timer(kind), now_ + after);
  }
  void stop_timer(const Ue& ue, UeTimer kind) { out_->stop_timer(ue.timer(kind)); }
  template <class Key>
  void log_key(KeyEvent event, const Key& key, std::string reason, std::vector<KeyId> parents = {},
               std::string peer = {}) {
    keys_.write(*out_, now_, event, {}, key, std::move(reason), std::move(parents), std::move(peer));
  }

  const Config config_;
  const EarfcnDl earfcn_;
  Entropy& entropy_;
  KeyLog keys_;
  std::vector<MmeLink> mmes_;
  std::uint32_t links_opened_ = 0;

  std::map<std::uint32_t, std::unique_ptr<Ue>> ues_;  ///< by eNB UE S1AP ID
  std::map<RadioKey, std::uint32_t> by_radio_;
  std::map<std::pair<std::size_t, std::uint32_t>, std::uint32_t> by_mme_id_;
  std::map<std::uint16_t, std::uint32_t> by_c_rnti_;
  std::size_t in_setup_ = 0;
  std::uint32_t last_id_ = 0;
  std::uint16_t last_c_rnti_;
  std::deque<std::pair<KeyId, std::uint16_t>> pairs_used_;  ///< at most pairs_used_max, the oldest first
  std::uint32_t last_teid_ = 0;
  std::vector<std::uint32_t> ended_;  ///< UEs to sweep when the event is over

  std::map<Endpoint, std::optional<STmsi>> camped_;

  // The event that is being handled; only on() sets these.
  Instant now_{};
  Actions* out_ = nullptr;
};

}  // namespace baton::node::enb
