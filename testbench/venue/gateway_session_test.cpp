// OUCH gateways: sessions, misdeeds, recovery, days, snapshots.
#include <gmock/gmock.h>

#include "testbench/venue/gateway_case.h"

namespace twinpath::gateway {
namespace {

using ::testing::SizeIs;

TEST_F(Gateway, what_a_client_missed_is_replayed_when_it_comes_back) {
  begin();
  two->send(bytes_of(enter_order(1, 'S', 100, 1'000'000)));
  run();
  const std::size_t before = two->stream().size();
  two->cut();
  one->send(bytes_of(enter_order(1, 'B', 100, 1'000'000)));
  one->run();
  EXPECT_EQ(two->stream().size(), before);
  run();
  EXPECT_THAT(all_of<ouch::Executed>(two->stream()), SizeIs(1));
  EXPECT_EQ(two->stream(), stream_of(venue.accounts(), 2));
}

TEST_F(Gateway, a_lost_connection_cancels_where_that_was_asked_for) {
  begin();
  one->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  two->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  run();
  one->cut();
  two->cut();
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 0u);
  EXPECT_EQ(venue.hub().market().participant(2).open_orders, 1u);
  run();
  const auto canceled = all_of<ouch::Canceled>(one->stream());
  ASSERT_THAT(canceled, SizeIs(1));
  EXPECT_EQ(canceled[0].reason, 'Z');
}

TEST_F(Gateway, a_later_login_takes_over_and_the_one_before_is_not_heard) {
  begin();
  one->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  run();
  Trader other(venue, "T1", "pass");
  other.run();
  EXPECT_EQ(venue.ouch().taken_over(), 1u);
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 1u) << "the participant is still there";
  one->send_raw(Bytes{0, 1, 'R'});
  EXPECT_EQ(one->end(), session::SoupEnd::connection_lost);
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 1u);
  EXPECT_EQ(other.stream(), stream_of(venue.accounts(), 1));
  other.cut();
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 0u);
}

TEST_F(Gateway, a_drop_copy_reads_along_and_may_send_nothing) {
  begin();
  Trader drop(venue, "drop1", "read");
  drop.run();
  one->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  run();
  drop.run();
  EXPECT_EQ(drop.stream(), one->stream());
  EXPECT_EQ(venue.ouch().taken_over(), 0u);
  drop.send(bytes_of(enter_order(2, 'B', 100, 990'000)));
  drop.run();
  EXPECT_EQ(ended(session::SoupEnd::misbehaved), 1u);
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 1u);
}

TEST_F(Gateway, misbehaving_clients_are_cut_off_by_cause_and_nobody_else_is) {
  venue.gateway.messages_a_second = 1'000;
  venue.gateway.burst = 10;
  begin();
  Trader stranger(venue, "t1", "wrong");
  stranger.run();
  EXPECT_EQ(ended(session::SoupEnd::not_authorized), 1u);
  EXPECT_EQ(stranger.client().state(), session::SoupClient::State::refused);
  one->send(Bytes{'O', 1, 2});
  run();
  EXPECT_EQ(ended(session::SoupEnd::misbehaved), 1u);
  one->send(Bytes{'?'});
  run();
  EXPECT_EQ(ended(session::SoupEnd::misbehaved), 2u);
  for (std::uint32_t n = 1; n <= 11; ++n) one->send(bytes_of(enter_order(n, 'B', 100, 990'000)));
  run();
  EXPECT_EQ(ended(session::SoupEnd::throttled), 1u);
  one->send(Bytes(2'000, 'O'));
  run();
  EXPECT_EQ(ended(session::SoupEnd::too_long), 1u);
  EXPECT_EQ(two->connection()->session().state(), session::SoupServerSession::State::logged_in);
  two->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  run();
  EXPECT_THAT(all_of<ouch::Accepted>(two->stream()), SizeIs(1));
}

TEST_F(Gateway, who_has_nearly_filled_its_stream_may_cancel_only_and_the_venue_goes_on) {
  venue.most_messages = 100;
  venue.gateway.cancel_on_disconnect = {false, false, false, false};
  begin();
  one->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  for (int n = 0; n < 200 && ended(session::SoupEnd::throttled) == 0; ++n) {
    one->send(bytes_of(ouch::AccountQuery{}));
    run();
  }
  EXPECT_EQ(ended(session::SoupEnd::throttled), 1u);
  EXPECT_LT(venue.accounts().stream(1)->next_sequence(), 80u);
  one->send(bytes_of(ouch::CancelOrder{1, 0}));
  run();
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 0u);
  OuchUdpGateway udp({.participant = 1}, venue.entry(), venue.ouch());
  EXPECT_EQ(udp.datagram({}, bytes_of(enter_order(2, 'B', 100, 990'000)), venue.now), UdpOutcome::day_full);
  two->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  run();
  EXPECT_THAT(all_of<ouch::Accepted>(two->stream()), SizeIs(1));
}

TEST_F(Gateway, streams_are_the_same_bytes_after_the_end_of_the_process) {
  begin();
  one->send(bytes_of(enter_order(1, 'S', 300, 1'000'000)));
  two->send(bytes_of(enter_order(1, 'B', 100, 1'000'000)));
  one->send(bytes_of(ouch::AccountQuery{}));
  one->send(bytes_of(ouch::ModifyOrder{1, 'E', 250}));
  run();
  const auto first = stream_of(venue.accounts(), 1), second = stream_of(venue.accounts(), 2);
  one->cut(false);
  two->cut(false);
  venue.end();
  venue.begin();
  EXPECT_EQ(stream_of(venue.accounts(), 1), first);
  EXPECT_EQ(stream_of(venue.accounts(), 2), second);
  EXPECT_EQ(venue.accounts().orders(1).at(1).side, 'E');
  // The very same order is still known.
  run();
  two->send(bytes_of(enter_order(1, 'B', 100, 1'000'000)));
  run();
  EXPECT_EQ(venue.hub().market().position(2, 7).shares, 100);
  EXPECT_EQ(one->stream(), stream_of(venue.accounts(), 1));
}

TEST_F(Gateway, after_a_restart_those_who_do_not_come_back_lose_their_orders) {
  begin();
  one->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  run();
  one->cut(false);
  two->cut(false);
  venue.end();
  venue.begin();
  venue.pass(9'000'000'000);
  venue.ouch().advance(venue.now);
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 1u);
  venue.pass(2'000'000'000);
  venue.ouch().advance(venue.now);
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 0u);
}

TEST_F(Gateway, each_day_has_a_stream_of_its_own_and_an_end) {
  begin();
  venue.venue(market::RequestKind::end_of_day);
  run();
  EXPECT_EQ(one->client().state(), session::SoupClient::State::ended);
  EXPECT_EQ(all_of<ouch::SystemEvent>(one->stream()).back().event_code, 'E');
  venue.venue(market::RequestKind::start_of_day);
  venue.venue(market::RequestKind::set_state);
  Trader again(venue, "T1", "PASS");
  again.run();
  EXPECT_EQ(session::session_name(again.client().session()), "TWINPATH02");
  EXPECT_TRUE(again.send(bytes_of(enter_order(1, 'B', 100, 990'000))));
  again.run();
  EXPECT_THAT(all_of<ouch::Accepted>(again.stream()), SizeIs(1));
}

TEST_F(Gateway, a_snapshot_ends_with_the_place_to_go_on_from) {
  begin();
  one->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  run();
  GlimpseService glimpse({.logins = venue.gateway.logins, .snapshots_a_second = 1, .burst = 1}, venue.hub());
  struct Handler : session::SoupClientHandler {
    std::vector<Bytes> all;
    void sequenced(std::uint64_t, std::span<const std::uint8_t> m) override { all.emplace_back(m.begin(), m.end()); }
  };
  const auto snapshot = [&](Handler& handler) {
    session::SoupClientOptions o;
    o.username = make_text<6>("drop1");
    o.password = make_text<10>("read");
    session::SoupClient client(o, handler);
    client.start(venue.now);
    const auto wire = glimpse.accept(venue.now, 1);
    client.connected(venue.now);
    for (int i = 0; i < 4; ++i) {
      wire->settle(venue.now);
      wire->session().receive(Bytes(client.output().begin(), client.output().end()), venue.now);
      client.sent(client.output().size(), venue.now);
      wire->settle(venue.now);
      const Bytes back(wire->session().output().begin(), wire->session().output().end());
      wire->session().sent(back.size(), venue.now);
      client.receive(back, venue.now);
    }
    return client.state();
  };
  Handler good, over;
  EXPECT_EQ(snapshot(good), session::SoupClient::State::ended);
  ASSERT_FALSE(good.all.empty());
  EXPECT_EQ(good.all.back()[0], market::kEndOfSnapshot);
  EXPECT_EQ(soup::parse_number({reinterpret_cast<const char*>(good.all.back().data()) + 1, 20}),
            venue.hub().market().tape()->next_sequence());
  EXPECT_EQ(snapshot(over), session::SoupClient::State::refused);
  EXPECT_EQ(glimpse.refused(), 1u);
}

}  // namespace
}  // namespace twinpath::gateway
