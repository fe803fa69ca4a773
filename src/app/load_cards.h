// load_cards.h: what a load generator knows of its subscribers: their numbers, the last challenge of each,
// and their cards where it was given the keys.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "context/subscriber.h"
#include "ids/plmn_id.h"
#include "keys/usim.h"

namespace baton::app {

struct LoadReport;

class LoadCards {
 public:
  LoadCards() = default;
  /// The cards (of MILENAGE, HssLoad::check has looked), or else `count` subscribers with consecutive numbers
  /// from `first_imsi` on.
  LoadCards(const std::vector<context::SubscriberRecord>& cards, std::uint64_t first_imsi, std::size_t count);

  std::size_t size() const { return last_rand_.size(); }
  bool known() const { return !cards_.empty(); }
  /// put_imsi writes the fifteen digits of a subscriber.
  void put_imsi(std::size_t subscriber, MutableBytes digits) const;

  /// look reads the vectors of a successful AIA and adds to the report what it finds.
  void look(std::size_t subscriber, Bytes aia, const PlmnId& plmn, std::uint32_t wanted, LoadReport& report);
  /// has_subscription: a successful ULA brings Subscription-Data.
  static bool has_subscription(Bytes ula);

 private:
  std::uint64_t first_imsi_ = 0;
  std::vector<std::uint64_t> last_rand_;  ///< the first eight octets
  std::vector<std::string> imsi_;         ///< where the cards say
  std::vector<Usim> cards_;
};

}  // namespace baton::app
