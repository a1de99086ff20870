#include "host/wire/mold_packetizer.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace twinpath {

namespace {
constexpr std::size_t kItchTimeOffset = 5;
constexpr std::size_t kItchTimeEnd = 11;
constexpr std::size_t kLongestItch = 50;
constexpr std::size_t kMinPayload = mold::Header::kSize + mold::kBlockHeader + kLongestItch;
}  // namespace

MoldPacketizer::MoldPacketizer(const MoldPacketizerConfig& config, Sink sink)
    : config_(config),
      sink_(std::move(sink)),
      headers_(config.line.header_size() + mold::Header::kSize),
      used_(headers_),
      sequence_(config.first_sequence) {
  if (config.max_payload < kMinPayload || config.max_payload > net::kMaxUdpPayload) {
    throw std::invalid_argument("max_payload: expected " + std::to_string(kMinPayload) + " to " +
                                std::to_string(net::kMaxUdpPayload) + " bytes, found " +
                                std::to_string(config.max_payload));
  }
  frame_.resize(config.line.header_size() + config.max_payload);
}

void MoldPacketizer::add(std::span<const std::uint8_t> message) {
  if (message.size() < kItchTimeEnd) {
    throw std::invalid_argument("ITCH message: expected at least 11 bytes, found " + std::to_string(message.size()));
  }
  const std::size_t block = mold::kBlockHeader + message.size();
  if (block > frame_.size() - headers_) {
    throw std::invalid_argument("ITCH message: expected at most " +
                                std::to_string(frame_.size() - headers_ - mold::kBlockHeader) +
                                " bytes (max_payload), found " + std::to_string(message.size()));
  }
  latest_ns_ = std::max(latest_ns_, load_be48(message.data() + kItchTimeOffset));
  if (count_ != 0 && (latest_ns_ - opened_ns_ > config_.window_ns || block > frame_.size() - used_)) {
    flush();
  }
  if (count_ == 0) opened_ns_ = latest_ns_;
  closes_ns_ = latest_ns_;
  used_ += mold::write_block(message, frame_.data() + used_);
  ++count_;
}

void MoldPacketizer::flush() {
  if (count_ != 0) send(count_, config_.midnight_ns + closes_ns_);
}

void MoldPacketizer::heartbeat(std::uint64_t timestamp_ns) {
  flush();
  send(mold::kHeartbeat, timestamp_ns);
}

void MoldPacketizer::end_of_session(std::uint64_t timestamp_ns) {
  flush();
  send(mold::kEndOfSession, timestamp_ns);
}

void MoldPacketizer::send(std::uint16_t count, std::uint64_t timestamp_ns) {
  const std::size_t line_header = config_.line.header_size();
  net::write_udp_headers(config_.line, used_ - line_header, static_cast<std::uint16_t>(frames_), frame_.data());
  mold::Header{config_.session, sequence_, count}.write(frame_.data() + line_header);
  last_frame_ns_ = std::max(last_frame_ns_, timestamp_ns);
  ++frames_;
  const std::span<const std::uint8_t> frame(frame_.data(), used_);
  sequence_ += count_;
  count_ = 0;
  used_ = headers_;
  sink_(last_frame_ns_, frame);
}

}  // namespace twinpath
