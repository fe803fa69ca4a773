// equipment.cpp: the equipment register: may this device be used?
#include <algorithm>

#include "node/hss/core.h"

namespace baton::node::hss {

namespace {

/// status_of is that of the longest entry the IMEI begins with; nothing when none fits.
std::optional<dia::EquipmentStatus> status_of(const Config& c, const std::string& imei) {
  const Equipment* best = nullptr;
  for (const Equipment& e : c.equipment)
    if (imei.starts_with(e.imei) && (best == nullptr || e.imei.size() > best->imei.size())) best = &e;
  if (best == nullptr) return std::nullopt;
  return best->status;
}

bool is_imei(const std::string& s) {
  return (s.size() == 14 || s.size() == 15) &&
         std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

//= TS 29.272, 6.2.1.1
void check_equipment(Core& core, const peer::DiameterRequest& request) {
  using Answer = dia::MeIdentityCheckAnswer;
  const auto m = dia::decode<dia::MeIdentityCheckRequest>(request.octets);
  if (!m) {
    core.count("hss.request_bad");
    core.s6a.refuse(request.token, request.octets, m.why(), *core.out);
    return;
  }
  if (!core.client_named(request.peer)) {
    core.count("hss.not_authorised");
    core.s6a.refuse(request.token, dia::code::authorization_rejected, *core.out);
    return;
  }
  const auto& imei = m->terminal_information.imei;
  if (!imei || !is_imei(*imei)) {
    core.count("hss.request_bad");
    const auto v = imei ? dia::code::invalid_avp_value : dia::code::missing_avp;
    core.s6a.answer(request.token, core.answer_to<Answer>(m->session_id, result(v)), *core.out);
    return;
  }
  const auto status = status_of(core.config, *imei);
  core.count(status ? "hss.equipment_checked" : "hss.equipment_unknown");
  Answer answer = core.answer_to<Answer>(
      m->session_id, status ? success : experimental(dia::experimental::equipment_unknown));
  answer.equipment_status = status;
  core.s6a.answer(request.token, answer, *core.out);
}

}  // namespace baton::node::hss
