#include "wire/diameter/raw_avp.h"

#include <algorithm>

namespace baton::wire::diameter {

//= RFC 6733, 4.1
Expected<RawAvp, Error> next_avp(Reader& r) {
  RawAvp a;
  a.offset = r.offset();
  const std::size_t left = r.left();
  const auto fail = [&](std::string_view field) {
    return Fail{Error{Fault::short_read, r.message(), field, a.offset, a.code}};
  };
  if (left < 8) return fail("AVP header");
  a.code = static_cast<std::uint32_t>(*r.u("AVP Code", 4));
  const auto flags = static_cast<Byte>(*r.u("AVP Flags", 1));
  const auto length = static_cast<std::size_t>(*r.u("AVP Length", 3));
  a.mandatory = (flags & 0x40U) != 0;
  std::size_t header = 8;
  if ((flags & 0x80U) != 0) {
    header = 12;
    if (left < header) return fail("AVP header");
    a.vendor = static_cast<std::uint32_t>(*r.u("Vendor-ID", 4));
  }
  const AvpDef* def = find_avp(a.code, a.vendor);
  const std::string_view name = def != nullptr ? def->name : "AVP";
  if (length < header || length > left) return fail(name);
  a.value_offset = r.offset();
  a.value = *r.take(name, length - header);
  (void)r.take("padding", std::min((4 - length % 4) % 4, r.left()));
  return a;
}

}  // namespace baton::wire::diameter
