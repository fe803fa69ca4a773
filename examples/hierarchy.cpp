// hierarchy: the keys of EPS from KASME down to a handover, the ledger that says who held them, and EAP.
#include <array>
#include <vector>

#include "example.h"
#include "keys/algorithms.h"
#include "keys/auc.h"
#include "keys/derive_device.h"
#include "keys/derive_eps.h"
#include "keys/derive_policy.h"
#include "keys/eap_aka.h"
#include "keys/exposure.h"
#include "keys/kasme_lineage.h"
#include "keys/kdf_string.h"
#include "keys/ledger.h"
#include "keys/mobile_identity.h"
#include "keys/nas_count.h"
#include "keys/private_fc.h"
#include "keys/types.h"

using namespace baton;
using example::holds;
using example::octets;
using example::same;

namespace {

Ck ck() { return Ck(octets<16>("5349fbe098649f948f5d2e973a81c00f")); }
Ik ik() { return Ik(octets<16>("9744871ad32bf9bbd1dd5ce54e3e2e5a")); }

/// From an authentication to the keys of NAS and radio, and on to the next cell. One type per key: a KeNB
/// does not go where an NH belongs.
void handover() {
  const Kasme kasme = derive_kasme(ck(), ik(), PlmnId::test_value(), SqnXorAk{octets<6>("bb52e91c747a")});
  same("KASME", kasme.expose(), "04a2d7ce0dd489817c7f6a2064f3b48bd1416c1506f98e2a4549949964b340e5");

  const AlgorithmCapability ue{0xF0, 0x70};
  const auto chosen = choose(ue, std::array{Eea::eea2, Eea::eea1}, std::array{Eia::eia2});
  holds("EEA2 and EIA2 are chosen", chosen == Chosen{Eea::eea2, Eia::eia2});
  const KnasInt nas = derive_knas_int(kasme, Eia::eia2);
  const Kenb kenb = derive_kenb(kasme, UplinkNasCount{NasCount()});
  const Nh nh = derive_nh(kasme, kenb);
  const auto carrier = EarfcnDl::from(1300);
  const Kenb next = derive_kenb_star(nh, Pci{301}, *carrier);
  holds("the next cell has another KeNB", next != kenb);
  holds("an EARFCN of 19 bits is refused", !EarfcnDl::from(1U << 18U));

  // A count is used once. It is never taken back and never wraps.
  NasCounter uplink;
  uplink.used(*uplink.next());
  holds("the next COUNT is 1", uplink.next() == NasCount::from(1));

  // S of a derivation by hand: FC, then each parameter with its length.
  KdfString s(Fc::kenb);
  s.number(0, 4);
  same("S of KeNB", s.octets(), "11000000000004");
  holds("a private FC is none of them", static_cast<Byte>(PrivateFc::kho) > 0x1F);

  // The step by which an MME makes a KASME of its own, with its proof.
  const Kasme refreshed = derive_kasme_refreshed(kasme, RefreshDirection::idle, NasCount());
  KasmeLineage lineage{Rand{}, 1, 0, Instant{}, 3600, {}};
  lineage.step = 1;
  holds("KASME' is another key", refreshed != kasme && lineage.step <= kasme_steps_max);
}

/// A ledger holds names of keys, never keys, and says what an attacker gets who reads a node.
void ledger() {
  const KeyIdKey id_key{};
  const Kasme kasme(octets<32>("04a2d7ce0dd489817c7f6a2064f3b48bd1416c1506f98e2a4549949964b340e5"));
  const Kenb kenb = derive_kenb(kasme, UplinkNasCount{NasCount()});
  const KeyId root = key_id_of(id_key, kasme);
  const KeyId leaf = key_id_of(id_key, kenb);
  const std::vector<LedgerEntry> entries{
      {Instant{}, "mme", "001010000000001", KeyEvent::received, KeyKind::kasme, root, {}, "attach", "hss"},
      {Instant{},
       "mme",
       "001010000000001",
       KeyEvent::derived,
       KeyKind::kenb,
       leaf,
       {root},
       "TS 33.401, A.3",
       ""},
      {Instant{}, "enb", "", KeyEvent::received, KeyKind::kenb, leaf, {}, "attach", "mme"}};
  holds("an eNB's keys expose KeNB",
        expose(entries, std::array{Compromise{"enb", {}, false}}).keys.size() == 1);
  holds("an MME's keys expose both",
        expose(entries, std::array{Compromise{"mme", {}, false}}).keys.size() == 2);
}

/// Case 1 of RFC 9048, appendix D.
void eap() {
  const auto bound = derive_eap_prime_keys(ck(), ik(), "WLAN", SqnXorAk{octets<6>("bb52e91c747a")});
  if (!bound) return holds("the network's name fits", false);
  same("CK' of EAP-AKA'", bound->ck.expose(), "0093962d0dd84aa5684b045c9edffa04");
  const std::string_view identity = "0555444333222111";
  const auto keys = derive_eap_aka_prime({reinterpret_cast<const Byte*>(identity.data()), identity.size()},
                                         bound->ck, bound->ik);
  same("K_encr", keys.k_encr.expose(), "766fa0a6c317174b812d52fbcd11a179");
}

}  // namespace

int main() {
  handover();
  ledger();
  eap();
  return example::failures == 0 ? 0 : 1;
}
