// secrets.cpp: where in a PDU the keys are.
#include <array>

#include "wire/s1ap/codec.h"
#include "wire/s1ap/s1ap.h"

namespace baton::wire::s1ap {
namespace {

/// The IEs whose rows hold a key. Their ids mean the same in every message.
constexpr std::array secret_ids{IeId::security_key, IeId::security_context, IeId::private_kenb_star};

bool is_secret(IeId id) {
  for (const IeId s : secret_ids)
    if (s == id) return true;
  return false;
}

}  // namespace

std::vector<SecretRange> secret_ranges(Bytes pdu) {
  std::vector<SecretRange> out;
  auto envelope = read_pdu(pdu);
  // What cannot be walked may hold a key anywhere after the head; so may a message in fragments, whose
  // inner offsets do not map to its octets.
  const SecretRange all{std::min<std::size_t>(pdu.size(), 3),
                        pdu.size() - std::min<std::size_t>(pdu.size(), 3)};
  const auto whole = [&] { return all.octets > 0 ? std::vector{all} : std::vector<SecretRange>{}; };
  if (!envelope) return whole();
  const per::Contents& value = envelope->value;
  per::Reader r("S1AP-PDU", value.octets, value.offset);
  if (auto extended = r.bit("value"); !extended) return whole();
  auto n = r.count("protocolIEs", {0, 65'535});
  if (!n) return whole();
  for (std::size_t i = 0; i < *n; ++i) {
    auto head = read_head(r);
    if (!head) return whole();
    auto contents = r.open_type("value");
    if (!contents) return whole();
    if (!is_secret(head->id)) continue;
    if (value.fragmented || contents->fragmented) return whole();
    // A SecurityKey is 32 octets, and so is KeNB*; a SecurityContext has its chaining count in one octet
    // before them.
    const std::size_t skip = contents->octets.size() > 32 ? 1 : 0;
    if (contents->octets.size() > skip)
      out.push_back({contents->offset + skip, contents->octets.size() - skip});
  }
  return out;
}

}  // namespace baton::wire::s1ap
