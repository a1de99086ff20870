// Orders that leave another way than the connection that answers them, as a card's frames do.
#include <gtest/gtest.h>

#include "testbench/session/ouch_trials.h"

namespace twinpath::session {
namespace {

TEST(OuchNotedTest, AQueryResolvesNothingThatMayYetArrive) {
  OuchOrders orders;
  ASSERT_TRUE(orders.request(ouch_bytes(an_order(1)), true));
  ASSERT_TRUE(orders.request(ouch_bytes(an_order(2))));
  orders.resolve(1);
  EXPECT_EQ(orders.find(1)->state, OrderState::sent);
  EXPECT_EQ(orders.find(2)->state, OrderState::unseen);
  // A number above it was taken: it never will be.
  ouch::MassCancelResponse taken;
  taken.user_ref_num = 9;
  orders.answer(ouch_bytes(taken));
  EXPECT_EQ(orders.find(1)->state, OrderState::unseen);
  EXPECT_EQ(orders.next_user_ref(), 10U);
  // It comes late, and is told so.
  ouch::Rejected late;
  late.user_ref_num = 1;
  orders.answer(ouch_bytes(late));
  EXPECT_EQ(orders.find(1)->state, OrderState::unseen);
  EXPECT_EQ(orders.disagreements(), 0U);
  late.user_ref_num = 2;
  orders.answer(ouch_bytes(late));
  EXPECT_EQ(orders.disagreements(), 1U) << "what was sent on the connection is answered before all that follows";
}

TEST(OuchNotedTest, OnlyOrdersAndCancelsAreNoted) {
  FragileStore store;
  OuchClient client(client_options(), store);
  EXPECT_TRUE(client.note(ouch_bytes(an_order(4)))) << "whatever the state";
  EXPECT_FALSE(client.note(ouch_bytes(an_order(4))));
  EXPECT_FALSE(client.note(ouch_bytes(an_order(3))));
  ouch::MassCancel all;
  all.user_ref_num = 9;
  EXPECT_FALSE(client.note(ouch_bytes(all)));
  EXPECT_FALSE(client.note({}));
  ASSERT_EQ(store.records.size(), 1U);
  EXPECT_EQ(store.records[0].record, OuchRecord::noted);
  OuchClient again(client_options(), store);
  again.recall(store.records[0].record, 0, store.records[0].bytes);
  ASSERT_NE(again.orders().find(4), nullptr);
  EXPECT_TRUE(again.orders().find(4)->elsewhere);
  EXPECT_EQ(again.orders().next_user_ref(), 5U);
  EXPECT_FALSE(again.resend(store.records[0].bytes, Nanoseconds{1})) << "not logged in";
}

// Datagrams are lost, late or in another order, connections break at any byte; what is unanswered is sent again, once a
// connection. In the end the venue and the client say the same of every order.
std::string try_noted(std::uint64_t seed) {
  const std::string at = "seed " + std::to_string(seed) + ": ";
  DiceVenue venue(seed);
  venue.rejects_late = true;
  SoupLink link(seed, {}, venue);
  FragileStore store;
  OuchClient client(client_options(seed), store);
  client.start(link.now);
  link.attach(client.soup());
  std::map<std::uint32_t, std::pair<Bytes, std::uint64_t>> unanswered;
  std::vector<Bytes> late;
  std::uint32_t next = 1;
  std::uint64_t resent = 0;
  unsigned calm = 0;
  const auto arrive = [&](const Bytes& b) {
    if (link.server && link.server->state() == SoupServerSession::State::logged_in)
      static_cast<SoupServerHandler&>(venue).unsequenced(b);
  };
  for (unsigned step = 0; step < 40'000 && calm < 400; ++step) {
    const bool ending = step > 2'000;
    if (!ending && link.below(3) == 0) {
      const Bytes b = ouch_bytes(an_order(next, link.below(2) ? 'B' : 'S'));
      const std::uint64_t fate = link.below(5);
      if (fate < 2) arrive(b);
      if (fate == 2 || fate == 3) late.push_back(b);
      client.note(b);
      unanswered[next++] = {b, 0};
    }
    if (!late.empty() && link.below(4) == 0) {
      const std::size_t i = link.below(late.size());
      arrive(late[i]);
      late.erase(late.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (!ending && link.below(4) == 0) venue.trade();
    if (!ending && seed % 4 != 0 && link.below(80) == 0) link.lose();
    link.step();
    std::erase_if(unanswered, [&](const auto& u) {
      const OuchOrder* o = client.orders().find(u.first);
      return o != nullptr && o->state != OrderState::sent;
    });
    if (client.state() == OuchClient::State::trading && (ending || link.below(20) == 0)) {
      for (auto& [ref, u] : unanswered) {
        if (u.second == client.soup().attempt() || !client.resend(u.first, link.now)) continue;
        u.second = client.soup().attempt();
        ++resent;
      }
    }
    calm = ending && unanswered.empty() && late.empty() && client.state() == OuchClient::State::trading ? calm + 1 : 0;
  }
  if (calm < 400) return at + std::to_string(unanswered.size()) + " orders are never answered";
  if (resent == 0) return at + "nothing was sent again";
  if (client.soup().next_sequence() != venue.log.next_sequence()) return at + "messages are missing";
  if (client.orders().unseen() != 0) return at + "an order was taken for unseen";
  if (venue.orders.size() + 1 != next) return at + "orders are missing";
  if (const std::string wrong = compare(client.orders(), venue); !wrong.empty()) return at + wrong;
  return {};
}

TEST(OuchNotedTest, EveryOrderIsAnsweredAndNoneTwice) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const std::string wrong = try_noted(seed);
    ASSERT_EQ(wrong, "");
  }
}

}  // namespace
}  // namespace twinpath::session
