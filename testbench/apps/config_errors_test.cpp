// What is wrong with a configuration is said: which file, line and key, what was expected, and what to do.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "host/apps/config/config_file.h"
#include "testbench/apps/config_texts.h"

namespace twinpath {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class ConfigFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "config_file_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::filesystem::path folder_;
};

TEST_F(ConfigFolder, AlternateAndRulesFilesAreFoundBesideTheFile) {
  write("other.toml", "[defaults.rules.take]\nquantity = 9\n");
  write("third.toml", "[[symbol]]\nname = \"AAA\"\nrules.take.enabled = false\n");
  const auto file = write(
      "run.toml",
      "alternate = \"other.toml\"\n" + with_symbol_text("rules.take = {fair = 100, quantity = 7}\n") +
          "rules.take.enabled = false\n[[command]]\noffset_us = 10\nop = \"swap\"\nrules_file = \"third.toml\"\n");
  const auto run = load_config(file);
  EXPECT_TRUE(run.has_alternate);
  EXPECT_EQ(run.core.banks[1].rules[0].take.quantity, 9u);
  ASSERT_NE(run.commands.at(0).bank, nullptr);
  EXPECT_FALSE(run.commands[0].bank->rules[0].take.enabled);
  EXPECT_EQ(run.commands[0].bank->rules[0].take.quantity, 7u);
}

TEST_F(ConfigFolder, ErrorsOfAnotherFileNameThatFile) {
  const auto other = write("other.toml", "\n\n[defaults.rules.take]\nquantity = -1\nenabled = false\n");
  const auto file = write("run.toml", std::string("alternate = \"other.toml\"\n") + kMinimal);
  try {
    load_config(file);
    FAIL() << "a negative quantity loaded";
  } catch (const ConfigError& e) {
    EXPECT_THAT(
        e.errors(),
        ElementsAre(StartsWith(other.string() + ":4: key 'defaults.rules.take.quantity': expected an integer from 1")));
  }
}

TEST_F(ConfigFolder, AFileThatCannotBeReadIsAnError) {
  EXPECT_THROW(load_config(folder_ / "absent.toml"), ConfigError);
  EXPECT_THROW(load_config(folder_), ConfigError);
}

TEST(ConfigErrors, SayFileLineKeyExpectedFoundAndWhatToDo) {
  EXPECT_THAT(
      errors_of(with("\"233.54.12.111:26477\"", "\"233.54.12.256:26477\"")),
      ElementsAre(
          "run.toml:2: key 'feed.line_a': expected an IPv4 address and a UDP port such as \"233.54.12.111:26477\", "
          "found \"233.54.12.256:26477\"; write four numbers up to 255, a colon and a port from 1 to 65535"));
}

TEST(ConfigErrors, SuggestTheNearestNameForAnUnknownKey) {
  EXPECT_THAT(errors_of(with("max_open_orders = 100", "max_open_order = 100")),
              AllOf(SizeIs(2), Contains(AllOf(HasSubstr("run.toml:5: key 'risk.max_open_order'"),
                                              HasSubstr("did you mean 'max_open_orders'?")))));
  EXPECT_THAT(errors_of(std::string(kMinimal) + "colour = 3\n"),
              ElementsAre(AllOf(HasSubstr("symbol[BBB].colour"), HasSubstr("remove it"))));
  EXPECT_THAT(errors_of(with_symbol_text("rules.momentun = {quantity = 1}\n")),
              ElementsAre(HasSubstr("did you mean 'momentum'?")));
}

TEST(ConfigErrors, AreAllReportedUpToTwenty) {
  EXPECT_THAT(errors_of("[feed]\nline_a = 3\n[order]\n[risk]\n"), SizeIs(9));
  std::string many = kMinimal;
  for (int i = 0; i < 30; ++i) many += fmt::format("unknown{} = 1\n", i);
  const auto errors = errors_of(many);
  ASSERT_THAT(errors, SizeIs(21));
  EXPECT_EQ(errors.back(), "and 10 more; correct these first");
}

TEST(ConfigErrors, NameTheLineThatIsNotToml) {
  EXPECT_THAT(errors_of("[feed]\nline_a = \n"), ElementsAre(StartsWith("run.toml:2: not TOML")));
}

TEST(ConfigErrors, OfALiveRunNameItsKey) {
  for (const auto& [key, value] :
       {std::pair{"from", "5"}, std::pair{"from", "[]"}, std::pair{"from", "[\"\"]"},
        std::pair{"from", "[\"pcap:x\", 5]"}, std::pair{"from", "\"\""}, std::pair{"to", "\"\""}, std::pair{"to", "5"},
        std::pair{"arm", "\"now\""}, std::pair{"core", "-1"}, std::pair{"directory_timeout_s", "0"},
        std::pair{"spin", "1"}}) {
    EXPECT_THAT(errors_of(fmt::format("{}[live]\n{} = {}\n", kMinimal, key, value)),
                ElementsAre(HasSubstr(fmt::format("live.{}", key))))
        << value;
  }
}

TEST(ConfigErrors, OfAJournalNameItsKey) {
  EXPECT_THAT(errors_of(std::string(kMinimal) + "[journal]\n"), ElementsAre(HasSubstr("journal.folder")));
  for (const auto& [key, value] :
       {std::pair{"stage", "\"\""}, std::pair{"stage", "5"}, std::pair{"sync", "\"always\""},
        std::pair{"segment_mb", "0"}, std::pair{"segment_mb", "65537"}, std::pair{"batch_us", "9"},
        std::pair{"batch_us", "\"slow\""}, std::pair{"folders", "\"x\""}}) {
    EXPECT_THAT(errors_of(fmt::format("{}[journal]\nfolder = \"day\"\n{} = {}\n", kMinimal, key, value)),
                ElementsAre(HasSubstr(fmt::format("journal.{}", key))))
        << value;
  }
  EXPECT_THAT(errors_of(std::string(kMinimal) + "[journal]\nfolder = \"\"\n"),
              ElementsAre(HasSubstr("journal.folder")));
}

TEST(ConfigErrors, OfProcessesNameTheirKey) {
  for (const auto& [key, value] :
       {std::pair{"folder", "\"\""}, std::pair{"folder", "5"}, std::pair{"store", "\"\""}, std::pair{"store", "5"},
        std::pair{"store_mb", "0"}, std::pair{"strategies", "[]"}, std::pair{"strategies", "[5]"},
        std::pair{"market_records", "63"}, std::pair{"market_records", "65"}, std::pair{"feed_timeout_ms", "0"},
        std::pair{"feed_timeout_ms", "60001"}, std::pair{"intent_age_ms", "0"}, std::pair{"cancel_on_exit", "1"},
        std::pair{"strategy", "\"rules\""}}) {
    EXPECT_THAT(errors_of(fmt::format("{}[processes]\n{} = {}\n", kMinimal, key, value)),
                ElementsAre(HasSubstr(fmt::format("processes.{}", key))))
        << value;
  }
  std::string many = "[processes]\nstrategies = [\"a0\"";
  for (std::size_t i = 1; i <= ProcessOptions::kMostStrategies; ++i) many += fmt::format(", \"a{}\"", i);
  EXPECT_THAT(errors_of(kMinimal + many + "]\n"), ElementsAre(HasSubstr("processes.strategies")));
}

TEST(ConfigErrors, LaggerIsAnotherConfiguredSymbol) {
  const auto rule = [](const char* lagger) {
    return with_symbol_text(std::string("rules.lead_lag = {quantity = 1, threshold = \"0.01\", lagger = \"") + lagger +
                            "\"}\n");
  };
  EXPECT_NO_THROW(parse(rule("BBB")));
  EXPECT_THAT(errors_of(rule("AAA")), ElementsAre(HasSubstr("found \"AAA\" itself")));
  EXPECT_THAT(errors_of(rule("BBC")), Contains(AllOf(HasSubstr("found \"BBC\""), HasSubstr("did you mean \"BBB\"?"))));
}

TEST(ConfigErrors, AnEnabledRuleNeedsItsKeys) {
  EXPECT_THAT(errors_of(with_symbol_text("rules.take = {quantity = 1}\n")),
              ElementsAre(HasSubstr("key 'symbol[AAA].rules.take.fair': expected a price in dollars, found nothing")));
  EXPECT_NO_THROW(parse(with_symbol_text("rules.take = {quantity = 1, enabled = false}\n")));
  EXPECT_THAT(errors_of(with_symbol_text("rules.momentum = {quantity = 1}\n")),
              ElementsAre(HasSubstr("min_shares, or through = true")));
  EXPECT_THAT(errors_of(with_symbol_text("limits.permit = \"both\"\n")), SizeIs(5));
}

TEST(ConfigErrors, RangesAreChecked) {
  const auto limit = [](const std::string& text) { return errors_of(with_symbol_text("limits." + text + "\n")); };
  EXPECT_THAT(limit("max_position = 2147483648"),
              ElementsAre(HasSubstr("an integer from 0 to 2147483647, found 2147483648")));
  EXPECT_THAT(limit("collar = \"0.00001\""), ElementsAre(HasSubstr("steps of 0.0001")));
  EXPECT_THAT(limit("collar = 0.00015"), ElementsAre(HasSubstr("steps of 0.0001")));
  EXPECT_THAT(limit("reference_price = \"429496.7296\""), ElementsAre(HasSubstr("choose a smaller amount")));
  EXPECT_THAT(limit("permit = \"bye\""), ElementsAre(HasSubstr("did you mean \"buy\"?")));
  EXPECT_THAT(errors_of(with("max_open_orders = 100", "max_open_orders = 4097")),
              ElementsAre(HasSubstr("from 0 to 4096")));
  EXPECT_THAT(errors_of(with("[risk]", "session = \"ABCDEFGHIJK\"\n[risk]")),
              ElementsAre(HasSubstr("at most 10 characters")));
  EXPECT_THAT(errors_of(with("[risk]", "[clock]\nfrequency_mhz = 250\n[risk]")),
              ElementsAre(HasSubstr("expected 322.265625, found 250")));
  EXPECT_THAT(errors_of(with("window_center = \"50\"", "window_base = \"50.005\"")),
              ElementsAre(HasSubstr("a multiple of the tick")));
  EXPECT_THAT(errors_of(with("window_center = \"50\"", "window_base = \"429490\"")),
              ElementsAre(HasSubstr("a window that ends below")));
  EXPECT_THAT(errors_of(with("window_center = \"50\"", "window_base = 1\nwindow_center = 2")),
              ElementsAre(HasSubstr("found both")));
  EXPECT_THAT(errors_of(with("window_center = \"50\"", "")),
              ElementsAre(HasSubstr("expected the middle of the book's 4096 prices")));
  EXPECT_THAT(errors_of(with("name = \"BBB\"", "name = \"AAA\"")), ElementsAre(HasSubstr("each symbol once")));
  EXPECT_THAT(errors_of(with("02:00:00:00:00:0A", "02:00:00:00:00:0")), ElementsAre(HasSubstr("a MAC address")));
}

TEST(ConfigErrors, TwoSymbolsCannotShareALocate) {
  EXPECT_THAT(errors_of(with_symbol_text("locate = 5\n") + "locate = 5\n"),
              ElementsAre(HasSubstr("found that of AAA")));
}

TEST(ConfigErrors, ThereAreAtMost256Symbols) {
  std::string text = kMinimal;
  for (int i = 2; i < 257; ++i) text += fmt::format("[[symbol]]\nname = \"S{}\"\nwindow_center = 10\n", i);
  EXPECT_THAT(errors_of(text), ElementsAre(HasSubstr("expected at most 256 symbols, found 257")));
}

TEST(ConfigErrors, ACommandNeedsATimeAndItsOperands) {
  const auto command = [](const std::string& text) {
    return errors_of(std::string(kMinimal) + "[[command]]\n" + text);
  };
  EXPECT_THAT(command("op = \"kill\"\n"), ElementsAre(HasSubstr("found neither")));
  EXPECT_THAT(command("offset_us = 1\nop = \"kil\"\n"), ElementsAre(HasSubstr("did you mean \"kill\"?")));
  EXPECT_THAT(command("offset_us = 1\nop = \"fill\"\n"), SizeIs(3));
  EXPECT_THAT(command("offset_us = 1\nop = \"kill\"\nsymbol = \"AAA\"\n"), ElementsAre(HasSubstr("command[0].symbol")));
  EXPECT_THAT(command("at = \"25:00:00\"\nop = \"kill\"\n"), ElementsAre(HasSubstr("a time of day")));
}

}  // namespace
}  // namespace twinpath
