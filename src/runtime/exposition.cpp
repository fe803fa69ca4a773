#include "runtime/exposition.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <map>
#include <sstream>
#include <tuple>
#include <utility>

namespace baton::runtime {
namespace {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

constexpr std::array series{
    // Who could not be authenticated, or must not be, and why.
    SecuritySeries{"hss", "auth_failures", "cause", "auts_forged", "hss.auts_wrong"},
    SecuritySeries{"hss", "auth_failures", "cause", "unknown_subscriber", "hss.user_unknown"},
    SecuritySeries{"hss", "auth_failures", "cause", "roaming_refused", "hss.roaming_refused"},
    SecuritySeries{"hss", "auth_failures", "cause", "plmn_not_authorised", "hss.plmn_not_authorised"},
    SecuritySeries{"hss", "auth_failures", "cause", "peer_not_authorised", "hss.not_authorised"},
    SecuritySeries{"hss", "auth_failures", "cause", "access_not_authorised", "hss.access_not_authorised"},
    SecuritySeries{"hss", "auth_failures", "cause", "no_eps_subscription", "hss.eps_unknown"},
    SecuritySeries{"hss", "auth_failures", "cause", "sqn_spent", "hss.sqn_spent"},
    SecuritySeries{"mme", "auth_failures", "cause", "wrong_answer", "mme.authentication.rejected"},
    SecuritySeries{"ue", "auth_failures", "cause", "network_not_genuine", "ue.network_not_genuine"},
    SecuritySeries{"ue", "auth_failures", "cause", "rejected", "ue.authentication_rejected"},

    SecuritySeries{"hss", "sqn_resync", "result", "refused", "hss.auts_wrong"},
    SecuritySeries{"hss", "sqn_resync", "result", "throttled", "hss.resync_throttled"},
    SecuritySeries{"hss", "sqn_resync", "result", "endless", "hss.resync_endless"},
    SecuritySeries{"hss", "sqn_resync", "result", "moved", "hss.resync_moved"},
    SecuritySeries{"hss", "sqn_resync", "result", "not_needed", "hss.resync_not_needed"},

    SecuritySeries{"mme", "nas_mac_failures", "", "", "mme.nas.integrity_failed"},
    SecuritySeries{"mme", "nas_mac_failures", "", "", "mme.service_request.bad_mac"},
    SecuritySeries{"mme", "nas_mac_failures", "", "", "mme.context.integrity_failed"},
    SecuritySeries{"ue", "nas_mac_failures", "", "", "ue.nas_integrity_failed"},

    SecuritySeries{"mme", "handover", "kind=\"inside\",result", "done", "mme.handover.completed"},
    SecuritySeries{"mme", "handover", "kind=\"inside\",result", "failed", "mme.handover.failed"},
    SecuritySeries{"mme", "handover", "kind=\"inside\",result", "refused", "mme.handover.refused"},
    SecuritySeries{"mme", "handover", "kind=\"from_another_mme\",result", "done",
                   "mme.handover.in_completed"},
    SecuritySeries{"mme", "handover", "kind=\"from_another_mme\",result", "failed", "mme.handover.in_failed"},
    SecuritySeries{"mme", "handover", "kind=\"from_another_mme\",result", "refused",
                   "mme.handover.in_refused"},
    SecuritySeries{"mme", "handover", "kind=\"path_switch\",result", "done", "mme.handover.path_switched"},
    SecuritySeries{"mme", "handover", "kind=\"path_switch\",result", "refused",
                   "mme.handover.path_switch_refused"},

    SecuritySeries{"mme", "kasme_refresh", "result", "done", "mme.context.kasme_refreshed"},
    SecuritySeries{"mme", "kasme_refresh", "result", "done", "mme.handover.kasme_refreshed"},
    SecuritySeries{"mme", "kasme_refresh", "result", "failed", "mme.context.refresh_failed"},
    SecuritySeries{"mme", "kasme_refresh", "result", "unusable", "mme.context.refresh_unusable"},
    SecuritySeries{"mme", "kasme_refresh", "result", "unusable", "mme.handover.refresh_unusable"},

    SecuritySeries{"mme", "key_change_notify", "result", "done", "mme.kasme.updated"},
    SecuritySeries{"mme", "key_change_notify", "result", "refused", "mme.kasme.update_refused"},
    SecuritySeries{"mme", "key_change_notify", "result", "unanswered", "mme.kasme.unanswered"},
    SecuritySeries{"mme", "key_change_notify", "result", "given_up", "mme.kasme.given_up"},
    SecuritySeries{"hss", "key_change_notify", "result", "done", "hss.kasme_updated"},
    SecuritySeries{"hss", "key_change_notify", "result", "bad_proof", "hss.kasme_bad_proof"},
    SecuritySeries{"hss", "key_change_notify", "result", "stale", "hss.kasme_stale"},

    SecuritySeries{"mme", "null_algorithm_contexts", "", "", "mme.security_mode.null_ciphering"},
    SecuritySeries{"mme", "capabilities_differ", "", "", "mme.handover.path_switch_capabilities_differ"},

    SecuritySeries{"hss", "store_failures", "", "", "hss.store_failed"},
    SecuritySeries{"hss", "store_failures", "", "", "hss.store_conflict"},
    SecuritySeries{"hss", "overload_answers", "", "", "hss.too_busy"},
};

struct Family {
  std::string_view name, help;
};
constexpr std::array families{
    Family{"auth_failures", "Authentications that failed or were refused, by cause."},
    Family{"sqn_resync", "Resynchronisations of sequence numbers, by what became of them."},
    Family{"nas_mac_failures", "NAS messages whose integrity check failed, replayed ones among them."},
    Family{"handover", "Handovers, by kind and result."},
    Family{"kasme_refresh", "Changes of KASME at a move between MMEs, by result."},
    Family{"key_change_notify", "Notifications of a changed KASME to the home network, by result."},
    Family{"null_algorithm_contexts", "Security contexts taken into use with null ciphering."},
    Family{"capabilities_differ",
           "Path switches whose eNB named other algorithms for the UE than the UE had."},
    Family{"store_failures",
           "Requests answered with an error because the store could not be read or written."},
    Family{"overload_answers", "Requests turned away because too many were under way."},
};

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

/// Seconds as a decimal without the noise of binary fractions.
std::string seconds(Duration d) {
  char text[40];
  const auto us = d.count();
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                static_cast<long long>(us % 1'000'000));
  std::string out = text;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

class Writer {
 public:
  explicit Writer(ExpositionFormat format) : openmetrics_(format == ExpositionFormat::openmetrics) {}

  void counter(std::string_view name, std::string_view help) {
    // OpenMetrics names the family, the older format the samples.
    head(openmetrics_ ? std::string(name) : std::string(name) + "_total", "counter", help);
  }
  void gauge(std::string_view name, std::string_view help) { head(name, "gauge", help); }
  void histogram(std::string_view name, std::string_view help) { head(name, "histogram", help); }

  void sample(std::string_view name, const Labels& labels, std::string_view value) {
    out_ += name;
    if (labels.size() > 0) {
      char before = '{';
      for (const auto& [label, content] : labels) {
        if (label.empty()) continue;
        (out_ += before) += label;
        out_ += "=\"";
        append_escaped(out_, content);
        out_ += '"';
        before = ',';
      }
      out_ += '}';
    }
    (out_ += ' ') += value;
    out_ += '\n';
  }

  std::string take() && {
    if (openmetrics_) out_ += "# EOF\n";
    return std::move(out_);
  }

 private:
  void head(std::string_view name, std::string_view type, std::string_view help) {
    for (const auto& [word, rest] : {std::pair{"# HELP ", help}, std::pair{"# TYPE ", type}}) {
      (out_ += word) += name;
      (out_ += ' ') += rest;
      out_ += '\n';
    }
  }

  bool openmetrics_;
  std::string out_;
};

void expose_security(Writer& out, const Metrics& metrics, const Snapshot& now) {
  for (const Family& family : families) {
    const std::string name = "baton_" + std::string(family.name);
    out.counter(name, family.help);
    for (const Snapshot::Node& node : now.nodes) {
      // In the order of the table; counters of one series are added up.
      std::vector<std::tuple<std::string_view, std::string_view, std::uint64_t>> sums;
      for (const SecuritySeries& s : series) {
        if (s.role != node.role || s.family != family.name) continue;
        const std::uint64_t value = metrics.value(node.name, s.counter);
        bool known = false;
        for (auto& [label, of, sum] : sums) {
          if (label != s.label || of != s.value) continue;
          sum += value;
          known = true;
        }
        if (!known) sums.emplace_back(s.label, s.value, value);
      }
      for (const auto& [label, value, sum] : sums)
        out.sample(name + "_total", {{"node", node.name}, {label, value}}, std::to_string(sum));
    }
  }
}

void expose_counted(Writer& out, const Metrics& metrics) {
  out.counter("baton_events", "What happened at a node, by the counters that docs/operations.md lists.");
  for (const auto& [node, counters] : metrics.all())
    for (const auto& [name, value] : counters)
      out.sample("baton_events_total", {{"node", node}, {"event", name}}, std::to_string(value));
}

void expose_times(Writer& out, const Metrics& metrics) {
  out.histogram("baton_procedure_duration_seconds",
                "How long procedures took, from the request to its answer.");
  for (const auto& [node, times] : metrics.times()) {
    for (const auto& [procedure, durations] : times) {
      std::uint64_t below = 0;
      for (std::size_t i = 0; i < durations.buckets.size(); ++i) {
        below += durations.buckets[i];
        const std::string end = i < duration_buckets.size() ? seconds(duration_buckets[i]) : "+Inf";
        out.sample("baton_procedure_duration_seconds_bucket",
                   {{"node", node}, {"procedure", procedure}, {"le", end}}, std::to_string(below));
      }
      const Labels whose{{"node", node}, {"procedure", procedure}};
      out.sample("baton_procedure_duration_seconds_sum", whose, seconds(durations.sum));
      out.sample("baton_procedure_duration_seconds_count", whose, std::to_string(durations.count));
    }
  }
}

}  // namespace

std::span<const SecuritySeries> security_series() { return series; }

ExpositionFormat format_for(std::string_view accept) {
  return accept.find("application/openmetrics-text") != std::string_view::npos ? ExpositionFormat::openmetrics
                                                                               : ExpositionFormat::text;
}

std::string_view content_type(ExpositionFormat format) {
  return format == ExpositionFormat::openmetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

std::string expose(const Metrics& metrics, const Snapshot& now, ExpositionFormat format) {
  Writer out(format);
  out.gauge("baton_build_info", "Always 1; the labels say what runs.");
  out.sample("baton_build_info", {{"version", now.version}, {"compiler", __VERSION__}}, "1");
  out.gauge("baton_node_info", "Always 1; a node of this process.");
  for (const Snapshot::Node& n : now.nodes)
    out.sample("baton_node_info", {{"node", n.name}, {"role", n.role}}, "1");
  out.gauge("baton_links", "Links that are up, by interface.");
  for (const Snapshot::Links& l : now.links)
    out.sample("baton_links", {{"node", l.node}, {"interface", l.interface}}, std::to_string(l.count));
  out.gauge("baton_peer_up", "Whether a configured neighbour has a link with this node.");
  for (const Snapshot::Peer& p : now.peers)
    out.sample("baton_peer_up", {{"node", p.node}, {"interface", p.interface}, {"peer", p.name}},
               p.up ? "1" : "0");
  out.gauge("baton_store_subscribers", "Subscribers in the store, counted once a minute at most.");
  for (const Snapshot::Held& h : now.held)
    out.sample("baton_store_subscribers", {{"node", h.node}}, std::to_string(h.subscribers));
  expose_security(out, metrics, now);
  expose_counted(out, metrics);
  expose_times(out, metrics);
  if (now.process) {
    const auto& p = *now.process;
    out.counter("process_cpu_seconds", "Processor time this process has taken.");
    out.sample("process_cpu_seconds_total", {}, number(p.cpu_s));
    out.gauge("process_open_fds", "Descriptors this process has open.");
    out.sample("process_open_fds", {}, number(p.descriptors));
    out.gauge("process_resident_memory_bytes", "Memory of this process that is in place.");
    out.sample("process_resident_memory_bytes", {}, number(p.resident_octets));
    out.gauge("process_start_time_seconds", "When this process started, in seconds since 1970.");
    out.sample("process_start_time_seconds", {}, number(p.started_s));
  }
  return std::move(out).take();
}

std::optional<Snapshot::Process> this_process() {
  Snapshot::Process out;
  std::ifstream file("/proc/self/stat");
  std::string stat;
  if (!std::getline(file, stat)) return std::nullopt;
  // The second field is a name in parentheses that may hold anything; the 22nd and 24th are wanted.
  const std::size_t end = stat.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(end + 1));
  std::string field;
  double ticks = 0, pages = 0;
  for (int i = 3; i <= 24 && fields >> field; ++i) {
    if (i == 22) ticks = std::strtod(field.c_str(), nullptr);
    if (i == 24) pages = std::strtod(field.c_str(), nullptr);
  }
  double boot = 0;
  std::ifstream system("/proc/stat");
  for (std::string line; std::getline(system, line);)
    if (line.starts_with("btime ")) boot = std::strtod(line.c_str() + 6, nullptr);
  out.started_s = boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  out.resident_octets = pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    for (const timeval& t : {used.ru_utime, used.ru_stime})
      out.cpu_s += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error))
    ++out.descriptors;
  return out;
}

}  // namespace baton::runtime
