#include "keys/aka_secret.h"

#include "base/cases.h"

namespace baton {

std::string_view to_string(AkaAlgorithm a) {
  switch (a) {
    case AkaAlgorithm::milenage: return "milenage";
    case AkaAlgorithm::tuak: return "tuak";
    case AkaAlgorithm::test: return "test";
  }
  return "?";
}

AkaAlgorithm algorithm_of(const AkaSecret& secret) { return static_cast<AkaAlgorithm>(secret.index()); }

bool sound(const AkaSecret& secret) {
  const auto* tuak = std::get_if<TuakSecret>(&secret);
  if (tuak == nullptr) return true;
  const bool k = tuak->k.size() == 16 || tuak->k.size() == 32;
  const bool res = tuak->res_octets == 4 || tuak->res_octets == 8 || tuak->res_octets == 16;
  return k && res && tuak->iterations >= 1;
}

AkaSecret clone(const AkaSecret& secret) {
  return std::visit(
      Cases{[](const MilenageSecret& s) {
              return AkaSecret(MilenageSecret{s.k.clone(), s.opc.clone()});
            },
            [](const TuakSecret& s) {
              return AkaSecret(TuakSecret{s.k.clone(), s.topc.clone(), s.res_octets, s.iterations});
            },
            [](const TestSecret& s) { return AkaSecret(TestSecret{s.k.clone()}); }},
      secret);
}

}  // namespace baton
