// conversions.h: keys and answers of one generation made from those of another.
#pragma once

#include "keys/types.h"

namespace baton {

// What GSM and GPRS use. TS 43.020.
using Sres = Secret<struct SresTag, 4>;
using Kc = Secret<struct KcTag, 8>;
using Kc128 = Secret<struct Kc128Tag, 16>;

/// convert_c1: RAND of GSM is RAND of UMTS.
//= TS 33.102, 6.8.1.2
constexpr const Rand& convert_c1(const Rand& rand) { return rand; }
/// convert_c2 makes SRES of RES or XRES, 4 to 16 octets.
//= TS 33.102, 6.8.1.2
Sres convert_c2(const Xres& xres);
//= TS 33.102, 6.8.1.2
Kc convert_c3(const Ck& ck, const Ik& ik);
//= TS 33.102, 6.8.2.3
Ck convert_c4(const Kc& kc);
//= TS 33.102, 6.8.2.3
Ik convert_c5(const Kc& kc);

/// derive_kc128 makes the key of the 128-bit algorithms of GSM and GPRS.
//= TS 33.102, B.5
Kc128 derive_kc128(const Ck& ck, const Ik& ik);

/// Which of the two ways GSM-MILENAGE makes SRES.
enum class SresForm : Byte {
  folded,     ///< derivation 1: both halves of RES added, which is c2
  truncated,  ///< derivation 2: the first half of RES
};
struct GsmVector {
  Rand rand;
  Sres sres;
  Kc kc;
};
/// make_gsm_vector is GSM-MILENAGE, an A3/A8 out of MILENAGE.
//= TS 55.205, 3
GsmVector make_gsm_vector(const K& k, const Opc& opc, const Rand& rand, SresForm form = SresForm::folded);

}  // namespace baton
