// short_mac_i.h: the 16 bits by which a UE proves that a broken radio connection was its own.
#pragma once

#include <cstdint>

#include "base/expected.h"
#include "context/algorithms.h"
#include "ids/location.h"
#include "keys/derive_eps.h"
#include "keys/types.h"

namespace baton::context {

/// short_mac_i is made with the keys of the connection that broke. `cell` is the cell in which the UE asks,
/// `pci` and `c_rnti` are those of the cell and the name it had before. NotBuilt as for integrity().
//= TS 36.331, 5.3.7.4
Expected<std::uint16_t, NotBuilt> short_mac_i(Eia algorithm, const KrrcInt& key, const Ecgi& cell, Pci pci,
                                              std::uint16_t c_rnti);

}  // namespace baton::context
