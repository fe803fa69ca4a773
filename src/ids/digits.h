// digits.h: decimal identities as BCD nibbles, the one place where odd and even is decided.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace baton {

/// Why an identity was refused.
enum class IdError { not_digits, wrong_length, bad_filler, out_of_range };

std::string_view to_string(IdError e);

bool is_digits(std::string_view s);

/// tbcd packs digits two an octet, first digit in the low nibble, an odd end filled with F
/// (TS 29.002, TBCD-STRING; TS 29.274, 8.3).
ByteVector tbcd(std::string_view digits);

/// parse_tbcd is the inverse. Nothing when a nibble is neither a digit nor the filler at the end.
std::optional<std::string> parse_tbcd(Bytes octets);

}  // namespace baton
