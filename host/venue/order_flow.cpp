#include "host/venue/order_flow.h"

#include <algorithm>

namespace twinpath::venue {
namespace {

constexpr std::int32_t kFarthestFromTouch = 16;  // ticks between fair value and a standing best price

}  // namespace

OrderFlow::OrderFlow(const GeneratorOptions& options, const SymbolUniverse& universe, std::uint64_t seed,
                     MessageBuffer& out)
    : universe_(universe),
      out_(out),
      random_(seed),
      trading_mix_(make_mix(options.mix, true)),
      resting_mix_(make_mix(options.mix, false)),
      unknown_types_(options.unknown_types) {
  symbols_.reserve(universe.size());
  for (std::uint32_t i = 0; i < universe.size(); ++i) {
    const SymbolInfo& info = universe[i];
    SymbolState& s = symbols_.emplace_back(pool_, info.reference_tick);
    s.reach = std::clamp(info.reference_tick / 12, 24, 900);
    // About 0.8 % of the session's messages stay in the books, on top of a handful a symbol.
    const std::uint64_t messages = (options.messages >> 4) * universe.share(i) >> 28;
    s.fewest = 6 + static_cast<std::uint32_t>(std::min<std::uint64_t>(messages / 128, 600));
  }
}

OrderFlow::Mix OrderFlow::make_mix(const MessageMix& m, bool trading) {
  std::array<double, kActions> shares{};
  shares[kAdd] = m.add;
  shares[kRemove] = m.remove;
  shares[kReplace] = m.replace;
  shares[kAddMpid] = m.add_mpid;
  shares[kCancel] = m.cancel;
  shares[kImbalance] = m.imbalance;
  if (trading) {
    shares[kExecute] = m.execute;
    shares[kTrade] = m.trade;
    shares[kExecuteWithPrice] = m.execute_with_price;
    shares[kRare] = m.rare;
  }
  double sum = 0;
  for (const double s : shares) sum += s;
  Mix mix{};
  std::uint64_t cumulative = 0;
  for (unsigned i = 0; i < kActions; ++i) {
    cumulative += Probability(shares[i] / sum).threshold;
    mix[i] = static_cast<std::uint32_t>(std::min<std::uint64_t>(cumulative, 0xFFFF'FFFF));
  }
  return mix;
}

OrderFlow::Action OrderFlow::draw_action() {
  const Mix& mix = phase_ == MarketPhase::continuous ? trading_mix_ : resting_mix_;
  for (;;) {
    if (coming_cross_ != 0 && owed_[kImbalance] > 0 && random_.one_in(3)) {
      --owed_[kImbalance];
      return kImbalance;
    }
    const std::uint32_t r = random_.next32();
    unsigned action = 0;
    while (action + 1 < kActions && r >= mix[action]) ++action;
    if (owed_[action] < 0) {
      ++owed_[action];
    } else if (action == kImbalance && coming_cross_ == 0) {
      ++owed_[kImbalance];
    } else {
      return static_cast<Action>(action);
    }
  }
}

std::uint32_t OrderFlow::draw_symbol(std::uint32_t previous, std::uint32_t place) {
  if (phase_ == MarketPhase::pre_open && random_.one_in(2)) return sown_ = (sown_ + 1) % universe_.size();
  if (place > 0) {
    const std::uint32_t r = random_.below(4);
    if (r < 2) return previous;
    if (r == 2 && (previous ^ 1) < universe_.size()) return previous ^ 1;
  }
  return universe_.draw(random_);
}

void OrderFlow::cluster(std::uint32_t size) {
  const std::uint64_t end = out_.total() + size;
  std::uint32_t symbol = 0;
  std::uint32_t place = 0;
  std::uint32_t rounds = 0;
  while (out_.total() < end) {
    if (++rounds > 64 + 4 * size) {  // nearly everything is halted
      retail_interest(symbol);
      continue;
    }
    if (unknown_types_.threshold != 0 && random_.chance(unknown_types_)) {
      static constexpr char kTypes[] = {'Z', 'G', 'b', '0'};
      out_.emit_unknown(static_cast<std::uint8_t>(kTypes[random_.below(4)]),
                        static_cast<std::uint8_t>(random_.between(12, 50)));
      continue;
    }
    const auto budget = static_cast<std::uint32_t>(end - out_.total());
    Action action = draw_action();
    // A burst is more often than not one aggressive order and what it sets off.
    if (place == 0 && size > 1 && phase_ == MarketPhase::continuous && random_.one_in(3)) {
      --owed_[kExecute];
      action = kExecute;
    }
    symbol = draw_symbol(symbol, place++);
    for (unsigned tries = 0; symbols_[symbol].halted && action != kRemove && action != kCancel && tries < 8; ++tries) {
      symbol = universe_.draw(random_);
    }
    walk(symbol);
    const bool halted = symbols_[symbol].halted;
    if (action == kAdd && !halted) {
      // An add stands in for what was not possible when it was due, so here is the place to make up for it.
      bool paid = false;
      for (const Action owed : {kRemove, kExecute, kReplace, kCancel, kTrade, kExecuteWithPrice}) {
        if (owed_[owed] > 0 &&
            (owed == kRemove || owed == kReplace || owed == kCancel || phase_ == MarketPhase::continuous) &&
            perform(owed, symbol, budget)) {
          --owed_[owed];
          paid = true;
          break;
        }
      }
      if (!paid) add(symbol, false);
      continue;
    }
    if (halted && action != kRemove && action != kCancel) {
      ++owed_[action];
      continue;
    }
    if (!perform(action, symbol, budget)) {
      ++owed_[action];
      if (!halted) add(symbol, false);
    }
  }
}

bool OrderFlow::perform(Action action, std::uint32_t symbol, std::uint32_t budget) {
  switch (action) {
    case kAdd:
      return add(symbol, false);
    case kAddMpid:
      return add(symbol, true);
    case kRemove:
      return remove(symbol);
    case kReplace:
      return replace(symbol);
    case kCancel:
      return cancel(symbol);
    case kExecute:
      return execute(symbol, budget);
    case kExecuteWithPrice:
      return execute_with_price(symbol);
    case kTrade:
      return trade(symbol);
    case kImbalance:
      imbalance(symbol, coming_cross_);
      return true;
    case kRare:
      rare(symbol);
      return true;
    case kActions:
      break;
  }
  return false;
}

std::vector<BookOrder> OrderFlow::resting_orders(std::uint32_t symbol) const {
  const LimitBook& book = symbols_[symbol].book;
  std::vector<BookOrder> orders;
  orders.reserve(book.live_orders());
  for (std::uint32_t i = 0; i < book.live_orders(); ++i) orders.push_back(pool_[book.live_order(i)]);
  std::ranges::sort(orders, {}, &BookOrder::reference);
  return orders;
}

void OrderFlow::walk(std::uint32_t symbol) {
  SymbolState& s = symbols_[symbol];
  const std::uint32_t r = random_.next32();
  if (s.halted) return;
  if ((r & 0xFF) == 0) s.trend = static_cast<std::int8_t>(static_cast<int>(random_.below(3)) - 1);
  const bool follower = symbol % 2 == 1;
  const bool follows = s.pull != 0 && (r >> 8 & 15) == 0;
  if (!follows && (r >> 12 & (follower ? 255 : 31)) != 0) return;
  const SymbolInfo& info = universe_[symbol];
  std::int32_t step;
  if (follows) {
    step = s.pull > 0 ? 1 : -1;
    s.pull -= step;
  } else {
    const std::uint32_t up = 8 + static_cast<std::uint32_t>(4 * s.trend);  // of 16
    step = (r >> 20 & 15) < up ? 1 : -1;
  }
  if (!follower && symbol + 1 < universe_.size()) {
    std::int32_t& pull = symbols_[symbol + 1].pull;
    pull = std::clamp(pull + step, -32, 32);
  }
  step *= 1 + info.reference_tick / 10'000;
  std::int32_t fair = std::clamp(s.fair + step, info.reference_tick - s.reach, info.reference_tick + s.reach);
  // Standing orders hold the value back: it moves on once they have traded or gone.
  const std::int32_t bid = s.best(Side::buy);
  const std::int32_t offer = s.best(Side::sell);
  if (bid != kNoTick) fair = std::max(fair, bid - kFarthestFromTouch);
  if (offer != kNoTick) fair = std::min(fair, offer + kFarthestFromTouch);
  s.fair = fair;
  s.book.follow(fair);
}

}  // namespace twinpath::venue
