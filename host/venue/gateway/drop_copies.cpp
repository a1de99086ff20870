#include "host/venue/gateway/drop_copies.h"

#include <utility>

#include "host/wire/drop_copy.h"

namespace twinpath::gateway {
namespace {

using market::Execution;
using market::ExecutionKind;

// Address space of a copy: messages of a day. Memory comes with use.
constexpr std::uint64_t kMostMessages = std::uint64_t{1} << 27;

char gateway_letter(market::Gateway g) noexcept {
  switch (g) {
    case market::Gateway::ouch_soup:
      return 'O';
    case market::Gateway::ouch_udp:
      return 'U';
    case market::Gateway::fix:
      return 'F';
    case market::Gateway::venue:
      break;
  }
  return 'V';
}

template <class M>
void put(market::MessageStore& to, const Execution& e, const std::string& name) {
  M m;
  m.timestamp = e.time;
  m.participant = e.participant;
  m.participant_name = make_text<32>(name);
  m.user_ref_num = e.user_ref_num;
  m.cl_ord_id = e.terms.cl_ord_id;
  m.side = side_letter(e.terms);
  m.symbol = e.terms.symbol;
  m.quantity = e.quantity;
  m.price = e.price;
  m.liquidity_flag = liquidity_letter(e);
  m.match_number = e.match_number;
  m.order_reference_number = e.reference;
  m.leaves = e.leaves;
  m.traded = e.traded;
  m.gateway = gateway_letter(e.terms.gateway);
  m.write(to.claim(M::kLength));
  to.commit();
}

}  // namespace

DropCopies::DropCopies(const OuchAccounts& accounts, std::vector<std::string> names,
                       const std::vector<std::vector<std::uint32_t>>& copies)
    : accounts_(accounts), names_(std::move(names)), copies_(copies.size()) {
  for (std::size_t i = 0; i < copies.size(); ++i) {
    copies_[i].told.resize(names_.size() + 1);
    for (const std::uint32_t p : copies[i]) copies_[i].told[p] = true;
  }
  begin_day();
}

void DropCopies::begin_day() {
  for (Copy& c : copies_) {
    c.store = std::make_shared<market::MessageStore>(accounts_.session(), kMostMessages);
    c.stream = std::make_shared<StoredMessages>(c.store);
  }
}

void DropCopies::market_did(const market::Request& r, std::span<const market::Execution> executions) {
  if (r.kind == market::RequestKind::start_of_day && taken(executions)) begin_day();
  for (const Execution& e : executions) {
    if (e.kind != ExecutionKind::executed && e.kind != ExecutionKind::broken) continue;
    for (Copy& c : copies_) {
      if (!c.told[e.participant] || c.store->ended()) continue;
      if (e.kind == ExecutionKind::executed)
        put<dropcopy::Executed>(*c.store, e, names_[e.participant - 1]);
      else
        put<dropcopy::Broken>(*c.store, e, names_[e.participant - 1]);
    }
  }
  if (r.kind == market::RequestKind::end_of_day && taken(executions))
    for (Copy& c : copies_) c.store->end();
}

}  // namespace twinpath::gateway
