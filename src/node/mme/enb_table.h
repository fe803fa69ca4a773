// enb_table.h: the eNBs this MME serves, by association and by name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "context/policy.h"
#include "node/mme/limits.h"
#include "peer/world.h"
#include "wire/s1ap/types.h"

namespace baton::node::mme {

/// Enb is one S1 association that has set up S1.
struct Enb {
  peer::LinkId link;
  wire::s1ap::GlobalEnbId id;
  std::string name;  ///< what it calls itself, else "enb-<number>"; used in steps and ledger, safe to log
  std::vector<wire::s1ap::SupportedTa> tas;
  std::optional<context::Announcement> announced{};  ///< nothing: it knows the standards only

  /// serves tells whether a cell of this eNB broadcasts `tai`.
  bool serves(const Tai& tai) const;
};

/// EnbTable holds the associations that have set up S1, in the order of their link numbers.
class EnbTable {
 public:
  explicit EnbTable(std::size_t limit) : limit_(limit) {}

  Enb* find(peer::LinkId link);
  Enb* find(const wire::s1ap::GlobalEnbId& id);
  /// add replaces what was known of the same link. Null when the table is full.
  Enb* add(Enb enb);
  void remove(peer::LinkId link) { by_link_.erase(link); }
  std::size_t size() const { return by_link_.size(); }

  /// serving lists the eNBs that broadcast one of `tais`, each once, in link order.
  std::vector<const Enb*> serving(const std::vector<Tai>& tais) const;

 private:
  std::size_t limit_;
  std::map<peer::LinkId, Enb> by_link_;
};

/// label_of is a name for an eNB that gave none, or an unusable one.
std::string label_of(const wire::s1ap::GlobalEnbId& id, const std::optional<wire::s1ap::Name>& given);

}  // namespace baton::node::mme
