// mme_stage.h: the MME alone on a stage: eNBs, HSS, UPE and UEs are scripted, time moves when the test
// moves it. A test reads like the numbered steps; what takes three lines to say is a verb here.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "context/eps_security.h"
#include "keys/auc.h"
#include "keys/usim.h"
#include "node/mme/mme.h"
#include "wire/diameter/framer.h"
#include "wire/diameter/message.h"
#include "wire/gtp2/codec.h"
#include "wire/nas/message.h"
#include "wire/s1ap/s1ap.h"

namespace baton::node::mme::test {

namespace diameter = wire::diameter;
namespace gtp2 = wire::gtp2;
namespace nas = wire::nas;
namespace s1ap = wire::s1ap;

/// A generator that repeats itself from run to run.
class TestEntropy final : public Entropy {
 public:
  explicit TestEntropy(std::uint64_t seed = 1) : state_(seed) {}
  void fill(MutableBytes out) override;

 private:
  std::uint64_t state_;
};

/// Phone is a card and what a UE knows. It says what a right UE says; the test sends it, or something else.
struct Phone {
  Phone(Imsi i, Byte secret);
  Imsi imsi;
  K k;
  Opc opc;
  Usim usim;
  nas::UeNetworkCapability capability;
  nas::Pti pti{1};
  std::size_t enb = 0;
  EnbUeS1apId enb_id{1};
  MmeUeS1apId mme_id{};
  std::optional<context::EpsSecurityContext> security, fresh;
  std::optional<Guti> guti;
  ByteVector last_down;                    ///< the last NAS message as it was on the wire
  std::optional<ByteVector> announcement;  ///< what it says of its profiles

  nas::PdnConnectivityRequest pdn_request() const;
  nas::AttachRequest attach() const;
  /// first protects a first message if there is something to protect it with.
  ByteVector first(const ByteVector& plain);
  /// cipher protects a later one.
  ByteVector cipher(const ByteVector& plain);
  /// answer does what a USIM and an ME do with a challenge.
  ByteVector answer(const nas::AuthenticationRequest& challenge);
  /// complete takes the Security Mode Command in `last_down` and answers it.
  ByteVector complete(const nas::SecurityModeCommand& command);
  nas::AttachComplete attach_complete() const;
};

/// What the HSS was asked.
struct HssQuestion {
  diameter::Header header;
  ByteVector octets;
};
struct UpeQuestion {
  gtp2::Header header;
  gtp2::Message message;
};

class Stage {
 public:
  static Config config();
  explicit Stage(Config c = config());

  // --- the world
  /// start brings up HSS, UPE and two eNBs (tracking areas 1 and 2).
  void start();
  void give(Event event);
  void advance(Duration d);
  void hss_is_up();
  void enb_is_up(std::size_t enb);
  void enb_link_up(std::size_t enb);
  peer::LinkId enb_link(std::size_t enb) const { return enb_links_.at(enb); }
  /// enb_comes_back opens a new association for the same eNB.
  void enb_comes_back(std::size_t enb);

  // --- eNB
  void enb_says(std::size_t enb, ByteVector octets);
  template <class M>
  void enb_says_message(std::size_t enb, const M& m) {
    enb_says(enb, s1ap::encode(m));
  }
  s1ap::InitialUeMessage initial_message(const Phone& p, ByteVector nas) const;
  void initial(Phone& p, ByteVector nas);
  void uplink(Phone& p, ByteVector nas);
  /// next on the way to an eNB, or to one UE of it. Throws when it is something else.
  template <class M>
  M at_enb(std::size_t enb) {
    auto& q = down_.at(enb);
    for (auto it = q.begin(); it != q.end(); ++it) {
      if (M* m = std::get_if<M>(&*it)) {
        M out = std::move(*m);
        q.erase(it);
        return out;
      }
    }
    throw std::runtime_error(std::string("the eNB did not get ") + std::string(M::outline.name));
  }
  template <class M>
  M at_enb_for(Phone& p) {
    s1ap::Pdu pdu = take(p);
    if (M* m = std::get_if<M>(&pdu)) return std::move(*m);
    throw std::runtime_error(std::string("the eNB got ") + std::string(s1ap::name_of(pdu)) + " instead of " +
                             std::string(M::outline.name));
  }
  /// quiet: nothing is on the way to the UE.
  bool quiet(const Phone& p) const;
  std::size_t waiting_at(std::size_t enb) const { return down_.at(enb).size(); }
  void context_set_up(Phone& p);
  void confirm_release(Phone& p);

  // --- UE
  /// hears takes the next downlink NAS message of the UE, opened. Throws when it is something else.
  template <class M>
  M hears(Phone& p) {
    auto t = at_enb_for<s1ap::DownlinkNasTransport>(p);
    return opened<M>(p, std::move(t.nas.octets));
  }
  template <class M>
  M opened(Phone& p, ByteVector pdu) {
    auto m = nas::decode<M>(open(p, std::move(pdu)));
    if (!m)
      throw std::runtime_error("the UE heard something else than " + std::string(M::name) + ": " +
                               m.why().to_string());
    return std::move(*m);
  }

  // --- HSS
  template <class M>
  M at_hss() {
    if (hss_.empty()) throw std::runtime_error("the HSS was not asked " + std::string(M::name));
    last_hss_ = std::move(hss_.front());
    hss_.pop_front();
    auto m = diameter::decode<M>(last_hss_.octets);
    if (!m) throw std::runtime_error("the HSS was asked something else than " + std::string(M::name));
    return std::move(*m);
  }
  bool hss_unasked() const { return hss_.empty(); }
  /// hss_says answers the last question.
  template <class M>
  void hss_says(const M& m) {
    hss_gives(diameter::encode(m, last_hss_.header.ids));
  }
  void hss_gives(ByteVector octets);
  diameter::AuthenticationInformationAnswer aia(const diameter::AuthenticationInformationRequest& air,
                                                Phone& p);
  static diameter::AuthenticationInformationAnswer aia_refusal(
      const diameter::AuthenticationInformationRequest& air, std::uint32_t experimental);
  static diameter::UpdateLocationAnswer ula(const diameter::UpdateLocationRequest& ulr);
  void hss_link_lost();
  /// hss_cancels sends a Cancel Location Request and takes the answer, which must confirm it.
  void hss_cancels(const Phone& p,
                   diameter::CancellationType type = diameter::CancellationType::mme_update_procedure);

  // --- UPE
  template <class M>
  M at_upe() {
    if (upe_.empty()) throw std::runtime_error("the UPE was not asked " + std::string(M::name));
    last_upe_ = std::move(upe_.front().header);
    gtp2::Message message = std::move(upe_.front().message);
    upe_.pop_front();
    if (M* m = std::get_if<M>(&message)) return std::move(*m);
    throw std::runtime_error("the UPE was asked " + std::string(gtp2::name_of(message)) + " instead of " +
                             std::string(M::name));
  }
  bool upe_unasked() const { return upe_.empty(); }
  void upe_says(const gtp2::Message& m, Teid teid);
  gtp2::CreateSessionResponse created(const gtp2::CreateSessionRequest& request);
  /// bearer_modified answers the last Modify Bearer Request.
  void bearer_modified();
  /// upe_asks sends a request of the UPE's own.
  void upe_asks(const gtp2::Message& m, Teid teid);

  // --- another MME
  /// other_mme is the neighbour of the stage's MME; it serves tracking areas 3 and 4.
  static MmePeer other_mme();
  /// at_mme takes what the other MME was told next. Throws when it is something else.
  template <class M>
  M at_mme() {
    if (s10_.empty()) throw std::runtime_error("the other MME was not told " + std::string(M::name));
    last_s10_ = std::move(s10_.front().header);
    gtp2::Message message = std::move(s10_.front().message);
    s10_.pop_front();
    if (M* m = std::get_if<M>(&message)) return std::move(*m);
    throw std::runtime_error("the other MME was told " + std::string(gtp2::name_of(message)) +
                             " instead of " + std::string(M::name));
  }
  bool mme_untold() const { return s10_.empty(); }
  const gtp2::Header& last_s10() const { return last_s10_; }
  /// mme_says answers, or acknowledges, what at_mme took last.
  void mme_says(const gtp2::Message& m, Teid teid = {});
  /// mme_asks sends a request of the other MME's own.
  void mme_asks(const gtp2::Message& m, Teid teid = {});

  /// let_go drops what HSS and UPE were asked and nobody has looked at.
  void let_go() {
    hss_.clear();
    upe_.clear();
  }

  // --- whole stretches of the good path
  enum class Until : int {
    challenged,  ///< step 5a: the UE holds the challenge
    commanded,   ///< step 5a: the UE holds the Security Mode Command
    locating,    ///< step 8: the HSS holds the Update Location Request
    creating,    ///< step 12: the UPE holds the Create Session Request
    accepted,    ///< step 17: the eNB holds the Initial Context Setup Request
    set_up,      ///< step 20: the eNB has answered
    completed,   ///< step 22: the UE has answered; step 23: the UPE holds the Modify Bearer Request
    attached,
  };
  void attach(Phone& p, Until until = Until::attached);
  void attach_from(Phone& p, Until from, Until until = Until::attached);
  void authenticate(Phone& p);
  /// release_by_enb makes the UE idle (inactivity).
  void release_by_enb(Phone& p);
  ByteVector service_request(Phone& p);

  /// located is the Update Location Request of the attach that stands at Until::locating; hss_says answers
  /// it.
  const diameter::UpdateLocationRequest& located() const { return ulr_.value(); }

  // --- what was seen
  std::uint64_t counter(std::string_view name) const;
  /// held gives the kinds of key of the subscriber that the MME holds, by its own ledger.
  std::vector<KeyKind> held(const Imsi& imsi) const;
  bool was_erased(KeyKind kind, const KeyId& key) const;
  const Ue& context(const Phone& p);

  TestEntropy entropy;
  Mme mme;
  Instant now{};
  bool ledger = true;
  std::vector<LedgerEntry> entries;
  std::vector<Step> steps;
  std::vector<Outcome> outcomes;
  std::vector<std::string> log;
  std::map<Teid, Teid> tunnels;  ///< the UPE's TEID to the MME's
  /// The HSS announces our own application, and numbers its vectors from here on.
  bool hss_announces = false;
  std::optional<ByteVector> enbs_announce;  ///< what the eNBs say of their profiles in S1 Setup
  std::uint32_t next_epoch = 1;
  bool upe_answers_echo = true;
  Byte echo_counter = 1;      ///< the UPE's restart counter
  Byte mme_echo_counter = 1;  ///< the other MME's

 private:
  void carry_out(Action& a);
  void on_hss_octets(Bytes octets);
  s1ap::Pdu take(Phone& p);
  ByteVector open(Phone& p, ByteVector pdu);
  void run(Until stretch, Phone& p);

  std::optional<peer::LinkId> hss_link_;
  diameter::StreamFramer framer_;
  std::vector<peer::LinkId> enb_links_;
  std::vector<std::deque<s1ap::Pdu>> down_;
  std::deque<HssQuestion> hss_;
  HssQuestion last_hss_;
  std::deque<UpeQuestion> upe_;
  gtp2::Header last_upe_;
  std::deque<UpeQuestion> s10_;
  gtp2::Header last_s10_;
  std::map<peer::TimerId, Instant> timers_;
  std::map<std::string, std::uint64_t, std::less<>> counters_;
  std::map<Imsi, std::uint64_t> seq_;
  std::uint32_t next_link_ = peer::accepted_links_from;
  std::uint32_t next_teid_ = 0x1000;
  std::uint32_t next_sequence_ = 1;
  std::uint32_t cancels_ = 0;
  std::optional<diameter::AuthenticationInformationRequest> air_;
  std::optional<diameter::UpdateLocationRequest> ulr_;
  std::optional<gtp2::CreateSessionRequest> csr_;
  std::optional<nas::AuthenticationRequest> challenge_;
  std::optional<nas::SecurityModeCommand> command_;
};

}  // namespace baton::node::mme::test
