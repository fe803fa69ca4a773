// upe_key.cpp: the key between the UE and the UPE. The network names it, the UE derives it.
#include <utility>

#include "node/ue/ue.h"

namespace baton::node::ue {

namespace nas = wire::nas;

//= S1.D3
bool Ue::take_upe_key(const std::string& upe, UpeKeyCounter counter, bool moves) {
  if (in_force_.upe_keys == context::UpeKeys::none || !current_) return true;
  // The network says the same again when it has not heard the answer.
  if (counter == upe_keys_ && kupe_ && derive_kupe(*current_->kasme(), upe, counter) == *kupe_) return true;
  if (counter <= upe_keys_) {
    count("ue.upe_key_refused");
    return false;
  }
  upe_keys_ = counter;
  Kupe key = derive_kupe(*current_->kasme(), upe, counter);
  write_key(KeyEvent::derived, key, "S1.D3", {id_of(*current_->kasme())});
  if (moves) {
    settle_upe_key(true, "another K_UPE takes its place");
    kupe_before_ = std::move(kupe_);
    kupe_.reset();
  } else {
    erase_upe_key("another K_UPE takes its place");
  }
  kupe_.emplace(std::move(key));
  return true;
}

void Ue::settle_upe_key(bool stays, std::string_view reason) {
  if (!kupe_before_) return;
  if (!stays) std::swap(kupe_, kupe_before_);
  if (kupe_before_) write_key(KeyEvent::erased, *kupe_before_, std::string(reason));
  kupe_before_.reset();
}

//= TS 24.301, 5.6.4.3
void Ue::on_generic_transport(const nas::DownlinkGenericNasTransport& m) {
  if (m.container_type != nas::upe_key_container_type) {
    count("ue.nas_transport_ignored");
    return;
  }
  const auto named = nas::UpeKeyNotice::parse(m.container.bytes());
  if (!named) {
    count("ue.upe_key_unreadable");
    return;
  }
  take_upe_key(named->upe, named->counter);
}

void Ue::erase_upe_key(std::string_view reason) {
  settle_upe_key(true, reason);
  if (!kupe_) return;
  write_key(KeyEvent::erased, *kupe_, std::string(reason));
  kupe_.reset();
}

}  // namespace baton::node::ue
