#include "app/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace baton::app {

Terminal Terminal::standard() {
  const bool live = ::isatty(STDOUT_FILENO) == 1;
  return {std::cout, live && std::getenv("NO_COLOR") == nullptr, live};
}

std::string Terminal::paint(std::string_view text, Paint paint) const {
  if (!colour_ || paint == Paint::plain) return std::string(text);
  const char* code = "";
  switch (paint) {
    case Paint::plain: break;
    case Paint::good: code = "\x1b[32m"; break;
    case Paint::bad: code = "\x1b[1;31m"; break;
    case Paint::dim: code = "\x1b[2m"; break;
    case Paint::strong: code = "\x1b[1m"; break;
  }
  return std::string(code) + std::string(text) + "\x1b[0m";
}

void Terminal::line(std::string_view text) {
  if (in_progress_) *out_ << "\r\x1b[K";
  in_progress_ = false;
  *out_ << text << '\n';
}

void Terminal::progress(std::string_view text) {
  if (!live_) return;
  *out_ << "\r\x1b[K" << text << std::flush;
  in_progress_ = true;
}

void Table::add(std::vector<Cell> row) {
  row.resize(headers_.size(), Cell(""));
  rows_.push_back(std::move(row));
}

void Table::print(Terminal& terminal) const {
  std::vector<std::size_t> widths;
  for (const std::string& header : headers_) widths.push_back(width(header));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i].text));

  const auto print_row = [&](const std::vector<Cell>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i].text), ' ');
      const bool to_right = std::find(right_.begin(), right_.end(), i) != right_.end();
      const std::string cell = terminal.paint(row[i].text, row[i].paint);
      if (i > 0) line += "  ";
      if (to_right)
        line += space + cell;
      else
        line += i + 1 < row.size() ? cell + space : cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    terminal.line(line);
  };
  std::vector<Cell> header;
  for (const std::string& h : headers_) header.emplace_back(h, Paint::dim);
  print_row(header);
  for (const auto& row : rows_) print_row(row);
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    // Two-, three- and four-octet characters; U+0080 to U+009F are control characters too.
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    bool good = length > 0 && i + length <= text.size() && lead >= 0x20 && lead != 0x7F;
    for (std::size_t j = 1; good && j < length; ++j)
      good = (static_cast<unsigned char>(text[i + j]) & 0xC0U) == 0x80U;
    if (good && lead == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) good = false;
    if (good) {
      out += text.substr(i, length);
      i += length;
    } else {
      out += '?';
      ++i;
    }
  }
  return out;
}

}  // namespace baton::app
