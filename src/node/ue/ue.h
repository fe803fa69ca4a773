// ue.h: a UE: the card and the mobile equipment, as one node on the radio hop.
//
// A UE waits for its network most of the time, and the network may ask anything in any order: identity,
// challenge, security mode. So it is a machine on the table of states.h, not a coroutine; each procedure
// has a file of its own, whose functions stand in the order in which the messages pass.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "context/eps_security.h"
#include "context/handover_container.h"
#include "context/pdcp.h"
#include "context/policy.h"
#include "keys/usim.h"
#include "node/node.h"
#include "node/ue/config.h"
#include "node/ue/states.h"
#include "peer/radio_link.h"
#include "wire/nas/message.h"
#include "wire/rrc/messages.h"

namespace baton::node::ue {

class Ue final : public Node {
 public:
  /// `entropy` outlives the node.
  Ue(Config config, Entropy& entropy);
  ~Ue() override;

  void on(Event event, Instant now, Actions& out) override;
  std::string_view name() const override { return config_.name; }

  // For tests and the console. Nothing here is secret.
  State state() const { return state_; }
  bool connected() const { return link_.has_value(); }
  bool as_secured() const { return as_.has_value(); }
  /// at_rest: no procedure is under way, and the UE is idle or has a connection under keys. A connection for
  /// signalling alone, which the network is about to release, is neither.
  bool at_rest() const;
  /// The number, in the configuration's list, of the cell it camps on or is connected to.
  std::size_t cell_number() const { return cell_; }
  const std::optional<Guti>& guti() const { return guti_; }
  const std::optional<context::EpsSecurityContext>& context() const { return current_; }
  bool usim_valid() const { return usim_valid_; }
  const std::optional<wire::nas::PdnAddress>& address() const { return address_; }

 private:
  /// Procedures as they are called in steps and outcomes. Empty: none.
  using Name = std::string_view;

  // --- ue.cpp: events ---------------------------------------------------------------------------
  void on_command(const Command& c);
  void on_timer(Timer t);
  void start_timer(Timer t) { start_timer(t, config_.after(t)); }
  void start_timer(Timer t, Duration after);
  void stop_timer(Timer t);
  bool go(On on);
  /// begin names the procedure that runs from here on; end reports how it ended.
  void begin(Name procedure);
  void end(bool ok, std::string cause = {});
  /// refuse_command answers a command that cannot be carried out now; what runs goes on.
  void refuse_command(Name procedure, std::string cause);
  void sent_step(std::string_view id, std::string text);
  void received_step(std::string_view id, std::string text);
  void count(std::string_view counter) { out_->count(counter); }
  void log(LogLevel level, std::string text) { out_->log(level, config_.name + ": " + std::move(text)); }
  /// settle carries out, at the end of an event, what would have pulled the ground from under a handler.
  void settle();

  // --- radio.cpp: camping and the radio connection ------------------------------------------------
  void camp();
  void on_datagram(const DatagramIn& d);
  void on_broadcast(Bytes payload);
  void on_srb0(Bytes payload);
  void on_srb(peer::RadioLink::Pdu pdu);
  void on_rrc(wire::rrc::Message message);
  void on_reconfiguration(const wire::rrc::Reconfiguration& m);
  void request_connection();
  void connection_set_up(const wire::rrc::ConnectionSetup& m);
  void connection_failed(std::string why);
  bool send_rrc(const wire::rrc::Message& message);
  void go_idle(std::string_view reason);
  const Cell& cell() const { return config_.cells[cell_]; }
  bool camped() const { return cell_information_.has_value(); }
  Tai tai() const { return {cell_information_->plmn, cell_information_->tac}; }

  // --- handover.cpp: to another cell without a break -----------------------------------------------
  void start_handover(std::uint32_t cell);
  void measure();
  void on_measured(Bytes payload);
  void start_move(const wire::rrc::Reconfiguration& m);
  /// settle_move: the new cell has sent something that is right under the new keys.
  void settle_move();
  void end_handover(bool ok, std::string cause = {});
  void send_waiting_nas();

  // --- reestablishment.cpp: back, when that did not work ----------------------------------------------
  void reestablish(std::string_view why);
  void ask_back();
  void on_reestablishment(const wire::rrc::Reestablishment& m);

  // --- as_security.cpp: keys of the radio connection --------------------------------------------
  /// False: the PDU was forged or broken, and the genuine one may still come.
  bool on_as_command(Bytes pdu, const wire::rrc::SecurityModeCommand& m);
  void set_up_as(Kenb kenb, wire::rrc::AsAlgorithms algorithms, std::vector<KeyId> parents,
                 std::string_view clause);
  bool change_as_keys(const wire::rrc::MobilityControl& m);
  bool refresh_as_keys(const wire::rrc::MobilityControl& m);
  void restart_radio(const wire::rrc::MobilityControl& m);
  struct AsSecurity;
  struct NextHop;
  /// follow makes the keys of a cell from those of another connection, as NCC says; nothing when there is no
  /// such way. `from` stays as it was.
  std::optional<AsSecurity> follow(AsSecurity& from, wire::rrc::Ncc ncc, std::uint16_t pci,
                                   std::uint32_t earfcn_dl, wire::rrc::AsAlgorithms algorithms);
  /// Told is what a command to another cell says of the keys there.
  struct Told {
    std::optional<context::StarUse> star{};  ///< from KeNB*; nothing: from NH
    std::optional<context::EpsSecurityContext>
        refreshed{};                       ///< the context under KASME', where that was made
    std::optional<context::UpeKey> upe{};  ///< the K_UPE there, where it is another one
  };
  /// believed is that, by the container or the command, whichever the policy believes; nothing when they are
  /// not to be believed. It takes the container's COUNT, or n. (S3.D3, S0.D2)
  std::optional<Told> believed(const wire::rrc::MobilityControl& m, const wire::rrc::CellInformation& target);
  /// follow_star makes them from KeNB* and the new C-RNTI, as the command and its container say.
  std::optional<AsSecurity> follow_star(AsSecurity& from, const wire::rrc::MobilityControl& m,
                                        const Told& told, wire::rrc::AsAlgorithms algorithms);
  /// follow_refreshed makes them from KASME' alone: what the radio had before has no part in them. (S0.D10)
  std::optional<AsSecurity> follow_refreshed(AsSecurity& from, const wire::rrc::MobilityControl& m,
                                             const context::EpsSecurityContext& refreshed,
                                             wire::rrc::AsAlgorithms algorithms);
  NextHop begun_chain(const Kasme& kasme, const Kenb& first);
  /// complete makes the rest from KeNB, unless this KeNB was taken to a cell in vain; then nothing.
  std::optional<AsSecurity> complete(AsSecurity& from, Kenb kenb, wire::rrc::AsAlgorithms algorithms,
                                     KeyId parent, std::string_view clause);
  bool usable(wire::rrc::AsAlgorithms algorithms) const;
  /// keep_chain lets the keys of the radio outlive, as far as their chain goes, the KASME they came from.
  void keep_chain();
  /// start_bearers makes both signalling bearers anew under as_.
  void start_bearers();
  void erase_as_keys(std::string_view reason) { erase_as_keys(as_, reason, nullptr); }
  /// What `successor` goes on with is not erased.
  void erase_as_keys(std::optional<AsSecurity>& keys, std::string_view reason, const AsSecurity* successor);

  // --- nas_transport.cpp: what is sent under which protection, and what is listened to ------------
  /// send_nas sends on the connection there is, protected as far as the connection is.
  bool send_nas(const wire::nas::Message& message);
  /// transfer sends a NAS message over the connection, or keeps it while the UE is between two cells.
  bool transfer(ByteVector pdu);
  /// transfer_under protects it first. What is kept is protected when it leaves: nobody knows before under
  /// which context the UE comes out.
  bool transfer_under(context::NasSecurityHeader header, ByteVector plain);
  /// send_initial sends the message for which a connection is made, if there is none yet.
  bool send_initial(const wire::nas::Message& message, wire::rrc::EstablishmentCause cause);
  void send_initial(ByteVector pdu, wire::rrc::EstablishmentCause cause);
  void on_nas(Bytes pdu);
  void on_plain(Bytes plain, bool verified);
  void send_status(wire::nas::EmmCause cause);

  // --- one file a procedure -----------------------------------------------------------------------
  void start_attach();
  void on_attach_accept(const wire::nas::AttachAccept& m);
  void attach_attempt_failed(std::string why);
  void retry_later(Timer pause);

  void on_authentication_request(const wire::nas::AuthenticationRequest& m);
  void authentication_failed(wire::nas::EmmCause cause, std::optional<Auts> auts);
  void on_authentication_reject();
  void network_not_genuine(std::string why);
  void forget_challenge();

  void on_security_mode_command(Bytes pdu);
  void reject_security_mode(wire::nas::EmmCause cause, std::string why);
  /// What this UE says of its profiles; nothing where its policy is `final`.
  std::optional<wire::nas::UeAnnouncement> announcement() const;
  /// policy_with is the policy in force with a network that answered so, or why there is none.
  Expected<context::SecurityPolicy, std::string> policy_with(
      const std::optional<wire::nas::AnnouncementEcho>& echo) const;

  void on_identity_request(const wire::nas::IdentityRequest& m, bool verified);

  std::optional<wire::nas::EsmContainer> pdn_request();
  std::optional<wire::nas::EsmContainer> accept_default_bearer(const wire::nas::EsmContainer& esm);
  void on_esm_information_request(const wire::nas::EsmInformationRequest& m);
  void on_deactivate_bearer(const wire::nas::DeactivateBearerRequest& m);

  /// refreshed is the context under KASME' that a Security Mode Command speaks of, where it speaks of the
  /// request this UE made; it has taken no message yet. (S0.D2)
  Expected<context::EpsSecurityContext, std::string> refreshed(const wire::nas::KasmeNotice& notice) const;
  /// settle_refresh ends the time in which two contexts stand side by side: KASME' stays, or what it took the
  /// place of is back.
  void settle_refresh(bool stays, std::string_view reason);
  bool handed_over_refreshed() const { return before_ && before_->direction == RefreshDirection::handover; }

  // --- upe_key.cpp
  /// take_upe_key makes K_UPE of that name. False: the counter is not above the last one of this KASME, so
  /// the key would be one that there was before. A name under a policy that has no such key is not read.
  /// In a move the one before stays until the move is settled.
  bool take_upe_key(const std::string& upe, UpeKeyCounter counter, bool moves = false);
  /// settle_upe_key ends the time in which there are two.
  void settle_upe_key(bool stays, std::string_view reason);
  void on_generic_transport(const wire::nas::DownlinkGenericNasTransport& m);
  void erase_upe_key(std::string_view reason);

  void start_tau(wire::nas::UpdateType type);
  void on_tau_accept(const wire::nas::TauAccept& m);
  void tau_attempt_failed(std::string why);

  void start_service_request(wire::rrc::EstablishmentCause cause);
  void service_ready();
  void on_paging(const wire::rrc::Paging& m);

  void start_detach(bool switch_off);
  void send_detach_request();
  void on_detach_accept();
  void on_network_detach(const wire::nas::NetworkDetachRequest& m);
  void finish_detach();

  void on_guti_reallocation(const wire::nas::GutiReallocationCommand& m);

  void on_reject(Name procedure, wire::nas::EmmCause cause, std::optional<wire::nas::GprsTimer> back_off);

  // --- memory.cpp: what is kept, and what is forgotten ----------------------------------------------
  void keep_guti(const Guti& guti);
  void keep_tai_list(const wire::nas::TaiList& list);
  void keep_t3412(const wire::nas::GprsTimer& timer);
  void erase_context(std::optional<context::EpsSecurityContext>& context, std::string_view reason);
  void forget_registration(std::string_view reason, bool guti_too);
  void power_cycle();
  bool forbidden(const Tai& t) const;
  template <class Key>
  void write_key(KeyEvent event, const Key& key, std::string reason, std::vector<KeyId> parents = {}) {
    keys_.write(*out_, now_, event, config_.imsi.digits(), key, std::move(reason), std::move(parents));
  }
  /// id_of is the key's public name; nothing is computed while the ledger is off.
  template <class Key>
  KeyId id_of(const Key& key) const {
    return out_->ledger_on() ? keys_.id(key) : KeyId{};
  }

  Config config_;
  Entropy& entropy_;
  KeyLog keys_;
  Usim usim_;

  // The event at hand.
  Actions* out_ = nullptr;
  Instant now_;

  // EMM.
  State state_ = State::deregistered;
  Name doing_;
  bool usim_valid_ = true;
  int attempts_ = 0;  ///< attach or tracking area updating attempt counter
  int detaches_sent_ = 0;
  bool switching_off_ = false;
  bool off_ = false;
  wire::nas::UpdateType tau_type_;
  std::optional<Duration> t3402_;  ///< as the network said
  std::optional<Duration> t3412_;
  bool t3412_expired_ = false;  ///< while no update could be made

  // What non-volatile memory keeps. TS 24.301, annex C.
  std::optional<Guti> guti_;
  std::optional<Tai> last_tai_;
  std::optional<context::EpsSecurityContext> current_;
  context::SecurityPolicy in_force_;  ///< agreed when current_ was taken into use
  UpeKeyCounter upe_keys_{};          ///< of the last K_UPE made of current_'s KASME

  /// Before is what KASME' of a move between MMEs takes the place of, until the network has accepted the UE
  /// under it. Non-volatile memory has this one.
  struct Before {
    context::EpsSecurityContext context;
    context::SecurityPolicy in_force;
    std::optional<NasCount> kenb_used_for;
    RefreshDirection direction = RefreshDirection::idle;
    UpeKeyCounter upe_keys{};
  };
  std::optional<Before> before_;
  /// The COUNT under current_ of the update request with which the UE came out of idle, as long as it is
  /// unanswered.
  std::optional<NasCount> asked_with_;

  // What it does not keep.
  wire::nas::TaiList tai_list_;
  std::vector<Tai> forbidden_areas_;
  std::vector<PlmnId> forbidden_plmns_;
  std::optional<context::EpsSecurityContext> fresh_;  ///< made by AKA, not yet taken into use
  std::optional<Rand> challenge_;                     ///< answered with res_, may be repeated
  std::optional<Xres> res_;
  int authentication_failures_ = 0;
  bool secured_ = false;    ///< the network has shown on this connection that it holds our keys
  ByteVector asked_plain_;  ///< the last Attach or TAU Request, for HASH_MME
  std::optional<Byte> bearer_;
  std::optional<wire::nas::PdnAddress> address_;
  std::optional<Kupe> kupe_, kupe_before_;
  Byte pti_ = 0;

  // The cell and the connection.
  std::size_t cell_ = 0;
  std::optional<wire::rrc::CellInformation> cell_information_;
  bool wants_attach_ = false;  ///< as soon as there is a cell and no connection
  bool wants_tau_ = false;
  enum class Rrc : Byte { idle, requesting, waiting, connected };
  Rrc rrc_ = Rrc::idle;
  std::optional<wire::rrc::InitialIdentity> request_identity_;
  wire::rrc::EstablishmentCause request_cause_{};
  int requests_sent_ = 0;
  ByteVector initial_nas_;
  std::optional<peer::RadioLink> link_;
  std::optional<context::SignallingBearer> srb1_, srb2_;
  std::optional<std::string_view> release_;  ///< go idle at the end of this event, and why
  bool detached_ = false;                    ///< report the detach when the connection is gone

  /// NextHop is the newest link of the chain that has been needed (TS 33.401, 7.2.8.1).
  struct NextHop {
    Nh nh;
    Byte ncc = 0;
  };
  struct AsSecurity {
    wire::rrc::AsAlgorithms algorithms;
    Kenb kenb;
    KupEnc kup_enc;
    Byte ncc = 0;                     ///< that KeNB belongs to
    std::optional<NextHop> next_hop;  ///< absent: the chain begins with `kenb`
    std::optional<Kasme> kasme;       ///< of the chain, where NAS has gone on to another one
    /// KeNB*s that were taken to a cell in vain. None is ever used again: its COUNTs would repeat.
    std::vector<KeyId> tried;
  };
  std::optional<AsSecurity> as_;
  /// The uplink COUNT that KeNB was last taken into use for, under `current_`. A KeNB serves one connection:
  /// its bearers' COUNTs begin at 0, so a second one would repeat the first one's key stream.
  std::optional<NasCount> kenb_used_for_;
  int as_forgeries_ = 0;  ///< commands with a wrong MAC-I on this connection

  /// The cell that was measured, until the handover it is for is over.
  struct Measured {
    std::size_t cell = 0;
    int asked = 0;
    std::optional<wire::rrc::CellInformation> information;
  };
  std::optional<Measured> measured_;
  /// The connection left behind, from the moment the UE leaves it until another one stands. What it needs to
  /// go back, and nothing else.
  struct Move {
    std::size_t source = 0;
    wire::rrc::CellInformation information;
    wire::rrc::CRnti c_rnti;
    std::optional<AsSecurity> as;  ///< always there; optional only so that it can be erased
    bool returning = false;        ///< from the target, by re-establishment
    int asked = 0;
  };
  std::optional<Move> move_;
  /// NAS messages of a UE between two cells. A UE has a handful to say at most.
  static constexpr std::size_t waiting_nas_max = 16;
  struct WaitingNas {
    ByteVector octets;
    std::optional<context::NasSecurityHeader> protect{};  ///< nothing: as it is
  };
  std::vector<WaitingNas> waiting_nas_;
  bool wait_for_cell(WaitingNas nas);
};

}  // namespace baton::node::ue
