// Opens whatever a session is stored in and gives it frame by frame: pcap, pcapng, or BinaryFILE ITCH (plain or gzip).
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/core/config.h"
#include "host/path/replay.h"

namespace twinpath {

// How BinaryFILE messages become frames (host/wire/mold_packetizer.h): both lines are alike, only line A is made.
struct RateModel {
  std::uint64_t window_ns = 1'000;  // messages this close to a packet's first share the packet
  std::size_t max_payload = 1'400;  // MoldUDP64 bytes in a packet
};

// The kind is told by content, never by name. `feed` addresses the frames made from BinaryFILE. Errors: FileError,
// std::system_error; both name the file.
std::unique_ptr<FrameSource> open_source(const std::filesystem::path& file, const FeedConfig& feed,
                                         const RateModel& rate = {});

// Ends where the file is damaged or cut off instead of throwing, so that the frames before that place count.
class TolerantSource final : public FrameSource {
 public:
  explicit TolerantSource(std::unique_ptr<FrameSource> source) : source_(std::move(source)) {}

  bool next(SourceFrame& frame) override;
  std::uint64_t position() const override { return source_->position(); }
  std::uint64_t size() const override { return source_->size(); }

  // What is wrong with the file and where, once next() has met it; empty until then.
  const std::string& error() const noexcept { return error_; }

 private:
  std::unique_ptr<FrameSource> source_;
  std::string error_;
};

// Fills the locates of symbols that have none from the Stock Directory messages of the session. Reads until all are
// found or the file ends, be it in mid-frame. Returns the names not found.
std::vector<std::string> resolve_locates(const std::filesystem::path& file, CoreConfig& config);

}  // namespace twinpath
