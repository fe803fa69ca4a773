// hss_world.h: an HSS alone with its store and MMEs that are a few lines long, in invented time.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/milenage.h"
#include "keys/derive_eps.h"
#include "keys/usim.h"
#include "node/hss/hss.h"
#include "store/memory_store.h"

namespace baton::node::hss {

inline DiameterIdentity identity(std::string_view s) { return *DiameterIdentity::parse(s); }
inline const DiameterIdentity realm = identity("epc.mnc001.mcc001.3gppnetwork.org");
inline const DiameterIdentity hss_name = identity("hss.epc.mnc001.mcc001.3gppnetwork.org");
inline const DiameterIdentity mme1_name = identity("mme1.epc.mnc001.mcc001.3gppnetwork.org");
inline const DiameterIdentity mme2_name = identity("mme2.epc.mnc001.mcc001.3gppnetwork.org");
inline const DiameterIdentity aaa_name = identity("aaa.epc.mnc001.mcc001.3gppnetwork.org");
inline const Ipv4 aaa_address{{127, 0, 0, 24}};
inline const Ipv4 hss_address{{127, 0, 0, 8}};
inline const Ipv4 mme1_address{{127, 0, 0, 4}};
inline const Ipv4 mme2_address{{127, 0, 0, 14}};
inline const PlmnId home = PlmnId::test_value();
inline const PlmnId partner = *PlmnId::parse("90170");
inline const PlmnId elsewhere = *PlmnId::parse("310410");

// TS 35.208, 4.3, test set 1.
inline constexpr std::string_view k_digits = "465b5ce8b199b49faa5f0a2ee238a6bc";
inline constexpr std::string_view opc_digits = "cd63cb71954a9f4e48a5994e37a02baf";
template <class S>
S secret_from(std::string_view digits) {
  const auto octets = *parse_hex(digits);
  return S(std::span<const Byte, S::size>(octets.data(), S::size));
}
inline context::SubscriberRecord subscriber(const Imsi& imsi = Imsi::test_value()) {
  context::SubscriberRecord r{
      .imsi = imsi, .secret = MilenageSecret{secret_from<K>(k_digits), secret_from<Opc>(opc_digits)}};
  r.subscription.msisdn = "491701234567";
  return r;
}
inline Usim usim() { return {secret_from<K>(k_digits), secret_from<Opc>(opc_digits)}; }
/// sqn_in reads the SQN out of an AUTN, as the card does.
inline Sqn sqn_in(const Rand& rand, const Autn& autn) {
  const auto k = secret_from<K>(k_digits);
  const auto opc = secret_from<Opc>(opc_digits);
  const auto ak = crypto::Milenage(k.expose(), opc.expose(), rand.bytes).f2_f5().ak;
  std::array<Byte, 6> sqn{};
  for (std::size_t i = 0; i < 6; ++i) sqn[i] = static_cast<Byte>(autn.bytes[i] ^ ak.expose()[i]);
  return Sqn::from_octets(sqn);
}

class CountingEntropy final : public Entropy {
 public:
  void fill(MutableBytes out) override {
    for (Byte& b : out) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      b = static_cast<Byte>(state_ >> 56U);
    }
  }

 private:
  std::uint64_t state_ = 7;
};

/// Mme is a Diameter node that asks what the test wants and keeps what it hears.
struct Mme {
  Mme(const DiameterIdentity& identity, Ipv4 address, Entropy& entropy, bool announces = false,
      bool equipment = false)
      : node({.identity = identity,
              .realm = realm,
              .address = address,
              .peers = {{hss_name, realm, hss_address, 3868, true}},
              .private_application = announces,
              .more_applications = equipment ? std::vector{dia::app_s13} : std::vector<std::uint32_t>{}},
             entropy) {}
  peer::DiameterNode node;
  std::deque<peer::DiameterAnswer> answers;
  std::deque<peer::DiameterRequest> requests;
};

inline Config config() {
  Config c{.name = "hss",
           .identity = hss_name,
           .realm = realm,
           .address = hss_address,
           .clients = {},
           .plmns = {home}};
  c.clients.push_back({"mme1", mme1_name, realm, mme1_address, {home, partner}, 0});
  c.clients.push_back({"mme2", mme2_name, realm, mme2_address, {home}, 1});
  return c;
}

class HssTest : public testing::Test {
 protected:
  HssTest() : HssTest(std::make_shared<store::MemoryStore>()) {
    EXPECT_TRUE(store.put(subscriber()));
    EXPECT_TRUE(store.sync());
  }
  /// On a store that another HSS may be on too.
  explicit HssTest(std::shared_ptr<store::MemoryStore> of) : shared(std::move(of)) { boot(); }

  std::function<void(Hss&)> before_start;
  /// boot starts a fresh HSS on the store and connects both MMEs.
  void boot() {
    mmes.clear();
    links.clear();
    held.clear();
    held_saves.clear();
    hss = std::make_unique<Hss>(settings, entropy);
    if (before_start) before_start(*hss);
    for (std::size_t i = 0; i < peers; ++i)
      mmes.push_back(std::make_unique<Mme>(names[i], addresses[i], entropy, announces, equipment));
    tell(Started{});
    for (std::size_t i = 0; i < mmes.size(); ++i) connect(i);
    settle();
  }
  /// crash is a power cut: what was not synced is gone, and so is everything under way.
  void crash() {
    store.crash();
    boot();
  }
  void connect(std::size_t i) {
    Actions out;
    mmes[i]->node.start(now, out);
    from_mme(i, out);
  }
  /// reconnect brings back an MME that was lost: a new machine, which still remembers what it heard.
  void reconnect(std::size_t i) {
    auto fresh = std::make_unique<Mme>(names[i], addresses[i], entropy, announces, equipment);
    fresh->answers = std::move(mmes[i]->answers);
    fresh->requests = std::move(mmes[i]->requests);
    mmes[i] = std::move(fresh);
    connect(i);
    settle();
  }

  void tell(Event e) {
    Actions out;
    hss->on(std::move(e), now, out);
    for (Action& a : out.take()) pending.push_back(std::move(a));
  }
  void settle() {
    while (!pending.empty()) {
      Action a = std::move(pending.front());
      pending.pop_front();
      carry(a);
    }
  }
  SubscriberLoaded loaded(const LoadSubscriber& load) {
    auto found = store.find(load.imsi);
    if (!found) return {load.token, std::nullopt, found.why().fault};
    return {load.token, std::move(*found)};
  }
  void carry(Action& action) {
    if (auto* send = std::get_if<Send>(&action)) {
      const auto to = links.find(send->link);
      if (to == links.end()) return;
      Actions out;
      take(to->second, mmes[to->second]->node.on_link_data(LinkId{1}, send->octets, now, out));
      from_mme(to->second, out);
    } else if (auto* load = std::get_if<LoadSubscriber>(&action)) {
      if (hold_loads)
        held.push_back(loaded(*load));
      else
        tell(loaded(*load));
    } else if (auto* save = std::get_if<SaveSubscriber>(&action)) {
      EXPECT_TRUE(store.put(std::move(*save->record)));
      staged(save->token);
    } else if (auto* reserve = std::get_if<ReserveSequence>(&action)) {
      EXPECT_TRUE(store.reserve(reserve->imsi, reserve->version, reserve->seq_reserved));
      staged(reserve->token);
    } else if (auto* erase = std::get_if<EraseSubscriber>(&action)) {
      EXPECT_TRUE(store.remove(erase->imsi));
      staged(erase->token);
    } else if (auto* done = std::get_if<Administered>(&action)) {
      administered.push_back(std::move(*done));
    } else if (auto* record = std::get_if<Record>(&action)) {
      ledger.push_back(record->entry);
    } else if (auto* count = std::get_if<Count>(&action)) {
      ++counters[std::string(count->counter)];
    } else if (auto* log = std::get_if<Log>(&action)) {
      logged.push_back(log->text);
    }
  }
  void staged(StoreToken token) {
    if (hold_saves)
      held_saves.push_back(token);
    else
      tell(committed(token));
  }
  /// committed makes durable what is staged, as the host does.
  SubscriberSaved committed(StoreToken token) {
    const auto done = store.commit();
    if (!done) {
      store.crash();
      return {token, false, done.why().fault};
    }
    if (!done->conflicts.empty()) return {token, false, context::StoreFault::conflict};
    return {token, true};
  }
  void from_mme(std::size_t i, Actions& out) {
    for (Action& a : out.take()) {
      if (auto* open = std::get_if<OpenLink>(&a)) {
        const LinkId theirs{peer::accepted_links_from + static_cast<std::uint32_t>(i)};
        links[theirs] = i;
        tell(LinkUp{theirs, Port::diameter, {addresses[i], 40000}});
        Actions more;
        take(i, mmes[i]->node.on_link_up(open->link, open->remote, now, more));
        from_mme(i, more);
      } else if (auto* send = std::get_if<Send>(&a)) {
        tell(LinkData{LinkId{peer::accepted_links_from + static_cast<std::uint32_t>(i)}, 0,
                      std::move(send->octets)});
      }
    }
  }
  void take(std::size_t i, peer::PeerEvents events) {
    for (auto& e : events) {
      if (auto* a = std::get_if<peer::DiameterAnswer>(&e)) mmes[i]->answers.push_back(std::move(*a));
      if (auto* r = std::get_if<peer::DiameterRequest>(&e)) mmes[i]->requests.push_back(std::move(*r));
    }
  }
  void lose(std::size_t i) {
    const LinkId theirs{peer::accepted_links_from + static_cast<std::uint32_t>(i)};
    links.erase(theirs);
    Actions out;
    take(i, mmes[i]->node.on_link_down(LinkId{1}, now, out));
    tell(LinkDown{theirs});
    settle();
  }

  // --- what an MME asks -------------------------------------------------------------------------

  template <class M>
  void ask(const M& m, std::size_t i = 0) {
    Actions out;
    EXPECT_TRUE(mmes[i]->node.request(hss_name, m, now, out));
    from_mme(i, out);
    settle();
  }
  /// say sends octets that are no message this code would make.
  void say(ByteVector octets, std::size_t i = 0) {
    tell(LinkData{LinkId{peer::accepted_links_from + static_cast<std::uint32_t>(i)}, 0, std::move(octets)});
    // What comes back answers no pending request; it is caught on its way.
    said.clear();
    while (!pending.empty()) {
      Action a = std::move(pending.front());
      pending.pop_front();
      if (auto* send = std::get_if<Send>(&a))
        said.push_back(std::move(send->octets));
      else
        carry(a);
    }
  }
  std::optional<peer::DiameterAnswer> answer(std::size_t i = 0) {
    auto& all = mmes[i]->answers;
    if (all.empty()) return std::nullopt;
    auto a = std::move(all.front());
    all.pop_front();
    return a;
  }
  /// verdict is the result of the next answer; nothing when there is none.
  std::optional<dia::AnswerResult> verdict(std::size_t i = 0) {
    const auto a = answer(i);
    if (!a) return std::nullopt;
    return a->result;
  }

  template <class M>
  M request(std::size_t i = 0, const Imsi& imsi = Imsi::test_value()) {
    M m = [&] {
      if constexpr (requires(M x) { x.visited_plmn; })
        return M{.session_id = mmes[i]->node.new_session_id(),
                 .origin_host = names[i],
                 .origin_realm = realm,
                 .destination_realm = realm,
                 .user_name = imsi,
                 .visited_plmn = home};
      else
        return M{.session_id = mmes[i]->node.new_session_id(),
                 .origin_host = names[i],
                 .origin_realm = realm,
                 .destination_realm = realm,
                 .user_name = imsi};
    }();
    if constexpr (requires { m.requested_eutran; }) m.requested_eutran.emplace();
    if constexpr (requires { m.ulr_flags; }) m.ulr_flags = dia::ulr_flag::s6a;
    return m;
  }
  using Air = dia::AuthenticationInformationRequest;
  using Aia = dia::AuthenticationInformationAnswer;
  /// vectors asks for some and gives what came; empty when refused.
  std::vector<dia::EutranVector> vectors(std::uint32_t number = 1, std::size_t i = 0,
                                         std::optional<dia::Resynchronization> resync = {}) {
    auto m = request<Air>(i);
    m.requested_eutran->number_of_requested_vectors = number;
    m.requested_eutran->resynchronization = resync;
    ask(m, i);
    const auto a = answer(i);
    if (!a) return {};
    last_result = a->result;
    auto aia = dia::decode<Aia>(a->octets);
    EXPECT_TRUE(aia) << aia.why().to_string();
    if (!aia->authentication_info) return {};
    return std::move(aia->authentication_info->eutran_vectors);
  }
  bool logged_text(std::string_view part) const {
    for (const auto& l : logged)
      if (l.find(part) != std::string::npos) return true;
    return false;
  }
  context::SubscriberRecord stored() { return *store.load(Imsi::test_value()); }

  const std::array<DiameterIdentity, 3> names{mme1_name, mme2_name, aaa_name};
  const std::array<Ipv4, 3> addresses{mme1_address, mme2_address, aaa_address};
  /// What boot starts: the HSS's configuration, how many of the above, and whether they announce our own
  /// application.
  Config settings = config();
  std::size_t peers = 2;
  bool announces = false;
  bool equipment = false;  ///< and speak S13

  std::shared_ptr<store::MemoryStore> shared;
  store::MemoryStore& store = *shared;
  CountingEntropy entropy;
  Instant now{Duration(1'000'000'000)};
  std::unique_ptr<Hss> hss;
  std::vector<std::unique_ptr<Mme>> mmes;
  std::map<LinkId, std::size_t> links;
  std::deque<Action> pending;
  bool hold_loads = false, hold_saves = false;
  std::vector<SubscriberLoaded> held;
  std::vector<StoreToken> held_saves;
  std::vector<Administered> administered;
  std::vector<LedgerEntry> ledger;
  std::map<std::string, int> counters;
  std::vector<std::string> logged;
  std::vector<ByteVector> said;
  dia::AnswerResult last_result{};
};

}  // namespace baton::node::hss
