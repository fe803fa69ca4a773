#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/ledger_file.h"
#include "app/terminal.h"
#include "runtime/text.h"

namespace baton::app {
namespace {

struct Options {
  std::string file;
  std::string subscriber;
  std::string key;
  bool json = false;
};

/// Story is what the ledger tells about one key.
struct Story {
  KeyId key;
  KeyKind kind{};
  std::string subscriber;
  std::vector<std::string> holders;  ///< in the order in which they came to hold it
  std::vector<std::string> ever;
  Instant first;
};

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
}

/// stories replays the entries. A node that writes no subscriber (an eNB) is found by the key's id.
std::vector<Story> stories(const std::vector<LedgerEntry>& entries) {
  std::vector<Story> out;
  std::map<KeyId, std::size_t> at;
  for (const LedgerEntry& e : entries) {
    const auto [found, is_new] = at.emplace(e.key, out.size());
    if (is_new) out.push_back({e.key, e.kind, {}, {}, {}, e.at});
    Story& story = out[found->second];
    if (story.subscriber.empty()) story.subscriber = e.subscriber;
    switch (e.event) {
      case KeyEvent::derived:
      case KeyEvent::received:
      case KeyEvent::stored:
        add_once(story.holders, e.node);
        add_once(story.ever, e.node);
        break;
      case KeyEvent::erased:
        story.holders.erase(std::remove(story.holders.begin(), story.holders.end(), e.node),
                            story.holders.end());
        break;
      case KeyEvent::sent: break;
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : " ") + printable(name);
  return out.empty() ? "-" : out;
}

int print_history(const std::vector<LedgerEntry>& entries, const Options& options, Terminal& terminal) {
  Table table({"time", "node", "event", "kind", "peer", "reason"});
  auto list = nlohmann::json::array();
  for (const LedgerEntry& e : entries) {
    if (e.key.to_string() != options.key) continue;
    const std::string at = runtime::utc(e.at, true);
    if (options.json) {
      list.push_back({{"t", at},
                      {"node", e.node},
                      {"event", to_string(e.event)},
                      {"kind", to_string(e.kind)},
                      {"peer", e.peer},
                      {"reason", e.reason}});
    } else {
      table.add({at, printable(e.node), std::string(to_string(e.event)), std::string(to_string(e.kind)),
                 e.peer.empty() ? "-" : printable(e.peer), printable(e.reason)});
    }
  }
  if (options.json)
    terminal.line(nlohmann::json{{"key_id", options.key}, {"entries", list}}.dump(2));
  else if (table.empty())
    terminal.line("no entry about key " + printable(options.key));
  else
    table.print(terminal);
  return (options.json ? list.empty() : table.empty()) ? Exit::failed : Exit::ok;
}

int print_stories(const std::vector<Story>& all, const Options& options, Terminal& terminal) {
  Table table({"subscriber", "kind", "key id", "held now by", "ever held by"});
  auto list = nlohmann::json::array();
  for (const Story& s : all) {
    if (!options.subscriber.empty() && s.subscriber != options.subscriber) continue;
    if (options.json) {
      list.push_back({{"subscriber", s.subscriber},
                      {"kind", to_string(s.kind)},
                      {"key_id", s.key.to_string()},
                      {"holders", s.holders},
                      {"ever", s.ever}});
    } else {
      table.add({s.subscriber.empty() ? "-" : printable(s.subscriber), std::string(to_string(s.kind)),
                 s.key.to_string(), joined(s.holders), joined(s.ever)});
    }
  }
  if (options.json)
    terminal.line(nlohmann::json{{"keys", list}}.dump(2));
  else
    table.print(terminal);
  return Exit::ok;
}

int ledger(const Options& options) {
  std::string text;
  if (!read_file(options.file, ledger_file_max, text))
    return complain("ledger: cannot read " + printable(options.file));
  const auto entries = read_ledger(text);
  if (!entries) return complain("ledger: " + printable(options.file) + ": " + entries.why());
  Terminal terminal = Terminal::standard();
  if (!options.key.empty()) return print_history(*entries, options, terminal);
  return print_stories(stories(*entries), options, terminal);
}

}  // namespace

void add_ledger(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("ledger", "Show from a ledger file who holds and who ever held which key");
  command->add_option("file", options->file, "JSON lines written by --ledger; - for standard input")
      ->required();
  command->add_option("--subscriber", options->subscriber, "only the keys of this IMSI");
  command->add_option("--key", options->key, "the history of the key with this id");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->callback([options, &status] { status = ledger(*options); });
}

}  // namespace baton::app
