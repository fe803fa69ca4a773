#include "lab/cast.h"

#include <utility>

#include "wire/rrc/limits.h"

namespace baton::lab {

namespace {
constexpr std::uint16_t s1ap_port = 36412;
constexpr std::uint16_t diameter_port = 3868;

std::uint32_t number_of(Ipv4 address) {
  std::uint32_t out = 0;
  for (const Byte b : address.octets) out = out << 8U | b;
  return out;
}
}  // namespace

Cast::Cast(Script s, Weather weather)
    : net(weather),
      hss_config(std::move(s.hss)),
      mme_configs(std::move(s.mmes)),
      upe_config(std::move(s.upe)),
      enb_configs(std::move(s.enbs)),
      seed_(s.seed) {
  (void)store::import(subscribers, std::move(s.subscribers));

  Doors hss_doors, upe_doors;
  hss_doors.diameter = Endpoint{hss_config.address, diameter_port};
  upe_doors.gtpc = upe_config.gtpc;
  net.add(std::make_unique<node::hss::Hss>(hss_config, entropy_for(hss_config.name)), hss_doors,
          &subscribers);
  net.add(std::make_unique<node::upe::Upe>(upe_config, entropy_for(upe_config.name)), upe_doors);
  for (const auto& c : mme_configs) {
    Doors doors;
    doors.s1ap = Endpoint{c.gtpc.address, s1ap_port};
    doors.diameter = Endpoint{c.gtpc.address, diameter_port};
    doors.gtpc = c.gtpc;
    net.add(std::make_unique<node::mme::Mme>(c, entropy_for(c.name)), doors);
  }
  for (std::size_t i = 0; i < enb_configs.size(); ++i) {
    const auto& c = enb_configs[i];
    Doors doors;
    doors.s1ap = Endpoint{enb_address(i), s1ap_port};
    doors.radio = Endpoint{enb_address(i), wire::rrc::udp_port};
    net.add(std::make_unique<node::enb::Enb>(c, entropy_for(c.name)), doors);
  }
  if (s.access) {
    Doors doors;
    doors.diameter = Endpoint{s.access->address, diameter_port};
    net.add(std::make_unique<AccessServer>(*s.access, entropy_for(s.access->name)), doors);
    access_ = s.access->name;
  }
  const std::size_t ues = s.ues.size();
  for (std::size_t i = 0; i < ues; ++i) {
    const std::string name = s.ues[i].name;
    Doors doors;
    doors.radio = Endpoint{ue_address(i), wire::rrc::udp_port};
    net.add(std::make_unique<node::ue::Ue>(std::move(s.ues[i]), entropy_for(name)), doors);
    net.is_subject(name);
  }

  // The core first, so that nobody finds a door closed and waits for its next attempt.
  net.start(hss_config.name);
  net.start(upe_config.name);
  for (const auto& c : mme_configs) net.start(c.name);
  if (!access_.empty()) net.start(access_);
  settle();
  for (const auto& c : enb_configs) net.start(c.name);
  settle();
  for (std::size_t i = 0; i < ues; ++i) net.start(ue_name(i));
  settle();
}

Entropy& Cast::entropy_for(const std::string& name) {
  entropies_.push_back(std::make_unique<SeededEntropy>(seed_ + ++lives_, name));
  return *entropies_.back();
}

bool Cast::ask_ue(std::size_t ue, node::Verb verb, std::string_view procedure, std::uint32_t argument) {
  const std::size_t before = net.outcomes().size();
  net.command(ue_name(ue), {verb, {}, argument});
  settle();
  const node::Outcome* last = nullptr;
  for (std::size_t i = before; i < net.outcomes().size(); ++i) {
    const auto& o = net.outcomes()[i];
    if (o.subscriber == imsi_of(ue).digits() && o.procedure == procedure) last = &o;
  }
  return last != nullptr && last->ok;
}

void Cast::move(std::size_t ue, std::size_t enb) {
  net.command(ue_name(ue), {node::Verb::move, {}, static_cast<std::uint32_t>(enb)});
  settle();
}

bool Cast::handover(std::size_t ue, std::size_t enb) {
  return ask_ue(ue, node::Verb::handover, "handover", static_cast<std::uint32_t>(enb));
}

void Cast::power_cycle(std::size_t ue) {
  net.command(ue_name(ue), {node::Verb::power_cycle, {}, 0});
  settle();
}

bool Cast::idle(std::size_t ue_number) {
  for (const auto& c : enb_configs)
    net.command(c.name, {node::Verb::release, imsi_of(ue_number), number_of(ue_address(ue_number))});
  settle();
  return !ue(ue_number).connected();
}

bool Cast::page(std::size_t ue_number) {
  net.command(upe_config.name, {node::Verb::page, imsi_of(ue_number), 0});
  settle();
  return ue(ue_number).connected();
}

std::size_t Cast::mme_with(std::size_t ue_number) {
  for (std::size_t i = 0; i < mme_configs.size(); ++i)
    if (net.running(mme_configs[i].name) && mme(i).find(imsi_of(ue_number)) != nullptr) return i;
  return 0;
}

bool Cast::network_detach(std::size_t ue_number) {
  const std::size_t at = mme_with(ue_number);
  net.command(mme_configs[at].name, {node::Verb::detach, imsi_of(ue_number), 0});
  settle();
  return ue(ue_number).state() == node::ue::State::deregistered &&
         mme(at).find(imsi_of(ue_number)) == nullptr;
}

bool Cast::reauthenticate(std::size_t ue_number) {
  const auto before = key(ue_number, KeyKind::kasme);
  net.command(mme_configs[mme_with(ue_number)].name, {node::Verb::reauthenticate, imsi_of(ue_number), 0});
  settle();
  const auto after = key(ue_number, KeyKind::kasme);
  return before && after && after->agree && after->current && after->current != before->current;
}

bool Cast::comes_by_other_access(std::size_t ue_number) {
  const auto& context = ue(ue_number).context();
  if (!context) return false;
  access().comes(imsi_of(ue_number), key_id_of(KeyIdKey{}, *context->kasme()));
  net.command(access_, {node::Verb::attach, imsi_of(ue_number), 0});
  return true;
}

std::unique_ptr<node::Node> Cast::new_mme(std::size_t i) {
  const auto& c = mme_configs[i];
  return std::make_unique<node::mme::Mme>(c, entropy_for(c.name));
}

std::unique_ptr<node::Node> Cast::new_hss() {
  return std::make_unique<node::hss::Hss>(hss_config, entropy_for(hss_config.name));
}

std::unique_ptr<node::Node> Cast::new_upe() {
  auto& counter = upe_config.restart_counter;
  if (counter) counter = wire::gtp2::Recovery{static_cast<Byte>(counter->value + 1)};
  return std::make_unique<node::upe::Upe>(upe_config, entropy_for(upe_config.name));
}

std::unique_ptr<node::Node> Cast::new_enb(std::size_t i) {
  const auto& c = enb_configs[i];
  return std::make_unique<node::enb::Enb>(c, entropy_for(c.name));
}

void Cast::restart_mme(std::size_t i) {
  net.restart(new_mme(i));
  settle();
}

void Cast::restart_hss() {
  net.restart(new_hss());
  settle();
}

void Cast::restart_upe() {
  net.restart(new_upe());
  settle();
}

void Cast::restart_enb(std::size_t enb) {
  net.restart(new_enb(enb));
  settle();
}

void Cast::misbehave(Faults faults) {
  net.seed_faults(seed_);
  net.misbehave(faults);
  net.on_crash(hss_config.name, [this] { return new_hss(); });
  net.on_crash(upe_config.name, [this] { return new_upe(); });
  for (std::size_t i = 0; i < mme_configs.size(); ++i)
    net.on_crash(mme_configs[i].name, [this, i] { return new_mme(i); });
  for (std::size_t i = 0; i < enb_configs.size(); ++i)
    net.on_crash(enb_configs[i].name, [this, i] { return new_enb(i); });
}

const node::Outcome* Cast::outcome(std::size_t ue, std::string_view procedure) const {
  const auto& all = net.outcomes();
  for (auto o = all.rbegin(); o != all.rend(); ++o)
    if (o->subscriber == imsi_of(ue).digits() && o->procedure == procedure) return &*o;
  return nullptr;
}

std::vector<node::KeyState> Cast::keys(std::size_t ue) const {
  std::map<std::string, node::Role> roles{{hss_config.name, node::Role::hss},
                                          {upe_config.name, node::Role::upe}};
  for (const auto& c : mme_configs) roles.emplace(c.name, node::Role::mme);
  for (const auto& c : enb_configs) roles.emplace(c.name, node::Role::enb);
  roles.emplace(ue_name(ue), node::Role::ue);
  node::KeyAgreement agreement(std::move(roles));
  for (const LedgerEntry& e : net.ledger()) agreement.add(e);
  return agreement.states(imsi_of(ue).digits());
}

std::optional<node::KeyState> Cast::key(std::size_t ue, KeyKind kind) const {
  for (auto& state : keys(ue))
    if (state.kind == kind) return state;
  return std::nullopt;
}

bool Cast::agree(std::size_t ue, KeyKind kind) const {
  const auto state = key(ue, kind);
  return state && state->agree && !state->shared && state->holders.size() >= 2 && state->stale_at.empty();
}

std::vector<std::string> Cast::holders(std::size_t ue, KeyKind kind) const {
  const auto state = key(ue, kind);
  return state ? state->holders : std::vector<std::string>{};
}

bool Cast::held_by_nobody(std::size_t ue, KeyKind kind) const {
  const auto state = key(ue, kind);
  return !state || (state->holders.empty() && state->stale_at.empty());
}

}  // namespace baton::lab
