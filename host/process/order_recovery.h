// What an order manager that was killed, or has ended, has left in its journal, for its successor to go on with.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/journal/journal.h"
#include "host/live/exchange_session.h"
#include "host/live/order_replay.h"
#include "host/process/order_data.h"

namespace twinpath {

// Of an order, beside the ledger.
struct KnownOrder {
  std::uint16_t source = 0;
  std::uint32_t tag = 0, incarnation = 0;
};

struct RecoveredOrders {
  // How often the exchange has given an order an answer of this kind.
  using Answers = std::map<std::pair<std::uint32_t, CommandOp>, unsigned>;

  std::unique_ptr<OrderReplay> replay;
  std::vector<KnownOrder> known;                     // by user_ref modulo Risk::kOpenSlots
  std::vector<OrderMessage> untold;                  // in the journal, not told; `time` is not set
  std::map<std::uint32_t, std::vector<Event>> sent;  // of open orders: what the exchange was given
  Answers answered;                                  // of open orders
  std::uint64_t last_answer = 0;                     // ExchangeSession::Answer::number of the last one

  // For an exchange that goes on with them.
  ExchangeSession::Kept kept() const;
};

// `told` is the number of the last record that strategies were told of. `counters` outlives what is returned. Throws
// what JournalReader and OrderReplay throw.
RecoveredOrders recover_orders(Journal& journal, std::uint64_t told, Counters& counters);

}  // namespace twinpath
