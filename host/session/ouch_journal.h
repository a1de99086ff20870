// An OUCH client's records in a journal of its own (host/journal): what was kept outlives the process at once, and the
// machine as JournalOptions::sync says.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "host/journal/journal.h"
#include "host/session/ouch_client.h"

namespace twinpath::session {

class OuchJournal final : public OuchStore {
 public:
  // Opens or makes the folder; throws what Journal does.
  explicit OuchJournal(const JournalOptions& options) : journal_(options) {}

  // Gives the client all that was kept. Throws FileError on damage, std::runtime_error on records that are none of a
  // client's session.
  void recall(OuchClient& client);
  void keep(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes) override;
  Journal& journal() noexcept { return journal_; }

 private:
  Journal journal_;
  std::vector<std::byte> payload_;
};

}  // namespace twinpath::session
