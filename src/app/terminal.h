// terminal.h: what a person sees: tables, marks, colour where there is a terminal.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace baton::app {

/// Paint is what a piece of text means, not a colour.
enum class Paint : Byte { plain, good, bad, dim, strong };

/// Terminal writes to one stream. Colour only where somebody looks and NO_COLOR is not set.
class Terminal {
 public:
  /// on standard output
  static Terminal standard();
  Terminal(std::ostream& out, bool colour, bool live) : out_(&out), colour_(colour), live_(live) {}

  std::string paint(std::string_view text, Paint paint) const;
  void line(std::string_view text);
  /// progress overwrites one line on a terminal; elsewhere it writes nothing. `line` ends it.
  void progress(std::string_view text);
  bool live() const { return live_; }

 private:
  std::ostream* out_;
  bool colour_;
  bool live_;
  bool in_progress_ = false;
};

/// Table aligns rows under their headers. Cells may be painted; widths count characters, not octets.
class Table {
 public:
  explicit Table(std::vector<std::string> headers) : headers_(std::move(headers)) {}
  struct Cell {
    Cell(std::string t, Paint p = Paint::plain) : text(std::move(t)), paint(p) {}
    Cell(const char* t) : text(t) {}
    std::string text;
    Paint paint = Paint::plain;
  };
  /// add appends a row; missing cells are empty, cells past the headers are dropped.
  void add(std::vector<Cell> row);
  /// right says that column `index` holds numbers.
  void right(std::size_t index) { right_.push_back(index); }
  bool empty() const { return rows_.empty(); }
  void print(Terminal& terminal) const;

 private:
  std::vector<std::string> headers_;
  std::vector<std::vector<Cell>> rows_;
  std::vector<std::size_t> right_;
};

/// width counts the characters of UTF-8 text.
std::size_t width(std::string_view text);
/// printable replaces control characters and octets that are not UTF-8 by `?`: what came from a file or a
/// peer must not drive the terminal.
std::string printable(std::string_view text);

}  // namespace baton::app
