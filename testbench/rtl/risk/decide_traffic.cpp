#include "testbench/rtl/risk/decide_traffic.h"

namespace twinpath::rtl {
namespace {
constexpr std::array<std::uint32_t, 8> kEdges{0, 1, 2, 0x7FFF'FFFF, 0x8000'0000, 0x8000'0001, 0xFFFF'FFFE, 0xFFFF'FFFF};
}

DecideTraffic::DecideTraffic(std::uint32_t seed, bool extreme)
    : rng_(seed), extreme_(extreme), stamp_(extreme ? (std::uint64_t{1} << 48) - 200'000 : below(1000)) {}

std::uint32_t DecideTraffic::price() { return extreme_ && chance(70) ? kEdges[below(8)] : 990 + below(20); }
std::uint32_t DecideTraffic::quantity() { return extreme_ && chance(30) ? kEdges[below(8)] : below(12); }

RuleRecord DecideTraffic::rules() {
  RuleRecord r;
  const auto sides = [&] { return static_cast<std::uint8_t>(chance(80) ? 3 : below(4)); };
  const auto cooldown = [&] { return extreme_ && chance(10) ? kEdges[below(8)] : below(60); };
  r.cancel = {chance(70), cooldown(), extreme_ ? price() : below(4)};
  r.take = {chance(60), sides(), quantity(), cooldown(), price(), below(6)};
  r.imbalance = {chance(60), sides(), quantity(), cooldown(), static_cast<std::uint16_t>(below(1200)),
                 below(8),   below(8)};
  r.momentum = {chance(70), sides(), quantity(), cooldown(), below(10), chance(60), chance(60)};
  r.lead_lag = {chance(70), sides(), quantity(), cooldown(), below(5), static_cast<SymbolIndex>(below(kSymbolsUsed))};
  return r;
}

LimitRecord DecideTraffic::limits() {
  LimitRecord l;
  l.permit_buy = chance(92);
  l.permit_sell = chance(92);
  l.max_quantity = extreme_ ? 0xFFFF'FFFF : 10;
  l.max_notional = extreme_ ? (chance(50) ? ~std::uint64_t{0} : std::uint64_t{price()} << below(32)) : 9'500;
  l.collar = extreme_ ? price() : 6 + below(10);
  l.reference_price = extreme_ ? price() : 995 + below(10);
  l.max_position = extreme_ ? 0x7FFF'FFFF : 30 + below(60);
  return l;
}

ModelConfig DecideTraffic::config() {
  ModelConfig c;
  for (Bank& bank : c.banks) {
    for (unsigned s = 0; s < kSymbolsUsed; ++s) bank.rules[s] = rules(), bank.limits[s] = limits();
    bank.global = {extreme_ ? ~std::uint64_t{0} : 60'000 + below(400'000), extreme_ ? 4096 : 4 + below(20), below(12),
                   0, below(200)};
    bank.global.rate_tolerance =
        extreme_ ? std::uint64_t{0xFFFF'FFFF'FFFF} >> below(48) : below(4) * bank.global.rate_interval;
  }
  c.symbols_start_trading = chance(90);
  c.any_session = chance(20);
  c.armed = chance(80);
  c.book_events = chance(80);
  c.first_user_ref = extreme_ ? 0xFFFF'FFF0 : below(1U << 20);
  return c;
}

void DecideTraffic::move_book(Bbo& bbo) {
  const bool bid = chance(50);
  const unsigned kind = below(100);
  const std::uint8_t state = kind < 88 ? kQuoted : kind < 96 ? kEmpty : kUnknown;
  std::uint32_t p = 0, q = 0;
  if (state == kQuoted) {
    const std::uint32_t mid = 1000;
    p = extreme_ && chance(50) ? price()
        : chance(80)           ? (bid ? mid - 1 - below(6) : mid + 1 + below(6))
                               : 990 + below(20);
    q = extreme_ && chance(30) ? kEdges[1 + below(7)] : 1 + below(12);
  }
  if (bid)
    bbo.bid_state = state, bbo.bid_price = p, bbo.bid_quantity = q;
  else
    bbo.ask_state = state, bbo.ask_price = p, bbo.ask_quantity = q;
}

void DecideTraffic::book_message(Booked& b) {
  constexpr std::array<std::array<char, 2>, 7> kTypes{
      {{}, {'A', 'F'}, {'E', 'C'}, {'X', 'X'}, {'D', 'D'}, {'U', 'U'}, {'P', 'P'}}};
  b.msg.op = static_cast<std::uint8_t>(1 + below(6));
  b.msg.msg_type = static_cast<std::uint8_t>(kTypes[b.msg.op][below(2)]);
  const unsigned s = b.msg.symbol;
  b.before = bbo_[s];
  b.sticky_before = sticky_[s];
  b.effect = b.msg.op == kTrade || chance(93);
  if (b.msg.op != kTrade && b.effect && chance(75)) move_book(bbo_[s]);
  if (b.msg.op != kTrade && chance(1)) sticky_[s] = true;
  b.after = bbo_[s];
  b.sticky_after = sticky_[s];
  b.msg.order_ref = b.msg.op == kTrade ? 0 : rng_();
  b.msg.new_order_ref = b.msg.op == kReplace ? std::uint64_t{rng_()} << 32 | rng_() : 0;
  b.trade = b.msg.op == kTrade || (b.msg.op == kExecute && b.effect && chance(85));
  if (b.trade) {
    b.trade_side = b.msg.op == kExecute && chance(50);
    b.trade_price = extreme_ ? price() : 994 + below(12);
    b.trade_quantity = quantity();
    b.trade_through = b.msg.op == kExecute && chance(40);
  }
}

void DecideTraffic::state_message(Booked& b) {
  constexpr std::array<char, 9> kTypes{0, 'S', 'H', 'J', 'h', 'W', 0, 0, 0};
  const unsigned pick = below(100);
  // Mostly towards a market that trades; the feed ends rarely, for it never comes back.
  b.msg.op = kState;
  b.msg.reason = static_cast<std::uint8_t>(pick < 40   ? 1
                                           : pick < 70 ? 2
                                           : pick < 74 ? 3
                                           : pick < 94 ? 4
                                           : pick < 95 ? 5
                                           : pick < 97 ? 7
                                           : pick < 99 ? 8
                                           : chance(5) ? 6
                                                       : 1);
  b.msg.msg_type = static_cast<std::uint8_t>(kTypes[b.msg.reason]);
  switch (b.msg.reason) {
    case 1:
      b.msg.argument = chance(93) ? 'Q' : 'M', b.msg.symbol = 0;
      break;
    case 2:
      b.msg.argument = static_cast<std::uint8_t>(chance(90) ? 'T' : chance(50) ? 'H' : 'Q');
      break;
    case 3:
      break;
    case 4:
      b.msg.argument = chance(15) ? 'H' : 'T';
      break;
    default:
      b.msg.symbol = 0;
      break;
  }
}

void DecideTraffic::command_message(Booked& b, std::uint32_t next_user_ref) {
  HostCommand& c = b.msg.command;
  b.msg.op = kCommand;
  b.msg.symbol = 0;
  b.msg.sequence = 0, b.msg.frame = 0, b.msg.msg_index = 0;
  const unsigned pick = below(100);
  c.op = static_cast<std::uint8_t>(pick < 1    ? 1
                                   : pick < 14 ? 2
                                   : pick < 20 ? 3
                                   : pick < 45 ? 4
                                   : pick < 68 ? 5
                                   : pick < 72 ? 6
                                   : pick < 80 ? 7
                                   : pick < 84 ? 8
                                   : pick < 90 ? 9
                                   : pick < 92 ? 10
                                   : pick < 97 ? 11
                                               : below(256));
  c.flags = static_cast<std::uint8_t>(below(2));
  c.symbol = static_cast<std::uint16_t>(below(kSymbolsUsed));
  if (c.op == 7 && chance(60)) c.symbol = 0xFFFF;
  if (chance(4)) c.symbol = static_cast<std::uint16_t>(256 + below(300));
  c.user_ref = next_user_ref - 1 - below(chance(80) ? 12 : 60);
  if (chance(3)) c.user_ref += 4096;
  c.quantity = quantity();
  c.price = price();
  if (c.op == 8 && !extreme_) c.price = below(40) - 20;
  if (c.op == 4 && extreme_ && chance(50)) c.price = 1 + below(1000);
  if (c.op == 7 && c.symbol == 0xFFFF) sticky_ = {};
  if (c.op == 7 && c.symbol < kSymbolsUsed) sticky_[c.symbol] = false;
}

Booked DecideTraffic::next(std::uint32_t next_user_ref) {
  Booked b;
  stamp_ += chance(30) ? 0 : below(extreme_ ? 8 : 16);
  b.msg.stamp = stamp_;
  b.msg.symbol = static_cast<std::uint8_t>(below(kSymbolsUsed));
  b.msg.sequence = sequence_++ + (extreme_ ? 0xFFFF'FFFF'0000'0000 : 0);
  b.msg.frame = static_cast<std::uint32_t>(rng_());
  b.msg.msg_index = static_cast<std::uint16_t>(below(65536));
  b.msg.shares = static_cast<std::uint32_t>(rng_());
  b.msg.price = static_cast<std::uint32_t>(rng_());
  for (auto* at : {&b.msg.stamps.first_beat, &b.msg.stamps.last_byte, &b.msg.stamps.decoded, &b.msg.stamps.looked_up,
                   &b.msg.stamps.booked})
    *at = static_cast<std::uint16_t>(rng_());
  const unsigned pick = below(100);
  if (pick < 78)
    book_message(b);
  else if (pick < 84)
    state_message(b);
  else
    command_message(b, next_user_ref);
  return b;
}

}  // namespace twinpath::rtl
