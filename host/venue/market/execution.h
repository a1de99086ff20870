// What the market says to a participant: one record for everything that can happen to an order, with all that a gateway
// needs to say it in OUCH 5.0 or FIX.
#pragma once
#include <cstdint>
#include <type_traits>

#include "host/venue/market/request.h"

namespace twinpath::market {

enum class ExecutionKind : std::uint8_t {
  accepted = 0,
  replaced = 1,   // original: the order's user_ref_num until now
  executed = 2,   // price, quantity, match_number, liquidity
  cancelled = 3,  // quantity: what was taken off; leaves may be left
  triggered = 4,  // a stop order has become a market or limit order
  restated = 5,   // an iceberg shows itself again, or another day begins: reference is another
  broken = 6,     // a trade is taken back: price, quantity, match_number
  rejected = 7,   // an enter or replace; of the venue's requests: participant is 0
  cancel_rejected = 8,
  mass_cancelled = 9,  // quantity: orders cancelled
  system_event = 10,   // event: 'S' start of day, 'E' end of day; to every participant
  disabled = 11,
  enabled = 12,
};

// Why. The first are the matching engine's (matching::Reason), with its numbers.
enum class Reason : std::uint8_t {
  none = 0,
  on_request = 1,
  immediate = 2,
  fill_or_kill = 3,
  self_trade = 4,
  price_band = 5,
  mass_cancel = 6,
  end_of_day = 7,
  auction_over = 8,
  state = 9,
  duplicate_ref = 10,  // user_ref_num is not above the participant's last
  unknown_order = 11,
  unknown_symbol = 12,
  bad_quantity = 13,
  bad_lot = 14,
  bad_tick = 15,
  bad_price = 16,
  post_only = 17,
  not_owner = 18,
  bad_combination = 19,
  bad_request = 20,
  bad_sequence = 21,
  unknown_trade = 22,
  already_busted = 23,
  book_listed = 24,
  // The market's.
  disconnected = 64,
  disabled = 65,
  unknown_participant = 66,
  throttled = 67,
  too_many_orders = 68,
  quantity_limit = 69,  // of the participant
  closed = 70,          // no day has begun, or it has ended
  bad_time = 71,        // not within a day
};
static_assert(static_cast<int>(Reason::book_listed) == static_cast<int>(matching::Reason::book_listed));

enum class Liquidity : std::uint8_t { added = 0, removed = 1, auction = 2 };

struct Execution {
  std::uint64_t time = 0;       // nanoseconds since midnight: the request's, or a little later, as no two are alike
  std::uint64_t number = 0;     // of the participant's executions, from 1
  std::uint64_t reference = 0;  // of the order, on the tape as well; unique on its day
  std::uint64_t price = 0;      // executed, broken: of the trade; else of the order. 1/10,000 dollar
  std::uint64_t stop_price = 0;
  std::uint64_t traded_value = 0;  // of all the order's executions: shares times 1/10,000 dollar
  std::uint64_t match_number = 0;
  std::uint64_t tag = 0;  // of the request that this answers; 0 for what others caused
  OrderTerms terms;       // cancelled on request, cancel_rejected: cl_ord_id is the cancel's, if it had one
  Text<14> original_cl_ord_id =
      make_text<14>("");  // replaced, cancelled on request, cancel_rejected: the order's before
  ExecutionKind kind = ExecutionKind::accepted;
  Reason reason = Reason::none;
  std::uint32_t participant = 0;
  std::uint32_t user_ref_num = 0;
  std::uint32_t original = 0;        // replaced; rejected, of a replace; cancel_rejected
  std::uint32_t quantity = 0;        // what this is about, see ExecutionKind; accepted, replaced, triggered: open
  std::uint32_t leaves = 0;          // open afterwards, hidden quantity included
  std::uint32_t order_quantity = 0;  // open and executed; after a cancel as before it
  std::uint32_t traded = 0;          // of the order, over its replaces
  std::uint32_t display = 0;
  Liquidity liquidity = Liquidity::added;
  char event = ' ';  // system_event; executed in an auction: which ('O', 'C', 'H')
  std::uint8_t reserved[6] = {};
};
static_assert(sizeof(Execution) == 160 && std::is_trivially_copyable_v<Execution>);

}  // namespace twinpath::market
