#include "wire/nas/mobility.h"

#include <algorithm>
#include <cassert>

#include "wire/nas/half_enums.h"

namespace baton::wire::nas {

std::string_view to_string(AttachType t) {
  switch (t) {
    case AttachType::eps: return "EPS attach";
    case AttachType::combined: return "combined EPS/IMSI attach";
    case AttachType::rlos: return "EPS RLOS attach";
    case AttachType::emergency: return "EPS emergency attach";
  }
  return "?";
}
std::string_view to_string(AttachResult r) {
  switch (r) {
    case AttachResult::eps_only: return "EPS only";
    case AttachResult::combined: return "combined EPS/IMSI attach";
  }
  return "?";
}
std::string_view to_string(NetworkDetachType t) {
  switch (t) {
    case NetworkDetachType::reattach_required: return "re-attach required";
    case NetworkDetachType::reattach_not_required: return "re-attach not required";
    case NetworkDetachType::imsi: return "IMSI detach";
  }
  return "?";
}
std::string_view to_string(UpdateResult r) {
  switch (r) {
    case UpdateResult::ta_updated: return "TA updated";
    case UpdateResult::combined: return "combined TA/LA updated";
    case UpdateResult::ta_updated_isr: return "TA updated, ISR activated";
    case UpdateResult::combined_isr: return "combined TA/LA updated, ISR activated";
  }
  return "?";
}

std::optional<UeDetachType> UeDetachType::from_half(Byte b) {
  return UeDetachType{*HalfEnum<Kind>::from(b & 7U), (b & 8U) != 0};
}
std::string UeDetachType::text() const {
  const char* what = kind == Kind::eps    ? "EPS detach"
                     : kind == Kind::imsi ? "IMSI detach"
                                          : "combined detach";
  return std::string(what) + (switch_off ? ", switch off" : "");
}

std::optional<UpdateType> UpdateType::from_half(Byte b) {
  return UpdateType{*HalfEnum<Kind>::from(b & 7U), (b & 8U) != 0};
}
std::string UpdateType::text() const {
  std::string out;
  switch (kind) {
    case Kind::ta_updating: out = "TA updating"; break;
    case Kind::combined: out = "combined TA/LA updating"; break;
    case Kind::combined_imsi_attach: out = "combined TA/LA updating with IMSI attach"; break;
    case Kind::periodic: out = "periodic updating"; break;
  }
  return out + (active ? ", active" : "");
}

namespace {

// Bits 6 to 8 of the octet choose the unit. TS 24.008, table 10.5.172.
struct Unit {
  Byte bits;
  std::int64_t seconds;
};
constexpr Unit units[] = {{0x00, 2}, {0x20, 60}, {0x40, 360}};
constexpr Byte unit_mask = 0xE0;
constexpr Byte unit_deactivated = 0xE0;
constexpr std::int64_t steps_max = 31;

}  // namespace

GprsTimer GprsTimer::of(std::chrono::seconds t) {
  const std::int64_t s = std::max<std::int64_t>(t.count(), 0);
  for (const Unit& u : units) {
    const std::int64_t n = s / u.seconds + (s % u.seconds != 0 ? 1 : 0);
    if (n <= steps_max) return GprsTimer(static_cast<Byte>(u.bits | static_cast<Byte>(n)));
  }
  return GprsTimer(static_cast<Byte>(units[2].bits | steps_max));
}
std::optional<GprsTimer> GprsTimer::parse(Bytes value) {
  if (value.size() != 1) return std::nullopt;
  return GprsTimer(value[0]);
}
std::optional<std::chrono::seconds> GprsTimer::value() const {
  if ((octet_ & unit_mask) == unit_deactivated) return std::nullopt;
  std::int64_t unit = 60;  // what a reserved unit counts as
  for (const Unit& u : units)
    if (u.bits == (octet_ & unit_mask)) unit = u.seconds;
  return std::chrono::seconds(unit * (octet_ & ~unit_mask));
}
std::string GprsTimer::text() const {
  const auto v = value();
  return v ? std::to_string(v->count()) + " s" : "deactivated";
}

namespace {

// Bits 6 and 7 of a partial list's first octet; bits 1 to 5 are the number of its elements less one.
enum ListType : Byte { list_one_plmn = 0, list_consecutive = 1, list_many_plmns = 2 };

void write_partial(Writer& w, const Tai* from, std::size_t n, bool consecutive) {
  const Byte type = consecutive ? list_consecutive : list_one_plmn;
  w.u8(static_cast<Byte>(type << 5U | static_cast<Byte>(n - 1)));
  w.bytes(from->plmn.wire());
  for (std::size_t i = 0; i < (consecutive ? 1 : n); ++i) w.u(from[i].tac.value, 2);
}

// How many of `tais` from `at` on have the same PLMN, and how many of those count up by one.
struct Run {
  std::size_t same_plmn = 1;
  std::size_t consecutive = 1;
};
Run run_at(const std::vector<Tai>& tais, std::size_t at) {
  Run r;
  while (at + r.same_plmn < tais.size() && tais[at + r.same_plmn].plmn == tais[at].plmn) ++r.same_plmn;
  while (r.consecutive < r.same_plmn &&
         tais[at + r.consecutive].tac.value == tais[at].tac.value + r.consecutive)
    ++r.consecutive;
  return r;
}

bool read_partial(Reader& r, std::vector<Tai>& out) {
  const auto head = r.u("list type", 1);
  if (!head) return false;
  const std::size_t n = (*head & 0x1FU) + 1;
  const auto type = static_cast<Byte>(*head >> 5U & 3U);
  if (type > list_many_plmns || out.size() + n > tai_list_max) return false;
  std::optional<PlmnId> plmn;
  std::uint64_t tac = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (i == 0 || type == list_many_plmns) {
      const auto octets = r.take("PLMN", 3);
      if (!octets) return false;
      const auto p = PlmnId::from_wire(*octets);
      if (!p) return false;
      plmn = *p;
    }
    if (i == 0 || type != list_consecutive) {
      const auto t = r.u("TAC", 2);
      if (!t) return false;
      tac = *t;
    } else if (++tac > 0xFFFF) {
      return false;
    }
    out.push_back(Tai{*plmn, Tac{static_cast<std::uint16_t>(tac)}});
  }
  return true;
}

}  // namespace

bool TaiList::contains(const Tai& t) const { return std::find(tais.begin(), tais.end(), t) != tais.end(); }

std::optional<TaiList> TaiList::parse(Bytes value) {
  Reader r("TAI list", value);
  TaiList out;
  while (!r.empty())
    if (!read_partial(r, out.tais)) return std::nullopt;
  return out.tais.empty() ? std::nullopt : std::optional<TaiList>(std::move(out));
}

void TaiList::write(Writer& w) const {
  assert(!tais.empty() && tais.size() <= tai_list_max);
  for (std::size_t at = 0; at < tais.size();) {
    const Run r = run_at(tais, at);
    const bool consecutive = r.consecutive > 1 && r.consecutive == r.same_plmn;
    write_partial(w, &tais[at], r.same_plmn, consecutive);
    at += r.same_plmn;
  }
}

std::string TaiList::text() const {
  std::string out;
  for (const Tai& t : tais) out += (out.empty() ? "" : ", ") + to_string(t);
  return out;
}

}  // namespace baton::wire::nas
