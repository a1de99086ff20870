// An OUCH client against a venue that keeps its own account of everything: connections break at any byte, the client's
// process ends at any record, and in the end both must say the same.
#pragma once
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "host/session/ouch_client.h"
#include "testbench/session/soup_fixture.h"

namespace twinpath::session {

template <class M>
Bytes ouch_bytes(const M& m) {
  Bytes b(M::kLength);
  m.write(b.data());
  return b;
}

inline ouch::EnterOrder an_order(std::uint32_t user_ref, char side = 'B', std::uint32_t quantity = 100,
                                 std::string_view symbol = "AAPL", std::uint64_t price = 1'000'000) {
  ouch::EnterOrder m;
  m.user_ref_num = user_ref;
  m.side = side;
  m.quantity = quantity;
  m.symbol = make_text<8>(symbol);
  m.price = price;
  m.time_in_force = '0';
  m.display = 'Y';
  m.capacity = 'P';
  m.intermarket_sweep = 'N';
  m.cross_type = 'N';
  m.cl_ord_id = make_text<14>("");
  return m;
}

// What the client keeps; the process ends, as an exception, before or behind a record.
class FragileStore final : public OuchStore {
 public:
  struct Killed {};
  struct Record {
    OuchRecord record;
    std::uint64_t sequence;
    Bytes bytes;
  };

  void keep(OuchRecord record, std::uint64_t sequence, std::span<const std::uint8_t> bytes) override {
    if (fuse != 0 && --fuse == 0) throw Killed{};
    records.push_back({record, sequence, bytes_of(bytes)});
    if (fuse != 0 && --fuse == 0) throw Killed{};
  }
  std::vector<Record> records;
  std::uint64_t fuse = 0;  // 0: it holds
};

// A venue with one account, of few words: it takes, refuses, fills, cancels and replaces as its dice fall.
class DiceVenue final : public SoupServerHandler {
 public:
  struct Order {
    char side;
    Text<8> symbol;
    std::uint64_t price;
    std::uint32_t open, executed, done_before;
    OrderState state;
  };

  explicit DiceVenue(std::uint64_t seed) : random_(seed) {}

  LoginVerdict login(const soup::LoginRequest&) override { return {&log, make_text<10>("DAY1")}; }
  void unsequenced(std::span<const std::uint8_t> message) override {
    ouch::visit_request(message, [&](const auto& m, auto) { take(m); });
  }
  // Something happens to a live order.
  void trade() {
    if (live_.empty()) return;
    const std::uint32_t ref = live_[random_() % live_.size()];
    if (random_() % 6 == 0) {
      cancel(ref, orders.at(ref).open, 'S');
    } else {
      execute(ref, 1 + static_cast<std::uint32_t>(random_() % orders.at(ref).open));
    }
    if (random_() % 20 == 0 && !fills_.empty()) {
      const auto& f = fills_[random_() % fills_.size()];
      if (broken_.insert(f.match_number).second) break_trade(f);
    }
  }

  VectorLog log;
  std::map<std::uint32_t, Order> orders;
  std::map<Text<8>, OuchPosition> positions;  // shares and cash
  bool repeats = false;                       // tells executions twice now and then
  bool rejects_late = false;                  // an order whose number was passed over, instead of ignoring it

 private:
  template <class M>
  void say(const M& m) {
    log.messages.push_back(ouch_bytes(m));
  }
  bool fresh(std::uint32_t ref) {
    if (ref < next_ref_) return false;
    next_ref_ = ref + 1;
    return true;
  }
  void rest(std::uint32_t ref, const Order& o) {
    orders[ref] = o;
    live_.push_back(ref);
  }
  void gone(std::uint32_t ref, OrderState state) {
    orders.at(ref).state = state;
    orders.at(ref).open = 0;
    std::erase(live_, ref);
  }
  bool is_live(std::uint32_t ref) const { return orders.count(ref) != 0 && orders.at(ref).state == OrderState::live; }
  void reject(std::uint32_t ref) {
    ouch::Rejected j;
    j.user_ref_num = ref;
    j.reason = static_cast<std::uint16_t>(ouch::RejectReason::halted);
    say(j);
  }
  void execute(std::uint32_t ref, std::uint32_t quantity) {
    Order& o = orders.at(ref);
    ouch::Executed e;
    e.user_ref_num = ref;
    e.quantity = quantity;
    e.price = o.price;
    e.match_number = ++match_;
    say(e);
    if (repeats && random_() % 10 == 0) say(e);
    fills_.push_back(e);
    book(o, quantity, o.price, 1);
    o.executed += quantity;
    o.open -= quantity;
    if (o.open == 0) gone(ref, OrderState::filled);
  }
  void break_trade(const ouch::Executed& f) {
    ouch::BrokenTrade b;
    b.user_ref_num = f.user_ref_num;
    b.match_number = f.match_number;
    b.reason = 'C';
    say(b);
    orders.at(f.user_ref_num).executed -= f.quantity;
    book(orders.at(f.user_ref_num), f.quantity, f.price, -1);
  }
  void book(const Order& o, std::uint32_t quantity, std::uint64_t price, int sign) {
    OuchPosition& p = positions[o.symbol];
    const std::int64_t n = (o.side == 'B' ? sign : -sign) * std::int64_t{quantity};
    p.shares += n;
    p.cash -= n * static_cast<std::int64_t>(price);
  }
  void cancel(std::uint32_t ref, std::uint32_t quantity, char reason) {
    Order& o = orders.at(ref);
    ouch::Canceled c;
    c.user_ref_num = ref;
    c.quantity = quantity;
    c.reason = reason;
    say(c);
    o.open -= quantity;
    if (o.open == 0) gone(ref, OrderState::canceled);
  }

  void take(const ouch::EnterOrder& m) {
    if (!fresh(m.user_ref_num)) {
      if (!rejects_late || orders.count(m.user_ref_num) != 0) return;
      orders[m.user_ref_num] = {m.side, m.symbol, m.price, 0, 0, 0, OrderState::rejected};
      return reject(m.user_ref_num);
    }
    if (random_() % 8 == 0) {
      orders[m.user_ref_num] = {m.side, m.symbol, m.price, 0, 0, 0, OrderState::rejected};
      return reject(m.user_ref_num);
    }
    accept<ouch::Accepted>(m.user_ref_num, {m.side, m.symbol, m.price, m.quantity, 0, 0, OrderState::live}, 0);
  }
  template <class M>
  void accept(std::uint32_t ref, const Order& o, std::uint32_t orig) {
    M a;
    if constexpr (requires { a.orig_user_ref_num; }) a.orig_user_ref_num = orig;
    a.user_ref_num = ref;
    a.side = o.side;
    a.quantity = o.open;
    a.symbol = o.symbol;
    a.price = o.price;
    a.order_reference_number = 1'000 + ref;
    a.order_state = random_() % 9 == 0 ? 'D' : 'L';
    say(a);
    rest(ref, o);
    if (a.order_state == 'D') gone(ref, OrderState::canceled);
  }
  void take(const ouch::ReplaceOrder& m) {
    if (!is_live(m.orig_user_ref_num) || m.user_ref_num < next_ref_) return;
    Order o = orders.at(m.orig_user_ref_num);
    const std::uint32_t done = o.done_before + o.executed;
    if (m.quantity <= done) return cancel(m.orig_user_ref_num, o.open, 'U');
    fresh(m.user_ref_num);
    if (random_() % 8 == 0) {
      orders[m.user_ref_num] = {o.side, o.symbol, m.price, 0, 0, done, OrderState::rejected};
      return reject(m.user_ref_num);
    }
    gone(m.orig_user_ref_num, OrderState::replaced);
    accept<ouch::Replaced>(m.user_ref_num, {o.side, o.symbol, m.price, m.quantity - done, 0, done, OrderState::live},
                           m.orig_user_ref_num);
  }
  void take(const ouch::CancelOrder& m) {
    if (!is_live(m.user_ref_num)) return;
    const Order& o = orders.at(m.user_ref_num);
    const std::uint32_t left = m.quantity > o.executed ? m.quantity - o.executed : 0;
    if (left < o.open) cancel(m.user_ref_num, o.open - left, 'U');
  }
  void take(const ouch::AccountQuery&) {
    ouch::AccountQueryResponse q;
    q.next_user_ref_num = next_ref_;
    say(q);
  }
  template <class M>
  void take(const M&) {}

  std::mt19937_64 random_;
  std::vector<std::uint32_t> live_;
  std::vector<ouch::Executed> fills_;
  std::set<std::uint64_t> broken_;
  std::uint32_t next_ref_ = 1;
  std::uint64_t match_ = 0;
};

// What the client has that the venue has not, or the other way round; empty: they agree.
inline std::string compare(const OuchOrders& ours, const DiceVenue& venue) {
  for (const auto& [ref, o] : ours.orders()) {
    const std::string at = "order " + std::to_string(ref) + ": ";
    const auto v = venue.orders.find(ref);
    if (v == venue.orders.end()) {
      if (o.state != OrderState::unseen || o.open != 0)
        return at + "the venue never had it, we say " + std::string(to_string(o.state)) + ", " +
               std::to_string(o.open) + " open";
      continue;
    }
    if (o.state != v->second.state)
      return at + "we say " + std::string(to_string(o.state)) + ", the venue " +
             std::string(to_string(v->second.state));
    if (o.open != v->second.open || o.executed != v->second.executed ||
        (o.state != OrderState::rejected && o.done_before != v->second.done_before))
      return at + "we have " + std::to_string(o.open) + " open and " + std::to_string(o.executed) +
             " executed, the venue " + std::to_string(v->second.open) + " and " + std::to_string(v->second.executed);
  }
  for (const auto& [ref, v] : venue.orders)
    if (ours.find(ref) == nullptr) return "order " + std::to_string(ref) + ": only the venue has it";
  std::map<Text<8>, OuchPosition> open;
  for (const auto& [ref, o] : ours.orders())
    (o.side == 'B' ? open[o.symbol].open_buy : open[o.symbol].open_sell) += o.open;
  for (const auto& [symbol, p] : ours.positions())
    if (p.open_buy != open[symbol].open_buy || p.open_sell != open[symbol].open_sell)
      return std::string(trimmed(symbol)) + ": the sum of what is open is wrong";
  if (ours.disagreements() != 0) return ours.first_disagreement();
  if (ours.adopted() != 0) return "the venue has orders that we did not keep";
  return ours.compare(venue.positions);
}

// A request that is right or that a venue ignores, whatever the state.
inline void request_something(OuchClient& client, SoupLink& link) {
  const auto& orders = client.orders().orders();
  const std::uint32_t next = client.orders().next_user_ref();
  const auto any = [&] {
    return orders.empty() ? 0
                          : std::next(orders.begin(), static_cast<std::ptrdiff_t>(link.below(orders.size())))->first;
  };
  switch (link.below(4)) {
    case 0: {
      ouch::ReplaceOrder m;
      m.orig_user_ref_num = any();
      m.user_ref_num = next;
      m.quantity = static_cast<std::uint32_t>(1 + link.below(300));
      m.price = 990'000 + link.below(20'000);
      client.send(m, link.now);
      break;
    }
    case 1: {
      ouch::CancelOrder m;
      m.user_ref_num = any();
      m.quantity = static_cast<std::uint32_t>(link.below(3) == 0 ? link.below(100) : 0);
      client.send(m, link.now);
      break;
    }
    default:
      client.send(an_order(next + static_cast<std::uint32_t>(link.below(2)), link.below(2) ? 'B' : 'S',
                           static_cast<std::uint32_t>(1 + link.below(200)), link.below(2) ? "AAPL" : "MSFT",
                           990'000 + link.below(20'000)),
                  link.now);
  }
}

inline std::string try_orders(std::uint64_t seed) {
  const std::string at = "seed " + std::to_string(seed) + ": ";
  DiceVenue venue(seed);
  venue.repeats = seed % 3 == 0;
  SoupLink link(seed, {}, venue);
  FragileStore store;
  std::unique_ptr<OuchClient> client;
  const bool breaks = seed % 4 != 0, dies = seed % 5 != 0;
  const auto revive = [&] {
    store.fuse = dies ? 1 + link.below(120) : 0;
    auto fresh = std::make_unique<OuchClient>(client_options(seed), store);
    for (const auto& r : store.records) fresh->recall(r.record, r.sequence, r.bytes);
    fresh->start(link.now);
    link.attach(fresh->soup());
    client = std::move(fresh);
  };
  revive();
  unsigned calm = 0;
  for (unsigned step = 0; step < 40'000 && calm < 400; ++step) {
    const bool ending = step > 3'000;
    try {
      if (ending) {
        store.fuse = 0;
      } else {
        if (link.below(3) == 0) request_something(*client, link);
        if (link.below(4) == 0) venue.trade();
        if (breaks && link.below(80) == 0) link.lose();
      }
      link.step();
    } catch (const FragileStore::Killed&) {
      revive();
    }
    calm = ending && client->state() == OuchClient::State::trading ? calm + 1 : 0;
    if (client->state() == OuchClient::State::trading && link.below(50) == 0)
      for (const auto& [ref, o] : client->orders().orders())
        if (o.state == OrderState::unseen && venue.orders.count(ref) != 0)
          return at + "order " + std::to_string(ref) + " counts as unseen, and the venue has it";
  }
  if (calm < 400) return at + "the client does not come to trade: " + std::string(to_string(client->soup().loss()));
  if (client->soup().next_sequence() != venue.log.next_sequence()) return at + "messages are missing";
  if (const std::string wrong = compare(client->orders(), venue); !wrong.empty()) return at + wrong;
  return {};
}

}  // namespace twinpath::session
