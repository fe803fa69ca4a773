// config.h: what an operator decides about an eNB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "context/policy.h"
#include "ids/endpoint.h"
#include "ids/location.h"
#include "keys/algorithms.h"
#include "keys/derive_eps.h"
#include "keys/ledger.h"
#include "node/enb/limits.h"

namespace baton::node::enb {

struct MmePeer {
  std::string name = "mme";  ///< as it stands in the ledger
  Endpoint endpoint;
};

/// Cell is the one cell of this eNB.
struct Cell {
  Ecgi id;
  Tac tac;
  Pci pci;
  std::uint32_t earfcn_dl = 0;  ///< 0 to EarfcnDl::max
};

/// Neighbour is a cell of another eNB that a UE may report as the better one, and where it is on S1. A cell
/// that is not listed is never handed over to.
struct Neighbour {
  Pci pci;
  std::uint32_t earfcn_dl = 0;  ///< 0 to EarfcnDl::max
  MacroEnbId enb;
  Tai tai;
  Ecgi cell;
  /// Where that eNB takes UEs without the core's help, if it does. Keys travel there in the clear: only the
  /// lab has such neighbours, no topology can name one (docs/extensions.md).
  std::optional<Endpoint> x2{};
};

struct Config {
  std::string name = "enb";  ///< the node's name, also the eNB Name of S1 Setup
  KeyIdKey id_key;
  MacroEnbId id;
  Cell cell;
  std::vector<PlmnId> plmns;  ///< broadcast by the cell, 1 to 6; the first is the one of the cell's TAI
  std::vector<MmePeer> mmes;  ///< at most mmes_max
  std::vector<Neighbour> neighbours;  ///< at most neighbours_max
  Ipv4 gtpu;                          ///< our own S1-U address, the downlink end of every E-RAB

  /// Algorithms by preference. EEA0 is used only if it is listed and nothing else fits; EIA0 never.
  std::vector<Eea> ciphering_order{Eea::eea2};
  std::vector<Eia> integrity_order{Eia::eia2};

  /// A UE that is silent for so long is released (cause: user inactivity). 0: never.
  Duration inactivity{};
  std::size_t ue_limit = ues_max;
  std::size_t c_rnti_limit = c_rntis_max;  ///< names in use at once

  /// How keys are treated in a move; `final` announces nothing.
  context::SecurityPolicy policy{};

  Tai tai() const { return {plmns.front(), cell.tac}; }
};

}  // namespace baton::node::enb
