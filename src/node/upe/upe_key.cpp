// upe_key.cpp: the key between the UPE and a UE, as the MME sends it.
#include <utility>

#include "node/upe/upe.h"
#include "wire/gtp2/private.h"

namespace baton::node::upe {

//= S1.A6
Expected<std::optional<UpeKey>, gtp2::CauseValue> Upe::key_in(
    const std::vector<gtp2::PrivateExtension>& extensions, Actions& out) const {
  if (config_.policy.upe_keys == context::UpeKeys::none) return std::optional<UpeKey>();
  auto said = gtp2::decode_private(extensions, wire::enterprise());
  if (!said) {
    out.count("upe.private_unreadable");
    return Fail{gtp2::CauseValue::invalid_message_format};
  }
  if (!said->kupe && !said->upe) return std::optional<UpeKey>();
  // A key without a name, a name without a key, or the key of another UPE: UE and UPE would not agree.
  if (!said->kupe || !said->upe || said->upe->upe != config_.name || said->upe->counter.value == 0) {
    out.count("upe.key_refused");
    return Fail{gtp2::CauseValue::request_rejected};
  }
  return std::optional(UpeKey{said->upe->counter, std::move(*said->kupe)});
}

void Upe::take_key(Session& session, std::optional<UpeKey> key, Actions& out) {
  if (!key) return;
  const auto peer = [&]() -> std::string {
    for (const auto& mme : config_.mmes)
      if (mme.remote == session.mme) return mme.name;
    return {};
  };
  // The same once more is no other one: its COUNTs go on.
  if (session.key && session.key->key == key->key) return;
  erase_key(session, "another K_UPE takes its place", out);
  keys_.write(out, now_, KeyEvent::received, session.imsi.digits(), key->key, "S1.A6", {}, peer());
  out.count("upe.key_taken");
  session.key = std::move(key);
}

void Upe::erase_key(Session& session, std::string_view reason, Actions& out) {
  if (!session.key) return;
  keys_.write(out, now_, KeyEvent::erased, session.imsi.digits(), session.key->key, std::string(reason));
  session.key.reset();
}

}  // namespace baton::node::upe
