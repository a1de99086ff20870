#include "host/book/books.h"

#include <gtest/gtest.h>

#include <memory>

namespace twinpath::testing {
namespace {

constexpr std::uint32_t kBase = 1'000'000;

class BooksTest : public ::testing::Test {
 protected:
  BooksTest() {
    config_.symbols.resize(3);
    for (auto& s : config_.symbols) s.window_base = kBase;
    config_.sets_log2 = 4;
    config_.ways = 8;
    books_ = std::make_unique<Books>(config_, counters_);
  }

  BookChange& add(std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price,
                  SymbolIndex symbol = 0) {
    books_->add(symbol, reference, side, Quantity{shares}, Price{price}, change_);
    return change_;
  }
  BookChange& execute(std::uint64_t reference, std::uint32_t shares, SymbolIndex symbol = 0) {
    books_->execute(symbol, reference, Quantity{shares}, nullptr, true, change_);
    return change_;
  }
  static SideQuote quoted(std::uint32_t price, std::uint32_t quantity) {
    return {SideState::quoted, Price{price}, Quantity{quantity}};
  }
  std::uint64_t count(Counter c) const { return counters_[c]; }

  CoreConfig config_;
  Counters counters_;
  std::unique_ptr<Books> books_;
  BookChange change_;
};

TEST_F(BooksTest, ShowBeforeAndAfterOfAnAdd) {
  EXPECT_TRUE(add(1, Side::buy, 10, kBase).effect);
  EXPECT_EQ(change_.before, Bbo{});
  EXPECT_EQ(change_.after.bid, quoted(kBase, 10));
  EXPECT_EQ(change_.after.ask, SideQuote{});
  add(2, Side::sell, 20, kBase + 100);
  EXPECT_EQ(change_.before.bid, quoted(kBase, 10));
  EXPECT_EQ(change_.after.ask, quoted(kBase + 100, 20));
  EXPECT_FALSE(change_.trade.valid);
}

TEST_F(BooksTest, SumOrdersOfALevel) {
  add(1, Side::buy, 10, kBase);
  add(2, Side::buy, 5, kBase);
  EXPECT_EQ(change_.after.bid, quoted(kBase, 15));
  books_->erase(0, 1, change_);
  EXPECT_EQ(change_.after.bid, quoted(kBase, 5));
}

TEST_F(BooksTest, MakeADuplicateReferenceStickyWithoutEffectOnTheBook) {
  add(1, Side::buy, 10, kBase);
  add(1, Side::buy, 10, kBase + 100);
  EXPECT_FALSE(change_.effect);
  EXPECT_EQ(change_.before, change_.after);
  EXPECT_FALSE(change_.sticky_before);
  EXPECT_TRUE(change_.sticky_after);
  EXPECT_EQ(count(Counter::duplicate_reference), 1u);
}

TEST_F(BooksTest, MarkTheSymbolOfTheMessageNotThatOfTheReference) {
  add(1, Side::buy, 10, kBase, 0);
  add(1, Side::buy, 10, kBase, 1);
  EXPECT_FALSE(books_->sticky(0));
  EXPECT_TRUE(books_->sticky(1));
}

TEST_F(BooksTest, IgnoreAnAddOfNothingBeforeAnythingElse) {
  add(1, Side::buy, 10, kBase);
  EXPECT_FALSE(add(1, Side::buy, 0, kBase).effect);
  EXPECT_EQ(count(Counter::zero_quantity), 1u);
  EXPECT_EQ(count(Counter::duplicate_reference), 0u);
  EXPECT_FALSE(books_->sticky(0));
}

TEST_F(BooksTest, MakeAFullSetSticky) {
  std::uint64_t reference = 0;
  for (unsigned i = 0; i < 9; ++i) {
    while (books_->orders().set_of(++reference) != 2) {
    }
    add(reference, Side::sell, 1, kBase);
  }
  EXPECT_FALSE(change_.effect);
  EXPECT_EQ(count(Counter::order_table_full), 1u);
  EXPECT_TRUE(books_->sticky(0));
  EXPECT_EQ(change_.after.ask, quoted(kBase, 8));
  books_->trust(0);
  EXPECT_FALSE(books_->sticky(0));
}

TEST_F(BooksTest, DoNotKnowTheReferenceOfAnotherSymbol) {
  add(1, Side::buy, 10, kBase);
  for (int i = 0; i < 4; ++i) {
    if (i == 0) books_->execute(1, 1, Quantity{1}, nullptr, true, change_);
    if (i == 1) books_->cancel(1, 1, Quantity{1}, change_);
    if (i == 2) books_->erase(1, 1, change_);
    if (i == 3) books_->replace(1, 1, 2, Quantity{1}, Price{kBase}, change_);
    EXPECT_FALSE(change_.effect);
    EXPECT_FALSE(change_.trade.valid);
    EXPECT_EQ(count(Counter::unknown_reference), static_cast<unsigned>(i + 1));
  }
  EXPECT_EQ(books_->bbo(0).bid, quoted(kBase, 10));
  EXPECT_FALSE(books_->sticky(0) || books_->sticky(1));
}

TEST_F(BooksTest, TakeWhatIsLeftOfAnOverReducedOrder) {
  add(1, Side::buy, 10, kBase);
  execute(1, 11);
  EXPECT_TRUE(change_.effect);
  EXPECT_EQ(change_.trade.shares, Quantity{10});
  EXPECT_EQ(change_.after.bid, SideQuote{});
  EXPECT_TRUE(change_.sticky_after);
  EXPECT_EQ(count(Counter::over_reduction), 1u);
  EXPECT_EQ(books_->orders().size(), 0u);
}

TEST_F(BooksTest, ChangeNothingForZeroShares) {
  add(1, Side::buy, 10, kBase);
  execute(1, 0);
  EXPECT_EQ(change_.before, change_.after);
  EXPECT_FALSE(change_.trade.valid);
  books_->cancel(0, 1, Quantity{0}, change_);
  EXPECT_EQ(change_.before, change_.after);
  EXPECT_EQ(books_->orders().size(), 1u);
  EXPECT_EQ(count(Counter::zero_quantity), 0u);
}

TEST_F(BooksTest, KeepTheSideOfAReplacedOrder) {
  add(1, Side::sell, 10, kBase + 500);
  books_->replace(0, 1, 2, Quantity{7}, Price{kBase + 300}, change_);
  EXPECT_TRUE(change_.effect);
  EXPECT_EQ(change_.after.ask, quoted(kBase + 300, 7));
  EXPECT_FALSE(books_->orders().find(1).found);
  EXPECT_TRUE(books_->orders().find(2).found);
}

TEST_F(BooksTest, ReplaceAnOrderByItsOwnReference) {
  add(1, Side::sell, 10, kBase + 500);
  books_->replace(0, 1, 1, Quantity{7}, Price{kBase + 300}, change_);
  EXPECT_EQ(change_.after.ask, quoted(kBase + 300, 7));
  EXPECT_EQ(count(Counter::duplicate_reference), 0u);
}

TEST_F(BooksTest, RemoveTheOriginalEvenWhenTheReplacementFails) {
  add(1, Side::sell, 10, kBase + 500);
  add(2, Side::sell, 10, kBase + 900);
  books_->replace(0, 1, 3, Quantity{0}, Price{kBase}, change_);
  EXPECT_TRUE(change_.effect) << "the original was known";
  EXPECT_EQ(change_.after.ask, quoted(kBase + 900, 10));
  EXPECT_EQ(count(Counter::zero_quantity), 1u);
  add(4, Side::sell, 1, kBase + 100);
  books_->replace(0, 4, 2, Quantity{5}, Price{kBase}, change_);
  EXPECT_TRUE(change_.effect);
  EXPECT_TRUE(change_.sticky_after);
  EXPECT_EQ(change_.after.ask, quoted(kBase + 900, 10));
  EXPECT_EQ(count(Counter::duplicate_reference), 1u);
}

TEST_F(BooksTest, ReuseTheWayOfTheOriginalInAFullSet) {
  std::uint64_t references[9];
  std::uint64_t r = 0;
  for (auto& reference : references) {
    while (books_->orders().set_of(++r) != 2) {
    }
    reference = r;
  }
  for (unsigned i = 0; i < 8; ++i) add(references[i], Side::buy, 1, kBase);
  books_->replace(0, references[3], references[8], Quantity{1}, Price{kBase}, change_);
  EXPECT_EQ(count(Counter::order_table_full), 0u);
  EXPECT_EQ(books_->orders().find(references[8]).way, 3u);
}

TEST_F(BooksTest, CountAnOrderAsBeyondThatTheTotalOfItsSideHasNoRoomFor) {
  add(1, Side::buy, 0xFFFFFFFE, kBase);
  add(2, Side::buy, 2, kBase + 100);
  EXPECT_TRUE(change_.effect);
  EXPECT_FALSE(change_.sticky_after);
  EXPECT_EQ(change_.after.bid.state, SideState::unknown);
  EXPECT_EQ(count(Counter::level_overflow), 1u);
  add(3, Side::sell, 1, kBase + 200);
  EXPECT_EQ(change_.after.ask, quoted(kBase + 200, 1)) << "the other side has a total of its own";
  books_->erase(0, 1, change_);
  EXPECT_EQ(change_.after.bid.state, SideState::unknown) << "order 2 is live";
  books_->cancel(0, 2, Quantity{1}, change_);
  EXPECT_EQ(change_.after.bid.state, SideState::unknown);
  add(4, Side::buy, 0xFFFFFFFF, kBase);
  EXPECT_EQ(count(Counter::level_overflow), 1u) << "order 2 has no share in the total";
  books_->erase(0, 2, change_);
  EXPECT_EQ(change_.after.bid, quoted(kBase, 0xFFFFFFFF));
}

TEST_F(BooksTest, CountOrdersOutsideTheWindowUntilTheyAreGone) {
  add(1, Side::buy, 10, kBase - 100);  // far
  EXPECT_EQ(change_.after.bid.state, SideState::unknown);
  add(2, Side::buy, 10, kBase);
  EXPECT_EQ(change_.after.bid, quoted(kBase, 10));
  add(3, Side::buy, 10, kBase + 50);  // off the grid: beyond
  EXPECT_EQ(change_.after.bid.state, SideState::unknown);
  books_->cancel(0, 3, Quantity{9}, change_);
  EXPECT_EQ(change_.after.bid.state, SideState::unknown) << "one share is still there";
  books_->cancel(0, 3, Quantity{1}, change_);
  EXPECT_EQ(change_.after.bid, quoted(kBase, 10));
  books_->erase(0, 2, change_);
  EXPECT_EQ(change_.after.bid.state, SideState::unknown);
  books_->erase(0, 1, change_);
  EXPECT_EQ(change_.after.bid.state, SideState::empty);
}

TEST_F(BooksTest, TellATradeThroughFromATradeAt) {
  add(1, Side::sell, 10, kBase + 100);
  add(2, Side::sell, 10, kBase + 100);
  add(3, Side::sell, 10, kBase + 200);
  execute(1, 10);
  EXPECT_TRUE(change_.trade.valid);
  EXPECT_TRUE(change_.trade.execution);
  EXPECT_EQ(change_.trade.resting, Side::sell);
  EXPECT_EQ(change_.trade.price, Price{kBase + 100});
  EXPECT_FALSE(change_.trade.through) << "shares are left at the price";
  execute(2, 10);
  EXPECT_TRUE(change_.trade.through) << "the best offer is worse";
  execute(3, 10);
  EXPECT_TRUE(change_.trade.through) << "no offer is left";
  add(4, Side::buy, 10, kBase);
  add(5, Side::buy, 10, kBase + 100);
  execute(4, 5);
  EXPECT_FALSE(change_.trade.through) << "the best bid is better than the order that traded";
  execute(5, 10);
  EXPECT_TRUE(change_.trade.through);
  execute(4, 2);
  EXPECT_FALSE(change_.trade.through) << "the best bid is the order that traded";
  execute(4, 3);
  EXPECT_TRUE(change_.trade.through) << "no bid is left";
}

TEST_F(BooksTest, TakeTheTradePriceOfCAndMeasureThroughByTheOrder) {
  add(1, Side::sell, 10, kBase + 100);
  const Price print{kBase + 50};
  books_->execute(0, 1, Quantity{4}, &print, true, change_);
  EXPECT_EQ(change_.trade.price, print);
  EXPECT_EQ(change_.trade.shares, Quantity{4});
  EXPECT_FALSE(change_.trade.through);
  books_->execute(0, 1, Quantity{4}, &print, false, change_);
  EXPECT_FALSE(change_.trade.valid) << "not printable: no trade";
  EXPECT_EQ(change_.after.ask, quoted(kBase + 100, 2)) << "but the shares are gone";
}

TEST_F(BooksTest, StayAsTheyAreOnATradeAgainstAHiddenOrder) {
  add(1, Side::sell, 10, kBase + 100);
  books_->trade(0, Quantity{3}, Price{kBase + 70}, change_);
  EXPECT_TRUE(change_.effect);
  EXPECT_EQ(change_.before, change_.after);
  EXPECT_TRUE(change_.trade.valid);
  EXPECT_FALSE(change_.trade.execution);
  EXPECT_FALSE(change_.trade.through);
  EXPECT_EQ(change_.trade.price, Price{kBase + 70});
  EXPECT_EQ(change_.trade.shares, Quantity{3});
}

TEST_F(BooksTest, TrustAllSymbolsAtOnce) {
  for (SymbolIndex s = 0; s < 3; ++s) {
    add(10 + s, Side::buy, 1, kBase, s);
    add(10 + s, Side::buy, 1, kBase, s);
    EXPECT_TRUE(books_->sticky(s));
  }
  books_->trust(1);
  EXPECT_FALSE(books_->sticky(1));
  EXPECT_TRUE(books_->sticky(2));
  books_->trust_all();
  for (SymbolIndex s = 0; s < 3; ++s) EXPECT_FALSE(books_->sticky(s));
}

TEST(BboTest, CrossesWhenLockedOrCrossedAndNotWhenASideIsMissing) {
  const SideQuote bid{SideState::quoted, Price{100}, Quantity{1}};
  const auto ask = [](std::uint32_t p) { return SideQuote{SideState::quoted, Price{p}, Quantity{1}}; };
  EXPECT_TRUE((Bbo{bid, ask(99)}.crossed()));
  EXPECT_TRUE((Bbo{bid, ask(100)}.crossed()));
  EXPECT_FALSE((Bbo{bid, ask(101)}.crossed()));
  EXPECT_FALSE((Bbo{bid, {}}.crossed()));
  EXPECT_FALSE((Bbo{{}, ask(1)}.crossed()));
}

}  // namespace
}  // namespace twinpath::testing
