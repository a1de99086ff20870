#include "host/batch/margin.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace twinpath::batch {
namespace {

using Wide = unsigned __int128;

// Up: margins are never too small.
std::uint64_t margin_of(std::uint64_t notional, std::uint32_t rate_bp) {
  return static_cast<std::uint64_t>((Wide{notional} * rate_bp + kWhole - 1) / kWhole);
}

std::uint64_t magnitude(std::int32_t quantity) {
  return quantity < 0 ? static_cast<std::uint64_t>(-static_cast<std::int64_t>(quantity))
                      : static_cast<std::uint64_t>(quantity);
}

std::uint8_t reasons_of(const MarginBook& book, const MarginPosition& p) {
  if (p.instrument >= book.instruments().size()) return kReasonInstrument;
  const MarginInstrument& i = book.instruments()[p.instrument];
  std::uint8_t reasons = 0;
  if (i.initial_bp > kWhole || i.maintenance_bp > kWhole) reasons |= kReasonRate;
  if (magnitude(p.quantity) * i.mark > kMostNotional || magnitude(p.quantity) * p.entry > kMostNotional)
    reasons |= kReasonNotional;
  return reasons;
}

std::int64_t profit_of(const MarginPosition& p, std::uint32_t mark) {
  return std::int64_t{p.quantity} * (std::int64_t{mark} - std::int64_t{p.entry});
}

// The account is liquidated when equity - maintenance < 0. With `rest` = that, less what this position's mark makes of
// it, and q = |quantity|, at a mark of m:
//   long   rest + q m - ceil(q m r / 10,000) < 0   <=>  q m (10,000 - r) < -rest 10,000
//   short  rest - q m - ceil(q m r / 10,000) < 0   <=>  q m (10,000 + r) >  rest 10,000
// Both are monotone in m, so there is one price where it turns.
void liquidation(const MarginPosition& p, const MarginInstrument& i, std::int64_t excess, MarginPositionResult& out) {
  const std::uint64_t q = magnitude(p.quantity), notional = q * i.mark;
  if (q == 0) return;
  const auto maintenance = static_cast<std::int64_t>(margin_of(notional, i.maintenance_bp));
  const bool is_long = p.quantity > 0;
  const std::int64_t rest =
      excess - (is_long ? static_cast<std::int64_t>(notional) : -static_cast<std::int64_t>(notional)) + maintenance;
  const Wide most = UINT32_MAX;
  const auto always = [&] { out.state = LiquidationState::always; };
  const auto at = [&](Wide price) {
    out.state = LiquidationState::at;
    out.liquidation_price = static_cast<std::uint32_t>(price);
  };
  if (is_long) {
    if (rest >= 0) return;
    const Wide need = Wide(-static_cast<__int128>(rest)) * kWhole, a_price = Wide{q} * (kWhole - i.maintenance_bp);
    if (a_price * most < need) return always();
    at((need + a_price - 1) / a_price - 1);
  } else {
    if (rest < 0) return always();
    const Wide room = Wide(rest) * kWhole, a_price = Wide{q} * (kWhole + i.maintenance_bp);
    if (a_price * most <= room) return;
    at(room / a_price + 1);
  }
}

}  // namespace

std::string_view to_string(MarginStatus status) {
  switch (status) {
    case MarginStatus::healthy:
      return "healthy";
    case MarginStatus::call:
      return "call";
    case MarginStatus::liquidate:
      return "liquidate";
    case MarginStatus::rejected:
      return "rejected";
  }
  return "unknown";
}

std::string reasons_text(std::uint8_t reasons) {
  std::string text;
  const auto add = [&](std::uint8_t bit, const char* name) {
    if ((reasons & bit) != 0) text += (text.empty() ? "" : "+") + std::string(name);
  };
  add(kReasonInstrument, "instrument");
  add(kReasonRate, "rate");
  add(kReasonNotional, "notional");
  add(kReasonCash, "cash");
  return text;
}

MarginBook::MarginBook(std::vector<MarginInstrument> instruments, std::vector<std::int64_t> cash,
                       std::vector<MarginPosition> positions)
    : instruments_(std::move(instruments)), cash_(std::move(cash)), positions_(std::move(positions)) {
  constexpr std::size_t kMost = std::size_t{1} << 31;
  if (instruments_.size() > kMostInstruments)
    throw std::invalid_argument(
        fmt::format("margin: {} instruments, expected at most {}", instruments_.size(), kMostInstruments));
  if (cash_.size() > kMost || positions_.size() > kMost)
    throw std::invalid_argument(fmt::format("margin: {} accounts and {} positions, expected at most {} of each",
                                            cash_.size(), positions_.size(), kMost));
  first_.assign(cash_.size() + 1, 0);
  for (std::size_t n = 0; n < positions_.size(); ++n) {
    const MarginPosition& p = positions_[n];
    if (p.account >= cash_.size())
      throw std::invalid_argument(
          fmt::format("margin: position {} is of account {}, expected one of {}", n, p.account, cash_.size()));
    const bool in_order = n == 0 || std::pair(positions_[n - 1].account, positions_[n - 1].instrument) <
                                        std::pair(p.account, p.instrument);
    if (!in_order)
      throw std::invalid_argument(
          fmt::format("margin: position {} (account {}, instrument {}) does not come after account {}, instrument {}; "
                      "sort by account and instrument, one position an instrument",
                      n, p.account, p.instrument, positions_[n - 1].account, positions_[n - 1].instrument));
    first_[p.account + 1] = static_cast<std::uint32_t>(n + 1);
  }
  for (std::size_t a = 1; a < first_.size(); ++a)
    if (first_[a] == 0) first_[a] = first_[a - 1];
}

void MarginBook::mark(std::span<const std::uint32_t> marks) {
  if (marks.size() != instruments_.size())
    throw std::invalid_argument(fmt::format("margin: {} mark prices, expected one for each of {} instruments",
                                            marks.size(), instruments_.size()));
  for (std::size_t i = 0; i < marks.size(); ++i) instruments_[i].mark = marks[i];
}

void margin_sweep(const MarginBook& book, MarginResult& out) {
  const auto instruments = book.instruments();
  out.accounts.assign(book.cash().size(), {});
  out.positions.assign(book.positions().size(), {});
  out.liquidate.clear();
  for (std::size_t a = 0; a < out.accounts.size(); ++a) {
    const std::size_t from = book.first()[a], n = book.first()[a + 1] - from;
    const auto positions = book.positions().subspan(from, n);
    MarginAccountResult& account = out.accounts[a];
    account.equity = book.cash()[a];
    if (account.equity > kMostCash || account.equity < -kMostCash) account.reasons |= kReasonCash;
    for (const MarginPosition& p : positions) account.reasons |= reasons_of(book, p);
    if (account.reasons != 0) {
      account.equity = 0;
      account.status = MarginStatus::rejected;
      for (std::size_t i = 0; i < n; ++i) out.positions[from + i].state = LiquidationState::rejected;
      continue;
    }
    // Cannot overflow: 4,096 positions of less than 2^48 each, beside 2^60 of cash.
    for (std::size_t i = 0; i < n; ++i) {
      const MarginPosition& p = positions[i];
      const MarginInstrument& instrument = instruments[p.instrument];
      const std::uint64_t notional = magnitude(p.quantity) * instrument.mark;
      out.positions[from + i].profit = profit_of(p, instrument.mark);
      account.equity += out.positions[from + i].profit;
      account.initial += margin_of(notional, instrument.initial_bp);
      account.maintenance += margin_of(notional, instrument.maintenance_bp);
    }
    const std::int64_t excess = account.equity - static_cast<std::int64_t>(account.maintenance);
    if (excess < 0) {
      account.status = MarginStatus::liquidate;
      out.liquidate.push_back(static_cast<std::uint32_t>(a));
    } else if (account.equity < static_cast<std::int64_t>(account.initial)) {
      account.status = MarginStatus::call;
    }
    for (std::size_t i = 0; i < n; ++i)
      liquidation(positions[i], instruments[positions[i].instrument], excess, out.positions[from + i]);
  }
}

}  // namespace twinpath::batch
