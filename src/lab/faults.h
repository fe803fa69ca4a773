// faults.h: what goes wrong on the lab's wires and with its nodes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "lab/seeded_entropy.h"
#include "peer/world.h"

namespace baton::lab {

/// Chance is a probability in millionths, so that no compiler rounds it differently.
struct Chance {
  static constexpr std::uint32_t certain = 1'000'000;
  std::uint32_t per_million = 0;  ///< 0 to `certain`
  /// percent reads "2", "2%", "0.05%": percent with at most four places. Nothing when it is not that, or
  /// more than 100.
  static std::optional<Chance> percent(std::string_view text);
  std::string to_string() const;  ///< "0.05%"
  friend constexpr auto operator<=>(const Chance&, const Chance&) = default;
};

/// Faults are drawn for every message. UDP (GTP-C) and the radio hop have no promise to break; SCTP and TCP
/// deliver in order and once, or the link breaks. Nodes crash only if somebody said how to build them anew.
struct Faults {
  // For each datagram.
  Chance loss;       ///< it never arrives
  Chance duplicate;  ///< it arrives a second time, up to `reorder_by` later
  Chance reorder;    ///< it arrives up to `reorder_by` later, so that others overtake it
  // For each message.
  Chance delay;  ///< it arrives up to `delay_max` later; on a link, so does everything behind it
  /// For each message on a link: the link is gone with it, and neither end can tell whether it arrived.
  Chance break_link;
  /// For each message that a node is given: the node is gone before it, or after it and what it did about it.
  Chance crash;
  /// For each message: its two nodes do not reach each other for `apart_for`.
  Chance partition;

  Duration reorder_by = 30ms;
  Duration delay_max = 500ms;
  Duration down_for = 10s;
  Duration apart_for = 5s;

  bool any() const {
    return loss.per_million + duplicate.per_million + reorder.per_million + delay.per_million +
               break_link.per_million + crash.per_million + partition.per_million !=
           0;
  }
};

enum class FaultKind : Byte { loss, duplicate, reorder, delay, break_link, crash, partition };
inline constexpr std::size_t fault_kinds = 7;
inline constexpr std::array all_fault_kinds{FaultKind::loss,     FaultKind::duplicate,  FaultKind::reorder,
                                            FaultKind::delay,    FaultKind::break_link, FaultKind::crash,
                                            FaultKind::partition};
std::string_view to_string(FaultKind kind);

/// Seats are numbered in the order in which nodes were added.
using SeatNumber = std::uint32_t;
inline constexpr SeatNumber nobody = 0xFFFF'FFFF;
/// Subject says for whom something happens: the UE's seat, handed on from each event to what follows from
/// it, or `nobody`.
using Subject = SeatNumber;

/// FaultEntry is one line of the fault log.
struct FaultEntry {
  Instant at;
  FaultKind kind{};
  peer::Port port{};  ///< of the message that drew it
  SeatNumber from = nobody;
  SeatNumber to = nobody;  ///< of a crash, who crashed
  Subject subject = nobody;
  Duration by{};  ///< of a delay or a reordering; how long a crash or a partition lasts
  friend bool operator==(const FaultEntry&, const FaultEntry&) = default;
};

/// Mischief draws the faults, from a generator of its own.
class Mischief {
 public:
  explicit Mischief(std::uint64_t seed = 0) : dice_(seed, "faults") {}
  void set(Faults faults) { faults_ = faults; }
  const Faults& faults() const { return faults_; }
  /// strikes draws once; never when the chance is 0.
  bool strikes(Chance chance);
  /// up_to draws a time from 1 us to `most`.
  Duration up_to(Duration most);
  bool coin() { return dice_.u32() % 2 != 0; }

 private:
  Faults faults_;
  SeededEntropy dice_;
};

}  // namespace baton::lab
