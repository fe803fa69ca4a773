#include "runtime/hosts.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
#include "runtime/hss_member.h"
#include "runtime/limits.h"
#include "runtime/node_configs.h"
#include "store/cached_store.h"
#include "store/memory_store.h"
#include "store/postgres_store.h"
#include "store/sqlite_store.h"

namespace baton::runtime {
std::unique_ptr<Host> hss_host(Services& services, const HssSettings& hss, const Topology& topology,
                               Entropy& entropy, store::Store& store, const transport::TlsIdentity* tls,
                               StoreWorker* worker, HssMember* member) {
  auto config = hss_config(hss, topology);
  // One more at every start (RFC 6733, 8.16): seconds are, as long as a start takes one.
  config.origin_state_id =
      static_cast<std::uint32_t>(services.loop.now().since_epoch / std::chrono::seconds(1));
  Host::Setup setup;
  setup.doors = doors(hss);
  setup.store = &store;
  setup.worker = worker;
  setup.tls = tls;
  auto node = std::make_unique<node::hss::Hss>(std::move(config), entropy);
  // What a worker has to itself nobody looks into.
  if (worker == nullptr) node->read_from([&store](const Imsi& imsi) { return store.at_hand(imsi); });
  node::hss::Hss& served = *node;
  auto host = std::make_unique<Host>(services, std::move(node), std::move(setup));
  if (member != nullptr) member->serve(*host, served);
  return host;
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

/// A file that was made lies in its folder only when the folder was flushed too.
bool flush_folder(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done = ::fsync(fd) == 0;
  const int why = errno;
  ::close(fd);
  errno = why;
  return done;
}

Expected<context::StoreKey, std::string> store_key(const std::string& path, Entropy& entropy, KeyFile file) {
  WipedOctets key;
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    const ssize_t n = ::read(fd, key.octets.data(), key.octets.size());
    ::close(fd);
    if (n != static_cast<ssize_t>(key.octets.size())) return Fail{path + ": a sealing key is 32 octets"};
    return context::StoreKey(key.octets);
  }
  if (errno != ENOENT) return Fail{reason(path)};
  if (file == KeyFile::there)
    return Fail{path + " is not there: the database needs the key file that it was made with"};
  fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Fail{reason(path)};
  entropy.fill(key.octets);
  const bool kept =
      ::write(fd, key.octets.data(), key.octets.size()) == static_cast<ssize_t>(key.octets.size()) &&
      ::fsync(fd) == 0;
  const std::string why = kept ? "" : reason(path);
  ::close(fd);
  if (!kept) return Fail{why};
  if (!flush_folder(path)) return Fail{reason(path)};
  return context::StoreKey(key.octets);
}

/// A passphrase or a PIN: the file's first line.
Expected<vault::Passphrase, std::string> words_of(const std::string& path) {
  constexpr std::size_t words_max = 4096;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Fail{reason(path)};
  ByteVector text(words_max);
  const ssize_t n = ::read(fd, text.data(), text.size());
  ::close(fd);
  if (n < 0) return Fail{reason(path)};
  text.resize(static_cast<std::size_t>(n));
  const auto end = std::find_if(text.begin(), text.end(), [](Byte b) { return b == '\n' || b == '\r'; });
  vault::Passphrase out(
      ::baton::WipedOctets(Bytes(text.data(), static_cast<std::size_t>(end - text.begin()))));
  secure_wipe(text.data(), text.size());
  if (out.expose().empty()) return Fail{path + " holds no words"};
  return out;
}

}  // namespace

namespace {

/// The file that wraps the data keys, when it is a file.
std::string key_file_of(const HssSettings& hss) {
  return hss.keys.file.empty() ? hss.store + ".key" : hss.keys.file;
}

bool holds_something(const std::string& path) {
  struct stat s {};
  return ::stat(path.c_str(), &s) == 0 && s.st_size > 0;
}

}  // namespace

Expected<store::KeySource, std::string> key_source(const HssSettings& hss, Entropy& entropy, KeyFile file) {
  const KeySettings& keys = hss.keys;
  if (keys.kind == KeySettings::Kind::file) {
    auto key = store_key(key_file_of(hss), entropy, file);
    if (!key) return Fail{key.why()};
    return store::key_file(*key);
  }
  auto words = words_of(keys.file);
  if (!words) return Fail{words.why()};
  if (keys.kind == KeySettings::Kind::passphrase)
    return store::KeySource{vault::passphrase_wrapper(std::move(*words)), std::nullopt};
  auto token = vault::token_wrapper({keys.module, keys.token, keys.key, std::move(*words), true});
  if (!token) return Fail{token.why().what};
  return store::KeySource{std::move(*token), std::nullopt};
}

Expected<std::unique_ptr<store::KeyedStore>, std::string> open_keyed_store(const HssSettings& hss,
                                                                           Entropy& entropy) {
  const bool by_file = hss.keys.kind == KeySettings::Kind::file;
  const bool new_file = by_file && !holds_something(key_file_of(hss));
  const bool old_database = hss.database.empty() && holds_something(hss.store);
  auto keys = key_source(hss, entropy, old_database ? KeyFile::there : KeyFile::made);
  if (!keys) return Fail{keys.why()};
  if (!hss.database.empty()) {
    auto opened = store::PostgresStore::open({hss.database}, std::move(*keys));
    // Whether a shared database has keys is known only now: a file that was made for it is none of theirs.
    if (!opened && new_file && opened.why().fault == context::StoreFault::wrong_key) {
      ::unlink(key_file_of(hss).c_str());
      return Fail{opened.why().what + "; there was no " + key_file_of(hss)};
    }
    if (!opened) return Fail{opened.why().what};
    return std::unique_ptr<store::KeyedStore>(std::move(*opened));
  }
  auto opened = store::SqliteStore::open(hss.store, std::move(*keys));
  if (!opened) return Fail{opened.why().what};
  return std::unique_ptr<store::KeyedStore>(std::move(*opened));
}

Expected<std::unique_ptr<store::Store>, std::string> open_store(const HssSettings& hss, Entropy& entropy) {
  if (hss.store.empty() && hss.database.empty())
    return std::unique_ptr<store::Store>(std::make_unique<store::MemoryStore>());
  auto opened = open_keyed_store(hss, entropy);
  if (!opened) return Fail{opened.why()};
  std::unique_ptr<store::Store> store = std::move(*opened);
  // A database is shared: what the others wrote has to be seen, so nothing of it is remembered.
  if (!hss.database.empty()) return store;
  auto log = store::SequenceLog::open(hss.store + ".sqn");
  if (!log) return Fail{log.why().what};
  return std::unique_ptr<store::Store>(
      std::make_unique<store::CachedStore>(std::move(store), records_cached_max, std::move(*log)));
}

Expected<std::size_t, store::StoreError> read_ahead(store::Store& store) {
  auto* const cached = dynamic_cast<store::CachedStore*>(&store);
  return cached == nullptr ? std::size_t{0} : cached->fill();
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
