// enterprise.h: the enterprise number under which Baton says what no standard has.
#pragma once

#include <cstdint>

namespace baton::wire {

/// The number reserved for examples (RFC 5612): what stands in the tables of the code, and on the wire unless
/// the configuration has another.
inline constexpr std::uint16_t enterprise_default = 32473;  // extension

/// enterprise is the number in use: of the Private Extension of TS 29.274, 8.67, which has 16 bits for it,
/// and of the vendor AVPs and the application of Diameter. One for a process, because messages are read and
/// written in many places that belong to no node (captures, the printer).
std::uint16_t enterprise();

/// set_enterprise is called before any node is made, with the number of the configuration. 0 is nobody's and
/// is taken for the default.
void set_enterprise(std::uint16_t number);

/// on_wire is what stands in a message for a vendor of the code's tables; from_wire is the inverse. Where the
/// configuration has a number of its own, the reserved one is a stranger's, `vendor_unknown`.
std::uint32_t on_wire(std::uint32_t vendor);
std::uint32_t from_wire(std::uint32_t vendor);
inline constexpr std::uint32_t vendor_unknown = 0xFFFF'FFFF;

}  // namespace baton::wire
