// s1_setup.cpp: an eNB introduces itself, and what happens to its UEs when it goes.
#include <algorithm>

#include "node/mme/interfaces.h"

namespace baton::node::mme {

namespace s1ap = wire::s1ap;

namespace {

void refuse(Core& core, peer::LinkId link, s1ap::Cause cause, std::optional<s1ap::TimeToWait> wait) {
  core.count("mme.s1_setup.refused");
  core.send_s1ap(link, 0, s1ap::encode(s1ap::S1SetupFailure{cause, wait, std::nullopt}));
}

}  // namespace

//= TS 36.413, 8.7.3
void s1_setup(Core& core, peer::LinkId link, const s1ap::S1SetupRequest& request) {
  // 1. The eNB says who it is and what it broadcasts.
  //= TS 36.413, 8.7.3.4
  const auto& ours = core.config.tais;
  bool plmn_served = false;
  bool tai_served = false;
  for (const auto& ta : request.supported_tas) {
    for (const auto& plmn : ta.broadcast_plmns) {
      plmn_served =
          plmn_served || std::any_of(ours.begin(), ours.end(), [&](const Tai& t) { return t.plmn == plmn; });
      tai_served = tai_served || std::find(ours.begin(), ours.end(), Tai{plmn, ta.tac}) != ours.end();
    }
  }
  if (!plmn_served) return refuse(core, link, s1ap::CauseMisc::unknown_plmn, std::nullopt);
  if (!tai_served) return refuse(core, link, s1ap::CauseMisc::unspecified, std::nullopt);

  // The same eNB on a new association: the old one is dead, whether SCTP has noticed or not.
  if (const Enb* before = core.enbs.find(request.enb); before != nullptr && before->link != link) {
    const auto old = before->link;
    core.log(LogLevel::info, before->name + " is back on a new association");
    lose_enb(core, old);
    core.out->close_link(old);
  }
  //= TS 36.413, 8.7.3.1
  // A second S1 Setup starts over: the eNB has no UE any more.
  for (const MmeUeS1apId id : core.s1.of(link))
    if (S1Connection* c = core.s1.find(id)) lose_connection(core, *c);

  // Announcement
  const auto announced =
      request.announcement ? context::Announcement::decode(request.announcement->octets) : std::nullopt;
  const Enb* enb = core.enbs.add(
      {link, request.enb, label_of(request.enb, request.enb_name), request.supported_tas, announced});
  if (enb == nullptr)
    return refuse(core, link, s1ap::CauseMisc::control_processing_overload, s1ap::TimeToWait::v60s);

  // 2. The MME says whom it serves.
  s1ap::ServedGummei served;
  for (const Tai& t : ours)
    if (std::find(served.plmns.begin(), served.plmns.end(), t.plmn) == served.plmns.end())
      served.plmns.push_back(t.plmn);
  served.groups.push_back(core.config.gummei.group);
  served.codes.push_back(core.config.gummei.code);
  s1ap::S1SetupResponse response{s1ap::Name::from(core.config.name),
                                 {served},
                                 s1ap::RelativeMmeCapacity{core.config.relative_capacity},
                                 std::nullopt};
  if (context::beyond_final(core.config.policy))
    response.announcement = s1ap::AnnouncementOctets{context::Announcement::of(core.config.policy).encode()};
  core.send_s1ap(link, 0, s1ap::encode(response));
  core.count("mme.s1_setup.completed");
  core.log(LogLevel::info, enb->name + " is set up");
}

void lose_enb(Core& core, peer::LinkId link) {
  for (const MmeUeS1apId id : core.s1.of(link))
    if (S1Connection* c = core.s1.find(id)) lose_connection(core, *c);
  if (const Enb* enb = core.enbs.find(link)) {
    core.count("mme.enb.lost");
    core.log(LogLevel::warning, enb->name + " is gone");
  }
  core.enbs.remove(link);
}

}  // namespace baton::node::mme
