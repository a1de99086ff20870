// An operator's cancel of one order, by its number: why there can be none.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "host/path/order_ledger.h"

namespace twinpath {

// Empty when the order is open and has no cancel yet. `next_user_ref` is what the next order may have.
inline std::string cancel_refused(const OrderLedger& ledger, std::uint32_t user_ref, std::uint32_t next_user_ref) {
  const auto* const o = ledger.order(user_ref);
  if (o != nullptr && !o->cancel_sent) return {};
  if (o != nullptr) return fmt::format("order {}: a cancel has been sent already; its answer is awaited", user_ref);
  if (user_ref >= next_user_ref)
    return fmt::format("expected the number of an open order, found {}, which no order has had; the next one is {}",
                       user_ref, next_user_ref);
  return fmt::format("expected the number of an open order, found {}, whose order is over", user_ref);
}

}  // namespace twinpath
