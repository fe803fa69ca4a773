#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/hss_load.h"
#include "app/terminal.h"
#include "runtime/import.h"
#include "runtime/topology.h"
#include "wire/enterprise.h"

namespace baton::app {
namespace {

/// Bounds of what may be asked for.
constexpr double seconds_most = 86'400;

struct Options {
  std::string config;
  std::string name;
  std::string server, realm, host, identity, local, plmn;
  std::size_t connections = 1;
  std::string first_imsi = "001010000000001";
  std::size_t count = 1000;
  std::string cards;
  std::size_t window = 64;
  unsigned ulr = 0;
  std::uint32_t vectors = 1;
  double ramp = 1, seconds = 5, timeout = 10;
  double rate = 0;
  bool reconnect = false;
  bool json = false;
};

Duration duration(double seconds) { return Duration(static_cast<std::int64_t>(seconds * 1e6)); }
double micro(std::uint64_t ns) { return static_cast<double>(ns) / 1000.0; }

Expected<Endpoint, std::string> endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto address = Ipv4::parse(text.substr(0, colon));
  std::uint16_t port = runtime::diameter_port;
  if (colon != std::string::npos) {
    const std::string digits = text.substr(colon + 1);
    const bool number =
        !digits.empty() && digits.size() <= 5 && digits.find_first_not_of("0123456789") == std::string::npos;
    const int v = number ? std::stoi(digits) : 0;
    if (v < 1 || v > 65'535) return Fail{"--server: a port from 1 to 65535"};
    port = static_cast<std::uint16_t>(v);
  }
  if (!address) return Fail{"--server: an IPv4 address, and a port after a colon"};
  return Endpoint{*address, port};
}

/// From the configuration of the HSS: where it listens, and as whom one may come.
std::optional<std::string> take_config(const Options& o, LoadPlan& plan) {
  const auto topology = runtime::load_topology(o.config);
  if (!topology) return runtime::to_text(topology.why());
  wire::set_enterprise(topology->enterprise);
  const runtime::HssSettings* found = nullptr;
  for (const auto& hss : topology->hss)
    if (o.name.empty() || hss.name == o.name) found = found == nullptr ? &hss : found;
  if (found == nullptr) return "the file has no such HSS";
  plan.server = found->diameter;
  plan.realm = found->realm;
  plan.host = found->identity;
  plan.plmn = topology->plmn;
  plan.clients.clear();
  for (const auto& c : found->clients)
    if (plan.clients.size() < o.connections)
      plan.clients.push_back({*c.identity, c.realm.value_or(found->realm), c.endpoint.address});
  if (plan.clients.size() < o.connections)
    return "the HSS has " + std::to_string(plan.clients.size()) + " clients, and each makes one connection";
  return std::nullopt;
}

/// From options alone: one client.
std::optional<std::string> take_options(const Options& o, LoadPlan& plan) {
  if (o.server.empty() || o.identity.empty() || o.local.empty() || o.realm.empty())
    return "say where the HSS is: -c FILE, or --server, --realm, --identity and --local";
  const auto server = endpoint(o.server);
  if (!server) return server.why();
  const auto realm = DiameterIdentity::parse(o.realm);
  const auto identity = DiameterIdentity::parse(o.identity);
  const auto local = Ipv4::parse(o.local);
  if (!realm) return "--realm: a realm";
  if (!identity) return "--identity: a fully qualified host name";
  if (!local) return "--local: an IPv4 address";
  if (o.connections != 1) return "several connections need several clients: -c FILE";
  plan.server = *server;
  plan.realm = *realm;
  plan.clients = {{*identity, *realm, *local}};
  if (!o.host.empty()) {
    const auto host = DiameterIdentity::parse(o.host);
    if (!host) return "--host: a fully qualified host name";
    plan.host = *host;
  }
  if (!o.plmn.empty()) {
    const auto plmn = PlmnId::parse(o.plmn);
    if (!plmn) return "--plmn: 5 or 6 digits";
    plan.plmn = *plmn;
  }
  return std::nullopt;
}

nlohmann::json json(const Latency& l) {
  return {{"count", l.count()},
          {"mean_us", l.mean() / 1000.0},
          {"p50_us", micro(l.percentile(50))},
          {"p90_us", micro(l.percentile(90))},
          {"p99_us", micro(l.percentile(99))},
          {"p99_9_us", micro(l.percentile(99.9))},
          {"max_us", micro(l.most())}};
}
std::string shown(std::uint64_t ns) {
  char b[32];
  const double us = micro(ns);
  std::snprintf(b, sizeof b, us < 10 ? "%.1f" : "%.0f", us);
  return b;
}
std::string shown(double v) {
  char b[32];
  std::snprintf(b, sizeof b, "%.1f", v);
  return b;
}

void print(Terminal& terminal, const Options& o, const LoadReport& r) {
  terminal.line(std::to_string(static_cast<std::uint64_t>(r.per_second())) + " answers/s for " +
                shown(r.seconds) + " s, window " + std::to_string(o.window) + ", " +
                std::to_string(o.connections) + (o.connections == 1 ? " connection" : " connections"));
  Table latency({"request", "answers", "p50 us", "p90 us", "p99 us", "p99.9 us", "max us"});
  const auto row = [&](const char* name, const Latency& l) {
    if (l.count() == 0) return;
    latency.add({name, std::to_string(l.count()), shown(l.percentile(50)), shown(l.percentile(90)),
                 shown(l.percentile(99)), shown(l.percentile(99.9)), shown(l.most())});
  };
  row("AIR", r.air);
  row("ULR", r.ulr);
  for (std::size_t i = 1; i < 7; ++i) latency.right(i);
  if (!latency.empty()) latency.print(terminal);
  for (const auto& [result, count] : r.results) terminal.line(std::to_string(count) + " times " + result);
  const auto complaint = [&](std::uint64_t n, const char* what) {
    if (n > 0) terminal.line(terminal.paint(std::to_string(n) + " " + what, Paint::bad));
  };
  complaint(r.timed_out, "requests without an answer in time");
  complaint(r.lost, "requests under way when a connection broke");
  complaint(r.unasked, "answers that nobody asked for");
  complaint(r.malformed, "answers that cannot be read, or lack what they are asked for");
  complaint(r.rand_repeated, "challenges that are the ones before");
  complaint(r.vector_wrong, "vectors that are not the subscriber's");
  complaint(r.sqn_stale, "vectors whose SQN the card has seen, or a later one");
  if (r.reconnects > 0) terminal.line(std::to_string(r.reconnects) + " connections opened again");
  if (r.cards_checked)
    terminal.line(std::to_string(r.vectors) + " vectors checked as the cards and their phones do");
  for (const std::string& f : r.faults) terminal.line(terminal.paint(printable(f), Paint::bad));
}

int hss(const Options& o) {
  for (const double s : {o.ramp, o.seconds, o.timeout})
    if (!(s >= 0) || s > seconds_most) return complain("load hss: a time is 0 to 86400 s");
  std::optional<LoadPlan> plan;
  const auto unset = *DiameterIdentity::parse("unset");
  plan.emplace(LoadPlan{.server = {}, .realm = unset, .host = {}, .clients = {}});
  const auto wrong = o.config.empty() ? take_options(o, *plan) : take_config(o, *plan);
  if (wrong) return complain("load hss: " + *wrong);
  if (o.first_imsi.size() != 15 || o.first_imsi.find_first_not_of("0123456789") != std::string::npos)
    return complain("load hss: --first-imsi: fifteen digits");
  plan->first_imsi = std::stoull(o.first_imsi);
  plan->subscribers = o.count;
  if (!o.cards.empty()) {
    auto cards = runtime::load_subscribers(o.cards);
    if (!cards) {
      std::cerr << runtime::to_text(cards.why());
      return Exit::usage;
    }
    plan->cards = std::move(*cards);
  }
  plan->window = o.window;
  plan->ulr_percent = o.ulr;
  plan->vectors = o.vectors;
  plan->ramp = duration(o.ramp);
  plan->steady = duration(o.seconds);
  plan->timeout = duration(o.timeout);
  if (o.rate != 0) plan->rate = o.rate;
  plan->reconnect = o.reconnect;
  if (const auto why = HssLoad::check(*plan)) return complain("load hss: " + *why);

  transport::Loop loop;
  Terminal terminal = Terminal::standard();
  HssLoad load(loop, std::move(*plan));
  const LoadReport r = load.run([&](std::uint64_t answered) {
    if (!o.json) terminal.progress(std::to_string(answered) + " answers/s");
  });
  if (!o.json) {
    print(terminal, o, r);
    return r.good() ? Exit::ok : Exit::failed;
  }
  terminal.line(nlohmann::json{
      {"answers_per_s", r.per_second()},
      {"seconds", r.seconds},
      {"sent", r.sent},
      {"answered", r.answered},
      {"window", o.window},
      {"connections", o.connections},
      {"cpu_s", r.cpu_seconds},
      {"results", r.results},
      {"air", json(r.air)},
      {"ulr", json(r.ulr)},
      {"timed_out", r.timed_out},
      {"lost", r.lost},
      {"reconnects", r.reconnects},
      {"unasked", r.unasked},
      {"malformed", r.malformed},
      {"vectors", r.vectors},
      {"rand_repeated", r.rand_repeated},
      {"vector_wrong", r.vector_wrong},
      {"sqn_stale", r.sqn_stale},
      {"cards_checked", r.cards_checked},
      {"faults", r.faults},
      {"good",
       r.good()}}.dump(2));
  return r.good() ? Exit::ok : Exit::failed;
}

}  // namespace

void add_load(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("load", "Put load on a node");
  command->require_subcommand(1);
  CLI::App* c = command->add_subcommand(
      "hss", "Ask an HSS for vectors and locations, as fast as it answers, and check what it says");
  auto o = std::make_shared<Options>();
  c->add_option("-c,--config", o->config,
                "configuration of the HSS: where it listens, and whose place to take");
  c->add_option("--name", o->name, "which HSS, where the file has several");
  c->add_option("--connections", o->connections, "how many clients of the file to be")->capture_default_str();
  c->add_option("--server", o->server, "without -c: ADDRESS[:PORT] of the HSS");
  c->add_option("--realm", o->realm, "without -c: its realm and ours");
  c->add_option("--host", o->host, "without -c: its identity, to be named in requests");
  c->add_option("--identity", o->identity, "without -c: our identity");
  c->add_option("--local", o->local, "without -c: our address");
  c->add_option("--plmn", o->plmn, "without -c: visited network, 5 or 6 digits");
  c->add_option("--first-imsi", o->first_imsi, "fifteen digits; the others follow it")->capture_default_str();
  c->add_option("--subscribers", o->count, "how many")->capture_default_str();
  c->add_option("--cards", o->cards,
                "subscriber file with keys: these subscribers, and every vector is checked");
  c->add_option("--window", o->window, "requests under way, over all connections")->capture_default_str();
  c->add_option("--ulr", o->ulr, "so many of a hundred requests are Update Location")->capture_default_str();
  c->add_option("--vectors", o->vectors, "vectors of one AIR, 1 to 5")->capture_default_str();
  c->add_option("--ramp", o->ramp, "seconds in which the window grows; not counted")->capture_default_str();
  c->add_option("--seconds", o->seconds, "seconds that count")->capture_default_str();
  c->add_option("--timeout", o->timeout, "seconds to wait for an answer")->capture_default_str();
  c->add_option("--rate", o->rate, "requests a second; else as many as the window allows");
  c->add_flag("--reconnect", o->reconnect, "open a lost connection again instead of giving up");
  c->add_flag("--json", o->json, "JSON instead of text");
  c->callback([o, &status] { status = hss(*o); });
}

}  // namespace baton::app
