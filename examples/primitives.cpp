// primitives: the hashes, block ciphers and generators that the algorithms of 3GPP stand on.
#include <array>
#include <string_view>

#include "crypto/aes.h"
#include "crypto/aes_siv.h"
#include "crypto/cmac.h"
#include "crypto/ctr.h"
#include "crypto/ctr_drbg.h"
#include "crypto/fips186_prf.h"
#include "crypto/hmac_sha256.h"
#include "crypto/kdf.h"
#include "crypto/sha1.h"
#include "crypto/sha256.h"
#include "example.h"

using namespace baton;
using namespace baton::crypto;
using example::holds;
using example::octets;
using example::same;

namespace {

Bytes text(std::string_view t) { return {reinterpret_cast<const Byte*>(t.data()), t.size()}; }

}  // namespace

int main() {
  same("SHA-256", sha256(text("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  same("SHA-1", sha1({text("abc")}), "a9993e364706816aba3e25717850c26c9cd0d89d");
  const std::string_view message = "what do ya want for nothing?";
  const std::string_view code = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  same("HMAC-SHA-256", hmac_sha256(text("Jefe"), text(message)), code);
  same("the KDF of 3GPP is the same", kdf(text("Jefe"), text(message)).expose(), code);

  // A key schedule is made once and wiped with its object.
  const Aes128 aes(octets<16>("2b7e151628aed2a6abf7158809cf4f3c"));
  same("AES-CMAC of nothing", cmac(aes, {}, {}, 0), "bb1d6929e95937287fa37d129b756746");
  auto data = octets<16>("6bc1bee22e409f96e93d7e117393172a");
  ctr_xor(aes, octets<16>("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), data);
  same("AES in counter mode", data, "874d6191b620e3261bef6864990db6ce");

  // What is sealed opens only as it was, with what was bound to it.
  const SivKey siv(octets<32>("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));
  const auto bound = octets<24>("101112131415161718191a1b1c1d1e1f2021222324252627");
  auto sealed = siv_seal(siv, {bound}, octets<14>("112233445566778899aabbccddee"));
  same("AES-SIV", sealed, "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
  sealed[20] ^= 1;
  holds("one bit changed does not open", !siv_open(siv, {bound}, sealed));

  // Random octets: the caller brings the seed, from the kernel in a service, from a number in a test.
  CtrDrbg generator = CtrDrbg(octets<32>("ce50f33da5d4c1d3d4004eb35244b7f2cd7f2e5076fbf6780a7ff634b249a5fc"));
  std::array<Byte, 64> random{};
  generator.fill(random);
  generator.fill(random);
  same("CTR_DRBG, second request", Bytes(random).first(16), "6545c0529d372443b392ceb3ae3a99a3");
  BufferedEntropy buffered(generator);
  holds("and through a buffer", buffered.u32() != buffered.u32());

  std::array<Byte, 160> expanded{};
  fips186_prf(octets<20>("e576d5ca332e9930018bf1baee2763c795b3c712"), expanded);
  same("FIPS 186-2 generator", Bytes(expanded).first(16), "536e5ebc4465582aa6a8ec9986ebb620");
  return example::failures == 0 ? 0 : 1;
}
