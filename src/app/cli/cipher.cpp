#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/terminal.h"
#include "base/secret.h"
#include "crypto/checked.h"

namespace baton::app {
namespace {

struct Options {
  std::string key, count, bearer, fresh, direction, bits, data;
  bool json = false;
};

/// A number in decimal or, after 0x, hexadecimal.
std::optional<std::uint64_t> number(const std::string& text) {
  const bool hexadecimal = text.starts_with("0x");
  std::uint64_t value = 0;
  const char* first = text.data() + (hexadecimal ? 2 : 0);
  const char* last = text.data() + text.size();
  const auto [end, problem] = std::from_chars(first, last, value, hexadecimal ? 16 : 10);
  if (first == last || problem != std::errc{} || end != last) return std::nullopt;
  return value;
}

/// Octets that are wiped: a key, and what a key protects.
struct Octets {
  ByteVector octets;
  Octets() = default;
  ~Octets() { secure_wipe(octets.data(), octets.size()); }
  Octets(const Octets&) = delete;
  Octets& operator=(const Octets&) = delete;
};

/// run reads the options, has `compute` do its part and prints what it gives.
template <class Compute>
int run(const std::string& what, Options& options, const std::string& bearer_or_fresh,
        const char* bearer_name, const char* result, Compute compute) {
  Octets key;
  Octets data;
  const auto complain_of = [&](const char* option, const char* expected) {
    return complain(what + ": --" + option + ": expected " + expected);
  };
  for (auto* text : {&options.key, &options.data})
    if (!from_file(*text))
      return complain(what + (text == &options.key ? ": --key" : ": --data") + ": cannot read the file");
  auto key_octets = parse_hex(options.key);
  secure_wipe(options.key.data(), options.key.size());
  if (!key_octets) return complain_of("key", "hexadecimal digits");
  key.octets.swap(*key_octets);
  auto data_octets = parse_hex(options.data);
  if (!data_octets) return complain_of("data", "hexadecimal digits");
  data.octets.swap(*data_octets);

  crypto::AlgorithmInput in;
  in.key = key.octets;
  in.data = data.octets;
  const auto count = number(options.count);
  if (!count) return complain_of("count", "a number");
  in.count = *count;
  const auto bearer = number(bearer_or_fresh);
  if (!bearer) return complain_of(bearer_name, "a number");
  in.bearer_or_fresh = *bearer;
  const auto direction = number(options.direction);
  if (!direction || *direction > 1) return complain_of("direction", "0 (uplink) or 1 (downlink)");
  in.direction = static_cast<unsigned>(*direction);
  in.bits = 8 * data.octets.size();
  if (!options.bits.empty()) {
    const auto bits = number(options.bits);
    if (!bits) return complain_of("bits", "a number");
    in.bits = *bits;
  }
  const auto out = compute(in);
  if (!out) return complain(what + ": " + std::string(to_string(out.why())));
  Terminal terminal = Terminal::standard();
  const std::string digits = hex(Bytes(*out));
  terminal.line(options.json ? nlohmann::json{{"algorithm", what.substr(what.find(' ') + 1)},
                                              {"bits", in.bits},
                                              {result, digits}}
                                   .dump(2)
                             : digits);
  return Exit::ok;
}

void add_common(CLI::App* one, const std::shared_ptr<Options>& options) {
  one->add_option("--key", options->key, "key, 32 hexadecimal digits, or @FILE")->required();
  one->add_option("--count", options->count, "COUNT, 0 to 4294967295, or hexadecimal after 0x")->required();
  one->add_option("--direction", options->direction, "0 uplink, 1 downlink")->required();
  one->add_option("--bits", options->bits, "length of the message in bits; all of the data otherwise");
  one->add_option("--data", options->data, "the message, hexadecimal digits, or @FILE")->required();
  one->add_flag("--json", options->json, "JSON instead of digits");
}

}  // namespace

void add_cipher(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("cipher", "Cipher or decipher with any algorithm, from hexadecimal digits");
  command->require_subcommand(1);
  for (const auto* name : {"eea1", "eea2", "eea3", "uea1", "uea2"}) {
    auto options = std::make_shared<Options>();
    CLI::App* one = command->add_subcommand(name, std::string("Cipher or decipher with ") + name);
    add_common(one, options);
    one->add_option("--bearer", options->bearer, "BEARER, 0 to 31")->required();
    one->callback([options, name, &status] {
      status = run(std::string("cipher ") + name, *options, options->bearer, "bearer", "data",
                   [&](const auto& in) { return cipher_checked(*crypto::cipher_from(name), in); });
    });
  }
}

void add_mac(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("mac", "Make the code of any integrity algorithm, from hexadecimal digits");
  command->require_subcommand(1);
  for (const auto* name : {"eia1", "eia2", "eia3", "uia1", "uia2"}) {
    auto options = std::make_shared<Options>();
    CLI::App* one = command->add_subcommand(name, std::string("The code of ") + name);
    add_common(one, options);
    const bool fresh = takes_fresh(*crypto::code_from(name));
    if (fresh)
      one->add_option("--fresh", options->fresh, "FRESH, 0 to 4294967295, or hexadecimal after 0x")
          ->required();
    else
      one->add_option("--bearer", options->bearer, "BEARER, 0 to 31")->required();
    one->callback([options, name, fresh, &status] {
      status = run(std::string("mac ") + name, *options, fresh ? options->fresh : options->bearer,
                   fresh ? "fresh" : "bearer", "mac",
                   [&](const auto& in) { return code_checked(*crypto::code_from(name), in); });
    });
  }
}

}  // namespace baton::app
