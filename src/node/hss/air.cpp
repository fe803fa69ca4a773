// air.cpp: authentication vectors.
#include "base/cases.h"
#include "keys/auc.h"
#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

struct Resynced {
  bool ok = false;     ///< the AUTS is the USIM's
  bool moved = false;  ///< SEQ is another now
};

/// resynchronise checks what the USIM sent and moves SEQ to where the USIM is. A forged AUTS moves nothing.
//= TS 33.102, 6.3.5
Resynced resynchronise(Core& core, const context::SubscriberRecord& record, Counter& counter,
                       const dia::Resynchronization& r) {
  const std::string who = record.imsi.digits();
  if (core.now - counter.resync_since >= resync_window) {
    counter.resync_since = core.now;
    counter.resyncs = 0;
  }
  if (counter.resyncs >= resyncs_max) {
    core.count("hss.resync_throttled");
    core.log(LogLevel::warning, "resynchronisation of " + who + " refused: " + std::to_string(resyncs_max) +
                                    " in a minute already; a broken USIM, or somebody who is not it");
    return {};
  }
  ++counter.resyncs;
  const auto sqn_ms = verify_auts(record.secret, r.rand, r.auts);
  if (!sqn_ms) {
    core.count("hss.auts_wrong");
    core.log(LogLevel::warning,
             "resynchronisation of " + who + " refused: MAC-S is wrong: forged AUTS, or wrong K or OPc");
    return {};
  }
  const std::uint64_t before = counter.last_seq;
  AucSqn sqn(before, record.ind_bits);
  const bool moved = sqn.resynchronise(*sqn_ms);
  counter.last_seq = sqn.last_seq();
  core.count(moved ? "hss.resync_moved" : "hss.resync_not_needed");
  core.log(LogLevel::info,
           moved ? "resynchronisation of " + who + ": SQN of the USIM was ahead, SEQ goes from " +
                       std::to_string(before) + " to " + std::to_string(counter.last_seq)
                 : "resynchronisation of " + who + ": the next SQN is fresh to the USIM as it is");
  return {true, moved};
}

/// The ids of what a vector is made from.
std::vector<KeyId> secret_ids(const Core& core, const AkaSecret& secret) {
  return std::visit(Cases{[&](const MilenageSecret& s) {
                            return std::vector{core.keys.id(s.k), core.keys.id(s.opc)};
                          },
                          [&](const TuakSecret& s) {
                            return std::vector{core.keys.id(s.k), core.keys.id(s.topc)};
                          },
                          [&](const TestSecret& s) { return std::vector{core.keys.id(s.k)}; }},
                    secret);
}

/// make_vector makes one vector and writes its keys' whole life here into the ledger; KASME's goes on where
/// it is remembered.
dia::EutranVector make_vector(Core& core, const context::SubscriberRecord& record, const Client& client,
                              Sqn sqn, const PlmnId& plmn, bool remembered) {
  Rand rand;
  core.entropy.fill(rand.bytes);
  NewEpsVector fresh = make_eps_vector(record.secret, record.amf, sqn, rand, plmn);
  if (core.out->ledger_on()) {
    const std::string who = record.imsi.digits();
    const auto write = [&](KeyEvent event, const auto& key, std::string reason,
                           std::vector<KeyId> parents = {}, std::string to = {}) {
      core.keys.write(*core.out, core.now, event, who, key, std::move(reason), std::move(parents),
                      std::move(to));
    };
    const std::vector<KeyId> secrets = secret_ids(core, record.secret);
    write(KeyEvent::derived, fresh.ck, "TS 35.206, f3", secrets);
    write(KeyEvent::derived, fresh.ik, "TS 35.206, f4", secrets);
    write(KeyEvent::derived, fresh.vector.kasme, "TS 33.401, A.2",
          {core.keys.id(fresh.ck), core.keys.id(fresh.ik)});
    if (!remembered)
      write(KeyEvent::sent, fresh.vector.kasme, "Authentication Information Answer", {}, client.name);
    //= TS 33.401, 6.1.2
    // CK and IK stay here and die here; KASME is the MME's from now on.
    write(KeyEvent::erased, fresh.ck, "vector made");
    write(KeyEvent::erased, fresh.ik, "vector made");
    if (!remembered) write(KeyEvent::erased, fresh.vector.kasme, "vector delivered");
  }
  return {{}, rand, std::move(fresh.vector.xres), fresh.vector.autn, std::move(fresh.vector.kasme)};
}

}  // namespace

//= TS 29.272, 5.2.3.1.3
Procedure authentication_information(Core& core, Desk& desk, AuthenticationInformation asked) {
  using Answer = dia::AuthenticationInformationAnswer;
  const auto& m = asked.message;
  const Client& client = core.client(asked.client);

  // May this MME speak for that network? KASME is bound to it, so the question is worth a key.
  if (!core.may_ask_for(client, m.visited_plmn)) {
    core.count("hss.plmn_not_authorised");
    core.log(LogLevel::warning, client.name + " asks for vectors of " + m.visited_plmn.to_string() +
                                    ", which is not its network");
    core.reply<Answer>(asked, result(dia::code::authorization_rejected));
    co_return;
  }

  // Announcement: to one that does not say where its keys go, nothing unless the policy lets it be.
  if (core.config.tracks_kasme() && !core.config.policy.final_fallback && !core.tracks(client)) {
    core.count("hss.peer_unannounced");
    core.log(LogLevel::warning, client.name + " does not announce that it tells which KASME it uses");
    core.reply<Answer>(asked, result(dia::code::authorization_rejected));
    co_return;
  }

  // Who is it?
  core.load(desk);
  auto loading = desk.inbox.next<SubscriberLoaded>();
  auto loaded = co_await loading;
  if (!loaded.record) {
    core.count("hss.user_unknown");
    core.reply<Answer>(asked, experimental(dia::experimental::user_unknown));
    co_return;
  }
  context::SubscriberRecord& record = *loaded.record;
  Counter counter = core.counter_of(record);

  // Has the USIM said that it is ahead?
  const auto& wanted = *m.requested_eutran;
  if (wanted.resynchronization) {
    const Resynced r = resynchronise(core, record, counter, *wanted.resynchronization);
    core.counter_of(record).resyncs = counter.resyncs;
    core.counter_of(record).resync_since = counter.resync_since;
    if (!r.ok) {
      core.reply<Answer>(asked, experimental(dia::experimental::authentication_data_unavailable));
      co_return;
    }
    // A SEQ that moved is written down before anything relies on it: the block is not that one any more.
    if (r.moved) counter.reserved = counter.last_seq;
  }

  // Which SQNs? They are marked as used, durably, before a vector with one of them leaves.
  const bool tracked = core.tracks(client);
  const std::size_t number =
      std::min<std::size_t>(std::max<std::uint32_t>(wanted.number_of_requested_vectors.value_or(1), 1),
                            tracked ? vectors_max_tracked : vectors_max);
  if (counter.last_seq + number > counter.reserved) {
    counter.reserved = std::min(counter.last_seq + sequence_block, Sqn::seq_max(record.ind_bits));
    record.seq_reserved = counter.reserved;
    core.save(desk, record);
    auto saving = desk.inbox.next<SubscriberSaved>();
    const auto saved = co_await saving;
    if (!saved.ok) {
      core.count("hss.store_failed");
      core.log(LogLevel::error, "no vector for " + desk.imsi.digits() + ": its SQN could not be stored");
      core.reply<Answer>(asked, result(dia::code::unable_to_comply));
      co_return;
    }
  }

  // The MME may have gone while the store worked: a vector nobody gets is not made.
  if (!core.s6a.owes(asked.token)) {
    core.counter_of(record) = counter;
    co_return;
  }
  dia::AuthenticationInfo info;
  AucSqn sqns(counter.last_seq, record.ind_bits);
  while (info.eutran_vectors.size() < number) {
    const auto sqn = sqns.next(client.ind);
    if (!sqn) break;
    info.eutran_vectors.push_back(make_vector(core, record, client, *sqn, m.visited_plmn, tracked));
    if (number > 1)
      info.eutran_vectors.back().item_number = static_cast<std::uint32_t>(info.eutran_vectors.size());
  }
  counter.last_seq = sqns.last_seq();
  core.counter_of(record) = counter;
  if (info.eutran_vectors.empty()) {
    core.count("hss.sqn_spent");
    core.log(LogLevel::error, "no vector for " + desk.imsi.digits() + ": its SQN is at its end, or " +
                                  client.name + "'s index does not fit it");
    core.reply<Answer>(asked, experimental(dia::experimental::authentication_data_unavailable));
    co_return;
  }

  //= S0.D6
  // What leaves is remembered, durably, until one of the vectors is named.
  if (tracked) {
    if (record.kasme.last_epoch > 0xFFFF'FFFF - number) {
      core.count("hss.epoch_spent");
      core.reply<Answer>(asked, experimental(dia::experimental::authentication_data_unavailable));
      co_return;
    }
    Superseded gone;
    for (dia::EutranVector& v : info.eutran_vectors) {
      v.epoch = ++record.kasme.last_epoch;
      auto pushed_out = remember_candidate(
          record.kasme, {v.rand, record.kasme.last_epoch, m.visited_plmn, v.kasme.clone()});
      for (Kasme& k : pushed_out.candidates) gone.candidates.push_back(std::move(k));
    }
    core.save(desk, record);
    auto remembering = desk.inbox.next<SubscriberSaved>();
    const auto remembered = co_await remembering;
    if (!remembered.ok) {
      core.count("hss.store_failed");
      core.reply<Answer>(asked, result(dia::code::unable_to_comply));
      co_return;
    }
    for (const dia::EutranVector& v : info.eutran_vectors) {
      core.note(KeyEvent::stored, desk.imsi, v.kasme, "until a vector is named");
      core.note(KeyEvent::sent, desk.imsi, v.kasme, "Authentication Information Answer", {}, client.name);
    }
    core.note_gone(desk.imsi, gone, "too many vectors wait");
  }
  core.count("hss.vectors_sent");
  Answer answer = core.answer_to<Answer>(m.session_id, success);
  answer.authentication_info = std::move(info);
  core.s6a.answer(asked.token, answer, *core.out);
}

}  // namespace baton::node::hss
