// air.cpp: authentication vectors, for E-UTRAN and for UTRAN and GERAN.
#include "base/cases.h"
#include "keys/auc.h"
#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

/// wrong_mac says in words what a wrong MAC-S can mean for this subscriber.
std::string wrong_mac(const context::SubscriberRecord& record, const dia::Resynchronization& r) {
  // The commonest mistake of who types subscribers in, and one that can be told for certain.
  if (const auto* m = std::get_if<MilenageSecret>(&record.secret)) {
    const Op op(m->opc.expose());
    if (verify_auts(m->k, derive_opc(m->k, op), r.rand, r.auts))
      return "MAC-S is wrong: the record holds OP where OPc belongs";
  }
  const bool seen = record.mme || record.sgsn;
  return seen ? "MAC-S is wrong: forged AUTS; the card has been in service with the K and OPc of the record"
              : "MAC-S is wrong: wrong OPc or K in the record, or forged AUTS; the card has never been in "
                "service";
}

struct Resynced {
  bool ok = false;     ///< the AUTS is the USIM's
  bool moved = false;  ///< SEQ is another now
};

/// resynchronise checks what the USIM sent and moves SEQ to where the USIM is. A forged AUTS moves nothing,
/// and takes nothing of what the card itself has left of its resynchronisations. `repeated`: the same request
/// once more, on the record as another HSS has left it.
//= TS 33.102, 6.3.5
Resynced resynchronise(Core& core, context::SubscriberRecord& record, Counter& counter,
                       const dia::Resynchronization& r, bool repeated) {
  const std::string who = record.imsi.digits();
  // A card that takes no vector although SEQ follows it will not take the next one either.
  const bool endless = record.resyncs >= resyncs_unanswered_max;
  const Duration window = endless ? resync_pause : resync_window;
  const std::uint32_t most = endless ? 1 : resyncs_max;
  if (core.now - counter.resync_since >= window) {
    counter.resync_since = core.now;
    counter.resyncs = 0;
    counter.forged = 0;
  }
  const auto sqn_ms = verify_auts(record.secret, r.rand, r.auts);
  if (!sqn_ms) {
    core.count("hss.auts_wrong");
    // Whoever sends many fills no log with them.
    if (counter.forged < resyncs_max) {
      ++counter.forged;
      core.log(LogLevel::warning, "resynchronisation of " + who + " refused: " + wrong_mac(record, r));
    }
    return {};
  }
  if (!repeated && counter.resyncs >= most) {
    core.count(endless ? "hss.resync_endless" : "hss.resync_throttled");
    core.log(LogLevel::warning,
             endless ? "resynchronisation of " + who + " refused: " + std::to_string(record.resyncs) +
                           " since its last location update; the card takes no vector, or nobody hands it one"
                     : "resynchronisation of " + who + " refused: " + std::to_string(resyncs_max) +
                           " in a minute already; a broken USIM, or an AUTS that is sent again and again");
    return {};
  }
  if (!repeated) ++counter.resyncs;
  const std::uint64_t before = counter.last_seq;
  const bool moved = follow_usim(record, counter, *sqn_ms, core.clock);
  core.count(moved ? "hss.resync_moved" : "hss.resync_not_needed");
  core.log(LogLevel::info,
           moved ? "resynchronisation of " + who + ": SQN of the USIM was ahead, SEQ goes from " +
                       std::to_string(before) + " to " + std::to_string(counter.last_seq)
                 : "resynchronisation of " + who + ": the next SQN is fresh to the USIM as it is");
  if (record.resyncs < 0xFFFF'FFFF) ++record.resyncs;
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

struct Reasons {
  std::string_view f3, f4;
};
Reasons reasons_of(const AkaSecret& secret) {
  switch (algorithm_of(secret)) {
    case AkaAlgorithm::milenage: return {"TS 35.206, f3", "TS 35.206, f4"};
    case AkaAlgorithm::tuak: return {"TS 35.231, f3", "TS 35.231, f4"};
    case AkaAlgorithm::test: break;
  }
  return {"TS 34.108, f3", "TS 34.108, f4"};
}

void note_derived(Core& core, const context::SubscriberRecord& record, const Ck& ck, const Ik& ik) {
  const auto parents = secret_ids(core, record.secret);
  const Reasons reasons = reasons_of(record.secret);
  core.note(KeyEvent::derived, record.imsi, ck, std::string(reasons.f3), parents);
  core.note(KeyEvent::derived, record.imsi, ik, std::string(reasons.f4), parents);
}

/// make_vector makes one vector and writes its keys' whole life here into the ledger; KASME's goes on where
/// it is remembered.
dia::EutranVector make_vector(Core& core, const context::SubscriberRecord& record, const Client& client,
                              Sqn sqn, const PlmnId& plmn, bool remembered) {
  Rand rand;
  core.entropy.fill(rand.bytes);
  NewEpsVector fresh = make_eps_vector(record.secret, record.amf, sqn, rand, plmn);
  if (core.out->ledger_on()) {
    note_derived(core, record, fresh.ck, fresh.ik);
    core.note(KeyEvent::derived, record.imsi, fresh.vector.kasme, "TS 33.401, A.2",
              {core.keys.id(fresh.ck), core.keys.id(fresh.ik)});
    if (!remembered)
      core.note(KeyEvent::sent, record.imsi, fresh.vector.kasme, "Authentication Information Answer", {},
                client.name);
    //= TS 33.401, 6.1.2
    // CK and IK stay here and die here; KASME is the MME's from now on.
    core.note(KeyEvent::erased, record.imsi, fresh.ck, "vector made");
    core.note(KeyEvent::erased, record.imsi, fresh.ik, "vector made");
    if (!remembered) core.note(KeyEvent::erased, record.imsi, fresh.vector.kasme, "vector delivered");
  }
  return {{}, rand, std::move(fresh.vector.xres), fresh.vector.autn, std::move(fresh.vector.kasme)};
}

/// make_quintet_for makes one for UTRAN or GERAN: CK and IK are the SGSN's from now on.
//= TS 33.102, 6.3.2
dia::UtranVector make_quintet_for(Core& core, const context::SubscriberRecord& record, const Client& client,
                                  Sqn sqn) {
  Rand rand;
  core.entropy.fill(rand.bytes);
  Quintet fresh = make_quintet(record.secret, record.amf, sqn, rand);
  if (core.out->ledger_on()) {
    note_derived(core, record, fresh.ck, fresh.ik);
    const std::string reason = "Authentication Information Answer";
    core.note(KeyEvent::sent, record.imsi, fresh.ck, reason, {}, client.name);
    core.note(KeyEvent::sent, record.imsi, fresh.ik, reason, {}, client.name);
    core.note(KeyEvent::erased, record.imsi, fresh.ck, "vector delivered");
    core.note(KeyEvent::erased, record.imsi, fresh.ik, "vector delivered");
  }
  return {{}, rand, std::move(fresh.xres), fresh.autn, std::move(fresh.ck), std::move(fresh.ik)};
}

/// Wanted is how many vectors of each kind a request gets.
struct Wanted {
  std::size_t eutran = 0, utran = 0;
  const dia::Resynchronization* resync = nullptr;
  std::size_t all() const { return eutran + utran; }
};

template <class Info>
std::size_t number_of(const std::optional<Info>& info, std::size_t most) {
  if (!info) return 0;
  return std::min<std::size_t>(std::max<std::uint32_t>(info->number_of_requested_vectors.value_or(1), 1),
                               most);
}
template <class Info>
bool at_once(const std::optional<Info>& info) {
  return info && info->immediate_response_preferred;
}

//= TS 29.272, 5.2.3.1.3
Wanted wanted_of(const dia::AuthenticationInformationRequest& m, bool tracked) {
  Wanted w{number_of(m.requested_eutran, tracked ? vectors_max_tracked : vectors_max),
           number_of(m.requested_utran_geran, vectors_max), nullptr};
  // Who wants one kind at once and both in the end gets the one kind now: it asks for the other when it has
  // time.
  if (w.eutran > 0 && w.utran > 0 && at_once(m.requested_eutran) != at_once(m.requested_utran_geran))
    (at_once(m.requested_eutran) ? w.utran : w.eutran) = 0;
  if (m.requested_utran_geran && m.requested_utran_geran->resynchronization)
    w.resync = &*m.requested_utran_geran->resynchronization;
  if (m.requested_eutran && m.requested_eutran->resynchronization)
    w.resync = &*m.requested_eutran->resynchronization;
  return w;
}

/// may_have is whether a node of this kind may have the kinds of vectors it asks for.
//= TS 33.401, 6.1.1
bool may_have(const Client& client, const dia::AuthenticationInformationRequest& m) {
  return (!m.requested_eutran || client.kind != ClientKind::sgsn) &&
         (!m.requested_utran_geran || client.kind != ClientKind::mme);
}

}  // namespace

//= TS 29.272, 5.2.3.1.3
AtOnceOutcome vectors_at_once(Core& core, const AuthenticationInformation& asked) {
  using Answer = dia::AuthenticationInformationAnswer;
  const auto& m = asked.message;
  const Client& client = core.client(asked.client);
  // Everything that is refused, written down or said by the card goes its own way, which is below.
  if (!m.requested_eutran || m.requested_utran_geran || m.requested_eutran->resynchronization ||
      core.config.tracks_kasme() || !core.may_ask_for(client, m.visited_plmn) || !may_have(client, m))
    return {};
  const context::SubscriberRecord* const record = core.records(m.user_name);
  if (record == nullptr || record->subscription.apns.empty()) return {};
  Counter& counter = core.counter_of(*record);
  const std::size_t wanted = wanted_of(m, false).eutran;
  const NextSeqs seqs = next_seqs(*record, counter, wanted, core.clock);
  if (seqs.number == 0) return {};
  if (seqs.reserve != 0) return {AtOnce::block_first, record->version, seqs.reserve};
  Answer answer = core.answer_to<Answer>(m.session_id, success);
  auto& vectors = answer.authentication_info.emplace().eutran_vectors;
  vectors.reserve(seqs.number);
  for (std::uint64_t made = 0; made < seqs.number; ++made) {
    //= TS 33.102, C.1.2
    const auto sqn = Sqn::of(seqs.first + made, core.ind_of(client, record->ind_bits), record->ind_bits);
    if (!sqn) break;
    counter.last_seq = seqs.first + made;
    vectors.push_back(make_vector(core, *record, client, *sqn, m.visited_plmn, false));
    if (wanted > 1) vectors.back().item_number = static_cast<std::uint32_t>(made + 1);
  }
  if (vectors.empty()) return {};
  core.count("hss.vectors_sent");
  core.pay(asked, answer);
  return {AtOnce::answered};
}

//= TS 29.272, 5.2.3.1.3
Procedure block_first(Core& core, Desk& desk, BlockFirst job) {
  // Marked as used, durably, before a vector with one of them leaves. Nobody else writes the record
  // meanwhile.
  core.out->reserve({core.desks.token_for(desk), desk.imsi, job.version, job.reserve});
  auto saving = desk.inbox.next<SubscriberSaved>();
  const auto saved = co_await saving;
  if (saved.ok) {
    if (Counter* const counter = core.counters.find(desk.imsi)) counter->reserved = job.reserve;
    // The MME may have gone while the store worked: a vector nobody gets is not made.
    if (!core.s6a.owes(job.asked.token)) co_return;
    if (vectors_at_once(core, job.asked).what == AtOnce::answered) co_return;
  }
  desk.waiting.push_front(std::move(job.asked));
}

//= TS 29.272, 5.2.3.1.3
Procedure authentication_information(Core& core, Desk& desk, AuthenticationInformation asked) {
  using Answer = dia::AuthenticationInformationAnswer;
  const auto& m = asked.message;
  const Client& client = core.client(asked.client);

  // May this node speak for that network? KASME is bound to it, so the question is worth a key.
  if (!core.may_ask_for(client, m.visited_plmn)) {
    core.count("hss.plmn_not_authorised");
    core.log(LogLevel::warning, client.name + " asks for vectors of " + m.visited_plmn.to_string() +
                                    ", which is not its network");
    core.reply<Answer>(asked, result(dia::code::authorization_rejected));
    co_return;
  }
  // A vector is for E-UTRAN or for anything else, and goes to who serves that.
  if (!may_have(client, m)) {
    core.count("hss.access_not_authorised");
    core.log(LogLevel::warning, client.name + " asks for vectors of an access that it does not serve");
    core.reply<Answer>(asked, result(dia::code::authorization_rejected));
    co_return;
  }

  // Announcement: to one that does not say where its keys go, nothing unless the policy lets it be.
  const bool tracked = m.requested_eutran && core.tracks(client);
  if (m.requested_eutran && core.config.tracks_kasme() && !core.config.policy.final_fallback && !tracked) {
    core.count("hss.peer_unannounced");
    core.log(LogLevel::warning, client.name + " does not announce that it tells which KASME it uses");
    core.reply<Answer>(asked, result(dia::code::authorization_rejected));
    co_return;
  }

  for (int attempt = 1;; ++attempt) {
    // Who is it?
    auto found = core.at_hand(desk);
    if (!found) {
      core.load(desk);
      auto loading = desk.inbox.next<SubscriberLoaded>();
      auto loaded = co_await loading;
      if (!loaded.record) {
        core.reply_absent<Answer>(asked, loaded.fault);
        co_return;
      }
      found = std::move(loaded.record);
    }
    context::SubscriberRecord& record = *found;
    if (m.requested_eutran && record.subscription.apns.empty()) {
      core.count("hss.eps_unknown");
      core.reply_unknown_eps<Answer>(asked);
      co_return;
    }
    if (core.without_place(record)) {
      core.count("hss.place_lost");
      core.reply<Answer>(asked, result(dia::code::too_busy));
      co_return;
    }
    Counter counter = core.counter_of(record);

    // Has the USIM said that it is ahead? A SEQ that moved is written down before anything relies on it.
    const Wanted wanted = wanted_of(m, tracked);
    Resynced resynced;
    if (wanted.resync != nullptr) {
      Counter& kept = core.counter_of(record);
      resynced = resynchronise(core, record, counter, *wanted.resync, attempt > 1);
      // Where SEQ is now is remembered when it is durable.
      kept.resyncs = counter.resyncs;
      kept.forged = counter.forged;
      kept.resync_since = counter.resync_since;
      if (!resynced.ok) {
        core.reply<Answer>(asked, experimental(dia::experimental::authentication_data_unavailable));
        co_return;
      }
    }

    // Which SQNs? They are marked as used, durably, before a vector with one of them leaves.
    const NextSeqs seqs = next_seqs(record, counter, wanted.all(), core.clock);
    if (seqs.reserve != 0) {
      record.seq_reserved = seqs.reserve;
      counter.reserved = seqs.reserve;
    }
    if (resynced.ok || seqs.reserve != 0) {
      if (resynced.ok)
        core.save(desk, record);
      else
        core.reserve(desk, record);
      auto saving = desk.inbox.next<SubscriberSaved>();
      const auto saved = co_await saving;
      if (!saved.ok) {
        // What is remembered of before still holds: the record as it is then says what others have reserved.
        if (core.again(saved, attempt)) continue;
        core.log(LogLevel::error, "no vector for " + desk.imsi.digits() + ": its SQN could not be stored");
        core.reply_unsaved<Answer>(asked, saved.fault);
        co_return;
      }
    }

    // The MME may have gone while the store worked: a vector nobody gets is not made.
    if (!core.s6a.owes(asked.token)) {
      core.counter_of(record) = counter;
      co_return;
    }
    dia::AuthenticationInfo info;
    std::uint64_t seq = seqs.first;
    for (std::uint64_t made = 0; made < seqs.number; ++made, ++seq) {
      //= TS 33.102, C.1.2
      const auto sqn = Sqn::of(seq, core.ind_of(client, record.ind_bits), record.ind_bits);
      if (!sqn) break;
      counter.last_seq = seq;
      if (made < wanted.eutran) {
        info.eutran_vectors.push_back(make_vector(core, record, client, *sqn, m.visited_plmn, tracked));
        if (wanted.eutran > 1) info.eutran_vectors.back().item_number = static_cast<std::uint32_t>(made + 1);
      } else {
        info.utran_vectors.push_back(make_quintet_for(core, record, client, *sqn));
        if (wanted.utran > 1)
          info.utran_vectors.back().item_number = static_cast<std::uint32_t>(made + 1 - wanted.eutran);
      }
    }
    core.counter_of(record) = counter;
    if (info.eutran_vectors.empty() && info.utran_vectors.empty()) {
      core.count("hss.sqn_spent");
      core.log(LogLevel::error, "no vector for " + desk.imsi.digits() + ": its SQN is at its end");
      core.reply<Answer>(asked, experimental(dia::experimental::authentication_data_unavailable));
      co_return;
    }

    //= S0.D6
    // What leaves is remembered, durably, until one of the vectors is named.
    if (tracked && !info.eutran_vectors.empty()) {
      if (record.kasme.last_epoch > 0xFFFF'FFFF - info.eutran_vectors.size()) {
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
        // These vectors die here; others are made, with other SQNs.
        if (core.again(remembered, attempt)) continue;
        core.reply_unsaved<Answer>(asked, remembered.fault);
        co_return;
      }
      for (const dia::EutranVector& v : info.eutran_vectors) {
        core.note(KeyEvent::stored, desk.imsi, v.kasme, "until a vector is named");
        core.note(KeyEvent::sent, desk.imsi, v.kasme, "Authentication Information Answer", {}, client.name);
      }
      core.note_gone(desk.imsi, gone, "too many vectors wait");
    }
    core.count("hss.vectors_sent");
    if (!info.utran_vectors.empty()) core.count("hss.quintets_sent");
    Answer answer = core.answer_to<Answer>(m.session_id, success);
    answer.authentication_info = std::move(info);
    core.pay(asked, answer);
    co_return;
  }
}

}  // namespace baton::node::hss
