// An exchange on this machine, as far as one account sees it: orders in datagrams and over SoupBinTCP, each obeyed
// once, a number that was passed over rejected, answers in one stream. It keeps an account of everything.
#pragma once
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "testbench/session/ouch_trials.h"
#include "testbench/session/tcp_fixture.h"

namespace twinpath::testing {

class ExchangeOfOne final : public session::SoupServerHandler {
 public:
  struct Order {
    char side;
    std::uint32_t open = 0, executed = 0;
    bool rejected = false;
  };

  explicit ExchangeOfOne(std::uint64_t seed) : random_(seed), thread_([this] { work(); }) {
    while (copy_port_ == 0) std::this_thread::yield();
  }
  ~ExchangeOfOne() override {
    stop_ = true;
    thread_.join();
  }
  net::Endpoint endpoint() const { return {session::kLoopback, port_}; }
  net::Endpoint drop_copy() const { return {session::kLoopback, copy_port_}; }

  // A frame of an order or a cancel, from any thread; lost when nobody is logged in.
  void datagram(std::span<const std::uint8_t> message) {
    const std::lock_guard lock(mutex_);
    if (venue_->connections() != 0) take(message);
  }
  // All connections end, where they are.
  void cut() { cut_ = true; }
  // Deliberate fault: the drop copy tells of an execution that the account was not told of.
  void misreport() {
    const std::lock_guard lock(mutex_);
    copy_.misreports = true;
  }
  void fill_some() {
    const std::lock_guard lock(mutex_);
    for (auto& [ref, o] : orders_)
      if (repeats && o.open == 0 && o.executed != 0) return execute(ref, 1);
    for (auto& [ref, o] : orders_)
      if (o.open != 0 && random_() % 4 == 0) execute(ref, 1 + static_cast<std::uint32_t>(random_() % o.open));
  }
  std::map<std::uint32_t, Order> orders() {
    const std::lock_guard lock(mutex_);
    return orders_;
  }
  std::int64_t position() {
    const std::lock_guard lock(mutex_);
    return position_;
  }
  std::uint64_t obeyed() {
    const std::lock_guard lock(mutex_);
    return orders_.size();
  }
  std::atomic<bool> repeats{false};  // deliberate fault: an order that is filled is filled again

 private:
  session::LoginVerdict login(const soup::LoginRequest& request) override {
    if (trimmed(request.username) != "P001" || trimmed(request.password) != "secret") return {};
    return {&log_, make_text<10>("DAY1")};
  }
  void unsequenced(std::span<const std::uint8_t> message) override { take(message); }

  // Whoever logs in there reads the account's stream.
  struct Copy final : session::SoupServerHandler {
    explicit Copy(const session::VectorLog& log) : log_(log) {}
    session::LoginVerdict login(const soup::LoginRequest& request) override {
      if (trimmed(request.username) != "D001" || trimmed(request.password) != "read") return {};
      const session::MessageLog* const told = misreports ? static_cast<const session::MessageLog*>(&bad_) : &log_;
      return {told, make_text<10>("DAY1")};
    }
    void unsequenced(std::span<const std::uint8_t>) override {}

    // Every execution is one share larger.
    struct Bad final : session::MessageLog {
      explicit Bad(const session::VectorLog& log) : log_(log) {}
      std::uint64_t next_sequence() const override { return log_.next_sequence(); }
      std::span<const std::uint8_t> message(std::uint64_t sequence) const override {
        const auto bytes = log_.message(sequence);
        if (bytes[0] != ouch::Executed::kType) return bytes;
        auto e = ouch::Executed::read(bytes.data());
        ++e.quantity;
        kept_ = session::ouch_bytes(e);
        return kept_;
      }
      const session::VectorLog& log_;
      mutable session::Bytes kept_;
    };
    const session::VectorLog& log_;
    Bad bad_{log_};
    bool misreports = false;
  };

  template <class M>
  void say(const M& m) {
    log_.messages.push_back(session::ouch_bytes(m));
  }
  void take(std::span<const std::uint8_t> message) {
    ouch::visit_request(message, [&](const auto& m, auto) { take_one(m); });
  }
  void take_one(const ouch::EnterOrder& m) {
    if (orders_.count(m.user_ref_num) != 0) return;
    Order& o = orders_[m.user_ref_num] = {.side = m.side};
    const bool in_vain = m.time_in_force == '3' && m.price == (m.side == 'B' ? 100U : 1'999'999'900U);
    if (m.user_ref_num < next_ || random_() % 10 == 0) {
      next_ = std::max(next_, m.user_ref_num + 1);
      o.rejected = true;
      ouch::Rejected j;
      j.user_ref_num = m.user_ref_num;
      return say(j);
    }
    next_ = m.user_ref_num + 1;
    o.open = m.quantity;
    ouch::Accepted a;
    a.user_ref_num = m.user_ref_num;
    a.side = m.side;
    a.quantity = m.quantity;
    a.symbol = m.symbol;
    a.price = m.price;
    a.order_state = 'L';
    say(a);
    if (in_vain) return cancel(m.user_ref_num);
    if (random_() % 2 == 0) execute(m.user_ref_num, 1 + static_cast<std::uint32_t>(random_() % m.quantity));
  }
  void take_one(const ouch::CancelOrder& m) { cancel(m.user_ref_num); }
  void take_one(const ouch::MassCancel& m) {
    next_ = std::max(next_, m.user_ref_num + 1);
    for (const auto& [ref, o] : orders_)
      if (o.open != 0) cancel(ref);
    ouch::MassCancelResponse r;
    r.user_ref_num = m.user_ref_num;
    say(r);
  }
  void take_one(const ouch::AccountQuery&) {
    ouch::AccountQueryResponse q;
    q.next_user_ref_num = next_;
    say(q);
  }
  template <class M>
  void take_one(const M&) {}

  void cancel(std::uint32_t ref) {
    const auto o = orders_.find(ref);
    if (o == orders_.end() || o->second.open == 0) return;
    ouch::Canceled c;
    c.user_ref_num = ref;
    c.quantity = o->second.open;
    c.reason = 'U';
    o->second.open = 0;
    say(c);
  }
  void execute(std::uint32_t ref, std::uint32_t quantity) {
    Order& o = orders_.at(ref);
    o.executed += quantity;
    o.open -= std::min(o.open, quantity);
    position_ += o.side == 'B' ? std::int64_t{quantity} : -std::int64_t{quantity};
    ouch::Executed e;
    e.user_ref_num = ref;
    e.quantity = quantity;
    e.price = 1'000'000;
    e.match_number = ++match_;
    say(e);
  }

  void work() {
    session::EventLoop loop;
    session::TcpVenue venue(loop, *this);
    venue.one_at_a_time = true;
    venue_ = &venue;
    session::TcpVenue copies(loop, copy_);
    port_ = venue.endpoint().port;
    copy_port_ = copies.endpoint().port;
    while (!stop_) {
      {
        const std::lock_guard lock(mutex_);
        if (cut_.exchange(false)) {
          venue.cut();
          if (random_() % 2 == 0) copies.cut();
        }
        venue.turn();
        copies.turn();
        loop.wait(session::EventLoop::now(), Nanoseconds{});
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  }

  std::mutex mutex_;
  session::VectorLog log_;
  Copy copy_{log_};
  std::mt19937_64 random_;
  std::map<std::uint32_t, Order> orders_;
  std::uint32_t next_ = 1;
  std::uint64_t match_ = 0;
  std::int64_t position_ = 0;
  std::atomic<std::uint16_t> port_{0}, copy_port_{0};
  std::atomic<bool> stop_{false}, cut_{false};
  session::TcpVenue* venue_ = nullptr;
  std::thread thread_;
};

}  // namespace twinpath::testing
