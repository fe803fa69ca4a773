#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/derivations.h"
#include "app/terminal.h"
#include "crypto/batch.h"

namespace baton::app {
namespace {

struct Options {
  std::map<std::string, std::string, std::less<>> values;
  std::string id_key;
  bool show = false;
  bool json = false;
};

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

int show_cpu() {
  const crypto::Cpu& cpu = crypto::cpu();
  Terminal terminal = Terminal::standard();
  Table table({"what", "here"});
  const auto has = [](bool b) { return std::string(b ? "yes" : "no"); };
  table.add({"AES-NI", has(cpu.aes)});
  table.add({"PCLMUL", has(cpu.pclmul)});
  table.add({"SSSE3 and SSE4.1", has(cpu.sse41)});
  table.add({"SHA extensions", has(cpu.sha)});
  table.add({"AVX2", has(cpu.avx2)});
  table.add({"AVX-512 F, BW, DQ, VL", has(cpu.avx512)});
  table.add({"VAES", has(cpu.vaes)});
  table.add({"AES runs on", std::string(to_string(crypto::aes_path()))});
  table.add({"SHA-256 runs on", std::string(to_string(crypto::sha_path()))});
  table.add({"SNOW 3G and ZUC run on", std::string(to_string(crypto::stream_path()))});
  table.add({"batches run on", std::string(to_string(crypto::batch_path()))});
  const std::string_view library = crypto::batch_library();
  table.add({"libipsec-mb", library.empty() ? std::string("not built in") : std::string(library)});
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
  command->require_subcommand(0, 1);
  auto cpu_only = std::make_shared<bool>(false);
  command->add_flag("--cpu", *cpu_only,
                    "tell which instructions this processor has and which code uses them");
  command->callback([command, cpu_only, &status] {
    if (!command->get_subcommands().empty()) return;
    status = *cpu_only ? show_cpu() : complain("key: which derivation? See baton key --help");
  });
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
    for (const std::string_view name : derivation.optional) {
      one->add_option_function<std::string>(
          "--" + std::string(name),
          [options, name](const std::string& value) { options->values[std::string(name)] = value; },
          std::string(input(name).takes));
    }
    one->add_option("--key-id-key", options->id_key,
                    "key of the key ids, 64 hexadecimal digits; zeros otherwise");
    one->add_flag("--show-secret", options->show, "print the keys themselves");
    one->add_flag("--json", options->json, "JSON instead of a table");
    one->callback([options, &derivation, &status] { status = key(derivation, *options); });
  }
}

}  // namespace baton::app
