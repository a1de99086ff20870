// What participants do: adds, deletes, replaces and trades on one book a symbol, in the shares of a message mix.
//
// Every message is possible: executions take the front of the best level, everything names live orders, and outside the
// pre-open no displayed order crosses another. A symbol's fair value walks by ticks, in trends; the second symbol of
// each pair (0 and 1, 2 and 3, ...) follows the first one's steps a few of its own messages later.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "host/venue/generator_options.h"
#include "host/venue/limit_book.h"
#include "host/venue/message_buffer.h"
#include "host/venue/random.h"
#include "host/venue/symbol_universe.h"

namespace twinpath::venue {

enum class MarketPhase : std::uint8_t {
  pre_open,    // orders rest, crossed or not; nothing trades
  continuous,  // aggressive orders trade before they rest
  after_hours  // orders rest without crossing; nothing trades
};

class OrderFlow {
 public:
  OrderFlow(const GeneratorOptions& options, const SymbolUniverse& universe, std::uint64_t seed, MessageBuffer& out);

  void set_phase(MarketPhase phase) noexcept { phase_ = phase; }
  /// Imbalance indications are sent while a cross of this type (O, C) is near; 0: none is.
  void set_coming_cross(char type) noexcept { coming_cross_ = type; }
  /// A halted symbol receives cancels and deletes only.
  void set_halted(std::uint32_t symbol, bool halted) noexcept { symbols_[symbol].halted = halted; }

  /// One cluster of exactly `size` messages.
  void cluster(std::uint32_t size);

  /// The cross of a symbol: displayed orders that cross trade at one price (C, not printable), then Q of this type.
  void cross(std::uint32_t symbol, char type);

  /// One message each, about a symbol or, for a broken trade, about the last match.
  void imbalance(std::uint32_t symbol, char cross_type);
  void collar(std::uint32_t symbol, std::uint32_t extension);
  void reg_sho(std::uint32_t symbol, char action);
  void participant(std::uint32_t symbol);
  void retail_interest(std::uint32_t symbol);
  void direct_listing(std::uint32_t symbol);
  void broken_trade();

  std::uint32_t live_orders() const noexcept { return pool_.live(); }
  /// A symbol's live orders, oldest first.
  std::vector<BookOrder> resting_orders(std::uint32_t symbol) const;

 private:
  enum Action : std::uint8_t {
    kAdd,
    kRemove,
    kReplace,
    kExecute,
    kAddMpid,
    kCancel,
    kTrade,
    kImbalance,
    kExecuteWithPrice,
    kRare,
    kActions
  };
  using Mix = std::array<std::uint32_t, kActions>;  // cumulative, in units of 2^-32

  struct SymbolState {
    SymbolState(OrderPool& pool, std::int32_t reference)
        : fair(reference), last_trade(reference), book(pool, reference) {}
    std::int32_t best(Side side) const noexcept { return book.best(side); }

    std::int32_t fair;
    std::int32_t last_trade;
    std::int32_t reach = 0;  // farthest fair value from the reference, ticks
    std::int32_t pull = 0;   // steps the pair's leader took that are still to be followed
    std::int8_t trend = 0;
    bool halted = false;
    std::uint32_t fewest = 0;  // live orders that deletes leave in the book
    LimitBook book;
  };

  static Mix make_mix(const MessageMix& mix, bool trading);
  Action draw_action();
  std::uint32_t draw_symbol(std::uint32_t previous, std::uint32_t place);
  bool perform(Action action, std::uint32_t symbol, std::uint32_t budget);
  void walk(std::uint32_t symbol);

  bool add(std::uint32_t symbol, bool attributed);
  bool remove(std::uint32_t symbol);
  bool replace(std::uint32_t symbol);
  bool cancel(std::uint32_t symbol);
  bool execute(std::uint32_t symbol, std::uint32_t budget);
  bool execute_with_price(std::uint32_t symbol);
  bool trade(std::uint32_t symbol);
  void rare(std::uint32_t symbol);

  void emit_add(std::uint32_t symbol, Side side, std::int32_t tick, std::uint32_t shares, bool attributed);
  void emit_executed(std::uint32_t symbol, std::uint32_t order, std::uint32_t shares);
  void emit_executed_at(std::uint32_t symbol, std::uint32_t order, std::uint32_t shares, std::uint32_t price,
                        char printable);
  void take_shares(std::uint32_t symbol, std::uint32_t order, std::uint32_t shares);

  std::int32_t choose_tick(const SymbolState& s, Side side);
  std::uint32_t choose_shares();
  std::uint32_t choose_order(const SymbolState& s);
  Side choose_resting_side(const SymbolState& s);
  std::uint64_t next_reference() noexcept { return reference_ += 1 + random_.below(6); }

  const SymbolUniverse& universe_;
  MessageBuffer& out_;
  Random random_;
  Mix trading_mix_;
  Mix resting_mix_;
  Probability unknown_types_;
  MarketPhase phase_ = MarketPhase::pre_open;
  char coming_cross_ = 0;
  OrderPool pool_;
  std::vector<SymbolState> symbols_;
  std::uint32_t sown_ = 0;  // the pre-open visits every symbol in turn, so that none opens without orders
  std::array<std::int64_t, kActions> owed_{};  // messages a mix is short of (or, negative, has had too many of)
  std::uint64_t reference_ = 0;
  std::uint64_t match_ = 0;
  std::uint32_t matched_ = 0;  // symbol of the last match
};

}  // namespace twinpath::venue
