// log.h: lines for people and programs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/expected.h"
#include "base/instant.h"
#include "peer/world.h"

namespace baton::runtime {

enum class LogFormat : Byte {
  text,  ///< 2026-11-21T08:15:00.123Z [mme1] INFO: text
  json,  ///< {"t":"2026-...Z","node":"mme1","level":"info","text":"..."}
};

struct LogSettings {
  peer::LogLevel level = peer::LogLevel::info;  ///< and above
  std::string file;                             ///< empty: standard error
  LogFormat format = LogFormat::text;
};

/// Log writes one line per call. What a node logs holds no keys by the rules of Outlet::log; here it is
/// made one line whatever it holds.
class Log {
 public:
  /// Fails when the file cannot be opened; the reason is in words.
  static Expected<std::unique_ptr<Log>, std::string> open(const LogSettings& settings);
  ~Log();
  void write(Instant at, std::string_view node, peer::LogLevel level, std::string_view text);
  bool writes(peer::LogLevel level) const;
  void flush();

  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace baton::runtime
