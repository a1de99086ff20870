// What goes to the exchange, what it answers, and what the host commands.
#include <optional>
#include <string>
#include <vector>

#include "host/core/wall_clock.h"
#include "host/live/order_cancel.h"
#include "host/live/order_numbers.h"
#include "host/live/put_out.h"
#include "host/path/decision_steps.h"
#include "host/process/order_manager.h"
#include "host/process/order_updates.h"

namespace twinpath {

// An ORDER or CANCEL that is in the journal: its frame, or over the session.
void OrderManager::send(const Event& e) {
  const bool cancels = e.event_kind() == EventKind::cancel;
  bool left = true;
  if (!exchange_.carries())
    left = put_out(*sender_, cancels ? frames_.cancel(e.user_ref)
                                     : frames_.enter(e.user_ref, static_cast<Side>(e.side), Quantity{e.quantity},
                                                     static_cast<SymbolIndex>(e.symbol), Price{e.price}));
  exchange_.sent(e);
  journal_.sent(e.user_ref, cancels, left);
  if (left) return;
  ++counts_.unsent;
  give(CommandOp::kill);
}

void OrderManager::host_cancel(const OrderLedger::Order& order) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::cancel);
  e.time = now_cycles().value;
  e.symbol = order.symbol;
  e.user_ref = order.user_ref;
  e.side = static_cast<std::uint8_t>(order.side);
  e.price = order.price;
  const std::uint64_t number = journal_.host_cancel(e, known_[order.user_ref % Risk::kOpenSlots].source);
  journal_.journal().settle(number);
  ledger_->on_event(e);
  ++counts_.host_cancels;
  send(e);
}

std::string OrderManager::cancel(std::uint32_t user_ref) {
  if (std::string why = cancel_refused(*ledger_, user_ref, next_user_ref_); !why.empty()) return why;
  host_cancel(*ledger_->order(user_ref));
  return {};
}

bool OrderManager::answers() {
  bool any = false;
  while (const auto a = exchange_.poll(now_cycles())) {
    any = true;
    if (const auto known = answered_.find({a->command.user_ref, a->command.op});
        known != answered_.end() && known->second > 0) {
      --known->second;
      continue;
    }
    if (a->command.op != CommandOp::position) {
      answer(a->command, a->number);
    } else if (ledger_->position(static_cast<SymbolIndex>(a->command.symbol)) !=
               static_cast<std::int32_t>(a->command.price)) {
      obey(a->command, a->number, 0);
    }
  }
  return any;
}

void OrderManager::answer(const Command& c, std::uint64_t of_exchange) {
  std::optional<OrderLedger::Order> before;
  if (const auto* o = ledger_->order(c.user_ref)) before = *o;
  Event e = command_event(now_cycles(), c);
  e.sequence = of_exchange;
  risk_command(*risk_, bank(), core_counters_, c, e);
  const std::uint64_t number = journal_.event(e);
  ledger_->on_event(e);
  if (c.op == CommandOp::ack) ++counts_.acks;
  if (c.op == CommandOp::fill) ++counts_.fills;
  if (c.op == CommandOp::done) ++counts_.dones;
  if (!before) return;
  const KnownOrder& known = known_[c.user_ref % Risk::kOpenSlots];
  const OrderUpdate u = update_of_answer(e, *before, *ledger_, known.tag);
  shared_.positions[u.symbol].store(u.position, std::memory_order_relaxed);
  tell(number, u, known.source, known.incarnation);
}

void OrderManager::tell(std::uint64_t number, const OrderUpdate& u, std::uint16_t source, std::uint32_t incarnation) {
  messages_out_.publish({number, wall_ns(), source, incarnation, u});
  shared_.told.store(number, std::memory_order_release);
}

void OrderManager::obey(const Command& c, std::uint64_t of_exchange, std::uint32_t tag) {
  if (c.op == CommandOp::arm && numbers_used_up()) return;
  Event e = command_event(now_cycles(), c);
  e.sequence = of_exchange;
  risk_command(*risk_, bank(), core_counters_, c, e);
  if (c.op == CommandOp::arm || c.op == CommandOp::disarm) {
    armed_ = c.op == CommandOp::arm;
    auto_arm_ = false;
  }
  if (c.op == CommandOp::kill || c.op == CommandOp::release) killed_ = c.op == CommandOp::kill;
  if (c.op == CommandOp::swap) {
    active_ ^= 1;
    risk_->use(bank());
  }
  const std::uint64_t number = journal_.event(e, 0, 0, tag);
  ledger_->on_event(e);
  publish_status();
  if (c.op != CommandOp::position || c.symbol >= kSymbols) return;
  OrderUpdate u;
  u.stamp = Cycles{e.time};
  u.state = OrderState::position;
  u.symbol = static_cast<SymbolIndex>(c.symbol);
  u.position = e.position;
  shared_.positions[c.symbol].store(u.position, std::memory_order_relaxed);
  tell(number, u, OrderMessage::kAll, 0);
}

void OrderManager::give(CommandOp op, std::uint32_t tag) {
  Command c;
  c.op = op;
  obey(c, 0, tag);
}

// The number comes with the last one: until that is kept, a successor is told all that the exchange has ever said.
void OrderManager::begin_with(std::span<const Command> positions, std::uint64_t number) {
  for (const Command& c : positions) obey(c, &c == &positions.back() ? number : 0, 0);
}

// An operator decides after a kill; a DISARM lasts until the session trades again, where the run arms by itself.
void OrderManager::exchange_lost() {
  if (exchange_.kills()) return give(CommandOp::kill);
  give(CommandOp::disarm, kByItself);
  auto_arm_ = live_.arm == ArmWhen::when_trusted;
}

void OrderManager::swap(const Bank& bank) {
  banks_[active_ ^ 1] = bank;
  journal_.bank(bank);
  give(CommandOp::swap);
}

void OrderManager::publish_status() {
  shared_.status.write({static_cast<std::uint32_t>(segment_.generation()), armed_, killed_});
}

bool OrderManager::may_arm() const { return auto_arm_ && waits_for().empty(); }

std::string OrderManager::waits_for() const {
  if (!armed_ && numbers_used_up()) return std::string(kOrderNumbersUsedUp);
  if (armed_ || !auto_arm_) return armed_ ? "" : "the arm command";
  if (!exchange_.trading()) return "the session with the exchange to trade";
  const FeedStatus& feed = market_.feed();
  if (!market_.good()) return "the feed";
  if (feed.waits_for_directory) return "the Stock Directory messages of its symbols";
  if (feed.rebuilding) return "the feed's first message since it began";
  if (feed.stale) return "the books to be trusted: a gap was lost";
  if (feed.filling) return "a gap of the feed to be filled";
  for (std::size_t i = 0; i < config_.symbols.size(); ++i) {
    const LimitRecord& limit = bank().limits[i];
    const MarketFollower::Book& m = market_.book(static_cast<SymbolIndex>(i));
    if ((limit.permit_buy || limit.permit_sell) && !(m.trusted && m.bbo.bid.quoted() && m.bbo.ask.quoted()))
      return "books that trade: one is not trusted or lacks a side";
  }
  return "";
}

unsigned OrderManager::cancel_open() {
  std::vector<OrderLedger::Order> open;
  ledger_->for_each_open([&](const OrderLedger::Order& o) {
    if (!o.cancel_sent) open.push_back(o);
  });
  unsigned left = static_cast<unsigned>(open.size());
  const std::uint32_t interval = bank().global.rate_interval;
  for (const auto& o : open) {
    if (interval != 0 && now_cycles() < next_cancel_) break;
    host_cancel(o);
    next_cancel_ = now_cycles() + Cycles{interval};
    --left;
  }
  return left;
}

}  // namespace twinpath
