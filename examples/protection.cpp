// protection: ciphering and integrity of LTE and UMTS, one message or many, whole octets or any number of
// bits.
#include <array>
#include <vector>

#include "crypto/batch.h"
#include "crypto/checked.h"
#include "crypto/direction.h"
#include "crypto/eea1.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia2.h"
#include "crypto/eia3.h"
#include "crypto/kasumi.h"
#include "crypto/path.h"
#include "crypto/snow3g.h"
#include "crypto/zuc.h"
#include "example.h"

using namespace baton;
using namespace baton::crypto;
using example::holds;
using example::octets;
using example::same;

namespace {

void lte() {
  // Set 1 of TS 33.401, C.1 and C.3: 253 bits, which are 32 octets with three bits unused.
  const auto key = octets<16>("d3c5d592327fb11c4035c6680af8c6d1");
  const auto plain = octets<32>("981ba6824c1bfb1ab485472029b71d808ce33e2cc3c0b5fc1f3de8a6dc66b1f0");
  auto data = plain;
  eea2(key, 0x398a59b4, 21, Direction::downlink, 253, data);
  same("128-EEA2", data, "e9fed8a63d155304d71df20bf3e82214b20ed7dad2f233dc3c22d7bdeeed8e78");
  eea2(key, 0x398a59b4, 21, Direction::downlink, 253, data);
  holds("and back", data == plain);
  eea1(key, 0x398a59b4, 21, Direction::downlink, 253, data);
  same("128-EEA1", data, "5d5bfe75eb04f68ce0a12377ea00b37d47c6a0ba06309155086a859c4341b378");
  std::array<Byte, 25> sixth = octets<25>("6cf65340735552ab0c9752fa6f9025fe0bd675d9005875b200");
  eea3(octets<16>("173d14ba5003731d7a60049470f00a29"), 0x66035492, 15, Direction::uplink, 193, sixth);
  same("128-EEA3", sixth, "a6c85fc66afb8533aafc2518dfe784940ee1e4b030238cc800");

  const auto mac_key = octets<16>("2bd6459f82c5b300952c49104881ff48");
  same("128-EIA2", eia2(mac_key, 0x38a6f056, 24, Direction::uplink, 58, octets<8>("3332346263393840")),
       "118c6eb8");
  same("128-EIA1", eia1(mac_key, 0x38a6f056, 31, Direction::uplink, 88, octets<11>("3332346263393861373479")),
       "731f1165");
  same("128-EIA3", eia3(std::array<Byte, 16>{}, 0, 0, Direction::uplink, 1, std::array<Byte, 1>{}),
       "c8a9595e");
}

void umts() {
  const auto key = octets<16>("2bd6459f82c5b300952c49104881ff48");
  const auto message = octets<24>("6b227737296f393c8079353edc87e2e805d2ec49a4f2d8e0");
  same("UIA1, 189 bits", uia1(key, 0x38a6f056, 0x05d2ec49, Direction::uplink, 189, message), "f63bd72c");
  same("UIA2, 189 bits", uia2(key, 0x38a6f056, 0x05d2ec49, Direction::uplink, 189, message), "2bce1820");
  const auto frame = a5_3(octets<8>("a3fb4d01ed7e4693"), 0);
  same("A5/3, downlink", frame.downlink, "72090c692009ee5332d71cb068a2c0");
  std::array<Byte, 8> stream{};
  zuc_keystream(std::array<Byte, 16>{}, std::array<Byte, 16>{}, stream);
  same("ZUC", stream, "27bede74018082da");
}

/// Packets of many UEs go through the processor side by side; which code computes is chosen at run time.
void many() {
  constexpr std::size_t packets = 20;
  std::vector<std::array<Byte, 16>> keys(packets);
  std::vector<ByteVector> data(packets, ByteVector(100, 0x5A));
  std::vector<CipherJob> ciphers;
  std::vector<MacJob> codes;
  for (std::size_t i = 0; i < packets; ++i) {
    keys[i][0] = static_cast<Byte>(i);
    ciphers.push_back({keys[i], 7, 3, Direction::uplink, 800, data[i]});
    codes.push_back({keys[i], 7, 3, Direction::uplink, 800, data[i]});
  }
  eea2_batch(ciphers);
  std::vector<MacI> macs(packets);
  eia2_batch(codes, macs);
  bool same_as_alone = true;
  for (std::size_t i = 0; i < packets; ++i) {
    ByteVector alone(100, 0x5A);
    eea2(keys[i], 7, 3, Direction::uplink, 800, alone);
    same_as_alone &= alone == data[i] && macs[i] == eia2(keys[i], 7, 3, Direction::uplink, 800, alone);
  }
  holds("twenty at once are twenty alone", same_as_alone);
  std::printf("%-34s %s\n", "batches are computed by", std::string(to_string(batch_path())).c_str());
}

/// Input from outside goes through checked.h, which refuses what does not fit.
void from_outside() {
  const auto key = octets<16>("2bd6459f82c5b300952c49104881ff48");
  const auto data = octets<8>("3332346263393840");
  const auto code = code_checked(Code::eia2, {key, 0x38a6f056, 24, 0, 58, data});
  holds("checked input is taken", static_cast<bool>(code));
  const auto refused = code_checked(Code::eia2, {key, 0x38a6f056, 32, 0, 58, data});
  holds("a BEARER of six bits is not", !refused && refused.why() == InputRefusal::bearer_range);
  if (!refused) std::printf("%-34s %s\n", "why", std::string(to_string(refused.why())).c_str());
}

}  // namespace

int main() {
  lte();
  umts();
  many();
  from_outside();
  return example::failures == 0 ? 0 : 1;
}
