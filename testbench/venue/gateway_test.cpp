// OUCH gateways: what each message becomes and is answered by, resends, datagrams.
#include <gmock/gmock.h>

#include "testbench/venue/gateway_case.h"

namespace twinpath::gateway {
namespace {

using ::testing::SizeIs;

TEST_F(Gateway, an_order_is_accepted_as_it_was_entered_and_its_trade_told_to_both) {
  begin();
  auto order = enter_order(5, 'T', 300, 1'000'100);
  order.intermarket_sweep = 'Y';
  order.capacity = 'A';
  one->send(bytes_of(order));
  run();
  two->send(bytes_of(enter_order(1, 'B', 100, 1'000'200, '3')));
  run();
  const auto accepted = all_of<ouch::Accepted>(one->stream());
  ASSERT_THAT(accepted, SizeIs(1));
  const ouch::Accepted& a = accepted[0];
  EXPECT_EQ(a.user_ref_num, 5u);
  EXPECT_EQ(a.side, 'T');
  EXPECT_EQ(a.quantity, 300u);
  EXPECT_EQ(trimmed(a.symbol), "AAPL");
  EXPECT_EQ(a.price, 1'000'100u);
  EXPECT_EQ(a.time_in_force, '0');
  EXPECT_EQ(a.capacity, 'A');
  EXPECT_EQ(a.intermarket_sweep, 'Y');
  EXPECT_EQ(a.order_state, 'L');
  EXPECT_EQ(trimmed(a.cl_ord_id), "C5");
  const auto sold = all_of<ouch::Executed>(one->stream()), bought = all_of<ouch::Executed>(two->stream());
  ASSERT_THAT(sold, SizeIs(1));
  ASSERT_THAT(bought, SizeIs(1));
  EXPECT_EQ(sold[0].user_ref_num, 5u);
  EXPECT_EQ(bought[0].user_ref_num, 1u);
  EXPECT_EQ(sold[0].liquidity_flag, 'A');
  EXPECT_EQ(bought[0].liquidity_flag, 'R');
  EXPECT_EQ(sold[0].price, 1'000'100u);
  EXPECT_EQ(sold[0].match_number, bought[0].match_number);
  EXPECT_EQ(venue.hub().market().position(1, 7).shares, -100);
  EXPECT_EQ(all_of<ouch::SystemEvent>(one->stream()).at(0).event_code, 'S');
}

TEST_F(Gateway, orders_that_it_cannot_obey_are_rejected_by_reason) {
  begin();
  using enum ouch::RejectReason;
  std::uint32_t number = 0;
  const auto reason = [&](auto&& change, std::span<const std::uint8_t> appendages = {}) {
    auto m = enter_order(++number, 'B', 100, 1'000'000);
    change(m);
    const ouch::Rejected r = rejected(bytes_of(m, appendages));
    EXPECT_EQ(r.user_ref_num, number);
    return static_cast<ouch::RejectReason>(r.reason);
  };
  EXPECT_EQ(reason([](auto& m) { m.side = 'X'; }), invalid_side);
  EXPECT_EQ(reason([](auto& m) { m.display = 'N'; }), invalid_display);
  EXPECT_EQ(reason([](auto& m) { m.cross_type = 'O'; }), invalid_cross_order);
  EXPECT_EQ(reason([](auto& m) { m.time_in_force = '6'; }), other);
  EXPECT_EQ(reason([](auto& m) { m.symbol = make_text<8>("NONE"); }), invalid_symbol);
  EXPECT_EQ(reason([](auto& m) { m.quantity = 0; }), invalid_quantity);
  EXPECT_EQ(reason([](auto& m) { m.price = 1'000'050; }), invalid_price);
  EXPECT_EQ(reason([](auto& m) { m.price = 2'000'000'000; }), invalid_price);
  const std::uint8_t peg[] = {2, 6, 'P'};
  EXPECT_EQ(reason([](auto&) {}, peg), other);
  const std::uint8_t minimum[] = {5, 3, 0, 0, 0, 50};
  EXPECT_EQ(reason([](auto& m) { m.time_in_force = '3'; }, minimum), invalid_minimum_quantity);
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 0u);
}

TEST_F(Gateway, replaces_cancels_and_modifications_keep_what_the_order_was) {
  begin();
  one->send(bytes_of(enter_order(1, 'S', 500, 1'000'000)));
  run();
  ouch::ReplaceOrder replace;
  replace.orig_user_ref_num = 1;
  replace.user_ref_num = 2;
  replace.quantity = 400;
  replace.price = 1'000'300;
  replace.time_in_force = '0';
  replace.display = 'Y';
  replace.intermarket_sweep = 'N';
  one->send(bytes_of(replace));
  run();
  const auto replaced = all_of<ouch::Replaced>(one->stream());
  ASSERT_THAT(replaced, SizeIs(1));
  EXPECT_EQ(replaced[0].orig_user_ref_num, 1u);
  EXPECT_EQ(replaced[0].user_ref_num, 2u);
  EXPECT_EQ(replaced[0].quantity, 400u);
  EXPECT_EQ(replaced[0].side, 'S');
  EXPECT_EQ(replaced[0].capacity, 'P');
  EXPECT_EQ(replaced[0].cross_type, 'N');

  one->send(bytes_of(ouch::ModifyOrder{2, 'T', 300}));
  one->send(bytes_of(ouch::ModifyOrder{2, 'E', 300}));  // as many as before: the kind of sale alone
  one->send(bytes_of(ouch::ModifyOrder{2, 'B', 200}));  // what is sold is not bought: nothing happens
  run();
  const auto modified = all_of<ouch::Modified>(one->stream());
  ASSERT_THAT(modified, SizeIs(2));
  EXPECT_EQ(modified[0].quantity, 300u);
  EXPECT_EQ(modified[0].side, 'T');
  EXPECT_EQ(modified[1].side, 'E');
  EXPECT_EQ(venue.accounts().orders(1).at(2).side, 'E');

  const std::size_t before = one->stream().size();
  one->send(bytes_of(ouch::CancelOrder{77, 0}));   // superfluous: no answer
  one->send(bytes_of(ouch::CancelOrder{2, 300}));  // takes nothing
  run();
  EXPECT_EQ(one->stream().size(), before);
  one->send(bytes_of(ouch::CancelOrder{2, 100}));
  one->send(bytes_of(ouch::CancelOrder{2, 0}));
  run();
  const auto canceled = all_of<ouch::Canceled>(one->stream());
  ASSERT_THAT(canceled, SizeIs(2));
  EXPECT_EQ(canceled[0].quantity, 200u);
  EXPECT_EQ(canceled[1].quantity, 100u);
  EXPECT_EQ(canceled[1].reason, 'U');
}

TEST_F(Gateway, mass_cancel_switches_and_queries_are_answered) {
  begin();
  one->send(bytes_of(enter_order(1, 'B', 100, 990'000)));
  one->send(bytes_of(enter_order(2, 'B', 100, 1'990'000, '0', "MSFT")));
  run();
  auto mass = mass_cancel_of(3, "TWIN", "MSFT");
  one->send(bytes_of(mass));
  run();
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 1u);
  ASSERT_THAT(all_of<ouch::MassCancelResponse>(one->stream()), SizeIs(1));
  mass.user_ref_num = 4;
  mass.symbol = make_text<8>("NONE");
  EXPECT_EQ(rejected(bytes_of(mass)).user_ref_num, 4u);
  mass.user_ref_num = 5;
  mass.firm = make_text<4>("ELSE");
  EXPECT_EQ(rejected(bytes_of(mass)).reason, static_cast<std::uint16_t>(ouch::RejectReason::firm_not_authorized));
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 1u);

  ouch::DisableOrderEntry disable;
  disable.user_ref_num = 6;
  disable.firm = make_text<4>("TWIN");
  one->send(bytes_of(disable));
  run();
  ASSERT_THAT(all_of<ouch::DisableOrderEntryResponse>(one->stream()), SizeIs(1));
  EXPECT_EQ(rejected(bytes_of(enter_order(7, 'B', 1, 990'000))).user_ref_num, 7u);
  ouch::EnableOrderEntry enable;
  enable.user_ref_num = 8;
  enable.firm = make_text<4>("TWIN");
  one->send(bytes_of(enable));
  one->send(bytes_of(ouch::AccountQuery{}));
  run();
  ASSERT_THAT(all_of<ouch::EnableOrderEntryResponse>(one->stream()), SizeIs(1));
  const auto next = all_of<ouch::AccountQueryResponse>(one->stream());
  ASSERT_THAT(next, SizeIs(1));
  EXPECT_EQ(next[0].next_user_ref_num, 9u);
}

TEST_F(Gateway, the_very_same_order_again_changes_nothing_over_either_way) {
  begin();
  OuchUdpGateway udp({.participant = 1}, venue.entry(), venue.ouch());
  const Bytes order = bytes_of(enter_order(4, 'B', 100, 990'000));
  EXPECT_EQ(udp.datagram({}, order, venue.now), UdpOutcome::taken);
  EXPECT_EQ(udp.datagram({}, order, venue.now), UdpOutcome::resent);
  one->send(order);
  run();
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 1u);
  ASSERT_THAT(all_of<ouch::Accepted>(one->stream()), SizeIs(1));
  // Another order under its number is not looked at, and not rejected: the first one lives.
  EXPECT_EQ(udp.datagram({}, bytes_of(enter_order(4, 'B', 200, 990'000)), venue.now), UdpOutcome::conflicting);
  run();
  EXPECT_THAT(all_of<ouch::Rejected>(one->stream()), SizeIs(0));
  EXPECT_EQ(venue.entry().passed_over(), 3u);
  // A number that was passed over is rejected once, whatever it asks for.
  EXPECT_EQ(udp.datagram({}, bytes_of(enter_order(2, 'B', 200, 990'000)), venue.now), UdpOutcome::late);
  EXPECT_EQ(udp.datagram({}, bytes_of(enter_order(2, 'B', 200, 990'000)), venue.now), UdpOutcome::resent);
  one->send(bytes_of(mass_cancel_of(3)));
  run();
  ASSERT_THAT(all_of<ouch::Rejected>(one->stream()), SizeIs(2));
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 1u);
}

TEST_F(Gateway, a_number_that_a_mass_cancel_used_is_used) {
  begin();
  one->send(bytes_of(mass_cancel_of(10)));
  EXPECT_EQ(rejected(bytes_of(enter_order(6, 'B', 100, 990'000))).user_ref_num, 6u);
  EXPECT_THAT(all_of<ouch::MassCancelResponse>(one->stream()), SizeIs(1));
  EXPECT_EQ(venue.hub().market().participant(1).open_orders, 0u);
}

TEST_F(Gateway, datagrams_are_counted_by_cause) {
  begin();
  OuchUdpGateway udp({.participant = 2, .from = {0x0A000001, 7}, .messages_a_second = 1'000, .burst = 6}, venue.entry(),
                     venue.ouch());
  const net::Endpoint card{0x0A000001, 7};
  const Bytes order = bytes_of(enter_order(1, 'B', 100, 990'000));
  EXPECT_EQ(udp.datagram({0x0A000002, 7}, order, venue.now), UdpOutcome::wrong_source);
  EXPECT_EQ(udp.datagram({0x0A000001, 8}, order, venue.now), UdpOutcome::wrong_source);
  EXPECT_EQ(udp.datagram(card, std::span(order).first(46), venue.now), UdpOutcome::bad_length);
  EXPECT_EQ(udp.datagram(card, {}, venue.now), UdpOutcome::empty);
  EXPECT_EQ(udp.datagram(card, bytes_of(ouch::AccountQuery{}), venue.now), UdpOutcome::not_an_order);
  EXPECT_EQ(udp.datagram(card, order, venue.now), UdpOutcome::taken);
  EXPECT_EQ(udp.datagram(card, bytes_of(ouch::CancelOrder{1, 0}), venue.now), UdpOutcome::taken);
  two->cut();
  EXPECT_EQ(udp.datagram(card, bytes_of(enter_order(2, 'B', 100, 990'000)), venue.now), UdpOutcome::no_session);
  EXPECT_EQ(udp.datagram(card, order, venue.now), UdpOutcome::throttled);
  venue.pass(1'000'000'000);
  two->run();
  EXPECT_EQ(udp.datagram(card, bytes_of(enter_order(2, 'B', 100, 990'000)), venue.now), UdpOutcome::taken);
  run();
  EXPECT_THAT(all_of<ouch::Accepted>(two->stream()), SizeIs(2));
}

TEST_F(Gateway, self_match_prevention_counts_against_a_replacement) {
  venue.terms[0].self_trade = market::SelfTrade::decrement;
  begin();
  one->send(bytes_of(enter_order(1, 'S', 300, 1'000'000)));
  one->send(bytes_of(enter_order(2, 'B', 100, 1'000'000)));
  run();
  EXPECT_THAT(all_of<ouch::AiqCanceled>(one->stream()), SizeIs(2));
  ouch::ReplaceOrder replace;
  replace.orig_user_ref_num = 1;
  replace.user_ref_num = 3;
  replace.quantity = 300;
  replace.price = 1'000'100;
  replace.time_in_force = '0';
  replace.display = 'Y';
  replace.intermarket_sweep = 'N';
  one->send(bytes_of(replace));
  run();
  const auto replaced = all_of<ouch::Replaced>(one->stream());
  ASSERT_THAT(replaced, SizeIs(1));
  EXPECT_EQ(replaced[0].quantity, 200u);
}

}  // namespace
}  // namespace twinpath::gateway
