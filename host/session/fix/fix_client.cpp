#include "host/session/fix/fix_client.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <utility>

#include "host/journal/journal_reader.h"
#include "host/session/fix/fix_values.h"
#include "host/wire/file_error.h"

namespace twinpath::session {
namespace {

std::string utc_now() {
  using namespace std::chrono;
  return write_time(
      static_cast<std::uint64_t>(duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count()));
}

JournalOptions journal_options(const FixClientOptions& o) {
  JournalOptions j;
  std::filesystem::create_directories(o.folder / "fix");
  j.folder = o.folder / "journal";
  return j;
}

std::uint32_t shares(const FixMessage& m, int tag) { return read_quantity(m.get(tag)).value_or(0); }

// A report of an execution, and not an answer to a question about the order.
bool is_status(const FixMessage& m) {
  return m.get(fix::kExecTransType) == "3" || m.get(fix::kExecType) == "I" || m.get(fix::kExecID) == "0";
}

}  // namespace

FixClient::FixClient(FixClientOptions options, FixClientListener* listener)
    : options_(std::move(options)), listener_(listener), journal_(journal_options(options_)) {
  if (!options_.begins_later) begin(UINT64_MAX);
}

void FixClient::begin(std::uint64_t heard) {
  recall(heard);
  recalling_ = false;
  FixEngineOptions o;
  o.sessions = {options_.session};
  o.folder = options_.folder / "fix";
  o.accept = false;
  o.address = options_.address;
  o.port = options_.port;
  o.heartbeat = options_.heartbeat;
  o.retry_first = options_.retry_first;
  o.retry_last = options_.retry_last;
  o.logon_timeout = options_.logon_timeout;
  o.resend_orders = false;
  engine_ = std::make_unique<FixEngine>(o, static_cast<FixEvents&>(*this));
}

FixClient::State FixClient::state() const noexcept {
  if (!engine_->logged_on(0)) return State::offline;
  return asked_.empty() ? State::trading : State::resolving;
}

// ---- what is kept: 'S' (about to be sent) or 'R' (received), the type, and the fields, each behind SOH ----

void FixClient::keep(char kind, const FixMessage& message) {
  std::string text = kind + message.type;
  for (const auto& [tag, value] : message.fields) text += '\001' + std::to_string(tag) + '=' + value;
  const std::uint64_t number = journal_.append(JournalKind::session, std::as_bytes(std::span(text)));
  journal_.settle(number);
  if (!journal_.good()) throw std::runtime_error(journal_.failed());
  if (kind == 'R') answered_ = number;
}

void FixClient::recall(std::uint64_t heard) {
  journal_.flush();
  JournalReader reader(journal_.folder());
  while (const auto r = reader.next()) {
    const std::string text(reinterpret_cast<const char*>(r->payload.data()), r->payload.size());
    if (r->header.kind != JournalKind::session || text.empty() || (text[0] != 'S' && text[0] != 'R'))
      throw FileError(reader.file().string(), r->at, "a record of a FIX session", "another",
                      "give the folder of this session's client");
    std::size_t at = text.find('\001');
    FixMessage m(text.substr(1, at == std::string::npos ? at : at - 1));
    while (at != std::string::npos) {
      const std::size_t end = text.find('\001', at + 1), equals = text.find('=', at);
      m.add(std::atoi(text.c_str() + at + 1),
            text.substr(equals + 1, end == std::string::npos ? end : end - equals - 1));
      at = end;
    }
    if (text[0] == 'S') {
      requested(m);
      continue;
    }
    answered_ = r->header.number;
    recalling_ = answered_ <= heard;
    obey(m);
  }
}

// ---- what we ask ----

std::string FixClient::next_id() { return options_.id_prefix + std::to_string(next_id_); }

FixMessage FixClient::about(const char* type, const FixOrder& order, const std::string& cl_ord_id) const {
  FixMessage m(type);
  m.add(fix::kClOrdID, cl_ord_id);
  if (m.type == "F" || m.type == "G") m.add(fix::kOrigClOrdID, order.cl_ord_id);
  m.add(fix::kSymbol, order.symbol).add(fix::kSide, order.side == Side::buy ? '1' : '2');
  if (m.type != "H") m.add(fix::kTransactTime, utc_now());
  if (m.type != "D" && m.type != "G") return m;
  if (!v44()) m.add(fix::kHandlInst, '1');
  m.add(fix::kOrdType, order.type).add(fix::kTimeInForce, order.tif);
  if (order.post_only) m.add(fix::kExecInst, '6');
  if (order.display != 0) m.add(fix::kMaxFloor, std::to_string(order.display));
  return m;
}

void FixClient::send(const FixMessage& message) {
  keep('S', message);
  requested(message);
  engine_->send(0, message);
}

std::string FixClient::enter(const FixOrder& order) {
  if (state() != State::trading || order.quantity == 0) return {};
  const std::string name = order.cl_ord_id.empty() ? next_id() : order.cl_ord_id;
  if (names_.count(name) != 0) return {};
  FixMessage m = about("D", order, name);
  m.add(fix::kOrderQty, std::to_string(order.quantity));
  if (order.type == '2' || order.type == '4') m.add(fix::kPrice, write_price(order.price));
  if (order.type == '3' || order.type == '4') m.add(fix::kStopPx, write_price(order.stop_price));
  send(m);
  return name;
}

bool FixClient::cancel(const std::string& name) {
  const auto o = orders_.find(name);
  if (state() != State::trading || o == orders_.end() || o->second.state != OrderState::live ||
      !o->second.replacement.empty())
    return false;
  send(about("F", o->second, next_id()));
  return true;
}

bool FixClient::replace(const std::string& name, std::uint32_t quantity, std::uint64_t price) {
  const auto o = orders_.find(name);
  if (state() != State::trading || o == orders_.end() || o->second.state != OrderState::live ||
      !o->second.replacement.empty())
    return false;
  FixMessage m = about("G", o->second, next_id());
  m.add(fix::kOrderQty, std::to_string(quantity));
  if (o->second.type == '2' || o->second.type == '4') m.add(fix::kPrice, write_price(price));
  if (o->second.type == '3' || o->second.type == '4') m.add(fix::kStopPx, write_price(o->second.stop_price));
  send(m);
  return true;
}

// A request of ours, about to be sent or recalled.
void FixClient::requested(const FixMessage& m) {
  const std::string id = m.get(fix::kClOrdID);
  if (id.starts_with(options_.id_prefix))
    next_id_ =
        std::max<std::uint64_t>(next_id_, std::strtoull(id.c_str() + options_.id_prefix.size(), nullptr, 10) + 1);
  if (m.type == "D") {
    FixOrder& o = orders_[id];
    o.cl_ord_id = id;
    o.side = m.get(fix::kSide) == "1" ? Side::buy : Side::sell;
    o.symbol = m.get(fix::kSymbol);
    o.type = m.get(fix::kOrdType)[0];
    o.tif = m.get(fix::kTimeInForce)[0];
    o.price = read_price(m.get(fix::kPrice)).value_or(0);
    o.stop_price = read_price(m.get(fix::kStopPx)).value_or(0);
    o.post_only = m.find(fix::kExecInst) != nullptr;
    o.display = shares(m, fix::kMaxFloor);
    o.quantity = o.open = shares(m, fix::kOrderQty);
    names_[id] = id;
    return;
  }
  FixOrder* const o = find(m.get(fix::kOrigClOrdID));
  if (o == nullptr) return;
  names_[id] = names_[o->cl_ord_id];
  if (m.type == "F")
    o->state = OrderState::canceling;
  else
    o->replacement = id;
}

// ---- what the venue says ----

void FixClient::logged_on(std::size_t) { ask(); }

void FixClient::ask() {
  asked_.clear();
  for (const auto& [name, o] : orders_) {
    const bool unanswered = o.state == OrderState::sent || o.state == OrderState::canceling || !o.replacement.empty();
    const bool may_trade = !is_done(o.state) || o.executed != 0;
    if (!unanswered && !(options_.ask_all && may_trade)) continue;
    asked_.insert(name);
    engine_->send(0, about("H", o, o.cl_ord_id));
  }
}

FixVerdict FixClient::message(std::size_t, const FixMessage& m) {
  if (m.type != "8" && m.type != "9" && m.type != "j" && m.type != "r") return {FixVerdict::unsupported_type, 0};
  keep('R', m);
  obey(m);
  // What a business reject is about it does not say: whatever is unanswered is asked for.
  if (m.type == "j") ask();
  return {};
}

FixOrder* FixClient::find(const std::string& cl_ord_id) {
  const auto name = names_.find(cl_ord_id);
  return name == names_.end() ? nullptr : &orders_.at(name->second);
}

void FixClient::tell(const FixOrder& order, const FixChange& change) {
  if (listener_ != nullptr && !recalling_) listener_->changed(order, change);
}

void FixClient::disagree(const std::string& what) {
  if (++disagreements_ == 1) first_disagreement_ = what;
}

void FixClient::obey(const FixMessage& m) {
  if (m.type != "8" && m.type != "9") return;
  FixOrder* o = find(m.get(fix::kClOrdID));
  if (o == nullptr) o = find(m.get(fix::kOrigClOrdID));
  if (o == nullptr) return disagree("a " + m.type + " about " + m.get(fix::kClOrdID) + ", which is no order of ours");
  if (m.type == "8") return is_status(m) ? obey_status(*o, m) : obey_report(*o, m);
  o->text = m.get(fix::kText);
  if (m.get(fix::kCxlRejResponseTo) == "2")
    o->replacement.clear();
  else if (o->state == OrderState::canceling)
    o->state = OrderState::live;
  tell(*o, {OrderChange::cancel_refused});
}

void FixClient::fill(FixOrder& o, const FixMessage& m, bool broken) {
  const std::uint32_t quantity = shares(m, fix::kLastShares);
  const std::uint64_t price = read_price(m.get(fix::kLastPx)).value_or(0);
  const bool buys = (o.side == Side::buy) != broken;
  OuchPosition& p = positions_[o.symbol];
  const std::int64_t value = static_cast<std::int64_t>(price * quantity);
  p.shares += buys ? std::int64_t{quantity} : -std::int64_t{quantity};
  p.cash += buys ? -value : value;
  std::uint64_t& sum = o.side == Side::buy ? p.bought : p.sold;
  sum = broken ? sum - quantity : sum + quantity;
  o.executed = broken ? o.executed - quantity : o.executed + quantity;
  if (!broken) ++executions_;
  tell(o, {broken ? OrderChange::broken : OrderChange::executed, quantity, price});
}

void FixClient::obey_report(FixOrder& o, const FixMessage& m) {
  if (!exec_ids_.insert(m.get(fix::kExecID)).second) {
    ++duplicates_;
    return;
  }
  last_exec_id_ = std::max<std::uint64_t>(last_exec_id_, std::strtoull(m.get(fix::kExecID).c_str(), nullptr, 10));
  const std::string type = m.get(fix::kExecType), status = m.get(fix::kOrdStatus);
  const bool broken = m.get(fix::kExecTransType) == "1" || type == "H";
  o.open = shares(m, fix::kLeavesQty);
  o.text = m.get(fix::kText);
  if (type == "8") {
    o.state = OrderState::rejected;
    return tell(o, {OrderChange::rejected});
  }
  o.quantity = shares(m, fix::kOrderQty);
  if (status == "2") {
    o.state = OrderState::filled;
  } else if (status == "4" || status == "C") {
    o.state = OrderState::canceled;
  } else if (o.state != OrderState::canceling) {
    o.state = OrderState::live;
  }
  if (is_done(o.state)) o.replacement.clear();
  if (broken || type == "F" || ((type == "1" || type == "2") && shares(m, fix::kLastShares) != 0)) {
    fill(o, m, broken);
  } else if (type == "5") {
    o.cl_ord_id = m.get(fix::kClOrdID);
    o.replacement.clear();
    o.price = read_price(m.get(fix::kPrice)).value_or(o.price);
    tell(o, {OrderChange::replaced});
  } else {
    tell(o, {type == "0" ? OrderChange::accepted : type == "D" ? OrderChange::modified : OrderChange::reduced});
  }
  if (o.executed != shares(m, fix::kCumQty))
    disagree(o.cl_ord_id + ": the venue says CumQty " + m.get(fix::kCumQty) + ", we know of " +
             std::to_string(o.executed));
}

// The venue has said all that it had to say of the order before this.
void FixClient::obey_status(FixOrder& o, const FixMessage& m) {
  asked_.erase(names_[o.cl_ord_id]);
  if (m.get(fix::kOrdRejReason) == "5" && m.get(fix::kOrdStatus) == "8") {
    // A question of an earlier connection may have been sent again, and is answered, too.
    if (o.state == OrderState::unseen) return;
    if (o.state != OrderState::sent) return disagree(o.cl_ord_id + ": the venue does not know it any more");
    o.state = OrderState::unseen;
    o.open = 0;
    ++unseen_;
    return tell(o, {OrderChange::unseen});
  }
  if (o.state == OrderState::sent) disagree(o.cl_ord_id + ": the venue has it, but did not say so");
  // A change of which nothing was said never reached it.
  if (!o.replacement.empty() || o.state == OrderState::canceling) {
    o.replacement.clear();
    if (o.state == OrderState::canceling) o.state = OrderState::live;
    tell(o, {OrderChange::cancel_unseen});
  }
  if (o.executed != shares(m, fix::kCumQty) || (o.state == OrderState::live && o.open != shares(m, fix::kLeavesQty)))
    disagree(o.cl_ord_id + ": the venue says CumQty " + m.get(fix::kCumQty) + " and LeavesQty " +
             m.get(fix::kLeavesQty) + ", we know of " + std::to_string(o.executed) + " and " + std::to_string(o.open));
}

std::map<std::string, OuchPosition> FixClient::positions() const {
  std::map<std::string, OuchPosition> all = positions_;
  for (const auto& [name, o] : orders_)
    if (o.open != 0) (o.side == Side::buy ? all[o.symbol].open_buy : all[o.symbol].open_sell) += o.open;
  return all;
}

}  // namespace twinpath::session
