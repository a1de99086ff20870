// Our orders at a venue, as what we sent and what it answered make them: a pure function of requests and answers in
// their order, so that a log of both brings it back (OUCH 5.0).
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "host/wire/ouch50.h"

namespace twinpath::session {

enum class OrderState : std::uint8_t {
  sent,  // no answer yet: the venue may have it or not
  live,
  canceling,       // live, and a cancel is on its way
  cancel_pending,  // the venue will cancel what a cross leaves of it
  filled,
  canceled,
  rejected,
  replaced,  // it goes on under the number of its replacement
  unseen,    // the venue never had it, and will not: resolve()
};
std::string_view to_string(OrderState state) noexcept;
constexpr bool is_done(OrderState s) noexcept { return s >= OrderState::filled; }

struct OuchOrder {
  std::uint32_t user_ref = 0;
  std::uint32_t replaces = 0;  // the number it had before; 0: none
  OrderState state = OrderState::sent;
  char side = 'B';
  Text<8> symbol{};
  std::uint64_t price = 0;  // 1/10,000 dollar
  std::uint32_t quantity = 0;
  std::uint32_t open = 0;         // may yet be executed; of one that is `sent`, all that may turn out to be
  std::uint32_t executed = 0;     // under this number, broken trades left out
  std::uint32_t prevented = 0;    // taken by self match prevention
  std::uint32_t done_before = 0;  // executed and prevented under the numbers before
  std::uint32_t cancel_to = 0;    // of one that is `canceling`: the most that it is to execute
  std::uint64_t order_reference = 0;
  // The venue's times at which it took or rejected it, and last reduced it; 0: none.
  std::uint64_t taken_at = 0, reduced_at = 0;
  bool elsewhere = false;  // its request went another way than the connection, and may arrive at any time

  bool operator==(const OuchOrder&) const = default;
};

// Of a symbol. `open_*` count orders that are `sent` in full, and a replacement beside what it replaces, until the
// venue has answered: at most that much is open.
struct OuchPosition {
  std::int64_t shares = 0;  // bought less sold
  std::int64_t cash = 0;    // sold less bought, in 1/10,000 dollar
  std::uint64_t bought = 0, sold = 0;
  std::uint64_t open_buy = 0, open_sell = 0;

  bool operator==(const OuchPosition&) const = default;
};

// What the venue's word of our positions (shares and cash by symbol; a drop copy's, say) differs in; empty: nothing.
std::string compare_positions(const std::map<Text<8>, OuchPosition>& our_positions,
                              const std::map<Text<8>, OuchPosition>& venue);

enum class OrderChange : std::uint8_t {
  accepted,
  executed,
  reduced,  // by `quantity`; the order's state says whether anything is left
  rejected,
  replaced,  // told of the replacement
  broken,    // an execution does not count
  cancel_pending,
  cancel_refused,
  modified,
  repriced,
  unseen,
  cancel_unseen,  // the venue never had the cancel: the order is live
};

struct OuchChange {
  OrderChange what;
  std::uint32_t quantity = 0;
  std::uint64_t price = 0;
  std::uint64_t match_number = 0;
  std::uint16_t reason = 0;     // RejectReason, CancelReason, or why a trade was broken
  std::uint64_t timestamp = 0;  // the venue's, nanoseconds since midnight; 0: none
};

class OuchOrdersListener {
 public:
  virtual ~OuchOrdersListener() = default;
  virtual void changed(const OuchOrder& order, const OuchChange& change) = 0;
};

class OuchOrders {
 public:
  explicit OuchOrders(OuchOrdersListener* listener = nullptr) : listener_(listener) {}
  void listen(OuchOrdersListener* listener) noexcept { listener_ = listener; }

  // A request that is about to be sent. False, and nothing done, when it is none that a venue could obey: unreadable,
  // an order number that is not above all before, a replacement or cancel of an order that is not live, a cancel that
  // takes nothing. `elsewhere`: it does not go by the connection whose answers these are.
  bool request(std::span<const std::uint8_t> message, bool elsewhere = false);
  // The venue's next message. One that was told before (of an execution the match number says so, of other answers
  // the venue's time) is counted and changes nothing. What contradicts what went before is a disagreement; it is
  // counted and, as far as it makes sense, done.
  void answer(std::span<const std::uint8_t> message);
  // The venue has answered all it will ever answer of what was sent so far, and the next number it takes is
  // `next_user_ref`: what is unanswered never reached it, but for orders that went elsewhere.
  void resolve(std::uint32_t next_user_ref);

  // The next number a request may have.
  std::uint32_t next_user_ref() const noexcept { return next_user_ref_; }
  // The highest number that the venue has answered.
  std::uint32_t highest_answered() const noexcept { return highest_answered_; }
  // Null: no such order.
  const OuchOrder* find(std::uint32_t user_ref) const;
  const std::map<std::uint32_t, OuchOrder>& orders() const noexcept { return orders_; }
  const std::map<Text<8>, OuchPosition>& positions() const noexcept { return positions_; }
  std::uint64_t executions() const noexcept { return executions_; }
  std::uint64_t duplicates() const noexcept { return duplicates_; }  // answers told again
  std::uint64_t adopted() const noexcept { return adopted_; }        // orders that only the venue knew
  std::uint64_t unseen() const noexcept { return unseen_; }
  std::uint64_t disagreements() const noexcept { return disagreements_; }
  const std::string& first_disagreement() const noexcept { return first_disagreement_; }

  // compare_positions() with ours.
  std::string compare(const std::map<Text<8>, OuchPosition>& venue) const {
    return compare_positions(positions_, venue);
  }

 private:
  friend struct RequestVisitor;
  friend struct AnswerVisitor;
  struct Fill {
    std::uint32_t quantity;
    std::uint64_t price;
    bool broken;
  };

  OuchOrder& add(OuchOrder order);
  OuchOrder& adopt(std::uint32_t user_ref);
  OuchOrder* answered(std::uint32_t user_ref, std::string_view what);
  void set_open(OuchOrder& order, std::uint32_t open);
  void finish(OuchOrder& order, OrderState state);
  void fill(const OuchOrder& order, std::uint32_t quantity, std::uint64_t price, bool broken);
  void settle_cancel(OuchOrder& order);
  void reduce(OuchOrder& order, std::uint32_t quantity, char reason, std::uint64_t timestamp);
  void tell(const OuchOrder& order, const OuchChange& change);
  void never_came(OuchOrder& order);
  void pass_over(std::uint32_t user_ref);
  void disagree(std::uint32_t user_ref, std::string_view what);

  OuchOrdersListener* listener_;
  std::map<std::uint32_t, OuchOrder> orders_;
  std::map<std::uint32_t, std::uint32_t> replacements_;  // on their way: of which, its replacement
  std::map<Text<8>, OuchPosition> positions_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, Fill> fills_;  // by order and match number
  std::uint32_t next_user_ref_ = 1;
  std::uint32_t highest_answered_ = 0;
  std::uint64_t executions_ = 0, duplicates_ = 0, adopted_ = 0, unseen_ = 0, disagreements_ = 0;
  std::string first_disagreement_;
};

}  // namespace twinpath::session
