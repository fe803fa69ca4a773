#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/admin_client.h"
#include "app/cli/command.h"
#include "app/terminal.h"
#include "base/secret.h"
#include "runtime/admin/limits.h"
#include "runtime/entropy.h"
#include "runtime/import.h"
#include "runtime/json_document.h"
#include "vault/transport_key.h"

namespace baton::app {
namespace {

using json = runtime::Json;
using runtime::HttpRequest;
using runtime::HttpResponse;
using runtime::parse_json;
using runtime::wipe;

struct Options {
  std::string config;
  std::string name;
  bool json = false;

  std::string imsi;
  // What `add` and `set` say; empty is not said.
  std::string document, algorithm, k, op, opc, topc, amf, scheme, msisdn, barred, charging, ambr_up,
      ambr_down;
  std::string seq, ind_bits, version, rfsp, periodic_timer;
  std::vector<std::string> apns, restrictions, plmns;

  std::string after;
  std::size_t limit = 0;

  std::string file, format = "automatic", transport_key, transport_mode = "ecb";
  bool keep = false;
  bool check = false;

  std::string role;
};

std::string config_file(const Options& options) {
  return options.config.empty() ? demo_file("hss.yaml") : options.config;
}

/// The HSS that is meant, and how it is reached; nothing, with an exit status, when there is none.
std::optional<AdminClient> client(const Options& options, int& status) {
  const std::string file = config_file(options);
  auto topology = runtime::load_topology(file);
  status = Exit::usage;
  if (!topology) {
    std::cerr << runtime::to_text(topology.why());
    return std::nullopt;
  }
  const runtime::HssSettings* found = nullptr;
  for (const auto& hss : topology->hss)
    if (options.name.empty() ? topology->hss.size() == 1 : hss.name == options.name) found = &hss;
  if (found == nullptr) {
    complain("subscriber: " + file + " has no HSS" +
             (options.name.empty() ? ", or several: --name says which" : " of this name"));
    return std::nullopt;
  }
  auto opened = AdminClient::open(*topology, *found, version());
  if (!opened) {
    complain("subscriber: " + printable(opened.why()));
    status = Exit::failed;
    return std::nullopt;
  }
  return std::move(*opened);
}

/// What an answer complains of, for a person.
int refused(const HttpResponse& response) {
  const json body = parse_json(response.body);
  const auto text = [](const json& j, const char* name) {
    return j.is_object() && j.contains(name) && j[name].is_string() ? printable(j[name].get<std::string>())
                                                                    : std::string();
  };
  complain("subscriber: " +
           (text(body, "error").empty() ? "status " + std::to_string(response.status) : text(body, "error")));
  if (body.is_object())
    for (const char* list : {"fields", "lines"})
      if (body.contains(list) && body[list].is_array())
        for (const json& one : body[list]) {
          std::string line = "  ";
          if (one.contains("line")) line += "line " + std::to_string(one.value("line", 0)) + ": ";
          std::cerr << line << text(one, "field") << (text(one, "field").empty() ? "" : ": ") << "expected "
                    << text(one, "expected") << '\n';
        }
  return Exit::failed;
}

std::optional<HttpResponse> ask(AdminClient& hss, HttpRequest request, int& status) {
  auto response = hss.ask(std::move(request));
  if (!response) {
    complain("subscriber: " + printable(response.why()));
    status = Exit::failed;
    return std::nullopt;
  }
  if (response->status >= 300) {
    status = refused(*response);
    return std::nullopt;
  }
  status = Exit::ok;
  return std::move(*response);
}

// --- what is shown ------------------------------------------------------------------------------

std::string word(const json& value) {
  if (value.is_string()) return printable(value.get<std::string>());
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_array()) {
    std::string out;
    for (const json& item : value) out += (out.empty() ? "" : " ") + word(item);
    return out.empty() ? "-" : out;
  }
  return value.dump();
}

std::string place(const json& node) {
  if (!node.is_object()) return "-";
  return word(node["host"]) + (node.value("purged", false) ? " (purged)" : "");
}

std::string rates(const json& ambr) {
  return word(ambr["up_bps"]) + " up, " + word(ambr["down_bps"]) + " down";
}

void show_one(Terminal& terminal, const json& s) {
  Table table({"", ""});
  const auto row = [&](const char* name, const std::string& value) {
    table.add({{name, Paint::dim}, value.empty() ? "-" : value});
  };
  row("IMSI", word(s["imsi"]));
  row("version", word(s["version"]));
  row("algorithm", word(s["algorithm"]) + ", AMF " + word(s["amf"]));
  row("SQN", word(s["sqn"]["scheme"]) + ", " + word(s["sqn"]["ind_bits"]) + " bits of IND, SEQ used up to " +
                 word(s["sqn"]["seq"]));
  row("MSISDN", word(s["msisdn"]));
  row("barred", word(s["barred"]) + (s["barring"].empty() ? "" : ": " + word(s["barring"])));
  row("may not use", word(s["restrictions"]));
  row("AMBR, bit/s", rates(s["ambr"]));
  for (const json& apn : s["apns"])
    row(apn["context_id"] == s["default_context"] ? "APN (default)" : "APN",
        word(apn["apn"]) + ", " + word(apn["pdn"]) + ", QCI " + word(apn["qci"]) + ", ARP " +
            word(apn["arp"]["priority"]) + ", " + rates(apn["ambr"]));
  row("may register in", s["allowed_plmns"].empty() ? "every network served" : word(s["allowed_plmns"]));
  row("MME", place(s["mme"]));
  row("SGSN", place(s["sgsn"]));
  row("device",
      word(s["terminal"]["imei"]) +
          (s["terminal"]["software_version"] == "" ? "" : " / " + word(s["terminal"]["software_version"])));
  table.print(terminal);
}

void print_one(const HttpResponse& response, const Options& options) {
  Terminal terminal = Terminal::standard();
  const json s = parse_json(response.body);
  if (options.json || !s.is_object())
    terminal.line(s.is_discarded() ? printable(response.body) : s.dump(2));
  else
    show_one(terminal, s);
}

// --- what is asked ------------------------------------------------------------------------------

/// A number with or without k, M or G behind it.
std::optional<std::uint64_t> rate(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  const std::uint64_t factor = unit.empty()  ? 1
                               : unit == "k" ? 1'000
                               : unit == "M" ? 1'000'000
                               : unit == "G" ? 1'000'000'000
                                             : 0;
  if (text.empty() || error != std::errc{} || factor == 0 || value > 0xFFFF'FFFF / factor)
    return std::nullopt;
  return value * factor;
}

/// The document of `add` and `set`; nothing, with a complaint, when an option cannot be used.
std::optional<json> document_of(Options& options) {
  json out = json::object();
  const auto fail = [](const std::string& why) {
    complain("subscriber: " + why);
    return std::nullopt;
  };
  if (!options.document.empty()) {
    std::string text;
    if (!read_file(options.document, runtime::admin::body_octets_max, text))
      return fail("cannot read " + printable(options.document));
    out = parse_json(text);
    secure_wipe(text.data(), text.size());
    if (!out.is_object()) return fail(printable(options.document) + " is no JSON object");
  }
  for (const auto& [name, value] : {std::pair{"k", &options.k}, std::pair{"op", &options.op},
                                    std::pair{"opc", &options.opc}, std::pair{"topc", &options.topc}}) {
    if (value->empty()) continue;
    // A key in the command line stands in the list of processes for everybody.
    if (value->front() != '@')
      return fail(std::string("--") + name +
                  ": @FILE, or @- for standard input, as others see a command line");
    if (!from_file(*value)) return fail(std::string("--") + name + ": cannot read the file");
    out[name] = *value;
    secure_wipe(value->data(), value->size());
  }
  for (const auto& [name, value] :
       {std::pair{"algorithm", &options.algorithm}, std::pair{"amf", &options.amf},
        std::pair{"msisdn", &options.msisdn}, std::pair{"charging", &options.charging}})
    if (!value->empty()) out[name] = *value == "none" ? "" : *value;
  if (!options.barred.empty()) out["barred"] = options.barred == "yes";
  const auto number = [&](const std::string& text) -> json {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text == "none") return nullptr;
    return error == std::errc{} && end == text.data() + text.size() ? json(value) : json(text);
  };
  if (!options.version.empty()) out["version"] = number(options.version);
  if (!options.rfsp.empty()) out["rfsp"] = number(options.rfsp);
  if (!options.periodic_timer.empty()) out["periodic_timer_s"] = number(options.periodic_timer);
  if (!options.seq.empty()) out["sqn"]["seq"] = number(options.seq);
  if (!options.ind_bits.empty()) out["sqn"]["ind_bits"] = number(options.ind_bits);
  if (!options.scheme.empty()) out["sqn"]["scheme"] = options.scheme;
  if (options.ambr_up.empty() != options.ambr_down.empty())
    return fail("--ambr-up and --ambr-down go together");
  json ambr;
  if (!options.ambr_up.empty()) {
    const auto up = rate(options.ambr_up), down = rate(options.ambr_down);
    if (!up || !down) return fail("--ambr-up, --ambr-down: bit/s up to 4294967295, or with k, M or G");
    out["ambr"] = ambr = {{"up_bps", *up}, {"down_bps", *down}};
  }
  if (!options.apns.empty()) {
    out["apns"] = json::array();
    for (const std::string& text : options.apns) {
      // NAME[:QCI[:TYPE]]
      json apn{{"apn", text.substr(0, text.find(':'))}};
      if (const std::size_t at = text.find(':'); at != std::string::npos) {
        const std::string rest = text.substr(at + 1);
        apn["qci"] = number(rest.substr(0, rest.find(':')));
        if (const std::size_t type = rest.find(':'); type != std::string::npos)
          apn["pdn"] = rest.substr(type + 1);
      }
      if (!ambr.is_null()) apn["ambr"] = ambr;
      out["apns"].push_back(std::move(apn));
    }
    if (!out.contains("default_context")) out["default_context"] = 1;
  }
  const auto list = [&](const char* name, const std::vector<std::string>& values) {
    if (!values.empty()) out[name] = values.front() == "none" ? json::array() : json(values);
  };
  list("restrictions", options.restrictions);
  list("allowed_plmns", options.plmns);
  return out;
}

int put(Options& options, bool is_new) {
  auto document = document_of(options);
  if (!document) return Exit::usage;
  if (is_new && !options.imsi.empty()) (*document)["imsi"] = options.imsi;
  int status = Exit::ok;
  auto hss = client(options, status);
  if (!hss) return status;
  HttpRequest request;
  request.method = is_new ? "POST" : "PATCH";
  request.path = is_new ? "/v1/subscribers" : "/v1/subscribers/" + options.imsi;
  request.body = document->dump();
  wipe(*document);
  const auto response = ask(*hss, std::move(request), status);
  if (response) print_one(*response, options);
  return status;
}

int show(const Options& options) {
  int status = Exit::ok;
  auto hss = client(options, status);
  if (!hss) return status;
  HttpRequest request;
  request.method = "GET";
  request.path = "/v1/subscribers/" + options.imsi;
  if (const auto response = ask(*hss, std::move(request), status)) print_one(*response, options);
  return status;
}

int remove(const Options& options) {
  int status = Exit::ok;
  auto hss = client(options, status);
  if (!hss) return status;
  HttpRequest request;
  request.method = "DELETE";
  request.path = "/v1/subscribers/" + options.imsi;
  (void)ask(*hss, std::move(request), status);
  return status;
}

/// pages gives one subscriber after the other to `each`, until it has had enough.
int pages(const Options& options, const std::function<bool(const json&)>& each) {
  int status = Exit::ok;
  auto hss = client(options, status);
  if (!hss) return status;
  std::string after = options.after;
  for (;;) {
    HttpRequest request;
    request.method = "GET";
    request.path = "/v1/subscribers";
    request.query["limit"] = std::to_string(runtime::admin::page_max);
    if (!after.empty()) request.query["after"] = after;
    auto response = hss->ask(std::move(request));
    if (!response) {
      complain("subscriber: " + printable(response.why()));
      return Exit::failed;
    }
    if (response->status == 429) {  // a long list asks faster than anybody should
      ::usleep(100'000);
      continue;
    }
    if (response->status != 200) return refused(*response);
    const json page = parse_json(response->body);
    if (!page.is_object()) return complain("subscriber: no page of subscribers");
    for (const json& s : page["subscribers"])
      if (!each(s)) return Exit::ok;
    if (!page["next"].is_string()) return Exit::ok;
    after = page["next"].get<std::string>();
  }
}

int list(const Options& options) {
  Terminal terminal = Terminal::standard();
  Table table({"IMSI", "MSISDN", "APN", "barred", "MME", "SGSN"});
  json all = json::array();
  std::size_t n = 0;
  const int status = pages(options, [&](const json& s) {
    if (options.limit > 0 && n == options.limit) return false;
    ++n;
    if (options.json)
      all.push_back(s);
    else
      table.add({word(s["imsi"]), word(s["msisdn"]).empty() ? "-" : word(s["msisdn"]),
                 s["apns"].empty() ? "-" : word(s["apns"][0]["apn"]), word(s["barred"]), place(s["mme"]),
                 place(s["sgsn"])});
    return true;
  });
  if (status != Exit::ok) return status;
  if (options.json)
    terminal.line(all.dump(2));
  else if (n == 0)
    terminal.line("no subscribers");
  else
    table.print(terminal);
  return status;
}

int export_all(const Options& options) {
  std::ofstream file;
  if (!options.file.empty() && options.file != "-") {
    file.open(options.file, std::ios::trunc);
    if (!file) return complain("subscriber: cannot write " + printable(options.file));
  }
  std::ostream& out = file.is_open() ? file : std::cout;
  const int status = pages(options, [&](const json& s) {
    out << s.dump() << '\n';
    return out.good();
  });
  out.flush();
  if (!out.good()) return complain("subscriber: cannot write " + printable(options.file));
  return status;
}

// --- import -------------------------------------------------------------------------------------

/// A bar on a terminal; nothing elsewhere.
void bar(Terminal& terminal, std::string_view what, std::size_t done, std::size_t all) {
  constexpr std::size_t width = 40;
  const std::size_t full = all == 0 ? width : std::min(width, done * width / all);
  terminal.progress(std::string(what) + " [" + std::string(full, '=') + std::string(width - full, ' ') +
                    "] " + std::to_string(all == 0 ? 100 : done * 100 / all) + " %");
}

/// The records in the plain format, which every HSS of ours reads.
std::string plain(const std::vector<context::SubscriberRecord>& records) {
  std::string out = "imsi,k,opc,amf,sqn,sqn_scheme,ind_bits,apn,qci,msisdn,ambr_up_bps,ambr_down_bps\n";
  out.reserve(records.size() * 400 + out.size());  // so that it does not move with keys in it
  const auto digits = [&](Bytes octets) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    for (const Byte b : octets) (out += hexadecimal[b >> 4U]) += hexadecimal[b & 15U];
    out += ',';
  };
  for (const auto& r : records) {
    const auto* const secret = std::get_if<MilenageSecret>(&r.secret);
    if (secret == nullptr) continue;  // no file has another one
    const auto& apn = r.subscription.apns.front();
    (out += r.imsi.digits()) += ',';
    digits(secret->k.expose());
    digits(secret->opc.expose());
    digits(r.amf.bytes);
    const std::uint64_t sqn = r.seq_reserved << r.ind_bits;
    std::array<Byte, 6> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<Byte>(sqn >> (40 - 8 * i));
    digits(octets);
    out += r.sqn_scheme == context::SqnScheme::counter ? "counter,"
           : r.sqn_scheme == context::SqnScheme::time  ? "time,"
                                                       : "partly-time,";
    out += std::to_string(r.ind_bits) + ",";
    out += apn.apn + "," + std::to_string(apn.qci) + "," + r.subscription.msisdn + "," +
           std::to_string(r.subscription.ambr_up_bps) + "," + std::to_string(r.subscription.ambr_down_bps) +
           "\n";
  }
  return out;
}

int import(Options& options) {
  Terminal terminal = Terminal::standard();
  runtime::ImportOptions how;
  how.format = *runtime::import_format(options.format);
  how.errors_max = runtime::import_errors_max;
  how.progress = [&](std::size_t done, std::size_t all) { bar(terminal, "reading", done, all); };
  std::optional<vault::TransportKey> key;
  if (!options.transport_key.empty()) {
    if (options.transport_key.front() != '@')
      return complain("subscriber: --transport-key: @FILE, or @- for standard input");
    if (!from_file(options.transport_key))
      return complain("subscriber: --transport-key: cannot read the file");
    auto octets = parse_hex(options.transport_key);
    secure_wipe(options.transport_key.data(), options.transport_key.size());
    if (!octets || (octets->size() != 16 && octets->size() != 24 && octets->size() != 32))
      return complain("subscriber: --transport-key: 32, 48 or 64 hexadecimal digits");
    key.emplace(Bytes(*octets));
    secure_wipe(octets->data(), octets->size());
    const auto mode = options.transport_mode == "cbc" ? vault::TransportMode::cbc : vault::TransportMode::ecb;
    how.decrypt = [&key, mode](MutableBytes secret) {
      const auto plain_key = vault::decipher_eki(*key, mode, secret);
      if (plain_key && plain_key->view().size() == secret.size())
        std::copy(plain_key->view().begin(), plain_key->view().end(), secret.begin());
    };
  }
  auto read = runtime::load_subscribers(options.file, how);
  if (terminal.live()) terminal.line("");
  if (!read) {
    std::cerr << runtime::to_text(read.why());
    complain("subscriber: " + std::to_string(read.why().size()) + " mistakes, nothing was taken");
    return Exit::usage;
  }
  const std::size_t n = read->size();
  if (options.check) {
    terminal.line(std::to_string(n) + " subscribers, no mistakes; nothing was taken");
    return Exit::ok;
  }
  int status = Exit::ok;
  auto hss = client(options, status);
  if (!hss) return status;
  HttpRequest request;
  request.method = "POST";
  request.path = "/v1/import";
  request.query["format"] = "plain";
  request.query["existing"] = options.keep ? "keep" : "refuse";
  request.body = plain(*read);
  read->clear();
  if (terminal.live()) terminal.progress("storing " + std::to_string(n) + " subscribers");
  const auto response = ask(*hss, std::move(request), status);
  if (!response) return status;
  const json body = parse_json(response->body);
  if (options.json)
    terminal.line(body.dump(2));
  else
    terminal.line(word(body["added"]) + " added, " + word(body["kept"]) + " were there and stay");
  return status;
}

int token(const Options& options) {
  const auto entropy = runtime::system_entropy();
  const std::string secret = runtime::admin::Tokens::fresh_token(*entropy);
  Terminal terminal = Terminal::standard();
  terminal.line(secret);
  std::cerr << "Above, once and never again: the token. For the file of tokens:\n  - {name: "
            << printable(options.name) << ", role: " << options.role
            << ", sha256: " << hex(runtime::admin::Tokens::hash(secret)) << "}\n";
  return Exit::ok;
}

void describe_options(CLI::App& command, const std::shared_ptr<Options>& o) {
  command.add_option("--from", o->document, "JSON document as the API takes it; - for standard input");
  command.add_option("--algorithm", o->algorithm, "milenage, tuak or test")
      ->check(CLI::IsMember({"milenage", "tuak", "test"}));
  command.add_option("--k", o->k, "@FILE with K in hexadecimal; @- for standard input");
  command.add_option("--opc", o->opc, "@FILE with OPc in hexadecimal");
  command.add_option("--op", o->op, "@FILE with OP in hexadecimal: OPc is derived and kept");
  command.add_option("--topc", o->topc, "@FILE with TOPc in hexadecimal");
  command.add_option("--amf", o->amf, "4 hexadecimal digits");
  command.add_option("--sqn-scheme", o->scheme, "counter, partly-time or time");
  command.add_option("--seq", o->seq, "the highest SEQ that counts as used");
  command.add_option("--ind-bits", o->ind_bits, "bits of the SQN that are its index");
  command.add_option("--msisdn", o->msisdn, "at most 15 digits, or none");
  command.add_option("--barred", o->barred, "yes or no")->check(CLI::IsMember({"yes", "no"}));
  command.add_option("--restrict", o->restrictions,
                     "what may not be used (utran, geran, wb-eutran, nb-iot ...), or none");
  command.add_option("--ambr-up", o->ambr_up, "bit/s, or with k, M, G");
  command.add_option("--ambr-down", o->ambr_down, "bit/s, or with k, M, G");
  command.add_option("--apn", o->apns, "NAME[:QCI[:TYPE]]; the first is the default; replaces all");
  command.add_option("--allowed-plmn", o->plmns, "networks to register in, or none for all that are served");
  command.add_option("--rfsp", o->rfsp, "1 to 256, or none");
  command.add_option("--periodic-timer", o->periodic_timer, "seconds, or none");
  command.add_option("--charging", o->charging, "4 hexadecimal digits, or none");
}

}  // namespace

void add_subscriber(CLI::App& app, int& status) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("subscriber", "Subscribers of an HSS, running or not");
  command->require_subcommand(1);
  command->add_option("-c,--config", o->config, "configuration of the HSS (etc/hss.yaml)");
  command->add_option("--name", o->name, "which HSS, where the file has several");
  command->add_flag("--json", o->json, "for programs");
  const auto verb = [&](const char* name, const char* what, auto run) {
    CLI::App* one = command->add_subcommand(name, what);
    one->fallthrough();
    one->callback([o, run, &status] { status = run(*o); });
    return one;
  };
  CLI::App* add = verb("add", "Add a subscriber", [](Options& x) { return put(x, true); });
  add->add_option("imsi", o->imsi, "6 to 15 digits");
  describe_options(*add, o);
  CLI::App* set =
      verb("set", "Change what is named, leave the rest", [](Options& x) { return put(x, false); });
  set->add_option("imsi", o->imsi)->required();
  set->add_option("--version-is", o->version, "only if the subscriber still has this version");
  describe_options(*set, o);
  verb("show", "Show one, without keys", [](Options& x) { return show(x); })
      ->add_option("imsi", o->imsi)
      ->required();
  verb("remove", "End a subscription", [](Options& x) { return remove(x); })
      ->add_option("imsi", o->imsi)
      ->required();
  CLI::App* lists = verb("list", "List them by IMSI", [](Options& x) { return list(x); });
  lists->add_option("--after", o->after, "begin after this IMSI");
  lists->add_option("--limit", o->limit, "so many at most");
  verb("export", "Write all of them, without keys, as JSON lines", [](Options& x) {
    return export_all(x);
  })->add_option("file", o->file, "- or none: standard output");
  CLI::App* in =
      verb("import", "Take over a file: all of it or nothing", [](Options& x) { return import(x); });
  in->add_option("file", o->file)->required();
  in->add_option("--format", o->format, "what the file is, where its beginning does not say it")
      ->check(CLI::IsMember({"automatic", "plain", "srsepc", "open5gs", "dbctl", "pyhss", "sim"}));
  in->add_flag("--keep-existing", o->keep,
               "who is there already stays as he is; otherwise the file is refused");
  in->add_flag("--check", o->check, "read only, take nothing");
  in->add_option("--transport-key", o->transport_key,
                 "@FILE with the key of a SIM vendor's file in hexadecimal; @- for standard input");
  in->add_option("--transport-mode", o->transport_mode, "ecb, or cbc with an initial vector of zeros")
      ->check(CLI::IsMember({"ecb", "cbc"}));
  CLI::App* made = verb("token", "Make a token for the HTTP API", [](Options& x) { return token(x); });
  made->add_option("holder", o->name, "whose it is")->required();
  made->add_option("--role", o->role, "reader, operator or auditor")
      ->required()
      ->check(CLI::IsMember({"reader", "operator", "auditor"}));
}

}  // namespace baton::app
