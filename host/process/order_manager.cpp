#include "host/process/order_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

#include "host/core/wall_clock.h"
#include "host/path/decision_steps.h"
#include "host/path/input_clock.h"
#include "host/process/order_updates.h"

namespace twinpath {
namespace {

constexpr std::uint64_t kLookEvery = 20'000'000;  // nanoseconds: who is there
constexpr std::uint64_t kStatsEvery = 100'000'000;
constexpr std::size_t kAtOnce = 64;  // intents of a strategy a round

}  // namespace

OrderManager::OrderManager(const CoreConfig& config, const LiveOptions& live, const ProcessOptions& options,
                           Journal& journal, PacketSender* sender, ExchangeSession& exchange)
    : config_(config),
      live_(live),
      options_(options),
      journal_(journal),
      sender_(sender),
      exchange_(exchange),
      segment_(ipc::Segment::own(std::filesystem::path(options.folder) / "orders", orders_kind())),
      shared_(segment_.at<SharedOrders>(0)),
      messages_out_(segment_.memory() + kOrderMessagesAt, kOrderMessages),
      stats_(options.folder, "orders", wall_ns()),
      banks_(config.banks),
      ledger_(std::make_unique<OrderLedger>()),
      frames_(config),
      market_(config, options),
      shared_open_(stats_.counter("open orders")),
      shared_armed_(stats_.counter("armed")),
      shared_killed_(stats_.counter("killed")),
      intent_age_(stats_.histogram("intent made to taken, ns")),
      work_(stats_.histogram("intent taken to frame sent, ns")) {
  const auto share = [this](std::string_view name, const std::uint64_t& value) {
    shared_counts_.emplace_back(&stats_.counter(name), &value);
  };
  share("intents", counts_.intents);
  share("orders", counts_.orders);
  share("cancels", counts_.cancels);
  share("cancels by the host", counts_.host_cancels);
  share("rejections", counts_.rejects);
  share("refused before the checks", counts_.refused);
  share("acknowledged", counts_.acks);
  share("fills", counts_.fills);
  share("ended", counts_.dones);
  share("frames not sent", counts_.unsent);
  share("orders in doubt", counts_.in_doubt);
  share("intents known already", counts_.repeated);
  share("market updates missed", counts_.market_missed);
  for (std::size_t i = 1; i < rejects_.size(); ++i)
    shared_rejects_[i] = &stats_.counter(fmt::format("rejected: {}", name(static_cast<Reason>(i))));
  for (const std::string& s : options.strategies) sources_.push_back({s, {}, nullptr, 0, 0, false});
  recover();
  publish_status();
  market_.attach(*risk_);
}

OrderManager::~OrderManager() = default;

Cycles OrderManager::now_cycles() noexcept {
  const std::uint64_t now = wall_ns();
  const Cycles at = Cycles{InputClock::kStart} + to_cycles(Nanoseconds{now > epoch_ ? now - epoch_ : 0});
  return last_ = std::max(last_, at);
}

// ---- intents ----

Refusal OrderManager::refuses(const IntentRecord& r, std::uint64_t now) const {
  const Intent& i = r.intent;
  if (now > r.made + options_.intent_age.value) return Refusal::too_late;
  if (i.kind == IntentKind::cancel) {
    const auto* o = ledger_->order(i.user_ref);
    return o == nullptr || o->cancel_sent ? Refusal::unknown_order : Refusal::none;
  }
  // Bytes that another process wrote.
  const bool side = i.side == Side::buy || i.side == Side::sell;
  if (i.kind != IntentKind::enter || !side || i.symbol >= config_.symbols.size()) return Refusal::bad_intent;
  if (!armed_ || numbers_used_up()) return Refusal::disarmed;
  if (!market_.trusted(i.symbol, r.generation)) return Refusal::untrusted;
  if (market_.book(i.symbol).bbo.crossed()) return Refusal::crossed;
  return Refusal::none;
}

bool OrderManager::intents(std::size_t index) {
  Source& s = sources_[index];
  if (s.ring == nullptr) return false;
  const auto records = s.ring->peek(kAtOnce);
  for (const IntentRecord& r : records) {
    take(index, r);
    s.ring->release();
  }
  return !records.empty();
}

void OrderManager::take(std::size_t index, const IntentRecord& r) {
  Source& s = sources_[index];
  const auto source = static_cast<std::uint16_t>(index);
  if (r.number <= s.last_intent) {
    // The process before has done it and was killed before it said so.
    ++counts_.repeated;
    return;
  }
  s.last_intent = r.number;
  ++counts_.intents;
  const std::uint64_t now = wall_ns();
  intent_age_.record(now > r.made ? now - r.made : 0);
  Intent intent = r.intent;
  const bool enters = intent.kind == IntentKind::enter;
  const Cycles stamp = now_cycles();
  if (const Refusal why = refuses(r, now); why != Refusal::none) {
    ++counts_.refused;
    const JournalRefused refused{why,
                                 static_cast<std::uint8_t>(intent.kind),
                                 static_cast<std::uint8_t>(intent.side),
                                 intent.symbol,
                                 intent.price.value,
                                 intent.quantity.value,
                                 enters ? 0 : intent.user_ref,
                                 intent.tag};
    const std::uint64_t number =
        journal_.journal().append(JournalKind::refused, refused, source, r.number, intent.tag, r.incarnation);
    return tell(number, update_of_refusal(refused, stamp, ledger_->position(intent.symbol)), source, r.incarnation);
  }
  const OrderLedger::Order* const cancelled = enters ? nullptr : ledger_->order(intent.user_ref);
  std::uint32_t tag = intent.tag;
  if (enters) {
    // An order that rests for long does not hold up those that come 4,096 later.
    risk_->pass_over_used_slots();
  } else {
    intent.symbol = cancelled->symbol;
    intent.side = cancelled->side;
    intent.price = Price{cancelled->price};
    tag = known_[cancelled->user_ref % Risk::kOpenSlots].tag;
  }
  const Decision d = decide<CancelOf::user_ref>(
      *risk_, core_counters_, intent, stamp, [] {}, [](std::uint32_t) {}, [](std::uint32_t) {});
  const MarketFollower::Book& book = market_.book(intent.symbol);
  Event e = decision_event({stamp, r.sequence, 0, 0}, r.msg_type, r.trigger, r.reference, {}, intent, d, book.bbo,
                           book.trusted);
  // The book that triggered it may be another one.
  e.quantity = enters ? intent.quantity.value : 0;
  const OrderUpdate u = update_of_decision(e, cancelled, tag);
  const std::uint64_t number = journal_.event(e, source, r.number, intent.tag, r.incarnation);
  if (d.risk.reason != Reason::none) {
    ++counts_.rejects;
    ++rejects_[static_cast<std::size_t>(d.risk.reason)];
    return tell(number, u, source, r.incarnation);
  }
  ledger_->on_event(e);
  // It is in the journal: now it may leave.
  journal_.journal().settle(number);
  if (enters) {
    ++counts_.orders;
    next_user_ref_ = d.user_ref + 1;
    known_[d.user_ref % Risk::kOpenSlots] = {source, intent.tag, r.incarnation};
  } else {
    ++counts_.cancels;
  }
  send(e);
  work_.record(wall_ns() - now);
  tell(number, u, source, r.incarnation);
}

// ---- rounds ----

// Who is there: a strategy that has come, gone or been replaced.
void OrderManager::look_after(std::size_t index) {
  Source& s = sources_[index];
  if (s.segment && s.segment->replaced()) {
    s.segment.reset();
    s.ring = nullptr;
  }
  if (!s.segment) {
    s.segment =
        ipc::Segment::attach(std::filesystem::path(options_.folder) / intents_file(s.name), intents_kind(), true);
    if (!s.segment) return;
    s.ring = &s.segment->at<IntentRing>(0);
    // The memory was lost since: numbers begin again.
    if (s.ring->published() < s.last_intent) s.last_intent = 0;
  }
  s.present = s.segment->owned();
  s.generation = s.segment->generation();
  if (!options_.cancel_on_exit) return;
  // What a process that is gone has left open.
  std::vector<OrderLedger::Order> orphans;
  ledger_->for_each_open([&](const OrderLedger::Order& o) {
    const KnownOrder& k = known_[o.user_ref % Risk::kOpenSlots];
    if (k.source == index && !o.cancel_sent && (!s.present || k.incarnation != s.generation)) orphans.push_back(o);
  });
  for (const auto& o : orphans) host_cancel(o);
}

bool OrderManager::round() {
  const std::uint64_t now = wall_ns();
  shared_.alive.store(now, std::memory_order_release);
  if (now >= look_) {
    look_ = now + kLookEvery;
    market_.attach(*risk_);
    for (std::size_t i = 0; i < sources_.size(); ++i) look_after(i);
  }
  market_.look(now);
  bool any = market_.follow(*risk_);
  counts_.market_missed = market_.missed();
  any |= answers();
  if (armed_ && !killed_ && !exchange_.trading()) exchange_lost();
  for (std::size_t i = 0; i < sources_.size(); ++i) any |= intents(i);
  if (armed_ && numbers_used_up()) give(CommandOp::disarm);
  if (auto_arm_ && !any && may_arm()) give(CommandOp::arm);
  if (now >= next_stats_) stats(now);
  return any;
}

void OrderManager::stats(std::uint64_t now) {
  next_stats_ = now + kStatsEvery;
  stats_.heartbeat(now);
  for (const auto& [shared, value] : shared_counts_) ipc::Stats::set(*shared, *value);
  for (std::size_t i = 1; i < rejects_.size(); ++i) ipc::Stats::set(*shared_rejects_[i], rejects_[i]);
  ipc::Stats::set(shared_open_, ledger_->open());
  ipc::Stats::set(shared_armed_, armed_);
  ipc::Stats::set(shared_killed_, killed_);
}

}  // namespace twinpath
