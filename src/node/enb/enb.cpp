#include "node/enb/enb.h"

#include "base/cases.h"

namespace baton::node::enb {
namespace {

EarfcnDl carrier(std::uint32_t v) { return *EarfcnDl::from(v > EarfcnDl::max ? EarfcnDl::max : v); }

}  // namespace

Enb::Enb(Config config, Entropy& entropy)
    : config_(std::move(config)),
      earfcn_(carrier(config_.cell.earfcn_dl)),
      entropy_(entropy),
      keys_(config_.name, config_.id_key),
      // S3.D8: a name that another life of this eNB gave out last is not the first of this one.
      last_c_rnti_(static_cast<std::uint16_t>(c_rnti_min + entropy.u32() % c_rntis_max)),
      last_teid_(entropy.u32()) {
  for (const MmePeer& p : config_.mmes) {
    if (mmes_.size() == mmes_max) break;
    mmes_.emplace_back();
    mmes_.back().peer = p;
  }
}

Enb::~Enb() = default;

void Enb::on(Event event, Instant now, Actions& out) {
  now_ = now;
  out_ = &out;
  std::visit(Cases{[&](Started&) {
                     for (std::size_t i = 0; i < mmes_.size(); ++i) connect(i);
                   },
                   [&](LinkUp& e) { on_link_up(e.link); }, [&](LinkDown& e) { on_link_down(e.link); },
                   [&](LinkData& e) {
                     if (const auto mme = mme_of(e.link)) on_s1ap(*mme, e.stream, e.octets);
                   },
                   [&](DatagramIn& e) {
                     if (e.port == Port::radio) on_radio(e.remote, e.octets);
                   },
                   [&](TimerFired& e) {
                     if (e.timer.domain == TimerDomain::link) on_mme_timer(e.timer);
                     if (e.timer.domain == TimerDomain::ue) on_ue_timer(e.timer);
                   },
                   [&](Command& e) {
                     if (e.verb == Verb::release) on_release_verb(e.argument);
                   },
                   [&](auto&) { out_->count("enb_unexpected_event"); }},
             event);
  sweep();
  out_ = nullptr;
}

}  // namespace baton::node::enb
