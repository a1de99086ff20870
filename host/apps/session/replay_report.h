// Turns the events of a replay into the figures of its report.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/apps/config/config_file.h"
#include "host/path/replay.h"

namespace twinpath {

class ReplayReport {
 public:
  ReplayReport(const std::string& input, const std::vector<std::string>& paths, const RunConfig& config);
  ~ReplayReport();

  // An event of path `path`; those of path 0 count in the session's figures.
  void add(std::size_t path, const Event& event);
  // An event whose stage stamps count in the path's latencies.
  void add_latency(std::size_t path, const Event& event);
  // Nothing more comes. `cycles`: simulated clock cycles a path.
  void finish(const ReplayResult& result, const std::vector<std::uint64_t>& cycles, bool lockstep,
              const std::string& difference);

  // "lockstep: F frames, O orders, R rejections: identical" or "...: first difference at frame N".
  const std::string& verdict() const;
  // report.txt, report.json, report.html.
  void write(const std::filesystem::path& folder) const;
  // To standard output; `folder` is named when not empty.
  void print(const std::string& folder) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace twinpath
