// hss_kasme_world.h: MMEs that follow a KASME from its AKA on and tell the HSS, beside the HSS of
// hss_world.h.
#pragma once

#include <algorithm>
#include <utility>

#include "node/hss_world.h"

namespace baton::node::hss {

namespace result_of_own = dia::private_result;

/// Lineage is a KASME as the MMEs know it: its AKA, the steps since, and those the HSS has not confirmed.
struct Lineage {
  Rand rand;
  std::uint32_t epoch = 0;
  Kasme kasme;
  std::uint32_t step = 0;
  std::uint32_t ksi = 0;
  std::vector<dia::ChainStep> steps{};

  Lineage copy() const {
    Lineage out{rand, epoch, kasme.clone(), step, ksi, {}};
    for (const auto& s : steps)
      out.steps.push_back({s.step, s.direction, s.count, s.identity, s.proof.clone()});
    return out;
  }
};

class HssKasmeTest : public HssTest {
 protected:
  HssKasmeTest() {
    settings.policy = context::policy_of(context::Profile::hardened);
    settings.aaa_servers.push_back({"aaa", aaa_name, realm, aaa_address});
    peers = 3;
    announces = true;
    boot();
  }

  static constexpr std::size_t mme1 = 0, mme2 = 1, aaa = 2;

  /// aka runs AKA at an MME: a vector is fetched, and the SMC that follows makes it the one in use.
  Lineage aka(std::size_t mme, const Imsi& imsi = Imsi::test_value(), std::uint32_t number = 1) {
    auto m = request<Air>(mme, imsi);
    m.requested_eutran->number_of_requested_vectors = number;
    ask(m, mme);
    const auto a = answer(mme);
    EXPECT_TRUE(a && a->result.success());
    auto aia = dia::decode<Aia>(a->octets);
    dia::EutranVector& v = aia->authentication_info->eutran_vectors.back();
    EXPECT_TRUE(v.epoch);
    return begun(v.rand, *v.epoch, std::move(v.kasme), mme, imsi);
  }
  Lineage begun(const Rand& rand, std::uint32_t epoch, Kasme kasme, std::size_t mme,
                const Imsi& imsi = Imsi::test_value()) {
    Lineage out{rand, epoch, std::move(kasme), 0, 1, {}};
    const NasCount none;
    out.steps.push_back({0, dia::StepDirection::aka, none, names[mme],
                         derive_update_proof(out.kasme, {epoch, 0}, imsi, RefreshDirection::aka, none,
                                             names[mme].value(), out.kasme)});
    return out;
  }
  /// move is what the source MME does before it hands the context to `target`.
  void move(Lineage& l, std::size_t target, std::uint32_t count, const Imsi& imsi = Imsi::test_value(),
            RefreshDirection direction = RefreshDirection::handover) {
    const NasCount n = *NasCount::from(count);
    Kasme refreshed = derive_kasme_refreshed(l.kasme, direction, n);
    auto proof = derive_update_proof(l.kasme, {l.epoch, l.step + 1}, imsi, direction, n,
                                     names[target].value(), refreshed);
    ++l.step;
    l.steps.push_back({l.step, dia::step_direction(direction), n, names[target], std::move(proof)});
    l.kasme = std::move(refreshed);
  }
  using Kur = dia::KasmeUpdateRequest;
  /// update is the request by which `mme` tells everything that is not confirmed.
  Kur update(const Lineage& l, std::size_t mme, const Imsi& imsi = Imsi::test_value()) {
    Kur m{.session_id = mmes[mme]->node.new_session_id(),
          .origin_host = names[mme],
          .origin_realm = realm,
          .destination_realm = realm,
          .user_name = imsi,
          .rand = l.rand,
          .epoch = l.epoch,
          .ksi = l.ksi};
    m.steps = l.copy().steps;
    return m;
  }
  /// tell_hss sends it and gives what came of it.
  std::optional<dia::AnswerResult> tell_hss(const Kur& m, std::size_t mme) {
    ask(m, mme);
    return verdict(mme);
  }
  std::optional<dia::AnswerResult> tell_hss(const Lineage& l, std::size_t mme) {
    return tell_hss(update(l, mme), mme);
  }
  /// locate registers at an MME, naming the vector in use where `l` is given.
  std::optional<dia::UpdateLocationAnswer> locate(std::size_t mme, const Lineage* l = nullptr,
                                                  const Imsi& imsi = Imsi::test_value()) {
    auto m = request<dia::UpdateLocationRequest>(mme, imsi);
    if (l != nullptr) m.aka = dia::AkaReference{l->rand, l->epoch, l->ksi, l->steps.front().proof.clone()};
    ask(m, mme);
    const auto a = answer(mme);
    if (!a || !a->result.success()) return std::nullopt;
    auto ula = dia::decode<dia::UpdateLocationAnswer>(a->octets);
    EXPECT_TRUE(ula);
    return std::move(*ula);
  }
  context::KasmeMemory memory(const Imsi& imsi = Imsi::test_value()) {
    return store.load(imsi)->kasme.copy();
  }
  std::optional<context::KasmeRecord> recorded(const Imsi& imsi = Imsi::test_value()) {
    return std::move(memory(imsi).record);
  }
  static dia::AnswerResult own_result(std::uint32_t code) { return {code, true, dia::vendor_private}; }
  static dia::AnswerResult done() { return {dia::code::success}; }
};

}  // namespace baton::node::hss
