#include "host/apps/session/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "host/feed/locate_finder.h"
#include "host/wire/binaryfile.h"
#include "host/wire/capture.h"
#include "host/wire/itch50.h"
#include "host/wire/mold_packetizer.h"

namespace twinpath {
namespace {

class CaptureSource final : public FrameSource {
 public:
  explicit CaptureSource(const std::filesystem::path& file) : reader_(CaptureReader::open(file)) {}

  bool next(SourceFrame& frame) override {
    CapturedFrame captured;
    if (!reader_->next(captured)) return false;
    frame = {Nanoseconds{captured.timestamp_ns}, captured.data, captured.fcs_error};
    return true;
  }
  std::uint64_t position() const override { return reader_->position(); }
  std::uint64_t size() const override { return reader_->size(); }

 private:
  std::unique_ptr<CaptureReader> reader_;
};

class BinaryFileSource final : public FrameSource {
 public:
  BinaryFileSource(const std::filesystem::path& file, const FeedConfig& feed, const RateModel& rate)
      : name_(file.string()),
        reader_(BinaryFileReader::open(file)),
        packetizer_(packetizer_config(feed, rate), [this](std::uint64_t at, std::span<const std::uint8_t> frame) {
          made_.push_back({at, {frame.begin(), frame.end()}});
        }) {}

  bool next(SourceFrame& frame) override {
    if (started_ && !made_.empty()) made_.pop_front();
    started_ = true;
    std::span<const std::uint8_t> message;
    while (made_.empty() && !ended_) {
      if (read(message)) {
        add(message);
      } else {
        packetizer_.flush();
        ended_ = true;
      }
    }
    if (made_.empty()) return false;
    frame = {Nanoseconds{made_.front().timestamp}, made_.front().bytes, false};
    return true;
  }
  std::uint64_t position() const override { return reader_->position(); }
  std::uint64_t size() const override { return reader_->size(); }

 private:
  // A file of another kind is told by its first message: a text, say, begins with an impossible length.
  bool read(std::span<const std::uint8_t>& message) {
    if (offset_ != 0) return reader_->next(message);
    bool good = true;
    bool more = false;
    try {
      more = reader_->next(message);
      good = more ? itch::check(message) == itch::DecodeError::none : reader_->end_of_session();
    } catch (const BinaryFileError&) {
      if (reader_->compressed()) throw;
      good = false;
    }
    if (!good) {
      throw FileError(name_, 0, "a pcap or pcapng header, or BinaryFILE ITCH 5.0 messages", "neither",
                      "give a capture of the feed or a daily TotalView-ITCH file, plain or gzip");
    }
    return more;
  }

  void add(std::span<const std::uint8_t> message) {
    try {
      packetizer_.add(message);
    } catch (const std::invalid_argument&) {
      throw FileError(name_, offset_, "an ITCH message that fits a packet", fmt::format("{} bytes", message.size()),
                      "the file is damaged from here on: copy it again");
    }
    offset_ += 2 + message.size();
  }

  struct Made {
    std::uint64_t timestamp;
    std::vector<std::uint8_t> bytes;
  };

  static MoldPacketizerConfig packetizer_config(const FeedConfig& feed, const RateModel& rate) {
    MoldPacketizerConfig c;
    c.line.destination_mac = {0x01,
                              0x00,
                              0x5E,
                              static_cast<std::uint8_t>(feed.line_a.address >> 16 & 0x7F),
                              static_cast<std::uint8_t>(feed.line_a.address >> 8),
                              static_cast<std::uint8_t>(feed.line_a.address)};
    c.line.source_mac = {0x02, 0, 0, 0, 0, 1};
    c.line.destination_ip = feed.line_a.address;
    c.line.destination_port = feed.line_a.port;
    c.line.source_ip = 0x0A000001;
    c.line.source_port = feed.line_a.port;
    static_assert(sizeof c.session == sizeof feed.session);
    std::memcpy(c.session.data(), feed.session.data(), sizeof c.session);
    c.first_sequence = feed.first_sequence == 0 ? 1 : feed.first_sequence;
    c.max_payload = rate.max_payload;
    c.window_ns = rate.window_ns;
    return c;
  }

  std::string name_;
  std::unique_ptr<BinaryFileReader> reader_;
  std::uint64_t offset_ = 0;  // of the next message, in what the file decompresses to
  MoldPacketizer packetizer_;
  std::deque<Made> made_;
  bool started_ = false;
  bool ended_ = false;
};

bool is_capture(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::system_error(errno, std::generic_category(), file.string());
  std::array<unsigned char, 4> m{};
  in.read(reinterpret_cast<char*>(m.data()), 4);
  constexpr std::array<std::array<unsigned char, 4>, 5> kMagics{{{0xA1, 0xB2, 0xC3, 0xD4},
                                                                 {0xD4, 0xC3, 0xB2, 0xA1},
                                                                 {0xA1, 0xB2, 0x3C, 0x4D},
                                                                 {0x4D, 0x3C, 0xB2, 0xA1},
                                                                 {0x0A, 0x0D, 0x0D, 0x0A}}};
  return std::find(kMagics.begin(), kMagics.end(), m) != kMagics.end();
}

}  // namespace

std::unique_ptr<FrameSource> open_source(const std::filesystem::path& file, const FeedConfig& feed,
                                         const RateModel& rate) {
  if (is_capture(file)) return std::make_unique<CaptureSource>(file);
  return std::make_unique<BinaryFileSource>(file, feed, rate);
}

bool TolerantSource::next(SourceFrame& frame) {
  if (!error_.empty()) return false;
  try {
    return source_->next(frame);
  } catch (const FileError& e) {
    error_ = e.what();
    return false;
  }
}

std::vector<std::string> resolve_locates(const std::filesystem::path& file, CoreConfig& config) {
  LocateFinder finder(config);
  TolerantSource source(open_source(file, config.feed));
  SourceFrame frame;
  while (finder.missing() != 0 && source.next(frame)) finder.frame(frame.bytes);
  return finder.names();
}

}  // namespace twinpath
