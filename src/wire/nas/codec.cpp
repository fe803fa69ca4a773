#include "wire/nas/codec.h"

namespace baton::wire::nas {

Trouble step_over(Reader& r, Byte iei) {
  // Bit 8 set: type and value share the octet, or there is no value; nothing is left to skip.
  //= TS 24.007, 11.2.4
  if ((iei & 0x80U) != 0) return {};
  //= TS 24.301, 7.5.1
  // "Comprehension required": an element that may not be stepped over has an IEI of 0x00 to 0x0F.
  if ((iei & 0xF0U) == 0) return r.error(Fault::unknown_mandatory, "IEI", iei);
  const std::size_t octets_of_length = (iei & 0x78U) == 0x78U ? 2 : 1;
  const auto n = r.u("unknown element", octets_of_length);
  if (!n) return n.why();
  const auto skipped = r.take("unknown element", static_cast<std::size_t>(*n));
  if (!skipped) return skipped.why();
  return {};
}

Expected<Header, Error> read_header(Reader& r, Family family, Byte type) {
  if (r.left() > message_octets_max) return Fail{r.error(Fault::too_many, "NAS message")};
  const auto first = r.u("protocol discriminator", 1);
  if (!first) return Fail{first.why()};
  Header h;
  if ((*first & 0x0FU) != static_cast<Byte>(family))
    return Fail{r.error(Fault::wrong_type, "protocol discriminator")};
  if (family == Family::esm) {
    h.bearer = static_cast<Byte>(*first >> 4U);
    const auto pti = r.u("procedure transaction identity", 1);
    if (!pti) return Fail{pti.why()};
    h.pti = static_cast<Byte>(*pti);
  } else if (*first >> 4U != 0) {
    return Fail{
        r.error(Fault::unsupported, "security header type", static_cast<std::uint32_t>(*first >> 4U))};
  }
  const auto got = r.u("message type", 1);
  if (!got) return Fail{got.why()};
  if (*got != type) return Fail{r.error(Fault::wrong_type, "message type", static_cast<std::uint32_t>(*got))};
  return h;
}

void describe_line(std::string& out, std::string_view name, std::string value) {
  out.append("  ").append(name).append(": ").append(value).append("\n");
}

}  // namespace baton::wire::nas
