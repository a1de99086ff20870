// The session with an exchange over real sockets: connections are cut at random moments, frames are lost or late.
#include "host/live/venue_session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "testbench/live/exchange_fixture.h"

namespace twinpath::testing {
namespace {

using namespace std::chrono_literals;

// What a run is to its session: it sends orders and cancels, and books the answers as the path does.
class Trader {
 public:
  Trader(ExchangeOfOne& exchange, const std::filesystem::path& journal, std::uint64_t seed,
         ExchangeOptions::Orders way = ExchangeOptions::Orders::frames)
      : exchange_(exchange), random_(seed), frames_(config()), session_(options(exchange, journal, way), config()) {}

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
  bool wait_ready(std::chrono::milliseconds most = 20s) {
    const auto until = std::chrono::steady_clock::now() + most;
    while (!session_.ready()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(200us);
    }
    next_ = session_.first_user_ref();
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
    leave(
        frames_.enter(e.user_ref, static_cast<Side>(e.side), Quantity{e.quantity}, 0, Price{e.price}).subspan(42, 47));
    open_[e.user_ref] = {static_cast<Side>(e.side) == Side::buy ? 1 : -1, e.quantity};
    session_.sent(e);
  }
  void cancel() {
    for (const auto& [ref, o] : open_) {
      if (random_() % 4 != 0) continue;
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
  bool finish(std::chrono::milliseconds most = 20s) {
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
  struct Open {
    int sign;
    std::uint32_t leaves;
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
  VenueSession session_;
};

class VenueSessionTest : public ::testing::Test {
 protected:
  VenueSessionTest() { std::filesystem::remove_all(folder_); }
  ~VenueSessionTest() override { std::filesystem::remove_all(folder_); }
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / fmt::format("twinpath-exchange-{}", ::getpid());
};

TEST_F(VenueSessionTest, EveryOrderIsAnsweredOnceWhateverIsCut) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto way = seed % 2 == 0 ? ExchangeOptions::Orders::session : ExchangeOptions::Orders::frames;
    std::filesystem::remove_all(folder_);
    ExchangeOfOne exchange(seed);
    std::mt19937_64 random(seed);
    std::uint32_t before = 0;
    // The second process goes on where the first was, and its second path where its first was.
    for (int process = 0; process < 2; ++process) {
      SCOPED_TRACE(fmt::format("seed {}, process {}", seed, process));
      const std::int64_t position = exchange.position();
      Trader trader(exchange, folder_, seed + 10, way);
      for (int path = 0; path < 2; ++path) {
        if (path == 1) trader.begin_again();
        ASSERT_TRUE(trader.wait_ready()) << trader.session().status().state << " " << trader.session().status().loss;
        EXPECT_GT(trader.session().first_user_ref(), before);
        EXPECT_EQ(trader.position(), exchange.position());
        if (process == 1) {
          EXPECT_NE(position, 0);
        }
        for (int i = 0; i < 200; ++i) {
          trader.order();
          trader.poll();
          if (random() % 5 == 0) trader.cancel();
          if (random() % 5 == 0) exchange.fill_some();
          if (random() % 60 == 0) exchange.cut();
          if (random() % 3 == 0) std::this_thread::sleep_for(200us);
        }
        before = trader.session().first_user_ref() + 199;
      }
      // The first process ends with orders on their way.
      if (process == 0) continue;
      ASSERT_TRUE(trader.finish()) << trader.open() << " open, " << trader.session().status().unanswered
                                   << " unanswered, " << trader.session().status().state;
      EXPECT_EQ(trader.position(), exchange.position());
      EXPECT_EQ(trader.overfills, 0U);
      const ExchangeStatus s = trader.session().status();
      EXPECT_EQ(s.disagreements, 0U) << s.first_disagreement;
      EXPECT_EQ(s.difference, "");
      EXPECT_GT(s.reconciled, 1U);
      EXPECT_GT(s.lost, 0U);
      const auto orders = exchange.orders();
      for (const auto& [ref, o] : orders) EXPECT_EQ(o.open, 0U) << "order " << ref;
      if (way == ExchangeOptions::Orders::session) continue;
      // What the exchange has never seen it has passed over, for it has taken a later one.
      EXPECT_GT(s.voided, 0U);
      EXPECT_GE(orders.rbegin()->first, before);
    }
  }
}

// Deliberate fault: the exchange's own word of what we have is another.
TEST_F(VenueSessionTest, AnotherPositionAtTheExchangeIsNoticedAtTheNextLogin) {
  ExchangeOfOne exchange(5);
  {
    Trader trader(exchange, folder_, 5);
    ASSERT_TRUE(trader.wait_ready());
    while (exchange.position() == 0) {
      trader.order();
      trader.poll();
      exchange.fill_some();
      std::this_thread::sleep_for(1ms);
    }
    ASSERT_TRUE(trader.finish());
    ASSERT_FALSE(trader.session().kills());
    const std::uint64_t lost = trader.session().status().lost;
    exchange.cut();
    while (trader.session().status().lost == lost) std::this_thread::sleep_for(1ms);
    ASSERT_TRUE(trader.finish());  // an interruption alone is none
  }
  exchange.misreport();
  Trader trader(exchange, folder_, 5);
  try {
    trader.wait_ready(20s);
    FAIL() << "it was not noticed: " << trader.session().status().state;
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("AAPL: we have"), std::string::npos) << e.what();
  }
  EXPECT_EQ(trader.session().status().state, "differs");
  EXPECT_TRUE(trader.session().kills());
  EXPECT_FALSE(trader.session().trading());
}

// Deliberate fault: an exchange that obeys an order twice is noticed, and nothing is decided any more.
TEST_F(VenueSessionTest, AnExchangeThatFillsTwiceIsNoticed) {
  ExchangeOfOne exchange(3);
  exchange.repeats = true;
  Trader trader(exchange, folder_, 3);
  ASSERT_TRUE(trader.wait_ready());
  for (int i = 0; i < 200; ++i) {
    trader.order();
    trader.poll();
    trader.poll();
    exchange.fill_some();
    if (i % 20 == 19) exchange.cut();
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_FALSE(trader.finish(2s));
  const ExchangeStatus s = trader.session().status();
  EXPECT_EQ(s.state, "disagrees");
  EXPECT_GT(s.disagreements, 0U);
  EXPECT_NE(s.first_disagreement.find("executed"), std::string::npos) << s.first_disagreement;
  EXPECT_FALSE(trader.session().trading());
  EXPECT_TRUE(trader.session().kills());
}

TEST_F(VenueSessionTest, AWrongPasswordIsAnErrorThatNamesTheAccount) {
  ExchangeOfOne exchange(1);
  ExchangeOptions o = Trader::options(exchange, folder_);
  o.password = "wrong";
  VenueSession session(o, Trader::config());
  try {
    for (int i = 0; i < 20'000; ++i) {
      ASSERT_FALSE(session.ready());
      std::this_thread::sleep_for(1ms);
    }
    FAIL() << "it was not refused";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("P001"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace twinpath::testing
