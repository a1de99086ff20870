// Generates a market session into nanosecond pcap files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "host/venue/generator_options.h"
#include "host/venue/line_publisher.h"
#include "host/venue/market_generator.h"

namespace twinpath::venue {

struct GenerateSummary {
  MessageCounts messages_by_type{};
  std::uint64_t live_orders = 0;  // at the end of the session
  std::uint64_t session_start_ns = 0, market_open_ns = 0, market_close_ns = 0, session_end_ns = 0;  // since midnight
  PublisherSummary publisher;
  std::uint64_t frames_written = 0;
  std::uint64_t frames_not_written = 0;  // with a wrong FCS: no network card hands these to a capture
  std::uint64_t bytes_written = 0;       // of the files
};

/// Where a session goes. Frame times in the files are `midnight_ns` (since 1970, UTC) and the time since midnight.
struct SessionFiles {
  std::filesystem::path merged;                           // both lines in the order of their times; or, when empty,
  std::filesystem::path line_a, line_b;                   // one file a line
  std::uint64_t midnight_ns = 1'577'664'000'000'000'000;  // 2019-12-30
};

/// Takes the whole of `generator` (made from the same options). Throws std::invalid_argument for options out of range
/// or when no file is named, std::system_error when a file cannot be written.
GenerateSummary write_session(MarketGenerator& generator, const GeneratorOptions& options, const SessionFiles& files);

/// Generates and writes in one step.
GenerateSummary write_session(const GeneratorOptions& options, const SessionFiles& files);

/// Several lines of text, for people.
std::string to_string(const GenerateSummary& summary);

}  // namespace twinpath::venue
