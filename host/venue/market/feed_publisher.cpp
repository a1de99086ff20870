#include "host/venue/market/feed_publisher.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace twinpath::market {
namespace {
constexpr std::size_t kMinPayload = 72;
}

FeedPublisher::FeedPublisher(const FeedOptions& options, PacketSender& a, PacketSender& b)
    : options_(options), lines_{{{options.lines[0], &a}, {options.lines[1], &b}}} {
  std::size_t most = net::kMaxUdpPayload;
  for (const Line& line : lines_) most = std::min(most, line.sender->max_frame() - line.address.header_size());
  if (options.max_payload < kMinPayload || options.max_payload > most)
    throw std::invalid_argument("max_payload: expected " + std::to_string(kMinPayload) + " to " + std::to_string(most) +
                                " bytes, found " + std::to_string(options.max_payload));
  packet_.reserve(options.max_payload);
}

void FeedPublisher::begin(std::shared_ptr<const MessageStore> tape, std::uint64_t first) {
  tape_ = std::move(tape);
  next_ = first;
  ended_ = false;
}

bool FeedPublisher::poll(std::uint64_t now_ns) {
  if (tape_ == nullptr) return true;
  // In this order: nothing is appended to a tape that has ended.
  const bool ended = tape_->ended();
  for (;;) {
    if (!push(now_ns)) return false;
    const MessageStore::Run run =
        tape_->run(next_, mold::kEndOfSession - 1, options_.max_payload - mold::Header::kSize);
    if (run.count == 0) break;
    pack(run.count, run.blocks, now_ns);
    next_ += run.count;
    counters_.messages += run.count;
    ++counters_.packets;
  }
  const bool due = now_ns - packed_ns_ >= options_.heartbeat_ns || packed_ns_ == 0;
  // The first end of session at once.
  if (ended ? due || !ended_ : due) {
    pack(ended ? mold::kEndOfSession : mold::kHeartbeat, {}, now_ns);
    ++(ended ? counters_.ends : counters_.heartbeats);
    ended_ = ended;
  }
  return push(now_ns);
}

void FeedPublisher::pack(std::uint16_t count, std::span<const std::uint8_t> blocks, std::uint64_t now_ns) {
  packet_.resize(mold::Header::kSize + blocks.size());
  mold::Header{tape_->session(), next_, count}.write(packet_.data());
  std::copy(blocks.begin(), blocks.end(), packet_.begin() + mold::Header::kSize);
  ++identification_;
  packed_ns_ = now_ns;
  for (Line& line : lines_) {
    line.waiting = true;
    line.ready = 0;
  }
}

bool FeedPublisher::push(std::uint64_t now_ns) {
  bool all = true;
  for (std::size_t n = 0; n < lines_.size(); ++n) {
    Line& line = lines_[n];
    if (!line.waiting || push(line)) continue;
    if (now_ns - packed_ns_ < options_.patience_ns) {
      all = false;
    } else {
      line.waiting = false;
      ++counters_.skipped[n];
    }
  }
  return all;
}

bool FeedPublisher::push(Line& line) {
  if (line.ready == 0) {
    const auto rooms = line.sender->claim(1);
    if (rooms.empty()) return false;
    std::uint8_t* const frame = rooms[0].data();
    const std::size_t headers = net::write_udp_headers(line.address, packet_.size(), identification_, frame);
    std::copy(packet_.begin(), packet_.end(), frame + headers);
    line.ready = headers + packet_.size();
  }
  if (line.sender->send({&line.ready, 1}) == 0) return false;
  line.waiting = false;
  return true;
}

}  // namespace twinpath::market
