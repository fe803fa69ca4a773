#include "ids/plmn_id.h"

namespace baton {

Expected<PlmnId, IdError> PlmnId::parse(std::string_view s) {
  if (s.size() != 5 && s.size() != 6) return Fail{IdError::wrong_length};
  if (!is_digits(s)) return Fail{IdError::not_digits};
  const auto d = [&](std::size_t i) { return static_cast<Byte>(s[i] - '0'); };
  const Byte third = s.size() == 6 ? d(5) : Byte{0xF};
  return PlmnId({static_cast<Byte>(d(1) << 4 | d(0)), static_cast<Byte>(third << 4 | d(2)),
                 static_cast<Byte>(d(4) << 4 | d(3))});
}

Expected<PlmnId, IdError> PlmnId::from_wire(Bytes in) {
  if (in.size() != 3) return Fail{IdError::wrong_length};
  const auto digit = [](unsigned nibble) { return nibble <= 9; };
  const bool mcc = digit(in[0] & 0xFU) && digit(in[0] >> 4U) && digit(in[1] & 0xFU);
  const bool mnc = digit(in[2] & 0xFU) && digit(in[2] >> 4U);
  if (!mcc || !mnc) return Fail{IdError::not_digits};
  const unsigned third = in[1] >> 4U;
  if (!digit(third) && third != 0xF) return Fail{IdError::bad_filler};
  return PlmnId({in[0], in[1], in[2]});
}

std::string PlmnId::mcc() const {
  const auto c = [](unsigned n) { return static_cast<char>('0' + n); };
  return {c(wire_[0] & 0xFU), c(wire_[0] >> 4U), c(wire_[1] & 0xFU)};
}

std::string PlmnId::mnc() const {
  const auto c = [](unsigned n) { return static_cast<char>('0' + n); };
  std::string out{c(wire_[2] & 0xFU), c(wire_[2] >> 4U)};
  if ((wire_[1] >> 4U) != 0xF) out.push_back(c(wire_[1] >> 4U));
  return out;
}

std::string PlmnId::realm() const {
  std::string three = mnc();
  if (three.size() == 2) three.insert(three.begin(), '0');
  return "epc.mnc" + three + ".mcc" + mcc() + ".3gppnetwork.org";
}

}  // namespace baton
