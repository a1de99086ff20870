// A generated market session in memory, and a configuration that trades it.
#pragma once
#include <cstring>
#include <vector>

#include "host/core/config.h"
#include "host/path/replay.h"
#include "host/venue/line_publisher.h"
#include "host/venue/market_generator.h"

namespace twinpath::bench {

class GeneratedSession final : public FrameSource, private venue::FrameSink {
 public:
  explicit GeneratedSession(std::uint64_t messages, std::uint64_t seed = 1) {
    venue::GeneratorOptions options;
    options.seed = seed;
    options.messages = messages;
    options.symbols = 40;
    options.configured_symbols = 16;
    venue::MarketGenerator market(options);
    configure(market, options);
    venue::LinePublisher publisher(options.publisher, seed, *this);
    venue::GeneratedMessage message;
    while (market.next(message)) publisher.publish(message);
    publisher.finish();
  }

  CoreConfig config;

  bool next(SourceFrame& frame) override {
    if (at_ == frames_.size()) return false;
    frame = {Nanoseconds{frames_[at_].time}, frames_[at_].bytes, false};
    ++at_;
    return true;
  }
  std::uint64_t position() const override { return at_; }
  std::uint64_t size() const override { return frames_.size(); }
  void rewind() { at_ = 0; }

 private:
  struct Frame {
    std::uint64_t time;
    std::vector<std::uint8_t> bytes;
  };

  void on_frame(const venue::LineFrame& frame) override {
    frames_.push_back({frame.timestamp_ns, {frame.bytes.begin(), frame.bytes.end()}});
  }

  void configure(const venue::MarketGenerator& market, const venue::GeneratorOptions& options) {
    const auto& p = options.publisher;
    config.feed.line_a = {p.line_a.destination_address, p.line_a.destination_port};
    config.feed.line_b = {p.line_b.destination_address, p.line_b.destination_port};
    std::memcpy(config.feed.session.data(), p.session.data(), 10);
    Bank& bank = config.banks[0];
    for (unsigned i = 0; i < options.configured_symbols; ++i) {
      SymbolConfig symbol;
      symbol.name.fill(' ');
      market.symbol_name(i).copy(symbol.name.data(), 8);
      symbol.locate = market.locate(i);
      symbol.has_locate = true;
      const std::uint32_t reference = market.reference_price(i).value;
      symbol.window_base = reference > 204'800 ? reference - 204'800 : 0;
      config.symbols.push_back(symbol);
      bank.rules[i].imbalance = {true, 3, 200, 100'000, 512, 100, 1'000};
      bank.rules[i].momentum = {true, 3, 100, 100'000, 300, true, true};
      bank.rules[i].cancel = {true, 0, 200};
      bank.limits[i] = {true, true, 1'000, 1'000'000'000'000, 50'000, reference, 100'000};
    }
    bank.global = {UINT64_MAX, 4096, 1'000, 100'000, 100};
    config.banks[1] = bank;
  }

  std::vector<Frame> frames_;
  std::size_t at_ = 0;
};

}  // namespace twinpath::bench
