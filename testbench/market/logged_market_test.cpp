// The request log: a market whose process was killed is there again, with its tape, executions and positions.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <new>

#include "host/venue/market/logged_market.h"
#include "testbench/market/market_streams.h"
#include "testbench/wire/support.h"

namespace twinpath::market {
namespace {

constexpr std::size_t kHeader = 32, kRecord = 128;

RequestLogOptions in_folder(const testing::TemporaryFolder& folder, std::uint64_t requests_a_file = 100) {
  return {.folder = folder / "log", .requests_a_file = requests_a_file, .on_replayed = {}};
}
std::string all_bytes(const MessageStore& tape) {
  std::string all;
  for (std::uint64_t n = 1; n < tape.next_sequence(); ++n) {
    const auto m = tape.at(n);
    all.append(reinterpret_cast<const char*>(m.data()), m.size());
  }
  return all;
}
void append(std::string& to, std::span<const Execution> executions) {
  to.append(reinterpret_cast<const char*>(executions.data()), executions.size_bytes());
}
void overwrite(const std::filesystem::path& file, std::size_t at, const std::string& bytes) {
  std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(at));
  out << bytes;
}

TEST(LoggedMarket, RecoveryGivesTheSameTapeExecutionsAndState) {
  const testing::TemporaryFolder folder;
  const MarketOptions options = market_options(8);
  std::string tape, executions, again;
  std::uint64_t hash = 0;
  {
    LoggedMarket logged(options, in_folder(folder));
    RequestStream stream(8, options);
    for (int n = 0; n < 350; ++n) {
      logged.apply(stream.next());
      append(executions, logged.market().executions());
    }
    tape = all_bytes(*logged.market().tape());
    hash = logged.market().state_hash();
    logged.sync();
  }
  RequestLogOptions log = in_folder(folder);
  log.on_replayed = [&](const Request&, std::span<const Execution> e) { append(again, e); };
  LoggedMarket recovered(options, log);
  EXPECT_EQ(recovered.recovery().replayed, 350u);
  EXPECT_FALSE(recovered.recovery().torn);
  EXPECT_EQ(recovered.market().state_hash(), hash);
  EXPECT_EQ(all_bytes(*recovered.market().tape()), tape);
  EXPECT_EQ(again, executions);
  EXPECT_EQ(recovered.market().check(), "");
}

TEST(LoggedMarket, ARequestThatWasBeingWrittenIsLeftOut) {
  const MarketOptions options = market_options(2);
  for (const std::size_t kept : {0u, 1u, 119u, 127u}) {
    const testing::TemporaryFolder folder;
    {
      LoggedMarket logged(options, in_folder(folder));
      RequestStream stream(2, options);
      for (int n = 0; n < 51; ++n) logged.apply(stream.next());
    }
    overwrite(folder / "log/requests-1", kHeader + 51 * kRecord + kept, std::string(kRecord - kept, '\0'));
    {
      LoggedMarket recovered(options, in_folder(folder));
      EXPECT_EQ(recovered.recovery().replayed, 50u) << kept << " bytes kept";
      EXPECT_EQ(recovered.recovery().torn, kept != 0) << kept << " bytes kept";
    }
    EXPECT_FALSE(LoggedMarket(options, in_folder(folder)).recovery().torn) << "was not mended";
  }
}

TEST(LoggedMarket, DamageAndAnotherMarketsLogAreErrorsThatSayWhere) {
  const testing::TemporaryFolder folder;
  MarketOptions options = market_options(2);
  {
    LoggedMarket logged(options, in_folder(folder));
    RequestStream stream(2, options);
    for (int n = 0; n < 150; ++n) logged.apply(stream.next());
    EXPECT_THROW(LoggedMarket(options, in_folder(folder)), std::runtime_error) << "it is another's";
  }
  const auto error = [&]() -> std::string {
    try {
      LoggedMarket recovered(options, in_folder(folder));
      return "";
    } catch (const std::exception& e) {
      return e.what();
    }
  };
  EXPECT_EQ(error(), "");
  options.fees.added += 1;
  EXPECT_NE(error().find("requests-1: byte 32: expected requests to a market of these options"), std::string::npos)
      << error();
  options.fees.added -= 1;
  overwrite(folder / "log/requests-2", kHeader + 10 * kRecord + 3, "x");
  EXPECT_NE(error().find("requests-2: byte 1312: expected a request with its checksum"), std::string::npos) << error();
  std::filesystem::remove(folder / "log/requests-1");
  EXPECT_NE(error().find("requests-1: byte 0: expected a request log, found no file"), std::string::npos) << error();
}

TEST(LoggedMarket, AProcessThatEndedBeforeItsFirstRecordGoesOn) {
  const testing::TemporaryFolder folder;
  const MarketOptions options = market_options(2);
  {
    LoggedMarket logged(options, in_folder(folder));
  }
  overwrite(folder / "log/requests-1", kHeader, std::string(kRecord, '\0'));
  {
    LoggedMarket logged(options, in_folder(folder));
    RequestStream stream(2, options);
    for (int n = 0; n < 20; ++n) logged.apply(stream.next());
  }
  EXPECT_EQ(LoggedMarket(options, in_folder(folder)).recovery().replayed, 20u);
}

// Requests whose apply() had returned, for the parent to see.
struct Progress {
  std::atomic<std::uint64_t> applied;
};

TEST(LoggedMarket, AProcessKilledAnywhereLosesNothingThatItHadApplied) {
  const testing::TemporaryFolder folder;
  void* shared = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto* progress = new (shared) Progress{};
  venue::Random random(11);
  const MarketOptions options = market_options(4);
  for (int round = 0; round < 25; ++round) {
    const std::uint64_t before = progress->applied;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      LoggedMarket logged(options, in_folder(folder, 400));
      RequestStream stream(12, options);
      for (std::uint64_t n = 0; n < before; ++n) stream.next();
      for (std::uint64_t n = before;; ++n) {
        logged.apply(stream.next());
        progress->applied.store(n + 1);
      }
    }
    const std::uint64_t until = before + random.below(700);
    while (progress->applied.load() < until) usleep(50);
    usleep(random.below(2'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";

    LoggedMarket recovered(options, in_folder(folder, 400));
    ASSERT_EQ(recovered.market().check(), "") << "round " << round;
    // One request may be in the log whose apply() had not returned.
    const std::uint64_t applied = progress->applied;
    ASSERT_GE(recovered.recovery().replayed, applied) << "round " << round;
    ASSERT_LE(recovered.recovery().replayed, applied + 1) << "round " << round;
    progress->applied = recovered.recovery().replayed;
    Market expected(options);
    RequestStream stream(12, options);
    for (std::uint64_t n = 0; n < recovered.recovery().replayed; ++n) expected.apply(stream.next());
    ASSERT_EQ(expected.state_hash(), recovered.market().state_hash()) << "round " << round;
  }
  EXPECT_GT(progress->applied, 5'000u);
  munmap(shared, 4096);
}

}  // namespace
}  // namespace twinpath::market
