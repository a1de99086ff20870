#include "host/monitor/run_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "host/core/wall_clock.h"

namespace twinpath {
namespace {

// A segment as it is now: another process may have put another in its place. Whether it is another one.
bool attach(std::optional<ipc::Segment>& segment, const std::filesystem::path& file, const ipc::Segment::Kind& kind) {
  if (segment && !segment->replaced()) return false;
  segment.reset();
  segment = ipc::Segment::attach(file, kind);
  return true;
}

}  // namespace

std::string RunView::symbol(std::size_t index) const {
  return index < places_.symbols.size() ? places_.symbols[index] : fmt::format("#{}", index);
}

const RunNow& RunView::look() {
  now_.time = wall_ns();
  now_.notes.clear();
  const auto one = [&](auto part) {
    try {
      (this->*part)();
    } catch (const std::exception& e) {
      now_.notes.emplace_back(e.what());
    }
  };
  one(&RunView::look_at_stats);
  if (places_.processes) {
    one(&RunView::look_at_market);
    one(&RunView::look_at_orders);
  }
  return now_;
}

void RunView::look_at_stats() {
  now_.processes.clear();
  for (const auto& folder : places_.stats) {
    for (auto& p : ipc::read_stats(folder)) now_.processes.push_back(std::move(p));
  }
  if (now_.processes.empty()) now_.notes.emplace_back("no process has shown counters yet");
}

void RunView::look_at_market() {
  now_.feed.reset();
  now_.feed_alive = false;
  now_.books.clear();
  const ProcessOptions& o = *places_.processes;
  attach(market_, std::filesystem::path(o.folder) / "market", market_kind(o.market_records));
  if (!market_) return;
  const auto& table = market_->at<MarketTable>(0);
  FeedStatus status;
  if (table.status.read(status)) now_.feed = status;
  now_.feed_alive = wall_ns() < table.alive.load(std::memory_order_acquire) + o.feed_timeout.value;
  for (std::size_t i = 0; i < kSymbols; ++i) {
    if (i >= places_.symbols.size() && (!places_.symbols.empty() || table.symbols[i].version() == 0)) continue;
    BookNow book;
    book.index = static_cast<SymbolIndex>(i);
    book.symbol = symbol(i);
    if (!table.symbols[i].read(book.now)) book.now = {};
    if (!now_.feed_alive) book.now.trusted = false;
    now_.books.push_back(std::move(book));
  }
}

void RunView::look_at_orders() {
  now_.manager.reset();
  now_.manager_alive = false;
  const ProcessOptions& o = *places_.processes;
  if (attach(orders_, std::filesystem::path(o.folder) / "orders", orders_kind())) {
    if (messages_) missed_before_ += messages_->missed();
    messages_.reset();
    if (orders_) messages_.emplace(orders_->memory() + kOrderMessagesAt, kOrderMessages, OrderMessages::From::oldest);
  }
  if (!orders_) return;
  const auto& shared = orders_->at<SharedOrders>(0);
  ManagerStatus status;
  if (shared.status.read(status)) now_.manager = status;
  now_.manager_alive = wall_ns() < shared.alive.load(std::memory_order_acquire) + o.feed_timeout.value;
  for (BookNow& b : now_.books) b.position = shared.positions[b.index].load(std::memory_order_relaxed);
  OrderMessage m;
  // At most the ring: who writes faster than this is read cannot hold the monitor here.
  for (std::size_t i = 0; i < kOrderMessages; ++i) {
    const auto got = messages_->poll(m);
    if (got == OrderMessages::Got::nothing) break;
    if (got == OrderMessages::Got::missed) continue;
    ++now_.orders_seen;
    now_.orders.push_front(
        {m, symbol(m.update.symbol), m.source < o.strategies.size() ? o.strategies[m.source] : std::string{}});
    if (now_.orders.size() > kOrdersKept) now_.orders.pop_back();
  }
  now_.orders_missed = missed_before_ + messages_->missed();
}

}  // namespace twinpath
