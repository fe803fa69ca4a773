// kasme_update.cpp: an MME tells which KASME it uses.
#include "node/hss/core.h"
#include "node/hss/kasme_chain.h"

namespace baton::node::hss {

namespace {

std::string_view counter_of(std::uint32_t verdict) {
  switch (verdict) {
    case dia::private_result::not_yet_registered: return "hss.kasme_not_yet_registered";
    case dia::private_result::not_registered: return "hss.kasme_not_registered";
    case dia::private_result::unknown_aka_reference: return "hss.kasme_unknown_reference";
    case dia::private_result::generation_gap: return "hss.kasme_generation_gap";
    case dia::private_result::bad_proof: return "hss.kasme_bad_proof";
    case dia::private_result::stale: return "hss.kasme_stale";
    case dia::private_result::too_many_steps: return "hss.kasme_too_many_steps";
    case dia::private_result::foreign_mme: return "hss.kasme_foreign_mme";
    case dia::private_result::key_differs: return "hss.kasme_key_differs";
    default: return "hss.kasme_not_stored";
  }
}

}  // namespace

//= S0.D3
Procedure kasme_update(Core& core, Desk& desk, KasmeUpdate asked) {
  using Answer = dia::KasmeUpdateAnswer;
  const auto& m = asked.message;
  const Client& client = core.client(asked.client);
  const auto refuse = [&](std::uint32_t verdict) {
    core.count(counter_of(verdict));
    core.log(LogLevel::warning, "KASME of " + desk.imsi.digits() + " not taken from " + client.name + ": " +
                                    dia::AnswerResult{verdict, true, dia::vendor_private}.to_string());
    core.reply<Answer>(asked, own(verdict));
  };

  if (m.ksi > ksi_max) {
    core.count("hss.request_bad");
    core.reply<Answer>(asked, result(dia::code::invalid_avp_value));
    co_return;
  }
  //= S0.D5
  // The key was made for the MME that sends this, whoever else was on the way.
  if (m.steps.back().identity != client.identity) {
    refuse(dia::private_result::foreign_mme);
    co_return;
  }
  for (int attempt = 1;; ++attempt) {
    core.load(desk);
    auto loading = desk.inbox.next<SubscriberLoaded>();
    auto loaded = co_await loading;
    if (!loaded.record) {
      if (loaded.fault != context::StoreFault::none) {
        core.count("hss.store_failed");
        refuse(dia::private_result::not_stored);
      } else {
        core.reply_absent<Answer>(asked, loaded.fault);
      }
      co_return;
    }
    context::SubscriberRecord& record = *loaded.record;
    auto followed = follow(record.kasme, desk.imsi, m.rand, m.epoch, m.steps);

    //= S0.D3
    // Only the registered MME may tell. One whose steps hold is on its way to be it; one that was it, or that
    // tells what is recorded already, is past.
    if (!record.mme || record.mme->host != client.identity) {
      const bool was = record.kasme.mme_before == client.identity;
      const bool past = followed ? followed->repeated : followed.why() == dia::private_result::stale;
      if (was || past)
        refuse(dia::private_result::not_registered);
      else
        refuse(followed ? dia::private_result::not_yet_registered : followed.why());
      co_return;
    }
    if (!followed) {
      refuse(followed.why());
      co_return;
    }
    //= S0.D7
    // With the key on the wire too: it has to be the one that the steps make.
    if (m.kasme && *m.kasme != followed->in_use()) {
      refuse(dia::private_result::key_differs);
      co_return;
    }

    //= S0.D4
    // A repetition changes nothing and is answered like the first time. Anything new is durable before the
    // MME hears that it is recorded.
    if (!followed->repeated) {
      const Superseded gone = hss::record(record.kasme, *followed, m.rand, static_cast<std::uint8_t>(m.ksi),
                                          client.identity, core.now);
      core.save(desk, record);
      auto saving = desk.inbox.next<SubscriberSaved>();
      const auto saved = co_await saving;
      if (!saved.ok) {
        // Another HSS has written: what it wrote decides whether the steps still hold.
        if (core.again(saved, attempt)) continue;
        core.count("hss.store_failed");
        refuse(dia::private_result::not_stored);
        co_return;
      }
      if (m.kasme)
        core.note(KeyEvent::received, desk.imsi, *m.kasme, "KASME-Update Request", {}, client.name);
      core.note_steps(desk.imsi, *followed, gone);
    }
    core.count(followed->repeated ? "hss.kasme_repeated" : "hss.kasme_updated");
    Answer answer = core.answer_to<Answer>(m.session_id, success);
    answer.epoch = followed->generation.epoch;
    answer.step = followed->generation.step;
    core.s6a.answer(asked.token, answer, *core.out);
    co_return;
  }
}

//= S0.D8
Procedure context_transfer(Core& core, Desk& desk, ContextTransfer asked) {
  using Answer = dia::ContextTransferAnswer;
  const auto& m = asked.message;
  const AaaServer& aaa = core.config.aaa_servers[asked.client];
  if (m.access_label.empty() || m.access_label.size() > access_label_octets_max) {
    core.count("hss.request_bad");
    core.reply<Answer>(asked, result(dia::code::invalid_avp_value));
    co_return;
  }
  for (int attempt = 1;; ++attempt) {
    core.load(desk);
    auto loading = desk.inbox.next<SubscriberLoaded>();
    auto loaded = co_await loading;
    if (!loaded.record) {
      core.reply_absent<Answer>(asked, loaded.fault);
      co_return;
    }
    context::SubscriberRecord& record = *loaded.record;
    if (!record.kasme.record || record.kasme.transfers == 0xFFFF'FFFF) {
      core.count("hss.kasme_none");
      core.reply<Answer>(asked, own(dia::private_result::no_key));
      co_return;
    }
    // The counter is used up before the key that has it leaves.
    ++record.kasme.transfers;
    core.save(desk, record);
    auto saving = desk.inbox.next<SubscriberSaved>();
    const auto saved = co_await saving;
    if (!saved.ok) {
      if (core.again(saved, attempt)) continue;
      core.count("hss.store_failed");
      core.reply<Answer>(asked, own(dia::private_result::not_stored));
      co_return;
    }
    const context::KasmeRecord& in_use = *record.kasme.record;
    const KeyId parent = core.keys.id(in_use.kasme);
    Kn3 kn3 = derive_kn3(in_use.kasme, m.access_label, aaa.identity.value(), record.kasme.transfers);
    core.note(KeyEvent::derived, desk.imsi, kn3, "S0.D8", {parent});
    core.note(KeyEvent::sent, desk.imsi, kn3, "Context-Transfer Answer", {}, aaa.name);
    core.note(KeyEvent::erased, desk.imsi, kn3, "delivered");
    core.count("hss.kn3_sent");
    Answer answer = core.answer_to<Answer>(m.session_id, success);
    answer.kn3 = std::move(kn3);
    answer.counter = record.kasme.transfers;
    answer.parent_key_id = ByteVector(parent.octets.begin(), parent.octets.end());
    answer.rand = in_use.rand;
    answer.epoch = in_use.generation.epoch;
    answer.step = in_use.generation.step;
    answer.ksi = in_use.ksi;
    answer.mme = in_use.mme;
    core.s6a.answer(asked.token, answer, *core.out);
    co_return;
  }
}

}  // namespace baton::node::hss
