// command.h: the commands of `baton`, one file each.
//
// A command adds itself to the parser with its options and, when it is the one that was asked for, runs and
// leaves an exit status. Tables go to standard output, what went wrong to standard error.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace baton::app {

/// What the process tells its caller.
struct Exit {
  static constexpr int ok = 0;
  static constexpr int failed = 1;  ///< everything was understood, something did not hold
  static constexpr int usage = 2;   ///< options or a file that cannot be used; nothing was done
};

void add_run(CLI::App& app, int& status);
void add_node(CLI::App& app, int& status);
void add_subscriber(CLI::App& app, int& status);
void add_key(CLI::App& app, int& status);
void add_cipher(CLI::App& app, int& status);
void add_mac(CLI::App& app, int& status);
void add_decode(CLI::App& app, int& status);
void add_scenario(CLI::App& app, int& status);
void add_ledger(CLI::App& app, int& status);
void add_exposure(CLI::App& app, int& status);
void add_lab(CLI::App& app, int& status);
void add_bench(CLI::App& app, int& status);
void add_load(CLI::App& app, int& status);
void add_store(CLI::App& app, int& status);

/// version is that of this program: "0.1.0".
std::string version();

/// complain writes "baton: TEXT" to standard error and returns Exit::usage.
int complain(const std::string& text);

/// read_file reads a whole file, or standard input for "-"; false when it cannot or is larger than `max`.
bool read_file(const std::string& path, std::size_t max, std::string& out);

/// from_file replaces "@NAME" by what the file holds, so that a key need not stand in the list of processes.
bool from_file(std::string& value);

/// demo_file finds a file of etc/ beside the program's source tree, in the working directory or installed.
std::string demo_file(const std::string& name);

}  // namespace baton::app
