// What the key types forbid. check.sh compiles each case with this head.
#include <iostream>

#include "ids/endpoint.h"
#include "ids/location.h"
#include "keys/auc.h"
#include "keys/derive_eps.h"
#include "keys/usim.h"

using namespace baton;
Kasme make_kasme();
Kenb make_kenb();
Ck make_ck();
Ik make_ik();
SqnXorAk sqn_xor_ak();

// CASE allowed: moving a key, deriving another, comparing
void f() {
  Kasme a = make_kasme();
  Kasme b = std::move(a);
  const Kenb k = derive_kenb(b, UplinkNasCount{NasCount()});
  const bool same = k == make_kenb();
  const Kasme c = derive_kasme(make_ck(), make_ik(), PlmnId::test_value(), sqn_xor_ak());
  (void)same;
}

// CASE copying a key
// EXPECT deleted
void f() {
  Kasme a = make_kasme();
  Kasme b = a;
}

// CASE assigning a copy of a key
// EXPECT deleted
void f() {
  Kasme a = make_kasme();
  const Kasme b = make_kasme();
  a = b;
}

// CASE printing a key
// EXPECT deleted
void f() { std::cout << make_kasme(); }

// CASE printing a short secret
// EXPECT deleted
void f(const Xres& xres) { std::cout << xres; }

// CASE giving a key to a function that prints octets
// EXPECT hex
std::string f() { return hex(make_kasme()); }

// CASE one key from another of the same size
// EXPECT Kenb|convert|no matching
void f() { Kenb k(make_kasme()); }

// CASE assigning one key to another of the same size
// EXPECT operator=|no viable overloaded
void f() {
  Kenb k = make_kenb();
  k = make_kasme();
}

// CASE comparing keys of two types
// EXPECT operator==|invalid operands
bool f() { return make_kenb() == make_kasme(); }

// CASE swapping CK and IK
// EXPECT convert|no matching|invalid
void f() { (void)derive_kasme(make_ik(), make_ck(), PlmnId::test_value(), sqn_xor_ak()); }

// CASE KeNB where NH belongs in the chain's second step
// EXPECT convert|no matching|invalid|no viable
void f(const Ck& ck) { (void)derive_nh(make_kasme(), ck); }

// CASE a downlink count where an uplink one belongs
// EXPECT convert|no matching|invalid|no viable
void f() { (void)derive_kenb(make_kasme(), DownlinkNasCount{NasCount()}); }

// CASE a bare number as a NAS COUNT
// EXPECT convert|no matching|invalid|no viable|private
void f() { (void)derive_kenb(make_kasme(), UplinkNasCount{5}); }

// CASE swapping PCI and EARFCN
// EXPECT convert|no matching|invalid|no viable
void f(Pci pci, EarfcnDl earfcn) { (void)derive_kenb_star(make_kenb(), earfcn, pci); }

// CASE swapping the nonces
// EXPECT convert|no matching|invalid|no viable
void f(const NonceUe& ue, const NonceMme& mme) {
  (void)derive_mapped_kasme_at_idle_mobility(make_ck(), make_ik(), mme, ue);
}

// CASE a TEID as a number
// EXPECT convert|no viable conversion
std::uint32_t f(Teid teid) { return teid; }

// CASE arithmetic on a TEID
// EXPECT operator\+|invalid operands
Teid f(Teid teid) { return teid + 1; }

// CASE a TEID where a TAC belongs
// EXPECT convert|invalid|no viable
Tai f(Teid teid) { return Tai{PlmnId::test_value(), teid}; }

// CASE a subscriber's K where OPc belongs
// EXPECT convert|no matching|invalid|no viable
void f(const K& k, const Opc& opc) { (void)verify_auts(opc, k, Rand{}, Auts{}); }

// CASE copying a card
// EXPECT deleted
void f(const Usim& card) { Usim copy = card; }
