// An OUCH 5.0 client: our orders at a venue over as many connections, and as many processes, as it takes. A state
// machine like what it stands on (soup_client.h, ouch_orders.h).
//
// Whatever is sent is kept before it is sent, and whatever comes is kept before it is obeyed. What was kept, recalled
// in its order, makes the same client again; the venue replays what had not been kept. An order that is unanswered when
// a connection is lost is not guessed at: on the next one, once a query sent there is answered, everything the venue
// had to say has come, and what is unanswered never reached it. Nothing is sent until then.
//
// That holds for a venue that obeys nothing from a connection once it has taken the account's login on another.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "host/core/types.h"
#include "host/session/ouch_orders.h"
#include "host/session/soup_client.h"

namespace twinpath::session {

enum class OuchRecord : std::uint8_t {
  login = 1,    // the session's name; `sequence`: of the first message that will come
  request = 2,  // a message to the venue, about to be sent
  answer = 3,   // message `sequence` of the venue
  noted = 4,    // a message to the venue that goes another way than this connection, as in a card's frame
};

// Where records are kept: beyond the end of the process once keep() returns.
class OuchStore {
 public:
  virtual ~OuchStore() = default;
  virtual void keep(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes) = 0;
};

class OuchClient final : private SoupClientHandler {
 public:
  enum class State : std::uint8_t {
    offline,    // no login, or not yet
    resolving,  // logged in; what the venue had to say is coming
    trading,
    over,  // end of session, or refused: soup().loss() says why
  };

  // One session of a venue: another day is another client with another store.
  OuchClient(const SoupClientOptions& options, OuchStore& store, OuchOrdersListener* listener = nullptr);

  // What a store kept, oldest first, all of it before start(). The listener is told nothing of it. Throws
  // std::runtime_error when the records cannot have been kept by a client.
  void recall(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes);
  // Before the first recall(): the listener is told of all that is recalled, too.
  void tell_recalled() noexcept { orders_.listen(listener_); }
  void start(Nanoseconds now);

  // A request of OUCH without appendages. False, and nothing done, unless trading, there is room and the request makes
  // sense (OuchOrders::request). A user_ref_num of a request that takes one is orders().next_user_ref() or above.
  template <class M>
  bool send(const M& message, Nanoseconds now) {
    static_assert(M::kType != ouch::AccountQuery::kType, "queries are the client's own");
    std::uint8_t bytes[M::kLength];
    message.write(bytes);
    return send_bytes(bytes, now);
  }
  // The same with appendages, as it is on the wire.
  bool send_bytes(std::span<const std::uint8_t> message, Nanoseconds now);

  // An order or a cancel that goes, or went, another way (a frame of UDP, say) is kept as ours, whatever the state. An
  // order that is noted may arrive at any time, so no query resolves it: an answer does, to it or to the very same
  // bytes sent with resend(), or one that says that its number was passed over. False, and nothing done, when it makes
  // no sense (OuchOrders::request).
  bool note(std::span<const std::uint8_t> message);
  // Sends what was noted on this connection too. False, and nothing done, unless trading and there is room.
  bool resend(std::span<const std::uint8_t> message, Nanoseconds now);

  State state() const noexcept;
  // The venue's last message that was obeyed, which is the one that the listener is told of; 0: none.
  std::uint64_t answered() const noexcept { return next_sequence_ == 0 ? 0 : next_sequence_ - 1; }
  const OuchOrders& orders() const noexcept { return orders_; }
  // Connections, bytes and times go through this.
  SoupClient& soup() noexcept { return soup_; }
  const SoupClient& soup() const noexcept { return soup_; }

 private:
  void sequenced(std::uint64_t sequence, std::span<const std::uint8_t> message) override;
  void logged_in(const Text<10>& session, std::uint64_t sequence) override;

  void keep(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes);
  bool apply(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes);
  void apply_answer(std::span<const std::uint8_t> message);
  void query();

  OuchStore& store_;
  OuchOrdersListener* listener_;
  OuchOrders orders_;
  SoupClient soup_;
  Text<10> session_;
  std::uint64_t next_sequence_;
  bool resolved_ = false;
  // Queries: answers tell nothing of which query they are for, so they are counted. Of queries sent on earlier
  // connections, as many as `stray_` may yet be answered, in front of those sent on this one.
  std::uint64_t stray_ = 0, asked_ = 0, told_ = 0;
  bool noted_ = false;             // ever
  std::uint32_t after_query_ = 0;  // requests of this number and above were sent behind the last query
};

}  // namespace twinpath::session
