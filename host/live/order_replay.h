// A journal played again: the state of orders, positions and risk that its records lead to, every verdict made again
// and compared.
//
// Risk (SEM 5) gets the intents, commands and answers of the journal in their order. What market data told it stands in
// each record's event: the collar's reference, whether the session was open and the symbol halted. So every check of
// every order and rejection is made again, and its verdict and operands must be those recorded.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/journal/journal_reader.h"
#include "host/live/order_journal.h"
#include "host/path/order_ledger.h"
#include "host/risk/risk.h"

namespace twinpath {

class OrderReplay {
 public:
  // `counters` outlives it, and the Risk that is taken from it.
  explicit OrderReplay(Counters& counters);
  ~OrderReplay();

  // Throws std::runtime_error "record N: expected ..., found ...; ..." when the record does not follow from those
  // before.
  void take(const JournalRecord& record);

  // An order, and what the journal tells of it beyond the ledger.
  struct Open {
    OrderLedger::Order order;
    Cycles time;  // it was sent
    std::uint16_t source = 0;
    std::uint32_t tag = 0;
    bool in_doubt = false;  // nobody knows whether its frame has left
  };
  struct Totals {
    std::uint64_t records = 0, starts = 0, orders = 0, cancels = 0, host_cancels = 0, rejects = 0, refused = 0;
    std::uint64_t acks = 0, fills = 0, dones = 0, commands = 0, states = 0, unsent = 0, doubts = 0;
    bool stopped = false;  // the last session ended orderly
  };

  // Since the last start that did not continue the one before.
  const OrderLedger& ledger() const noexcept { return *ledger_; }
  std::vector<Open> open_orders() const;
  // Orders and cancels whose record is there and whose `sent` is not: at most those of the moment it was cut off.
  struct Unknown {
    std::uint32_t user_ref;
    bool cancel;
    std::uint16_t source;
  };
  const std::vector<Unknown>& unknown() const noexcept { return unknown_; }
  bool killed() const noexcept { return killed_; }
  bool armed() const noexcept { return armed_; }
  // DISARM was given after the start's own, or after an ARM: somebody meant it. So it stays through an end that was
  // none.
  bool disarmed_by_command() const noexcept { return !armed_ && by_command_; }
  std::uint32_t next_user_ref() const noexcept { return next_user_ref_; }
  // Number of the last intent of each source that an order, a cancel, a rejection or a refusal answers.
  std::uint64_t last_intent(std::uint16_t source) const noexcept {
    return source < last_intents_.size() ? last_intents_[source] : 0;
  }
  const JournalNames& names() const noexcept { return names_; }
  const JournalStart& start() const noexcept { return start_; }
  const Totals& totals() const noexcept { return totals_; }
  const Bank& bank() const noexcept { return banks_[active_]; }
  // Latest time of any event.
  Cycles time() const noexcept { return time_; }

  // For who goes on with it; the last thing that is asked. Null when the journal has no start. Its limits are this
  // object's: it is to use() others before this one goes.
  std::unique_ptr<Risk> take_risk() noexcept { return std::move(risk_); }

 private:
  struct Sent {
    std::uint32_t user_ref = 0;
    std::uint16_t source = 0;
    std::uint32_t tag = 0;
    Cycles time;
    bool in_doubt = false;
  };

  void begin(const JournalRecord& record);
  void event(const JournalRecord& record);
  void decision(const JournalRecord& record, const Event& e);
  void command(const JournalRecord& record, const Event& e);
  [[noreturn]] void differs(const JournalRecord& record, std::string_view what, std::uint64_t expected,
                            std::uint64_t found) const;

  JournalStart start_{};
  JournalNames names_;
  CoreConfig config_;
  Counters& counters_;
  std::array<Bank, 2> banks_;
  unsigned active_ = 0;
  bool first_bank_ = true;
  std::unique_ptr<Risk> risk_;
  std::unique_ptr<OrderLedger> ledger_;
  std::vector<Sent> sent_;  // by user_ref modulo Risk::kOpenSlots
  std::vector<Unknown> unknown_;
  std::vector<std::uint64_t> last_intents_;
  bool killed_ = false, armed_ = true;
  bool switched_ = false;    // the next DISARM is not the start's own
  bool by_command_ = false;  // the last DISARM was somebody's
  std::uint32_t next_user_ref_ = 1;
  Cycles time_{};
  Totals totals_;
};

// Plays a whole journal. Throws as JournalReader and OrderReplay do.
std::unique_ptr<OrderReplay> replay_journal(const std::filesystem::path& path, Counters& counters);

}  // namespace twinpath
