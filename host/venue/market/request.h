// What goes into the market: one record of 120 bytes for everything that a participant or the venue itself can ask for.
//
// A gateway makes a Request of what it received and stamps it with the time; nothing else reaches the market, so that
// the requests of a day are the day. Plain bytes in the machine's order: logged_market.h keeps them as they are.
#pragma once
#include <cstdint>
#include <type_traits>

#include "host/core/types.h"
#include "host/venue/matching/messages.h"
#include "host/wire/fields.h"

namespace twinpath::market {

using matching::BookState;
using matching::OrderKind;
using matching::SelfTrade;
using matching::TimeInForce;

enum class RequestKind : std::uint8_t {
  enter = 0,
  replace = 1,      // of `original`, by `user_ref_num`
  cancel = 2,       // of `original` down to `quantity`; 0: all of it
  mass_cancel = 3,  // the participant's orders, of `locate` or (0) of all symbols
  disconnect = 4,   // the participant's connection is gone, and with it the orders that it left
  options = 15,     // of the request log alone: `match_number` says which options the market has
  // Of the venue; `participant` is 0 but for the last two.
  start_of_day = 16,  // another tape begins
  system_event = 17,  // ITCH's `event`: 'S', 'Q', 'M' or 'E'
  set_state = 18,     // `state` of `locate`, or (0) of all symbols
  indicate = 19,      // the indicative price of an auction, likewise; `event`: 'O' opening, 'C' closing, 'H' halt
  uncross = 20,       // ends an auction, likewise; `state` follows
  set_bands = 21,     // `price` to `stop_price`, both included; `quantity` 0 takes them away
  bust = 22,          // the trade of `match_number`
  end_of_day = 23,    // day orders expire, the tape ends
  disable = 24,       // `participant` may cancel only; its orders are cancelled
  enable = 25,
};

// Who speaks with the participant. The market keeps it with the order and looks at it no further.
enum class Gateway : std::uint8_t { venue = 0, ouch_soup = 1, ouch_udp = 2, fix = 3 };

// Of an order, as its participant wrote it: kept with the order and given back with everything said about it.
struct OrderTerms {
  Text<8> symbol = make_text<8>("");
  Text<14> cl_ord_id = make_text<14>("");
  // The gateway's own characters, e.g. capacity and intermarket sweep of OUCH. The market does not look at them.
  Text<8> codes = make_text<8>("");
  Side side = Side::buy;
  OrderKind kind = OrderKind::limit;
  TimeInForce tif = TimeInForce::day;
  SelfTrade self_trade = SelfTrade::allow;  // among the orders of one firm
  std::uint8_t post_only = 0;
  Gateway gateway = Gateway::venue;
  std::uint16_t locate = 0;  // 0: no symbol of this market
  std::uint8_t reserved[2] = {};
};

struct Request {
  std::uint64_t time = 0;          // nanoseconds since midnight, when it was received
  std::uint64_t tag = 0;           // the gateway's own: given back in what answers this request
  std::uint64_t price = 0;         // 1/10,000 dollar
  std::uint64_t stop_price = 0;    // 1/10,000 dollar
  std::uint64_t match_number = 0;  // bust
  OrderTerms terms;                // replace: side, symbol and kinds are the order's, whatever is written here
  std::uint32_t participant = 0;   // from 1, in the order of MarketOptions::participants
  // Names the order from now on. Grows with every enter and replace of the participant's day; need not be dense.
  std::uint32_t user_ref_num = 0;
  std::uint32_t original = 0;  // replace, cancel: the order's user_ref_num until now
  std::uint32_t quantity = 0;  // shares; replace, cancel: what shall be open afterwards
  std::uint32_t display = 0;   // of an iceberg: the most that is shown; 0 shows all
  RequestKind kind = RequestKind::enter;
  // replace, cancel: `quantity` includes what has been executed of the order, as in FIX and OUCH
  std::uint8_t quantity_is_total = 0;
  BookState state = BookState::continuous;  // set_state, uncross
  char event = ' ';                         // system_event, indicate, uncross
  std::uint8_t reserved[16] = {};
};

static_assert(sizeof(OrderTerms) == 40 && std::is_trivially_copyable_v<OrderTerms>);
static_assert(sizeof(Request) == 120 && std::is_trivially_copyable_v<Request>);

}  // namespace twinpath::market
