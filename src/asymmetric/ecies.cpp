#include "asymmetric/ecies.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>

#include <algorithm>
#include <memory>

#include "crypto/ctr.h"
#include "crypto/hmac_sha256.h"

namespace baton::asymmetric {
namespace {

template <auto F>
struct Free {
  template <class T>
  void operator()(T* p) const {
    F(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, Free<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Free<EC_POINT_clear_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_clear_free>>;

using Shared = Secret<struct EciesSharedTag, 32>;
constexpr Fail<SealError> refused{SealError::refused};

// --- profile A

Key x25519(Bytes octets) {
  return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, octets.data(), octets.size()));
}

Expected<ByteVector, SealError> public_a(Bytes octets) {
  const Key key = x25519(octets);
  ByteVector out(32);
  std::size_t n = out.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), out.data(), &n) != 1 || n != out.size()) return refused;
  return out;
}

/// A point of small order makes zeros for everybody: OpenSSL refuses them, as RFC 7748, 6.1, allows.
Expected<Shared, SealError> shared_a(Bytes octets, Bytes peer) {
  const Key key = x25519(octets);
  const Key other(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer.data(), peer.size()));
  const Context c(key ? EVP_PKEY_CTX_new(key.get(), nullptr) : nullptr);
  std::array<Byte, 32> out{};
  std::size_t n = out.size();
  if (!other || !c || EVP_PKEY_derive_init(c.get()) != 1 ||
      EVP_PKEY_derive_set_peer(c.get(), other.get()) != 1 || EVP_PKEY_derive(c.get(), out.data(), &n) != 1 ||
      n != out.size())
    return refused;
  Shared shared(out);
  secure_wipe(out.data(), out.size());
  return shared;
}

// --- profile B

/// The private key as a number of the group; null when it is none.
Number scalar(const EC_GROUP* group, Bytes octets) {
  Number n(BN_secure_new());
  if (!n || BN_bin2bn(octets.data(), static_cast<int>(octets.size()), n.get()) == nullptr) return nullptr;
  BN_set_flags(n.get(), BN_FLG_CONSTTIME);
  if (BN_is_zero(n.get()) || BN_cmp(n.get(), EC_GROUP_get0_order(group)) >= 0) return nullptr;
  return n;
}

Expected<ByteVector, SealError> public_b(Bytes octets) {
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  if (!group) return refused;
  const Number n = scalar(group.get(), octets);
  const Point p(EC_POINT_new(group.get()));
  ByteVector out(33);
  if (!n || !p || EC_POINT_mul(group.get(), p.get(), n.get(), nullptr, nullptr, nullptr) != 1 ||
      EC_POINT_point2oct(group.get(), p.get(), POINT_CONVERSION_COMPRESSED, out.data(), out.size(),
                         nullptr) != out.size())
    return refused;
  return out;
}

/// The x coordinate. Reading the peer's point refuses what is not on the curve; the curve has no small
/// subgroup.
Expected<Shared, SealError> shared_b(Bytes octets, Bytes peer) {
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  if (!group) return refused;
  const Number n = scalar(group.get(), octets);
  const Point other(EC_POINT_new(group.get()));
  const Point product(EC_POINT_new(group.get()));
  const Number x(BN_secure_new());
  std::array<Byte, 32> out{};
  if (!n || !other || !product || !x ||
      EC_POINT_oct2point(group.get(), other.get(), peer.data(), peer.size(), nullptr) != 1 ||
      EC_POINT_mul(group.get(), product.get(), nullptr, other.get(), n.get(), nullptr) != 1 ||
      EC_POINT_is_at_infinity(group.get(), product.get()) == 1 ||
      EC_POINT_get_affine_coordinates(group.get(), product.get(), x.get(), nullptr, nullptr) != 1 ||
      BN_bn2binpad(x.get(), out.data(), static_cast<int>(out.size())) != static_cast<int>(out.size()))
    return refused;
  Shared shared(out);
  secure_wipe(out.data(), out.size());
  return shared;
}

// --- what both share

Expected<Shared, SealError> shared_of(const EciesKey& key, Bytes peer) {
  if (peer.size() != ecies_public_octets(key.profile())) return refused;
  return key.profile() == EciesProfile::a ? shared_a(key.expose(), peer) : shared_b(key.expose(), peer);
}

/// Cipher key, first counter and MAC key: 64 octets, two blocks of the function of ANSI X9.63 with SHA-256.
//= TS 33.501, C.3.4.1
using Keys = Secret<struct EciesKeysTag, 64>;
Keys keys_of(const Shared& z, Bytes ephemeral) {
  std::array<Byte, 64> out;
  for (Byte i = 0; i < 2; ++i) {
    crypto::Sha256 h;
    h.update(z.expose());
    const std::array<Byte, 4> counter{0, 0, 0, static_cast<Byte>(i + 1)};
    h.update(counter);
    h.update(ephemeral);
    crypto::Digest d = h.finish();
    std::copy(d.begin(), d.end(), out.begin() + 32 * i);
    secure_wipe(d.data(), d.size());
  }
  Keys keys(out);
  secure_wipe(out.data(), out.size());
  return keys;
}

void cipher(const Keys& keys, MutableBytes data) {
  const auto k = keys.expose();
  crypto::Block counter;
  std::copy_n(k.begin() + 16, counter.size(), counter.begin());
  const crypto::Aes128 aes(k.first<16>());
  crypto::ctr_xor(aes, counter, data);
  secure_wipe(counter.data(), counter.size());
}

std::array<Byte, ecies_tag_octets> tag_of(const Keys& keys, Bytes ciphered, Bytes bound) {
  crypto::HmacSha256 h(keys.expose().last<32>());
  h.update(ciphered);
  h.update(bound);
  const crypto::Digest d = h.finish();
  std::array<Byte, ecies_tag_octets> tag;
  std::copy_n(d.begin(), tag.size(), tag.begin());
  return tag;
}

}  // namespace

Expected<EciesKey, SealError> EciesKey::from(EciesProfile profile, std::span<const Byte, 32> octets) {
  auto pub = profile == EciesProfile::a ? public_a(octets) : public_b(octets);
  if (!pub) return refused;
  return EciesKey(profile, octets, std::move(*pub));
}

Expected<EciesKey, SealError> EciesKey::generate(EciesProfile profile, Entropy& entropy) {
  // One number in 2^32 is no private key of profile B: a source that gives two of them is broken.
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::array<Byte, 32> octets;
    entropy.fill(octets);
    auto key = from(profile, octets);
    secure_wipe(octets.data(), octets.size());
    if (key) return key;
  }
  return refused;
}

Expected<ByteVector, SealError> ecies_seal(Bytes receiver, Bytes text, Bytes bound, EciesKey&& ephemeral) {
  const EciesKey once = std::move(ephemeral);
  if (text.size() > ecies_text_octets_max) return refused;
  const auto z = shared_of(once, receiver);
  if (!z) return refused;
  const Keys keys = keys_of(*z, once.public_key());
  ByteVector out(once.public_key().begin(), once.public_key().end());
  const std::size_t head = out.size();
  out.insert(out.end(), text.begin(), text.end());
  cipher(keys, MutableBytes(out).subspan(head));
  const auto tag = tag_of(keys, Bytes(out).subspan(head), bound);
  out.insert(out.end(), tag.begin(), tag.end());
  return out;
}

Expected<OpenedText, SealError> ecies_open(const EciesKey& key, Bytes sealed, Bytes bound) {
  const std::size_t head = ecies_public_octets(key.profile());
  const std::size_t overhead = ecies_overhead_octets(key.profile());
  if (sealed.size() < overhead || sealed.size() > overhead + ecies_text_octets_max) return refused;
  const Bytes ephemeral = sealed.first(head);
  const Bytes ciphered = sealed.subspan(head, sealed.size() - overhead);
  const auto z = shared_of(key, ephemeral);
  if (!z) return refused;
  const Keys keys = keys_of(*z, ephemeral);
  if (!constant_time_equal(tag_of(keys, ciphered, bound), sealed.last(ecies_tag_octets))) return refused;
  ByteVector text(ciphered.begin(), ciphered.end());
  cipher(keys, text);
  return OpenedText(std::move(text));
}

}  // namespace baton::asymmetric
