// The process of one strategy: follows the books and what becomes of its orders, and asks for orders.
//
// It keeps nothing that another process needs: killed at any point it leaves its ring whole, and its successor begins
// with the books and positions as they are then. The strategy is a template argument: no virtual call between a book
// and an intent.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "host/core/config.h"
#include "host/core/wall_clock.h"
#include "host/ipc/shared_segment.h"
#include "host/ipc/stats.h"
#include "host/process/market_data.h"
#include "host/process/order_data.h"
#include "host/process/process_options.h"
#include "host/strategy/strategy.h"

namespace twinpath {

// What the host calls; every Strategy has it, and what is no plain value too.
template <class S>
concept Told =
    requires(S s, const BookUpdate& book, const OrderUpdate& order, const StatusUpdate& status, Intents& ask) {
      { s.on_book(book, ask) } noexcept;
      { s.on_order(order, ask) } noexcept;
      { s.on_status(status, ask) } noexcept;
    };

struct StrategyCounters {
  std::uint64_t updates = 0, resyncs = 0, missed = 0, intents = 0, full = 0, order_updates = 0;
};

template <Told S>
class StrategyHost {
 public:
  // Owns the strategy's ring from here on; throws ipc::SegmentError when another process does. `strategy` outlives it.
  StrategyHost(S& strategy, const std::string& name, const CoreConfig& config, const ProcessOptions& options)
      : strategy_(strategy),
        name_(name),
        config_(config),
        options_(options),
        segment_(ipc::Segment::own(std::filesystem::path(options.folder) / intents_file(name), intents_kind())),
        ring_(own_intents(segment_)),
        incarnation_(static_cast<std::uint32_t>(segment_.generation())),
        stats_(options.folder, "strategy." + name, wall_ns()),
        shared_{&stats_.counter("market updates"),       &stats_.counter("resynchronised"),
                &stats_.counter("updates missed"),       &stats_.counter("intents"),
                &stats_.counter("intents without room"), &stats_.counter("order updates"),
                &stats_.counter("incarnation")},
        lag_(stats_.histogram("update published to decided, ns")) {}

  // One look at everything; whether there was anything. Throws std::runtime_error when the ring of order updates was
  // faster: what is told of orders cannot be made up, the process begins again.
  bool round() {
    const std::uint64_t now = wall_ns();
    if (now >= look_) look(now);
    bool any = follow_orders();
    if (!market_ || !orders_) return any;
    any |= follow_market();
    status(now);
    return any;
  }
  const StrategyCounters& counters() const noexcept { return counts_; }
  std::uint32_t incarnation() const noexcept { return incarnation_; }
  bool attached() const noexcept { return market_ && orders_; }

 private:
  static constexpr std::uint64_t kLookEvery = 20'000'000;
  static constexpr std::size_t kAtOnce = 64;

  void look(std::uint64_t now) {
    look_ = now + kLookEvery;
    const std::filesystem::path folder = options_.folder;
    if (market_ && market_->replaced()) market_.reset();
    if (orders_ && orders_->replaced()) throw std::runtime_error("the order manager was replaced by another build");
    if (!market_) {
      market_ = ipc::Segment::attach(folder / "market", market_kind(options_.market_records));
      if (market_) {
        updates_.emplace(market_->memory() + kMarketRingAt, options_.market_records, MarketRing::From::newest);
        resync_due_ = true;
      }
    }
    if (!orders_) {
      orders_ = ipc::Segment::attach(folder / "orders", orders_kind());
      if (orders_) {
        // What was told before is another process's.
        messages_.emplace(orders_->memory() + kOrderMessagesAt, kOrderMessages, OrderMessages::From::newest);
        last_number_ = orders_->at<SharedOrders>(0).told;
      }
    }
    stats_.heartbeat(now);
    const std::array<std::uint64_t, 7> values{counts_.updates, counts_.resyncs,       counts_.missed, counts_.intents,
                                              counts_.full,    counts_.order_updates, incarnation_};
    for (std::size_t i = 0; i < values.size(); ++i) ipc::Stats::set(*shared_[i], values[i]);
  }

  // ---- status, first of all ----
  void status(std::uint64_t now) {
    StatusUpdate s;
    const auto& orders = orders_->at<SharedOrders>(0);
    const auto& table = market_->at<MarketTable>(0);
    const bool feed_alive = now < table.alive.load(std::memory_order_acquire) + options_.feed_timeout.value;
    const bool manager_alive = now < orders.alive.load(std::memory_order_acquire) + options_.feed_timeout.value;
    ManagerStatus manager;
    // Without the order manager nothing that is asked for would be done.
    s.armed = orders.status.read(manager) && manager.armed && manager_alive;
    s.killed = manager.killed;
    s.stale = !feed_alive || feed_.untrusted();
    s.session_open = !feed_.feed_ended && !feed_.circuit_breaker && (feed_.market_open || config_.any_session);
    s.stamp = stamp_;
    // A feed that was gone: what it told meanwhile may not be all.
    if (feed_alive && !feed_alive_) resync_due_ = true;
    feed_alive_ = feed_alive;
    if (resync_due_) resync();
    if (told_ && s.armed == status_.armed && s.killed == status_.killed && s.stale == status_.stale &&
        s.session_open == status_.session_open)
      return;
    const bool first = !told_;
    status_ = s;
    told_ = true;
    begin();
    strategy_.on_status(s, ask_);
    carry_out({});
    if (first) first_positions();
    if (first || !s.stale) tell_books();
  }

  void first_positions() {
    const auto& orders = orders_->at<SharedOrders>(0);
    for (std::size_t i = 0; i < config_.symbols.size(); ++i) {
      const std::int32_t position = orders.positions[i].load(std::memory_order_relaxed);
      if (position == 0) continue;
      OrderUpdate u;
      u.stamp = stamp_;
      u.state = OrderState::position;
      u.symbol = static_cast<SymbolIndex>(i);
      u.position = position;
      begin();
      strategy_.on_order(u, ask_);
      carry_out({});
    }
  }

  // ---- books ----
  // The books as they are now, from the table.
  void resync() {
    resync_due_ = false;
    ++counts_.resyncs;
    const auto& table = market_->at<MarketTable>(0);
    updates_->skip_to_newest();
    if (!table.status.read(feed_)) feed_.stale = true;
    for (std::size_t i = 0; i < config_.symbols.size(); ++i) {
      SymbolNow now;
      if (!table.symbols[i].read(now)) now = {};
      BookUpdate& b = books_[i];
      const Bbo before = b.after;
      const std::uint64_t epoch = table.epoch;
      b = {Cycles{}, before, now.bbo, {}, static_cast<SymbolIndex>(i), now.trusted, now.tradable};
      if (now.time > epoch) b.stamp = to_cycles(Nanoseconds{now.time - epoch});
      stamp_ = std::max(stamp_, b.stamp);
      if (told_) tell_book(b, {});
    }
  }
  void tell_books() {
    for (std::size_t i = 0; i < config_.symbols.size(); ++i) {
      books_[i].before = books_[i].after;
      books_[i].trade = {};
      tell_book(books_[i], {});
    }
  }
  void tell_book(const BookUpdate& b, const MarketUpdate& cause) {
    BookUpdate u = b;
    u.stamp = stamp_ = std::max(stamp_, b.stamp);
    u.trusted = b.trusted && feed_alive_;
    begin();
    strategy_.on_book(u, ask_);
    carry_out(cause);
  }

  bool follow_market() {
    MarketUpdate u;
    bool any = false;
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      const auto got = updates_->poll(u);
      if (got == MarketRing::Got::nothing) break;
      any = true;
      if (got == MarketRing::Got::missed || u.generation < feed_.generation) {
        counts_.missed = updates_->missed();
        resync_due_ = true;
        break;
      }
      ++counts_.updates;
      if (u.kind == MarketUpdate::Kind::status) {
        feed_ = u.status;
        status(wall_ns());
        continue;
      }
      books_[u.book.symbol] = u.book;
      if (!told_) continue;
      tell_book(u.book, u);
      const std::uint64_t now = wall_ns();
      lag_.record(now > u.published ? now - u.published : 0);
    }
    return any;
  }

  // ---- orders ----
  bool follow_orders() {
    if (!messages_) return false;
    OrderMessage m;
    bool any = false;
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      const auto got = messages_->poll(m);
      if (got == OrderMessages::Got::nothing) break;
      any = true;
      if (got == OrderMessages::Got::missed)
        throw std::runtime_error("missed " + std::to_string(messages_->missed()) +
                                 " updates of orders: this process was too slow; it has to begin again");
      if (m.number <= last_number_) continue;  // told twice, across a restart of the order manager
      last_number_ = m.number;
      const bool own =
          m.source != OrderMessage::kAll && options_.strategies[m.source] == name_ && m.incarnation == incarnation_;
      OrderUpdate u = m.update;
      u.stamp = stamp_;
      if (!own) {
        // Another's fill moves the symbol's position too.
        if (u.state != OrderState::filled && u.state != OrderState::position) continue;
        OrderUpdate p;
        p.stamp = stamp_;
        p.state = OrderState::position;
        p.symbol = u.symbol;
        p.position = u.position;
        u = p;
      }
      if (!told_) continue;
      ++counts_.order_updates;
      begin();
      const bool answers_an_intent = u.state == OrderState::sent || u.state == OrderState::rejected ||
                                     u.state == OrderState::cancel_sent || u.state == OrderState::cancel_rejected;
      if (answers_an_intent) ask_.close();
      strategy_.on_order(u, ask_);
      carry_out({});
    }
    return any;
  }

  // ---- intents ----
  void begin() noexcept { ask_ = Intents{}; }
  void carry_out(const MarketUpdate& cause) noexcept {
    for (unsigned i = 0; i < ask_.size(); ++i) {
      IntentRecord* r = ring_.claim();
      if (r == nullptr) {
        // The order manager is gone or behind: what cannot be asked is refused here, at once.
        ++counts_.full;
        refuse(ask_[i]);
        continue;
      }
      *r = {wall_ns(),    cause.sequence,   cause.reference,   static_cast<std::uint32_t>(ring_.published() + 1),
            incarnation_, feed_.generation, cause.book.symbol, cause.msg_type,
            ask_[i]};
      ring_.publish();
      ++counts_.intents;
    }
  }
  void refuse(const Intent& i) noexcept {
    OrderUpdate u;
    u.stamp = stamp_;
    u.state = i.kind == IntentKind::enter ? OrderState::rejected : OrderState::cancel_rejected;
    u.side = i.side;
    u.symbol = i.symbol;
    u.user_ref = i.user_ref;
    u.tag = i.tag;
    u.price = i.price;
    u.quantity = i.quantity;
    Intents none;
    none.close();
    strategy_.on_order(u, none);
  }

  S& strategy_;
  std::string name_;
  const CoreConfig& config_;
  const ProcessOptions& options_;
  ipc::Segment segment_;
  IntentRing& ring_;
  std::uint32_t incarnation_;
  ipc::Stats stats_;
  std::array<std::atomic<std::uint64_t>*, 7> shared_;
  ipc::SharedHistogram& lag_;
  std::optional<ipc::Segment> market_, orders_;
  std::optional<MarketRing::Reader> updates_;
  std::optional<OrderMessages::Reader> messages_;
  std::array<BookUpdate, kSymbols> books_{};
  FeedStatus feed_;
  StatusUpdate status_;
  bool told_ = false, feed_alive_ = false, resync_due_ = false;
  Cycles stamp_{};
  std::uint64_t last_number_ = 0;
  std::uint64_t look_ = 0;
  Intents ask_;
  StrategyCounters counts_;
};

}  // namespace twinpath
