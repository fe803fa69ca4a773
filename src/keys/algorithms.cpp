#include "keys/algorithms.h"

namespace baton {

std::string_view to_string(Eea a) {
  switch (a) {
    case Eea::eea0: return "EEA0";
    case Eea::eea1: return "EEA1";
    case Eea::eea2: return "EEA2";
    case Eea::eea3: return "EEA3";
  }
  return "?";
}

std::string_view to_string(Eia a) {
  switch (a) {
    case Eia::eia0: return "EIA0";
    case Eia::eia1: return "EIA1";
    case Eia::eia2: return "EIA2";
    case Eia::eia3: return "EIA3";
  }
  return "?";
}

std::optional<Eea> eea_from(Byte number) {
  if (number > static_cast<Byte>(Eea::eea3)) return std::nullopt;
  return static_cast<Eea>(number);
}

std::optional<Eia> eia_from(Byte number) {
  if (number > static_cast<Byte>(Eia::eia3)) return std::nullopt;
  return static_cast<Eia>(number);
}

std::optional<Chosen> choose(AlgorithmCapability ue, std::span<const Eea> ciphering_order,
                             std::span<const Eia> integrity_order) {
  std::optional<Eia> integrity;
  for (const Eia a : integrity_order)
    if (!integrity && a != Eia::eia0 && ue.has(a)) integrity = a;

  std::optional<Eea> ciphering;
  bool null_allowed = false;
  for (const Eea a : ciphering_order) {
    if (a == Eea::eea0)
      null_allowed = true;
    else if (!ciphering && ue.has(a))
      ciphering = a;
  }
  if (!ciphering && null_allowed && ue.has(Eea::eea0)) ciphering = Eea::eea0;

  if (!integrity || !ciphering) return std::nullopt;
  return Chosen{*ciphering, *integrity};
}

}  // namespace baton
