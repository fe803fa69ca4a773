#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/cli/command.h"
#include "base/secret.h"
#include "crypto/path.h"

namespace baton::app {

int command_line(int argc, char** argv) {
  CLI::App app("Baton: a mobility security core for 3GPP packet networks", "baton");
  app.set_version_flag("--version", "baton " BATON_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  int status = Exit::ok;
  app.add_option_function<std::string>(
         "--crypto-path",
         [](const std::string& name) {
           for (const crypto::Path p : {crypto::Path::portable, crypto::Path::hardware, crypto::Path::wide})
             if (to_string(p) == name) crypto::limit_path(p);
         },
         "use nothing faster than this, for comparison: portable, hardware or wide")
      ->check(CLI::IsMember({"portable", "hardware", "wide"}));
  add_run(app, status);
  add_node(app, status);
  add_subscriber(app, status);
  add_scenario(app, status);
  add_ledger(app, status);
  add_exposure(app, status);
  add_lab(app, status);
  add_bench(app, status);
  add_load(app, status);
  add_store(app, status);
  add_key(app, status);
  add_cipher(app, status);
  add_mac(app, status);
  add_decode(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? Exit::ok : Exit::usage;
  }
  return status;
}

std::string version() { return BATON_VERSION; }

int complain(const std::string& text) {
  std::cerr << "baton: " << text << '\n';
  return Exit::usage;
}

/// A file that holds one value.
static constexpr std::size_t value_file_max = 65536;

/// from_file replaces "@NAME" by what the file holds, so that a key need not stand in the list of processes.
bool from_file(std::string& value) {
  if (value.empty() || value.front() != '@') return true;
  std::string text;
  if (!read_file(value.substr(1), value_file_max, text)) return false;
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  value.assign(text, 0, end == std::string::npos ? 0 : end + 1);
  secure_wipe(text.data(), text.size());
  return true;
}

bool read_file(const std::string& path, std::size_t max, std::string& out) {
  std::ifstream file;
  if (path != "-") {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error) && !std::filesystem::is_fifo(path, error))
      return false;
    file.open(path, std::ios::binary);
    if (!file) return false;
  }
  std::istream& in = path == "-" ? std::cin : file;
  out.clear();
  char buffer[65536];
  while (in.read(buffer, sizeof buffer), in.gcount() > 0) {
    if (out.size() + static_cast<std::size_t>(in.gcount()) > max) return false;
    out.append(buffer, static_cast<std::size_t>(in.gcount()));
  }
  secure_wipe(buffer, sizeof buffer);
  return true;
}

std::string demo_file(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path();  // build/release
  for (const fs::path& folder : {fs::path("etc"), beside / ".." / ".." / "etc", fs::path("/etc/baton")})
    if (fs::is_regular_file(folder / name, error)) return (folder / name).lexically_normal().string();
  return "etc/" + name;
}

}  // namespace baton::app
