// A session with a real exchange for one account, whatever is spoken there: a thread of its own, and what passes
// between that and the thread that trades. What an exchange speaks is a derived class's: venue_session.h,
// fix_venue_session.h.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/core/config.h"
#include "host/core/spsc_ring.h"
#include "host/live/drop_copy.h"
#include "host/live/exchange_options.h"
#include "host/live/exchange_session.h"
#include "host/session/tcp.h"

namespace twinpath {

// A copy of what there is to know of a session.
struct ExchangeStatus {
  std::string state;  // offline, resolving, reconciling, trading, disagrees, differs, over or failed
  std::string loss;   // why it was last not logged in; "none"
  std::string session;
  std::uint64_t next_sequence = 0;  // of the account's next message; over FIX, of its next execution
  std::uint64_t attempts = 0;
  std::uint64_t unanswered = 0;  // orders and cancels
  std::uint64_t open_orders = 0;
  std::int64_t cash = 0;         // sold less bought since the day began, 1/10,000 dollar
  std::uint64_t voided = 0;      // orders without an answer in time
  std::uint64_t repeated = 0;    // cancels sent again
  std::uint64_t lost = 0;        // times that it stopped trading
  std::uint64_t reconciled = 0;  // times that positions were compared
  std::uint64_t told_again = 0;  // answers that the exchange told more than once; over FIX none counts
  std::string difference;        // from the exchange's positions; empty: none
  std::uint64_t disagreements = 0;
  std::string first_disagreement;
};

// An answer for the path that began as the `life`th.
struct PathAnswer {
  Command command;
  std::uint32_t life = 0;
  std::uint64_t number = 0;  // ExchangeSession::Answer::number
};

class AccountSession : public ExchangeSession {
 public:
  enum class Begin : std::uint8_t {
    anew,     // nothing is open before the path begins
    resumed,  // resume() is the first call
  };

  // Nothing of an earlier process, or path, is open any more; true from then on. Throws std::runtime_error when the
  // exchange refuses the account, positions differ from its, or the session has failed.
  bool ready();
  // Once ready: the first order's number, and a POSITION of each configured symbol that has one.
  std::uint32_t first_user_ref() const noexcept { return first_user_ref_; }
  const std::vector<Command>& positions() const noexcept { return positions_; }
  // The exchange's message that they are as of.
  std::uint64_t positions_at() const noexcept { return positions_at_; }
  // Any thread.
  ExchangeStatus status() const;

  // Throws std::runtime_error when the session has failed: its journal cannot be written.
  std::optional<Answer> poll(Cycles until) override;
  // An answer is stamped when it is taken, so none comes before what has passed.
  Cycles next_due() const noexcept override { return Cycles{UINT64_MAX}; }
  Cycles reaction() const noexcept override { return Cycles{kTimeMask}; }
  bool replayed() const noexcept override { return false; }
  // Ready again when nothing is open, as at the start.
  void begin_again() override;
  bool trading() const noexcept override { return trading_.load(std::memory_order_acquire); }
  bool kills() const noexcept override {
    return options_.on_loss == ExchangeOptions::OnLoss::kill || wrong_.load(std::memory_order_acquire);
  }
  bool carries() const noexcept override { return options_.orders == ExchangeOptions::Orders::session; }

 protected:
  // Requests on their way to the session's thread.
  static constexpr std::size_t kRequests = 8192;
  // As many orders as can be open (SEM 5.2): an earlier process may have decided that many that nobody has kept.
  static constexpr std::uint32_t kPassedOver = 4096;
  // How long the session's thread sleeps at most: what left in a frame is kept that much later.
  static constexpr Nanoseconds kLook{1'000'000};
  // How long the end of the session is waited for.
  static constexpr Nanoseconds kLeave{200'000'000};

  AccountSession(const ExchangeOptions& options, const CoreConfig& config);

  // ---- a derived class's constructor and destructor ----
  // The last that the one does, and the first that the other does: the thread that uses all of it.
  void begin_thread();
  void end_thread();

  // ---- the trading thread ----
  // sent() found no room: the session fails.
  void overrun() noexcept { overrun_ = true; }
  void wake() const noexcept;

  // ---- the session's thread: what a derived class has to do there ----
  virtual void connect() = 0;  // once
  // Everything that there is to do, then waits for more.
  virtual void round(Nanoseconds now) = 0;
  virtual void leave() = 0;  // sees to what was sent, and logs out; what is open stays open
  // state, loss, session, next_sequence, attempts, unanswered, cash, voided, repeated and disagreements.
  virtual void describe(ExchangeStatus& s) const = 0;
  // The exchange's last message that was told; 0: none was.
  virtual std::uint64_t answered() const noexcept = 0;
  // What the account has of the symbol by all that was told; nothing: it never traded it.
  virtual std::optional<std::int64_t> shares(const Text<8>& symbol) const = 0;

  // ---- the session's thread: what it calls ----
  bool is_ready() const noexcept { return ready_.load(std::memory_order_acquire); }
  // Throws when sent() had no room.
  void check_overrun() const;
  // True once for each time that another path is to begin: answers to the one before are forgotten.
  bool begins_again();
  // Nothing is open: the path may begin, with this number, and the positions of these symbols.
  void open_path(std::uint32_t first_user_ref, std::uint64_t disagreements);
  void add_position(const Text<8>& symbol);
  // The path has begun already, in another process.
  void resume_path(const Kept& kept);
  // Throws std::runtime_error when the account's journal, whose next order is this one, lacks what that process kept,
  // or has what it did not.
  void check_kept(const Kept& kept, std::uint32_t next_user_ref) const;
  // The same, in words.
  [[noreturn]] void differs(const std::string& expected, const std::string& found, const std::string& advice) const;
  void reopen_path(std::uint64_t disagreements);
  // Whether orders may be decided, as far as the derived class knows.
  void watch(bool good, std::uint64_t disagreements);
  void publish();
  void hand_over();
  // The exchange says that an order will never be taken.
  void refuse() noexcept { refused_ = true; }

  // Answers for the path.
  void tell_accepted(std::uint32_t user_ref, std::uint32_t quantity);
  void tell_executed(std::uint32_t user_ref, const Text<8>& symbol, std::uint32_t quantity, std::uint64_t price);
  void tell_position(const Text<8>& symbol);
  void tell_done(std::uint32_t user_ref);  // nothing, when the path does not take it for open
  void give(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity = 0, std::uint64_t price = 0);

  const ExchangeOptions options_;
  session::EventLoop loop_;
  session::Descriptor bell_;  // an eventfd: a request waits
  std::optional<DropCopy> copy_;
  std::map<std::uint32_t, std::uint32_t> leaves_;  // of orders that the path takes for open
  std::uint64_t voided_ = 0, repeated_ = 0, reconciled_ = 0;
  std::string difference_;

 private:
  void work();
  std::optional<Command> position_of(const Text<8>& symbol) const;

  std::map<Text<8>, std::uint16_t> symbols_;
  std::uint32_t life_ = 0;  // the trading thread's: how often it began again

  // Between the threads.
  SpscRing<PathAnswer> in_{8192};
  std::atomic<bool> trading_{false}, ready_{false}, failed_{false}, refused_{false}, stop_{false};
  std::atomic<bool> wrong_{false};            // what the exchange says cannot be
  std::atomic<std::uint32_t> asked_life_{0};  // begin_again(), before ready_ is reset
  std::atomic<bool> overrun_{false};
  mutable std::mutex mutex_;
  ExchangeStatus status_;  // under the mutex
  std::string failure_;    // before failed_ is set

  // The session's thread.
  std::deque<PathAnswer> answers_;   // that have no room in the ring
  std::uint64_t disagreements_ = 0;  // when it became ready
  std::uint64_t lost_ = 0;
  std::uint32_t answered_life_ = 0;

  // Before ready_ is set.
  std::uint32_t first_user_ref_ = 1;
  std::vector<Command> positions_;
  std::uint64_t positions_at_ = 0;

  std::thread thread_;
};

// The session that the section [exchange] asks for. Throws FileError and std::runtime_error on what is wrong with its
// journal, and when this build cannot speak what it asks for.
std::unique_ptr<AccountSession> open_account(const ExchangeOptions& options, const CoreConfig& config,
                                             AccountSession::Begin begin = AccountSession::Begin::anew);

}  // namespace twinpath
