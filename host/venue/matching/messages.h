// What goes into the matching engine and what comes out: one record of 64 bytes a command, one a report.
//
// Both are plain integers in the machine's byte order, so that a command log is an array of commands and a report takes
// one cache line of the report ring. c_api.h declares the same layouts for C.
#pragma once
#include <compare>
#include <cstdint>
#include <type_traits>

#include "host/core/types.h"

namespace twinpath::matching {

// A price in ticks of its book: signed, so that spreads may trade below zero. What a tick is worth is the venue's
// knowledge. |price| is below 2^62.
using Ticks = twinpath::detail::Unit<struct TicksTag, std::int64_t>;
inline constexpr std::int64_t kPriceLimit = std::int64_t{1} << 62;

enum class CommandType : std::uint8_t {
  enter = 0,
  cancel = 1,
  replace = 2,
  mass_cancel = 3,  // the orders of `owner` (0: everybody's) in `book` (kAllBooks: everywhere)
  list_book = 4,    // opens a book: `price` tick size, `quantity` lot size, `stop_price` reference price, `state`
  set_state = 5,    // `state`
  uncross = 6,      // ends an auction, then `state`
  set_bands = 7,    // `price` to `stop_price`, both included; `quantity` 0 takes the bands away
  indicate = 8,     // asks for the indicative price of an auction
  bust = 9,         // takes back the trade numbered `order_id`
  end_of_day = 10,  // day orders expire, everywhere
};

enum class OrderKind : std::uint8_t { limit = 0, market = 1, stop = 2, stop_limit = 3 };
enum class TimeInForce : std::uint8_t { day = 0, gtc = 1, ioc = 2, fok = 3 };

// What happens instead of a trade between two orders of one owner; the incoming order's word counts.
enum class SelfTrade : std::uint8_t { allow = 0, cancel_newest = 1, cancel_oldest = 2, cancel_both = 3, decrement = 4 };

enum class BookState : std::uint8_t {
  continuous = 0,
  call = 1,    // an auction collects orders; nothing trades
  halted = 2,  // cancels, and replaces that only reduce
  closed = 3,  // cancels
};

inline constexpr std::uint32_t kAllBooks = 0xFFFF'FFFF;
// Books are numbered from 0; a number at or above this is refused.
inline constexpr std::uint32_t kMaxBooks = 1u << 20;

// An iceberg that would show itself more often is refused: an order that meets it would trade that many times.
inline constexpr std::uint32_t kMostShows = 1'000;

struct Command {
  std::uint64_t sequence = 0;  // grows from command to command
  std::uint64_t order_id = 0;
  std::uint64_t new_order_id = 0;  // replace: the order's next id; 0 keeps the one it has
  Ticks price{};                   // of the limit
  Ticks stop_price{};
  Quantity quantity{};  // replace: what is open afterwards
  Quantity display{};   // of an iceberg: the most that is shown; 0 shows all
  std::uint32_t book = 0;
  std::uint32_t owner = 0;  // 0: nobody in particular. A cancel or replace by another owner than the order's is refused
  CommandType type = CommandType::enter;
  Side side = Side::buy;
  OrderKind kind = OrderKind::limit;
  TimeInForce tif = TimeInForce::day;
  std::uint8_t post_only = 0;
  SelfTrade self_trade = SelfTrade::allow;
  BookState state = BookState::continuous;
  std::uint8_t reserved = 0;
};

enum class ReportType : std::uint8_t {
  accepted = 0,
  trade = 1,      // order_id: the incoming order, other_id: the resting one, whose price it is
  cancelled = 2,  // quantity: what was taken off
  replaced = 3,   // order_id: the id from now on, other_id: the id before; quantity: open before it trades
  cancel_refused = 4,
  replace_refused = 5,
  refused = 6,      // an enter, or a command of the venue's
  replenished = 7,  // an iceberg shows `quantity` again, behind the others of its price
  decremented = 8,  // order_id and other_id, of one owner, both lost `quantity` instead of trading; leaves: other_id's
  triggered = 9,    // a stop order has become a market or limit order
  book_listed = 10,
  state_changed = 11,
  bands_set = 12,   // price to other_id (as ticks), both included; quantity 0: none
  indicative = 13,  // price, quantity: what would trade; other_id: what would be left over; side: of which side
  busted = 14,      // trade_id and what the trade had said
  done = 15,        // a mass cancel or the end of the day; other_id: orders cancelled
};

enum class Reason : std::uint8_t {
  none = 0,
  // of cancels
  on_request = 1,
  immediate = 2,     // the rest of an immediate-or-cancel or market order
  fill_or_kill = 3,  // cannot be filled at once
  self_trade = 4,
  price_band = 5,  // also of refusals
  mass_cancel = 6,
  end_of_day = 7,
  auction_over = 8,  // a market order that the auction left
  state = 9,         // also of refusals: not in this state of the book
  // of refusals
  duplicate_id = 10,
  unknown_order = 11,
  unknown_book = 12,
  bad_quantity = 13,
  bad_lot = 14,
  bad_tick = 15,
  bad_price = 16,
  post_only = 17,  // would have traded; also of a triggered stop
  not_owner = 18,
  bad_combination = 19,
  bad_command = 20,
  bad_sequence = 21,
  unknown_trade = 22,
  already_busted = 23,
  book_listed = 24,
};

// Flags of a report.
inline constexpr std::uint8_t kAuctionTrade = 1;  // order_id is the buyer, other_id the seller
inline constexpr std::uint8_t kNothing = 2;       // indicative: no price at which anything would trade

struct Report {
  std::uint64_t sequence = 0;  // of the command that caused it
  std::uint64_t order_id = 0;
  std::uint64_t other_id = 0;
  Ticks price{};
  std::uint64_t trade_id = 0;  // from 1, in the order of trades
  Quantity quantity{};
  Quantity leaves{};  // trade: of the resting order, hidden quantity included
  std::uint32_t book = 0;
  std::uint32_t owner = 0;        // of order_id
  std::uint32_t other_owner = 0;  // of other_id
  ReportType type = ReportType::accepted;
  Side side = Side::buy;  // of order_id
  Reason reason = Reason::none;
  std::uint8_t flags = 0;
};

static_assert(sizeof(Command) == 64 && std::is_trivially_copyable_v<Command> && std::is_standard_layout_v<Command>);
static_assert(sizeof(Report) == 64 && std::is_trivially_copyable_v<Report> && std::is_standard_layout_v<Report>);

}  // namespace twinpath::matching
