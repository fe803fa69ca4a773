// stage.h: a cast whose crashes are remembered, and what must be true of it whenever it is quiet.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lab/cast.h"

namespace baton::lab {

/// story is what happened, for whoever reads a failed test.
inline std::string story(const Cast& cast) {
  std::string out;
  for (const auto& s : cast.net.steps())
    out += std::string(s.procedure) + " " + std::string(s.id) + "  " + s.from + " -> " + s.to + "  " +
           s.text + "\n";
  for (const auto& o : cast.net.outcomes())
    out += "outcome " + std::string(o.procedure) + (o.ok ? " ok" : " failed: " + o.cause) + "\n";
  for (const auto& l : cast.net.log()) out += l.node + ": " + l.text + "\n";
  return out;
}

/// A phone that its eNB no longer hears is let go after this long.
inline constexpr Duration inactivity = 10s;
/// Reconnections, echoes, watchdogs, retries and the UE's pauses between attempts are all over by then.
inline constexpr Duration healing = 15min;

/// with_inactivity is the usual script with eNBs that release silent UEs, as real ones do.
inline Script with_inactivity(std::size_t ues = 1, std::uint64_t seed = 1) {
  Script s = script(ues, 2, seed);
  for (auto& enb : s.enbs) enb.inactivity = inactivity;
  return s;
}

/// Stage knows what each node holds: from the ledger, and from what a crash takes away without a word.
class Stage {
 public:
  explicit Stage(Script s) : ues_(s.ues.size()), cast(std::move(s)) {}

  void crash(const std::string& node) {
    crashes_.emplace_back(cast.net.ledger().size(), node);
    cast.net.crash(node);
  }
  void restart(const std::string& node) {
    if (node == "mme") return cast.restart_mme();
    if (node == "hss") return cast.restart_hss();
    if (node == "upe") return cast.restart_upe();
    cast.restart_enb(node == "enb1" ? 0 : 1);
  }

  /// Held is one key at one node.
  struct Held {
    std::string node;
    KeyKind kind;
    KeyId key;
    std::string subscriber;  ///< empty only if nobody who knows it ever wrote of it
    auto operator<=>(const Held&) const = default;
  };

  /// holdings are all keys anywhere now.
  std::set<Held> holdings() const {
    std::map<KeyId, std::string> owner;
    std::map<std::pair<std::string, KeyId>, KeyKind> held;
    std::size_t at = 0;
    auto crash = crashes_.begin();
    const auto wipe = [&] {
      for (; crash != crashes_.end() && crash->first <= at; ++crash)
        std::erase_if(held, [&](const auto& h) { return h.first.first == crash->second; });
    };
    for (const LedgerEntry& e : cast.net.ledger()) {
      wipe();
      ++at;
      std::string who = e.subscriber;
      for (const KeyId& parent : e.parents)
        if (who.empty() && owner.contains(parent)) who = owner[parent];
      if (!who.empty()) owner.emplace(e.key, who);
      if (e.event == KeyEvent::erased) held.erase({e.node, e.key});
      if (e.event == KeyEvent::derived || e.event == KeyEvent::received || e.event == KeyEvent::stored)
        held.insert_or_assign({e.node, e.key}, e.kind);
    }
    wipe();
    std::set<Held> out;
    for (const auto& [where, kind] : held) {
      const auto who = owner.find(where.second);
      out.insert({where.first, kind, where.second, who == owner.end() ? "" : who->second});
    }
    return out;
  }

  std::set<KeyId> keys_at(const std::string& node, std::size_t ue, KeyKind kind) const {
    std::set<KeyId> out;
    for (const Held& h : holdings())
      if (h.node == node && h.kind == kind && h.subscriber == imsi_of(ue).digits()) out.insert(h.key);
    return out;
  }

  /// mine are the keys of a UE. A radio that has not followed a new KASME yet needs the old one for the chain
  /// of its keys (TS 33.401, 7.2.10); that one is not counted.
  std::set<KeyId> mine(std::size_t ue, KeyKind kind) {
    auto out = keys_at(Cast::ue_name(ue), ue, kind);
    const auto& context = cast.ue(ue).context();
    if (kind != KeyKind::kasme || !cast.ue(ue).as_secured() || !context || out.size() != 2) return out;
    const KeyId current = key_id_of(KeyIdKey{}, *context->kasme());
    std::erase_if(out, [&](KeyId id) { return id != current; });
    return out;
  }

  /// notice lets phones find out what only speaking tells them. A real phone loses the signal of a cell that
  /// has let it go; on the stand-in a phone with nothing to say does not notice. And where the connection
  /// ended just when new keys were taken into use, the MME cannot know whether the UE has them (TS 24.301,
  /// 5.4.3.7): the next message, under keys that the MME gave up, is refused, and the UE attaches again.
  void notice() {
    for (std::size_t i = 0; i < ues_; ++i) {
      const auto& ue = cast.ue(i);
      const bool abandoned = ue.connected() && keys_at("enb1", i, KeyKind::kenb).empty() &&
                             keys_at("enb2", i, KeyKind::kenb).empty();
      const auto there = keys_at("mme", i, KeyKind::kasme);
      const bool rekeyed =
          ue.state() == node::ue::State::registered && !there.empty() && there != mine(i, KeyKind::kasme);
      if (!abandoned && !rekeyed) continue;
      cast.tau(i);
      cast.run(1min);
    }
  }

  /// wrong lists what is not as it must be when nothing is under way: keys where they have no business,
  /// and ends that believe to share a context and do not. Empty: all is well.
  std::string wrong() {
    std::string out;
    const auto all = holdings();
    const auto complain = [&](const Held& h, std::string_view why) {
      out += h.node + " holds " + std::string(to_string(h.kind)) + " " + h.key.to_string() + " of " +
             (h.subscriber.empty() ? "nobody known" : h.subscriber) + ": " + std::string(why) + "\n";
    };
    std::map<KeyId, std::string> of;
    for (const Held& h : all) {
      if (const auto [it, fresh] = of.emplace(h.key, h.subscriber); !fresh && it->second != h.subscriber)
        complain(h, "it is another UE's as well");
      const bool air = h.kind == KeyKind::kenb || h.kind == KeyKind::krrc_enc ||
                       h.kind == KeyKind::krrc_int || h.kind == KeyKind::kup_enc ||
                       h.kind == KeyKind::kup_int;
      const bool nas = h.kind == KeyKind::kasme || h.kind == KeyKind::knas_enc || h.kind == KeyKind::knas_int;
      const auto ue = number_of(h.subscriber);
      if (!ue) {
        complain(h, "no subscriber of ours");
      } else if (h.node == "hss" || h.node == "upe") {
        complain(h, "it keeps none");
      } else if (h.node == "mme") {
        const auto* context = cast.mme().find(imsi_of(*ue));
        if (context == nullptr)
          complain(h, "the MME has no context of it");
        else if (h.kind == KeyKind::nh ? context->idle() : !nas)
          complain(h, "not a key for an MME, or not now");
      } else if (h.node.starts_with("enb")) {
        if (!air)
          complain(h, "not a key for an eNB");
        else if (!cast.ue(*ue).as_secured())
          complain(h, "the UE has no secured connection");
      } else if (h.node != Cast::ue_name(*ue)) {
        complain(h, "a stranger");
      } else if (const bool chain = h.kind == KeyKind::nh; air || chain ? !cast.ue(*ue).as_secured()
                                                           : nas        ? !cast.ue(*ue).context()
                                                                        : true) {
        complain(h, "the UE has no use for it");
      }
    }
    for (std::size_t i = 0; i < ues_; ++i) {
      const auto* context = cast.mme().find(imsi_of(i));
      const bool shared = context != nullptr && context->emm == node::mme::Ue::Emm::registered &&
                          cast.ue(i).state() == node::ue::State::registered && context->guti &&
                          (context->guti == cast.ue(i).guti() || context->old_guti == cast.ue(i).guti());
      if (shared) {
        for (const KeyKind kind : {KeyKind::kasme, KeyKind::knas_enc, KeyKind::knas_int}) {
          const auto there = keys_at("mme", i, kind);
          if (there.size() != 1 || there != mine(i, kind))
            out +=
                Cast::ue_name(i) + " and the MME do not hold the same " + std::string(to_string(kind)) + "\n";
        }
      }
      if (cast.ue(i).as_secured()) {
        for (const KeyKind kind : {KeyKind::kenb, KeyKind::krrc_enc, KeyKind::krrc_int, KeyKind::kup_enc}) {
          auto there = keys_at("enb1", i, kind);
          there.merge(keys_at("enb2", i, kind));
          if (there.size() != 1 || there != keys_at(Cast::ue_name(i), i, kind))
            out +=
                Cast::ue_name(i) + " and its eNB do not hold the same " + std::string(to_string(kind)) + "\n";
        }
      }
    }
    return out;
  }

  /// in_service: registered at both ends, with a session, under the same keys.
  bool in_service(std::size_t i) {
    return cast.ue(i).state() == node::ue::State::registered && cast.mme().find(imsi_of(i)) != nullptr &&
           cast.upe().sessions().find(imsi_of(i)) != nullptr && cast.ue(i).connected() &&
           cast.ue(i).as_secured() && cast.upe().sessions().find(imsi_of(i))->connected();
  }

  /// revive does what a person with the phone in hand would: asks for service until there is some. False
  /// when the UE is stuck.
  bool revive(std::size_t i) {
    for (int tries = 0; tries < 4; ++tries) {
      if (in_service(i)) return true;
      if (cast.ue(i).state() == node::ue::State::deregistered)
        cast.attach(i);
      else if (cast.ue(i).connected())
        cast.idle(i);
      else
        cast.service_request(i);
      if (in_service(i)) return true;
      cast.run(30s);
      if (!in_service(i) && cast.ue(i).state() == node::ue::State::registered && !cast.ue(i).connected())
        cast.service_request(i);
    }
    return in_service(i);
  }

 private:
  std::optional<std::size_t> number_of(const std::string& digits) const {
    for (std::size_t i = 0; i < ues_; ++i)
      if (imsi_of(i).digits() == digits) return i;
    return std::nullopt;
  }
  std::size_t ues_;
  std::vector<std::pair<std::size_t, std::string>> crashes_;  ///< ledger entries before it, and who

 public:
  Cast cast;
};

}  // namespace baton::lab
