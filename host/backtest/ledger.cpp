#include "host/backtest/ledger.h"

#include <algorithm>

namespace twinpath {

void Ledger::advance(Cycles time) {
  if (!started_) {
    started_ = true;
    next_sample_ = time;
    highest_at_ = time;
  }
  for (std::size_t h = 0; h < due_.size(); ++h) {
    auto& due = due_[h];
    while (!due.empty() && due.front().time < time) {
      BacktestFill& f = fills_[due.front().fill];
      const SymbolLedger& s = symbols_[f.fill.symbol];
      const Money gained = s.mark - Money{f.fill.price.value} * kMoneyPerPrice;
      f.markouts[h] = (f.fill.side == Side::buy ? gained : -gained) * f.fill.quantity.value;
      due.pop_front();
    }
  }
  while (next_sample_ < time) {
    samples_.push_back(sample(next_sample_));
    next_sample_ += step_;
    if (samples_.size() < 2 * kSamples) continue;
    for (std::size_t i = 0; i < kSamples; ++i) samples_[i] = samples_[2 * i];
    samples_.resize(kSamples);
    next_sample_ = samples_.back().time + step_ + step_;
    step_ += step_;
  }
}

void Ledger::on_quote(SymbolIndex symbol, Price bid, Price ask, Cycles time) {
  if (bid.value == 0 || ask.value == 0) return;
  SymbolLedger& s = symbols_[symbol];
  const Money mark = (Money{bid.value} + ask.value) * (kMoneyPerPrice / 2);
  s.marked = true;
  if (mark == s.mark) return;
  profit_ += (mark - s.mark) * s.position;
  s.mark = mark;
  if (s.position != 0) moved(time);
}

void Ledger::on_fill(const OwnFill& fill, Cycles time) {
  SymbolLedger& s = symbols_[fill.symbol];
  const Money before = s.profit();
  const Money price = Money{fill.price.value} * kMoneyPerPrice;
  if (!s.marked) s.mark = price;
  const std::int64_t sign = fill.side == Side::buy ? 1 : -1;
  const std::int64_t shares = fill.quantity.value;
  const Money fee = Money{fill.maker ? options_.maker_fee : options_.taker_fee} * shares;
  s.cash -= price * (sign * shares) + fee;
  s.fees += fee;
  const std::int64_t held = s.position < 0 ? -s.position : s.position;
  const std::int64_t closed = sign * s.position < 0 ? std::min(shares, held) : 0;
  if (closed != 0) {
    const Money cost = s.cost * closed / held;
    s.realized += -price * (sign * closed) - cost;
    s.cost -= cost;
  }
  s.cost += price * (sign * (shares - closed));
  s.position += sign * shares;
  s.most_long = std::max(s.most_long, s.position);
  s.most_short = std::min(s.most_short, s.position);
  ++s.fills;
  s.shares += fill.quantity.value;
  if (fill.maker) s.maker_shares += fill.quantity.value;
  for (std::size_t h = 0; h < due_.size(); ++h) due_[h].push_back({time + options_.markouts[h], fills_.size()});
  fills_.push_back({time, fill, fee, s.position, std::vector<std::optional<Money>>(due_.size())});
  profit_ += s.profit() - before;
  moved(time);
}

SymbolLedger Ledger::total() const {
  SymbolLedger t;
  for (const SymbolLedger& s : symbols_) {
    t.cash += s.cash;
    t.cost += s.cost;
    t.realized += s.realized;
    t.fees += s.fees;
    t.fills += s.fills;
    t.shares += s.shares;
    t.maker_shares += s.maker_shares;
  }
  return t;
}

void Ledger::moved(Cycles time) {
  if (profit_ >= highest_) {
    highest_ = profit_;
    highest_at_ = time;
  } else if (highest_ - profit_ > drawdown_.most) {
    drawdown_ = {highest_ - profit_, highest_at_, time};
  }
}

LedgerSample Ledger::sample(Cycles time) const {
  LedgerSample s;
  s.time = time;
  s.profit = profit_;
  for (const SymbolLedger& l : symbols_) {
    s.realized += l.realized;
    const Money value = l.mark * l.position;
    s.net += value;
    s.gross += value < 0 ? -value : value;
  }
  return s;
}

}  // namespace twinpath
