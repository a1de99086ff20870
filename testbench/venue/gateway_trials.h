// A random day of three participants whose wires break, whose datagrams get lost and whose venue is killed, and what
// must hold of it whatever happened: returned as text, empty when it does.
#pragma once
#include <map>
#include <set>

#include "host/venue/random.h"
#include "host/wire/drop_copy.h"
#include "testbench/venue/gateway_fixture.h"

namespace twinpath::gateway {

// A participant that sends until it is answered, and what its stream tells it.
class Sender {
 public:
  Sender(GatewayFixture& venue, std::uint32_t participant, venue::Random& random)
      : venue_(venue),
        participant_(participant),
        random_(random),
        trader_(venue, "T" + std::to_string(participant), "pass") {}

  Trader& trader() { return trader_; }

  void enter() {
    number_ += 1 + (random_.one_in(10) ? random_.below(3) : 0);
    auto m = enter_order(number_, random_.one_in(2) ? 'B' : 'S', 100 * (1 + random_.below(5)),
                         995'000 + 100 * random_.below(100), random_.one_in(4) ? '3' : '0',
                         random_.one_in(3) ? "MSFT" : "AAPL");
    if (random_.one_in(20)) m.side = '?';
    requests_[number_] = bytes_of(m);
    say(requests_[number_]);
  }
  void replace() {
    if (requests_.empty()) return;
    ouch::ReplaceOrder m;
    m.orig_user_ref_num = some()->first;
    m.user_ref_num = ++number_;
    m.quantity = 100 * (1 + random_.below(5));
    m.price = 995'000 + 100 * random_.below(100);
    m.time_in_force = '0';
    m.display = 'Y';
    m.intermarket_sweep = 'N';
    requests_[number_] = bytes_of(m);
    say(requests_[number_]);
  }
  void mass_cancel() {
    auto m = mass_cancel_of(++number_);
    requests_[number_] = bytes_of(m);
    say(requests_[number_]);
  }
  void cancel() {
    if (!requests_.empty()) say(bytes_of(ouch::CancelOrder{some()->first, random_.one_in(2) ? 0U : 100U}));
  }
  void again() {
    if (!requests_.empty()) say(some()->second);
  }
  void all_again() {
    for (const auto& [number, bytes] : requests_) {
      trader_.send(bytes);
      trader_.run();
    }
  }

  // What is wrong with what it was told, and with what the venue says of it.
  std::string check() {
    const auto fail = [&](const std::string& what) { return "T" + std::to_string(participant_) + ": " + what; };
    if (trader_.stream() != stream_of(venue_.accounts(), participant_))
      return fail("was told " + std::to_string(trader_.stream().size()) + " messages, others than the venue keeps");
    if (const std::string late = check_order(); !late.empty()) return fail(late);
    std::map<std::uint32_t, int> answers;
    std::map<Text<8>, std::int64_t> shares;
    std::map<std::uint32_t, ouch::EnterOrder> orders;
    for (const auto& m : all_of<ouch::Rejected>(trader_.stream())) ++answers[m.user_ref_num];
    for (const auto& m : all_of<ouch::MassCancelResponse>(trader_.stream())) ++answers[m.user_ref_num];
    const auto asked = [&](std::uint32_t number, auto& m) {
      ++answers[number];
      std::span<const std::uint8_t> appendages;
      return ouch::decode(std::span<const std::uint8_t>(requests_[number]), m, appendages) == ouch::DecodeError::none;
    };
    for (const auto& m : all_of<ouch::Accepted>(trader_.stream())) {
      ouch::EnterOrder o;
      if (!asked(m.user_ref_num, o) || o.side != m.side || o.quantity != m.quantity || o.price != m.price ||
          o.symbol != m.symbol)
        return fail("order " + std::to_string(m.user_ref_num) + " was accepted as another");
      orders[m.user_ref_num] = o;
    }
    for (const auto& m : all_of<ouch::Replaced>(trader_.stream())) {
      ouch::ReplaceOrder o;
      if (!asked(m.user_ref_num, o) || o.price != m.price || o.orig_user_ref_num != m.orig_user_ref_num)
        return fail("order " + std::to_string(m.user_ref_num) + " replaced as another");
      orders[m.user_ref_num] = orders[m.orig_user_ref_num];
      if (m.capacity != 'P' || m.side != orders[m.user_ref_num].side) return fail("a replacement lost what it was");
    }
    for (const auto& [number, bytes] : requests_)
      if (answers[number] != 1)
        return fail("number " + std::to_string(number) + " has " + std::to_string(answers[number]) + " answers");
    if (answers.size() != requests_.size()) return fail("a number was answered that was not asked");
    for (const auto& m : all_of<ouch::Executed>(trader_.stream())) {
      const ouch::EnterOrder& o = orders[m.user_ref_num];
      shares[o.symbol] +=
          o.side == 'B' ? static_cast<std::int64_t>(m.quantity) : -static_cast<std::int64_t>(m.quantity);
    }
    for (const auto& i : venue_.hub().market().options().instruments)
      if (shares[make_text<8>(i.symbol)] != venue_.hub().market().position(participant_, i.locate).shares)
        return fail("its position in " + i.symbol + " is not the venue's");
    return {};
  }

 private:
  std::map<std::uint32_t, Bytes>::iterator some() {
    return std::next(requests_.begin(), random_.below(static_cast<std::uint32_t>(requests_.size())));
  }
  // A number that is taken is above all that were answered before.
  std::string check_order() const {
    std::uint32_t highest = 0;
    for (const Bytes& m : trader_.stream()) {
      const bool taken = m[0] == ouch::Accepted::kType || m[0] == ouch::MassCancelResponse::kType;
      std::uint32_t number = 0;
      if (taken || m[0] == ouch::Rejected::kType) number = load_be32(&m[9]);
      if (m[0] == ouch::Replaced::kType) number = load_be32(&m[13]);
      if (number < highest && number != 0 && m[0] != ouch::Rejected::kType)
        return "number " + std::to_string(number) + " was taken behind " + std::to_string(highest);
      highest = std::max(highest, number);
    }
    return {};
  }
  // By TCP or as a datagram, which may be lost on its way.
  void say(const Bytes& message) {
    if (random_.one_in(2)) {
      trader_.send(message);
      return;
    }
    OuchUdpGateway udp({.participant = participant_}, venue_.entry(), venue_.ouch());
    if (!random_.one_in(4)) udp.datagram({}, message, venue_.now);
  }

  GatewayFixture& venue_;
  std::uint32_t participant_;
  venue::Random& random_;
  Trader trader_;
  std::uint32_t number_ = 0;
  std::map<std::uint32_t, Bytes> requests_;
};

// What is wrong with the drop copy of participants 1 and 3, by the market's books.
inline std::string check_copy(const std::vector<Bytes>& copy, const market::Market& market) {
  std::map<std::pair<std::uint32_t, Text<8>>, market::Position> held;
  for (const Bytes& b : copy) {
    if (b.size() != dropcopy::Executed::kLength || b[0] != dropcopy::Executed::kType) return "not a trade";
    const auto m = dropcopy::Executed::read(b.data());
    if (m.participant != 1 && m.participant != 3) return "a trade of another participant";
    if (trimmed(m.participant_name) != "P" + std::to_string(m.participant)) return "a name of another participant";
    market::Position& at = held[{m.participant, m.symbol}];
    const std::int64_t shares = m.side == 'B' ? std::int64_t{m.quantity} : -std::int64_t{m.quantity};
    at.shares += shares;
    at.cash -= shares * static_cast<std::int64_t>(m.price);
  }
  for (const std::uint32_t p : {1u, 3u})
    for (const auto& i : market.options().instruments)
      if (held[{p, make_text<8>(i.symbol)}] != market.position(p, i.locate))
        return "the position of P" + std::to_string(p) + " in " + i.symbol + " is not the market's";
  return {};
}

inline std::string try_gateways(std::uint64_t seed) {
  venue::Random random(seed);
  GatewayFixture venue;
  venue.begin();
  Trader copy(venue, "FIRM", "READ");
  std::vector<std::unique_ptr<Sender>> senders;
  for (std::uint32_t p = 1; p <= 3; ++p) senders.push_back(std::make_unique<Sender>(venue, p, random));
  const auto wrong = [&](const std::string& what) { return "seed " + std::to_string(seed) + ": " + what; };
  for (int step = 0; step < 400; ++step) {
    venue.pass(random.below(1'000'000));
    Sender& s = *senders[random.below(3)];
    switch (random.below(16)) {
      case 0:
        s.cancel();
        break;
      case 1:
        s.replace();
        break;
      case 2:
      case 3:
        s.again();
        break;
      case 4:
        if (random.one_in(3)) s.mass_cancel();
        break;
      case 5:
        s.trader().pump(random.below(60));
        copy.pump(random.below(200));
        if (random.one_in(6)) copy.cut();
        if (random.one_in(3)) random.one_in(2) ? s.trader().cut() : s.trader().half_open();
        if (random.one_in(3)) s.trader().lost_is_noticed();
        break;
      case 6: {
        if (!random.one_in(5)) break;
        std::vector<std::vector<Bytes>> before;
        for (std::uint32_t p = 1; p <= 3; ++p) before.push_back(stream_of(venue.accounts(), p));
        const auto copied = messages_of(*venue.drop_copies().stream(0));
        for (const auto& each : senders) each->trader().venue_gone();
        copy.venue_gone();
        venue.end();
        venue.begin();
        for (std::uint32_t p = 1; p <= 3; ++p)
          if (stream_of(venue.accounts(), p) != before[p - 1]) return wrong("a stream is another after the restart");
        if (messages_of(*venue.drop_copies().stream(0)) != copied)
          return wrong("the drop copy is another after the restart");
        break;
      }
      case 7:
      case 8:
      case 9:
        s.enter();
        break;
      default:
        s.trader().pump(random.one_in(2) ? 1 + random.below(200) : ~std::size_t{0});
    }
    for (std::uint32_t p = 1; p <= 3; ++p)
      if (senders[p - 1]->trader().logged_in() && !venue.ouch().connected(p))
        return wrong("T" + std::to_string(p) + " is connected, and the venue denies it");
  }
  for (const auto& s : senders) {
    venue.pass(1'000'000);
    s->trader().run();
    s->all_again();
  }
  for (const auto& s : senders) s->trader().run();
  copy.run();
  if (copy.stream() != messages_of(*venue.drop_copies().stream(0)))
    return wrong("the drop copy was told other messages than the venue keeps");
  if (const std::string what = check_copy(copy.stream(), venue.hub().market()); !what.empty())
    return wrong("drop copy: " + what);
  for (const auto& s : senders)
    if (const std::string what = s->check(); !what.empty()) return wrong(what);
  if (const std::string what = venue.hub().market().check(); !what.empty()) return wrong(what);
  for (const auto& s : senders) s->trader().venue_gone();
  copy.venue_gone();
  return {};
}

// Who tries passwords is locked out from where it tries, under the name that it tries, and nobody else is: at the OUCH
// port, or where snapshots are had.
inline std::string try_passwords(bool for_snapshots) {
  constexpr std::uint32_t kGuesser = 0x0A000001, kElsewhere = 0x0A000002;
  constexpr std::uint64_t kSecondNs = 1'000'000'000;
  GatewayFixture venue;
  venue.gateway.login_limit = {.failures = 3, .lock_s = 60};
  venue.begin();
  GlimpseService glimpse({.logins = venue.gateway.logins,
                          .login_limit = venue.gateway.login_limit,
                          .snapshots_a_second = 1'000,
                          .burst = 1'000},
                         venue.hub());
  SoupService* const tried = for_snapshots ? static_cast<SoupService*>(&glimpse) : &venue.ouch();
  SoupService* const other = for_snapshots ? static_cast<SoupService*>(&venue.ouch()) : &glimpse;
  using session::SoupEnd;
  // How it ends; none: logged in, or at the end of the session that it logged in to.
  const auto log_in = [&](std::string_view name, std::string_view password, std::uint32_t from, SoupService* service) {
    Trader t(venue, name, password);
    t.from = from;
    t.service = service;
    t.pump();
    const bool had_all = t.client().state() == session::SoupClient::State::ended;
    const SoupEnd end = t.logged_in() || had_all ? SoupEnd::none : t.end();
    t.cut();
    return end;
  };
  Trader there(venue, "t2", "pass");
  there.from = kGuesser;
  there.run();
  // A right one in between forgets those before; a name that does not exist is nobody's.
  for (const std::string_view password : {"a", "b", "pass", "c", "d"})
    if (log_in("t1", password, kGuesser, tried) != (password == "pass" ? SoupEnd::none : SoupEnd::not_authorized))
      return "few wrong passwords are no offence";
  for (int n = 0; n < 5; ++n)
    if (log_in("nobody", "pass", kGuesser, tried) != SoupEnd::not_authorized)
      return "a name that there is not is locked";
  if (log_in("t1", "e", kGuesser, tried) != SoupEnd::not_authorized) return "the last wrong password is not answered";
  for (const std::string_view password : {"f", "pass", "pass"})
    if (log_in("T1", password, kGuesser, tried) != SoupEnd::locked_out) return "passwords can be tried without end";
  if (tried->counters().ended(SoupEnd::locked_out) < 3) return "who is locked out is not counted";
  if (log_in("t1", "pass", kElsewhere, tried) != SoupEnd::none) return "the owner is locked out, too";
  if (log_in("t3", "pass", kGuesser, tried) != SoupEnd::none) return "another from there is locked out, too";
  if (log_in("t1", "pass", kGuesser, other) != SoupEnd::none) return "one port counts the other's wrong passwords";
  there.run();
  if (!there.logged_in()) return "who is logged in is cut off";
  there.cut();
  venue.pass(59 * kSecondNs);
  if (log_in("t1", "pass", kGuesser, tried) != SoupEnd::locked_out)
    return "the lock does not hold as long as it should";
  venue.pass(kSecondNs);
  return log_in("t1", "pass", kGuesser, tried) == SoupEnd::none ? "" : "the lock does not end";
}

inline std::string try_passwords() {
  for (const bool for_snapshots : {false, true})
    if (const std::string wrong = try_passwords(for_snapshots); !wrong.empty())
      return (for_snapshots ? "snapshots: " : "orders: ") + wrong;
  return {};
}

}  // namespace twinpath::gateway
