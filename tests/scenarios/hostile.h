// hostile.h: a recorded life of a UE, and what a hostile neighbour makes of its messages.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lab/cast.h"

namespace baton::lab {

/// Kind is one kind of message as it crossed a wire, with an example.
struct Kind {
  std::string name;  ///< where it goes and what it is
  WireTap tap;
};

/// life is one whole life of a UE, each kind of message once: attach, idle, service request, tracking area
/// update in another cell, paging, detach. All networks of the same seed use the same identifiers, so what
/// is heard in one fits another.
const std::vector<Kind>& life();

/// Attitude says what a mutation may do.
enum class Attitude : Byte {
  invalid,    ///< nobody can read it or nobody believes it: it changes nothing
  different,  ///< a trusted neighbour might have sent it: it may act, and the network recovers
};
/// attitude_of judges octets that arrive where `like` was heard.
Attitude attitude_of(const WireTap& like, const ByteVector& octets);

/// deliver puts octets on the wire on which `like` was heard, as if its sender had sent them. A link that
/// broke is given time to come back first. False: it did not.
bool deliver(Cast& cast, const WireTap& like, ByteVector octets);

/// standing is everything about the victim (UE 0) and the size of every table that a message which nobody
/// can read must leave alone, as text for whoever reads a failed test.
std::string standing(Cast& cast);
/// tables are the sizes alone.
std::string tables(Cast& cast);

/// serves: the victim can be released, called back, update and be paged, and its keys agree.
bool serves(Cast& cast);
/// recovers lets time pass and does what the victim's owner would; true when it is served again and
/// nothing of the disturbance is left in any table. (`sessions` at most at the UPE: those that its own MME
/// asked for in other subscribers' names stay until that MME deletes them or restarts.)
bool recovers(Cast& cast, std::size_t sessions = 1);

/// A network with the victim attached; idle if asked.
std::unique_ptr<Cast> victim_network(bool idle);

// What a hostile neighbour makes of a message.
/// cuts are all its beginnings, the empty one too.
std::vector<ByteVector> cuts(const ByteVector& m);
/// flips are all single-bit flips, or `most` of them drawn with `seed` where there are more.
std::vector<ByteVector> flips(const ByteVector& m, std::size_t most, std::uint64_t seed);
/// lies puts 0, 1, 7F, 80, FF in the place of each octet (at most `most`): lengths, counts and tags among
/// them are then wrong.
std::vector<ByteVector> lies(const ByteVector& m, std::size_t most, std::uint64_t seed);
/// swollen are longer ones: with octets behind, and up to the largest a wire carries.
std::vector<ByteVector> swollen(const ByteVector& m);

}  // namespace baton::lab
