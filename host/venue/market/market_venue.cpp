// Requests of the venue: days, states, auctions, bands, busts, and who may enter orders.
#include <cstdio>

#include "host/venue/market/market.h"

namespace twinpath::market {

template <class Visit>
bool Market::for_each_book(const Request& r, Visit&& visit) {
  if (r.terms.locate != 0) {
    const std::uint32_t book = books_[r.terms.locate];
    if (book == kNoBook) return false;
    visit(book);
    return true;
  }
  for (std::uint32_t book = 0; book < options_.instruments.size(); ++book) visit(book);
  return true;
}

void Market::venue(const Request& r) {
  matching::Command c;
  c.state = r.state;
  const auto to_books = [&](matching::CommandType type) {
    c.type = type;
    const bool found = for_each_book(r, [&](std::uint32_t book) {
      c.book = book;
      submit(c);
    });
    if (!found) reject(r, Reason::unknown_symbol);
  };
  if (r.kind == RequestKind::start_of_day) return start_of_day(r);
  if (!open_) return reject(r, Reason::closed);
  switch (r.kind) {
    case RequestKind::system_event:
      if (std::string_view("SQME").find(r.event) == std::string_view::npos) return reject(r, Reason::bad_request);
      return tape_.system_event(r.event);
    case RequestKind::set_state:
      return to_books(matching::CommandType::set_state);
    case RequestKind::indicate:
      return to_books(matching::CommandType::indicate);
    case RequestKind::uncross:
      return to_books(matching::CommandType::uncross);
    case RequestKind::set_bands: {
      const std::uint32_t book = books_[r.terms.locate];
      if (book == kNoBook) return reject(r, Reason::unknown_symbol);
      const std::uint32_t tick = options_.instruments[book].tick;
      if (r.price > kHighestPrice || r.stop_price > kHighestPrice) return reject(r, Reason::bad_price);
      if (r.price % tick != 0 || r.stop_price % tick != 0) return reject(r, Reason::bad_tick);
      return set_bands(book, r.price, r.stop_price, r.quantity != 0);
    }
    case RequestKind::bust:
      // Odd numbers are those of crosses, which are no trades.
      c.type = matching::CommandType::bust;
      c.order_id = r.match_number % 2 == 0 ? r.match_number / 2 : 0;
      return submit(c);
    case RequestKind::end_of_day:
      return end_of_day();
    case RequestKind::disable:
      return switch_participant(r, false);
    case RequestKind::enable:
      return switch_participant(r, true);
    default:
      return reject(r, Reason::bad_request);
  }
}

void Market::start_of_day(const Request& r) {
  if (open_) return reject(r, Reason::state);
  ++day_;
  open_ = true;
  advance(r.time);
  char session[16];
  std::snprintf(session, sizeof session, "%s%02u", options_.session.c_str(), day_ % 100);
  tape_.begin(std::make_shared<MessageStore>(mold::make_session(session)));
  for (Account& a : accounts_) {
    a.state.last_ref = 0;
    a.throttle.next = 0;
  }
  tape_.system_event('O');
  to_everybody('S');
  if (day_ == 1) return list_books();
  for (std::uint32_t book = 0; book < options_.instruments.size(); ++book) show_again(book);
}

void Market::list_books() {
  for (std::uint32_t book = 0; book < options_.instruments.size(); ++book) {
    const Instrument& i = options_.instruments[book];
    matching::Command c;
    c.type = matching::CommandType::list_book;
    c.book = book;
    c.price.value = 1;  // the engine's prices are in ticks
    c.quantity.value = i.lot;
    c.stop_price.value = static_cast<std::int64_t>(i.reference / i.tick);
    c.state = BookState::closed;
    submit(c);
    if (i.band_high != 0) set_bands(book, i.band_low, i.band_high, true);
  }
}

// What another day's tape begins with: the symbol, its state, and the orders that have outlived the day before.
void Market::show_again(std::uint32_t book) {
  tape_.directory(book);
  const BookRecord& b = book_records_[book];
  tape_.trading_action(book, b.state, {b.reason.data(), b.reason.size()});
  for (const Side side : {Side::buy, Side::sell})
    engine_.for_each_resting(book, side, [&](std::uint64_t id, matching::Ticks, Quantity) {
      Order& o = orders_[static_cast<std::uint32_t>(id)];
      o.reference = next_reference_++;
      tape_.add(book, shown(o));
      say(ExecutionKind::restated, o).quantity = o.shown;
    });
}

void Market::set_bands(std::uint32_t book, std::uint64_t low, std::uint64_t high, bool on) {
  const std::uint32_t tick = options_.instruments[book].tick;
  matching::Command c;
  c.type = matching::CommandType::set_bands;
  c.book = book;
  c.price.value = static_cast<std::int64_t>(low / tick);
  c.stop_price.value = static_cast<std::int64_t>(high / tick);
  c.quantity.value = on ? 1 : 0;
  submit(c);
}

void Market::end_of_day() {
  matching::Command c;
  c.type = matching::CommandType::end_of_day;
  submit(c);
  first_trade_ += trade_count_;
  trade_count_ = 0;
  to_everybody('E');
  tape_.system_event('C');
  tape_.store()->end();
  open_ = false;
}

void Market::to_everybody(char event) {
  for (std::uint32_t p = 1; p < accounts_.size(); ++p) say(ExecutionKind::system_event, p).event = event;
}

void Market::switch_participant(const Request& r, bool enabled) {
  if (!known(r.participant)) return reject(r, Reason::unknown_participant);
  accounts_[r.participant].state.enabled = enabled;
  const std::uint32_t count = enabled ? 0 : cancel_all(r.participant, kNoBook, Reason::disabled);
  Execution& e = say(enabled ? ExecutionKind::enabled : ExecutionKind::disabled, r.participant);
  e.user_ref_num = r.user_ref_num;
  e.quantity = count;
}

}  // namespace twinpath::market
