#include <dlfcn.h>
#include <sched.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/crypto_bench.h"
#include "app/terminal.h"
#include "base/expected.h"
#include "crypto/batch.h"

namespace baton::app {
namespace {

/// Bounds of what may be asked for.
constexpr int rounds_most = 1001;
constexpr double milliseconds_most = 10'000;

struct Options {
  int rounds = 15;
  double round_milliseconds = 10;
  std::string peers;
  bool json = false;
};

/// The module stays loaded until the process ends.
Expected<std::span<const BenchPeer>, std::string> load_peers(const std::string& asked) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / bench_peers_file;
  const std::string file = asked.empty() ? beside.string() : asked;
  if (asked.empty() && !fs::exists(beside, error)) return std::span<const BenchPeer>();
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) return Fail{std::string("cannot load ") + printable(file)};
  const auto function = reinterpret_cast<BenchPeersFunction>(dlsym(module, bench_peers_function));
  if (function == nullptr) return Fail{printable(file) + " is no module of peers"};
  std::size_t count = 0;
  const BenchPeer* first = function(&count);
  return std::span<const BenchPeer>(first, count);
}

/// What the processor calls itself; empty where /proc does not say.
std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(':'); colon != std::string::npos && colon + 2 < line.size())
        return line.substr(colon + 2);
  return {};
}
/// How many processors this process may run on.
int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}
/// How busy the machine is: the first three numbers of /proc/loadavg.
std::string load() {
  std::ifstream file("/proc/loadavg");
  std::string one, five, fifteen;
  file >> one >> five >> fifteen;
  return one + " " + five + " " + fifteen;
}
std::string instructions() {
  const crypto::Cpu& c = crypto::cpu();
  std::string out;
  const auto add = [&](bool there, const char* name) {
    if (there) out += (out.empty() ? "" : " ") + std::string(name);
  };
  add(c.aes, "AES-NI");
  add(c.pclmul, "PCLMUL");
  add(c.sha, "SHA");
  add(c.avx2, "AVX2");
  add(c.vaes, "VAES");
  add(c.avx512, "AVX-512");
  return out.empty() ? "none that crypto uses" : out;
}

std::string number(double v) {
  char b[32];
  std::snprintf(b, sizeof b, v < 10 ? "%.2f" : v < 100 ? "%.1f" : "%.0f", v);
  return b;
}
std::string shown(const std::optional<double>& v, const char* unit = "") {
  return v ? number(*v) + unit : "n/a";
}
nlohmann::json json(const std::optional<double>& v) {
  return v ? nlohmann::json(*v) : nlohmann::json(nullptr);
}

std::string target(const BenchRow& r) {
  std::string out;
  if (r.target_ns) out += number(*r.target_ns) + " ns";
  if (r.target_ratio) out += (out.empty() ? "" : ", ") + number(*r.target_ratio) + "x";
  if (out.empty()) return out;
  const auto met = r.met();
  return out + (!met ? ": n/a" : *met ? ": met" : ": missed");
}

int run(const Options& options, const std::string& command) {
  if (options.rounds < 1 || options.rounds > rounds_most)
    return complain("bench crypto: --rounds takes 1 to 1001");
  if (!(options.round_milliseconds >= 0) || options.round_milliseconds > milliseconds_most)
    return complain("bench crypto: --round-ms takes 0 to 10000");
  const auto peers = load_peers(options.peers);
  if (!peers) return complain("bench crypto: --peers: " + peers.why());

  Terminal terminal = Terminal::standard();
  const std::string load_before = load();
  if (!options.json) {
    terminal.line("command     " + command);
    terminal.line("processor   " + processor() + "; " + instructions() + "; runs on " +
                  std::to_string(processors()));
    terminal.line("paths       AES " + std::string(to_string(crypto::aes_path())) + ", SHA-256 " +
                  std::string(to_string(crypto::sha_path())) + ", batches " +
                  std::string(to_string(crypto::batch_path())) + "; batch library " +
                  (crypto::batch_library().empty() ? "none" : std::string(crypto::batch_library())));
    terminal.line("load        " + load_before + " before");
    if (peers->empty()) terminal.line("peers       none: build the preset bench for them");
  }
  const BenchEffort effort{options.rounds, options.round_milliseconds / 1000};
  const auto rows =
      bench_crypto(effort, *peers, [&](const BenchRow& r) { terminal.progress(r.job + ", " + r.path); });
  if (options.json) {
    auto list = nlohmann::json::array();
    for (const BenchRow& r : rows)
      list.push_back({{"job", r.job},
                      {"path", r.path},
                      {"ns", json(r.ns)},
                      {"peer", r.peer},
                      {"peer_ns", json(r.peer_ns)},
                      {"ratio", json(r.ratio())},
                      {"limit", r.limit},
                      {"limit_ns", json(r.limit_ns)},
                      {"share_of_limit", json(r.share())},
                      {"target_ns", json(r.target_ns)},
                      {"target_ratio", json(r.target_ratio)},
                      {"met", r.met() ? nlohmann::json(*r.met()) : nlohmann::json(nullptr)}});
    terminal.line(nlohmann::json{{"command", command},
                                 {"processor", processor()},
                                 {"instructions", instructions()},
                                 {"processors", processors()},
                                 {"load_before", load_before},
                                 {"load_after", load()},
                                 {"rounds", options.rounds},
                                 {"round_ms", options.round_milliseconds},
                                 {"batch_library", std::string(crypto::batch_library())},
                                 {"rows", std::move(list)}}
                      .dump(2));
    return Exit::ok;
  }
  Table table({"job", "path", "ns", "peer", "its ns", "ratio", "limit", "share", "target"});
  for (const BenchRow& r : rows)
    table.add({r.job, r.path, shown(r.ns), r.peer.empty() ? "-" : r.peer,
               r.peer.empty() ? "-" : shown(r.peer_ns), r.peer.empty() ? "-" : shown(r.ratio(), "x"),
               r.limit.empty() ? "-" : shown(r.limit_ns), r.limit.empty() ? "-" : shown(r.share()),
               target(r)});
  terminal.line("load        " + load() + " after");
  terminal.line("");
  table.print(terminal);
  return Exit::ok;
}

struct HssOptions {
  std::size_t subscribers = 100'000;
  std::size_t many = 1'000'000;
  double seconds = 5;
  int rounds = 3;
  bool json = false;
};

/// The measurement starts other programs and stops them, which is a script's work: bench/hss.py of the source
/// tree.
int run_hss(const HssOptions& o) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  fs::path script;
  for (const fs::path& tree : {fs::path("."), self.parent_path() / ".." / ".."})
    if (script.empty() && fs::is_regular_file(tree / "bench" / "hss.py", error))
      script = fs::absolute(tree / "bench" / "hss.py", error).lexically_normal();
  if (script.empty()) return complain("bench hss: bench/hss.py of the source tree is not in reach");
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%g", o.seconds);
  std::vector<std::string> words{"python3",       "-B",
                                 script.string(), self.string(),
                                 "--subscribers", std::to_string(o.subscribers),
                                 "--many",        std::to_string(o.many),
                                 "--seconds",     seconds,
                                 "--rounds",      std::to_string(o.rounds)};
  if (o.json) words.emplace_back("--json");
  std::vector<char*> arguments;
  for (std::string& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  execvp("python3", arguments.data());
  return complain("bench hss: python3 cannot be started");
}

}  // namespace

void add_bench(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("bench", "Measure on this machine");
  command->require_subcommand(1);
  CLI::App* crypto = command->add_subcommand(
      "crypto", "Time the algorithms, each beside a peer and beside what the processor allows, on one core");
  auto options = std::make_shared<Options>();
  crypto->add_option("--rounds", options->rounds, "a row is the median of so many")->capture_default_str();
  crypto->add_option("--round-ms", options->round_milliseconds, "how long a round takes")
      ->capture_default_str();
  crypto->add_option("--peers", options->peers,
                     "the module to compare with; else the one beside this program");
  crypto->add_flag("--json", options->json, "JSON instead of a table");
  CLI::App* hss = command->add_subcommand("hss",
                                          "Time an HSS, beside osmo-hlr, freeDiameterd and what disk and TCP "
                                          "allow; each as a process of its own");
  auto hss_options = std::make_shared<HssOptions>();
  hss->add_option("--subscribers", hss_options->subscribers, "how many it has")
      ->check(CLI::Range(1'000, 1'000'000))
      ->capture_default_str();
  hss->add_option("--many", hss_options->many, "once more with so many; 0: not")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  hss->add_option("--seconds", hss_options->seconds, "how long a round takes")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  hss->add_option("--rounds", hss_options->rounds, "a row is the median of so many")
      ->check(CLI::Range(1, 101))
      ->capture_default_str();
  hss->add_flag("--json", hss_options->json, "JSON instead of a table");
  hss->callback([hss_options, &status] { status = run_hss(*hss_options); });
  crypto->callback([options, &status] {
    std::string line = "baton bench crypto --rounds " + std::to_string(options->rounds) + " --round-ms " +
                       number(options->round_milliseconds) + (options->json ? " --json" : "");
    status = run(*options, line);
  });
}

}  // namespace baton::app
