#include "host/apps/batch/code_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <stdexcept>

namespace twinpath {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::vector<std::uint8_t> parse_code(std::string_view text, const std::string& where) {
  const std::size_t from = text.starts_with("0x") || text.starts_with("0X") ? 2 : 0;
  for (std::size_t i = from; i < text.size(); ++i)
    if (digit(text[i]) < 0) {
      const auto c = static_cast<unsigned char>(text[i]);
      throw std::runtime_error(
          fmt::format("{}: character {} is {}, expected a hex digit{}", where, i + 1,
                      c >= 32 && c < 127 ? fmt::format("'{}'", text[i]) : fmt::format("byte 0x{:02x}", c),
                      c == '_' || c == '$' ? "; link the libraries in first"
                      : c < 9 || c > 126   ? "; a binary file needs --raw"
                                           : ""));
    }
  if ((text.size() - from) % 2 != 0)
    throw std::runtime_error(fmt::format("{}: {} hex digits, expected two a byte", where, text.size() - from));
  std::vector<std::uint8_t> code((text.size() - from) / 2);
  for (std::size_t i = 0; i < code.size(); ++i)
    code[i] = static_cast<std::uint8_t>(digit(text[from + 2 * i]) << 4 | digit(text[from + 2 * i + 1]));
  return code;
}

std::vector<std::vector<std::uint8_t>> read_code_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("{}: cannot be read", file));
  std::vector<std::vector<std::uint8_t>> contracts;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    line.resize(std::min(line.find('#'), line.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.pop_back();
    if (!line.empty()) contracts.push_back(parse_code(line, fmt::format("{}:{}", file, number)));
  }
  if (contracts.empty())
    throw std::runtime_error(fmt::format("{}: holds no bytecode; expected hex, a contract a line", file));
  return contracts;
}

}  // namespace twinpath
