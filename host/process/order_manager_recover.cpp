// How an order manager begins: with what the one before has left in the journal.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "host/core/wall_clock.h"
#include "host/process/order_manager.h"

namespace twinpath {

void OrderManager::recover() {
  const std::uint64_t told = segment_.fresh() ? UINT64_MAX : shared_.told.load();
  RecoveredOrders before = recover_orders(journal_.journal(), told, core_counters_);
  OrderReplay* const replay = before.replay.get();
  known_ = std::move(before.known);
  const bool continues = replay->totals().starts != 0;
  epoch_ = continues ? replay->start().epoch : epoch_of(wall_ns());
  last_ = replay->time();
  next_user_ref_ = continues ? replay->next_user_ref() : config_.order.first_user_ref;
  OrderJournal::Session session{epoch_, continues, options_.strategies};
  const auto unknown = replay->unknown();
  const auto open = replay->open_orders();
  const ExchangeSession::Kept kept = before.kept();
  const bool stopped = replay->totals().stopped, by_command = replay->disarmed_by_command();
  if (continues) {
    if (replay->names().sources != options_.strategies)
      throw std::runtime_error(fmt::format(
          "{}: expected the strategies that it was begun with ({}), found others in [processes]; name them in the same "
          "order, or begin another journal",
          journal_.journal().folder().string(), fmt::join(replay->names().sources, ", ")));
    for (std::size_t i = 0; i < sources_.size(); ++i)
      sources_[i].last_intent = static_cast<std::uint32_t>(replay->last_intent(static_cast<std::uint16_t>(i)));
    banks_[0] = banks_[1] = config_.banks[0];
    killed_ = replay->killed();
    armed_ = replay->armed();
    *ledger_ = replay->ledger();
    messages_.push_back(fmt::format("{}: {} orders, {} of them open, {} fills made again",
                                    journal_.journal().folder().string(), replay->totals().orders, open.size(),
                                    replay->totals().fills));
  }
  risk_ = replay->take_risk();
  if (!risk_) risk_ = std::make_unique<Risk>(config_, core_counters_);
  risk_->use(bank());
  risk_->forget_market(config_.symbols_start_trading);
  journal_.begin(config_, session);
  for (std::size_t i = 0; i < kSymbols; ++i) shared_.positions[i] = ledger_->position(static_cast<SymbolIndex>(i));
  // The strategies hear what they had not heard, by the numbers that it has in the journal.
  for (const OrderMessage& m : before.untold) tell(m.number, m.update, m.source, m.incarnation);
  if (told == UINT64_MAX || !continues) shared_.told = journal_.journal().records();
  const bool resumed = continues && exchange_.resume(kept);
  if (!resumed) {
    // The exchange goes on with what is open; what the journal has of its answers is passed over.
    for (const auto& [user_ref, events] : before.sent) {
      const auto lost = [&](bool cancel) {
        return std::ranges::any_of(unknown,
                                   [&](const auto& u) { return u.user_ref == user_ref && u.cancel == cancel; });
      };
      for (const Event& e : events) {
        if (!lost(e.event_kind() == EventKind::cancel)) exchange_.sent(e);
      }
    }
    answered_ = std::move(before.answered);
  }
  for (const auto& u : unknown) {
    journal_.doubt(u.user_ref, u.cancel);
    ++counts_.in_doubt;
    const std::string_view then = u.cancel  ? "it is sent again"
                                  : resumed ? "it is not sent again; the exchange is asked"
                                            : "it is not sent again, but cancelled";
    messages_.push_back(fmt::format("{} {}: its frame may have left or not; {}", u.cancel ? "cancel of order" : "order",
                                    u.user_ref, then));
    if (resumed) continue;
    if (const auto* o = ledger_->order(u.user_ref)) host_cancel(*o);
  }
  // After an orderly end, or the first time, it begins as configured; after a crash as it was.
  const bool goes_on = continues && !stopped;
  if (goes_on && armed_) return;
  const bool at_start = live_.arm == ArmWhen::at_start && !goes_on;
  const bool arms = at_start && exchange_.trading() && !numbers_used_up();
  give(arms ? CommandOp::arm : CommandOp::disarm);
  auto_arm_ = (at_start && !arms) || (live_.arm == ArmWhen::when_trusted && !(goes_on && by_command));
}

}  // namespace twinpath
