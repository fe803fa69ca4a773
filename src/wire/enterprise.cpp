#include "wire/enterprise.h"

namespace baton::wire {

namespace {
// Written once, before there are threads.
std::uint16_t in_use = enterprise_default;
}  // namespace

std::uint16_t enterprise() { return in_use; }
void set_enterprise(std::uint16_t number) { in_use = number == 0 ? enterprise_default : number; }

std::uint32_t on_wire(std::uint32_t vendor) { return vendor == enterprise_default ? in_use : vendor; }
std::uint32_t from_wire(std::uint32_t vendor) {
  if (vendor == in_use) return enterprise_default;
  return vendor == enterprise_default ? vendor_unknown : vendor;
}

}  // namespace baton::wire
