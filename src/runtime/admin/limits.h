// limits.h: every bound of the administration, with its reason.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace baton::runtime::admin {

/// One subscriber as JSON: fifty APNs of some three hundred characters.
inline constexpr std::size_t body_octets_max = 64 * 1024;
/// A file of a million subscribers in the plain format.
inline constexpr std::size_t import_octets_max = std::size_t{256} << 20U;
/// Subscribers of one page: what one turn of the loop may spend on it.
inline constexpr std::size_t page_max = 500;
inline constexpr std::size_t page_default = 100;
/// Entries of the audit log of one page.
inline constexpr std::size_t audit_page_max = 500;
/// Mistakes of an import that an answer names; the rest is counted.
inline constexpr std::size_t import_mistakes_named = 1'000;
/// Tokens of one file: people and programs of one operator.
inline constexpr std::size_t tokens_max = 1'000;
inline constexpr std::size_t token_octets_max = 256;
/// Tasks under way at the node, for all callers.
inline constexpr std::size_t tasks_max = 1'024;
/// Requests of one caller: so many at once, so many a second after that.
inline constexpr double requests_at_once = 200;
inline constexpr double requests_per_second = 100;
/// Wrong tokens from one address, the same way. A token has 256 bits: this keeps the log readable.
inline constexpr double refusals_at_once = 20;
inline constexpr double refusals_per_second = 1;
/// Callers and addresses whose rate is remembered; beyond it the memory is begun anew.
inline constexpr std::size_t callers_remembered_max = 4'096;

}  // namespace baton::runtime::admin
