// auc.h: the authentication centre: makes vectors and verifies resynchronisation.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "crypto/path.h"
#include "ids/plmn_id.h"
#include "keys/aka_secret.h"
#include "keys/sqn.h"
#include "keys/types.h"

namespace baton {

/// AuthVector is what an MME gets. TS 33.401, 6.1.2.
struct AuthVector {
  Rand rand;
  Autn autn;
  Xres xres;
  Kasme kasme;
};

/// NewEpsVector is a vector with the keys it was made from: the HSS writes their ids into its ledger and
/// lets them die with this object.
struct NewEpsVector {
  AuthVector vector;
  Ck ck;
  Ik ik;

  /// From what the functions gave, without a copy on the way.
  NewEpsVector(const Rand& rand, const Autn& autn, Bytes xres, std::span<const Byte, Kasme::size> kasme,
               std::span<const Byte, Ck::size> c, std::span<const Byte, Ik::size> i)
      : vector{rand, autn, Xres(xres), Kasme(kasme)}, ck(c), ik(i) {}
};

/// make_eps_vector makes one vector for one serving network. The separation bit of AMF is set whatever
/// `amf` says.
//= TS 33.401, 6.1.2 and TS 33.102, 6.3.2
NewEpsVector make_eps_vector(const K& k, const Opc& opc, Amf amf, Sqn sqn, const Rand& rand,
                             const PlmnId& serving_network);

/// EpsVectorInputs is what make_eps_vector() takes; what it refers to outlives the call.
struct EpsVectorInputs {
  const K& k;
  const Opc& opc;
  Amf amf;
  Sqn sqn;
  Rand rand;
  PlmnId serving_network;
};
/// make_eps_vectors appends a vector for each of the inputs to `out`: the same ones, in a fraction of the
/// time when there are sixteen or more.
//= TS 33.401, 6.1.2 and TS 33.102, 6.3.2
void make_eps_vectors(std::span<const EpsVectorInputs> inputs, std::vector<NewEpsVector>& out,
                      crypto::Path path = crypto::batch_path());

/// verify_auts gives the USIM's SQN when MAC-S is right (compared in constant time); nothing else moves
/// the AuC's SQN. `rand` is the one of the challenge that was answered.
//= TS 33.102, 6.3.5
std::optional<Sqn> verify_auts(const K& k, const Opc& opc, const Rand& rand, const Auts& auts);

/// Quintet is what UMTS AKA uses, one for any access: the separation bit of `amf` is clear whatever `amf`
/// says, so that no KASME can be made of it.
//= TS 33.102, 6.3.2
struct Quintet {
  Rand rand;
  Autn autn;
  Xres xres;
  Ck ck;
  Ik ik;
};

// The same for a subscriber of any algorithm. The secret is sound() (aka_secret.h).
//= TS 33.401, 6.1.2 and TS 33.102, 6.3.2
NewEpsVector make_eps_vector(const AkaSecret& secret, Amf amf, Sqn sqn, const Rand& rand,
                             const PlmnId& serving_network);
Quintet make_quintet(const AkaSecret& secret, Amf amf, Sqn sqn, const Rand& rand);
//= TS 33.102, 6.3.5
std::optional<Sqn> verify_auts(const AkaSecret& secret, const Rand& rand, const Auts& auts);

/// derive_opc makes OPc from the operator's OP.
//= TS 35.206, 4.1
Opc derive_opc(const K& k, const Op& op);

}  // namespace baton
