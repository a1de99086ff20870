// Streams of executions for readers who do not trade: one for each set of participants that somebody wants to follow,
// by whatever way their orders come. Rebuilt from the request log like the participants' own streams (ouch_accounts.h),
// so that a reader goes on behind the last message it has, whatever ended in between.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/venue/gateway/ouch_accounts.h"

namespace twinpath::gateway {

class DropCopies final : public MarketListener {
 public:
  // `names`: of the participants, numbered from 1. A copy tells of the participants in its list. `accounts` outlives it
  // and stands before it among the listeners: their days have the same names.
  DropCopies(const OuchAccounts& accounts, std::vector<std::string> names,
             const std::vector<std::vector<std::uint32_t>>& copies);

  void market_did(const market::Request& r, std::span<const market::Execution> executions) override;

  // Of the day, or of the last one; copies are numbered from 0. Whoever holds it may read it for ever.
  const std::shared_ptr<StoredMessages>& stream(std::size_t copy) const noexcept { return copies_[copy].stream; }

 private:
  struct Copy {
    std::vector<bool> told;  // by participant; [0] is nobody's
    std::shared_ptr<market::MessageStore> store;
    std::shared_ptr<StoredMessages> stream;
  };

  void begin_day();

  const OuchAccounts& accounts_;
  std::vector<std::string> names_;
  std::vector<Copy> copies_;
};

}  // namespace twinpath::gateway
