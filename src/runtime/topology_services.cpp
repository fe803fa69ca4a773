#include "runtime/topology_services.h"

#include "runtime/topology_values.h"

namespace baton::runtime {
namespace {

using namespace topology_values;

std::optional<Endpoint> read_one_server(Section& s, std::uint16_t default_port) {
  std::optional<Endpoint> out;
  auto servers = s.sections("server");
  for (Section& server : servers) {
    const auto address = server.need("address", ipv4, "an IPv4 address");
    const auto port = server.get("port", port_number, "a port from 1 to 65535");
    if (address) out = Endpoint{*address, port.value_or(default_port)};
    server.done();
  }
  if (servers.size() > 1) s.wrong("server", "one address");
  return out;
}

}  // namespace

std::optional<Endpoint> read_metrics(Section& node) {
  auto s = node.section("metrics");
  if (!s) return std::nullopt;
  if (!s->has("server")) s->wrong("server", "the address to listen on, `- address: ...`");
  const auto out = read_one_server(*s, metrics_port);
  s->done();
  return out;
}

AdminSettings read_admin(Section& node) {
  AdminSettings out;
  auto s = node.section("admin");
  if (!s) return out;
  out.socket = s->get("socket", text, "a file name").value_or("");
  out.server = read_one_server(*s, admin_port);
  out.tokens = s->get("tokens", text, "a file name").value_or("");
  out.audit = s->get("audit", text, "a file name").value_or("");
  if (auto tls = s->section("tls")) {
    out.certificate = tls->need("certificate", text, "a file name").value_or("");
    out.key = tls->need("key", text, "a file name").value_or("");
    tls->done();
  }
  if (out.server && out.tokens.empty())
    s->wrong("tokens", "the file that says who may what, as there is a server");
  // Keys of new subscribers travel here, and the tokens of those who may bring them.
  if (out.server && !out.server->address.is_loopback() && out.key.empty())
    s->wrong("tls", "certificate and key, because subscribers' keys come from off this host");
  s->done();
  return out;
}

}  // namespace baton::runtime
