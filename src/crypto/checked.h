// checked.h: the ciphers and codes by name, for inputs from outside: what they have no form for is refused by
// name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/expected.h"
#include "crypto/direction.h"
#include "crypto/eia2.h"

namespace baton::crypto {

enum class Cipher : Byte { eea1, eea2, eea3, uea1, uea2 };
enum class Code : Byte { eia1, eia2, eia3, uia1, uia2 };
std::string_view to_string(Cipher c);  ///< "eea1"
std::string_view to_string(Code c);
std::optional<Cipher> cipher_from(std::string_view name);
std::optional<Code> code_from(std::string_view name);
/// fresh_of tells whether a code takes FRESH (32 bits); else it takes BEARER.
bool takes_fresh(Code c);

/// What is wrong with an input.
enum class InputRefusal : Byte {
  key_length,        ///< the key is not 16 octets
  count_range,       ///< COUNT is over 32 bits
  bearer_range,      ///< BEARER is over 5 bits
  fresh_range,       ///< FRESH is over 32 bits
  direction_range,   ///< DIRECTION is neither 0 nor 1
  length_over_data,  ///< there are fewer octets than `bits` says
};
std::string_view to_string(InputRefusal r);

/// AlgorithmInput is wider than the algorithms, so that what does not fit can be told.
struct AlgorithmInput {
  Bytes key;
  std::uint64_t count = 0;
  std::uint64_t bearer_or_fresh = 0;
  unsigned direction = 0;
  std::size_t bits = 0;
  Bytes data;
};
/// cipher_checked gives the first `bits` bits ciphered (or deciphered); unused bits of the last octet are
/// zero.
Expected<ByteVector, InputRefusal> cipher_checked(Cipher c, const AlgorithmInput& in);
Expected<MacI, InputRefusal> code_checked(Code c, const AlgorithmInput& in);

}  // namespace baton::crypto
