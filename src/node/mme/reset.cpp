// reset.cpp: an eNB has lost some or all of its UEs.
#include "base/cases.h"
#include "node/mme/interfaces.h"

namespace baton::node::mme {

namespace s1ap = wire::s1ap;

//= TS 36.413, 8.7.1.2.2
void reset(Core& core, Enb& enb, const s1ap::Reset& request) {
  const auto link = enb.link;
  core.count("mme.s1ap.reset");
  s1ap::ResetAcknowledge answer;
  if (const auto* some = std::get_if<std::vector<s1ap::UeConnection>>(&request.type)) {
    // Those it names, by whichever id it still knows; an unknown one is as good as released.
    for (const auto& named : *some) {
      S1Connection* c = named.mme_ue_id ? core.s1.find(*named.mme_ue_id) : nullptr;
      if (c == nullptr && named.enb_ue_id) c = core.s1.find(link, *named.enb_ue_id);
      if (c != nullptr && c->link == link) lose_connection(core, *c);
    }
    answer.connections = *some;
  } else {
    for (const MmeUeS1apId id : core.s1.of(link))
      if (S1Connection* c = core.s1.find(id)) lose_connection(core, *c);
  }
  core.send_s1ap(link, 0, s1ap::encode(answer));
}

}  // namespace baton::node::mme
