#include "crypto/aes_siv.h"

#include <algorithm>

#include "crypto/cmac.h"
#include "crypto/ctr.h"

namespace baton::crypto {

namespace {

Block whole_cmac(const Aes128& aes, Bytes data) { return cmac(aes, {}, data, data.size() * 8); }

/// Multiplication by x in GF(2^128), without a branch on the secret top bit.
Block twice(const Block& in) {
  Block out{};
  const Byte carry = static_cast<Byte>(in[0] >> 7U);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const unsigned next = i + 1 < out.size() ? in[i + 1] >> 7U : 0U;
    out[i] = static_cast<Byte>(in[i] << 1U | next);
  }
  out[15] = static_cast<Byte>(out[15] ^ (0x87U & (0U - carry)));
  return out;
}

//= RFC 5297, 2.4
Block s2v(const Aes128& aes, std::initializer_list<Bytes> associated, Bytes plain) {
  const Block zero{};
  Block d = whole_cmac(aes, zero);
  for (const Bytes a : associated) {
    d = twice(d);
    const Block m = whole_cmac(aes, a);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] ^= m[i];
  }
  ByteVector t;
  if (plain.size() >= d.size()) {
    t.assign(plain.begin(), plain.end());
    const std::size_t end = t.size() - d.size();
    for (std::size_t i = 0; i < d.size(); ++i) t[end + i] ^= d[i];
  } else {
    d = twice(d);
    t.assign(d.begin(), d.end());
    for (std::size_t i = 0; i < plain.size(); ++i) t[i] ^= plain[i];
    t[plain.size()] ^= 0x80;
  }
  const Block v = whole_cmac(aes, t);
  secure_wipe(t.data(), t.size());
  return v;
}

void cipher(const Aes128& aes, Block v, MutableBytes data) {
  // The two cleared bits let the counter be added in halves; RFC 5297, 2.5 asks for them.
  v[8] &= 0x7F;
  v[12] &= 0x7F;
  ctr_xor(aes, v, data);
}

}  // namespace

ByteVector siv_seal(const SivKey& key, std::initializer_list<Bytes> associated, Bytes plain) {
  const Aes128 mac(key.expose().first<16>());
  const Aes128 enc(key.expose().last<16>());
  const Block v = s2v(mac, associated, plain);
  ByteVector out(siv_tag_octets + plain.size());
  std::copy(v.begin(), v.end(), out.begin());
  std::copy(plain.begin(), plain.end(), out.begin() + siv_tag_octets);
  cipher(enc, v, MutableBytes(out).subspan(siv_tag_octets));
  return out;
}

std::optional<ByteVector> siv_open(const SivKey& key, std::initializer_list<Bytes> associated, Bytes sealed) {
  if (sealed.size() < siv_tag_octets) return std::nullopt;
  const Aes128 mac(key.expose().first<16>());
  const Aes128 enc(key.expose().last<16>());
  Block v{};
  std::copy(sealed.begin(), sealed.begin() + siv_tag_octets, v.begin());
  ByteVector plain(sealed.begin() + siv_tag_octets, sealed.end());
  cipher(enc, v, plain);
  if (!constant_time_equal(s2v(mac, associated, plain), v)) {
    secure_wipe(plain.data(), plain.size());
    return std::nullopt;
  }
  return plain;
}

}  // namespace baton::crypto
