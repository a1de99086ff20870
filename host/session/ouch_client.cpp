#include "host/session/ouch_client.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace twinpath::session {

OuchClient::OuchClient(const SoupClientOptions& options, OuchStore& store, OuchOrdersListener* listener)
    : store_(store),
      listener_(listener),
      soup_(options, *this),
      session_(options.session),
      next_sequence_(options.next_sequence) {}

void OuchClient::recall(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes) {
  if (!apply(record, sequence, bytes))
    throw std::runtime_error("what was kept of an OUCH session: expected a login, a request or message " +
                             std::to_string(next_sequence_) + ", found a record " +
                             std::to_string(static_cast<unsigned>(record)) + " of " + std::to_string(bytes.size()) +
                             " bytes, message " + std::to_string(sequence) +
                             "; begin with an empty store, and the venue replays the session");
}

void OuchClient::start(Nanoseconds now) {
  orders_.listen(listener_);
  resolved_ = false;
  soup_.restart(session_, next_sequence_, now);
}

OuchClient::State OuchClient::state() const noexcept {
  switch (soup_.state()) {
    case SoupClient::State::logged_in:
      return resolved_ ? State::trading : State::resolving;
    case SoupClient::State::ended:
    case SoupClient::State::refused:
      return State::over;
    default:
      return State::offline;
  }
}

bool OuchClient::send_bytes(std::span<const std::uint8_t> message, Nanoseconds now) {
  if (state() != State::trading || !soup_.can_send(message.size())) return false;
  if (message.empty() || message[0] == ouch::AccountQuery::kType || !orders_.request(message)) return false;
  store_.keep(OuchRecord::request, 0, message);
  return soup_.send(message, now);
}

bool OuchClient::note(std::span<const std::uint8_t> message) {
  if (message.empty() || (message[0] != ouch::EnterOrder::kType && message[0] != ouch::CancelOrder::kType))
    return false;
  if (!orders_.request(message, true)) return false;
  noted_ = true;
  store_.keep(OuchRecord::noted, 0, message);
  return true;
}

bool OuchClient::resend(std::span<const std::uint8_t> message, Nanoseconds now) {
  return state() == State::trading && soup_.send(message, now);
}

// Kept, then done.
void OuchClient::keep(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes) {
  store_.keep(record, sequence, bytes);
  apply(record, sequence, bytes);
}

// What a record does, now or when it is recalled. False: it cannot be where it is.
bool OuchClient::apply(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes) {
  switch (record) {
    case OuchRecord::login:
      if (bytes.size() != session_.size() || (next_sequence_ != 0 && next_sequence_ != sequence)) return false;
      std::copy(bytes.begin(), bytes.end(), session_.begin());
      next_sequence_ = sequence;
      resolved_ = false;
      stray_ += asked_ - told_;
      asked_ = told_ = 0;
      return true;
    case OuchRecord::request:
      if (!bytes.empty() && bytes[0] == ouch::AccountQuery::kType) {
        ++asked_;
        after_query_ = orders_.next_user_ref();
        return true;
      }
      return orders_.request(bytes);
    case OuchRecord::noted:
      noted_ = true;
      return orders_.request(bytes, true);
    case OuchRecord::answer:
      if (sequence != next_sequence_) return false;
      ++next_sequence_;
      apply_answer(bytes);
      return true;
  }
  return false;
}

void OuchClient::apply_answer(std::span<const std::uint8_t> message) {
  orders_.answer(message);
  ouch::AccountQueryResponse next;
  std::span<const std::uint8_t> appendages;
  if (ouch::decode(message, next, appendages) == ouch::DecodeError::none) {
    if (told_ < stray_ + asked_) ++told_;
    // More answers than strays: one of this connection's queries is answered, and all that came before it has come.
    if (!resolved_ && told_ > stray_) {
      resolved_ = true;
      orders_.resolve(next.next_user_ref_num);
    }
  } else if (resolved_ && !noted_ && orders_.highest_answered() >= after_query_) {
    // A request that was sent behind the last query is answered, so every query has been. What is noted may have
    // overtaken it.
    stray_ = asked_ = told_ = 0;
  }
}

void OuchClient::query() {
  const std::uint8_t message = ouch::AccountQuery::kType;
  if (!soup_.can_send(1)) return;
  keep(OuchRecord::request, 0, {&message, 1});
  soup_.send({&message, 1}, soup_.received());
}

void OuchClient::logged_in(const Text<10>& session, std::uint64_t sequence) {
  keep(OuchRecord::login, sequence, {reinterpret_cast<const std::uint8_t*>(session.data()), session.size()});
  query();
}

void OuchClient::sequenced(std::uint64_t sequence, std::span<const std::uint8_t> message) {
  const std::uint64_t told = told_;
  keep(OuchRecord::answer, sequence, message);
  if (!resolved_ && told_ > told) query();
}

}  // namespace twinpath::session
