// The reference sweep of margins against accounts worked out by hand, and against the definition of each figure.
#include "host/batch/margin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "testbench/batch/random_batch.h"

namespace twinpath::batch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Huge = __int128;

MarginResult swept(const MarginBook& book) {
  MarginResult result;
  margin_sweep(book, result);
  return result;
}

TEST(Margin, an_account_worked_out_by_hand) {
  // 100 long at 50.00, mark 45.00, 25 % and 50 %: worth 4,500.00; maintenance 1,125.00, initial 2,250.00; loss 500.00.
  // Cash 2,000.00: equity 1,500.00, between the two. Liquidated when 2,000 + 100 (m - 50) < 25 m, that is m < 40.00.
  const MarginBook book({{450'000, 5'000, 2'500}}, {20'000'000}, {{0, 500'000, 100, 0, 0}});
  const MarginResult r = swept(book);
  EXPECT_EQ(r.accounts[0].equity, 15'000'000);
  EXPECT_EQ(r.accounts[0].maintenance, 11'250'000u);
  EXPECT_EQ(r.accounts[0].initial, 22'500'000u);
  EXPECT_EQ(r.accounts[0].status, MarginStatus::call);
  EXPECT_EQ(r.positions[0].profit, -5'000'000);
  EXPECT_EQ(r.positions[0].state, LiquidationState::at);
  EXPECT_EQ(r.positions[0].liquidation_price, 399'999u);
  EXPECT_THAT(r.liquidate, IsEmpty());
}

TEST(Margin, a_short_position_is_liquidated_from_a_price_upwards) {
  // 10 short at 20.00, mark 20.00, 10 %; cash 40.00. 40 + 10 (20 - m) < m <=> m > 21.8181...
  const MarginBook book({{200'000, 2'000, 1'000}}, {400'000}, {{0, 200'000, -10, 0, 0}});
  const MarginResult r = swept(book);
  EXPECT_EQ(r.positions[0].liquidation_price, 218'182u);
  EXPECT_EQ(r.accounts[0].status, MarginStatus::healthy);
}

TEST(Margin, accounts_below_the_maintenance_margin_are_listed_ascending) {
  const MarginBook book({{100'000, 2'000, 1'000}}, {0, 1'000'000, 9'999, 10'000},
                        {{0, 100'000, 1, 0, 0}, {2, 100'000, 1, 0, 0}, {3, 100'000, 1, 0, 0}});
  const MarginResult r = swept(book);
  EXPECT_THAT(r.liquidate, ElementsAre(0u, 2u));
  EXPECT_EQ(r.accounts[1].status, MarginStatus::healthy) << "no position";
  EXPECT_EQ(r.accounts[3].status, MarginStatus::call) << "exactly the maintenance margin is enough";
}

TEST(Margin, margins_are_rounded_up) {
  const MarginBook book({{1, 1, 1}}, {0}, {{0, 1, 1, 0, 0}});
  EXPECT_EQ(swept(book).accounts[0].maintenance, 1u);
}

TEST(Margin, a_position_that_no_price_liquidates_says_never) {
  const MarginBook book({{100'000, 1'000, 500}}, {2'000'000, 0}, {{0, 100'000, 10, 0, 0}, {1, 100'000, 0, 0, 0}});
  const MarginResult r = swept(book);
  EXPECT_EQ(r.positions[0].state, LiquidationState::never) << "all of it is paid for";
  EXPECT_EQ(r.positions[1].state, LiquidationState::never) << "there is no position";
}

TEST(Margin, a_position_liquidated_at_every_price_says_always) {
  const MarginBook book({{100'000, 1'000, 10'000}}, {-1, -1'000'000'000'000'000},
                        {{0, 0, 10, 0, 0}, {1, 100'000, 1, 0, 0}});
  const MarginResult r = swept(book);
  EXPECT_EQ(r.positions[0].state, LiquidationState::always) << "its margin is all of its value";
  EXPECT_EQ(r.positions[1].state, LiquidationState::always);
}

TEST(Margin, what_is_beyond_a_limit_is_rejected_by_name_and_nothing_is_computed) {
  const std::vector<MarginInstrument> instruments{{4'000'000'000u, 100, 50}, {1, 10'001, 0}};
  const MarginBook book(
      instruments, {0, 0, 0, kMostCash + 1, 5, 5},
      {{0, 1, 1, 2, 0}, {1, 1, 1, 1, 0}, {2, 1, 100'000, 0, 0}, {4, 4'000'000'000u, INT32_MIN, 0, 0}, {5, 1, 1, 0, 0}});
  const MarginResult r = swept(book);
  EXPECT_EQ(reasons_text(r.accounts[0].reasons), "instrument");
  EXPECT_EQ(reasons_text(r.accounts[1].reasons), "rate");
  EXPECT_EQ(reasons_text(r.accounts[2].reasons), "notional");
  EXPECT_EQ(reasons_text(r.accounts[3].reasons), "cash");
  EXPECT_EQ(reasons_text(r.accounts[4].reasons), "notional");
  EXPECT_EQ(r.accounts[5].reasons, 0);
  EXPECT_EQ(r.accounts[4].equity, 0);
  EXPECT_EQ(r.accounts[4].status, MarginStatus::rejected);
  EXPECT_EQ(r.positions[3].state, LiquidationState::rejected);
  EXPECT_EQ(r.positions[3].profit, 0);
}

TEST(Margin, the_limits_themselves_are_accepted) {
  const MarginBook book({{1u << 31, 10'000, 10'000}}, {kMostCash, -kMostCash},
                        {{0, 0, (1 << 17) - 1, 0, 0}, {1, 0, -((1 << 17) - 1), 0, 0}});
  const MarginResult r = swept(book);
  EXPECT_EQ(r.accounts[0].reasons, 0);
  EXPECT_EQ(r.accounts[0].maintenance, (std::uint64_t{1} << 48) - (std::uint64_t{1} << 31));
  EXPECT_EQ(r.accounts[1].status, MarginStatus::liquidate);
}

TEST(Margin, the_most_positions_of_the_most_value_do_not_wrap) {
  std::vector<MarginInstrument> instruments(kMostInstruments, {UINT32_MAX, 10'000, 10'000});
  std::vector<MarginPosition> positions;
  for (std::uint16_t i = 0; i < kMostInstruments; ++i) positions.push_back({0, 0, -65'535, i, 0});
  const MarginResult r = swept(MarginBook(instruments, {-kMostCash}, positions));
  const Huge each = Huge{65'535} * UINT32_MAX;
  EXPECT_TRUE(r.accounts[0].equity == -Huge{kMostCash} - kMostInstruments * each);
  EXPECT_TRUE(r.accounts[0].maintenance == kMostInstruments * each);
  EXPECT_EQ(r.accounts[0].status, MarginStatus::liquidate);
}

TEST(Margin, positions_out_of_order_are_named) {
  const auto message = [](std::vector<MarginPosition> positions) {
    try {
      MarginBook book({{1, 1, 1}, {1, 1, 1}}, {0, 0}, std::move(positions));
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message({{0, 1, 1, 0, 0}, {0, 1, 1, 1, 0}, {1, 1, 1, 0, 0}}), "accepted");
  EXPECT_THAT(message({{0, 1, 1, 1, 0}, {0, 1, 1, 1, 0}}), HasSubstr("position 1 (account 0, instrument 1) does not"));
  EXPECT_THAT(message({{1, 1, 1, 0, 0}, {0, 1, 1, 1, 0}}), HasSubstr("position 1 (account 0"));
  EXPECT_THAT(message({{2, 1, 1, 0, 0}}), HasSubstr("position 0 is of account 2, expected one of 2"));
}

// ---- by definition
// ---------------------------------------------------------------------------------------------------- Equity less
// maintenance margin of account a, with the mark of one instrument replaced.
Huge excess(const MarginBook& book, std::size_t a, std::size_t instrument, Huge mark) {
  Huge sum = book.cash()[a];
  for (std::uint32_t n = book.first()[a]; n < book.first()[a + 1]; ++n) {
    const MarginPosition& p = book.positions()[n];
    const MarginInstrument& i = book.instruments()[p.instrument];
    const Huge m = p.instrument == instrument ? mark : Huge{i.mark};
    const Huge q = p.quantity, notional = (q < 0 ? -q : q) * m;
    sum += q * (m - p.entry) - (notional * i.maintenance_bp / kWhole + (notional * i.maintenance_bp % kWhole != 0));
  }
  return sum;
}

// The mark at which the account turns, found by halving: the lowest (of a long position: the highest) that liquidates.
std::optional<Huge> turning_mark(const MarginBook& book, std::size_t a, const MarginPosition& p) {
  const auto liquidates = [&](Huge mark) { return excess(book, a, p.instrument, mark) < 0; };
  const bool is_long = p.quantity > 0;
  Huge safe = is_long ? Huge{UINT32_MAX} + 1 : -1, bad = is_long ? 0 : Huge{UINT32_MAX};
  if (p.quantity == 0 || !liquidates(bad)) return std::nullopt;
  while ((safe > bad ? safe - bad : bad - safe) > 1) {
    const Huge middle = (safe + bad) / 2;
    (liquidates(middle) ? bad : safe) = middle;
  }
  return bad;
}

TEST(Margin, generated_books_are_as_defined) {
  std::size_t at = 0, always = 0, never = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const MarginBook book = random_margin_book(seed, {120, 12, true});
    const MarginResult r = swept(book);
    std::vector<std::uint32_t> liquidate;
    for (std::uint32_t a = 0; a < r.accounts.size(); ++a) {
      if (r.accounts[a].status == MarginStatus::rejected) {
        EXPECT_NE(r.accounts[a].reasons, 0);
        continue;
      }
      const Huge now = excess(book, a, kMostInstruments, 0);
      EXPECT_TRUE(Huge{r.accounts[a].equity} - r.accounts[a].maintenance == now) << "seed " << seed << " account " << a;
      EXPECT_EQ(r.accounts[a].status == MarginStatus::liquidate, now < 0);
      if (now < 0) liquidate.push_back(a);
      for (std::uint32_t n = book.first()[a]; n < book.first()[a + 1]; ++n) {
        const MarginPosition& p = book.positions()[n];
        const MarginPositionResult& got = r.positions[n];
        SCOPED_TRACE(testing::Message() << "seed " << seed << " account " << a << " position " << n);
        const std::optional<Huge> mark = turning_mark(book, a, p);
        if (!mark) {
          EXPECT_EQ(got.state, LiquidationState::never);
          ++never;
        } else if (excess(book, a, p.instrument, p.quantity > 0 ? Huge{UINT32_MAX} : Huge{0}) < 0) {
          EXPECT_EQ(got.state, LiquidationState::always);
          ++always;
        } else {
          EXPECT_EQ(got.state, LiquidationState::at);
          EXPECT_TRUE(got.liquidation_price == *mark);
          ++at;
        }
      }
    }
    EXPECT_EQ(r.liquidate, liquidate);
  }
  EXPECT_GT(at, 1000u);
  EXPECT_GT(always, 50u);
  EXPECT_GT(never, 200u);
}

}  // namespace
}  // namespace twinpath::batch
