// messages.h: the RRC stand-in's messages. Each takes the name and the purpose of its model in TS 36.331
// and carries only what Baton's UE and eNB decide by. The encoding is Baton's own (codec.h): a type octet,
// then the rows of `layout()` in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "ids/endpoint.h"
#include "ids/location.h"
#include "wire/cursor.h"
#include "wire/rrc/frame.h"
#include "wire/rrc/limits.h"

namespace baton::wire::rrc {

/// Row is one line of a message's table: the field's name and the member that holds it.
template <class M, class T>
struct Row {
  std::string_view name;
  T M::*at;
};
template <class M, class T>
Row(const char*, T M::*) -> Row<M, T>;

// --- values -------------------------------------------------------------------------------------

/// RandomValue identifies a UE without an S-TMSI for the length of one connection request: 40 bits.
struct RandomValue {
  static constexpr std::uint64_t max = 0xFF'FFFF'FFFF;
  std::uint64_t value = 0;
  friend bool operator==(const RandomValue&, const RandomValue&) = default;
};
using InitialIdentity = std::variant<RandomValue, STmsi>;

/// TS 36.331, 6.2.2, EstablishmentCause.
enum class EstablishmentCause : Byte {
  emergency,
  high_priority_access,
  mt_access,
  mo_signalling,
  mo_data,
};
/// TS 36.331, 6.2.2, ReleaseCause.
enum class ReleaseCause : Byte { load_balancing_tau_required, other };

/// AsAlgorithms are the numbers of the AS algorithms (TS 33.401, 5.1.3.2 and 5.1.4.2): 0 to 3.
struct AsAlgorithms {
  static constexpr Byte max = 3;
  Byte eea = 0;
  Byte eia = 0;
  friend bool operator==(const AsAlgorithms&, const AsAlgorithms&) = default;
};

/// Ncc is a next hop chaining count: 0 to 7 (TS 33.401, 7.2.8.1).
struct Ncc {
  static constexpr Byte max = 7;
  Byte value = 0;
  friend bool operator==(const Ncc&, const Ncc&) = default;
};

/// DrbToAdd is one data radio bearer: its EPS bearer (5 to 15) and its own number (1 to 32).
struct DrbToAdd {
  Byte eps_bearer = 5;
  Byte drb = 1;
  friend bool operator==(const DrbToAdd&, const DrbToAdd&) = default;
};

/// KeyRefresh says that KeNB follows from KeNB* and the new C-RNTI, and how; without it the NCC says how.
//= S3.P7
struct KeyRefresh {
  bool star_plus = false;     ///< KeNB*+ in the place of KeNB*
  bool earfcn_bound = false;  ///< KeNB* is bound to the carrier too (S3.D1)
  bool raw = false;           ///< S3.D2
  friend bool operator==(const KeyRefresh&, const KeyRefresh&) = default;
};

/// MobilityControl sends the UE to another cell and says how its keys follow (TS 33.401, 7.2.8).
struct MobilityControl {
  static constexpr std::uint16_t pci_max = 503;
  static constexpr Byte ncc_max = Ncc::max;
  std::uint16_t target_pci = 0;  ///< 0 to 503
  std::uint32_t earfcn_dl = 0;
  CRnti c_rnti;                            ///< the UE's name in the target cell
  bool key_change_indicator = false;       ///< a new KeNB from a new KASME (re-key on the fly)
  Byte next_hop_chaining_count = 0;        ///< 0 to 7
  std::optional<AsAlgorithms> algorithms;  ///< absent: as before
  std::optional<KeyRefresh> refresh{};     ///< absent: TS 33.401
  /// The handover container, 1 to handover_container_octets_max octets. The source eNB adds it. (S3.D4a)
  std::optional<ByteVector> container{};
  friend bool operator==(const MobilityControl&, const MobilityControl&) = default;
};

// --- broadcast ----------------------------------------------------------------------------------

/// Camp: UE to eNB. "I listen here." The eNB remembers where the datagram came from, for paging, and
/// answers with CellInformation. It stands for what a UE reads off the air without sending anything.
struct Camp {
  std::optional<STmsi> s_tmsi;

  static constexpr Byte type = 0x01;
  static constexpr std::string_view name = "Camp";
  static constexpr auto layout() { return std::tuple{Row{"S-TMSI", &Camp::s_tmsi}}; }
  friend bool operator==(const Camp&, const Camp&) = default;
};

/// CellInformation: eNB to UE. What the system information blocks of a cell say.
struct CellInformation {
  PlmnId plmn;
  Tac tac;
  Ecgi cell;
  std::uint16_t pci = 0;
  std::uint32_t earfcn_dl = 0;
  MacroEnbId enb;

  static constexpr Byte type = 0x02;
  static constexpr std::string_view name = "CellInformation";
  template <class M = CellInformation>
  static constexpr auto layout() {
    return std::tuple{Row{"PLMN", &M::plmn}, Row{"TAC", &M::tac},          Row{"ECGI", &M::cell},
                      Row{"PCI", &M::pci},   Row{"EARFCN", &M::earfcn_dl}, Row{"eNB ID", &M::enb}};
  }
  friend bool operator==(const CellInformation&, const CellInformation&) = default;
};

/// Paging: eNB to UE. Every UE whose S-TMSI is listed answers with a service request.
struct Paging {
  std::vector<STmsi> records;

  static constexpr Byte type = 0x03;
  static constexpr std::string_view name = "Paging";
  static constexpr auto layout() { return std::tuple{Row{"paging records", &Paging::records}}; }
  friend bool operator==(const Paging&, const Paging&) = default;
};

// --- SRB0 ---------------------------------------------------------------------------------------

/// ConnectionRequest: UE to eNB, sent again at T300 until Setup or Reject comes.
struct ConnectionRequest {
  InitialIdentity identity;
  EstablishmentCause cause{};

  static constexpr Byte type = 0x10;
  static constexpr std::string_view name = "ConnectionRequest";
  template <class M = ConnectionRequest>
  static constexpr auto layout() {
    return std::tuple{Row{"UE identity", &M::identity}, Row{"establishment cause", &M::cause}};
  }
  friend bool operator==(const ConnectionRequest&, const ConnectionRequest&) = default;
};

/// ConnectionSetup: eNB to UE. `identity` repeats the request's, so that a late answer to an earlier
/// request is not taken for this one's (LTE's contention resolution identity, TS 36.321, 6.1.3.4).
struct ConnectionSetup {
  InitialIdentity identity;
  CRnti c_rnti;

  static constexpr Byte type = 0x11;
  static constexpr std::string_view name = "ConnectionSetup";
  template <class M = ConnectionSetup>
  static constexpr auto layout() {
    return std::tuple{Row{"UE identity", &M::identity}, Row{"C-RNTI", &M::c_rnti}};
  }
  friend bool operator==(const ConnectionSetup&, const ConnectionSetup&) = default;
};

/// ConnectionReject: eNB to UE. Do not ask again for `wait_seconds` (1 to 16).
struct ConnectionReject {
  static constexpr Byte wait_max = 16;
  InitialIdentity identity;
  Byte wait_seconds = 1;

  static constexpr Byte type = 0x12;
  static constexpr std::string_view name = "ConnectionReject";
  template <class M = ConnectionReject>
  static constexpr auto layout() {
    return std::tuple{Row{"UE identity", &M::identity}, Row{"wait time", &M::wait_seconds}};
  }
  friend bool operator==(const ConnectionReject&, const ConnectionReject&) = default;
};

/// ReestablishmentRequest: UE to eNB. It was in connection with this cell under that name, and proves it by
/// 16 bits of a MAC-I under that connection's keys (TS 36.331, 5.3.7.4).
struct ReestablishmentRequest {
  CRnti c_rnti;
  std::uint16_t pci = 0;  ///< 0 to 65535; what no cell has is nobody's
  std::uint16_t short_mac_i = 0;

  static constexpr Byte type = 0x13;
  static constexpr std::string_view name = "ReestablishmentRequest";
  template <class M = ReestablishmentRequest>
  static constexpr auto layout() {
    return std::tuple{Row{"C-RNTI", &M::c_rnti}, Row{"PCI", &M::pci}, Row{"shortMAC-I", &M::short_mac_i}};
  }
  friend bool operator==(const ReestablishmentRequest&, const ReestablishmentRequest&) = default;
};

/// Reestablishment: eNB to UE. `was` repeats the request's C-RNTI; from here on the UE has another one, and
/// keys made from the old ones or from the NH of that NCC.
struct Reestablishment {
  CRnti was;
  CRnti c_rnti;
  Ncc ncc;

  static constexpr Byte type = 0x14;
  static constexpr std::string_view name = "Reestablishment";
  template <class M = Reestablishment>
  static constexpr auto layout() {
    return std::tuple{Row{"former C-RNTI", &M::was}, Row{"C-RNTI", &M::c_rnti}, Row{"NCC", &M::ncc}};
  }
  friend bool operator==(const Reestablishment&, const Reestablishment&) = default;
};

/// ReestablishmentReject: eNB to UE. Nothing is known of such a connection, or the proof is wrong.
struct ReestablishmentReject {
  CRnti was;

  static constexpr Byte type = 0x15;
  static constexpr std::string_view name = "ReestablishmentReject";
  static constexpr auto layout() { return std::tuple{Row{"former C-RNTI", &ReestablishmentReject::was}}; }
  friend bool operator==(const ReestablishmentReject&, const ReestablishmentReject&) = default;
};

// --- SRB1 and SRB2 ------------------------------------------------------------------------------

/// ConnectionSetupComplete: UE to eNB, with the first NAS message.
struct ConnectionSetupComplete {
  PlmnId selected_plmn;
  std::optional<Gummei> registered_mme;
  ByteVector nas;

  static constexpr Byte type = 0x20;
  static constexpr std::string_view name = "ConnectionSetupComplete";
  template <class M = ConnectionSetupComplete>
  static constexpr auto layout() {
    return std::tuple{Row{"selected PLMN", &M::selected_plmn}, Row{"registered MME", &M::registered_mme},
                      Row{"NAS message", &M::nas}};
  }
  friend bool operator==(const ConnectionSetupComplete&, const ConnectionSetupComplete&) = default;
};

/// DlInformationTransfer: eNB to UE, a NAS message.
struct DlInformationTransfer {
  ByteVector nas;

  static constexpr Byte type = 0x21;
  static constexpr std::string_view name = "DlInformationTransfer";
  static constexpr auto layout() { return std::tuple{Row{"NAS message", &DlInformationTransfer::nas}}; }
  friend bool operator==(const DlInformationTransfer&, const DlInformationTransfer&) = default;
};

/// UlInformationTransfer: UE to eNB, a NAS message.
struct UlInformationTransfer {
  ByteVector nas;

  static constexpr Byte type = 0x22;
  static constexpr std::string_view name = "UlInformationTransfer";
  static constexpr auto layout() { return std::tuple{Row{"NAS message", &UlInformationTransfer::nas}}; }
  friend bool operator==(const UlInformationTransfer&, const UlInformationTransfer&) = default;
};

/// SecurityModeCommand: eNB to UE. Integrity protected with the keys it announces, not ciphered
/// (TS 36.331, 5.3.4).
struct SecurityModeCommand {
  AsAlgorithms algorithms;

  static constexpr Byte type = 0x23;
  static constexpr std::string_view name = "SecurityModeCommand";
  static constexpr auto layout() {
    return std::tuple{Row{"AS algorithms", &SecurityModeCommand::algorithms}};
  }
  friend bool operator==(const SecurityModeCommand&, const SecurityModeCommand&) = default;
};

/// SecurityModeComplete: UE to eNB. Integrity protected, not ciphered.
struct SecurityModeComplete {
  static constexpr Byte type = 0x24;
  static constexpr std::string_view name = "SecurityModeComplete";
  static constexpr auto layout() { return std::tuple{}; }
  friend bool operator==(const SecurityModeComplete&, const SecurityModeComplete&) = default;
};

/// SecurityModeFailure: UE to eNB. Unprotected: the UE did not accept the keys.
struct SecurityModeFailure {
  static constexpr Byte type = 0x25;
  static constexpr std::string_view name = "SecurityModeFailure";
  static constexpr auto layout() { return std::tuple{}; }
  friend bool operator==(const SecurityModeFailure&, const SecurityModeFailure&) = default;
};

/// Reconfiguration: eNB to UE. Adds data radio bearers, carries NAS messages, or hands over.
struct Reconfiguration {
  Byte transaction = 0;
  std::vector<ByteVector> nas;
  std::vector<DrbToAdd> bearers;
  std::optional<MobilityControl> mobility;

  static constexpr Byte type = 0x26;
  static constexpr std::string_view name = "Reconfiguration";
  template <class M = Reconfiguration>
  static constexpr auto layout() {
    return std::tuple{Row{"transaction", &M::transaction}, Row{"NAS messages", &M::nas},
                      Row{"bearers to add", &M::bearers}, Row{"mobility control", &M::mobility}};
  }
  friend bool operator==(const Reconfiguration&, const Reconfiguration&) = default;
};

/// ReconfigurationComplete: UE to eNB.
struct ReconfigurationComplete {
  Byte transaction = 0;

  static constexpr Byte type = 0x27;
  static constexpr std::string_view name = "ReconfigurationComplete";
  static constexpr auto layout() {
    return std::tuple{Row{"transaction", &ReconfigurationComplete::transaction}};
  }
  friend bool operator==(const ReconfigurationComplete&, const ReconfigurationComplete&) = default;
};

/// ConnectionRelease: eNB to UE. Back to idle; the AS keys die here.
struct ConnectionRelease {
  ReleaseCause cause = ReleaseCause::other;

  static constexpr Byte type = 0x28;
  static constexpr std::string_view name = "ConnectionRelease";
  static constexpr auto layout() { return std::tuple{Row{"release cause", &ConnectionRelease::cause}}; }
  friend bool operator==(const ConnectionRelease&, const ConnectionRelease&) = default;
};

/// MeasurementReport: UE to eNB. The cell named is better than this one.
struct MeasurementReport {
  std::uint16_t pci = 0;
  std::uint32_t earfcn_dl = 0;

  static constexpr Byte type = 0x29;
  static constexpr std::string_view name = "MeasurementReport";
  template <class M = MeasurementReport>
  static constexpr auto layout() {
    return std::tuple{Row{"PCI", &M::pci}, Row{"EARFCN", &M::earfcn_dl}};
  }
  friend bool operator==(const MeasurementReport&, const MeasurementReport&) = default;
};

/// ReestablishmentComplete: UE to eNB, the first message under the keys that follow a Reestablishment.
struct ReestablishmentComplete {
  static constexpr Byte type = 0x2A;
  static constexpr std::string_view name = "ReestablishmentComplete";
  static constexpr auto layout() { return std::tuple{}; }
  friend bool operator==(const ReestablishmentComplete&, const ReestablishmentComplete&) = default;
};

// --- between eNBs -------------------------------------------------------------------------------

/// HandoverPreparation: source eNB to target eNB, inside S1AP's source-to-target container. What the target
/// has to know of the radio connection; keys are not among it (TS 36.331, 10.2.2,
/// HandoverPreparationInformation).
struct HandoverPreparation {
  Endpoint radio;         ///< where the UE listens; LTE's random access tells that
  CRnti c_rnti;           ///< the UE's name in the source cell
  std::uint16_t pci = 0;  ///< of the source cell
  AsAlgorithms algorithms;
  std::vector<DrbToAdd> bearers;

  static constexpr Byte type = 0x30;
  static constexpr std::string_view name = "HandoverPreparation";
  template <class M = HandoverPreparation>
  static constexpr auto layout() {
    return std::tuple{Row{"radio address", &M::radio}, Row{"C-RNTI", &M::c_rnti}, Row{"PCI", &M::pci},
                      Row{"AS algorithms", &M::algorithms}, Row{"bearers", &M::bearers}};
  }
  friend bool operator==(const HandoverPreparation&, const HandoverPreparation&) = default;
};

using Message =
    std::variant<Camp, CellInformation, Paging, ConnectionRequest, ConnectionSetup, ConnectionReject,
                 ReestablishmentRequest, Reestablishment, ReestablishmentReject, ConnectionSetupComplete,
                 DlInformationTransfer, UlInformationTransfer, SecurityModeCommand, SecurityModeComplete,
                 SecurityModeFailure, Reconfiguration, ReconfigurationComplete, ConnectionRelease,
                 MeasurementReport, ReestablishmentComplete, HandoverPreparation>;

// --- octets and back ----------------------------------------------------------------------------

/// encode writes any message of this header (it converts to Message).
ByteVector encode(const Message& message);

/// decode_any reads one message. Unknown type: `unsupported`; anything left at the end:
/// `trailing_bytes`; a list past its bound: `too_many`.
Expected<Message, Error> decode_any(Bytes octets);

/// decode reads one message that must be an M; another one is `wrong_type`.
template <class M>
Expected<M, Error> decode(Bytes octets) {
  auto any = decode_any(octets);
  if (!any) return Fail{any.why()};
  if (auto* m = std::get_if<M>(&*any)) return std::move(*m);
  return Fail{Error{Fault::wrong_type, M::name, "message type", 0, octets.empty() ? 0U : octets[0]}};
}

std::string_view name_of(const Message& message);
/// describe is one line for a person: the name and the identities, never NAS octets.
std::string describe(const Message& message);

}  // namespace baton::wire::rrc
