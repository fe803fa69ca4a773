// algorithms.h: the EPS algorithms and the choice among them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace baton {

//= TS 33.401, 5.1.3.2
enum class Eea : Byte { eea0 = 0, eea1 = 1, eea2 = 2, eea3 = 3 };
//= TS 33.401, 5.1.4.2
enum class Eia : Byte { eia0 = 0, eia1 = 1, eia2 = 2, eia3 = 3 };

std::string_view to_string(Eea a);  ///< "EEA0" to "EEA3"
std::string_view to_string(Eia a);

/// The algorithm of a number from the wire; nothing for 4 to 7 and beyond.
std::optional<Eea> eea_from(Byte number);
std::optional<Eia> eia_from(Byte number);

/// AlgorithmCapability is what a UE says it can do: bit 80 (hexadecimal) is algorithm 0, bit 01 algorithm 7.
//= TS 24.301, 9.9.3.36
struct AlgorithmCapability {
  Byte eea = 0;
  Byte eia = 0;
  bool has(Eea a) const { return (eea & (0x80U >> static_cast<unsigned>(a))) != 0; }
  bool has(Eia a) const { return (eia & (0x80U >> static_cast<unsigned>(a))) != 0; }
  friend bool operator==(const AlgorithmCapability&, const AlgorithmCapability&) = default;
};

struct Chosen {
  Eea eea{};
  Eia eia{};
  friend bool operator==(const Chosen&, const Chosen&) = default;
};

/// choose takes the first of each order that the UE has. Null ciphering is taken only when nothing else in
/// the order fits, wherever it stands there, and only if it stands there; null integrity is never taken.
/// Nothing when there is no choice.
//= TS 33.401, 7.2.4.3.1
std::optional<Chosen> choose(AlgorithmCapability ue, std::span<const Eea> ciphering_order,
                             std::span<const Eia> integrity_order);

}  // namespace baton
