#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/describe.h"
#include "app/terminal.h"
#include "runtime/text.h"
#include "wire/enterprise.h"

namespace baton::app {
namespace {

/// Hex typed or pasted by a person; a capture is not held to this.
constexpr std::size_t hex_digits_max = std::size_t{4} << 20U;

struct Options {
  std::string input = "-";
  std::string as;
  bool json = false;
  std::uint16_t enterprise = wire::enterprise_default;
};

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += "  " + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (!out.empty()) out.pop_back();
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    out += printable(text.substr(0, end)) + "\n";
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::s1ap: return "S1AP";
    case Kind::gtp2: return "GTPv2-C";
    case Kind::diameter: return "Diameter";
    case Kind::radio: return "radio";
    case Kind::nas_up: return "NAS uplink";
    case Kind::nas_down: return "NAS downlink";
  }
  return "?";
}

int decode_hex(const Options& options, std::string_view text) {
  const auto octets = parse_hex(text);
  if (!octets || octets->empty())
    return complain("decode: expected hexadecimal digits, a pcap or pcapng file, or - for standard input");
  const Kind kind = options.as.empty() ? guess(*octets) : *kind_of_name(options.as);
  const std::string said = printable_lines(describe_message(kind, *octets));
  Terminal terminal = Terminal::standard();
  if (options.json) {
    nlohmann::json message{{"protocol", name_of(kind)}, {"octets", octets->size()}, {"text", said}};
    terminal.line(nlohmann::json{{"messages", {message}}}.dump(2));
  } else {
    terminal.line(terminal.paint(name_of(kind), Paint::strong));
    terminal.line(indented(said));
  }
  return Exit::ok;
}

int decode_capture(const Options& options, Bytes file) {
  auto capture = read_capture(file);
  if (!capture) return complain("decode: " + options.input + ": " + capture.why());
  Terminal terminal = Terminal::standard();
  auto messages = nlohmann::json::array();
  for (const CapturedMessage& m : capture->messages) {
    const std::string said = m.protocol == Protocol::unknown
                                 ? std::to_string(m.octets.size()) + " octets of an unknown protocol\n"
                                 : printable_lines(describe_message(kind_of(m.protocol), m.octets));
    if (options.json) {
      messages.push_back({{"packet", m.packet},
                          {"at", runtime::utc(m.at, true)},
                          {"protocol", to_string(m.protocol)},
                          {"from", m.from.to_string()},
                          {"to", m.to.to_string()},
                          {"stream", m.stream},
                          {"octets", m.octets.size()},
                          {"text", said}});
      continue;
    }
    std::string head = "#" + std::to_string(m.packet) + " " + runtime::utc(m.at, true) + " " +
                       m.from.to_string() + " > " + m.to.to_string() + " " +
                       std::string(to_string(m.protocol));
    if (m.protocol == Protocol::s1ap) head += " stream " + std::to_string(m.stream);
    terminal.line(terminal.paint(head, Paint::strong));
    terminal.line(indented(said));
  }
  if (options.json) {
    terminal.line(nlohmann::json{
        {"messages", std::move(messages)}, {"packets", capture->packets}, {"skipped", capture->skipped}}
                      .dump(2));
  } else {
    terminal.line(terminal.paint(std::to_string(capture->messages.size()) + " messages in " +
                                     std::to_string(capture->packets) + " packets, " +
                                     std::to_string(capture->skipped) + " packets not understood",
                                 Paint::dim));
  }
  return Exit::ok;
}

int decode(const Options& options) {
  // A bare argument of hex digits is the message itself.
  if (options.input != "-" && options.input.size() <= hex_digits_max && parse_hex(options.input))
    return decode_hex(options, options.input);
  std::string text;
  if (!read_file(options.input, capture_file_max, text))
    return complain("decode: cannot read " + printable(options.input));
  const Bytes octets(reinterpret_cast<const Byte*>(text.data()), text.size());
  if (is_capture(octets)) return decode_capture(options, octets);
  if (text.size() > hex_digits_max) return complain("decode: " + printable(options.input) + " is no capture");
  return decode_hex(options, text);
}

}  // namespace

void add_decode(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("decode", "Show a message or a capture as readable text");
  command->add_option("input", options->input,
                      "hexadecimal digits, a pcap or pcapng file, or - for standard input");
  command->add_option("--as", options->as, "protocol of hexadecimal digits; guessed otherwise")
      ->check(CLI::IsMember({"s1ap", "gtp2", "diameter", "radio", "nas-up", "nas-down"}));
  command->add_flag("--json", options->json, "JSON instead of text");
  command->add_option("--enterprise", options->enterprise, "enterprise number of the private elements")
      ->check(CLI::Range(1, 65535))
      ->check([](const std::string& text) { return text == "10415" ? "that is 3GPP's" : std::string(); })
      ->capture_default_str();
  command->callback([options, &status] {
    wire::set_enterprise(options->enterprise);
    status = decode(*options);
  });
}

}  // namespace baton::app
