// Small markets made by hand: requests, and a market that trades at once.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/venue/market/market.h"

namespace twinpath::market {

inline constexpr std::uint64_t kNine = 32'400'000'000'000;

inline Request venue_request(RequestKind kind, std::uint16_t locate = 0, BookState state = BookState::continuous) {
  Request r;
  r.time = kNine;
  r.kind = kind;
  r.terms.locate = locate;
  r.state = state;
  r.event = 'O';
  return r;
}
inline Request enter_request(std::uint32_t participant, std::uint32_t ref, Side side, std::uint32_t quantity,
                             std::uint64_t price, std::uint16_t locate = 1) {
  Request r;
  r.time = kNine;
  r.participant = participant;
  r.user_ref_num = ref;
  r.quantity = quantity;
  r.price = price;
  r.terms.side = side;
  r.terms.locate = locate;
  r.terms.symbol = make_text<8>(locate == 1 ? "AAPL" : "MSFT");
  r.terms.cl_ord_id = make_text<14>("ID" + std::to_string(ref));
  return r;
}
inline Request cancel_request(std::uint32_t participant, std::uint32_t original, std::uint32_t quantity = 0) {
  Request r;
  r.time = kNine;
  r.kind = RequestKind::cancel;
  r.participant = participant;
  r.original = original;
  r.quantity = quantity;
  return r;
}

// AAPL is locate 1, MSFT 2; a tick is a cent. Three participants, a fourth with every limit.
inline MarketOptions small_options() {
  MarketOptions o;
  o.instruments = {{.symbol = "AAPL", .locate = 1, .reference = 1'000'000},
                   {.symbol = "MSFT", .locate = 2, .reference = 2'000'000}};
  o.participants = {{.name = "A"}, {.name = "B"}, {.name = "C"}};
  o.participants.push_back(
      {.name = "D", .most_open_orders = 2, .most_shares = 500, .requests_a_second = 10, .burst = 4});
  return o;
}

class SmallMarket {
 public:
  explicit SmallMarket(const MarketOptions& o = small_options()) : market(o) {
    apply(venue_request(RequestKind::start_of_day));
    apply(venue_request(RequestKind::set_state));
  }
  std::vector<Execution> apply(const Request& r) {
    market.apply(r);
    return {market.executions().begin(), market.executions().end()};
  }
  // The types of the tape's messages from `from` on.
  std::string types(std::uint64_t from) const {
    std::string s;
    for (; from < market.tape()->next_sequence(); ++from) s += static_cast<char>(market.tape()->at(from)[0]);
    return s;
  }
  std::uint64_t next() const { return market.tape()->next_sequence(); }

  Market market;
};

}  // namespace twinpath::market
