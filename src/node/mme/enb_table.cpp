#include "node/mme/enb_table.h"

#include <algorithm>

#include "base/cases.h"

namespace baton::node::mme {

namespace s1ap = wire::s1ap;

bool Enb::serves(const Tai& tai) const {
  return std::any_of(tas.begin(), tas.end(), [&](const s1ap::SupportedTa& ta) {
    return ta.tac == tai.tac && std::find(ta.broadcast_plmns.begin(), ta.broadcast_plmns.end(), tai.plmn) !=
                                    ta.broadcast_plmns.end();
  });
}

Enb* EnbTable::find(peer::LinkId link) {
  const auto it = by_link_.find(link);
  return it == by_link_.end() ? nullptr : &it->second;
}

Enb* EnbTable::find(const s1ap::GlobalEnbId& id) {
  for (auto& [link, enb] : by_link_)
    if (enb.id == id) return &enb;
  return nullptr;
}

Enb* EnbTable::add(Enb enb) {
  const auto link = enb.link;
  if (!find(link) && by_link_.size() >= limit_) return nullptr;
  return &by_link_.insert_or_assign(link, std::move(enb)).first->second;
}

std::vector<const Enb*> EnbTable::serving(const std::vector<Tai>& tais) const {
  std::vector<const Enb*> out;
  for (const auto& [link, enb] : by_link_) {
    const Enb& e = enb;
    if (std::any_of(tais.begin(), tais.end(), [&e](const Tai& t) { return e.serves(t); })) out.push_back(&e);
  }
  return out;
}

std::string label_of(const s1ap::GlobalEnbId& id, const std::optional<s1ap::Name>& given) {
  // The name goes into logs and tables: only a short, plain one is believed.
  constexpr std::size_t label_characters_max = 64;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (given && !given->text.empty() && given->text.size() <= label_characters_max &&
      std::all_of(given->text.begin(), given->text.end(), plain))
    return given->text;
  return "enb-" + std::visit([](const auto& e) { return std::to_string(e.value); }, id);
}

}  // namespace baton::node::mme
