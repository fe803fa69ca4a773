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
  // Every AVP of every message passes here: its header is taken at once.
  if (left < 8) return fail("AVP header");
  const Bytes head = *r.take("AVP header", 8);
  const auto number = [](Bytes b) {
    std::uint32_t v = 0;
    for (const Byte x : b) v = v << 8U | x;
    return v;
  };
  a.code = number(head.first<4>());
  const Byte flags = head[4];
  const std::size_t length = number(head.subspan<5, 3>());
  a.mandatory = (flags & 0x40U) != 0;
  std::size_t header = 8;
  if ((flags & 0x80U) != 0) {
    header = 12;
    if (left < header) return fail("AVP header");
    a.vendor = from_wire(number(*r.take("Vendor-ID", 4)));
  }
  if (length < header || length > left) {
    const AvpDef* def = find_avp(a.code, a.vendor);
    return fail(def != nullptr ? def->name : "AVP");
  }
  a.value_offset = r.offset();
  a.value = *r.take("AVP", length - header);
  (void)r.take("padding", std::min((4 - length % 4) % 4, r.left()));
  return a;
}

}  // namespace baton::wire::diameter
