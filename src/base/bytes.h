// bytes.h: octets, views of octets, and their hexadecimal form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace baton {

using Byte = std::uint8_t;
using Bytes = std::span<const Byte>;
using MutableBytes = std::span<Byte>;
using ByteVector = std::vector<Byte>;

/// hex prints octets as lower-case digits without separators. Never give it a secret: a `Secret`
/// does not convert to `Bytes`, so this takes an explicit `expose()` that a reviewer sees.
std::string hex(Bytes octets);

/// parse_hex reads an even number of hex digits; white space between octets is allowed.
/// Nothing when there is any other character or half an octet.
std::optional<ByteVector> parse_hex(std::string_view digits);

}  // namespace baton
