// The control socket, what may be said on it, and what a reload accepts.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "host/apps/config/bank_text.h"
#include "host/apps/config/config_reload.h"
#include "host/apps/live/run_text.h"
#include "host/live/control_socket.h"
#include "host/live/mailbox.h"

namespace twinpath {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr const char* kConfig = R"([feed]
line_a = "233.54.12.111:26477"
[risk]
max_gross = "1000000"
max_open_orders = 100
rate_per_second = 7000
rate_burst = 12
duplicate_window_us = 250
[order]
destination_mac = "02:00:00:00:00:0A"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"
source = "10.0.0.1:40000"
[live]
from = ["udp:233.54.12.111:26477@eth1", "udp:233.54.12.112:26477@eth1"]
to = "af_packet:eth2"
arm = "manual"
[defaults.limits]
permit = "both"
max_quantity = 1000
max_notional = "123456.7891"
collar = "1.5"
reference_price = "100"
max_position = 5000
[[symbol]]
name = "AAA"
window_center = "100"
rules.take = { quantity = 100, fair = "100.01", edge = "0.02", sides = "buy", cooldown_us = 12.345 }
rules.imbalance = { quantity = 7, ratio = 3.3, max_spread = "0.05", cooldown_us = 1000 }
rules.cancel = { distance = "0.03" }
[[symbol]]
name = "BBB"
window_center = "50"
rules.momentum = { quantity = 5, min_shares = 300, through = true }
rules.lead_lag = { quantity = 5, threshold = "0.01", lagger = "AAA" }
limits.permit = "none"
)";

class Folder {
 public:
  Folder() { std::filesystem::create_directory(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() / fmt::format("twinpath-control-{}", ::getpid());
};

constexpr std::chrono::milliseconds kSoon{20'000};

TEST(ControlSocket, AnswersEachLine) {
  const Folder folder;
  ControlServer server(folder / "s");
  std::atomic<unsigned> ticks = 0;
  server.start([](std::string_view line) { return fmt::format("<{}>", line); }, [&] { ++ticks; });
  struct stat about{};
  ASSERT_EQ(::stat((folder / "s").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  EXPECT_EQ(control_request(folder / "s", "one", kSoon), "<one>");
  EXPECT_EQ(control_request(folder / "s", "two words", kSoon), "<two words>");
  EXPECT_THAT(control_request(folder / "s", std::string(300, 'x'), kSoon),
              HasSubstr("\"errors\":[\"a request of at most 256 bytes"));
  while (ticks < 3) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

TEST(ControlSocket, OfALivingProcessIsLeftAlone) {
  const Folder folder;
  ControlServer server(folder / "s");
  server.start([](std::string_view) { return std::string("first"); }, [] {});
  try {
    ControlServer second(folder / "s");
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("a process that answers on it"));
  }
  EXPECT_EQ(control_request(folder / "s", "x", kSoon), "first");
}

TEST(ControlSocket, OfADeadProcessIsReplacedAndAFileIsNot) {
  const Folder folder;
  const std::filesystem::path file = folder / "s";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, file.c_str(), sizeof address.sun_path - 1);
  const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  EXPECT_THROW(control_request(file, "x", kSoon), std::runtime_error);
  {
    ControlServer server(file);
    server.start([](std::string_view) { return std::string("yes"); }, [] {});
    EXPECT_EQ(control_request(file, "x", kSoon), "yes");
  }
  EXPECT_FALSE(std::filesystem::exists(file));
  std::ofstream(file) << "notes";
  EXPECT_THROW(ControlServer{file}, std::runtime_error);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(ControlSocket, ThatCannotBeMadeIsNamed) {
  EXPECT_THROW(ControlServer{"/nowhere/s"}, std::runtime_error);
  EXPECT_THROW(ControlServer{std::string(200, 'x')}, std::runtime_error);
}

TEST(Mailbox, AnswersBetweenRoundsAndEndsWithTheRun) {
  Mailbox mailbox;
  std::atomic<bool> stop = false;
  LiveStatus status;
  std::thread trading([&] {
    std::uint64_t rounds = 0;
    while (!stop) {
      ++rounds;
      if (LiveRequest* r = mailbox.waiting()) {
        r->status->counters.frames = rounds;
        mailbox.done();
      }
    }
    mailbox.close();
  });
  std::uint64_t before = 0;
  for (unsigned i = 0; i < 20; ++i) {
    LiveRequest r;
    r.status = &status;
    ASSERT_TRUE(mailbox.call(r));
    EXPECT_GT(status.counters.frames, before);
    before = status.counters.frames;
  }
  stop = true;
  trading.join();
  LiveRequest late;
  EXPECT_FALSE(mailbox.call(late));
}

TEST(ControlLine, IsReadWordByWord) {
  const CoreConfig core = parse_config(kConfig, "run.toml").core;
  EXPECT_EQ(parse_control("status\n", core).verb, ControlLine::Verb::status);
  EXPECT_EQ(parse_control("reload", core).verb, ControlLine::Verb::reload);
  EXPECT_EQ(parse_control("stop", core).verb, ControlLine::Verb::stop);
  EXPECT_EQ(parse_control("take-over", core).verb, ControlLine::Verb::take_over);
  EXPECT_EQ(parse_control("hand-back", core).verb, ControlLine::Verb::hand_back);
  EXPECT_EQ(parse_control("cancel 4294967295", core).verb, ControlLine::Verb::cancel);
  EXPECT_EQ(parse_control("cancel 17", core).command.user_ref, 17u);
  EXPECT_EQ(parse_control(" kill ", core).command.op, CommandOp::kill);
  EXPECT_EQ(parse_control("trust", core).command.symbol, 0xFFFF);
  EXPECT_EQ(parse_control("trust BBB", core).command.symbol, 1);
  const Command position = parse_control("position BBB -300", core).command;
  EXPECT_EQ(position.op, CommandOp::position);
  EXPECT_EQ(position.symbol, 1);
  EXPECT_EQ(static_cast<std::int32_t>(position.price), -300);
}

TEST(ControlLine, OfAnythingElseSaysWhatIsExpected) {
  const CoreConfig core = parse_config(kConfig, "run.toml").core;
  for (const char* line : {"",
                           "  ",
                           "frobnicate",
                           "kill now",
                           "position",
                           "position AAA",
                           "position AAA 1 2",
                           "trust AAA BBB",
                           "trust CCC",
                           "position CCC 1",
                           "position AAA 1.5",
                           "position AAA x",
                           "position AAA 2147483648",
                           "position AAA -2147483648",
                           "status AAA",
                           "take-over now",
                           "cancel",
                           "cancel x",
                           "cancel 0",
                           "cancel 4294967296",
                           "cancel -1",
                           "cancel 1 2"}) {
    EXPECT_THROW(parse_control(line, core), std::invalid_argument) << line;
  }
}

TEST(ControlAnswer, TakesBytesThatAreNotUtf8) {
  EXPECT_THAT(control_error({"found '\xFF'"}), AllOf(HasSubstr("\"ok\":false"), HasSubstr("found '")));
}

TEST(BankText, IsTheBankAgain) {
  const RunConfig run = parse_config(kConfig, "run.toml");
  const std::string text = bank_text(run.core, run.core.banks[0]);
  const Folder folder;
  std::ofstream(folder / "bank.toml") << text;
  // Laid over something else altogether.
  std::string other = kConfig;
  for (const auto& [from, to] :
       {std::pair{"ratio = 3.3", "ratio = 9"}, std::pair{"rate_per_second = 7000", "rate_per_second = 0"},
        std::pair{"quantity = 7", "quantity = 8"}, std::pair{"through = true", "large = false, through = true"},
        std::pair{"limits.permit = \"none\"", "rules.take = { quantity = 9, fair = \"1\" }"}}) {
    const auto at = other.find(from);
    ASSERT_NE(at, std::string::npos);
    other.replace(at, std::strlen(from), to);
  }
  const RunConfig laid =
      parse_config("alternate = \"bank.toml\"\n" + other, "other.toml", (folder / "x").parent_path());
  EXPECT_NE(bank_text(laid.core, laid.core.banks[0]), text);
  EXPECT_EQ(bank_text(laid.core, laid.core.banks[1]), text);
  const Bank& a = run.core.banks[0];
  const Bank& b = laid.core.banks[1];
  EXPECT_EQ(b.rules[0].take.cooldown, a.rules[0].take.cooldown);
  EXPECT_EQ(b.rules[0].imbalance.ratio, a.rules[0].imbalance.ratio);
  EXPECT_EQ(b.rules[1].momentum.large, a.rules[1].momentum.large);
  EXPECT_FALSE(b.rules[1].take.enabled);
  EXPECT_EQ(b.limits[0].max_notional, a.limits[0].max_notional);
  EXPECT_EQ(b.global.rate_interval, a.global.rate_interval);
  EXPECT_EQ(b.global.rate_tolerance, a.global.rate_tolerance);
  EXPECT_EQ(b.global.duplicate_window, a.global.duplicate_window);
}

// The configuration with one text in place of another, read again while the first runs.
std::vector<std::string> reload_errors(const char* from, const char* to, Bank* bank = nullptr) {
  const Folder folder;
  std::string text = kConfig;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, std::strlen(from), to);
  std::ofstream(folder / "run.toml") << text;
  try {
    const Bank read = reload_bank(folder / "run.toml", parse_config(kConfig, "run.toml"));
    if (bank != nullptr) *bank = read;
  } catch (const ConfigError& e) {
    return e.errors();
  }
  return {};
}

TEST(Reload, TakesOtherRulesAndLimits) {
  Bank bank;
  EXPECT_THAT(reload_errors("quantity = 7", "quantity = 70", &bank), SizeIs(0));
  EXPECT_EQ(bank.rules[0].imbalance.quantity, 70u);
  EXPECT_THAT(reload_errors("max_quantity = 1000", "max_quantity = 10", &bank), SizeIs(0));
  EXPECT_EQ(bank.limits[0].max_quantity, 10u);
  EXPECT_THAT(reload_errors("rate_per_second = 7000", "rate_per_second = 0", &bank), SizeIs(0));
  EXPECT_EQ(bank.global.rate_interval, 0u);
}

TEST(Reload, RefusesWhateverElseChanges) {
  const std::vector<std::pair<const char*, const char*>> kChanges{
      {"line_a = \"233.54.12.111", "line_a = \"233.54.12.113"},
      {"10.0.0.2:26400", "10.0.0.3:26400"},
      {"name = \"AAA\"\nwindow_center = \"100\"", "name = \"AAA\"\nwindow_center = \"101\""},
      {"name = \"AAA\"\n", "name = \"AAA\"\nlocate = 5\n"},
      {"arm = \"manual\"", "arm = \"at_start\""},
      {"[live]", "[responses]\n[live]"},
      {"[live]", "[session]\narmed = false\n[live]"},
      {"[live]", "[[command]]\nop = \"kill\"\noffset_us = 1\n[live]"},
      {"[live]", "[order_table]\nways = 4\n[live]"}};
  for (const auto& [from, to] : kChanges) {
    const auto errors = reload_errors(from, to);
    ASSERT_THAT(errors, SizeIs(1)) << to;
    EXPECT_THAT(errors[0], HasSubstr("expected what the run was started with")) << to;
  }
}

TEST(Reload, OfABadFileHasAllItsErrors) {
  EXPECT_THAT(reload_errors("quantity = 7, ratio = 3.3", "quantity = 0, ratio = 999"), SizeIs(2));
  EXPECT_THAT(reload_errors("[feed]", "[feed"), SizeIs(1));
}

}  // namespace
}  // namespace twinpath
