#include "host/apps/session/day_record.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace twinpath {
namespace {

nlohmann::json to_json(const DayRecord& d) {
  return {{"seed", d.seed},   {"messages", d.messages}, {"symbols", d.symbols}, {"configured", d.configured},
          {"lines", d.lines}, {"segments", d.segments}, {"paths", d.paths}};
}

std::filesystem::path segment_file(const std::filesystem::path& folder, unsigned segment) {
  return folder / fmt::format("segment-{:03}.json", segment);
}

void write_whole(const std::filesystem::path& file, const nlohmann::json& j) {
  const std::filesystem::path draft = file.string() + ".part";
  std::ofstream out(draft);
  out << j.dump(2) << '\n';
  out.close();
  if (!out) throw std::runtime_error(draft.string() + ": cannot be written; is the disk full?");
  std::filesystem::rename(draft, file);
}

nlohmann::json read_json(const std::filesystem::path& file) {
  std::ifstream in(file);
  try {
    return nlohmann::json::parse(in);
  } catch (const nlohmann::json::exception& e) {
    throw std::runtime_error(file.string() + ": " + e.what() + "; remove it, its part of the day runs again");
  }
}

}  // namespace

void claim_day(const std::filesystem::path& folder, const DayRecord& day) {
  std::filesystem::create_directories(folder);
  const std::filesystem::path file = folder / "day.json";
  const nlohmann::json wanted = to_json(day);
  if (!std::filesystem::exists(file)) return write_whole(file, wanted);
  const nlohmann::json found = read_json(file);
  if (found != wanted)
    throw std::runtime_error(fmt::format("{}: holds another day: expected {}, found {}; give another folder",
                                         file.string(), wanted.dump(), found.dump()));
}

void write_segment(const std::filesystem::path& folder, const SegmentRecord& r) {
  nlohmann::json counters;
  for (unsigned i = 0; i < kCounterCount; ++i) counters[std::string(kCounterNames[i])] = r.counters[i];
  write_whole(segment_file(folder, r.segment), {{"segment", r.segment},
                                                {"messages", r.messages},
                                                {"snapshot", r.snapshot},
                                                {"frames", r.frames},
                                                {"compared", r.compared},
                                                {"cycles", r.cycles},
                                                {"seconds", r.seconds},
                                                {"cpu_seconds", r.cpu_seconds},
                                                {"difference", r.difference},
                                                {"counters", counters}});
}

std::optional<SegmentRecord> read_segment(const std::filesystem::path& folder, unsigned segment) {
  const std::filesystem::path file = segment_file(folder, segment);
  if (!std::filesystem::exists(file)) return std::nullopt;
  const nlohmann::json j = read_json(file);
  try {
    SegmentRecord r{j.at("segment"), j.at("messages"), j.at("snapshot"),    j.at("frames"),     j.at("compared"),
                    j.at("cycles"),  j.at("seconds"),  j.at("cpu_seconds"), j.at("difference"), {}};
    for (unsigned i = 0; i < kCounterCount; ++i) r.counters[i] = j.at("counters").at(std::string(kCounterNames[i]));
    return r;
  } catch (const nlohmann::json::exception& e) {
    throw std::runtime_error(file.string() + ": " + e.what() + "; remove it, its part of the day runs again");
  }
}

}  // namespace twinpath
