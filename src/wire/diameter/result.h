// result.h: what an answer says, and which answer a decoding fault deserves.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/expected.h"
#include "wire/cursor.h"
#include "wire/diameter/header.h"

namespace baton::wire::diameter {

/// Result-Code values. RFC 6733, 7.1.
namespace code {
inline constexpr std::uint32_t success = 2001;
inline constexpr std::uint32_t command_unsupported = 3001;
inline constexpr std::uint32_t unable_to_deliver = 3002;
inline constexpr std::uint32_t realm_not_served = 3003;
inline constexpr std::uint32_t too_busy = 3004;
inline constexpr std::uint32_t loop_detected = 3005;
inline constexpr std::uint32_t application_unsupported = 3007;
inline constexpr std::uint32_t invalid_hdr_bits = 3008;
inline constexpr std::uint32_t unknown_peer = 3010;
inline constexpr std::uint32_t avp_unsupported = 5001;
inline constexpr std::uint32_t authorization_rejected = 5003;
inline constexpr std::uint32_t invalid_avp_value = 5004;
inline constexpr std::uint32_t missing_avp = 5005;
inline constexpr std::uint32_t avp_occurs_too_many_times = 5009;
inline constexpr std::uint32_t no_common_application = 5010;
inline constexpr std::uint32_t unsupported_version = 5011;
inline constexpr std::uint32_t unable_to_comply = 5012;
inline constexpr std::uint32_t invalid_avp_length = 5014;
inline constexpr std::uint32_t invalid_message_length = 5015;
inline constexpr std::uint32_t no_common_security = 5017;
}  // namespace code

/// Experimental-Result-Code values of S6a. TS 29.272, 7.4.
namespace experimental {
inline constexpr std::uint32_t authentication_data_unavailable = 4181;
inline constexpr std::uint32_t user_unknown = 5001;
inline constexpr std::uint32_t roaming_not_allowed = 5004;
inline constexpr std::uint32_t unknown_eps_subscription = 5420;
inline constexpr std::uint32_t rat_not_allowed = 5421;
inline constexpr std::uint32_t equipment_unknown = 5422;
inline constexpr std::uint32_t unknown_serving_node = 5423;
}  // namespace experimental

/// AnswerResult is the verdict of an answer, whatever its command.
struct AnswerResult {
  std::uint32_t code = 0;
  bool experimental = false;  ///< `code` is an Experimental-Result-Code of `vendor`
  std::uint32_t vendor = 0;
  bool success() const { return code / 1000 == 2; }
  /// "5001 DIAMETER_ERROR_USER_UNKNOWN"
  std::string to_string() const;
  friend bool operator==(const AnswerResult&, const AnswerResult&) = default;
};

/// result_of reads the verdict of any answer, also one with the E bit that has no other AVP its command
/// asks for. Look at it first; decode<M> only what succeeded. missing_mandatory when there is none.
Expected<AnswerResult, Error> result_of(Bytes answer);

/// session_of is the Session-Id of a message, empty when it has none. The view points into `message`.
std::string_view session_of(Bytes message);

/// result_code_for is the Result-Code that answers a decoding fault. RFC 6733, 7.1.5; 7.1.3.
std::uint32_t result_code_for(const Error& why);

/// failed_avp_for is the AVP a Failed-AVP quotes for a decoding fault: the offending AVP as it stands in
/// `request`; for a missing one, an AVP of that code with a zero-filled value of the least size. Empty
/// when the fault is not about an AVP. Values of `secret` AVPs are zeroed. RFC 6733, 7.5.
ByteVector failed_avp_for(Bytes request, const Error& why);

}  // namespace baton::wire::diameter
