// raw_avp.h: one AVP as it stands in a message, before anybody knows what it means.
#pragma once

#include "wire/cursor.h"
#include "wire/diameter/avp.h"

namespace baton::wire::diameter {

/// RawAvp is an AVP's header and a view of its value.
struct RawAvp {
  std::uint32_t code = 0;
  std::uint32_t vendor = 0;
  bool mandatory = false;
  std::size_t offset = 0;        ///< of the AVP, from the start of the message
  std::size_t value_offset = 0;  ///< of its value
  Bytes value{};
  bool is(const AvpDef& def) const { return code == def.code && vendor == def.vendor; }
};

/// next_avp takes one AVP and its padding. short_read when its length does not fit, with the offset where
/// the AVP begins. The padding of the last AVP inside a Grouped one may be missing.
Expected<RawAvp, Error> next_avp(Reader& r);

/// put_avp appends an AVP whose value `body` appends, with length and padding.
template <class Body>
void put_avp(Writer& w, const AvpDef& def, Body body) {
  const std::size_t start = w.size();
  w.u(def.code, 4);
  w.u8(static_cast<Byte>((def.vendor != 0 ? 0x80 : 0) | (def.mandatory ? 0x40 : 0)));
  w.u(0, 3);
  if (def.vendor != 0) w.u(on_wire(def.vendor), 4);
  body();
  const std::size_t length = w.size() - start;
  w.patch(start + 5, length, 3);
  w.zeros((4 - length % 4) % 4);
}

}  // namespace baton::wire::diameter
