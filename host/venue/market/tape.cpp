#include "host/venue/market/tape.h"

#include <cstring>

#include "host/wire/soupbintcp.h"

namespace twinpath::market {
namespace {

constexpr std::uint32_t kNoBook = 0xFFFF'FFFF;

// How far `price` lies from `reference`, as ITCH has it (1.6, Price Variation Indicator).
char variation(std::uint32_t price, std::uint32_t reference) noexcept {
  if (price == 0 || reference == 0) return ' ';
  const std::uint64_t apart = price > reference ? price - reference : reference - price;
  const std::uint64_t percent = apart * 100 / reference;
  if (percent >= 30) return 'C';
  if (percent >= 20) return 'B';
  if (percent >= 10) return 'A';
  return percent == 0 ? 'L' : static_cast<char>('0' + percent);
}

}  // namespace

template <class M>
void Tape::put(std::uint32_t book, M& m) {
  if (book != kNoBook) m.stock_locate = instruments_[book].locate;
  m.timestamp = time_;
  m.write(store_->claim(M::kLength));
  store_->commit();
}

void Tape::system_event(char code) {
  itch::SystemEvent m;
  m.event_code = code;
  put(kNoBook, m);
}

void Tape::directory(std::uint32_t book) {
  itch::StockDirectory m;
  m.stock = make_text<8>(instruments_[book].symbol);
  m.market_category = 'Q';
  m.financial_status_indicator = 'N';
  m.round_lot_size = instruments_[book].round_lot;
  m.round_lots_only = 'N';
  m.issue_classification = 'C';
  m.issue_sub_type = make_text<2>("Z");
  m.authenticity = 'P';
  m.short_sale_threshold_indicator = 'N';
  m.ipo_flag = 'N';
  m.luld_reference_price_tier = '1';
  m.etp_flag = 'N';
  m.inverse_indicator = 'N';
  put(book, m);
  itch::RegShoRestriction sho;
  sho.stock = m.stock;
  sho.reg_sho_action = '0';
  put(book, sho);
}

void Tape::trading_action(std::uint32_t book, matching::BookState state, std::string_view reason) {
  // By BookState. A closed book is a halted one to who trades.
  static constexpr char kStates[] = {'T', 'Q', 'H', 'H'};
  itch::StockTradingAction m;
  m.stock = make_text<8>(instruments_[book].symbol);
  m.trading_state = kStates[static_cast<unsigned>(state) & 3];
  m.reason = make_text<4>(reason);
  put(book, m);
}

void Tape::add(std::uint32_t book, const ShownOrder& o) {
  itch::AddOrder m;
  m.order_reference_number = o.reference;
  m.buy_sell_indicator = o.side == Side::buy ? 'B' : 'S';
  m.shares = o.shares;
  m.stock = make_text<8>(instruments_[book].symbol);
  m.price = o.price;
  put(book, m);
}

void Tape::executed(std::uint32_t book, std::uint64_t reference, std::uint32_t shares, std::uint64_t match) {
  itch::OrderExecuted m;
  m.order_reference_number = reference;
  m.executed_shares = shares;
  m.match_number = match;
  put(book, m);
}

void Tape::executed_at(std::uint32_t book, std::uint64_t reference, std::uint32_t shares, std::uint64_t match,
                       std::uint32_t price) {
  itch::OrderExecutedWithPrice m;
  m.order_reference_number = reference;
  m.executed_shares = shares;
  m.match_number = match;
  m.printable = 'N';
  m.execution_price = price;
  put(book, m);
}

void Tape::cancelled(std::uint32_t book, std::uint64_t reference, std::uint32_t shares) {
  itch::OrderCancel m;
  m.order_reference_number = reference;
  m.cancelled_shares = shares;
  put(book, m);
}

void Tape::deleted(std::uint32_t book, std::uint64_t reference) {
  itch::OrderDelete m;
  m.order_reference_number = reference;
  put(book, m);
}

void Tape::replaced(std::uint32_t book, std::uint64_t before, const ShownOrder& o) {
  itch::OrderReplace m;
  m.original_order_reference_number = before;
  m.new_order_reference_number = o.reference;
  m.shares = o.shares;
  m.price = o.price;
  put(book, m);
}

void Tape::cross(std::uint32_t book, std::uint64_t shares, std::uint32_t price, std::uint64_t match, char type) {
  itch::CrossTrade m;
  m.shares = shares;
  m.stock = make_text<8>(instruments_[book].symbol);
  m.cross_price = price;
  m.match_number = match;
  m.cross_type = type;
  put(book, m);
}

void Tape::imbalance(std::uint32_t book, std::uint64_t paired, std::uint64_t surplus, Side surplus_side,
                     std::uint32_t price, std::uint32_t reference, char type) {
  itch::NetOrderImbalance m;
  m.paired_shares = paired;
  m.imbalance_shares = surplus;
  // 'O': not enough orders to say.
  m.imbalance_direction = paired == 0 ? 'O' : surplus == 0 ? 'N' : surplus_side == Side::buy ? 'B' : 'S';
  m.stock = make_text<8>(instruments_[book].symbol);
  m.far_price = m.near_price = price;
  m.current_reference_price = reference;
  m.cross_type = type;
  m.price_variation_indicator = variation(price, reference);
  put(book, m);
}

void Tape::broken(std::uint32_t book, std::uint64_t match) {
  itch::BrokenTrade m;
  m.match_number = match;
  put(book, m);
}

void Tape::end_of_snapshot(std::uint64_t next_sequence) {
  std::uint8_t* const p = store_->claim(kEndOfSnapshotLength);
  p[0] = kEndOfSnapshot;
  const Text<20> digits = soup::format_number(next_sequence);
  std::memcpy(p + 1, digits.data(), digits.size());
  store_->commit();
}

}  // namespace twinpath::market
