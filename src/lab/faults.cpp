#include "lab/faults.h"

namespace baton::lab {

std::optional<Chance> Chance::percent(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  constexpr std::uint32_t one_percent = certain / 100;
  std::uint64_t value = 0;
  std::uint32_t unit = one_percent;  // of the digit just read
  bool point = false, digit = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    digit = true;
    const auto n = static_cast<std::uint32_t>(c - '0');
    if (point) {
      unit /= 10;
      if (unit == 0) return std::nullopt;
      value += std::uint64_t{n} * unit;
    } else {
      value = value * 10 + std::uint64_t{n} * one_percent;
    }
    if (value > certain) return std::nullopt;
  }
  if (!digit) return std::nullopt;
  return Chance{static_cast<std::uint32_t>(value)};
}

std::string Chance::to_string() const {
  constexpr std::uint32_t one_percent = certain / 100;
  std::string out = std::to_string(per_million / one_percent);
  if (std::uint32_t rest = per_million % one_percent; rest != 0) {
    std::string places = std::to_string(rest + one_percent).substr(1);
    while (places.ends_with('0')) places.pop_back();
    out += "." + places;
  }
  return out + "%";
}

std::string_view to_string(FaultKind kind) {
  switch (kind) {
    case FaultKind::loss: return "loss";
    case FaultKind::duplicate: return "duplicate";
    case FaultKind::reorder: return "reorder";
    case FaultKind::delay: return "delay";
    case FaultKind::break_link: return "break";
    case FaultKind::crash: return "crash";
    case FaultKind::partition: return "partition";
  }
  return "?";
}

// A draw of 32 bits is uniform enough over a million: one in 4295 millionths.
bool Mischief::strikes(Chance chance) {
  if (chance.per_million == 0) return false;
  return dice_.u32() % Chance::certain < chance.per_million;
}

Duration Mischief::up_to(Duration most) {
  const auto n = most.count();
  if (n <= 1) return Duration{1};
  return Duration{1 + dice_.u32() % n};
}

}  // namespace baton::lab
