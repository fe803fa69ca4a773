// command_line.h: `baton` as a function.
#pragma once

namespace baton::app {

/// command_line parses the arguments, runs the command and returns the exit status (cli/command.h).
int command_line(int argc, char** argv);

}  // namespace baton::app
