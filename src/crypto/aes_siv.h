// aes_siv.h: authenticated encryption that needs no random number and forgives a repeated one.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/secret.h"

namespace baton::crypto {

/// SivKey is two AES-128 keys: one for S2V, one for counter mode.
using SivKey = Secret<struct SivKeyTag, 32>;
inline constexpr std::size_t siv_tag_octets = 16;

/// siv_seal gives the synthetic IV and the ciphertext: 16 octets longer than `plain`. `associated` are bound
/// to it and needed to open it.
//= RFC 5297, 2.6
ByteVector siv_seal(const SivKey& key, std::initializer_list<Bytes> associated, Bytes plain);

/// siv_open gives the plain octets, or nothing when anything was changed. The caller wipes them.
//= RFC 5297, 2.7
std::optional<ByteVector> siv_open(const SivKey& key, std::initializer_list<Bytes> associated, Bytes sealed);

}  // namespace baton::crypto
