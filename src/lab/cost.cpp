#include "lab/cost.h"

#include <algorithm>
#include <optional>

#include "context/built_policy.h"
#include "lab/cast.h"
#include "wire/diameter/header.h"
#include "wire/s1ap/s1ap.h"

namespace baton::lab {

namespace {

constexpr std::size_t cells = 4;
constexpr std::size_t mmes = 2;
/// Long enough for what an attach leaves behind, and for what a handover does; shorter than the watchdogs.
constexpr Duration before = 10s;
constexpr Duration after = 12s;

bool starts(const std::string& name, std::string_view with) { return name.starts_with(with); }

std::optional<Interface> interface_of(const WireTap& t) {
  switch (t.port) {
    case peer::Port::radio: return Interface::radio;
    case peer::Port::s1ap: return Interface::s1;
    case peer::Port::diameter: return Interface::s6a;
    case peer::Port::gtpc:
      return starts(t.from, "mme") && starts(t.to, "mme") ? Interface::s10 : Interface::s11;
  }
  return std::nullopt;
}

/// Counter counts what is sent on account of one UE.
class Counter final : public Watcher {
 public:
  Counter(const Network& net, SeatNumber ue, HandoverCost& cost) : net_(net), ue_(ue), cost_(cost) {}

  void on_sent(const Sent& s) override {
    if (s.subject != ue_) return;
    const WireTap tap{
        s.at,     net_.name_of(s.from), s.to == nobody ? "" : net_.name_of(s.to),    s.port, s.stream,
        s.source, s.destination,        ByteVector(s.octets.begin(), s.octets.end())};
    const auto where = interface_of(tap);
    if (!where) return;
    // Watchdogs and Echoes keep a link alive, whoever's message was the last on it.
    constexpr std::uint32_t device_watchdog = 280;
    constexpr Byte echo_response = 2;
    if (*where == Interface::s6a) {
      const auto header = wire::diameter::decode_header(s.octets);
      if (!header || header->code == device_watchdog) return;
      if (header->request && tap.to == "hss") ++cost_.hss_requests;
    }
    if (s.port == peer::Port::gtpc && s.octets.size() > 1 && s.octets[1] <= echo_response) return;
    auto& count = cost_.wires[static_cast<std::size_t>(*where)];
    ++count.messages;
    count.octets += s.octets.size();
    if (*where == Interface::s1) note_handover(tap);
    // Channel 2 is SRB1 (wire/rrc/frame.h): before, the UE has only listened to that cell.
    constexpr Byte srb1 = 2;
    if (*where == Interface::radio && commanded_ && !left_ && s.from == ue_ && s.octets.size() > 3 &&
        s.octets[3] == srb1 && tap.to != source_)
      left_ = s.at;
  }

  void on_ledger(const LedgerEntry& e, SeatNumber, Subject subject) override {
    if (subject != ue_ || e.event != KeyEvent::derived) return;
    if (starts(e.node, "ue")) ++cost_.derived_ue;
    if (starts(e.node, "enb")) ++cost_.derived_enb;
    if (starts(e.node, "mme")) ++cost_.derived_mme;
    if (starts(e.node, "hss")) ++cost_.derived_hss;
  }

 private:
  void note_handover(const WireTap& tap) {
    auto received = wire::s1ap::decode_any(tap.octets);
    if (!received) return;
    if (std::holds_alternative<wire::s1ap::HandoverRequired>(received->pdu)) {
      required_ = tap.at;
      source_ = tap.from;
    } else if (std::holds_alternative<wire::s1ap::HandoverCommand>(received->pdu)) {
      commanded_ = tap.at;
      if (required_) cost_.preparation = *commanded_ - *required_;
    } else if (std::holds_alternative<wire::s1ap::HandoverNotify>(received->pdu) && left_) {
      cost_.interruption = tap.at - *left_;
    }
  }

  const Network& net_;
  SeatNumber ue_;
  HandoverCost& cost_;
  std::string source_;
  std::optional<Instant> required_, commanded_, left_;
};

HandoverCost play(context::Profile profile, bool between, std::uint64_t seed) {
  HandoverCost cost;
  cost.profile = profile;
  cost.between_mmes = between;
  const context::SecurityPolicy policy = context::built_part(context::policy_of(profile));
  Cast cast(with_policy(script(1, cells, seed, mmes), policy));
  cast.net.is_subject(Cast::ue_name(0));
  const SeatNumber ue = cast.net.seat(Cast::ue_name(0));
  if (!cast.attach(0)) return cost;
  cast.run(before);
  Counter counter(cast.net, ue, cost);
  cast.net.watch(counter);
  const std::size_t target = between ? 2 : 1;
  cast.net.command(Cast::ue_name(0), {node::Verb::handover, {}, static_cast<std::uint32_t>(target)}, ue);
  cast.run(after);
  const auto at_target = cast.holders(0, KeyKind::kenb);
  const std::string enb = cast.enb_configs[target].name;
  // What the HSS has is another matter: under refresh-temporary it goes stale.
  const auto kasme = cast.key(0, KeyKind::kasme);
  cost.complete = std::find(at_target.begin(), at_target.end(), enb) != at_target.end() &&
                  cast.agree(0, KeyKind::kenb) && kasme && kasme->agree;
  return cost;
}

}  // namespace

std::string_view to_string(Interface interface) {
  switch (interface) {
    case Interface::radio: return "radio";
    case Interface::s1: return "S1";
    case Interface::s10: return "S10";
    case Interface::s11: return "S11";
    case Interface::s6a: return "S6a";
  }
  return "?";
}

namespace {

std::string milliseconds(Duration d) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  const std::string tenths = std::to_string((us + 50) / 100);
  return tenths.size() == 1 ? "0." + tenths
                            : tenths.substr(0, tenths.size() - 1) + "." + tenths.substr(tenths.size() - 1);
}

/// differs_in are the fields that a profile has and Baton does not: they are counted as `final` has them.
std::string differs_in(context::Profile profile) {
  const auto wanted = context::fields(context::policy_of(profile));
  const auto run = context::fields(context::built_part(context::policy_of(profile)));
  std::string out;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] != run[i]) out += (out.empty() ? "" : ", ") + std::string(wanted[i].first);
  return out;
}

}  // namespace

std::string cost_report(const std::vector<HandoverCost>& costs, std::uint64_t seed) {
  std::string out =
      "# What a handover costs\n\n"
      "Printed by `baton lab cost --seed " +
      std::to_string(seed) +
      "`, compared with this page by a test. One UE is handed over once, on wires that do not\n"
      "misbehave. Counted is what is sent and derived on its account, from its measurement report to the end "
      "of what follows:\n"
      "the tracking area update, the registration at the HSS, the release of the source eNB.\n\n"
      "Messages / octets. Octets are of the messages themselves, keys and all, without what SCTP, UDP, TCP "
      "and IP add.\n\n"
      "| profile | move |";
  for (const Interface i : interfaces) out += " " + std::string(to_string(i)) + " |";
  out += " all |\n|---|---|";
  for (std::size_t i = 0; i <= interfaces.size(); ++i) out += "---|";
  out += "\n";
  const auto head = [&](const HandoverCost& c) {
    return "| `" + std::string(context::to_string(c.profile)) + "` | " +
           (c.between_mmes ? "between MMEs" : "inside an MME") + " |";
  };
  const auto cell = [](const HandoverCost::Count& n) {
    return " " + std::to_string(n.messages) + " / " + std::to_string(n.octets) + " |";
  };
  for (const HandoverCost& c : costs) {
    HandoverCost::Count all;
    out += head(c);
    for (const auto& n : c.wires) {
      all.messages += n.messages;
      all.octets += n.octets;
      out += cell(n);
    }
    out += cell(all) + "\n";
  }
  out +=
      "\nDerivations are entries of the ledger. Requests to the HSS are Update Location and KASME-Update. "
      "Preparation is from\n"
      "HANDOVER REQUIRED to HANDOVER COMMAND, the interruption from the UE's first message to the target "
      "cell to HANDOVER NOTIFY.\n"
      "Both are of the lab's time, which has wires (0.2 ms a datagram, 0.3 ms a message on a link) and no "
      "computing: what a\n"
      "derivation takes is in docs/benchmarks.md.\n\n"
      "| profile | move | derived by the UE | eNBs | MMEs | HSS | requests to the HSS | preparation, ms | "
      "interruption, ms |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const HandoverCost& c : costs) {
    out += head(c);
    for (const std::uint64_t n : {c.derived_ue, c.derived_enb, c.derived_mme, c.derived_hss, c.hss_requests})
      out += " " + std::to_string(n) + " |";
    out += " " + milliseconds(c.preparation) + " | " + milliseconds(c.interruption) + " |" +
           (c.complete ? "" : " not complete |") + "\n";
  }
  out += "\nNot built, and counted as `final` has it:\n\n";
  bool any = false;
  for (const context::Profile profile : context::profiles) {
    const std::string missing = differs_in(profile);
    if (missing.empty()) continue;
    any = true;
    out += "* `" + std::string(context::to_string(profile)) + "`: " + missing + "\n";
  }
  if (!any) out += "* nothing\n";
  return out;
}

std::vector<HandoverCost> handover_costs(std::uint64_t seed) {
  std::vector<HandoverCost> out;
  for (const context::Profile profile : context::profiles)
    for (const bool between : {false, true}) out.push_back(play(profile, between, seed));
  return out;
}

}  // namespace baton::lab
