#include "bench/market_books.h"

#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "host/core/counters.h"
#include "host/feed/feed.h"
#include "host/path/market_feed.h"
#include "host/wire/itch50.h"
#include "host/wire/mold_packetizer.h"

namespace twinpath::bench {
namespace {

constexpr std::size_t kPayload = 1'400;

// Gives every message of a session to the packetizer, whatever its time.
struct Repack {
  MoldPacketizer& packets;
  std::uint64_t messages = 0;

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin&) {
    packets.add({m, itch::message_length(type)});
    ++messages;
  }
  void on_feed_state(StateReason, const Origin&) {}
};

// Reads every field of every message.
struct DecodeAll {
  std::uint64_t sum = 0;

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin&) noexcept {
    itch::visit({m, itch::message_length(type)}, [this](const auto& message) {
      message.walk(message, [this](std::string_view, const auto& value, auto) {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (fields::kIsText<T>) {
          std::uint64_t text = 0;
          std::memcpy(&text, value.data(), std::min(sizeof text, value.size()));
          sum += text;
        } else {
          sum += static_cast<std::uint64_t>(value);
        }
      });
    });
  }
  void on_feed_state(StateReason, const Origin&) noexcept {}
};

// The feed and what it delivers to.
template <class Sink>
struct Fed {
  template <class... A>
  explicit Fed(const FeedConfig& config, A&&... a) : sink(std::forward<A>(a)...), feed(config, counters, sink) {}

  void run(const PackedSession& session) {
    session.for_each([&](std::span<const std::uint8_t> frame) { feed.frame(Cycles{1}, frame, false); });
    if (counters[Counter::messages] != session.messages())
      throw std::runtime_error("bench: " + std::to_string(counters[Counter::messages]) + " of " +
                               std::to_string(session.messages()) + " packed messages were delivered");
  }

  Counters counters;
  Sink sink;
  Feed<Sink> feed;
};

struct Directory {
  unsigned entries = 0;
  void on_message(const std::uint8_t*, std::uint8_t type, const Origin&) noexcept { entries += type == 'R'; }
  void on_feed_state(StateReason, const Origin&) noexcept {}
};

unsigned symbols_of(const PackedSession& session) {
  const auto directory = std::make_unique<Fed<Directory>>(session.feed());
  directory->run(session);
  return directory->sink.entries;
}

}  // namespace

PackedSession::PackedSession(FrameSource& source, const FeedConfig& feed) : feed_(feed) {
  MoldPacketizerConfig config;
  config.line.destination_ip = feed.line_a.address;
  config.line.destination_port = feed.line_a.port;
  std::memcpy(config.session.data(), feed.session.data(), config.session.size());
  config.max_payload = kPayload;
  config.window_ns = UINT64_MAX / 2;
  feed_.first_sequence = 1;
  bytes_.reserve(source.size() / 2);
  MoldPacketizer packets(config, [this](std::uint64_t, std::span<const std::uint8_t> frame) {
    bytes_.push_back(static_cast<std::uint8_t>(frame.size()));
    bytes_.push_back(static_cast<std::uint8_t>(frame.size() >> 8));
    bytes_.insert(bytes_.end(), frame.begin(), frame.end());
    ++frames_;
  });
  Repack repack{packets};
  Counters counters;
  const auto in = std::make_unique<Feed<Repack>>(feed, counters, repack);
  SourceFrame frame;
  while (source.next(frame)) in->frame(Cycles{1}, frame.bytes, frame.fcs_error);
  packets.flush();
  messages_ = repack.messages;
}

struct MarketDecoder::Parts : Fed<DecodeAll> {
  using Fed::Fed;
};
MarketDecoder::MarketDecoder(const PackedSession& session)
    : session_(session), parts_(std::make_unique<Parts>(session.feed())) {}
MarketDecoder::~MarketDecoder() = default;
void MarketDecoder::run() { parts_->run(session_); }
std::uint64_t MarketDecoder::checksum() const noexcept { return parts_->sink.sum; }

struct MarketBooker::Parts {
  Parts(const FeedConfig& config, unsigned orders_log2) : books(orders_log2, refused), fed(config, books) {}

  Counters refused;  // what the books count
  MarketBooks books;
  Fed<MarketFeed> fed;
};
MarketBooker::MarketBooker(const PackedSession& session, unsigned orders_log2)
    : session_(session), parts_(std::make_unique<Parts>(session.feed(), orders_log2)) {}
MarketBooker::~MarketBooker() = default;
void MarketBooker::run() {
  parts_->fed.run(session_);
  parts_->fed.sink.flush();
}
const MarketBooks& MarketBooker::books() const noexcept { return parts_->books; }
std::uint64_t MarketBooker::symbols() const { return symbols_of(session_); }
std::uint64_t MarketBooker::quoted() const noexcept {
  std::uint64_t quoted = 0;
  for (unsigned locate = 0; locate < MarketBooks::kLocates; ++locate) {
    const Bbo bbo = books().bbo(static_cast<MarketBooks::Locate>(locate));
    quoted += unsigned{bbo.bid.quoted()} + unsigned{bbo.ask.quoted()};
  }
  return quoted;
}
std::uint64_t MarketBooker::refused() const noexcept {
  const Counters& c = parts_->refused;
  return c[Counter::unknown_reference] + c[Counter::order_table_full] + c[Counter::duplicate_reference] +
         c[Counter::over_reduction] + c[Counter::zero_quantity] + c[Counter::level_overflow];
}

}  // namespace twinpath::bench
