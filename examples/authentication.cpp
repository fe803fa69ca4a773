// authentication: a home network makes a vector, a card answers it, and what happens when their numbers part.
// The subscriber is set 19 of TS 35.208.
#include <array>
#include <variant>
#include <vector>

#include "crypto/comp128.h"
#include "crypto/eps_vector.h"
#include "crypto/keccak.h"
#include "crypto/milenage.h"
#include "crypto/test_algorithm.h"
#include "crypto/tuak.h"
#include "example.h"
#include "keys/aka_secret.h"
#include "keys/auc.h"
#include "keys/conversions.h"
#include "keys/sqn.h"
#include "keys/types.h"
#include "keys/usim.h"

using namespace baton;
using example::holds;
using example::octets;
using example::same;

namespace {

const auto k_octets = octets<16>("5122250214c33e723a5dd523fc145fc0");
const auto opc_octets = octets<16>("981d464c7c52eb6e5036234984ad0bcf");
const auto rand_octets = octets<16>("81e92b6c0ee0e12ebceba8d92a99dfa5");
const auto sqn_octets = octets<6>("16f3b3f70fc2");
const auto amf_octets = octets<2>("c3ab");

void milenage() {
  const crypto::Milenage functions(k_octets, opc_octets, rand_octets);
  const auto vector = functions.vector(sqn_octets, amf_octets);
  same("f1, MAC-A", vector.macs.f1, "2a5c23d15ee351d5");
  same("f2, RES", vector.res.expose(), "28d7b0f2a2ec3de5");
  same("f3, CK", vector.ck.expose(), "5349fbe098649f948f5d2e973a81c00f");
  same("f4, IK", vector.ik.expose(), "9744871ad32bf9bbd1dd5ce54e3e2e5a");
  same("f5, AK", vector.ak.expose(), "ada15aeb7bb8");

  // An operator may have constants of its own; sound() tells which sets of them are safe.
  crypto::MilenageConstants own = crypto::MilenageConstants::standard();
  own.r[2] = 40;
  const crypto::Milenage theirs(k_octets, opc_octets, rand_octets, own);
  holds("other constants, another CK", own.sound() && theirs.f3() != functions.f3());
}

void attach() {
  const K k(k_octets);
  const Opc opc(opc_octets);
  AucSqn numbers;
  const auto sqn = numbers.next(0);  // IND 0: one requester
  const auto made = make_eps_vector(k, opc, Amf{{0x80, 0x00}}, *sqn, Rand{rand_octets}, PlmnId::test_value());

  Usim card{K(k_octets), Opc(opc_octets)};
  const UsimAnswer answer = card.authenticate(made.vector.rand, made.vector.autn);
  const auto* success = std::get_if<UsimSuccess>(&answer);
  holds("the card answers as expected", success != nullptr && success->res == made.vector.xres);
  holds("and both have the same CK", success != nullptr && success->ck == made.ck);

  // What a subscriber's record holds, whatever the algorithm.
  const AkaSecret secret = MilenageSecret{K(k_octets), Opc(opc_octets)};
  holds("a secret of MILENAGE is sound", sound(secret) && algorithm_of(secret) == AkaAlgorithm::milenage);

  // The same challenge again is a synchronisation failure, whose token says what the card's number is.
  const UsimAnswer again = card.authenticate(made.vector.rand, made.vector.autn);
  const auto* replayed = std::get_if<SyncFailure>(&again);
  const auto at_card = replayed ? verify_auts(k, opc, made.vector.rand, replayed->auts) : std::nullopt;
  holds("a replay tells the card's SQN", at_card == sqn);
}

/// Many vectors cost a fraction each. Below make_eps_vectors() of keys/auc.h stands this one, on plain
/// octets.
void many() {
  constexpr std::size_t count = 16;
  const std::array<Byte, 3> network = PlmnId::test_value().wire();
  std::vector<crypto::EpsVectorJob> jobs(
      count, {k_octets, opc_octets, rand_octets, 0x16f3b3f70fc2, amf_octets, network});
  std::vector<crypto::EpsVectorOutputs> out(count);
  crypto::eps_vectors(jobs, out);
  same("sixteen at once, MAC-A", Bytes(out[15].autn).last(8), "2a5c23d15ee351d5");
  same("sixteen at once, CK", out[15].ck, "5349fbe098649f948f5d2e973a81c00f");
}

void other_functions() {
  // TUAK, set 1 of TS 35.233.
  const auto topc = octets<32>("bd04d9530e87513c5d837ac2ad954623a8e2330c115305a73eb45d1f40cccbff");
  const ByteVector k(16, 0xAB);
  const std::array<Byte, 16> rand = octets<16>("42424242424242424242424242424242");
  const auto tuak = crypto::Tuak::make(k, topc, {.res = 4});
  if (tuak) same("TUAK f2", tuak->f2345(rand).res.expose(), "657acd64");
  const auto refused = crypto::Tuak::make(ByteVector(17), topc);
  holds("a K of 17 octets is refused", !refused && refused.why() == crypto::TuakRefusal::k_length);
  crypto::KeccakState state{};
  crypto::keccak_f1600(state);
  holds("Keccak-f[1600] of zeros", state[0] == 0xF1258F7940E1DDE7);

  // A test card: K xor RAND.
  const crypto::TestAlgorithm test(std::array<Byte, 16>{}, rand);
  same("test algorithm, RES", test.f2().expose(), "42424242424242424242424242424242");

  // A SIM card of old, and the keys of one generation made from those of another.
  const auto old =
      crypto::comp128(crypto::Comp128Version::v1, std::array<Byte, 16>{}, std::array<Byte, 16>{});
  same("COMP128-1, SRES", old.sres.expose(), "09e55da4");
  const Ck ck(octets<16>("5349fbe098649f948f5d2e973a81c00f"));
  const Ik ik(octets<16>("9744871ad32bf9bbd1dd5ce54e3e2e5a"));
  same("c3, Kc of CK and IK", convert_c3(ck, ik).expose(), "9a8d0e883ff0887a");
  same("Kc128", derive_kc128(ck, ik).expose(), "9528f1203d4b3f501e68ed814e8bddb6");
}

}  // namespace

int main() {
  milenage();
  attach();
  many();
  other_functions();
  return example::failures == 0 ? 0 : 1;
}
