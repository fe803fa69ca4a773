// mme_link.h: one MME as this eNB sees it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/enb/config.h"
#include "peer/world.h"
#include "wire/s1ap/types.h"

namespace baton::node::enb {

/// The kinds of timers of an MME's link (TimerDomain::link, owner: the MME's index).
enum class MmeTimer : std::uint16_t {
  reconnect,  ///< time to open the link again
  setup,      ///< waits for S1 Setup Response, or for the time to ask again
};

struct MmeLink {
  enum class State : Byte {
    down,        ///< waits to reconnect
    connecting,  ///< the link has been asked for
    setting_up,  ///< S1 Setup Request sent
    waiting,     ///< refused; asks again later
    ready,
  };

  MmePeer peer;
  State state = State::down;
  peer::LinkId link;
  Duration backoff = reconnect_min;
  std::vector<wire::s1ap::ServedGummei> gummeis;
  std::uint8_t capacity = 0;
  std::optional<context::Announcement> announced;  ///< nothing: it knows the standards only

  bool ready() const { return state == State::ready; }
  bool serves(const Gummei& g) const {
    for (const auto& s : gummeis)
      if (s.serves(g)) return true;
    return false;
  }
  bool serves(const PlmnId& plmn) const;
  bool serves(MmeCode code) const;
};

}  // namespace baton::node::enb
