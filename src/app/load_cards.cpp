#include "app/load_cards.h"

#include <algorithm>
#include <optional>

#include "app/hss_load.h"
#include "keys/derive_eps.h"
#include "wire/diameter/raw_avp.h"

namespace baton::app {
namespace {

namespace dia = wire::diameter;

/// each_avp calls `f` with the AVPs of `in` until it says false.
template <class F>
void each_avp(Bytes in, F f) {
  wire::Reader r("Diameter", in);
  while (!r.empty()) {
    const auto a = dia::next_avp(r);
    if (!a || !f(*a)) return;
  }
}

struct Parts {
  Bytes rand, autn, xres, kasme;
  bool complete() const {
    return rand.size() == Rand::size && autn.size() == Autn::size && xres.size() >= 4 &&
           xres.size() <= Xres::size_max && kasme.size() == Kasme::size;
  }
};
Parts parts_of(Bytes vector) {
  Parts out;
  each_avp(vector, [&](const dia::RawAvp& a) {
    if (a.is(dia::avp::rand)) out.rand = a.value;
    if (a.is(dia::avp::autn)) out.autn = a.value;
    if (a.is(dia::avp::xres)) out.xres = a.value;
    if (a.is(dia::avp::kasme)) out.kasme = a.value;
    return true;
  });
  return out;
}

}  // namespace

LoadCards::LoadCards(const std::vector<context::SubscriberRecord>& cards, std::uint64_t first_imsi,
                     std::size_t count)
    : first_imsi_(first_imsi), last_rand_(cards.empty() ? count : cards.size(), 0) {
  imsi_.reserve(cards.size());
  cards_.reserve(cards.size());
  for (const auto& c : cards) {
    imsi_.push_back(c.imsi.digits());
    if (const auto* secret = std::get_if<MilenageSecret>(&c.secret))
      cards_.emplace_back(secret->k.clone(), secret->opc.clone());
  }
}

void LoadCards::put_imsi(std::size_t subscriber, MutableBytes digits) const {
  if (known()) {
    std::copy(imsi_[subscriber].begin(), imsi_[subscriber].end(), digits.begin());
    return;
  }
  std::uint64_t v = first_imsi_ + subscriber;
  for (std::size_t i = digits.size(); i > 0; --i, v /= 10) digits[i - 1] = static_cast<Byte>('0' + v % 10);
}

void LoadCards::look(std::size_t subscriber, Bytes aia, const PlmnId& plmn, std::uint32_t wanted,
                     LoadReport& report) {
  std::uint32_t found = 0;
  each_avp(aia.subspan(dia::header_octets), [&](const dia::RawAvp& info) {
    if (!info.is(dia::avp::authentication_info)) return true;
    each_avp(info.value, [&](const dia::RawAvp& vector) {
      if (!vector.is(dia::avp::eutran_vector)) return true;
      ++found;
      const Parts p = parts_of(vector.value);
      if (!p.complete()) {
        ++report.malformed;
        return true;
      }
      std::uint64_t rand = 0;
      for (std::size_t i = 0; i < 8; ++i) rand = rand << 8U | p.rand[i];
      if (rand == last_rand_[subscriber]) ++report.rand_repeated;
      last_rand_[subscriber] = rand;
      if (!known()) return true;
      const auto answered = cards_[subscriber].authenticate(Rand::from(p.rand), Autn::from(p.autn));
      if (std::holds_alternative<SyncFailure>(answered)) {
        ++report.sqn_stale;
        return true;
      }
      const auto* keys = std::get_if<UsimSuccess>(&answered);
      const bool right =
          keys != nullptr && separation_bit(keys->amf) && keys->res == Xres(p.xres) &&
          derive_kasme(keys->ck, keys->ik, plmn, keys->sqn_xor_ak) == Kasme(p.kasme.first<Kasme::size>());
      if (!right) ++report.vector_wrong;
      return true;
    });
    return true;
  });
  report.vectors += found;
  // An HSS may give fewer than were asked for, but not none.
  if (found == 0 || found > wanted) ++report.malformed;
}

bool LoadCards::has_subscription(Bytes ula) {
  bool found = false;
  each_avp(ula.subspan(dia::header_octets), [&](const dia::RawAvp& a) {
    found = found || a.is(dia::avp::subscription_data);
    return !found;
  });
  return found;
}

}  // namespace baton::app
