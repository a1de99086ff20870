// The FIX client against the venue's gateway: a venue of its own process that is killed at any moment, and clients that
// are, too. Nothing is lost, nothing is doubled, and both sides agree at the end.
#include "host/session/fix/fix_client.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "testbench/venue/fix_venue.h"

namespace twinpath::venue {
namespace {

using session::FixClient;
using session::FixOrder;

// The venue as a process: `fix_acceptor FOLDER --mode market`.
class VenueProcess {
 public:
  explicit VenueProcess(const std::filesystem::path& folder, std::uint16_t port) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) throw std::runtime_error("pipe");
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
      execl(TP_FIX_ACCEPTOR, TP_FIX_ACCEPTOR, folder.c_str(), "--mode", "market", "--session", "FIX.4.2,TWINPATH,ALPHA",
            "--session", "FIX.4.4,TWINPATH,BETA", "--port", std::to_string(port).c_str(), nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    input_ = in[1];
    FILE* const f = fdopen(out[0], "r");
    unsigned p = 0;
    if (std::fscanf(f, "%u", &p) == 1) this->port = static_cast<std::uint16_t>(p);
    std::fclose(f);
  }
  ~VenueProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(input_);
  }
  std::uint16_t port = 0;

 private:
  pid_t pid_;
  int input_ = -1;
};

class FixClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!session::has_fix()) GTEST_SKIP() << "a build without QuickFIX";
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("fix_client_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    begin_venue();
    begin(a_, "ALPHA", "FIX.4.2");
    begin(b_, "BETA", "FIX.4.4");
  }
  void TearDown() override {
    a_.reset();
    b_.reset();
    venue_.reset();
    std::filesystem::remove_all(folder_);
  }
  void begin_venue() {
    venue_.reset();
    venue_ = std::make_unique<VenueProcess>(folder_ / "venue", port_);
    ASSERT_NE(venue_->port, 0);
    port_ = venue_->port;
  }
  void begin(std::unique_ptr<FixClient>& c, const std::string& name, const std::string& version) {
    c.reset();
    session::FixClientOptions o;
    o.folder = folder_ / name;
    o.address = "127.0.0.1";
    o.port = port_;
    o.session = {version, name, "TWINPATH", {}};
    o.id_prefix = name.substr(0, 1);
    c = std::make_unique<FixClient>(o);
  }
  void poll() {
    a_->poll(1);
    b_->poll(1);
  }
  template <class Done>
  void until(Done&& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "not within 30 s";
      poll();
    }
  }
  bool trading() const { return a_->state() == FixClient::State::trading && b_->state() == FixClient::State::trading; }
  static FixOrder order(Side side, std::uint32_t quantity, std::uint64_t price) {
    FixOrder o;
    o.side = side;
    o.symbol = "AAAA";
    o.quantity = quantity;
    o.price = price;
    return o;
  }
  static bool settled(const FixClient& c) {
    if (c.state() != FixClient::State::trading) return false;
    for (const auto& [name, o] : c.orders())
      if (o.state == session::OrderState::sent || o.state == session::OrderState::canceling || !o.replacement.empty())
        return false;
    return true;
  }

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<VenueProcess> venue_;
  std::unique_ptr<FixClient> a_, b_;
};

TEST_F(FixClientTest, an_order_lives_is_replaced_filled_and_cancelled) {
  until([&] { return trading(); });
  const std::string name = a_->enter(order(Side::buy, 300, 100'0000));
  until([&] { return a_->orders().at(name).state == session::OrderState::live; });
  ASSERT_TRUE(a_->replace(name, 200, 101'0000));
  until([&] { return a_->orders().at(name).price == 101'0000; });
  EXPECT_EQ(a_->orders().at(name).open, 200u);
  const std::string other = b_->enter(order(Side::sell, 50, 100'0000));
  until([&] { return b_->orders().at(other).state == session::OrderState::filled; });
  until([&] { return a_->orders().at(name).executed == 50; });
  ASSERT_TRUE(a_->cancel(name));
  until([&] { return a_->orders().at(name).state == session::OrderState::canceled; });
  EXPECT_EQ(a_->positions().at("AAAA").shares, 50);
  EXPECT_EQ(a_->positions().at("AAAA").cash, -50 * 101'0000);
  EXPECT_EQ(b_->positions().at("AAAA").shares, -50);
  EXPECT_EQ(a_->disagreements() + b_->disagreements(), 0u) << a_->first_disagreement() << b_->first_disagreement();
}

TEST_F(FixClientTest, nothing_is_lost_or_doubled_when_either_side_is_killed_at_any_moment) {
  std::mt19937 random(7);
  unsigned venue_kills = 0, client_kills = 0;
  for (int round = 0; round < 40; ++round) {
    until([&] { return trading(); });
    if (HasFatalFailure()) return;
    const unsigned moment = random() % 30;
    for (unsigned i = 0; i < 30; ++i) {
      for (auto* const c : {a_.get(), b_.get()}) {
        const Side side = random() % 2 == 0 ? Side::buy : Side::sell;
        const std::string name = c->enter(order(side, 1 + random() % 300, 100'0000 + 100 * (random() % 5)));
        for (const auto& [live, o] : c->orders())
          if (o.state == session::OrderState::live && random() % 8 == 0) {
            if (random() % 2 == 0)
              c->cancel(live);
            else
              c->replace(live, o.quantity + 10, o.price);
            break;
          }
        static_cast<void>(name);
      }
      if (random() % 3 != 0) poll();
      if (i != moment) continue;
      // As kill -9 does: the venue's process, or a client with its connection, without a word.
      if (round % 2 == 0) {
        begin_venue();
        ++venue_kills;
      } else {
        begin(a_, "ALPHA", "FIX.4.2");
        ++client_kills;
      }
    }
  }
  until([&] { return settled(*a_) && settled(*b_); });
  // A fill of an order that rested may still be on its way. It comes before the answer to an order that trades with
  // nobody.
  for (auto* const c : {a_.get(), b_.get()}) c->enter(order(Side::buy, 1, 1'0000));
  until([&] { return settled(*a_) && settled(*b_); });
  EXPECT_EQ(a_->disagreements(), 0u) << a_->first_disagreement();
  EXPECT_EQ(b_->disagreements(), 0u) << b_->first_disagreement();
  // The venue's word: its log, once more.
  venue_.reset();
  market::LoggedMarket market(fix_market_options(4), {.folder = folder_ / "venue" / "market", .on_replayed = {}});
  std::uint32_t participant = 0;
  for (auto* const c : {a_.get(), b_.get()}) {
    ++participant;
    const auto ours = c->positions()["AAAA"];
    const market::Position venues = market.market().position(participant, 1);
    EXPECT_EQ(ours.shares, venues.shares);
    EXPECT_EQ(ours.cash, venues.cash);
    std::uint32_t live = 0;
    for (const auto& [name, o] : c->orders()) live += !session::is_done(o.state);
    EXPECT_EQ(live, market.market().participant(participant).open_orders);
  }
  EXPECT_EQ(market.market().check(), "");
  std::printf("%u venues and %u clients killed, %zu orders, %llu executions, %llu never seen, %llu told again\n",
              venue_kills, client_kills, a_->orders().size() + b_->orders().size(),
              static_cast<unsigned long long>(a_->executions() + b_->executions()),
              static_cast<unsigned long long>(a_->unseen() + b_->unseen()),
              static_cast<unsigned long long>(a_->duplicates() + b_->duplicates()));
}

}  // namespace
}  // namespace twinpath::venue
