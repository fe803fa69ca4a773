#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

#include "app/cli/command.h"
#include "app/terminal.h"
#include "runtime/entropy.h"
#include "runtime/hosts.h"
#include "runtime/topology.h"
#include "store/backup.h"
#include "store/postgres_store.h"
#include "store/sqlite_store.h"

namespace baton::app {
namespace {

struct Options {
  std::string config;
  std::string name;
  std::string file;
  std::string keys_of;
};

/// A backup is read into memory; this is some ten million subscribers.
constexpr std::size_t backup_max = std::size_t{8} << 30U;

int failed(const std::string& text) {
  (void)complain("store: " + printable(text));
  return Exit::failed;
}

/// The HSS that is meant, of the file that is named or of the usual one.
std::optional<runtime::HssSettings> settings(const std::string& config, const std::string& name,
                                             int& status) {
  const std::string file = config.empty() ? demo_file("hss.yaml") : config;
  auto topology = runtime::load_topology(file);
  status = Exit::usage;
  if (!topology) {
    std::cerr << runtime::to_text(topology.why());
    return std::nullopt;
  }
  const runtime::HssSettings* found = nullptr;
  for (const auto& hss : topology->hss)
    if (name.empty() ? topology->hss.size() == 1 : hss.name == name) found = &hss;
  if (found == nullptr) {
    complain("store: " + file + " has no HSS" +
             (name.empty() ? ", or several: --name says which" : " of this name"));
    return std::nullopt;
  }
  if (found->store.empty() && found->database.empty()) {
    complain("store: " + found->name + " keeps its subscribers in memory");
    return std::nullopt;
  }
  status = Exit::ok;
  return *found;
}

/// Of a shared database: what one command at a time may do. It ends with what is given.
Expected<std::shared_ptr<void>, store::StoreError> alone_on(store::KeyedStore& store) {
  if (auto* const shared = dynamic_cast<store::PostgresStore*>(&store)) return shared->hold();
  return std::shared_ptr<void>();
}

int check(const Options& o) {
  int status = Exit::ok;
  const auto hss = settings(o.config, o.name, status);
  if (!hss) return status;
  const auto entropy = runtime::system_entropy();
  auto store = runtime::open_keyed_store(*hss, *entropy);
  if (!store) return failed(store.why());
  std::vector<std::string> wrong;
  if (auto* sqlite = dynamic_cast<store::SqliteStore*>(store->get())) {
    wrong = sqlite->check();
  } else {
    for (const Imsi& imsi : (*store)->subscribers())
      if (const auto found = (*store)->find(imsi); !found) wrong.push_back(found.why().what);
  }
  for (const std::string& text : wrong) std::cout << printable(text) << '\n';
  std::cout << (*store)->size() << " subscribers\n";
  const auto numbers = (*store)->data_keys();
  if (!numbers) return failed(numbers.why().what);
  for (const std::uint32_t number : *numbers) {
    const auto rows = (*store)->sealed_under(number);
    std::cout << "data key " << number << ": " << (rows ? std::to_string(*rows) : "?") << " records\n";
  }
  if (const auto rows = (*store)->sealed_under(0); rows && *rows > 0)
    std::cout << "the key file itself: " << *rows << " records; baton store rotate seals them anew\n";
  return wrong.empty() ? Exit::ok : Exit::failed;
}

int rotate(const Options& o) {
  int status = Exit::ok;
  const auto hss = settings(o.config, o.name, status);
  if (!hss) return status;
  const auto entropy = runtime::system_entropy();
  auto store = runtime::open_keyed_store(*hss, *entropy);
  if (!store) return failed(store.why());
  const auto alone = alone_on(**store);
  if (!alone) return failed(alone.why().what);
  const bool told = ::isatty(STDERR_FILENO) == 1;
  const auto done = store::rotate(**store, [&](std::size_t n) {
    if (told) std::cerr << '\r' << n << " records" << std::flush;
  });
  if (told) std::cerr << '\n';
  if (!done) return failed(done.why().what);
  std::cout << "data key " << done->data_key << " seals " << done->resealed << " records\n";
  if (done->left > 0) std::cout << done->left << " were written meanwhile under an older one: rotate again\n";
  return Exit::ok;
}

int rewrap(const Options& o) {
  int status = Exit::ok;
  const auto hss = settings(o.config, o.name, status);
  if (!hss) return status;
  const auto other = settings(o.keys_of, o.name, status);
  if (!other) return status;
  const auto entropy = runtime::system_entropy();
  auto store = runtime::open_keyed_store(*hss, *entropy);
  if (!store) return failed(store.why());
  const auto alone = alone_on(**store);
  if (!alone) return failed(alone.why().what);
  auto source = runtime::key_source(*other, *entropy, runtime::KeyFile::made);
  if (!source) return failed(source.why());
  if (const auto wrapped = (*store)->rewrap(source->wrapper); !wrapped) return failed(wrapped.why().what);
  std::cout << "the data keys are wrapped by a " << source->wrapper->kind()
            << " now; HSSs need the new keys before the next rotation and the next start\n";
  return Exit::ok;
}

int backup(const Options& o) {
  int status = Exit::ok;
  const auto hss = settings(o.config, o.name, status);
  if (!hss) return status;
  const auto entropy = runtime::system_entropy();
  auto store = runtime::open_keyed_store(*hss, *entropy);
  if (!store) return failed(store.why());
  auto keys = runtime::key_source(*hss, *entropy, runtime::KeyFile::there);
  if (!keys) return failed(keys.why());
  const auto wrapper = keys->wrapper;
  const std::string scratch = std::filesystem::temp_directory_path().string();
  const auto sealed = store::take_backup(**store, *wrapper, std::move(*keys), scratch);
  if (!sealed) return failed(sealed.why().what);
  const int fd = ::open(o.file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return failed("cannot make " + o.file + ": " + std::generic_category().message(errno));
  Bytes left = *sealed;
  while (!left.empty()) {
    const ssize_t n = ::write(fd, left.data(), left.size());
    if (n <= 0) break;
    left = left.subspan(static_cast<std::size_t>(n));
  }
  const bool kept = left.empty() && ::fsync(fd) == 0;
  const std::string why = std::generic_category().message(errno);
  ::close(fd);
  if (!kept) {
    ::unlink(o.file.c_str());
    return failed("cannot write " + o.file + ": " + why);
  }
  std::cout << (*store)->size() << " subscribers in " << o.file << ", wrapped by a " << wrapper->kind()
            << '\n';
  return Exit::ok;
}

int restore(const Options& o) {
  int status = Exit::ok;
  const auto hss = settings(o.config, o.name, status);
  if (!hss) return status;
  std::string text;
  if (!read_file(o.file, backup_max, text)) return failed("cannot read " + o.file);
  const Bytes octets(reinterpret_cast<const Byte*>(text.data()), text.size());
  const auto entropy = runtime::system_entropy();
  auto keys = runtime::key_source(*hss, *entropy, runtime::KeyFile::there);
  if (!keys) return failed(keys.why());
  if (hss->database.empty()) {
    const auto n = store::restore_file(octets, *keys, hss->store);
    if (!n) return failed(n.why().what);
    std::cout << *n << " subscribers restored to " << hss->store << '\n';
    return Exit::ok;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "baton-restore-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return failed("cannot make a folder for a while");
  status = [&] {
    const auto n = store::restore_file(octets, *keys, folder + "/s.db");
    if (!n) return failed(n.why().what);
    auto again = runtime::key_source(*hss, *entropy, runtime::KeyFile::there);
    if (!again) return failed(again.why());
    auto from = store::SqliteStore::open(folder + "/s.db", std::move(*again));
    if (!from) return failed(from.why().what);
    auto to = runtime::open_keyed_store(*hss, *entropy);
    if (!to) return failed(to.why());
    const auto alone = alone_on(**to);
    if (!alone) return failed(alone.why().what);
    if ((*to)->size() > 0) return failed("the database has subscribers already");
    const auto copied = store::copy_all(**from, **to);
    if (!copied) return failed(copied.why().what);
    std::cout << *copied << " subscribers restored to the database\n";
    return Exit::ok;
  }();
  std::filesystem::remove_all(folder);
  return status;
}

}  // namespace

void add_store(CLI::App& app, int& status) {
  auto* const group = app.add_subcommand("store", "look after the place where an HSS keeps its subscribers");
  group->require_subcommand(1);
  auto o = std::make_shared<Options>();
  const auto add = [&](const char* name, const char* what, int (*run)(const Options&)) {
    auto* const command = group->add_subcommand(name, what);
    command->add_option("-c,--config", o->config, "the HSS's configuration; without it etc/hss.yaml");
    command->add_option("--name", o->name, "which HSS of the file");
    command->callback([o, run, &status] { status = run(*o); });
    return command;
  };
  add("check", "read every page and every record, and say under which data keys they are sealed", check);
  add("rotate", "make a new data key and seal every record under it, while the HSS goes on", rotate);
  add("rewrap", "wrap the data keys by another file, passphrase or token", rewrap)
      ->add_option("--keys-of", o->keys_of, "the configuration whose `keys` says by what")
      ->required();
  add("backup", "write all subscribers at one moment into an enciphered file", backup)
      ->add_option("file", o->file, "the file to make")
      ->required();
  add("restore", "make an HSS's empty store of a backup", restore)
      ->add_option("file", o->file, "the backup")
      ->required();
}

}  // namespace baton::app
