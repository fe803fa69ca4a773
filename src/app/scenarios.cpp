#include "app/scenarios.h"

#include <algorithm>
#include <string>

#include "lab/cast.h"

namespace baton::app {
namespace {

using lab::Cast;

// Both ends that a key is for hold the same one.
bool nas_agrees(Cast& c) {
  return c.agree(0, KeyKind::kasme) && c.agree(0, KeyKind::knas_enc) && c.agree(0, KeyKind::knas_int);
}
bool as_agrees(Cast& c) {
  return c.agree(0, KeyKind::kenb) && c.agree(0, KeyKind::krrc_enc) && c.agree(0, KeyKind::krrc_int);
}
bool nobody_holds_nas(Cast& c) {
  return c.held_by_nobody(0, KeyKind::kasme) && c.held_by_nobody(0, KeyKind::knas_int);
}
bool nobody_holds_as(Cast& c) {
  return c.held_by_nobody(0, KeyKind::kenb) && c.held_by_nobody(0, KeyKind::krrc_int);
}

bool attaches(Cast& c) { return c.attach(0) && nas_agrees(c) && as_agrees(c); }
bool goes_idle(Cast& c) { return c.idle(0) && nas_agrees(c) && nobody_holds_as(c); }

constexpr Act attach[] = {
    {"a UE attaches; UE, MME and eNB hold the same keys", attaches},
};
constexpr Act service_request[] = {
    {"a UE attaches", attaches},
    {"it goes idle; the eNB and the UE forget the AS keys", goes_idle},
    {"it comes back with a service request; both ends derive new AS keys",
     [](Cast& c) { return c.service_request(0) && nas_agrees(c) && as_agrees(c); }},
};
constexpr Act paging[] = {
    {"a UE attaches", attaches},
    {"it goes idle", goes_idle},
    {"data arrives at the UPE; the MME pages and the UE comes back",
     [](Cast& c) { return c.page(0) && nas_agrees(c) && as_agrees(c); }},
};
constexpr Act tau[] = {
    {"a UE attaches", attaches},
    {"it goes idle", goes_idle},
    {"it updates its tracking area", [](Cast& c) { return c.tau(0) && nas_agrees(c); }},
};
constexpr Act detach[] = {
    {"a UE attaches", attaches},
    {"it detaches; nobody holds a key of the attach any more",
     [](Cast& c) { return c.detach(0) && nobody_holds_nas(c) && nobody_holds_as(c); }},
};
constexpr Act switch_off[] = {
    {"a UE attaches", attaches},
    {"it is switched off and says so; nobody holds a key any more",
     [](Cast& c) { return c.switch_off(0) && nobody_holds_nas(c) && nobody_holds_as(c); }},
};
constexpr Act network_detach[] = {
    {"a UE attaches", attaches},
    {"the MME sends it away; nobody holds a key of the attach any more",
     [](Cast& c) { return c.network_detach(0) && nobody_holds_nas(c) && nobody_holds_as(c); }},
};
constexpr Act re_attach[] = {
    {"a UE attaches with its IMSI", attaches},
    {"it detaches", [](Cast& c) { return c.detach(0) && nobody_holds_nas(c); }},
    {"it attaches again and names its GUTI, not its IMSI", attaches},
};
constexpr Act reauthentication[] = {
    {"a UE attaches", attaches},
    {"the MME authenticates it again; both ends take the new KASME into use",
     [](Cast& c) {
       const auto before = c.key(0, KeyKind::kasme);
       if (!before || !c.reauthenticate(0) || !nas_agrees(c)) return false;
       return c.key(0, KeyKind::kasme)->current != before->current;
     }},
};
constexpr Act mme_crash[] = {
    {"a UE attaches", attaches},
    {"the MME crashes and starts again with nothing; the eNBs set up S1 anew",
     [](Cast& c) {
       c.crash_mme();
       c.restart_mme();
       c.run(3min);
       return c.mme().enb_count() == 2;
     }},
    {"the UE asks for service, is refused, and attaches again with new keys",
     [](Cast& c) {
       const auto before = c.key(0, KeyKind::kasme);
       c.service_request(0);
       c.run(1min);
       const auto after = c.key(0, KeyKind::kasme);
       return c.ue(0).state() == node::ue::State::registered && before && after &&
              before->current != after->current && after->holders.size() >= 2;
     }},
};
constexpr Act hss_crash[] = {
    {"a UE attaches", attaches},
    {"the HSS crashes and starts again; what it had promised is still there",
     [](Cast& c) {
       c.crash_hss();
       c.restart_hss();
       c.run(60s);
       return true;
     }},
    {"the UE detaches", [](Cast& c) { return c.detach(0); }},
    {"it attaches again; its USIM takes the next SQN for fresh", attaches},
};

// The UE lives at these: K_ASME is in the UE and at this MME, the AS keys in the UE and at this eNB, and
// nothing newer or older of them anywhere.
bool lives_at(Cast& c, std::size_t mme, std::size_t enb) {
  std::vector<std::string> root{c.mme_configs[mme].name, Cast::ue_name(0)};
  std::vector<std::string> radio{c.enb_configs[enb].name, Cast::ue_name(0)};
  std::sort(root.begin(), root.end());
  std::sort(radio.begin(), radio.end());
  return nas_agrees(c) && as_agrees(c) && c.holders(0, KeyKind::kasme) == root &&
         c.holders(0, KeyKind::kenb) == radio;
}
bool attaches_at_enb1(Cast& c) { return attaches(c) && lives_at(c, 0, 0); }
// What a handover leaves of the keys that were: K_ASME as it was, K_eNB never again.
bool moves(Cast& c, std::size_t enb, std::size_t mme) {
  const auto root = c.key(0, KeyKind::kasme);
  const auto radio = c.key(0, KeyKind::kenb);
  return c.handover(0, enb) && lives_at(c, mme, enb) && root && radio &&
         c.key(0, KeyKind::kasme)->current == root->current &&
         c.key(0, KeyKind::kenb)->current != radio->current;
}
// A handover that enb1 asks for and does not get: in the end the UE is where it was, with keys that both
// ends hold.
bool stays_at_enb1(Cast& c) {
  if (c.handover(0, 2)) return false;
  c.run(1min);
  const std::string& enb1 = c.enb_configs[0].name;
  const auto denied = c.net.counter(enb1, "handover_refused") + c.net.counter(enb1, "handover_unanswered");
  return denied == 1 && lives_at(c, 0, 0);
}
bool detaches(Cast& c) { return c.detach(0) && nobody_holds_nas(c) && nobody_holds_as(c); }

constexpr Act s1_handover[] = {
    {"a UE attaches at enb1", attaches_at_enb1},
    {"it reports that enb2 is the better one; the MME hands on its next NH, the UE arrives with new AS keys "
     "and updates its tracking area",
     [](Cast& c) { return moves(c, 1, 0); }},
    {"it detaches; nobody holds a key of it any more", detaches},
};
constexpr Act inter_mme_handover[] = {
    {"a UE attaches at enb1", attaches_at_enb1},
    {"it reports that enb3, at the other MME, is the better one; its context moves over S10, it arrives and "
     "updates its tracking area; the MME it left has forgotten it",
     [](Cast& c) { return moves(c, 2, 1); }},
    {"it goes idle", goes_idle},
    {"it comes back with a service request to its new MME",
     [](Cast& c) { return c.service_request(0) && lives_at(c, 1, 2); }},
    {"it detaches; nobody holds a key of it any more", detaches},
};
constexpr Act inter_mme_tau[] = {
    {"a UE attaches at enb1", attaches_at_enb1},
    {"it goes idle", goes_idle},
    {"it camps on enb3 and updates; the MME it left checks the update's MAC and hands over the context",
     [](Cast& c) {
       const auto root = c.key(0, KeyKind::kasme);
       c.move(0, 2);
       const auto* update = c.outcome(0, "tau");
       return root && update != nullptr && update->ok && nas_agrees(c) &&
              c.key(0, KeyKind::kasme)->current == root->current &&
              c.holders(0, KeyKind::kasme) ==
                  std::vector<std::string>{c.mme_configs[1].name, Cast::ue_name(0)};
     }},
    {"it comes back with a service request to its new MME",
     [](Cast& c) { return c.service_request(0) && lives_at(c, 1, 2); }},
};
constexpr Act ping_pong[] = {
    {"a UE attaches at enb1", attaches_at_enb1},
    {"it is handed over to enb3 at the other MME", [](Cast& c) { return moves(c, 2, 1); }},
    {"and back", [](Cast& c) { return moves(c, 0, 0); }},
    {"and there again", [](Cast& c) { return moves(c, 2, 1); }},
    {"it detaches; nobody holds a key of it any more", detaches},
};
constexpr Act handover_refused[] = {
    {"a UE attaches at enb1", attaches_at_enb1},
    {"enb3 loses its MME",
     [](Cast& c) {
       c.net.cut(c.enb_configs[2].name, c.mme_configs[1].name);
       c.settle();
       return true;
     }},
    {"it reports that enb3 is the better one; the other MME refuses, and the UE stays", stays_at_enb1},
    {"it detaches; nobody holds a key of it any more", detaches},
};
constexpr Act mme_unreachable[] = {
    {"a UE attaches at enb1", attaches_at_enb1},
    {"the MMEs lose each other",
     [](Cast& c) {
       c.net.cut(c.mme_configs[0].name, c.mme_configs[1].name);
       return true;
     }},
    {"it reports that enb3 is the better one; nobody answers over S10, and the UE stays", stays_at_enb1},
    {"it detaches; nobody holds a key of it any more", detaches},
};
constexpr Act never_arrives[] = {
    {"a UE attaches at enb1", attaches_at_enb1},
    {"it reports that enb3 is the better one, and is told to go there; then it cannot hear enb3 any more",
     [](Cast& c) {
       const std::size_t before = c.net.steps().size();
       c.net.command(Cast::ue_name(0), {node::Verb::handover, {}, 2});
       const auto commanded = [&] {
         for (std::size_t i = before; i < c.net.steps().size(); ++i)
           if (c.net.steps()[i].procedure == "inter-mme-handover" && c.net.steps()[i].id == "9") return true;
         return false;
       };
       for (const Instant end = c.net.now() + 5s; !commanded();)
         if (c.net.now() >= end || !c.net.step()) return false;
       c.net.cut(Cast::ue_name(0), c.enb_configs[2].name);
       return true;
     }},
    {"it comes back to enb1, which cancels; both ends of every key are where they were",
     [](Cast& c) {
       c.run(1min);
       return c.net.counter(c.enb_configs[0].name, "handover_ue_back") == 1 && lives_at(c, 0, 0);
     }},
    {"it detaches; nobody holds a key of it any more", detaches},
};

constexpr Scenario table[] = {
    {"attach", "EPS AKA, security mode, default bearer, GUTI (TS 23.401, 5.3.2.1)", 1, 1, attach},
    {"service-request", "back from idle (TS 23.401, 5.3.4.1)", 1, 1, service_request},
    {"paging", "woken by the network (TS 23.401, 5.3.4.3)", 1, 1, paging},
    {"tau", "tracking area update (TS 23.401, 5.3.3.2)", 1, 1, tau},
    {"detach", "the UE leaves (TS 23.401, 5.3.8.2)", 1, 1, detach},
    {"switch-off", "the UE leaves without waiting for an answer (TS 23.401, 5.3.8.2)", 1, 1, switch_off},
    {"network-detach", "the network sends the UE away (TS 23.401, 5.3.8.3)", 1, 1, network_detach},
    {"re-attach", "attach with a known GUTI (TS 23.401, 5.3.2.1)", 1, 1, re_attach},
    {"reauthentication", "a new KASME in place (TS 24.301, 5.4.2)", 1, 1, reauthentication},
    {"mme-crash", "the MME loses everything (docs/decisions/0006-what-a-crash-keeps.md)", 1, 1, mme_crash},
    {"hss-crash", "the HSS loses what it had not promised", 1, 1, hss_crash},
    {"s1-handover", "to another eNB of the MME (TS 23.401, 5.5.1.2)", 1, 1, s1_handover},
    {"inter-mme-handover", "to an eNB of another MME (TS 23.401, 5.5.1.2)", 1, 2, inter_mme_handover},
    {"inter-mme-tau", "idle, to an eNB of another MME (TS 23.401, 5.3.3.1)", 1, 2, inter_mme_tau},
    {"ping-pong", "to another MME, back, and there again", 1, 2, ping_pong},
    {"handover-refused", "the target MME refuses", 1, 2, handover_refused},
    {"handover-mme-unreachable", "the other MME does not answer", 1, 2, mme_unreachable},
    {"handover-never-arrives", "the UE does not get to where it is sent", 1, 2, never_arrives},
};

}  // namespace

std::span<const Scenario> scenarios() { return table; }

}  // namespace baton::app
