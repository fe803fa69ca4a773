// administer.cpp: what the operator asks of one subscription.
#include <algorithm>

#include "keys/sqn.h"
#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

/// wrong_with says what of a record no HSS could serve; empty when it can.
std::string_view wrong_with(const Core& core, const context::SubscriberRecord& r) {
  if (!sound(r.secret)) return "the secret has a length that its algorithm does not have";
  if (algorithm_of(r.secret) == AkaAlgorithm::test && !core.config.test_algorithm)
    return "the test algorithm protects nothing and is not allowed here";
  if (r.ind_bits > Sqn::ind_bits_max) return "the index has more than 8 bits";
  if (r.seq_reserved > Sqn::seq_max(r.ind_bits)) return "the SEQ has too many bits";
  return r.subscription.wrong();
}

context::SubscriberRecord fresh(const context::SubscriberRecord& asked) {
  context::SubscriberRecord r = asked.copy();
  r.mme.reset();
  r.sgsn.reset();
  r.terminal = {};
  r.kasme = {};
  r.resyncs = 0;
  r.version = 0;
  return r;
}

/// apply_sequence changes how SEQ is made, and what it is where that is told: then it is the operator's word.
/// Otherwise no SQN that may have left is given again.
//= TS 33.102, C.1.1.3
void apply_sequence(Core& core, context::SubscriberRecord& r, const ChangeSubscriber& change) {
  // Who sends back the SEQ that was shown changes nothing. For a new secret it is a beginning.
  const bool told = change.seq && (change.secret || *change.seq != r.seq_reserved);
  const std::uint32_t ind_bits = change.ind_bits.value_or(r.ind_bits);
  const auto scheme = change.sqn_scheme.value_or(r.sqn_scheme);
  if (!told && ind_bits == r.ind_bits && scheme == r.sqn_scheme) return;
  if (told) {
    r.seq_reserved = *change.seq;
  } else {
    // By the clock little is written down: what has left is up to the clock, or remembered.
    if (r.sqn_scheme == context::SqnScheme::time) {
      r.seq_reserved = std::max(r.seq_reserved, clock_seq(r, core.clock));
      if (const Counter* const kept = core.counters.find(r.imsi);
          kept != nullptr && kept->numbering == Numbering::of(r))
        r.seq_reserved = std::max(r.seq_reserved, kept->last_seq);
    }
    // SEQ || IND goes on upwards wherever the border between them is put.
    if (ind_bits != r.ind_bits && ind_bits <= Sqn::ind_bits_max)
      r.seq_reserved = (((r.seq_reserved + 1) << r.ind_bits) - 1) >> ind_bits;
  }
  r.ind_bits = ind_bits;
  r.sqn_scheme = scheme;
  if (scheme == context::SqnScheme::time)
    r.seq_offset = offset_for(r.seq_reserved, r.ind_bits, core.clock);
  else if (told)
    ++r.seq_offset;
}

void apply(Core& core, context::SubscriberRecord& r, const ChangeSubscriber& change) {
  apply_sequence(core, r, change);
  if (change.secret) r.secret = clone(*change.secret);
  if (change.amf) r.amf = *change.amf;
  if (change.subscription) r.subscription = *change.subscription;
  // A new secret or SQN is a new start for the card.
  if (change.secret || change.seq || change.ind_bits || change.sqn_scheme) r.resyncs = 0;
}

/// gone_from is what of a subscription only a Delete Subscriber Data Request can take back: DSR-Flags.
//= TS 29.272, 7.3.25
std::uint32_t gone_from(const context::Subscription& before, const context::Subscription& now) {
  std::uint32_t flags = 0;
  if (!before.apns.empty() && now.apns.empty()) flags |= dia::dsr_flag::complete_apn_profile;
  if (!before.charging.empty() && now.charging.empty()) flags |= dia::dsr_flag::charging_characteristics;
  if (before.periodic_timer_s && !now.periodic_timer_s) flags |= dia::dsr_flag::subscribed_periodic_timer;
  return flags;
}

void answer(Core& core, AdminToken token, AdminOutcome outcome, std::string_view why = {},
            const context::SubscriberRecord* now = nullptr) {
  core.count(outcome == AdminOutcome::done ? "hss.administered" : "hss.administration_refused");
  core.out->administered(
      {token, outcome, std::string(why),
       now != nullptr ? std::make_unique<context::SubscriberView>(context::view_of(*now)) : nullptr,
       nullptr});
}

}  // namespace

void administration_refused(Core& core, AdminToken token, AdminOutcome outcome) {
  answer(core, token, outcome, to_string(outcome));
}

Procedure administer(Core& core, Desk& desk, Administer asked) {
  for (int attempt = 1;; ++attempt) {
    core.load(desk);
    auto loading = desk.inbox.next<SubscriberLoaded>();
    auto loaded = co_await loading;
    if (loaded.fault != context::StoreFault::none) {
      core.count("hss.store_failed");
      administration_refused(core, asked.token, AdminOutcome::not_stored);
      co_return;
    }
    auto& record = loaded.record;

    // What is asked, and can it be?
    const auto* add = std::get_if<AddSubscriber>(&asked.task);
    const auto* change = std::get_if<ChangeSubscriber>(&asked.task);
    const bool remove = std::holds_alternative<RemoveSubscriber>(asked.task);
    if (add != nullptr && record) {
      answer(core, asked.token, AdminOutcome::exists, to_string(AdminOutcome::exists), &*record);
      co_return;
    }
    if (add == nullptr && !record) {
      answer(core, asked.token, AdminOutcome::unknown, to_string(AdminOutcome::unknown));
      co_return;
    }
    if (std::holds_alternative<LocateSubscriber>(asked.task)) {
      // The MME's answer ends it, whenever that comes.
      if (record->mme && locate(core, asked.token, desk.imsi, record->mme->host)) co_return;
      answer(core, asked.token, AdminOutcome::too_busy, "no MME that can be asked serves the subscriber",
             &*record);
      co_return;
    }
    if (add == nullptr && change == nullptr && !remove) {
      answer(core, asked.token, AdminOutcome::done, {}, &*record);
      co_return;
    }
    if (change != nullptr && change->if_version && change->if_version != record->version) {
      answer(core, asked.token, AdminOutcome::conflict, to_string(AdminOutcome::conflict), &*record);
      co_return;
    }
    const std::optional<context::Subscription> before =
        record ? std::optional(record->subscription) : std::nullopt;
    if (add != nullptr) record = fresh(add->record);
    if (change != nullptr) apply(core, *record, *change);
    // The clock goes on from where the card is.
    if (add != nullptr && record->sqn_scheme == context::SqnScheme::time)
      record->seq_offset = offset_for(record->seq_reserved, record->ind_bits, core.clock);
    if (const auto wrong = wrong_with(core, *record); !remove && !wrong.empty()) {
      answer(core, asked.token, AdminOutcome::invalid, wrong);
      co_return;
    }

    // Durable before anybody hears of it.
    if (remove)
      core.erase(desk, *record);
    else
      core.save(desk, *record);
    auto saving = desk.inbox.next<SubscriberSaved>();
    const auto saved = co_await saving;
    const bool conflict = saved.fault == context::StoreFault::conflict;
    if (conflict && attempt < conflicts_max) continue;
    if (!saved.ok) {
      core.count(conflict ? "hss.store_conflict" : "hss.store_failed");
      administration_refused(core, asked.token, conflict ? AdminOutcome::conflict : AdminOutcome::not_stored);
      co_return;
    }
    // What is remembered of a changed subscriber's SEQs still holds, or is of another numbering.
    if (change == nullptr) core.counters.erase(desk.imsi);

    // Whoever serves the subscriber hears of it.
    if (remove) {
      const Superseded gone = forget(record->kasme);
      core.note_gone(desk.imsi, gone, "subscription removed");
      for (const auto* node : {&record->mme, &record->sgsn}) {
        if (!*node) continue;
        Cancellation c{desk.imsi, (*node)->host, dia::CancellationType::subscription_withdrawal};
        c.sgsn = node == &record->sgsn;
        cancel_location(core, std::move(c));
      }
      answer(core, asked.token, AdminOutcome::done);
      co_return;
    }
    if (change != nullptr && before != record->subscription) {
      const std::uint32_t deleted = gone_from(*before, record->subscription);
      for (const auto* node : {&record->mme, &record->sgsn}) {
        if (!*node || (*node)->purged) continue;
        if (node == &record->sgsn && record->mme && record->mme->host == record->sgsn->host) continue;
        refresh(core, *record, {desk.imsi, (*node)->host, deleted});
      }
    }
    answer(core, asked.token, AdminOutcome::done, {}, &*record);
    co_return;
  }
}

}  // namespace baton::node::hss
