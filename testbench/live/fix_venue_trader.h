// A trader in FIX, as far as its session knows, at the venue's market and gateway over real sockets.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "host/live/fix_venue_session.h"
#include "testbench/live/path_books.h"
#include "testbench/venue/fix_venue.h"

namespace twinpath::testing {

using namespace std::chrono_literals;

inline constexpr std::uint32_t kUs = 1, kOther = 2;
inline constexpr std::uint32_t kLoopback = 0x7F00'0001;

// A venue on a thread of its own: we trade there in FIX, and another participant takes what we offer.
class Venue {
 public:
  Venue(std::filesystem::path folder, venue::FixVersion version) : folder_(std::move(folder)) {
    options_.folder = folder_ / "fix";
    options_.address = "127.0.0.1";
    options_.participants = {{.participant = kUs, .comp_id = "US", .version = version, .password = "secret"}};
    begin();
    thread_ = std::thread([this] {
      while (!stop_) {
        {
          const std::lock_guard lock(mutex_);
          venue_->poll();
        }
        std::this_thread::sleep_for(200us);
      }
    });
  }
  ~Venue() {
    stop_ = true;
    thread_.join();
  }

  std::uint16_t port() const { return options_.port; }
  void cut() {
    const std::lock_guard lock(mutex_);
    venue_->gateway().kick(kUs);
  }
  // As kill -9 ends it, and as its log brings it back.
  void restart() {
    const std::lock_guard lock(mutex_);
    begin();
  }
  void take_some(std::mt19937_64& random) {
    take(random() % 2 == 0 ? Side::buy : Side::sell, 1 + static_cast<std::uint32_t>(random() % 300));
  }
  // The other participant buys or sells what there is.
  void take(Side side, std::uint32_t quantity) {
    const std::lock_guard lock(mutex_);
    market::Request r;
    r.kind = market::RequestKind::enter;
    r.participant = kOther;
    r.user_ref_num = venue_->market().participant(kOther).last_ref + 1;
    r.terms.locate = 1;
    r.terms.side = side;
    r.terms.tif = market::TimeInForce::ioc;
    r.price = side == Side::buy ? 101'0000 : 99'0000;
    r.quantity = quantity;
    venue_->submit(r);
  }
  market::Position position() {
    const std::lock_guard lock(mutex_);
    return venue_->market().position(kUs, 1);
  }
  std::uint32_t open_orders() {
    const std::lock_guard lock(mutex_);
    return venue_->market().participant(kUs).open_orders;
  }

 private:
  void begin() {
    venue_.reset();
    venue_ = std::make_unique<venue::FixVenue>(folder_, options_);
    options_.port = venue_->gateway().port();
  }

  std::filesystem::path folder_;
  venue::FixGatewayOptions options_;
  std::mutex mutex_;
  std::unique_ptr<venue::FixVenue> venue_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class Trader {
 public:
  // What a run that has a journal of its own goes on with.
  struct State {
    PathBooks books;
    std::map<std::uint32_t, ExchangeSession::Kept::Order> sent;
    std::uint32_t next = 1;

    ExchangeSession::Kept kept() const {
      ExchangeSession::Kept k{{}, next, books.answered()};
      for (const auto& [ref, o] : books.open())
        k.open.push_back({sent.at(ref).sent, o.leaves, sent.at(ref).cancel_sent});
      return k;
    }
  };

  Trader(const Venue& venue, const std::filesystem::path& journal, ExchangeOptions::Protocol protocol)
      : session_(options(venue, journal, protocol), config()) {}
  // Goes on with what another has kept.
  Trader(const Venue& venue, const std::filesystem::path& journal, ExchangeOptions::Protocol protocol,
         const State& before, const ExchangeSession::Kept& kept)
      : state_(before),
        resumed_(true),
        session_(options(venue, journal, protocol), config(), AccountSession::Begin::resumed) {
    EXPECT_TRUE(session_.resume(kept));
  }

  static CoreConfig config() {
    CoreConfig c;
    SymbolConfig s;
    std::ranges::copy(std::string_view("AAAA    "), s.name.begin());
    c.symbols.push_back(s);
    c.order.attributes[0] = '0';
    return c;
  }
  static ExchangeOptions options(const Venue& venue, const std::filesystem::path& journal,
                                 ExchangeOptions::Protocol protocol) {
    ExchangeOptions o;
    o.protocol = protocol;
    o.orders = ExchangeOptions::Orders::session;
    o.address = {kLoopback, venue.port()};
    o.account = "US";
    o.password = "secret";
    o.journal = journal.string();
    o.reconnect_first = Nanoseconds{1'000'000};
    o.reconnect_last = Nanoseconds{20'000'000};
    return o;
  }

  // Throws what ready() does.
  bool wait_ready() {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (!session_.ready()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(200us);
    }
    if (resumed_) return true;
    state_.next = session_.first_user_ref();
    state_.books.begin(session_);
    return true;
  }
  std::uint32_t order(Side side, std::uint32_t quantity, std::uint32_t price) {
    Event e{};
    e.kind = static_cast<std::uint8_t>(EventKind::order);
    e.user_ref = state_.next++;
    e.side = static_cast<std::uint8_t>(side);
    e.quantity = quantity;
    e.price = price;
    state_.books.entered(e);
    state_.sent[e.user_ref] = {e, quantity, false};
    if (!dead_) session_.sent(e);
    return e.user_ref;
  }
  void cancel(std::uint32_t user_ref) {
    Event e{};
    e.kind = static_cast<std::uint8_t>(EventKind::cancel);
    e.user_ref = user_ref;
    state_.sent.at(user_ref).cancel_sent = true;
    if (!dead_) session_.sent(e);
  }
  // What is kept from here on, the session is not told of: the process is killed in between.
  void die() { dead_ = true; }
  const State& state() const { return state_; }
  template <class Done>
  bool until(Done&& done) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      poll();
      std::this_thread::sleep_for(500us);
    }
    return true;
  }
  // Everything is answered and nothing is open, as far as cancels bring that about.
  bool finish() {
    auto again = std::chrono::steady_clock::now();
    return until([&] {
      if (session_.trading() && std::chrono::steady_clock::now() >= again) {
        for (const auto& [ref, o] : state_.books.open()) cancel(ref);
        again += 20ms;
      }
      return state_.books.open().empty() && session_.trading() && session_.status().unanswered == 0;
    });
  }
  void begin_again() {
    session_.begin_again();
    state_.books.begin_again();
  }
  void poll() { state_.books.poll(session_); }

  FixVenueSession& session() { return session_; }
  const PathBooks& books() const { return state_.books; }

 private:
  State state_;
  bool resumed_ = false, dead_ = false;
  FixVenueSession session_;
};

class FixVenueSessionTest : public ::testing::TestWithParam<ExchangeOptions::Protocol> {
 protected:
  void SetUp() override {
    if (!session::has_fix()) GTEST_SKIP() << "a build without QuickFIX";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    venue_ = std::make_unique<Venue>(folder_ / "venue", GetParam() == ExchangeOptions::Protocol::fix44
                                                            ? venue::FixVersion::v44
                                                            : venue::FixVersion::v42);
  }
  void TearDown() override {
    venue_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::unique_ptr<Trader> trader() const { return std::make_unique<Trader>(*venue_, folder_ / "trader", GetParam()); }
  std::unique_ptr<Trader> successor(const Trader::State& before, const ExchangeSession::Kept& kept) const {
    return std::make_unique<Trader>(*venue_, folder_ / "trader", GetParam(), before, kept);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / fmt::format("twinpath-fix-exchange-{}", ::getpid());
  std::unique_ptr<Venue> venue_;
};

}  // namespace twinpath::testing
