#include "host/process/order_recovery.h"

#include <algorithm>
#include <optional>

#include "host/journal/journal_reader.h"
#include "host/process/order_updates.h"

namespace twinpath {
namespace {

void take(RecoveredOrders& r, const JournalRecord& record, std::uint64_t told) {
  const JournalRecordHeader& h = record.header;
  const auto tell = [&](const OrderUpdate& u, std::uint16_t source, std::uint32_t incarnation) {
    // Told after it was journalled: of the last ones nobody may have heard.
    if (h.number > told) r.untold.push_back({h.number, 0, source, incarnation, u});
  };
  Event e{};
  std::optional<OrderLedger::Order> before;
  if (h.kind == JournalKind::event || h.kind == JournalKind::host_cancel) {
    e = record.as<Event>();
    if (const auto* o = r.replay->ledger().order(e.user_ref)) before = *o;
  }
  r.replay->take(record);
  const OrderLedger& ledger = r.replay->ledger();
  if (h.kind == JournalKind::host_cancel && before) r.sent[e.user_ref].push_back(e);
  if (h.kind == JournalKind::refused) {
    const auto refused = record.as<JournalRefused>();
    tell(update_of_refusal(refused, r.replay->time(), ledger.position(refused.symbol)), h.source, h.incarnation);
  }
  if (h.kind != JournalKind::event) return;
  KnownOrder& known = r.known[e.user_ref % Risk::kOpenSlots];
  switch (e.event_kind()) {
    case EventKind::order:
      known = {h.source, h.tag, h.incarnation};
      r.sent[e.user_ref] = {e};
      return tell(update_of_decision(e, nullptr, h.tag), h.source, h.incarnation);
    case EventKind::cancel:
      if (!before) return;
      r.sent[e.user_ref].push_back(e);
      return tell(update_of_decision(e, &*before, known.tag), h.source, h.incarnation);
    case EventKind::reject:
      return tell(update_of_decision(e, before ? &*before : nullptr, before ? known.tag : h.tag), h.source,
                  h.incarnation);
    case EventKind::command: {
      const auto op = static_cast<CommandOp>(e.reason);
      r.last_answer = std::max(r.last_answer, e.sequence);
      if (!is_answer(op) || !before) return;
      ++r.answered[{e.user_ref, op}];
      if (ledger.order(e.user_ref) == nullptr) r.sent.erase(e.user_ref);
      return tell(update_of_answer(e, *before, ledger, known.tag), known.source, known.incarnation);
    }
    default:
      return;
  }
}

}  // namespace

ExchangeSession::Kept RecoveredOrders::kept() const {
  ExchangeSession::Kept all;
  all.next_user_ref = replay->next_user_ref();
  all.answered = last_answer;
  for (const auto& [user_ref, events] : sent) {
    if (const auto* o = replay->ledger().order(user_ref))
      all.open.push_back({events.front(), o->leaves, o->cancel_sent});
  }
  return all;
}

RecoveredOrders recover_orders(Journal& journal, std::uint64_t told, Counters& counters) {
  RecoveredOrders r;
  r.replay = std::make_unique<OrderReplay>(counters);
  r.known.resize(Risk::kOpenSlots);
  journal.flush();
  if (journal.records() == 0) return r;
  JournalReader reader(journal.folder());
  while (const auto record = reader.next()) take(r, *record, told);
  std::erase_if(r.answered, [&](const auto& a) { return !r.sent.contains(a.first.first); });
  return r;
}

}  // namespace twinpath
