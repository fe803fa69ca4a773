#include <iostream>

#include "app/command_line.h"
#include "runtime/harden.h"

int main(int argc, char** argv) {
  // Before the first key: nothing of this process ends in a core file.
  if (const auto hardened = baton::runtime::harden_process(); !hardened) {
    std::cerr << "baton: " << hardened.why() << '\n';
    return 2;
  }
  return baton::app::command_line(argc, argv);
}
