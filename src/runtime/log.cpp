#include "runtime/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <utility>

#include "runtime/text.h"

namespace baton::runtime {
namespace {

spdlog::level::level_enum to_spdlog(peer::LogLevel level) {
  switch (level) {
    case peer::LogLevel::trace: return spdlog::level::trace;
    case peer::LogLevel::debug: return spdlog::level::debug;
    case peer::LogLevel::info: return spdlog::level::info;
    case peer::LogLevel::warning: return spdlog::level::warn;
    case peer::LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view upper_case(peer::LogLevel level) {
  switch (level) {
    case peer::LogLevel::trace: return "TRACE";
    case peer::LogLevel::debug: return "DEBUG";
    case peer::LogLevel::info: return "INFO";
    case peer::LogLevel::warning: return "WARNING";
    case peer::LogLevel::error: return "ERROR";
  }
  return "ERROR";
}

}  // namespace

struct Log::Impl {
  spdlog::logger logger;
  LogFormat format;
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Log::~Log() { impl_->logger.flush(); }

Expected<std::unique_ptr<Log>, std::string> Log::open(const LogSettings& settings) {
  spdlog::sink_ptr sink;
  try {
    if (settings.file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    else
      sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(settings.file);
  } catch (const spdlog::spdlog_ex& e) {
    return Fail{std::string("cannot write the log: ") + e.what()};
  }
  auto impl = std::make_unique<Impl>(Impl{spdlog::logger("baton", std::move(sink)), settings.format});
  impl->logger.set_pattern("%v");
  impl->logger.set_level(to_spdlog(settings.level));
  impl->logger.flush_on(spdlog::level::warn);
  return std::make_unique<Log>(std::move(impl));
}

bool Log::writes(peer::LogLevel level) const { return impl_->logger.should_log(to_spdlog(level)); }

void Log::write(Instant at, std::string_view node, peer::LogLevel level, std::string_view text) {
  if (!writes(level)) return;
  std::string line;
  if (impl_->format == LogFormat::text) {
    line = utc(at) + " [" + one_line(node) + "] " + std::string(upper_case(level)) + ": " + one_line(text);
  } else {
    line = "{\"t\":\"" + utc(at) + "\",\"node\":" + json_string(node) + ",\"level\":\"" +
           std::string(peer::to_string(level)) + "\",\"text\":" + json_string(one_line(text)) + "}";
  }
  impl_->logger.log(to_spdlog(level), spdlog::string_view_t(line));
}

void Log::flush() { impl_->logger.flush(); }

}  // namespace baton::runtime
