#include "host/apps/session/market_source.h"

#include <algorithm>

#include "host/apps/config/sample_config.h"

namespace twinpath {
namespace {

constexpr std::uint64_t kSnapshotStep = 40;     // ns: about what a message takes on a line of 10 Gbit/s
constexpr std::size_t kMessagesAtATime = 4096;  // published before frames are given

}  // namespace

std::string market_config(const venue::MarketGenerator& market, std::uint32_t configured) {
  std::vector<SampleSymbol> symbols;
  for (std::uint32_t s = 0; s < std::min({configured, market.symbol_count(), std::uint32_t{kSymbols}}); ++s)
    symbols.push_back({std::string(market.symbol_name(s)), market.locate(s), market.reference_price(s)});
  return sample_config(symbols);
}

MarketSource::MarketSource(venue::MarketGenerator& market, const venue::GeneratorOptions& options, std::uint64_t until,
                           unsigned lines)
    : market_(market),
      start_(market.messages()),
      until_(std::max(until, start_)),
      lines_(lines),
      snapshot_(start_ == 0 ? std::vector<venue::GeneratedMessage>{}
                            : market.snapshot(options.configured_symbols, kSnapshotStep)),
      first_sequence_(start_ + options.publisher.first_sequence - snapshot_.size()),
      publisher_(publisher_options(options.publisher, first_sequence_), options.seed, *this) {}

venue::PublisherOptions MarketSource::publisher_options(venue::PublisherOptions options, std::uint64_t first_sequence) {
  options.first_sequence = first_sequence;
  return options;
}

void MarketSource::on_frame(const venue::LineFrame& frame) {
  if (frame.line >= lines_) return;
  const std::size_t begin = bytes_.size();
  bytes_.insert(bytes_.end(), frame.bytes.begin(), frame.bytes.end());
  frames_.push_back({frame.timestamp_ns, begin, bytes_.size(), frame.fcs_error});
}

void MarketSource::fill() {
  if (!told_) {
    told_ = true;
    for (const venue::GeneratedMessage& m : snapshot_) publisher_.publish(m);
  }
  venue::GeneratedMessage message;
  for (std::size_t n = 0; n < kMessagesAtATime && !ended_; ++n) {
    ended_ = (market_.between_events() && market_.messages() >= until_) || !market_.next(message);
    if (!ended_) publisher_.publish(message);
  }
  if (ended_) publisher_.finish();
}

bool MarketSource::next(SourceFrame& frame) {
  if (next_frame_ == frames_.size()) {
    frames_.clear();
    bytes_.clear();
    next_frame_ = 0;
    while (frames_.empty() && !ended_) fill();
    if (frames_.empty()) return false;
  }
  const Frame& f = frames_[next_frame_++];
  frame = {Nanoseconds{f.timestamp}, std::span(bytes_).subspan(f.begin, f.end - f.begin), f.fcs_error};
  return true;
}

}  // namespace twinpath
