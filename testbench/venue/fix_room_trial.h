// A day whose streams run full: cancels only are taken, of whoever has filled its own, and the venue goes on.
#pragma once
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "testbench/venue/fix_trials.h"

namespace twinpath::venue {

class FixRoomTrial : FixTrial {
 public:
  std::string run() {
    std::string wrong;
    try {
      begin(&accounts_, &accounts_);
      alpha_ = terminal(0);
      beta_ = terminal(1);
      wrong = fill();
    } catch (const std::bad_alloc&) {
      wrong = "the venue ends for want of room";
    }
    venue_.reset();  // before the accounts that hear it
    return wrong;
  }

 private:
  static constexpr int kRoom = 100;  // messages of a stream

  std::string fill() {
    namespace fix = session::fix;
    if (!within(
            std::chrono::seconds(5), [&] { poll(); },
            [&] { return venue_->gateway().connected(1) && venue_->gateway().connected(2); }))
      return "no logon";
    FixMessage answer("8");
    int orders = 0;
    while (orders < kRoom && answer.get(fix::kOrdStatus) != "8")
      answer = ask(*alpha_, order("X" + std::to_string(++orders)));
    if (answer.get(fix::kOrdRejReason) != "3" || answer.get(fix::kText).find("cancels only") == std::string::npos)
      return "an order is not refused for want of room: " + answer.get(fix::kText);
    if (orders < kRoom / 4 || venue_->market().participant(1).open_orders != static_cast<std::uint32_t>(orders - 1))
      return "orders are refused while there is room, or are not there";
    FixMessage change("G");
    change.add(fix::kOrigClOrdID, "X1").add(fix::kClOrdID, "R1").add(fix::kHandlInst, '1');
    if (ask(*alpha_, terms(std::move(change))).type != "9") return "a replacement is not refused";
    FixMessage cancel("F");
    cancel.add(fix::kOrigClOrdID, "X1").add(fix::kClOrdID, "C1").add(fix::kSymbol, "AAAA").add(fix::kSide, '1');
    cancel.add(fix::kTransactTime, "20260101-00:00:00");
    if (ask(*alpha_, cancel).get(fix::kOrdStatus) != "4") return "a cancel is not taken";
    if (venue_->gateway().day_full() != 2) return "refusals are not counted";
    return ask(*beta_, order("X1")).get(fix::kOrdStatus) == "0" ? "" : "somebody else's order is refused, too";
  }

  static FixMessage terms(FixMessage m) {
    namespace fix = session::fix;
    m.add(fix::kSymbol, "AAAA").add(fix::kSide, '1').add(fix::kTransactTime, "20260101-00:00:00");
    return m.add(fix::kOrderQty, "1").add(fix::kOrdType, '2').add(fix::kPrice, "99");
  }
  static FixMessage order(const std::string& id) {
    FixMessage m("D");
    m.add(session::fix::kClOrdID, id).add(session::fix::kHandlInst, '1');
    return terms(std::move(m));
  }
  void poll() {
    venue_->poll();
    alpha_->engine().poll(0);
    beta_->engine().poll(0);
  }
  // The answer to it; of no type when there is none.
  FixMessage ask(FixTerminal& who, const FixMessage& m) {
    who.heard.clear();
    who.engine().send(0, m);
    within(std::chrono::seconds(3), [&] { poll(); }, [&] { return !who.heard.empty(); });
    return who.heard.empty() ? FixMessage() : who.heard.front();
  }

  gateway::OuchAccounts accounts_{"ROOM", std::vector<gateway::OuchParticipant>(4), kRoom};
  std::unique_ptr<FixTerminal> alpha_, beta_;
};

}  // namespace twinpath::venue
