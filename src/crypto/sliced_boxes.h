// sliced_boxes.h: the S-boxes of AES, SNOW 3G, ZUC and KASUMI as Boolean functions: no table, no index, no
// branch. Word i of the argument holds bit i (0 is the least significant) of as many octets as a word has
// bits. W is any type with &, ^ and ~. Nobody outside crypto includes this.
#pragma once

#include <array>
#include <cstddef>

namespace baton::crypto::sliced {

template <class W>
using Octets = std::array<W, 8>;

/// The S-box of AES in 113 gates, after J. Boyar and R. Peralta, "A depth-16 circuit for the AES S-box"
/// (IACR ePrint 2011/332).
//= FIPS 197, 5.1.1
template <class W>
constexpr void aes(Octets<W>& q) {
  const W x0 = q[7];
  const W x1 = q[6];
  const W x2 = q[5];
  const W x3 = q[4];
  const W x4 = q[3];
  const W x5 = q[2];
  const W x6 = q[1];
  const W x7 = q[0];
  const W y14 = x3 ^ x5;
  const W y13 = x0 ^ x6;
  const W y9 = x0 ^ x3;
  const W y8 = x0 ^ x5;
  const W t0 = x1 ^ x2;
  const W y1 = t0 ^ x7;
  const W y4 = y1 ^ x3;
  const W y12 = y13 ^ y14;
  const W y2 = y1 ^ x0;
  const W y5 = y1 ^ x6;
  const W y3 = y5 ^ y8;
  const W t1 = x4 ^ y12;
  const W y15 = t1 ^ x5;
  const W y20 = t1 ^ x1;
  const W y6 = y15 ^ x7;
  const W y10 = y15 ^ t0;
  const W y11 = y20 ^ y9;
  const W y7 = x7 ^ y11;
  const W y17 = y10 ^ y11;
  const W y19 = y10 ^ y8;
  const W y16 = t0 ^ y11;
  const W y21 = y13 ^ y16;
  const W y18 = x0 ^ y16;
  const W t2 = y12 & y15;
  const W t3 = y3 & y6;
  const W t4 = t3 ^ t2;
  const W t5 = y4 & x7;
  const W t6 = t5 ^ t2;
  const W t7 = y13 & y16;
  const W t8 = y5 & y1;
  const W t9 = t8 ^ t7;
  const W t10 = y2 & y7;
  const W t11 = t10 ^ t7;
  const W t12 = y9 & y11;
  const W t13 = y14 & y17;
  const W t14 = t13 ^ t12;
  const W t15 = y8 & y10;
  const W t16 = t15 ^ t12;
  const W t17 = t4 ^ t14;
  const W t18 = t6 ^ t16;
  const W t19 = t9 ^ t14;
  const W t20 = t11 ^ t16;
  const W t21 = t17 ^ y20;
  const W t22 = t18 ^ y19;
  const W t23 = t19 ^ y21;
  const W t24 = t20 ^ y18;
  const W t25 = t21 ^ t22;
  const W t26 = t21 & t23;
  const W t27 = t24 ^ t26;
  const W t28 = t25 & t27;
  const W t29 = t28 ^ t22;
  const W t30 = t23 ^ t24;
  const W t31 = t22 ^ t26;
  const W t32 = t31 & t30;
  const W t33 = t32 ^ t24;
  const W t34 = t23 ^ t33;
  const W t35 = t27 ^ t33;
  const W t36 = t24 & t35;
  const W t37 = t36 ^ t34;
  const W t38 = t27 ^ t36;
  const W t39 = t29 & t38;
  const W t40 = t25 ^ t39;
  const W t41 = t40 ^ t37;
  const W t42 = t29 ^ t33;
  const W t43 = t29 ^ t40;
  const W t44 = t33 ^ t37;
  const W t45 = t42 ^ t41;
  const W z0 = t44 & y15;
  const W z1 = t37 & y6;
  const W z2 = t33 & x7;
  const W z3 = t43 & y16;
  const W z4 = t40 & y1;
  const W z5 = t29 & y7;
  const W z6 = t42 & y11;
  const W z7 = t45 & y17;
  const W z8 = t41 & y10;
  const W z9 = t44 & y12;
  const W z10 = t37 & y3;
  const W z11 = t33 & y4;
  const W z12 = t43 & y13;
  const W z13 = t40 & y5;
  const W z14 = t29 & y2;
  const W z15 = t42 & y9;
  const W z16 = t45 & y14;
  const W z17 = t41 & y8;
  const W t46 = z15 ^ z16;
  const W t47 = z10 ^ z11;
  const W t48 = z5 ^ z13;
  const W t49 = z9 ^ z10;
  const W t50 = z2 ^ z12;
  const W t51 = z2 ^ z5;
  const W t52 = z7 ^ z8;
  const W t53 = z0 ^ z3;
  const W t54 = z6 ^ z7;
  const W t55 = z16 ^ z17;
  const W t56 = z12 ^ t48;
  const W t57 = t50 ^ t53;
  const W t58 = z4 ^ t46;
  const W t59 = z3 ^ t54;
  const W t60 = t46 ^ t57;
  const W t61 = z14 ^ t57;
  const W t62 = t52 ^ t58;
  const W t63 = t49 ^ t58;
  const W t64 = z4 ^ t59;
  const W t65 = t61 ^ t62;
  const W t66 = z1 ^ t63;
  const W s0 = t59 ^ t63;
  const W s6 = t56 ^ ~t62;
  const W s7 = t48 ^ ~t60;
  const W t67 = t64 ^ t65;
  const W s3 = t53 ^ t66;
  const W s4 = t51 ^ t66;
  const W s5 = t47 ^ t65;
  const W s1 = t64 ^ ~s3;
  const W s2 = t55 ^ ~t67;
  q = {s7, s6, s5, s4, s3, s2, s1, s0};
}

/// Multiplication and squaring in GF(2^8) of SNOW 3G's second S-box: x^8 = x^6 + x^5 + x^3 + 1.
template <class W>
constexpr Octets<W> snow_reduce(std::array<W, 15> c) {
  const auto fold = [&c](std::size_t k) {
    c[k - 2] ^= c[k];
    c[k - 3] ^= c[k];
    c[k - 5] ^= c[k];
    c[k - 8] ^= c[k];
  };
  fold(14);
  fold(13);
  fold(12);
  fold(11);
  fold(10);
  fold(9);
  fold(8);
  return {c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]};
}
template <class W>
constexpr Octets<W> snow_square(const Octets<W>& a) {
  return snow_reduce<W>({a[0], W{}, a[1], W{}, a[2], W{}, a[3], W{}, a[4], W{}, a[5], W{}, a[6], W{}, a[7]});
}
template <class W>
constexpr Octets<W> snow_multiply(const Octets<W>& a, const Octets<W>& b) {
  std::array<W, 15> c{};
  c[0] ^= a[0] & b[0];
  c[1] ^= a[0] & b[1];
  c[2] ^= a[0] & b[2];
  c[3] ^= a[0] & b[3];
  c[4] ^= a[0] & b[4];
  c[5] ^= a[0] & b[5];
  c[6] ^= a[0] & b[6];
  c[7] ^= a[0] & b[7];
  c[1] ^= a[1] & b[0];
  c[2] ^= a[1] & b[1];
  c[3] ^= a[1] & b[2];
  c[4] ^= a[1] & b[3];
  c[5] ^= a[1] & b[4];
  c[6] ^= a[1] & b[5];
  c[7] ^= a[1] & b[6];
  c[8] ^= a[1] & b[7];
  c[2] ^= a[2] & b[0];
  c[3] ^= a[2] & b[1];
  c[4] ^= a[2] & b[2];
  c[5] ^= a[2] & b[3];
  c[6] ^= a[2] & b[4];
  c[7] ^= a[2] & b[5];
  c[8] ^= a[2] & b[6];
  c[9] ^= a[2] & b[7];
  c[3] ^= a[3] & b[0];
  c[4] ^= a[3] & b[1];
  c[5] ^= a[3] & b[2];
  c[6] ^= a[3] & b[3];
  c[7] ^= a[3] & b[4];
  c[8] ^= a[3] & b[5];
  c[9] ^= a[3] & b[6];
  c[10] ^= a[3] & b[7];
  c[4] ^= a[4] & b[0];
  c[5] ^= a[4] & b[1];
  c[6] ^= a[4] & b[2];
  c[7] ^= a[4] & b[3];
  c[8] ^= a[4] & b[4];
  c[9] ^= a[4] & b[5];
  c[10] ^= a[4] & b[6];
  c[11] ^= a[4] & b[7];
  c[5] ^= a[5] & b[0];
  c[6] ^= a[5] & b[1];
  c[7] ^= a[5] & b[2];
  c[8] ^= a[5] & b[3];
  c[9] ^= a[5] & b[4];
  c[10] ^= a[5] & b[5];
  c[11] ^= a[5] & b[6];
  c[12] ^= a[5] & b[7];
  c[6] ^= a[6] & b[0];
  c[7] ^= a[6] & b[1];
  c[8] ^= a[6] & b[2];
  c[9] ^= a[6] & b[3];
  c[10] ^= a[6] & b[4];
  c[11] ^= a[6] & b[5];
  c[12] ^= a[6] & b[6];
  c[13] ^= a[6] & b[7];
  c[7] ^= a[7] & b[0];
  c[8] ^= a[7] & b[1];
  c[9] ^= a[7] & b[2];
  c[10] ^= a[7] & b[3];
  c[11] ^= a[7] & b[4];
  c[12] ^= a[7] & b[5];
  c[13] ^= a[7] & b[6];
  c[14] ^= a[7] & b[7];
  return snow_reduce<W>(c);
}

/// SQ of SNOW 3G: x + x^9 + x^13 + x^15 + x^33 + x^41 + x^45 + x^47 + x^49 + 25, which is
/// x + p + x^32 (p + x + x^17) + 25 with p = x^9 (1 + x^4 + x^6).
//= TS 35.216, 3.3.2
template <class W>
constexpr void snow_sq(Octets<W>& x) {
  const Octets<W> x2 = snow_square(x);
  const Octets<W> x4 = snow_square(x2);
  const Octets<W> x8 = snow_square(x4);
  const Octets<W> x16 = snow_square(x8);
  const Octets<W> x32 = snow_square(x16);
  Octets<W> a = snow_multiply(x4, x2);
  for (std::size_t i = 0; i < 8; ++i) a[i] ^= x4[i];
  a[0] = ~a[0];
  const Octets<W> x9_a = snow_multiply(snow_multiply(x8, a), x);  // p
  Octets<W> b = snow_multiply(x16, x);
  for (std::size_t i = 0; i < 8; ++i) b[i] ^= x9_a[i] ^ x[i];
  const Octets<W> c = snow_multiply(x32, b);
  for (std::size_t i = 0; i < 8; ++i) x[i] ^= x9_a[i] ^ c[i];
  x[0] = ~x[0];
  x[2] = ~x[2];
  x[5] = ~x[5];
}

/// P1, one of the three small functions inside S0 of ZUC.
template <class W>
constexpr void zuc_p1(std::array<W, 4>& x) {
  const auto [x0, x1, x2, x3] = x;
  const W x01 = x0 & x1;
  const W x02 = x0 & x2;
  const W x12 = x1 & x2;
  const W x03 = x0 & x3;
  const W x13 = x1 & x3;
  const W x23 = x2 & x3;
  x[0] = ~(x1 ^ x3 ^ x13 ^ x23);
  x[1] = x0 ^ x2 ^ x02 ^ x03;
  x[2] = x0 ^ x2 ^ x02 ^ x12;
  x[3] = ~(x1 ^ x3 ^ x01 ^ x13);
}
/// P2, one of the three small functions inside S0 of ZUC.
template <class W>
constexpr void zuc_p2(std::array<W, 4>& x) {
  const auto [x0, x1, x2, x3] = x;
  const W x01 = x0 & x1;
  const W x02 = x0 & x2;
  const W x12 = x1 & x2;
  const W x03 = x0 & x3;
  const W x13 = x1 & x3;
  const W x23 = x2 & x3;
  const W x012 = x12 & x0;
  const W x013 = x13 & x0;
  const W x023 = x23 & x0;
  const W x123 = x23 & x1;
  x[0] = x0 ^ x2 ^ x3 ^ x12 ^ x03 ^ x13 ^ x23 ^ x012;
  x[1] = x1 ^ x2 ^ x3 ^ x01 ^ x02 ^ x03 ^ x13 ^ x23 ^ x123;
  x[2] = x0 ^ x1 ^ x2 ^ x01 ^ x12 ^ x03 ^ x023 ^ x123;
  x[3] = ~(x1 ^ x2 ^ x03 ^ x13 ^ x23 ^ x012 ^ x013);
}
/// P3, one of the three small functions inside S0 of ZUC.
template <class W>
constexpr void zuc_p3(std::array<W, 4>& x) {
  const auto [x0, x1, x2, x3] = x;
  const W x01 = x0 & x1;
  const W x02 = x0 & x2;
  const W x12 = x1 & x2;
  const W x03 = x0 & x3;
  const W x13 = x1 & x3;
  const W x23 = x2 & x3;
  x[0] = x3 ^ x02 ^ x23;
  x[1] = ~(x2 ^ x12 ^ x13);
  x[2] = x0 ^ x03 ^ x13;
  x[3] = x1 ^ x01 ^ x02;
}
/// S0 of ZUC: three rounds of a Feistel network of half octets, then a turn by five bits.
//= TS 35.222, 3.4.2
template <class W>
constexpr void zuc_s0(Octets<W>& x) {
  std::array<W, 4> low{x[0], x[1], x[2], x[3]};
  std::array<W, 4> high{x[4], x[5], x[6], x[7]};
  const auto add = [](std::array<W, 4>& to, std::array<W, 4> from, void (*f)(std::array<W, 4>&)) {
    f(from);
    for (std::size_t i = 0; i < 4; ++i) to[i] ^= from[i];
  };
  add(high, low, zuc_p1<W>);
  add(low, high, zuc_p2<W>);
  add(high, low, zuc_p3<W>);
  x = {low[3], high[0], high[1], high[2], high[3], low[0], low[1], low[2]};
}

/// S1 of ZUC is an inverse in another representation of GF(2^8): a linear map, the S-box of AES, an affine
/// map.
//= TS 35.222, 3.4.2
template <class W>
constexpr void zuc_to_aes(Octets<W>& x) {
  x = {x[0] ^ x[1] ^ x[3] ^ x[5],
       x[1] ^ x[2] ^ x[3] ^ x[4] ^ x[5],
       x[3] ^ x[4] ^ x[5] ^ x[6],
       x[1] ^ x[4] ^ x[5] ^ x[7],
       x[4] ^ x[7],
       x[1] ^ x[5] ^ x[6] ^ x[7],
       x[1] ^ x[3] ^ x[5] ^ x[7],
       x[2] ^ x[3] ^ x[4] ^ x[5]};
}
template <class W>
constexpr void zuc_from_aes(Octets<W>& x) {
  x = {x[1] ^ x[2] ^ x[3] ^ x[5] ^ x[6],
       x[4] ^ x[5] ^ x[6],
       ~(x[0] ^ x[1] ^ x[4] ^ x[7]),
       ~(x[0] ^ x[1] ^ x[5] ^ x[7]),
       ~x[3],
       ~(x[0] ^ x[4] ^ x[7]),
       x[0] ^ x[1] ^ x[6],
       ~(x[1] ^ x[2] ^ x[3])};
}
template <class W>
constexpr void zuc_s1(Octets<W>& x) {
  zuc_to_aes(x);
  aes(x);
  zuc_from_aes(x);
}

/// S7 of KASUMI, of degree three.
//= TS 35.202, 4.5.1
template <class W>
constexpr void kasumi_s7(std::array<W, 7>& x) {
  const auto [x0, x1, x2, x3, x4, x5, x6] = x;
  const W x01 = x0 & x1;
  const W x02 = x0 & x2;
  const W x12 = x1 & x2;
  const W x03 = x0 & x3;
  const W x13 = x1 & x3;
  const W x23 = x2 & x3;
  const W x04 = x0 & x4;
  const W x14 = x1 & x4;
  const W x24 = x2 & x4;
  const W x34 = x3 & x4;
  const W x05 = x0 & x5;
  const W x15 = x1 & x5;
  const W x25 = x2 & x5;
  const W x35 = x3 & x5;
  const W x45 = x4 & x5;
  const W x06 = x0 & x6;
  const W x16 = x1 & x6;
  const W x26 = x2 & x6;
  const W x36 = x3 & x6;
  const W x46 = x4 & x6;
  const W x56 = x5 & x6;
  const W x012 = x12 & x0;
  const W x013 = x13 & x0;
  const W x123 = x23 & x1;
  const W x014 = x14 & x0;
  const W x024 = x24 & x0;
  const W x124 = x24 & x1;
  const W x034 = x34 & x0;
  const W x234 = x34 & x2;
  const W x015 = x15 & x0;
  const W x025 = x25 & x0;
  const W x125 = x25 & x1;
  const W x035 = x35 & x0;
  const W x135 = x35 & x1;
  const W x235 = x35 & x2;
  const W x045 = x45 & x0;
  const W x145 = x45 & x1;
  const W x345 = x45 & x3;
  const W x016 = x16 & x0;
  const W x026 = x26 & x0;
  const W x126 = x26 & x1;
  const W x036 = x36 & x0;
  const W x136 = x36 & x1;
  const W x236 = x36 & x2;
  const W x146 = x46 & x1;
  const W x246 = x46 & x2;
  const W x346 = x46 & x3;
  const W x056 = x56 & x0;
  const W x156 = x56 & x1;
  const W x256 = x56 & x2;
  const W x456 = x56 & x4;
  x[0] = x4 ^ x5 ^ x6 ^ x13 ^ x25 ^ x06 ^ x16 ^ x36 ^ x014 ^ x345 ^ x246 ^ x156 ^ x456;
  x[1] = ~(x5 ^ x6 ^ x01 ^ x04 ^ x24 ^ x36 ^ x125 ^ x035 ^ x026 ^ x456);
  x[2] = ~(x0 ^ x03 ^ x23 ^ x15 ^ x06 ^ x26 ^ x46 ^ x124 ^ x034 ^ x025 ^ x016);
  x[3] = x1 ^ x14 ^ x34 ^ x05 ^ x26 ^ x012 ^ x015 ^ x235 ^ x145 ^ x136;
  x[4] = ~(x3 ^ x02 ^ x13 ^ x14 ^ x05 ^ x16 ^ x36 ^ x56 ^ x014 ^ x234 ^ x135 ^ x045 ^ x036);
  x[5] = ~(x2 ^ x02 ^ x03 ^ x05 ^ x25 ^ x45 ^ x16 ^ x123 ^ x024 ^ x126 ^ x036 ^ x346 ^ x256);
  x[6] = x6 ^ x12 ^ x04 ^ x15 ^ x35 ^ x013 ^ x016 ^ x236 ^ x146 ^ x056;
}

/// S9 of KASUMI, of degree two.
//= TS 35.202, 4.5.2
template <class W>
constexpr void kasumi_s9(std::array<W, 9>& x) {
  const auto [x0, x1, x2, x3, x4, x5, x6, x7, x8] = x;
  const W x01 = x0 & x1;
  const W x02 = x0 & x2;
  const W x12 = x1 & x2;
  const W x03 = x0 & x3;
  const W x13 = x1 & x3;
  const W x23 = x2 & x3;
  const W x04 = x0 & x4;
  const W x14 = x1 & x4;
  const W x24 = x2 & x4;
  const W x34 = x3 & x4;
  const W x05 = x0 & x5;
  const W x15 = x1 & x5;
  const W x25 = x2 & x5;
  const W x35 = x3 & x5;
  const W x45 = x4 & x5;
  const W x06 = x0 & x6;
  const W x16 = x1 & x6;
  const W x26 = x2 & x6;
  const W x36 = x3 & x6;
  const W x46 = x4 & x6;
  const W x56 = x5 & x6;
  const W x07 = x0 & x7;
  const W x17 = x1 & x7;
  const W x27 = x2 & x7;
  const W x37 = x3 & x7;
  const W x47 = x4 & x7;
  const W x57 = x5 & x7;
  const W x67 = x6 & x7;
  const W x08 = x0 & x8;
  const W x18 = x1 & x8;
  const W x28 = x2 & x8;
  const W x38 = x3 & x8;
  const W x48 = x4 & x8;
  const W x58 = x5 & x8;
  const W x68 = x6 & x8;
  const W x78 = x7 & x8;
  x[0] = ~(x3 ^ x02 ^ x25 ^ x56 ^ x07 ^ x17 ^ x27 ^ x48 ^ x58 ^ x78);
  x[1] = ~(x1 ^ x6 ^ x01 ^ x23 ^ x04 ^ x14 ^ x05 ^ x35 ^ x17 ^ x27 ^ x58);
  x[2] = ~(x1 ^ x8 ^ x03 ^ x34 ^ x05 ^ x26 ^ x36 ^ x56 ^ x47 ^ x57 ^ x67 ^ x08);
  x[3] = x0 ^ x5 ^ x12 ^ x03 ^ x24 ^ x06 ^ x16 ^ x47 ^ x08 ^ x18 ^ x78;
  x[4] = x4 ^ x01 ^ x13 ^ x05 ^ x36 ^ x07 ^ x67 ^ x18 ^ x28 ^ x38;
  x[5] = ~(x2 ^ x14 ^ x45 ^ x06 ^ x16 ^ x37 ^ x47 ^ x67 ^ x58 ^ x68 ^ x78);
  x[6] = x0 ^ x7 ^ x23 ^ x15 ^ x25 ^ x45 ^ x36 ^ x46 ^ x56 ^ x18 ^ x38 ^ x58 ^ x78;
  x[7] = ~(x3 ^ x8 ^ x01 ^ x02 ^ x12 ^ x03 ^ x23 ^ x45 ^ x26 ^ x36 ^ x27 ^ x57);
  x[8] = x2 ^ x7 ^ x01 ^ x12 ^ x34 ^ x15 ^ x25 ^ x16 ^ x46 ^ x28 ^ x38;
}

}  // namespace baton::crypto::sliced
