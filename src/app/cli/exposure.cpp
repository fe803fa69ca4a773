#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/ledger_file.h"
#include "app/terminal.h"
#include "keys/exposure.h"
#include "runtime/text.h"

namespace baton::app {
namespace {

struct Options {
  std::string file;
  std::vector<std::string> compromised;
  std::string subscriber;
  bool stays = false;
  bool keys = false;
  bool json = false;
};

/// compromise_of reads NODE or NODE@TIME.
std::optional<Compromise> compromise_of(const std::string& text, bool stays) {
  const std::size_t at = text.rfind('@');
  Compromise c{text.substr(0, at), std::nullopt, stays};
  if (c.node.empty()) return std::nullopt;
  if (at == std::string::npos) return c;
  c.at = ledger_time(text.substr(at + 1));
  return c.at ? std::optional(c) : std::nullopt;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : " ") + printable(name);
  return out.empty() ? "-" : out;
}

std::string until(const ExposedKey& key) { return key.gone ? runtime::utc(*key.gone, true) : "still held"; }

nlohmann::json json_of(const ExposedKey& key) {
  auto from = nlohmann::json::array();
  for (const KeyId& parent : key.from) from.push_back(parent.to_string());
  nlohmann::json out{{"key_id", key.key.to_string()},
                     {"kind", to_string(key.kind)},
                     {"subscriber", key.subscriber},
                     {"how", key.read ? "read" : "derived"},
                     {"from", from},
                     {"holders", key.holders},
                     {"born", runtime::utc(key.born, true)},
                     {"gone", nullptr},
                     {"epoch", to_string(key.epoch)}};
  if (key.gone) out["gone"] = runtime::utc(*key.gone, true);
  if (const auto p = protects(key.kind)) {
    out["traffic"] = p->traffic;
    out["attacker"] = p->confidentiality ? "reads" : "forges";
  }
  return out;
}

/// Tally counts a subscriber's exposed keys by epoch: all of them, and those that protect something.
struct Tally {
  std::size_t keys[3] = {};
  std::size_t traffic[3] = {};
};

void print_keys(const Exposure& exposure, Terminal& terminal) {
  Table table({"subscriber", "kind", "key id", "how", "epoch", "from", "until", "held by"});
  for (const ExposedKey& key : exposure.keys) {
    table.add({key.subscriber.empty() ? "-" : printable(key.subscriber), std::string(to_string(key.kind)),
               key.key.to_string(), key.read ? "read" : "derived", std::string(to_string(key.epoch)),
               runtime::utc(key.born, true), until(key), joined(key.holders)});
  }
  table.print(terminal);
}

void print_traffic(const Exposure& exposure, Terminal& terminal) {
  Table table({"subscriber", "traffic", "attacker", "between", "epoch", "from", "until"});
  std::map<std::string, Tally> tallies;
  for (const ExposedKey& key : exposure.keys) {
    Tally& tally = tallies[key.subscriber];
    ++tally.keys[static_cast<std::size_t>(key.epoch)];
    const auto p = protects(key.kind);
    if (!p) continue;
    ++tally.traffic[static_cast<std::size_t>(key.epoch)];
    table.add({key.subscriber.empty() ? "-" : printable(key.subscriber), std::string(p->traffic),
               p->confidentiality ? "reads" : "forges", joined(key.holders),
               std::string(to_string(key.epoch)), runtime::utc(key.born, true), until(key)});
  }
  if (!table.empty()) {
    table.print(terminal);
    terminal.line("");
  }
  Table summary({"subscriber", "keys before", "during", "after", "traffic before", "during", "after"});
  for (std::size_t column = 1; column <= 6; ++column) summary.right(column);
  for (const auto& [subscriber, t] : tallies)
    summary.add({subscriber.empty() ? "-" : printable(subscriber), std::to_string(t.keys[0]),
                 std::to_string(t.keys[1]), std::to_string(t.keys[2]), std::to_string(t.traffic[0]),
                 std::to_string(t.traffic[1]), std::to_string(t.traffic[2])});
  if (!summary.empty()) summary.print(terminal);
}

int exposure(const Options& options) {
  std::vector<Compromise> compromised;
  for (const std::string& text : options.compromised) {
    auto c = compromise_of(text, options.stays);
    if (!c)
      return complain("exposure: " + printable(text) + " is not NODE or NODE@2026-01-02T03:04:05.678901Z");
    if (options.stays && !c->at) return complain("exposure: --stays needs a time: NODE@TIME");
    compromised.push_back(std::move(*c));
  }
  std::string text;
  if (!read_file(options.file, ledger_file_max, text))
    return complain("exposure: cannot read " + printable(options.file));
  const auto entries = read_ledger(text);
  if (!entries) return complain("exposure: " + printable(options.file) + ": " + entries.why());
  Exposure found = expose(*entries, compromised);
  if (!found.node_known) return complain("exposure: the ledger has no entry of that node");
  if (!options.subscriber.empty())
    std::erase_if(found.keys, [&](const ExposedKey& k) { return k.subscriber != options.subscriber; });
  Terminal terminal = Terminal::standard();
  if (options.json) {
    auto keys = nlohmann::json::array();
    for (const ExposedKey& key : found.keys) keys.push_back(json_of(key));
    terminal.line(nlohmann::json{
        {"compromised", options.compromised}, {"keys_in_ledger", found.keys_in_ledger}, {"exposed", keys}}
                      .dump(2));
    return Exit::ok;
  }
  if (options.keys)
    print_keys(found, terminal);
  else
    print_traffic(found, terminal);
  terminal.line(std::to_string(found.keys.size()) + " exposed of " + std::to_string(found.keys_in_ledger) +
                " keys in the ledger");
  return Exit::ok;
}

}  // namespace

void add_exposure(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "exposure", "Compute from a ledger file which keys and traffic follow from compromising a node");
  command->add_option("file", options->file, "JSON lines written by --ledger; - for standard input")
      ->required();
  command
      ->add_option("--compromise", options->compromised,
                   "NODE: all keys it ever held; NODE@TIME: those it held at that moment. Several collude")
      ->required();
  command->add_flag("--stays", options->stays, "with @TIME: and all that it comes to hold from then on");
  command->add_option("--subscriber", options->subscriber, "only this IMSI");
  command->add_flag("--keys", options->keys, "the keys instead of the traffic");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->callback([options, &status] { status = exposure(*options); });
}

}  // namespace baton::app
