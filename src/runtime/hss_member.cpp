#include "runtime/hss_member.h"

#include <algorithm>
#include <utility>

#include "runtime/limits.h"

namespace baton::runtime {

namespace {

/// The indices of HSSs that share a database are told apart in so many bits. TS 33.102, C.1.1.1.
constexpr std::uint32_t index_bits_shared = 5;

}  // namespace

Expected<std::unique_ptr<HssMember>, std::string> HssMember::join(Services& services, const HssSettings& hss,
                                                                  store::Store& store, Entropy& entropy) {
  store::Member who;
  who.name = std::string(hss.identity.value());
  who.run = std::uint64_t{entropy.u32() & 0x7FFF'FFFFU} << 32U | entropy.u32();
  who.first_index = hss.sqn_index_base;
  // Clients count from 1; more of them than there are indices share theirs.
  who.indices =
      std::min<std::uint32_t>(static_cast<std::uint32_t>(hss.clients.size()) + 1, 1U << index_bits_shared);
  who.alone = hss.database.empty();
  std::unique_ptr<HssMember> out(new HssMember(services, std::move(who)));
  out->shared_ = !hss.database.empty();
  const Instant now = services.loop.now();
  const auto joined = store.join(out->who_, now, now + clock_noted_ahead);
  if (!joined) return Fail{hss.name + ": " + joined.why().what};
  out->after_ = joined->after;
  out->until_ = std::max(joined->after, now + clock_noted_ahead);
  if (services.log != nullptr) {
    const auto say = [&](peer::LogLevel level, const std::string& text) {
      services.log->write(now, hss.name, level, text);
    };
    for (const std::string& name : joined->displaced)
      say(peer::LogLevel::warning, "takes the indices of " + name + ", which does not run any more");
    if (joined->after > now + clock_noted_ahead)
      say(peer::LogLevel::warning,
          "the clock is " +
              std::to_string(std::chrono::ceil<std::chrono::seconds>(joined->after - now).count()) +
              " s behind what was given out by it; until it is there SEQs of the clock are counted");
  }
  return out;
}

void HssMember::serve(Host& host, node::hss::Hss& hss) {
  host_ = &host;
  hss_ = &hss;
  hss.go_by_clock(after_, until_, shared_ ? index_bits_shared : 0);
  timer_ = services_.loop.timer([this] { move_on(); });
  timer_->set(services_.loop.now() + clock_noted_every);
}

void HssMember::move_on() {
  const Instant now = services_.loop.now();
  const Instant until = std::max(until_, now + clock_noted_ahead);
  auto done = std::make_shared<Expected<Ok, store::StoreError>>(Ok{});
  const bool asked =
      host_->with_store([who = who_, until, done](store::Store& store) { *done = store.extend(who, until); },
                        [this, until, done, alive = alive_] {
                          if (!*alive) return;
                          if (*done) {
                            until_ = until;
                            hss_->clock_until(until);
                          } else {
                            host_->store_refused("store.clock_not_noted", done->why());
                          }
                          const bool lost = !*done && done->why().fault == store::StoreFault::conflict;
                          if (lost) hss_->place_lost();
                          const bool soon = !*done && !lost;
                          timer_->set(services_.loop.now() + (soon ? clock_noted_again : clock_noted_every));
                        });
  if (!asked) timer_->set(now + clock_noted_again);
}

}  // namespace baton::runtime
