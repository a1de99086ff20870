#include "host/venue/gateway/ouch_accounts.h"

#include <cstdio>
#include <utility>

#include "host/venue/gateway/ouch_answer.h"

namespace twinpath::gateway {
namespace {

// Address space of a stream: messages of a day. Memory comes with use.
constexpr std::uint64_t kMostMessages = std::uint64_t{1} << 27;

}  // namespace

OuchAccounts::OuchAccounts(std::string session, std::vector<OuchParticipant> participants)
    : name_(std::move(session)), accounts_(participants.size()) {
  for (std::size_t i = 0; i < participants.size(); ++i) accounts_[i].terms = participants[i];
  begin_day();
}

void OuchAccounts::begin_day() {
  char name[16];
  std::snprintf(name, sizeof name, "%s%02u", name_.c_str(), day_ % 100);
  const mold::Session session = mold::make_session(name);
  session_ = session;
  for (Account& a : accounts_) {
    a.orders.clear();
    a.last = 0;
    a.store = std::make_shared<market::MessageStore>(session, kMostMessages);
    a.stream = std::make_shared<StoredMessages>(a.store);
  }
}

Arrival OuchAccounts::arrival(std::uint32_t participant, const market::Request& r) const {
  const Account& a = accounts_[participant - 1];
  const auto used = a.orders.find(r.user_ref_num);
  if (used != a.orders.end())
    return used->second.digest == tag::digest_of(r.tag) ? Arrival::resent : Arrival::conflicting;
  return r.user_ref_num > a.last ? Arrival::fresh : Arrival::late;
}

void OuchAccounts::market_did(const market::Request& r, std::span<const market::Execution> executions) {
  if (r.kind == market::RequestKind::start_of_day && taken(executions)) {
    ++day_;
    begin_day();
  }
  if (r.participant != 0 && r.participant <= accounts_.size() && uses_number(r))
    remember(accounts_[r.participant - 1], r);
  for (const market::Execution& e : executions) {
    if (e.participant == 0 || e.participant > accounts_.size()) continue;
    Account& a = accounts_[e.participant - 1];
    follow(a, e, r);
    if (!a.store->ended()) write_answer(e, r, a.terms, a.last + 1, *a.store);
  }
  if (r.kind == market::RequestKind::end_of_day && taken(executions))
    for (Account& a : accounts_) a.store->end();
}

void OuchAccounts::remember(Account& a, const market::Request& r) {
  const auto [place, fresh] = a.orders.try_emplace(r.user_ref_num);
  if (!fresh) return;
  place->second = {.digest = tag::digest_of(r.tag),
                   .capacity = code(r.terms, Code::capacity),
                   .cross_type = code(r.terms, Code::cross_type),
                   .side = code(r.terms, Code::side)};
  if (r.user_ref_num > a.last) a.last = r.user_ref_num;
}

// What requests about the order will have to be told.
void OuchAccounts::follow(Account& a, const market::Execution& e, const market::Request& cause) {
  if (e.kind == market::ExecutionKind::cancelled && e.reason == market::Reason::self_trade) {
    if (const auto o = a.orders.find(e.user_ref_num); o != a.orders.end()) o->second.prevented += e.quantity;
  } else if (e.kind == market::ExecutionKind::replaced) {
    const auto before = a.orders.find(e.original), now = a.orders.find(e.user_ref_num);
    if (before != a.orders.end() && now != a.orders.end()) now->second.prevented = before->second.prevented;
  }
  if (is_modified(e, cause)) a.orders[cause.original].side = code(cause.terms, Code::side);
}

}  // namespace twinpath::gateway
