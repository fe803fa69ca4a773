#include "ids/location.h"

namespace baton {

namespace {
std::string hex_number(std::uint32_t v, int digits) {
  std::string out(static_cast<std::size_t>(digits), '0');
  for (int i = digits - 1; i >= 0; --i, v >>= 4U)
    out[static_cast<std::size_t>(i)] = "0123456789abcdef"[v & 0xFU];
  return out;
}
}  // namespace

std::string to_string(const Tai& t) { return t.plmn.to_string() + "-" + hex_number(t.tac.value, 4); }

std::string to_string(const Guti& g) {
  return g.mme.plmn.to_string() + "-" + hex_number(g.mme.group.value, 4) + "-" +
         hex_number(g.mme.code.value, 2) + "-" + hex_number(g.m_tmsi.value, 8);
}

}  // namespace baton
