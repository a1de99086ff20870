// A second opinion on a message sequence: naive books (ordered maps of lists) that know price-time priority and nothing
// of the generator's. Every broken rule is a test failure that names the message.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/venue/message_buffer.h"

namespace twinpath::venue {

class FeedChecker {
 public:
  void take(const GeneratedMessage& m) {
    ++messages_;
    ++counts_[m.type()];
    if (m.timestamp_ns < last_time_) fail("is earlier than the message before it");
    last_time_ = m.timestamp_ns;
    if (load_be48(&m.bytes[5]) != m.timestamp_ns) fail("carries another timestamp than it is delivered with");
    itch::DecodeError error;
    const bool known = itch::visit(m.span(), [this](const auto& decoded) { on(decoded); }, &error);
    if (!known) {
      if (error == itch::DecodeError::unknown_type) {
        ++unknown_;
      } else {
        fail("has a wrong length");
      }
    }
  }

  std::uint64_t messages() const { return messages_; }
  std::uint64_t unknown() const { return unknown_; }
  std::uint64_t count(char type) const { return counts_[static_cast<std::uint8_t>(type)]; }
  std::uint64_t live_orders() const { return orders_.size(); }
  std::uint64_t problems() const { return problems_; }
  const std::string& system_events() const { return system_events_; }
  const std::unordered_map<std::uint16_t, std::string>& directory() const { return directory_; }
  // Middle of best bid and offer, 0 when a side is empty.
  double middle(std::uint16_t locate) const {
    const auto it = books_.find(locate);
    if (it == books_.end() || it->second.bids.empty() || it->second.offers.empty()) return 0;
    return (it->second.bids.begin()->first + it->second.offers.begin()->first) / 2.0;
  }
  std::uint64_t crossed_at_open() const { return crossed_at_open_; }
  std::uint64_t executions_of_several() const { return sweeps_; }

 private:
  struct Order {
    std::uint16_t locate;
    char side;
    std::uint32_t price;
    std::uint32_t shares;
    std::list<std::uint64_t>::iterator place;
  };
  struct Book {
    std::map<std::uint32_t, std::list<std::uint64_t>, std::greater<>> bids;
    std::map<std::uint32_t, std::list<std::uint64_t>> offers;
    bool opened = false;
    char state = ' ';
    bool operationally_halted = false;
    bool crossed() const { return !bids.empty() && !offers.empty() && bids.begin()->first >= offers.begin()->first; }
    bool halted() const { return state != 'T' || operationally_halted; }
  };

  void fail(const std::string& what) {
    if (++problems_ <= 10) ADD_FAILURE() << "message " << messages_ << " " << what;
  }

  void add(std::uint16_t locate, std::uint64_t reference, char side, std::uint32_t shares, std::uint32_t price) {
    Book& book = books_[locate];
    if (book.halted()) fail("adds an order to a halted symbol");
    if (shares == 0) fail("adds an order of no shares");
    if (price == 0 || price % 100 != 0) fail("adds an order off the tick");
    if (side != 'B' && side != 'S') fail("has no side");
    if (reference <= last_reference_) fail("uses an order reference that is not above all earlier ones");
    last_reference_ = reference;
    std::list<std::uint64_t>& level = side == 'B' ? book.bids[price] : book.offers[price];
    level.push_back(reference);
    orders_[reference] = {locate, side, price, shares, std::prev(level.end())};
    if (book.opened && book.crossed()) fail("crosses the book in continuous trading");
  }

  void erase(std::unordered_map<std::uint64_t, Order>::iterator it) {
    Book& book = books_[it->second.locate];
    const auto take_out = [&](auto& levels) {
      auto level = levels.find(it->second.price);
      level->second.erase(it->second.place);
      if (level->second.empty()) levels.erase(level);
    };
    if (it->second.side == 'B') {
      take_out(book.bids);
    } else {
      take_out(book.offers);
    }
    orders_.erase(it);
  }

  // Takes shares from an order: all of them may go by execution, not by cancel.
  void reduce(std::uint16_t locate, std::uint64_t reference, std::uint32_t shares, bool execution) {
    const auto it = orders_.find(reference);
    if (it == orders_.end()) return fail("names an order that is not live");
    Order& order = it->second;
    if (order.locate != locate) fail("names an order of another symbol");
    if (shares == 0) fail("takes no shares");
    if (shares > order.shares) return fail("takes more shares than the order has");
    Book& book = books_[locate];
    if (execution) {
      if (book.halted()) fail("executes in a halted symbol");
      const std::list<std::uint64_t>& best =
          order.side == 'B' ? book.bids.begin()->second : book.offers.begin()->second;
      if (best.front() != reference) fail("executes an order that is not the first at the best price");
      if (last_execution_ + 1 == messages_) ++sweeps_;
      last_execution_ = messages_;
    } else if (shares == order.shares) {
      fail("cancels the whole order");
    }
    order.shares -= shares;
    if (order.shares == 0) erase(it);
  }

  void check_match(std::uint64_t match) {
    if (match <= last_match_) fail("uses a match number that is not above all earlier ones");
    last_match_ = match;
  }

  template <class M>
  void check_name(const M& m) {
    const auto it = directory_.find(m.stock_locate);
    if (it == directory_.end() || it->second != trimmed(m.stock)) fail("names a stock that is not its locate's");
  }

  void on(const itch::SystemEvent& m) { system_events_ += m.event_code; }
  void on(const itch::StockDirectory& m) {
    if (!directory_.emplace(m.stock_locate, std::string(trimmed(m.stock))).second) fail("assigns a locate twice");
  }
  void on(const itch::StockTradingAction& m) {
    check_name(m);
    books_[m.stock_locate].state = m.trading_state;
  }
  void on(const itch::OperationalHalt& m) {
    check_name(m);
    books_[m.stock_locate].operationally_halted = m.operational_halt_action == 'H';
  }
  void on(const itch::AddOrder& m) {
    check_name(m);
    add(m.stock_locate, m.order_reference_number, m.buy_sell_indicator, m.shares, m.price);
  }
  void on(const itch::AddOrderMpid& m) {
    check_name(m);
    add(m.stock_locate, m.order_reference_number, m.buy_sell_indicator, m.shares, m.price);
  }
  void on(const itch::OrderExecuted& m) {
    check_match(m.match_number);
    reduce(m.stock_locate, m.order_reference_number, m.executed_shares, true);
  }
  void on(const itch::OrderExecutedWithPrice& m) {
    check_match(m.match_number);
    if (books_[m.stock_locate].crossed()) ++crossed_at_open_;
    reduce(m.stock_locate, m.order_reference_number, m.executed_shares, true);
  }
  void on(const itch::OrderCancel& m) { reduce(m.stock_locate, m.order_reference_number, m.cancelled_shares, false); }
  void on(const itch::OrderDelete& m) {
    const auto it = orders_.find(m.order_reference_number);
    if (it == orders_.end()) return fail("deletes an order that is not live");
    if (it->second.locate != m.stock_locate) fail("names an order of another symbol");
    erase(it);
  }
  void on(const itch::OrderReplace& m) {
    const auto it = orders_.find(m.original_order_reference_number);
    if (it == orders_.end()) return fail("replaces an order that is not live");
    if (it->second.locate != m.stock_locate) fail("names an order of another symbol");
    const char side = it->second.side;
    erase(it);
    add(m.stock_locate, m.new_order_reference_number, side, m.shares, m.price);
  }
  void on(const itch::Trade& m) {
    check_name(m);
    check_match(m.match_number);
    if (books_[m.stock_locate].halted()) fail("trades in a halted symbol");
  }
  void on(const itch::CrossTrade& m) {
    check_name(m);
    Book& book = books_[m.stock_locate];
    if (m.cross_type == 'O') book.opened = true;
    if (book.crossed()) fail("leaves a crossed book behind");
  }
  void on(const itch::BrokenTrade& m) {
    if (m.match_number > last_match_) fail("breaks a trade that never was");
  }
  template <class M>
  void on(const M&) {}

  std::unordered_map<std::uint64_t, Order> orders_;
  std::unordered_map<std::uint16_t, Book> books_;
  std::unordered_map<std::uint16_t, std::string> directory_;
  std::array<std::uint64_t, 256> counts_{};
  std::string system_events_;
  std::uint64_t messages_ = 0, unknown_ = 0, problems_ = 0, crossed_at_open_ = 0, sweeps_ = 0;
  std::uint64_t last_time_ = 0, last_reference_ = 0, last_match_ = 0, last_execution_ = 0;
};

}  // namespace twinpath::venue
