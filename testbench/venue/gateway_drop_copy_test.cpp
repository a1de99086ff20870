// Drop copies of executions: what they say, of whom, and from where on.
#include <gmock/gmock.h>

#include "host/wire/drop_copy.h"
#include "testbench/venue/gateway_case.h"

namespace twinpath::gateway {
namespace {

using ::testing::SizeIs;

struct Reader final : session::SoupClientHandler {
  std::vector<Bytes> all;
  void sequenced(std::uint64_t, std::span<const std::uint8_t> m) override { all.emplace_back(m.begin(), m.end()); }
};

struct DropCopy : Gateway {
  std::unique_ptr<Trader> copy;
  Reader tail;

  void begin() {
    Gateway::begin();
    copy = std::make_unique<Trader>(venue, "firm", "read");
    copy->run();
  }
  // Participant 1 sells 300 at 100 dollars, of which 2 takes `quantity`.
  void trade(std::uint32_t number, std::uint32_t quantity) {
    one->send(bytes_of(enter_order(number, 'T', 300, 1'000'000)));
    run();
    two->send(bytes_of(enter_order(number, 'B', quantity, 1'000'000, '3')));
    run();
    copy->run();
  }
  ~DropCopy() override { copy.reset(); }
};

TEST_F(DropCopy, a_trade_is_told_with_all_that_a_position_needs_and_of_ones_own_participants_only) {
  begin();
  trade(1, 100);
  ASSERT_THAT(copy->stream(), SizeIs(1));
  const auto told = all_of<ouch::Executed>(one->stream()).at(0);
  ASSERT_EQ(copy->stream()[0].size(), dropcopy::Executed::kLength);
  ASSERT_EQ(copy->stream()[0][0], dropcopy::Executed::kType);
  const auto m = dropcopy::Executed::read(copy->stream()[0].data());
  EXPECT_EQ(m.timestamp, told.timestamp);
  EXPECT_EQ(m.participant, 1u);
  EXPECT_EQ(trimmed(m.participant_name), "P1");
  EXPECT_EQ(m.user_ref_num, 1u);
  EXPECT_EQ(trimmed(m.cl_ord_id), "C1");
  EXPECT_EQ(m.side, 'T');
  EXPECT_EQ(trimmed(m.symbol), "AAPL");
  EXPECT_EQ(m.quantity, 100u);
  EXPECT_EQ(m.price, 1'000'000u);
  EXPECT_EQ(m.liquidity_flag, 'A');
  EXPECT_EQ(m.match_number, told.match_number);
  EXPECT_EQ(m.order_reference_number, all_of<ouch::Accepted>(one->stream()).at(0).order_reference_number);
  EXPECT_EQ(m.leaves, 200u);
  EXPECT_EQ(m.traded, 100u);
  EXPECT_EQ(m.gateway, 'O');
}

TEST_F(DropCopy, a_trade_that_is_taken_back_is_told) {
  begin();
  trade(1, 100);
  market::Request bust;
  bust.kind = market::RequestKind::bust;
  bust.match_number = dropcopy::Executed::read(copy->stream().at(0).data()).match_number;
  venue.hub().apply(bust);
  copy->run();
  ASSERT_THAT(copy->stream(), SizeIs(2));
  EXPECT_EQ(copy->stream()[1][0], dropcopy::Broken::kType);
  const auto m = dropcopy::Broken::read(copy->stream()[1].data());
  EXPECT_EQ(m.match_number, bust.match_number);
  EXPECT_EQ(m.quantity, 100u);
  EXPECT_EQ(trimmed(m.participant_name), "P1");
}

TEST_F(DropCopy, who_was_away_goes_on_behind_the_last_message_it_has) {
  begin();
  trade(1, 100);
  copy->cut();
  trade(2, 200);  // the copy comes back in it
  ASSERT_THAT(copy->stream(), SizeIs(2));
  copy->cut(false);
  one->cut(false);
  two->cut(false);
  venue.end();
  venue.begin();
  run();
  trade(3, 300);
  EXPECT_EQ(copy->stream(), messages_of(*venue.drop_copies().stream(0)));
  std::int64_t sold = 0;
  for (const Bytes& b : copy->stream()) sold += dropcopy::Executed::read(b.data()).quantity;
  EXPECT_EQ(sold, -venue.hub().market().position(1, 7).shares);
  // Any message on is had by asking for it.
  session::SoupClientOptions options;
  options.username = make_text<6>("firm");
  options.password = make_text<10>("read");
  options.next_sequence = 3;
  session::SoupClient client(options, tail);
  client.start(venue.now);
  const auto wire = venue.ouch().accept(venue.now, 1);
  client.connected(venue.now);
  wire->session().receive(Bytes(client.output().begin(), client.output().end()), venue.now);
  wire->settle(venue.now);
  wire->session().advance(venue.now);
  client.sent(client.output().size(), venue.now);
  client.receive(wire->session().output(), venue.now);
  ASSERT_THAT(tail.all, SizeIs(copy->stream().size() - 2));
  EXPECT_EQ(tail.all.front(), copy->stream()[2]);
}

TEST_F(DropCopy, sends_nothing_and_ends_with_the_day) {
  begin();
  trade(1, 100);
  copy->send(bytes_of(enter_order(2, 'B', 100, 990'000)));
  copy->run();
  EXPECT_EQ(ended(session::SoupEnd::misbehaved), 1u);
  EXPECT_TRUE(venue.ouch().connected(1));
  venue.pass(1'000'000);
  venue.venue(market::RequestKind::end_of_day);
  copy->run();
  EXPECT_EQ(copy->client().state(), session::SoupClient::State::ended);
  venue.venue(market::RequestKind::start_of_day);
  EXPECT_EQ(venue.drop_copies().stream(0)->next_sequence(), 1u);
}

}  // namespace
}  // namespace twinpath::gateway
