// A FIX client: our orders at a venue over as many connections, and as many processes, as it takes (FIX 4.2 and 4.4).
// The states are those of an OUCH client's orders (host/session/ouch_orders.h).
//
// Whatever is sent is in a journal before it is sent, and whatever comes is there before it is obeyed; sequence numbers
// and messages are in the engine's files. What was lost on the way here is asked for by sequence number. An order that
// is unanswered when a connection is lost is neither guessed at nor sent again: once logged on, its status is asked
// for, and the venue's answer comes behind everything else that it had to say. Nothing is sent until then.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "host/core/types.h"
#include "host/journal/journal.h"
#include "host/session/fix/fix_engine.h"
#include "host/session/ouch_orders.h"

namespace twinpath::session {

struct FixClientOptions {
  std::filesystem::path folder;  // made when it is not there; of this session alone
  std::string address;           // IPv4
  std::uint16_t port = 0;
  FixSessionOptions session;
  unsigned heartbeat = 30;  // seconds
  // Milliseconds from an attempt to the next one, doubling up to the last; seconds that a logon is waited for.
  unsigned retry_first = 100, retry_last = 5'000, logon_timeout = 10;
  // Of ClOrdIDs that are not given; a number follows. Another one each day, or another folder.
  std::string id_prefix;
  // After each logon ask for all orders that have been executed or may be, and not for unanswered ones only: what the
  // venue says it executed of each must be what it told.
  bool ask_all = false;
  // begin() is the first call, of a process that goes on with what its listener was told before.
  bool begins_later = false;
};

struct FixOrder {
  std::string cl_ord_id;  // its name now
  OrderState state = OrderState::sent;
  Side side = Side::buy;
  std::string symbol;
  char type = '2';          // OrdType
  std::uint64_t price = 0;  // 1/10,000 dollar
  std::uint64_t stop_price = 0;
  char tif = '0';  // TimeInForce
  bool post_only = false;
  std::uint32_t display = 0;   // 0: all
  std::uint32_t quantity = 0;  // executed before included
  std::uint32_t open = 0;      // may yet be executed; of one that is `sent`, all of it
  std::uint32_t executed = 0;
  std::string replacement;  // the name it will have, while a replacement is on its way
  std::string text;         // the venue's last
};

struct FixChange {
  OrderChange what;
  std::uint32_t quantity = 0;  // executed, broken
  std::uint64_t price = 0;
};

class FixClientListener {
 public:
  virtual ~FixClientListener() = default;
  virtual void changed(const FixOrder& order, const FixChange& change) = 0;
};

class FixClient final : private FixEvents {
 public:
  enum class State : std::uint8_t {
    offline,
    resolving,  // logged on; what the venue had to say of unanswered orders is coming
    trading,
  };

  // Recalls what was kept, unless it begins later. Throws what FixEngine and Journal do, FileError on damage.
  explicit FixClient(FixClientOptions options, FixClientListener* listener = nullptr);
  // Recalls what was kept, and tells the listener of what came behind this message of the venue (answered()).
  void begin(std::uint64_t heard);

  // Does all that can be done, waiting for at most so many milliseconds, connecting and reconnecting included. True:
  // there is more to do at once.
  bool poll(int wait) { return engine_->poll(wait); }
  // Readable when poll() has something to do; it is to be called every 100 ms in any case.
  int descriptor() const { return engine_->descriptor(); }
  void stop(int wait) { engine_->stop(wait); }

  // The order's name, by which it is known whatever names it gets; empty, and nothing done, unless trading. Of `order`:
  // side, symbol, type, prices, tif, post_only, display and quantity; cl_ord_id, unless it is empty, is its name, if no
  // other has it, and may not begin with id_prefix.
  std::string enter(const FixOrder& order);
  // False, and nothing done, unless trading and the order is live, without another change on its way.
  bool cancel(const std::string& name);
  bool replace(const std::string& name, std::uint32_t quantity, std::uint64_t price);

  State state() const noexcept;
  const std::map<std::string, FixOrder>& orders() const noexcept { return orders_; }
  // By symbol; open_buy and open_sell are what may yet be executed.
  std::map<std::string, OuchPosition> positions() const;
  // The same without what may yet be executed.
  const std::map<std::string, OuchPosition>& traded() const noexcept { return positions_; }
  std::uint64_t executions() const noexcept { return executions_; }
  // Logons answered, and the highest number that was an ExecID; 0: none.
  std::uint64_t logons() const { return engine_->counters().logons; }
  std::uint64_t last_exec_id() const noexcept { return last_exec_id_; }
  // The venue's last message that was obeyed, which is the one that the listener is told of: the number of its record
  // in the journal, as not all have one of their own; 0: none.
  std::uint64_t answered() const noexcept { return answered_; }
  // Why the last connection or attempt ended; empty: none has.
  std::string loss() const { return engine_->loss(0); }
  std::uint64_t duplicates() const noexcept { return duplicates_; }  // reports told again
  std::uint64_t unseen() const noexcept { return unseen_; }
  std::uint64_t disagreements() const noexcept { return disagreements_; }
  const std::string& first_disagreement() const noexcept { return first_disagreement_; }
  const FixCounters& counters() const { return engine_->counters(); }

 private:
  FixVerdict message(std::size_t, const FixMessage& message) override;
  void logged_on(std::size_t) override;
  void logged_off(std::size_t) override { asked_.clear(); }

  bool v44() const { return options_.session.begin_string == "FIX.4.4"; }
  void recall(std::uint64_t heard);
  void keep(char kind, const FixMessage& message);
  void send(const FixMessage& message);
  void requested(const FixMessage& message);
  void obey(const FixMessage& message);
  void obey_report(FixOrder& order, const FixMessage& message);
  void obey_status(FixOrder& order, const FixMessage& message);
  void fill(FixOrder& order, const FixMessage& message, bool broken);
  FixOrder* find(const std::string& cl_ord_id);
  void ask();
  FixMessage about(const char* type, const FixOrder& order, const std::string& cl_ord_id) const;
  std::string next_id();
  void tell(const FixOrder& order, const FixChange& change);
  void disagree(const std::string& what);

  FixClientOptions options_;
  FixClientListener* listener_;
  Journal journal_;
  std::map<std::string, FixOrder> orders_;    // by their first names
  std::map<std::string, std::string> names_;  // any ClOrdID of ours, cancels' included: the order's first
  std::map<std::string, OuchPosition> positions_;
  std::set<std::string> exec_ids_;
  std::set<std::string> asked_;  // names whose status was asked for on this connection
  std::uint64_t next_id_ = 1, last_exec_id_ = 0, answered_ = 0;
  std::uint64_t executions_ = 0, duplicates_ = 0, unseen_ = 0, disagreements_ = 0;
  std::string first_disagreement_;
  bool recalling_ = true;
  std::unique_ptr<FixEngine> engine_;  // last: it tells the others
};

}  // namespace twinpath::session
