#include "host/apps/session/inspect_books.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "host/core/counters.h"
#include "host/feed/feed.h"
#include "host/path/market_feed.h"
#include "host/wire/itch50.h"

namespace twinpath {
namespace {

constexpr unsigned kOrdersLog2 = 22;

// The books and, from the Stock Directory, whose they are.
struct NamedBooks {
  explicit NamedBooks(MarketBooks& books) : feed(books) {}

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) {
    if (type == itch::StockDirectory::kType)
      names[load_be16(m + 1)] = std::string(trimmed(itch::StockDirectory::read(m).stock));
    feed.on_message(m, type, origin);
  }
  void on_feed_state(StateReason, const Origin&) noexcept {}

  MarketFeed feed;
  std::map<MarketBooks::Locate, std::string> names;
};

std::string price(Price p) { return fmt::format("{}.{:04}", p.value / 10'000, p.value % 10'000); }

std::string cell(const SideQuote& quote) {
  return quote.quoted() ? fmt::format("{:>10} @ {:>12}", quote.quantity.value, price(quote.price))
                        : fmt::format("{:>25}", "-");
}

std::size_t levels(const MarketBooks& books, MarketBooks::Locate locate, Side side) {
  std::size_t n = 0;
  books.for_each_level(locate, side, [&](Price, Quantity) { ++n; });
  return n;
}

void print_all(const MarketBooks& books, const std::map<MarketBooks::Locate, std::string>& names) {
  fmt::print("\n{:<8}{:<10}{:>25}{:>8}   {:>25}{:>8}\n", "locate", "symbol", "best bid", "levels", "best offer",
             "levels");
  for (const auto& [locate, name] : names) {
    const Bbo bbo = books.bbo(locate);
    fmt::print("{:<8}{:<10}{}{:>8}   {}{:>8}{}\n", locate, name, cell(bbo.bid), levels(books, locate, Side::buy),
               cell(bbo.ask), levels(books, locate, Side::sell), books.sticky(locate) ? "  not to be relied on" : "");
  }
}

void print_one(const MarketBooks& books, MarketBooks::Locate locate, const std::string& name) {
  fmt::print("\n{}, locate {}{}\n{:>25}   {:>25}\n", name, locate, books.sticky(locate) ? ", not to be relied on" : "",
             "bids", "offers");
  std::vector<std::string> sides[2];
  for (const Side side : {Side::buy, Side::sell})
    books.for_each_level(locate, side, [&](Price p, Quantity q) {
      sides[static_cast<unsigned>(side)].push_back(fmt::format("{:>10} @ {:>12}", q.value, price(p)));
    });
  for (std::size_t i = 0; i < std::max(sides[0].size(), sides[1].size()); ++i)
    fmt::print("{:>25}   {:>25}\n", i < sides[0].size() ? sides[0][i] : "", i < sides[1].size() ? sides[1][i] : "");
}

}  // namespace

void print_books(FrameSource& source, const FeedConfig& config, const std::string& input, const std::string& symbol) {
  Counters refused, counters;
  MarketBooks books(kOrdersLog2, refused);
  NamedBooks named(books);
  const auto feed = std::make_unique<Feed<NamedBooks>>(config, counters, named);
  SourceFrame frame;
  while (source.next(frame)) feed->frame(to_cycles(frame.timestamp), frame.bytes, frame.fcs_error);
  named.feed.flush();
  if (counters[Counter::messages] == 0)
    throw std::runtime_error(
        fmt::format("{}: expected messages on the lines that the configuration names, found none in {} frames; give "
                    "the session's own configuration with --config",
                    input, counters[Counter::frames]));
  if (refused[Counter::order_table_full] != 0)
    throw std::runtime_error(fmt::format("{}: expected at most about {} orders at a time, found no room for {} more",
                                         input, 1u << kOrdersLog2, refused[Counter::order_table_full]));
  fmt::print("\nbooks after {} messages, {} of them lost: {} orders live\n", counters[Counter::messages],
             counters[Counter::lost_messages], books.orders().size());
  for (const Counter c : {Counter::unknown_reference, Counter::zero_quantity, Counter::duplicate_reference,
                          Counter::over_reduction, Counter::level_overflow})
    if (refused[c] != 0) fmt::print("  {} {}\n", kCounterNames[static_cast<std::size_t>(c)], refused[c]);
  if (symbol.empty()) return print_all(books, named.names);
  for (const auto& [locate, name] : named.names)
    if (name == symbol) return print_one(books, locate, name);
  throw std::runtime_error(
      fmt::format("{}: expected symbol {} in its Stock Directory, found {} others", input, symbol, named.names.size()));
}

}  // namespace twinpath
