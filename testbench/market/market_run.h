// A market under random requests, compared after each with everything that can be known of it from outside: the tape's
// books, a late joiner's books, the participants' executions.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "host/venue/random.h"
#include "testbench/market/execution_ledger.h"
#include "testbench/market/market_streams.h"
#include "testbench/market/tape_reader.h"

namespace twinpath::market {

// What the runs have met.
struct Coverage {
  std::map<char, std::uint64_t> types;
  std::array<std::uint64_t, 13> kinds{};
  std::map<int, std::uint64_t> reasons;
};

class MarketRun {
 public:
  explicit MarketRun(std::uint64_t seed)
      : market_(market_options(seed)), stream_(seed, market_.options()), ledger_(market_.options()), random_(seed) {}

  // One request. Returns what is wrong, or nothing.
  std::string step(Coverage& met) {
    const Request r = stream_.next();
    market_.apply(r);
    for (const Execution& e : market_.executions()) {
      ++met.kinds[static_cast<unsigned>(e.kind)];
      ++met.reasons[static_cast<int>(e.reason)];
      // The tape cannot say that an iceberg keeps its place in an auction.
      if (r.kind == RequestKind::uncross && e.kind == ExecutionKind::restated) moved_.insert(e.reference);
      if (std::string wrong = ledger_.take(r, e); !wrong.empty()) return wrong;
    }
    if (std::string wrong = ledger_.compare(market_); !wrong.empty()) return wrong;
    if (steps_++ % 8 == 0)
      if (std::string wrong = market_.check(); !wrong.empty()) return wrong;
    return read_tape(met);
  }
  const Market& market() const noexcept { return market_; }

 private:
  std::string read_tape(Coverage& met) {
    if (market_.tape().get() != tape_) {
      tape_ = market_.tape().get();
      whole_ = {};
      next_ = 1;
      joined_next_ = 0;
    }
    for (std::uint64_t n = next_; n < tape_->next_sequence(); ++n) ++met.types[static_cast<char>(tape_->at(n)[0])];
    next_ = whole_.read_all(*tape_, next_);
    if (!whole_.wrong().empty()) return whole_.wrong();
    // Between two days there is no tape to compare with.
    if (!tape_->ended())
      if (std::string wrong = compare_books(market_, whole_); !wrong.empty()) return wrong;
    return late_joiner();
  }
  std::string late_joiner() {
    if (joined_next_ != 0) joined_next_ = joined_.read_all(*tape_, joined_next_);
    if (random_.one_in(25)) {
      joined_ = {};
      joined_.read_all(*market_.snapshot(), 1);
      joined_next_ = joined_.next_after_snapshot();
      if (joined_next_ != tape_->next_sequence()) return "a snapshot that does not end where the tape does";
      // A snapshot has the orders in the engine's turn.
      if (joined_.turns(moved_) != whole_.turns(moved_)) return "the tape's order of turns is not the engine's";
    }
    if (!joined_.wrong().empty()) return "a late joiner: " + joined_.wrong();
    if (joined_next_ == 0) return "";
    if (joined_.orders() != whole_.orders() || joined_.symbols() != whole_.symbols())
      return "a late joiner's books are not those of the whole tape";
    return "";
  }

  Market market_;
  RequestStream stream_;
  ExecutionLedger ledger_;
  venue::Random random_;
  const MessageStore* tape_ = nullptr;
  TapeReader whole_, joined_;
  std::set<std::uint64_t> moved_;
  std::uint64_t next_ = 1, joined_next_ = 0;  // 0: not joined
  std::uint64_t steps_ = 0;
};

}  // namespace twinpath::market
