// What is kept of orders in a journal, and in which order: an ORDER or CANCEL, then whether its frame left.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/core/config.h"
#include "host/core/event.h"
#include "host/journal/journal.h"
#include "host/journal/journal_reader.h"

namespace twinpath {

// The tag of a DISARM that nobody gave: until what it waits for is there again.
inline constexpr std::uint32_t kByItself = 1;

// One thread at a time calls it. Allocates nothing but in begin().
class OrderJournal {
 public:
  explicit OrderJournal(Journal& journal) : journal_(journal) {}

  struct Session {
    std::uint64_t epoch = 0;           // nanoseconds UTC that times count from; 0: from the first frame
    bool continues = false;            // the orders of the session before are this one's too
    std::vector<std::string> sources;  // names of who asks for orders; record_source() counts from 0
  };
  // The first thing: what the records behind it mean.
  void begin(const CoreConfig& config, const Session& session);
  // Active from the start on, or from the next SWAP.
  void bank(const Bank& bank) noexcept { journal_.append(JournalKind::bank, bank); }
  std::uint64_t event(const Event& e, std::uint16_t source = 0, std::uint32_t intent = 0, std::uint32_t tag = 0,
                      std::uint32_t incarnation = 0) noexcept {
    return journal_.append(JournalKind::event, e, source, intent, tag, incarnation);
  }
  // A cancel that is nobody's intent and goes through no check: what is open at the end, or whose strategy is gone.
  std::uint64_t host_cancel(const Event& e, std::uint16_t source = 0) noexcept {
    return journal_.append(JournalKind::host_cancel, e, source);
  }
  void sent(std::uint32_t user_ref, bool cancel, bool left) noexcept {
    journal_.append(JournalKind::sent, JournalSent{user_ref, cancel, left, {}});
  }
  void doubt(std::uint32_t user_ref, bool cancel) noexcept {
    journal_.append(JournalKind::doubt, JournalSent{user_ref, cancel, 0, {}});
  }
  void refused(const JournalRefused& r, std::uint16_t source, std::uint32_t intent) noexcept {
    journal_.append(JournalKind::refused, r, source, intent);
  }
  void end() noexcept { journal_.append(JournalKind::stop, std::span<const std::byte>{}); }

  Journal& journal() noexcept { return journal_; }
  const Journal& journal() const noexcept { return journal_; }

 private:
  Journal& journal_;
};

// The names that a start record has.
struct JournalNames {
  std::vector<std::string> symbols, sources;
};
// Of a start record. Throws std::length_error when it is shorter than it says.
JournalNames journal_names(const JournalRecord& start);

}  // namespace twinpath
