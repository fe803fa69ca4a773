#include "app/scenarios.h"

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

constexpr Scenario table[] = {
    {"attach", "EPS AKA, security mode, default bearer, GUTI (TS 23.401, 5.3.2.1)", 1, attach},
    {"service-request", "back from idle (TS 23.401, 5.3.4.1)", 1, service_request},
    {"paging", "woken by the network (TS 23.401, 5.3.4.3)", 1, paging},
    {"tau", "tracking area update (TS 23.401, 5.3.3.2)", 1, tau},
    {"detach", "the UE leaves (TS 23.401, 5.3.8.2)", 1, detach},
    {"switch-off", "the UE leaves without waiting for an answer (TS 23.401, 5.3.8.2)", 1, switch_off},
    {"network-detach", "the network sends the UE away (TS 23.401, 5.3.8.3)", 1, network_detach},
    {"re-attach", "attach with a known GUTI (TS 23.401, 5.3.2.1)", 1, re_attach},
    {"reauthentication", "a new KASME in place (TS 24.301, 5.4.2)", 1, reauthentication},
    {"mme-crash", "the MME loses everything (docs/decisions/0006-what-a-crash-keeps.md)", 1, mme_crash},
    {"hss-crash", "the HSS loses what it had not promised", 1, hss_crash},
};

}  // namespace

std::span<const Scenario> scenarios() { return table; }

}  // namespace baton::app
