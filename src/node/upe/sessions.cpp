#include "node/upe/sessions.h"

#include <utility>

namespace baton::node::upe {

Bearer* Session::bearer(gtp2::Ebi ebi) {
  for (auto& [id, pdn] : pdns)
    if (const auto it = pdn.bearers.find(ebi); it != pdn.bearers.end()) return &it->second;
  return nullptr;
}

bool Session::connected() const {
  for (const auto& [id, pdn] : pdns)
    for (const auto& [ebi, bearer] : pdn.bearers)
      if (bearer.s1u_enb) return true;
  return false;
}

namespace {
template <class Used>
std::optional<Teid> draw(Entropy& entropy, const Used& used) {
  for (int i = 0; i < teid_draws_max; ++i) {
    const Teid teid{entropy.u32()};
    if (teid.value != 0 && !used.contains(teid)) return teid;
  }
  return std::nullopt;
}
}  // namespace

Session* Sessions::find(Teid s11) {
  const auto it = by_s11_.find(s11);
  return it == by_s11_.end() ? nullptr : find(it->second);
}

Session* Sessions::find(const Imsi& imsi) {
  const auto it = by_imsi_.find(imsi);
  return it == by_imsi_.end() ? nullptr : &it->second;
}

Session* Sessions::add(const Imsi& imsi) {
  if (by_imsi_.size() >= most_) return nullptr;
  const auto teid = draw(entropy_, by_s11_);
  if (!teid) return nullptr;
  by_s11_.emplace(*teid, imsi);
  return &by_imsi_.emplace(imsi, Session{imsi, *teid, {}, {}, {}, {}, {}, false}).first->second;
}

void Sessions::remove(const Imsi& imsi) {
  const auto it = by_imsi_.find(imsi);
  if (it == by_imsi_.end()) return;
  Session& session = it->second;
  while (!session.pdns.empty()) remove_pdn(session, session.pdns.begin()->first);
  by_s11_.erase(session.s11);
  by_imsi_.erase(it);
}

Pdn* Sessions::add_pdn(Session& session, gtp2::Ebi default_bearer) {
  remove_pdn(session, default_bearer);
  const auto address = pool_.take();
  if (!address) return nullptr;
  return &session.pdns.emplace(default_bearer, Pdn{{}, *address, {}, {}}).first->second;
}

void Sessions::remove_pdn(Session& session, gtp2::Ebi default_bearer) {
  const auto it = session.pdns.find(default_bearer);
  if (it == session.pdns.end()) return;
  for (const auto& [ebi, bearer] : it->second.bearers) release_s1u(bearer.s1u);
  pool_.give_back(it->second.address);
  session.pdns.erase(it);
}

std::optional<Teid> Sessions::new_s1u_teid() {
  const auto teid = draw(entropy_, s1u_);
  if (teid) s1u_.emplace(*teid, true);
  return teid;
}

}  // namespace baton::node::upe
