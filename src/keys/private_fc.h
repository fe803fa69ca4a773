// private_fc.h: the numbers that tell our own derivations apart. No standard defines them.
#pragma once

#include "base/bytes.h"

namespace baton {

/// PrivateFc is an Fc outside those of TS 33.401. Each of these derivations also has a key or a parameter of
/// its own, so that a clash of numbers alone would not make two of them equal.
enum class PrivateFc : Byte {
  kme_check = 0xF2,        //= S4.P1  // extension
  me_rsp = 0xF3,           //= S4.7  // extension: ME_Rsp, and K_rsp
  kasme_bound = 0xF4,      //= S4.D9  // extension
  res_bound = 0xF5,        //= S4.D9  // extension: RES_b, and the proof that a KME is stored
  kasme_refreshed = 0xF7,  //= S0.D2  // extension: KASME', and the proof of its update
  kho = 0xF8,              //= S3.D1  // extension
  kenb_star_plus = 0xF9,   //= S3.D1  // extension
  kupe = 0xFA,             //= S1.D3  // extension
  kn3 = 0xFC,              //= S0.D8  // extension
  /// Void in TS 33.401 since the C-RNTI left the derivation of KeNB.
  kenb_of_c_rnti = 0x14,  //= S3.B5  // extension
};

}  // namespace baton
