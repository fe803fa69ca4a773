// ecies.h: seals a few octets for whoever holds the private key: profiles A and B of TS 33.501.
#pragma once

#include <array>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/expected.h"
#include "base/secret.h"

namespace baton::asymmetric {

/// EciesProfile: A is X25519 with public keys of 32 octets, B secp256r1 with compressed points of 33.
//= TS 33.501, C.3.4
enum class EciesProfile : Byte { a, b };

/// Why nothing was sealed or opened. There is one reason only: who sends something must not learn whether a
/// point, a length, a padding or a code was wrong with it.
enum class SealError : Byte { refused };

/// The tag's length and what a sealed message is longer than its text.
inline constexpr std::size_t ecies_tag_octets = 8;
constexpr std::size_t ecies_public_octets(EciesProfile p) { return p == EciesProfile::a ? 32 : 33; }
constexpr std::size_t ecies_overhead_octets(EciesProfile p) {
  return ecies_public_octets(p) + ecies_tag_octets;
}
/// A text is an identity or a key; nothing longer is sealed or opened.
inline constexpr std::size_t ecies_text_octets_max = 4096;

/// OpenedText is what was sealed: moved, and wiped when it dies.
class OpenedText {
 public:
  explicit OpenedText(ByteVector octets) : octets_(std::move(octets)) {}
  OpenedText(OpenedText&& o) noexcept : octets_(std::move(o.octets_)) { o.octets_.clear(); }
  OpenedText& operator=(OpenedText&&) = delete;
  OpenedText(const OpenedText&) = delete;
  OpenedText& operator=(const OpenedText&) = delete;
  ~OpenedText() { secure_wipe(octets_.data(), octets_.size()); }
  Bytes expose() const { return octets_; }

 private:
  ByteVector octets_;
};

/// EciesKey is a private key with its public one.
class EciesKey {
 public:
  /// from refuses what is no private key of the profile: for B, zero and numbers of the group's order and
  /// more.
  static Expected<EciesKey, SealError> from(EciesProfile profile, std::span<const Byte, 32> octets);
  static Expected<EciesKey, SealError> generate(EciesProfile profile, Entropy& entropy);

  EciesProfile profile() const { return profile_; }
  Bytes public_key() const { return public_; }
  std::span<const Byte, 32> expose() const { return private_.expose(); }

 private:
  EciesKey(EciesProfile profile, std::span<const Byte, 32> octets, ByteVector pub)
      : profile_(profile), private_(octets), public_(std::move(pub)) {}
  EciesProfile profile_;
  Secret<struct EciesPrivateTag, 32> private_;
  ByteVector public_;
};

/// ecies_seal returns the ephemeral public key, the ciphered text and the tag. `ephemeral` is a fresh key of
/// the same profile as `receiver`'s and serves once. `bound` goes into the tag after the text (SharedInfo2);
/// the standard's own use of the profiles leaves it empty.
//= TS 33.501, C.3.2
Expected<ByteVector, SealError> ecies_seal(Bytes receiver, Bytes text, Bytes bound, EciesKey&& ephemeral);
/// ecies_open is its inverse. Nothing of the text is there unless the tag is right.
//= TS 33.501, C.3.3
Expected<OpenedText, SealError> ecies_open(const EciesKey& key, Bytes sealed, Bytes bound);

}  // namespace baton::asymmetric
