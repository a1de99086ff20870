// A trader of one account at an exchange of one, over a real session.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "host/live/venue_session.h"
#include "testbench/live/exchange_fixture.h"

namespace twinpath::testing {

using namespace std::chrono_literals;

// What a run is to its session: it sends orders and cancels, and books the answers as the path does.
class Trader {
 public:
  // What a run that has a journal of its own goes on with.
  struct State {
    ExchangeSession::Kept kept;
    std::int64_t position = 0;
  };

  Trader(ExchangeOfOne& exchange, const std::filesystem::path& journal, std::uint64_t seed,
         ExchangeOptions::Orders way = ExchangeOptions::Orders::frames, const State* before = nullptr)
      : exchange_(exchange),
        random_(seed),
        frames_(config()),
        session_(options(exchange, journal, way), config(),
                 before != nullptr ? VenueSession::Begin::resumed : VenueSession::Begin::anew) {
    if (before == nullptr) return;
    resumed_ = true;
    next_ = before->kept.next_user_ref;
    position_ = before->position;
    answered_ = before->kept.answered;
    for (const auto& o : before->kept.open)
      open_[o.sent.user_ref] = {static_cast<Side>(o.sent.side) == Side::buy ? 1 : -1, o.leaves, o.sent, o.cancel_sent};
    EXPECT_TRUE(session_.resume(before->kept));
  }
  State state() const {
    State s{{{}, next_, answered_}, position_};
    for (const auto& [ref, o] : open_) s.kept.open.push_back({o.sent, o.leaves, o.cancel_sent});
    return s;
  }

  static CoreConfig config() {
    CoreConfig c;
    SymbolConfig s;
    std::ranges::copy(std::string_view("AAPL    "), s.name.begin());
    c.symbols.push_back(s);
    return c;
  }
  static ExchangeOptions options(ExchangeOfOne& exchange, const std::filesystem::path& journal,
                                 ExchangeOptions::Orders way = ExchangeOptions::Orders::frames) {
    ExchangeOptions o;
    o.orders = way;
    o.drop_copy = "D001";
    o.drop_copy_password = "read";
    o.drop_copy_address = exchange.drop_copy();
    o.address = exchange.endpoint();
    o.account = "P001";
    o.password = "secret";
    o.journal = journal.string();
    o.answer_within = Nanoseconds{5'000'000};
    o.reconnect_first = Nanoseconds{1'000'000};
    o.reconnect_last = Nanoseconds{10'000'000};
    return o;
  }

  // The path is made anew: what it knew is forgotten.
  void begin_again() {
    session_.begin_again();
    open_.clear();
    position_ = 0;
  }
  bool wait_ready(std::chrono::milliseconds most = 60s) {
    const auto until = std::chrono::steady_clock::now() + most;
    while (!session_.ready()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(200us);
    }
    if (resumed_) return true;
    next_ = session_.first_user_ref();
    answered_ = session_.positions_at();
    for (const Command& c : session_.positions()) position_ = static_cast<std::int32_t>(c.price);
    return true;
  }
  void order() {
    Event e{};
    e.kind = static_cast<std::uint8_t>(EventKind::order);
    e.user_ref = next_++;
    e.side = static_cast<std::uint8_t>(random_() % 2 ? Side::buy : Side::sell);
    e.quantity = 1 + static_cast<std::uint32_t>(random_() % 200);
    e.price = 1'000'000;
    open_[e.user_ref] = {static_cast<Side>(e.side) == Side::buy ? 1 : -1, e.quantity, e, false};
    if (killed_ == Killed::before_it_left) return;
    leave(
        frames_.enter(e.user_ref, static_cast<Side>(e.side), Quantity{e.quantity}, 0, Price{e.price}).subspan(42, 47));
    if (killed_ == Killed::no) session_.sent(e);
  }
  // Some orders are kept whose frames do not leave, or that the session is not told of; and answers are not taken.
  void die() {
    killed_ = random_() % 2 == 0 ? Killed::before_it_left : Killed::before_it_was_told;
    for (unsigned i = 0; i < 1 + random_() % 3; ++i) order();
  }
  void cancel() {
    for (auto& [ref, o] : open_) {
      if (random_() % 4 != 0) continue;
      o.cancel_sent = true;
      Event e{};
      e.kind = static_cast<std::uint8_t>(EventKind::cancel);
      e.user_ref = ref;
      leave(frames_.cancel(ref).subspan(42, 9));
      session_.sent(e);
    }
  }
  // What comes is booked as SEM 5.4 and 5.5 have it.
  void poll() {
    while (const auto a = session_.poll(Cycles{kTimeMask})) {
      const Command& c = a->command;
      EXPECT_GE(a->number, answered_);
      answered_ = a->number;
      if (c.op == CommandOp::position) {
        position_ = static_cast<std::int32_t>(c.price);
        continue;
      }
      const auto o = open_.find(c.user_ref);
      if (o == open_.end()) {
        ++unknown;
        continue;
      }
      if (c.op == CommandOp::ack) continue;
      if (c.op == CommandOp::fill) {
        if (c.quantity > o->second.leaves) ++overfills;
        position_ += o->second.sign * static_cast<std::int64_t>(c.quantity);
        o->second.leaves -= std::min(o->second.leaves, c.quantity);
        if (o->second.leaves != 0) continue;
      }
      open_.erase(o);
    }
    if (!late_.empty() && random_() % 4 == 0) {
      exchange_.datagram(late_.back());
      late_.pop_back();
    }
  }
  // Everything is answered and nothing is open, as far as cancels bring that about.
  bool finish(std::chrono::milliseconds most = 60s) {
    const auto until = std::chrono::steady_clock::now() + most;
    while (std::chrono::steady_clock::now() < until) {
      poll();
      if (open_.empty() && late_.empty() && session_.trading() && session_.status().unanswered == 0) return true;
      if (session_.trading()) cancel();
      std::this_thread::sleep_for(2ms);
    }
    return false;
  }

  VenueSession& session() { return session_; }
  std::int64_t position() const { return position_; }
  std::size_t open() const { return open_.size(); }
  std::uint64_t unknown = 0, overfills = 0;

 private:
  enum class Killed : std::uint8_t { no, before_it_left, before_it_was_told };
  struct Open {
    int sign;
    std::uint32_t leaves;
    Event sent;
    bool cancel_sent;
  };
  // Of five frames, one is lost and one is late.
  void leave(std::span<const std::uint8_t> message) {
    if (session_.carries()) return;
    const unsigned fate = static_cast<unsigned>(random_() % 5);
    if (fate < 3) exchange_.datagram(message);
    if (fate == 3) late_.emplace_back(message.begin(), message.end());
  }

  ExchangeOfOne& exchange_;
  std::mt19937_64 random_;
  OrderFrameBuilder frames_;
  std::vector<session::Bytes> late_;
  std::map<std::uint32_t, Open> open_;
  std::uint32_t next_ = 1;
  std::int64_t position_ = 0;
  std::uint64_t answered_ = 0;
  bool resumed_ = false;
  Killed killed_ = Killed::no;
  VenueSession session_;
};

class VenueSessionTest : public ::testing::Test {
 protected:
  VenueSessionTest() { std::filesystem::remove_all(folder_); }
  ~VenueSessionTest() override { std::filesystem::remove_all(folder_); }
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / fmt::format("twinpath-exchange-{}", ::getpid());
};

}  // namespace twinpath::testing
