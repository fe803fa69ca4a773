// subscriber.h: what an HSS knows of a subscriber.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "context/kasme_memory.h"
#include "ids/endpoint.h"
#include "ids/plmn_id.h"
#include "ids/subscriber_id.h"
#include "keys/types.h"

namespace baton::context {

/// SubscriberRecord is one subscription: the secrets, the sequence number, the profile, and where the
/// subscriber is. It is what the store keeps; K and OPc leave it for the AuC functions only.
struct SubscriberRecord {
  Imsi imsi;
  K k;
  Opc opc;
  Amf amf{{0x80, 0x00}};  ///< separation bit set, TS 33.401, 6.1.1

  /// seq_reserved is the highest SEQ that may have left in a vector: everything up to it counts as used
  /// after a crash. It is durable before a vector with such a SEQ leaves. TS 33.102, annex C.
  std::uint64_t seq_reserved = 0;
  std::uint32_t ind_bits = 5;

  // Profile. TS 29.272, 7.3.2.
  std::string apn = "internet";
  std::uint8_t qci = 9;
  std::uint32_t ambr_up_bps = 50'000'000;
  std::uint32_t ambr_down_bps = 100'000'000;
  std::string msisdn{};  ///< digits, may be empty

  // Where the subscriber is. TS 23.008, 2.4.
  std::optional<DiameterIdentity> mme_host{};
  std::optional<DiameterIdentity> mme_realm{};
  bool purged = false;

  /// Which KASME is in use, where the policy has the home network know it. (S0.D6)
  KasmeMemory kasme{};

  /// version is how often the record was written when it was loaded: a store writes it only over the same
  /// version. 0: only if there is none yet. Nothing: over whatever is there.
  std::optional<std::uint64_t> version{};

  /// copy duplicates the record on purpose: the store keeps one while a node works on another.
  SubscriberRecord copy() const;
};

}  // namespace baton::context
