// How a session in FIX goes on with what a process before has kept, and finds out whether positions agree.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "host/live/fix_venue_session.h"

namespace twinpath {
namespace {

using session::FixClient;
using session::OrderState;

// Positions that differ for so long, while neither the session nor the drop copy tells anything, do differ; and so they
// do after the longest time, whatever is told.
constexpr Nanoseconds kQuiet{5'000'000'000}, kLongest{20'000'000'000};

}  // namespace

// ---- a process that goes on with the orders of the one before, whose thread has yet to begin ----

bool FixVenueSession::resume(const Kept& kept) {
  resumed_ = true;
  resume_path(kept);
  client_.begin(kept.answered);
  std::uint32_t known = 0;
  for (const auto& [name, unused] : client_.orders()) known = std::max(known, user_ref_of(name));
  check_kept(kept, known + 1);
  check_open(kept);
  highest_ = kept.next_user_ref - 1;
  for (const Kept::Order& o : kept.open) resume(o);
  start();
  return true;
}

// What nobody waits for any more would be cancelled by nobody. Orders go by their names, so it may be ours under
// another.
void FixVenueSession::check_open(const Kept& kept) const {
  for (const auto& [name, o] : client_.orders()) {
    const std::uint32_t user_ref = user_ref_of(name);
    if (is_done(o.state) || o.open == 0 ||
        std::ranges::any_of(kept.open, [&](const Kept::Order& k) { return k.sent.user_ref == user_ref; }))
      continue;
    differs("no open order but those of the journal of orders", name,
            "give order.cl_ord_id_prefix as it was, or begin with another [journal], which cancels it");
  }
}

void FixVenueSession::resume(const Kept::Order& o) {
  const std::uint32_t user_ref = o.sent.user_ref;
  const auto known = client_.orders().find(name_of(user_ref));
  // What was not kept did not leave.
  if (known == client_.orders().end() || is_done(known->second.state)) return tell_done(user_ref);
  if (known->second.state == OrderState::sent) unanswered_.insert(user_ref);
  if (o.cancel_sent) cancels_.try_emplace(user_ref, 0);
}

// ---- positions ----

// The client has compared order by order before it trades. What the drop copy tells and what the reports told have no
// number in common, so the two are looked at until they come to the same, or both are silent and do not.
void FixVenueSession::reconcile(Nanoseconds now) {
  if (client_.state() != FixClient::State::trading) return begun_.reset();
  if (reconciled()) return;
  if (copy_) {
    copy_->check_login();
    if (copy_->soup().state() != session::SoupClient::State::logged_in) return;
    std::map<Text<8>, session::OuchPosition> ours;
    for (const auto& [symbol, p] : client_.traded()) ours[make_text<8>(symbol)] = p;
    const std::string difference = session::compare_positions(ours, copy_->orders().positions());
    if (!difference.empty()) {
      const auto told = std::pair{client_.last_exec_id(), copy_->next_sequence()};
      if (!begun_) begun_ = now;
      if (told != told_ || quiet_since_ < *begun_) quiet_since_ = now;
      told_ = told;
      if (now - quiet_since_ < kQuiet && now - *begun_ < kLongest) return;
    }
    difference_ = difference;
  }
  compared_logon_ = client_.logons();
  ++reconciled_;
}

}  // namespace twinpath
