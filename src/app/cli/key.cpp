#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/derivations.h"
#include "app/terminal.h"

namespace baton::app {
namespace {

/// A file that holds one value.
constexpr std::size_t value_file_max = 65536;

struct Options {
  std::map<std::string, std::string, std::less<>> values;
  std::string id_key;
  bool show = false;
  bool json = false;
};

/// from_file replaces "@NAME" by what the file holds, so that a key need not stand in the list of processes.
bool from_file(std::string& value) {
  if (value.empty() || value.front() != '@') return true;
  std::string text;
  if (!read_file(value.substr(1), value_file_max, text)) return false;
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  value = text.substr(0, end == std::string::npos ? 0 : end + 1);
  return true;
}

int print(const Derivation& derivation, const std::vector<Derived>& results, const Options& options) {
  Terminal terminal = Terminal::standard();
  if (options.json) {
    auto keys = nlohmann::json::array();
    for (const Derived& d : results) {
      nlohmann::json one{{"kind", d.name}};
      if (d.id) one["key_id"] = d.id->to_string();
      if (d.value) one["value"] = *d.value;
      keys.push_back(std::move(one));
    }
    terminal.line(nlohmann::json{
        {"derivation", derivation.name}, {"clause", derivation.clause}, {"keys", std::move(keys)}}
                      .dump(2));
    return Exit::ok;
  }
  Table table({derivation.name == "vector" ? "value" : "key", "key id",
               options.show ? "hexadecimal" : "in the clear"});
  for (const Derived& d : results)
    table.add({d.name, d.id ? d.id->to_string() : "-", d.value ? *d.value : std::string("-")});
  table.print(terminal);
  return Exit::ok;
}

int key(const Derivation& derivation, Options& options) {
  Shown shown;
  shown.secrets = options.show;
  if (!options.id_key.empty()) {
    const auto octets = parse_hex(options.id_key);
    if (!octets || octets->size() != shown.id_key.octets.size())
      return complain("key: --key-id-key: expected 64 hexadecimal digits");
    std::copy(octets->begin(), octets->end(), shown.id_key.octets.begin());
  }
  for (auto& [option, value] : options.values)
    if (!from_file(value)) return complain("key: --" + option + ": cannot read the file");
  auto results = derive(derivation, std::move(options.values), shown);
  if (!results) return complain("key " + std::string(derivation.name) + ": " + results.why());
  return print(derivation, *results, options);
}

}  // namespace

void add_key(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("key", "Compute any key derivation; prints key ids, not keys");
  command->require_subcommand(1);
  for (const Derivation& derivation : derivations()) {
    auto options = std::make_shared<Options>();
    CLI::App* one =
        command->add_subcommand(std::string(derivation.name),
                                std::string(derivation.text) + " (" + std::string(derivation.clause) + ")");
    for (const std::string_view name : derivation.options) {
      const Input& from = input(name);
      one->add_option_function<std::string>(
             "--" + std::string(name),
             [options, name](const std::string& value) { options->values[std::string(name)] = value; },
             std::string(from.takes) + ", or @FILE")
          ->required();
    }
    one->add_option("--key-id-key", options->id_key,
                    "key of the key ids, 64 hexadecimal digits; zeros otherwise");
    one->add_flag("--show-secret", options->show, "print the keys themselves");
    one->add_flag("--json", options->json, "JSON instead of a table");
    one->callback([options, &derivation, &status] { status = key(derivation, *options); });
  }
}

}  // namespace baton::app
