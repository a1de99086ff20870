// The published format of order streams and report streams (../shared/data/README.md, "matching/sets format"), and the
// tools that read them: xz and sha256sum.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/venue/matching/messages.h"

namespace twinpath::matching {

inline std::filesystem::path shared_data() { return std::filesystem::path(TP_SOURCE_DIR) / "../shared/data"; }

// What a command prints.
inline std::string output_of(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string all;
  char buffer[1 << 16];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe.get())) != 0;) all.append(buffer, n);
  return all;
}

// Sequences are one higher than in the file: the book is listed first.
inline std::vector<Command> read_orders(const std::filesystem::path& file) {
  const std::string bytes = output_of("xz -dc '" + file.string() + "'");
  std::vector<Command> commands;
  for (std::size_t at = 16; at + 40 <= bytes.size(); at += 40) {
    const char* r = bytes.data() + at;
    Command c{.type = static_cast<CommandType>(r[0]), .side = static_cast<Side>(r[1])};
    c.tif = r[2] != 0 ? TimeInForce::ioc : TimeInForce::day;
    std::memcpy(&c.quantity.value, r + 4, 4);
    std::memcpy(&c.sequence, r + 8, 8);
    std::memcpy(&c.order_id, r + 16, 8);
    std::memcpy(&c.price.value, r + 24, 8);
    ++c.sequence;
    commands.push_back(c);
  }
  return commands;
}

// Reports as the published lines: sorted by sequence and type, as it does not say in which order an engine reports the
// parts of one message; no newline behind the last.
inline std::string published_lines(std::vector<Report> reports) {
  std::stable_sort(reports.begin(), reports.end(), [](const Report& a, const Report& b) {
    return a.sequence != b.sequence ? a.sequence < b.sequence : a.type < b.type;
  });
  std::string text;
  char line[128];
  for (const Report& r : reports) {
    const auto type = static_cast<unsigned>(r.type), side = static_cast<unsigned>(r.side);
    const auto sequence = static_cast<unsigned long long>(r.sequence - 1),
               id = static_cast<unsigned long long>(r.order_id), other = static_cast<unsigned long long>(r.other_id);
    const auto price = static_cast<long long>(r.price.value);
    int n = 0;
    switch (r.type) {
      case ReportType::accepted:
      case ReportType::replaced:
        n = std::snprintf(line, sizeof line, "%u,%llu,%u,%llu,%lld,%u\n", type, sequence, side, id, price,
                          r.quantity.value);
        break;
      case ReportType::trade:
        n = std::snprintf(line, sizeof line, "1,%llu,%lld,%u,%llu,%llu\n", sequence, price, r.quantity.value, other,
                          id);
        break;
      case ReportType::cancelled:
        n = std::snprintf(line, sizeof line, "2,%llu,%u,%llu,%lld\n", sequence, side, id, price);
        break;
      case ReportType::cancel_refused:
      case ReportType::replace_refused:
        n = std::snprintf(line, sizeof line, "%u,%llu,%llu\n", type, sequence, id);
        break;
      default:
        n = std::snprintf(line, sizeof line, "unexpected report %u of %llu\n", type, sequence);
    }
    text.append(line, static_cast<std::size_t>(n));
  }
  if (!text.empty()) text.pop_back();
  return text;
}

inline std::string sha256(const std::string& text) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("twinpath-" + std::to_string(getpid()) + ".txt");
  std::ofstream(file, std::ios::binary) << text;
  const std::string sum = output_of("sha256sum '" + file.string() + "'").substr(0, 64);
  std::filesystem::remove(file);
  return sum;
}

}  // namespace twinpath::matching
