#include "vault/keyring.h"

#include <array>
#include <cassert>
#include <string>

namespace baton::vault {
namespace {

constexpr Byte format = 1;
constexpr std::size_t header_octets = 5;

void put_number(ByteVector& out, std::uint32_t number) {
  for (unsigned shift = 32; shift > 0; shift -= 8) out.push_back(static_cast<Byte>(number >> (shift - 8)));
}

/// Lengths stand before the parts, so that no two pairs give the same octets.
ByteVector bound_to(std::uint32_t number, std::string_view row, std::string_view field) {
  ByteVector out;
  put_number(out, number);
  for (const std::string_view part : {row, field}) {
    put_number(out, static_cast<std::uint32_t>(part.size()));
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

}  // namespace

DataKey make_data_key() {
  std::array<Byte, DataKey::size> octets{};
  random_octets(octets);
  DataKey key(octets);
  secure_wipe(octets.data(), octets.size());
  return key;
}

void Keyring::add(std::uint32_t number, DataKey key) {
  keys_.insert_or_assign(number, Locked(std::move(key)));
}

ByteVector Keyring::seal(std::string_view row, std::string_view field, Bytes plain) const {
  assert(!keys_.empty());
  const auto& [number, key] = *keys_.rbegin();
  ByteVector out{format};
  put_number(out, number);
  const ByteVector sealed = xaes_seal(*key, bound_to(number, row, field), plain);
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

std::uint32_t Keyring::sealed_under(Bytes sealed) {
  if (sealed.size() < header_octets + nonce_octets + tag_octets || sealed[0] != format) return 0;
  std::uint32_t number = 0;
  for (std::size_t i = 1; i < header_octets; ++i) number = number << 8U | sealed[i];
  return number;
}

Expected<WipedOctets, VaultError> Keyring::open(std::string_view row, std::string_view field,
                                                Bytes sealed) const {
  const std::uint32_t number = sealed_under(sealed);
  const auto key = keys_.find(number);
  if (key == keys_.end())
    return Fail{
        VaultError{"it is sealed under data key " + std::to_string(number) + ", which is not here", true}};
  auto plain = xaes_open(*key->second, bound_to(number, row, field), sealed.subspan(header_octets));
  if (!plain) return Fail{VaultError{"it was changed, or is another's", true}};
  return std::move(*plain);
}

}  // namespace baton::vault
