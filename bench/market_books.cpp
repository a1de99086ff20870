#include "bench/market_books.h"

#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "host/book/books.h"
#include "host/core/counters.h"
#include "host/feed/feed.h"
#include "host/path/book_message.h"
#include "host/wire/itch50.h"
#include "host/wire/mold_packetizer.h"

namespace twinpath::bench {
namespace {

constexpr unsigned kLocates = 65536;
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

// Books of every locate that has a directory message, in the order of these messages.
class AllBooks {
 public:
  AllBooks(unsigned symbols, unsigned sets_log2)
      : books_(symbols, OrderTable(sets_log2, OrderTable::kMaxWays, 24), refused_) {
    symbol_.fill(kNone);
  }

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin&) noexcept {
    switch (type) {
      case 'A':
      case 'F':
      case 'E':
      case 'C':
      case 'X':
      case 'D':
      case 'U':
      case 'P': {
        const std::uint16_t symbol = symbol_[load_be16(m + 1)];
        if (symbol == kNone) return;
        if ((type == 'A' || type == 'F') && !centred_[symbol]) centre(symbol, load_be32(m + 32));
        BookChange change;
        book_message(books_, symbol, m, type, change);
        return;
      }
      case 'R':
        symbol_[load_be16(m + 1)] = listed_++;
        return;
      default:
        return;
    }
  }
  void on_feed_state(StateReason, const Origin&) noexcept {}
  void prefetch(const std::uint8_t* m, std::size_t bytes) const noexcept {
    const std::uint16_t symbol = symbol_[load_be16(m + 1)];
    if (symbol != kNone) prefetch_book_message(books_, symbol, m, bytes);
  }
  void prefetch_more(const std::uint8_t* m, std::size_t bytes) const noexcept {
    const std::uint16_t symbol = symbol_[load_be16(m + 1)];
    if (symbol != kNone) prefetch_book_level(books_, symbol, m, bytes);
  }

  const Books& books() const noexcept { return books_; }
  const Counters& refused() const noexcept { return refused_; }
  unsigned listed() const noexcept { return listed_; }

 private:
  static constexpr std::uint16_t kNone = 0xFFFF;

  // A window of 40.96 dollars around the first order's price.
  void centre(std::uint16_t symbol, std::uint32_t price) noexcept {
    const std::uint32_t half = kLevels / 2 * 100;
    books_.set_window(symbol, {Price{price > half ? (price - half) / 100 * 100 : 0}, true});
    centred_[symbol] = true;
  }

  Counters refused_;  // what the books count
  Books books_;
  std::array<std::uint16_t, kLocates> symbol_;
  std::array<bool, kLocates> centred_{};
  std::uint16_t listed_ = 0;
};

// The feed and what it delivers to.
template <class Sink>
struct Fed {
  template <class... A>
  explicit Fed(const FeedConfig& config, A&&... a) : sink(std::forward<A>(a)...), feed(config, counters, sink) {}

  void run(const PackedSession& session) {
    // A frame's successor is known when its turn comes, as where frames arrive in bursts.
    std::span<const std::uint8_t> frame;
    session.for_each([&](std::span<const std::uint8_t> next) {
      feed.prefetch(next);
      if (!frame.empty()) feed.frame(Cycles{1}, frame, false);
      frame = next;
    });
    if (!frame.empty()) feed.frame(Cycles{1}, frame, false);
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

struct MarketBooks::Parts : Fed<AllBooks> {
  using Fed::Fed;
};
MarketBooks::MarketBooks(const PackedSession& session, unsigned sets_log2)
    : session_(session), parts_(std::make_unique<Parts>(session.feed(), symbols_of(session), sets_log2)) {}
MarketBooks::~MarketBooks() = default;
void MarketBooks::run() { parts_->run(session_); }
std::uint64_t MarketBooks::symbols() const noexcept { return parts_->sink.listed(); }
std::uint64_t MarketBooks::live_orders() const noexcept { return parts_->sink.books().orders().size(); }
std::uint64_t MarketBooks::quoted() const noexcept {
  std::uint64_t quoted = 0;
  for (unsigned s = 0; s < symbols(); ++s) {
    const Bbo& bbo = parts_->sink.books().bbo(static_cast<Books::Symbol>(s));
    quoted += unsigned{bbo.bid.quoted()} + unsigned{bbo.ask.quoted()};
  }
  return quoted;
}
std::uint64_t MarketBooks::refused() const noexcept {
  const Counters& c = parts_->sink.refused();
  return c[Counter::unknown_reference] + c[Counter::order_table_full] + c[Counter::duplicate_reference] +
         c[Counter::over_reduction];
}

}  // namespace twinpath::bench
