#include "runtime/hosts.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "node/enb/enb.h"
#include "node/hss/hss.h"
#include "node/mme/mme.h"
#include "node/ue/ue.h"
#include "node/upe/upe.h"
#include "runtime/node_configs.h"
#include "store/memory_store.h"
#include "store/sqlite_store.h"

namespace baton::runtime {
std::unique_ptr<Host> hss_host(Services& services, const HssSettings& hss, const Topology& topology,
                               Entropy& entropy, store::Store& store, const transport::TlsIdentity* tls) {
  auto config = hss_config(hss, topology);
  // One more at every start (RFC 6733, 8.16): seconds are, as long as a start takes one.
  config.origin_state_id =
      static_cast<std::uint32_t>(services.loop.now().since_epoch / std::chrono::seconds(1));
  Host::Setup setup;
  setup.doors = doors(hss);
  setup.store = &store;
  setup.tls = tls;
  return std::make_unique<Host>(services, std::make_unique<node::hss::Hss>(std::move(config), entropy),
                                std::move(setup));
}

std::unique_ptr<Host> mme_host(Services& services, const MmeSettings& mme, const Topology& topology,
                               Entropy& entropy, const transport::TlsIdentity* tls) {
  Host::Setup setup;
  setup.doors = doors(mme);
  setup.carriers = carriers(mme);
  setup.tls = tls;
  return std::make_unique<Host>(
      services, std::make_unique<node::mme::Mme>(mme_config(mme, topology), entropy), std::move(setup));
}

std::unique_ptr<Host> upe_host(Services& services, const UpeSettings& upe, const Topology& topology,
                               Entropy& entropy) {
  Host::Setup setup;
  setup.doors = doors(upe);
  return std::make_unique<Host>(
      services, std::make_unique<node::upe::Upe>(upe_config(upe, topology), entropy), std::move(setup));
}

std::unique_ptr<Host> enb_host(Services& services, const EnbSettings& enb, const Topology& topology,
                               Entropy& entropy) {
  Host::Setup setup;
  setup.doors = doors(enb);
  return std::make_unique<Host>(
      services, std::make_unique<node::enb::Enb>(enb_config(enb, topology), entropy), std::move(setup));
}

std::unique_ptr<Host> ue_host(Services& services, const UeSettings& ue, std::size_t index,
                              const context::SubscriberRecord& record, const Topology& topology,
                              Entropy& entropy) {
  Host::Setup setup;
  setup.doors = doors(ue, index);
  return std::make_unique<Host>(
      services, std::make_unique<node::ue::Ue>(ue_config(ue, index, record, topology), entropy),
      std::move(setup));
}

namespace {

std::string reason(const std::string& what) { return what + ": " + std::generic_category().message(errno); }

using KeyOctets = std::array<Byte, context::StoreKey::size>;

// The octets of the sealing key, wiped when they have become one.
struct WipedOctets {
  KeyOctets octets{};
  ~WipedOctets() { secure_wipe(octets.data(), octets.size()); }
};

Expected<context::StoreKey, std::string> store_key(const std::string& path, Entropy& entropy) {
  WipedOctets key;
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    const ssize_t n = ::read(fd, key.octets.data(), key.octets.size());
    ::close(fd);
    if (n != static_cast<ssize_t>(key.octets.size())) return Fail{path + ": a sealing key is 32 octets"};
    return context::StoreKey(key.octets);
  }
  if (errno != ENOENT) return Fail{reason(path)};
  fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Fail{reason(path)};
  entropy.fill(key.octets);
  const bool kept =
      ::write(fd, key.octets.data(), key.octets.size()) == static_cast<ssize_t>(key.octets.size()) &&
      ::fsync(fd) == 0;
  const std::string why = kept ? "" : reason(path);
  ::close(fd);
  if (!kept) return Fail{why};
  return context::StoreKey(key.octets);
}

}  // namespace

Expected<std::unique_ptr<store::Store>, std::string> open_store(const HssSettings& hss, Entropy& entropy) {
  if (hss.store.empty()) return std::unique_ptr<store::Store>(std::make_unique<store::MemoryStore>());
  auto key = store_key(hss.store + ".key", entropy);
  if (!key) return Fail{key.why()};
  auto opened = store::SqliteStore::open(hss.store, std::move(*key));
  if (!opened) return Fail{opened.why().what};
  return std::unique_ptr<store::Store>(std::move(*opened));
}

Expected<std::unique_ptr<transport::TlsIdentity>, std::string> open_tls(
    const std::optional<TlsSettings>& tls) {
  if (!tls) return std::unique_ptr<transport::TlsIdentity>();
  return transport::TlsIdentity::open({tls->certificate, tls->key, tls->authorities});
}

Expected<Ok, std::string> make_room_for(std::size_t descriptors) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return Fail{reason("open files")};
  if (limit.rlim_cur >= descriptors) return Ok{};
  limit.rlim_cur = std::min<rlim_t>(descriptors, limit.rlim_max);
  if (limit.rlim_max < descriptors || ::setrlimit(RLIMIT_NOFILE, &limit) != 0)
    return Fail{std::to_string(descriptors) + " open files are needed and " + std::to_string(limit.rlim_max) +
                " allowed (ulimit -n)"};
  return Ok{};
}

}  // namespace baton::runtime
