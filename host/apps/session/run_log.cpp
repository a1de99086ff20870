#include "host/apps/session/run_log.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include "host/apps/report/folder.h"

namespace twinpath {

void write_run_record(const std::filesystem::path& folder, const RunRecord& record) {
  const std::filesystem::path file = folder / "run.json";
  report::save(file, nlohmann::json{{"input", record.input},
                                    {"config", record.config},
                                    {"paths", record.paths},
                                    {"rate_model",
                                     {{"window_ns", record.rate.window_ns}, {"max_payload", record.rate.max_payload}}}}
                             .dump(2) +
                         "\n");
}

RunRecord read_run_record(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "run.json";
  std::ifstream in(file);
  if (!in)
    throw std::runtime_error(file.string() + ": not found; give the folder that `twinpath replay --report` wrote");
  try {
    const nlohmann::json j = nlohmann::json::parse(in);
    return {j.at("input"),
            j.at("config"),
            j.at("paths"),
            {j.at("rate_model").at("window_ns"), j.at("rate_model").at("max_payload")}};
  } catch (const nlohmann::json::exception& e) {
    throw std::runtime_error(file.string() + ": " + e.what() + "; run the replay again");
  }
}

std::filesystem::path event_log_file(const std::filesystem::path& folder, std::size_t index) {
  return folder / ("events-" + std::to_string(index) + ".bin");
}

std::vector<Event> read_event_log(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read; run the replay again");
  const auto size = static_cast<std::uint64_t>(in.tellg());
  if (size % sizeof(Event) != 0)
    throw std::runtime_error(file.string() + ": expected records of 128 bytes, found " + std::to_string(size) +
                             " bytes; the replay was cut off, run it again");
  std::vector<Event> events(size / sizeof(Event));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(events.data()), static_cast<std::streamsize>(size));
  return events;
}

EventLogWriter::EventLogWriter(const std::filesystem::path& file) : file_(file), out_(file, std::ios::binary) {
  if (!out_) throw std::runtime_error(file.string() + ": cannot be written; is the folder writable?");
}

void EventLogWriter::close() {
  out_.close();
  if (!out_) throw std::runtime_error(file_.string() + ": cannot be written; is the disk full?");
}

}  // namespace twinpath
