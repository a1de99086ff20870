#include "drivers/file_io.h"

#include <filesystem>
#include <string>

#include "drivers/endpoint_filter.h"
#include "drivers/frame_rooms.h"
#include "drivers/wall_clock.h"
#include "host/apps/session/sources.h"
#include "host/wire/pcap_writer.h"

namespace twinpath::drivers {
namespace {

// Nasdaq's own line A, for ITCH that says nothing about where its frames go.
constexpr LineConfig kDefaultLine{0xE9360C6F, 26477};

FeedConfig feed_of(const PacketIoOptions& options) {
  FeedConfig feed;
  feed.line_a = options.groups.empty() ? kDefaultLine : LineConfig{options.groups[0].address, options.groups[0].port};
  return feed;
}

class FileReceiver final : public PacketReceiver {
 public:
  FileReceiver(std::string_view file, const PacketIoOptions& options)
      : name_(file),
        source_(open_source(std::filesystem::path(name_), feed_of(options))),
        filter_(options.groups),
        max_frame_(options.max_frame) {}

  std::size_t receive(std::span<SourceFrame> frames) override {
    SourceFrame frame;
    while (!frames.empty() && !ended_) {
      try {
        if (!source_->next(frame)) {
          ended_ = true;
          break;
        }
      } catch (...) {
        ended_ = true;
        throw;
      }
      if (frame.bytes.size() > max_frame_) {
        ++counters_.dropped_too_long;
      } else if (!filter_.matches(frame.bytes)) {
        ++counters_.dropped_other;
      } else {
        ++counters_.frames;
        counters_.bytes += frame.bytes.size();
        frames[0] = frame;
        return 1;
      }
    }
    return 0;
  }
  bool ended() const noexcept override { return ended_; }
  ReceiveCounters counters() override { return counters_; }
  TimestampSource timestamp_source() const noexcept override { return TimestampSource::file; }
  std::string describe() const override { return name_ + ", memory mapped"; }

 private:
  std::string name_;
  std::unique_ptr<FrameSource> source_;
  EndpointFilter filter_;
  std::size_t max_frame_;
  bool ended_ = false;
  ReceiveCounters counters_;
};

class PcapSender final : public PacketSender {
 public:
  PcapSender(std::string_view file, const PacketIoOptions& options) : writer_(file), rooms_(options.max_frame) {}

  std::span<const std::span<std::uint8_t>> claim(std::size_t) override { return rooms_.all(); }
  std::size_t send(std::span<const std::size_t> sizes) override {
    const Nanoseconds now = wall_clock();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      writer_.write(now.value, rooms_.frame(i, sizes[i]));
      ++counters_.frames;
      counters_.bytes += sizes[i];
    }
    writer_.flush();
    rooms_.done(sizes.size());
    return sizes.size();
  }
  std::size_t max_frame() const noexcept override { return rooms_.max_frame(); }
  SendCounters counters() override { return counters_; }

 private:
  PcapWriter writer_;
  FrameRooms rooms_;
  SendCounters counters_;
};

}  // namespace

std::unique_ptr<PacketReceiver> open_file(std::string_view file, const PacketIoOptions& options) {
  return std::make_unique<FileReceiver>(file, options);
}

std::unique_ptr<PacketSender> create_pcap(std::string_view file, const PacketIoOptions& options) {
  return std::make_unique<PcapSender>(file, options);
}

}  // namespace twinpath::drivers
