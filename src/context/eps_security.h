// eps_security.h: an EPS security context: KASME, the NAS keys and the NAS COUNTs, and what they protect.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/expected.h"
#include "crypto/direction.h"
#include "keys/algorithms.h"
#include "keys/derive_eps.h"
#include "keys/nas_count.h"
#include "keys/types.h"
#include "wire/nas/security.h"

namespace baton::context {

/// Side says at which end a context is held, and with that which COUNT is the own one.
enum class Side : Byte { ue, network };
constexpr crypto::Direction sends(Side s) {
  return s == Side::ue ? crypto::Direction::uplink : crypto::Direction::downlink;
}
constexpr crypto::Direction receives(Side s) {
  return s == Side::ue ? crypto::Direction::downlink : crypto::Direction::uplink;
}

/// The security header types of protected NAS messages.
//= TS 24.301, 9.3.1
enum class NasSecurityHeader : Byte {
  plain = 0,
  integrity = 1,
  ciphered = 2,
  integrity_new_context = 3,  ///< only the Security Mode Command
  ciphered_new_context = 4,   ///< only the Security Mode Complete
};

/// Why a NAS message was refused. State is as before it, whichever it is.
enum class NasRefusal : Byte {
  no_keys,         ///< the context has no NAS keys yet
  malformed,       ///< too short, or not EMM
  header_type,     ///< a security header type that has no place here
  count_spent,     ///< there is no COUNT left, or none with this sequence number
  bad_mac,         ///< forged, broken, replayed, or under another key
  not_built,       ///< the algorithm is not built in
  null_integrity,  ///< EIA0, and the policy does not allow it
  no_kasme,        ///< it would take KASME, which another MME has kept (S3.D6)
};
std::string_view to_string(NasRefusal r);

/// NullIntegrity is policy. `allow` is for emergency calls without authentication, nothing else.
//= TS 33.401, 5.1.4.1
enum class NullIntegrity : Byte { refuse, allow };

/// HandoverRoot is K_HO as another MME gave it.
//= S3.D6
struct HandoverRoot {
  Kho kho;
  bool raw = false;  ///< it was made by the raw reading, and KeNB*+ is to be (S3.D2)
};
/// Delegated is what an MME is given in the place of KASME: what serves a handover and speaks NAS. Nothing
/// else can be made of it, of the keys of the radio and of NAS.
//= S3.D6
struct Delegated {
  HandoverRoot root;
  KnasEnc knas_enc;
  KnasInt knas_int;
};

/// EpsSecurityContext protects and verifies the NAS messages of one UE under one KASME.
///
/// It begins partial (after AKA: no NAS keys, counts 0). `activate`, at the security mode procedure, makes
/// it full. At an MME to which another one has delegated a UE it is full from the beginning and has K_HO in
/// the place of KASME: there is no other algorithm, NH or KeNB to be had of it. A message that is refused
/// moves no count and changes nothing else; every COUNT is accepted at most once (with EIA0 there is no such
/// promise: TS 33.401, 6.5). Move-only; all keys are wiped with it.
//= TS 33.401, 6.3 and 6.4; TS 24.301, 4.4
class EpsSecurityContext {
 public:
  /// A partial native context from AKA.
  EpsSecurityContext(Side side, Kasme kasme, wire::nas::Ksi ksi,
                     wire::nas::UeSecurityCapability capability = {},
                     NullIntegrity null_integrity = NullIntegrity::refuse);

  /// A full context at the network without its KASME.
  //= S3.D6
  EpsSecurityContext(Delegated given, Chosen algorithms, wire::nas::Ksi ksi,
                     wire::nas::UeSecurityCapability capability);

  /// activate takes algorithms into use and derives their keys. Counts go on where they are: 0 for a
  /// context fresh from AKA, further on for a change of algorithms under the same KASME.
  Expected<Ok, NasRefusal> activate(Chosen algorithms);
  bool active() const { return knas_int_.has_value(); }

  /// protect wraps a plain NAS message and moves the own count. Types `integrity` and
  /// `integrity_new_context` leave the text readable, the other two cipher it.
  Expected<ByteVector, NasRefusal> protect(NasSecurityHeader type, Bytes plain);

  /// unprotect verifies a protected NAS message and gives the plain one. Any type but a Service Request;
  /// type 3 only at the UE, type 4 only at the network.
  Expected<ByteVector, NasRefusal> unprotect(Bytes pdu);

  /// unprotect_command is the UE's way to take a Security Mode Command: `algorithms` are those it read in
  /// the command's still readable text (text_of). They are taken into use only if the MAC is right.
  //= TS 24.301, 5.4.3.3
  Expected<ByteVector, NasRefusal> unprotect_command(Bytes pdu, Chosen algorithms);

  /// service_request makes the four octets of a Service Request and moves the own count.
  //= TS 24.301, 8.2.25 and 9.9.3.28
  Expected<ByteVector, NasRefusal> service_request();
  /// verify_service_request checks one at the network; the COUNT it had is then last_received().
  Expected<Ok, NasRefusal> verify_service_request(Bytes pdu);

  // For the ledger and for derivations.
  /// Null where another MME has kept it. A UE always has it.
  const Kasme* kasme() const { return std::get_if<Kasme>(&root_); }
  /// K_HO as another MME gave it; null where KASME is here to make it of.
  const HandoverRoot* handover_root() const { return std::get_if<HandoverRoot>(&root_); }
  const KnasEnc* knas_enc() const { return knas_enc_ ? &*knas_enc_ : nullptr; }  ///< null while partial
  const KnasInt* knas_int() const { return knas_int_ ? &*knas_int_ : nullptr; }  ///< null while partial
  wire::nas::Ksi ksi() const { return ksi_; }
  Chosen algorithms() const { return algorithms_; }  ///< meaningful when active()
  const wire::nas::UeSecurityCapability& capability() const { return capability_; }
  void set_capability(const wire::nas::UeSecurityCapability& c) { capability_ = c; }
  Side side() const { return side_; }

  const NasCounter& sending() const { return sending_; }
  const NasCounter& receiving() const { return receiving_; }
  /// The COUNT of the last message accepted or sent; nothing when there was none.
  std::optional<NasCount> last_received() const { return receiving_.last(); }
  std::optional<NasCount> last_sent() const { return sending_.last(); }
  const NasCounter& uplink() const { return side_ == Side::ue ? sending_ : receiving_; }
  const NasCounter& downlink() const { return side_ == Side::ue ? receiving_ : sending_; }

  /// The COUNT of the last uplink message that can make AS security start: Security Mode Complete, Service
  /// Request (extended too), TAU Request, Attach Request. What the UE says in between does not count.
  //= TS 33.401, 7.2.6.2
  std::optional<UplinkNasCount> kenb_count() const { return kenb_count_; }
  /// kenb derives KeNB from that COUNT; nothing when there was no such message yet, or no KASME is here.
  std::optional<Kenb> kenb() const;

  /// clone is for non-volatile memory: the one place where a context exists twice.
  [[nodiscard]] EpsSecurityContext clone() const;

  /// set_counts is for a context that was kept or transferred: the first COUNT to use in each direction.
  void set_counts(NasCounter uplink, NasCounter downlink);

 private:
  struct Keys {
    KnasEnc enc;
    KnasInt integrity;
  };
  Expected<Keys, NasRefusal> derive(Chosen algorithms) const;
  Expected<ByteVector, NasRefusal> open(Bytes pdu, Chosen algorithms, const KnasEnc& enc,
                                        const KnasInt& integrity);
  void note_uplink(Bytes plain, NasCount count);

  Side side_;
  NullIntegrity null_integrity_;
  wire::nas::Ksi ksi_;
  wire::nas::UeSecurityCapability capability_;
  Chosen algorithms_;
  std::variant<Kasme, HandoverRoot> root_;
  std::optional<KnasEnc> knas_enc_;
  std::optional<KnasInt> knas_int_;
  NasCounter sending_;
  NasCounter receiving_;
  std::optional<UplinkNasCount> kenb_count_;
};

/// header_of reads the security header type of an EMM message without judging it; nothing when it is empty
/// or not EMM. A Service Request (12) and what later releases reserve come out as they are.
std::optional<Byte> header_of(Bytes pdu);
/// text_of is the message inside a protected one as it stands there, readable if it is not ciphered;
/// empty when there is none. Nothing about it has been verified.
Bytes text_of(Bytes pdu);
/// service_request_ksi is the key set identifier in a Service Request; nothing when it is not one.
std::optional<Byte> service_request_ksi(Bytes pdu);

}  // namespace baton::context
