#include "app/terminal.h"

#include <gtest/gtest.h>

#include <sstream>

namespace baton::app {
namespace {

TEST(Table, AlignsByCharactersNotOctets) {
  std::ostringstream out;
  Terminal terminal(out, false, false);
  Table table({"name", "ms"});
  table.right(1);
  table.add({"K\xC3\xA4se", "7"});
  table.add({"attach", "120"});
  table.print(terminal);
  EXPECT_EQ(out.str(), "name     ms\nK\xC3\xA4se      7\nattach  120\n");
}

TEST(Table, PaintsOnlyWhereThereIsColour) {
  std::ostringstream plain, coloured;
  Table table({"ok"});
  table.add({{"yes", Paint::good}});
  Terminal without(plain, false, false), with(coloured, true, false);
  table.print(without);
  table.print(with);
  EXPECT_EQ(plain.str().find('\x1b'), std::string::npos);
  EXPECT_NE(coloured.str().find("\x1b[32myes\x1b[0m"), std::string::npos);
}

TEST(Terminal, WritesProgressOnlyForAPerson) {
  std::ostringstream nobody, person;
  Terminal quiet(nobody, false, false), live(person, false, true);
  quiet.progress("1 of 2");
  live.progress("1 of 2");
  live.line("done");
  EXPECT_EQ(nobody.str(), "");
  EXPECT_EQ(person.str(), "\r\x1b[K1 of 2\r\x1b[Kdone\n");
}

TEST(Printable, ReplacesWhatWouldDriveTheTerminal) {
  EXPECT_EQ(printable("a\x1b[31mb\x07\n"), "a?[31mb??");
  EXPECT_EQ(printable("K\xC3\xA4se \xE2\x9C\x93"), "K\xC3\xA4se \xE2\x9C\x93");
  EXPECT_EQ(printable("\xC2\x9B\xFF\xC3"), "????");
}

}  // namespace
}  // namespace baton::app
