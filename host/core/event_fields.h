// Events by field name: for explanations, for comparisons that say what differs, for reports.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "host/core/event.h"

namespace twinpath {

// Calls `f(name, std::int64_t or std::uint64_t value)` for every compared field, in the order of the record.
template <class F>
void for_each_field(const Event& e, F&& f) {
  const auto u = [&f](std::string_view name, std::uint64_t v) { f(name, v); };
  u("kind", e.kind);
  u("reason", e.reason);
  u("rule", e.rule);
  u("side", e.side);
  u("symbol", e.symbol);
  u("trigger", e.trigger);
  u("time", e.time);
  u("sequence", e.sequence);
  u("frame", e.frame);
  u("msg_index", e.msg_index);
  u("msg_type", e.msg_type);
  u("book_flags", e.book_flags);
  u("user_ref", e.user_ref);
  u("quantity", e.quantity);
  u("price", e.price);
  u("check_mask", e.check_mask);
  u("reference", e.reference);
  u("bid_price", e.bid_price);
  u("bid_quantity", e.bid_quantity);
  u("ask_price", e.ask_price);
  u("ask_quantity", e.ask_quantity);
  u("trade_price", e.trade_price);
  u("trade_quantity", e.trade_quantity);
  f("position", std::int64_t{e.position});
  u("open_buy", e.open_buy);
  u("open_sell", e.open_sell);
  u("collar_reference", e.collar_reference);
  u("gross_lo", e.gross_lo);
  u("open_count", e.open_count);
}

// "order", "reject", ...
constexpr std::string_view kind_name(EventKind kind) noexcept {
  constexpr std::string_view kNames[] = {"none", "order", "reject", "cancel", "book", "state", "command"};
  const auto i = static_cast<std::size_t>(kind);
  return i < 7 ? kNames[i] : "?";
}

}  // namespace twinpath
