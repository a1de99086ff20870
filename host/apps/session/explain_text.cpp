#include "host/apps/session/explain_text.h"

#include <fmt/format.h>

#include <string_view>

#include "host/apps/session/message_text.h"
#include "host/core/event_fields.h"
#include "host/core/registers.h"

namespace twinpath {
namespace {

std::string symbol_name(const CoreConfig& config, unsigned index) {
  if (index >= config.symbols.size()) return fmt::format("#{}", index);
  std::string_view name(config.symbols[index].name.data(), 8);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  return std::string(name);
}

std::string side_text(const SideQuote& q) {
  switch (q.state) {
    case SideState::quoted:
      return fmt::format("{} x {}", price_text(q.price.value), q.quantity.value);
    case SideState::unknown:
      return "unknown";
    case SideState::empty:
      return "empty";
  }
  return "?";
}

void put_book(std::string& out, std::string_view title, const BookSnapshot& b) {
  out += fmt::format("{}: bid {}, offer {}, {}{}\n", title, side_text(b.bbo.bid), side_text(b.bbo.ask),
                     b.trusted ? "trusted" : "not trusted", b.sticky ? " (until the host says TRUST)" : "");
  const std::size_t rows = std::max(b.bids.size(), b.asks.size());
  for (std::size_t i = 0; i < rows; ++i) {
    const auto level = [](const std::vector<BookSnapshot::Level>& side, std::size_t n) {
      return n < side.size() ? fmt::format("{:>12} {:>10}", price_text(side[n].price.value), side[n].quantity.value)
                             : std::string(23, ' ');
    };
    out += fmt::format("    {}  |  {}\n", level(b.bids, i), level(b.asks, i));
  }
  if (b.far_bids + b.far_asks + b.beyond_bids + b.beyond_asks != 0) {
    out += fmt::format("    outside the window: far {} | {}, beyond {} | {} orders\n", b.far_bids, b.far_asks,
                       b.beyond_bids, b.beyond_asks);
  }
}

void put_rule(std::string& out, const Event& e, const Moment& m, const CoreConfig& config) {
  const RuleRecord& r = m.bank.rules[m.symbol];
  const Bbo& b = m.after.bbo;
  const bool buy = e.side == 0;
  out += fmt::format("rule {} ({}) of {}:\n", e.rule, name(static_cast<Rule>(e.rule)), symbol_name(config, m.symbol));
  switch (static_cast<Rule>(e.rule)) {
    case Rule::cancel:
      out += buy ? fmt::format("    working buy at {}, distance {}: offer {} > {}\n", price_text(e.price),
                               price_text(r.cancel.distance), price_text(b.ask.price.value),
                               price_text(std::uint64_t{e.price} + r.cancel.distance))
                 : fmt::format("    working sell at {}, distance {}: bid {} + {} < {}\n", price_text(e.price),
                               price_text(r.cancel.distance), price_text(b.bid.price.value),
                               price_text(r.cancel.distance), price_text(e.price));
      break;
    case Rule::take:
      out += buy ? fmt::format("    offer {} + edge {} <= fair {}\n", price_text(b.ask.price.value),
                               price_text(r.take.edge), price_text(r.take.fair))
                 : fmt::format("    bid {} >= fair {} + edge {}\n", price_text(b.bid.price.value),
                               price_text(r.take.fair), price_text(r.take.edge));
      out += fmt::format("    quantity: min({}, {} shown) = {}\n", r.take.quantity,
                         buy ? b.ask.quantity.value : b.bid.quantity.value, e.quantity);
      break;
    case Rule::imbalance: {
      const auto [more, less] = buy ? std::pair(b.bid.quantity.value, b.ask.quantity.value)
                                    : std::pair(b.ask.quantity.value, b.bid.quantity.value);
      out += fmt::format("    spread {} <= {}, {} shares {} >= {}, and {} * 256 >= {} * {}\n",
                         price_text(b.ask.price.value - b.bid.price.value), price_text(r.imbalance.max_spread),
                         buy ? "bid" : "offered", more, r.imbalance.min_quantity, more, r.imbalance.ratio, less);
      out += fmt::format("    quantity: min({}, {} shown) = {}\n", r.imbalance.quantity, less, e.quantity);
      break;
    }
    case Rule::momentum:
      out += fmt::format("    trade of {} at {}: {}{}\n", e.trade_quantity, price_text(e.trade_price),
                         r.momentum.large && e.trade_quantity >= r.momentum.min_shares
                             ? fmt::format("large (>= {})", r.momentum.min_shares)
                             : std::string("traded through its level"),
                         buy ? ", upwards" : ", downwards");
      break;
    case Rule::lead_lag:
      out += buy ? fmt::format("    bid of {} rose {} -> {}, threshold {}: buy {}\n", symbol_name(config, m.symbol),
                               price_text(m.before.bbo.bid.price.value), price_text(b.bid.price.value),
                               price_text(r.lead_lag.threshold), symbol_name(config, e.symbol))
                 : fmt::format("    offer of {} fell {} -> {}, threshold {}: sell {}\n", symbol_name(config, m.symbol),
                               price_text(m.before.bbo.ask.price.value), price_text(b.ask.price.value),
                               price_text(r.lead_lag.threshold), symbol_name(config, e.symbol));
      break;
  }
}

void put_checks(std::string& out, const Event& e, const Moment& m, const CoreConfig& config) {
  const LimitRecord& l = m.bank.limits[e.symbol];
  const GlobalLimits& g = m.bank.global;
  const bool buy = e.side == 0;
  const std::uint64_t value = std::uint64_t{e.price} * e.quantity;
  const std::uint64_t reference = e.collar_reference;
  const auto line = [&](Reason reason, const std::string& operands) {
    const bool failed = (e.check_mask >> (static_cast<unsigned>(reason) - 1)) & 1;
    out += fmt::format("    {:>2} {:<12} {:<6} {}\n", static_cast<unsigned>(reason), name(reason),
                       failed ? "FAILED" : "passed", operands);
  };
  const bool cancel = e.event_kind() == EventKind::cancel || (e.event_kind() == EventKind::reject && e.rule == 0);
  out += "risk checks (operand, limit):\n";
  if (cancel) {
    line(Reason::rate, "a cancel passes every other check");
    return;
  }
  line(Reason::kill, "kill switch");
  line(Reason::permission,
       fmt::format("{} in {}: buys {}, sells {}", buy ? "buy" : "sell", symbol_name(config, e.symbol),
                   l.permit_buy ? "permitted" : "not permitted", l.permit_sell ? "permitted" : "not permitted"));
  line(Reason::session, "market open, feed alive, no circuit breaker");
  line(Reason::halt, "trading state, LULD auction, operational halt");
  line(Reason::quantity, fmt::format("{} <= {}", e.quantity, l.max_quantity));
  line(Reason::notional, fmt::format("{} <= {}", price_text(value), price_text(l.max_notional)));
  line(Reason::collar,
       fmt::format("{} within {} of {}", price_text(e.price), price_text(l.collar), price_text(reference)));
  line(Reason::position,
       buy ? fmt::format("{} held + {} open + {} <= {}", e.position, e.open_buy, e.quantity, l.max_position)
           : fmt::format("{} open + {} - {} held <= {}", e.open_sell, e.quantity, e.position, l.max_position));
  line(Reason::gross, fmt::format("{} + {} <= {}", price_text(e.gross_lo), price_text(value), price_text(g.max_gross)));
  line(Reason::open_orders, fmt::format("{} < {}", e.open_count, g.max_open_orders));
  line(Reason::rate, fmt::format("one message in {} cycles, tolerance {} cycles", g.rate_interval, g.rate_tolerance));
  line(Reason::duplicate, fmt::format("same order again within {} cycles", g.duplicate_window));
  line(Reason::self_trade,
       fmt::format("own open {}: {} shares", buy ? "sells" : "buys", buy ? e.open_sell : e.open_buy));
}

void put_stages(std::string& out, const std::vector<PathStages>& stages) {
  static constexpr std::string_view kNames[] = {"decoded",    "looked up",         "booked", "decided", "checked",
                                                "first beat", "frame to last byte"};
  out += "stage stamps (FPGA: cycles after the last byte of the message; software: ns after the frame came in):\n";
  out += fmt::format("    {:<20}", "");
  for (const auto& s : stages) out += fmt::format("{:>20}", s.path);
  out += '\n';
  for (unsigned i = 0; i < std::size(kNames); ++i) {
    out += fmt::format("    {:<20}", kNames[i]);
    for (const auto& s : stages) out += fmt::format("{:>20}", s.event.stages[i]);
    out += '\n';
  }
}

}  // namespace

std::string explain_text(const Event& e, const Moment& m, const CoreConfig& config, std::span<const std::uint8_t> frame,
                         Nanoseconds frame_time, const std::vector<PathStages>& stages) {
  std::string out;
  out += fmt::format("{} {} {} of {} at {}", kind_name(e.event_kind()), e.side == 0 ? "buy" : "sell", e.quantity,
                     symbol_name(config, e.symbol), price_text(e.price));
  if (e.user_ref != 0) out += fmt::format(", UserRefNum {}", e.user_ref);
  if (e.event_kind() == EventKind::reject)
    out += fmt::format(", rejected by check {} ({})", e.reason, name(static_cast<Reason>(e.reason)));
  out += fmt::format("\n\nframe {} at {} ns, {} bytes; decided at cycle {}\n", e.frame, frame_time.value, frame.size(),
                     e.time);
  for (std::size_t i = 0; i < frame.size(); i += 16) {
    out += fmt::format("    {:04x} ", i);
    for (std::size_t j = i; j < std::min(i + 16, frame.size()); ++j) out += fmt::format(" {:02x}", frame[j]);
    out += '\n';
  }
  out += fmt::format("message {} of it, sequence {}:\n    {}\n\n", e.msg_index, e.sequence, message_text(m.message));
  put_book(out, fmt::format("book of {} before", symbol_name(config, m.symbol)), m.before);
  put_book(out, fmt::format("book of {} after", symbol_name(config, m.symbol)), m.after);
  if (e.symbol != m.symbol) put_book(out, fmt::format("book of {}", symbol_name(config, e.symbol)), m.order_book);
  out += '\n';
  put_rule(out, e, m, config);
  out += '\n';
  put_checks(out, e, m, config);
  out += '\n';
  put_stages(out, stages);
  return out;
}

}  // namespace twinpath
