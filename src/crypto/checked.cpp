#include "crypto/checked.h"

#include <array>

#include "crypto/eea1.h"
#include "crypto/eea2.h"
#include "crypto/eea3.h"
#include "crypto/eia1.h"
#include "crypto/eia3.h"
#include "crypto/kasumi.h"

namespace baton::crypto {
namespace {

constexpr std::array ciphers{Cipher::eea1, Cipher::eea2, Cipher::eea3, Cipher::uea1, Cipher::uea2};
constexpr std::array codes{Code::eia1, Code::eia2, Code::eia3, Code::uia1, Code::uia2};

template <class Value, class All>
std::optional<Value> named(std::string_view name, const All& all) {
  for (const Value v : all)
    if (to_string(v) == name) return v;
  return std::nullopt;
}

constexpr std::uint64_t u32_max = 0xFFFF'FFFF;

std::optional<InputRefusal> wrong(const AlgorithmInput& in, bool fresh) {
  if (in.key.size() != 16) return InputRefusal::key_length;
  if (in.count > u32_max) return InputRefusal::count_range;
  if (fresh && in.bearer_or_fresh > u32_max) return InputRefusal::fresh_range;
  if (!fresh && in.bearer_or_fresh > bearer_max) return InputRefusal::bearer_range;
  if (in.direction > 1) return InputRefusal::direction_range;
  if (in.bits > 8 * in.data.size()) return InputRefusal::length_over_data;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Cipher c) {
  switch (c) {
    case Cipher::eea1: return "eea1";
    case Cipher::eea2: return "eea2";
    case Cipher::eea3: return "eea3";
    case Cipher::uea1: return "uea1";
    case Cipher::uea2: return "uea2";
  }
  return "?";
}
std::string_view to_string(Code c) {
  switch (c) {
    case Code::eia1: return "eia1";
    case Code::eia2: return "eia2";
    case Code::eia3: return "eia3";
    case Code::uia1: return "uia1";
    case Code::uia2: return "uia2";
  }
  return "?";
}
std::optional<Cipher> cipher_from(std::string_view name) { return named<Cipher>(name, ciphers); }
std::optional<Code> code_from(std::string_view name) { return named<Code>(name, codes); }
bool takes_fresh(Code c) { return c == Code::uia1 || c == Code::uia2; }

std::string_view to_string(InputRefusal r) {
  switch (r) {
    case InputRefusal::key_length: return "the key is 16 octets";
    case InputRefusal::count_range: return "COUNT is 32 bits";
    case InputRefusal::bearer_range: return "BEARER is 5 bits, 0 to 31";
    case InputRefusal::fresh_range: return "FRESH is 32 bits";
    case InputRefusal::direction_range: return "DIRECTION is 0 or 1";
    case InputRefusal::length_over_data: return "there are fewer bits of data than that";
  }
  return "?";
}

Expected<ByteVector, InputRefusal> cipher_checked(Cipher c, const AlgorithmInput& in) {
  if (const auto problem = wrong(in, false)) return Fail{*problem};
  const auto key = in.key.first<16>();
  const auto count = static_cast<std::uint32_t>(in.count);
  const auto bearer = static_cast<Byte>(in.bearer_or_fresh);
  const auto direction = static_cast<Direction>(in.direction);
  const Bytes used = in.data.first((in.bits + 7) / 8);
  ByteVector data(used.begin(), used.end());
  switch (c) {
    case Cipher::eea1: eea1(key, count, bearer, direction, in.bits, data); break;
    case Cipher::eea2: eea2(key, count, bearer, direction, in.bits, data); break;
    case Cipher::eea3: eea3(key, count, bearer, direction, in.bits, data); break;
    case Cipher::uea1: uea1(key, count, bearer, direction, in.bits, data); break;
    case Cipher::uea2: uea2(key, count, bearer, direction, in.bits, data); break;
  }
  return data;
}

Expected<MacI, InputRefusal> code_checked(Code c, const AlgorithmInput& in) {
  if (const auto problem = wrong(in, takes_fresh(c))) return Fail{*problem};
  const auto key = in.key.first<16>();
  const auto count = static_cast<std::uint32_t>(in.count);
  const auto bearer = static_cast<Byte>(in.bearer_or_fresh);
  const auto fresh = static_cast<std::uint32_t>(in.bearer_or_fresh);
  const auto direction = static_cast<Direction>(in.direction);
  switch (c) {
    case Code::eia1: return eia1(key, count, bearer, direction, in.bits, in.data);
    case Code::eia2: return eia2(key, count, bearer, direction, in.bits, in.data);
    case Code::eia3: return eia3(key, count, bearer, direction, in.bits, in.data);
    case Code::uia1: return uia1(key, count, fresh, direction, in.bits, in.data);
    case Code::uia2: return uia2(key, count, fresh, direction, in.bits, in.data);
  }
  return MacI{};
}

}  // namespace baton::crypto
