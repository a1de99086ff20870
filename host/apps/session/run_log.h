// What a replay leaves in its report folder for `twinpath explain`: what was run, and the events of each path.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "host/apps/session/sources.h"
#include "host/core/event.h"

namespace twinpath {

struct RunRecord {
  std::string input;   // absolute
  std::string config;  // absolute
  std::vector<std::string> paths;
  RateModel rate;
};

// `run.json` in the folder. Errors: std::runtime_error that names the file and what is wrong with it.
void write_run_record(const std::filesystem::path& folder, const RunRecord& record);
RunRecord read_run_record(const std::filesystem::path& folder);

// The file that holds the events of path `index`, all but BOOK events: 128-byte records as in host/core/event.h.
std::filesystem::path event_log_file(const std::filesystem::path& folder, std::size_t index);
std::vector<Event> read_event_log(const std::filesystem::path& file);

class EventLogWriter {
 public:
  explicit EventLogWriter(const std::filesystem::path& file);
  void add(const Event& event) {
    if (event.event_kind() != EventKind::book) out_.write(reinterpret_cast<const char*>(&event), sizeof event);
  }
  // Throws std::runtime_error when not everything could be written (a full disk).
  void close();

 private:
  std::filesystem::path file_;
  std::ofstream out_;
};

}  // namespace twinpath
