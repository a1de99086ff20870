#include "host/venue/market_generator.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace twinpath::venue {
namespace {

constexpr std::uint64_t kMessagesPerSecond = 11'485;  // mean of 2019-12-30 over market hours
constexpr std::uint64_t kSpinSpacing = 2'000;         // ns between the messages that every symbol gets
constexpr std::uint32_t kSymbolsAtATime = 64;

GeneratorOptions checked(GeneratorOptions o) {
  if (!(o.session_start_ns < o.market_open_ns && o.market_open_ns < o.market_close_ns &&
        o.market_close_ns < o.session_end_ns && o.session_end_ns < 86'400'000'000'000)) {
    throw std::invalid_argument("session times: expected start < open < close < end < 24 h");
  }
  if (o.circuit_breaker_level > 3) {
    throw std::invalid_argument("circuit_breaker_level: expected 0 to 3, found " +
                                std::to_string(o.circuit_breaker_level));
  }
  const MessageMix& m = o.mix;
  for (const double share : {m.add, m.add_mpid, m.remove, m.replace, m.execute, m.execute_with_price, m.cancel, m.trade,
                             m.imbalance, m.rare}) {
    if (!(share >= 0.0)) throw std::invalid_argument("message mix: a share is negative");
  }
  if (!(m.add > 0.0)) throw std::invalid_argument("message mix: the share of adds is 0");
  return o;
}

}  // namespace

MarketGenerator::MarketGenerator(const GeneratorOptions& options)
    : options_(checked(options)),
      random_(options.seed),
      universe_(options_, random_),
      clock_(options.bursts, random_.next()),
      flow_(options_, universe_, random_.next(), buffer_) {
  announced_.resize(universe_.size());
  plan_times();
  plan_events();
}

void MarketGenerator::plan_times() {
  const GeneratorOptions& o = options_;
  const std::uint64_t symbols = universe_.size();
  const std::uint64_t spin = symbols * 3 + (symbols + 3) / 4 + 32;
  const std::uint64_t fixed = spin + symbols * (o.circuit_breaker_level != 0 ? 4 : 2);
  const std::uint64_t flow =
      std::max(o.messages > fixed ? o.messages - fixed : 0, std::max<std::uint64_t>(o.messages / 4, 100));
  pre_open_messages_ = flow / 20;
  after_messages_ = flow / 50;
  continuous_messages_ = flow - pre_open_messages_ - after_messages_;

  const std::uint64_t whole = o.session_end_ns - o.session_start_ns;
  std::uint64_t duration = o.duration_ns != 0 ? o.duration_ns : flow * 1'000'000'000 / kMessagesPerSecond;
  duration = std::clamp<std::uint64_t>(duration, 1'000, whole);
  const auto scaled = [&](std::uint64_t distance) {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(distance) * duration / whole);
  };
  open_ = o.market_open_ns;
  close_ = open_ + scaled(o.market_close_ns - open_) + (symbols + 1) * kSpinSpacing + 1'000'000;
  end_ = close_ + scaled(o.session_end_ns - o.market_close_ns) + (symbols + 1) * kSpinSpacing + 1'000'000;
  const std::uint64_t before = scaled(open_ - o.session_start_ns) + 2 * spin * kSpinSpacing + 1'000'000;
  start_ = open_ > before ? open_ - before : 0;
}

void MarketGenerator::plan_events() {
  const std::uint64_t length = close_ - open_;
  const auto at = [&](std::uint64_t thousandths) { return open_ + length / 1000 * thousandths; };
  // Each on a symbol of its own among the most active ones, as long as there are enough.
  const std::uint32_t candidates = std::clamp(options_.configured_symbols, 1U, universe_.size());
  const std::uint32_t wanted = options_.halts + options_.luld_pauses + options_.operational_halts;
  std::vector<std::uint32_t> symbols(candidates);
  for (std::uint32_t i = 0; i < candidates; ++i) symbols[i] = i;
  const std::uint32_t among = std::min(candidates, std::max(16U, wanted));
  for (std::uint32_t i = 0; i + 1 < among; ++i) std::swap(symbols[i], symbols[i + random_.below(among - i)]);
  std::uint32_t used = 0;
  const auto spell = [&](std::initializer_list<EventKind> kinds) {
    if (used >= candidates) return;
    const std::uint32_t symbol = symbols[used++];
    std::uint64_t when = random_.between(60, 700);
    for (const EventKind kind : kinds) {
      events_.push_back({at(when), kind, symbol});
      when += random_.between(3, 20);
    }
  };
  for (std::uint32_t i = 0; i < options_.halts; ++i) {
    spell({EventKind::halt, EventKind::imbalance, EventKind::quote, EventKind::halt_cross, EventKind::resume});
  }
  for (std::uint32_t i = 0; i < options_.luld_pauses; ++i) {
    spell({EventKind::pause, EventKind::collar, EventKind::imbalance, EventKind::imbalance, EventKind::halt_cross,
           EventKind::pause_quote, EventKind::pause_resume});
  }
  for (std::uint32_t i = 0; i < options_.operational_halts; ++i) {
    spell({EventKind::operational_halt, EventKind::operational_resume});
  }
  if (options_.circuit_breaker_level != 0) {
    events_.push_back({at(900), EventKind::breaker, 0});
    events_.push_back({at(920), EventKind::breaker_resume, 0});
  }
  events_.push_back({at(500), EventKind::broken_trade, 0});
  events_.push_back({at(510), EventKind::retail_interest, 0});
  events_.push_back({at(974), EventKind::cross_near, 0});
  std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
}

void MarketGenerator::system_event(char code, std::uint64_t at) {
  buffer_.begin(at, 0);
  itch::SystemEvent m;
  m.event_code = phase_ = code;
  buffer_.emit(m);
}

void MarketGenerator::directory(std::uint32_t symbol) {
  itch::StockDirectory m;
  m.stock_locate = universe_[symbol].locate;
  m.stock = universe_[symbol].name;
  m.market_category = "QQQGSNAPZ"[random_.below(9)];
  m.financial_status_indicator = random_.one_in(50) ? 'D' : 'N';
  m.round_lot_size = 100;
  m.round_lots_only = 'N';
  const bool fund = random_.one_in(4);
  m.issue_classification = fund ? 'Q' : 'C';
  m.issue_sub_type = fund ? Text<2>{'E', ' '} : Text<2>{'Z', ' '};
  m.authenticity = 'P';
  m.short_sale_threshold_indicator = 'N';
  m.ipo_flag = symbol + 1 == universe_.size() ? 'Y' : 'N';
  m.luld_reference_price_tier = symbol < 500 ? '1' : '2';
  m.etp_flag = fund ? 'Y' : 'N';
  m.etp_leverage_factor = fund ? random_.between(1, 3) : 0;
  m.inverse_indicator = fund && random_.one_in(8) ? 'Y' : 'N';
  buffer_.emit(m);
}

void MarketGenerator::trading_action(std::uint32_t symbol, char state, std::string_view reason) {
  itch::StockTradingAction m;
  m.stock_locate = universe_[symbol].locate;
  m.stock = universe_[symbol].name;
  m.trading_state = state;
  m.reason = make_text<4>(reason);
  announced_[symbol].state = state;
  buffer_.emit(m);
}

void MarketGenerator::operational_halt(std::uint32_t symbol, char action) {
  itch::OperationalHalt m;
  m.stock_locate = universe_[symbol].locate;
  m.stock = universe_[symbol].name;
  m.market_code = 'Q';
  m.operational_halt_action = action;
  announced_[symbol].operational = action;
  buffer_.emit(m);
}

void MarketGenerator::notices() {
  buffer_.begin(buffer_.last() + kSpinSpacing, kSpinSpacing);
  itch::MwcbDeclineLevel levels;
  const std::uint64_t index = 3'000'00000000 + std::uint64_t{random_.below(1'000)} * 100'000'000;
  levels.level_1 = index / 100 * 93;
  levels.level_2 = index / 100 * 87;
  levels.level_3 = index / 100 * 80;
  buffer_.emit(levels);
  const std::uint32_t newcomer = universe_.size() - 1;
  itch::IpoQuotingPeriodUpdate ipo;
  ipo.stock_locate = universe_[newcomer].locate;
  ipo.stock = universe_[newcomer].name;
  ipo.ipo_quotation_release_time = static_cast<std::uint32_t>(open_ / 1'000'000'000);
  ipo.ipo_quotation_release_qualifier = 'A';
  ipo.ipo_price = reference_price(newcomer).value;
  buffer_.emit(ipo);
  flow_.direct_listing(newcomer);
  system_event('S', buffer_.last() + kSpinSpacing);
}

void MarketGenerator::enter_flow(Stage stage, MarketPhase phase, std::uint64_t from, std::uint64_t to,
                                 std::uint64_t messages) {
  stage_ = stage;
  flow_.set_phase(phase);
  flow_end_total_ = buffer_.total() + messages;
  flow_end_ = to;
  clock_.start(from, to, messages);
}

void MarketGenerator::fill_symbols(Stage next) {
  // Off the microsecond, so that a microsecond holds one of these at most.
  buffer_.begin(buffer_.last() + kSpinSpacing, kSpinSpacing);
  for (std::uint32_t i = 0; i < kSymbolsAtATime && place_ < universe_.size(); ++i, ++place_) {
    const std::uint32_t symbol = universe_.by_locate()[place_];
    switch (stage_) {
      case Stage::directory:
        directory(symbol);
        break;
      case Stage::trading_state:
        trading_action(symbol, 'T', "");
        break;
      case Stage::reg_sho:
        flow_.reg_sho(symbol, random_.one_in(40) ? '2' : '0');
        break;
      case Stage::participants:
        if (place_ % 4 == 0) flow_.participant(symbol);
        break;
      case Stage::opening_cross:
        flow_.cross(symbol, 'O');
        break;
      default:
        flow_.cross(symbol, 'C');
        break;
    }
  }
  if (place_ == universe_.size()) {
    place_ = 0;
    stage_ = next;
  }
}

void MarketGenerator::fill_flow(Stage next) {
  const std::uint64_t done = buffer_.total();
  if (done >= flow_end_total_) {
    stage_ = next;
    return;
  }
  const std::uint64_t left = flow_end_total_ - done;
  const std::uint64_t at = clock_.next(left, buffer_.last() + 1);
  if (stage_ == Stage::pre_open && at >= cross_near_) flow_.set_coming_cross('O');
  if (at >= flow_end_) {
    stage_ = next;
    return;
  }
  if (stage_ == Stage::continuous && next_event_ < events_.size() && events_[next_event_].time <= at) {
    while (next_event_ < events_.size() && events_[next_event_].time <= at) handle(events_[next_event_++]);
    return;  // the clock has moved on by a gap; nothing is lost
  }
  std::uint32_t size = clock_.cluster_size();
  if (stage_ == Stage::continuous && first_cluster_) {
    first_cluster_ = false;
    size = options_.bursts.largest;
  }
  size = static_cast<std::uint32_t>(std::min<std::uint64_t>(std::max(size, 1U), left));
  buffer_.begin(at, std::clamp(900U / size, 1U, 60U));
  flow_.cluster(size);
}

void MarketGenerator::handle(const Event& event) {
  buffer_.begin(event.time, kSpinSpacing);
  const std::uint32_t symbol = event.symbol;
  switch (event.kind) {
    case EventKind::halt:
      flow_.set_halted(symbol, true);
      return trading_action(symbol, 'H', "T1");
    case EventKind::quote:
      return trading_action(symbol, 'Q', "R4");
    case EventKind::resume:
      flow_.set_halted(symbol, false);
      return trading_action(symbol, 'T', "T3");
    case EventKind::pause:
      flow_.set_halted(symbol, true);
      return trading_action(symbol, 'P', "LUDP");
    case EventKind::collar:
      return flow_.collar(symbol, 0);
    case EventKind::imbalance:
      return flow_.imbalance(symbol, 'H');
    case EventKind::halt_cross:
      return flow_.cross(symbol, 'H');
    case EventKind::pause_quote:
      return trading_action(symbol, 'Q', "LUDP");
    case EventKind::pause_resume:
      flow_.set_halted(symbol, false);
      return trading_action(symbol, 'T', "LUDP");
    case EventKind::operational_halt:
      flow_.set_halted(symbol, true);
      return operational_halt(symbol, 'H');
    case EventKind::operational_resume:
      flow_.set_halted(symbol, false);
      return operational_halt(symbol, 'T');
    case EventKind::breaker: {
      itch::MwcbStatus m;
      m.breached_level = static_cast<char>('0' + options_.circuit_breaker_level);
      buffer_.emit(m);
      for (const std::uint32_t s : universe_.by_locate()) {
        flow_.set_halted(s, true);
        trading_action(s, 'H', "MWC" + std::to_string(options_.circuit_breaker_level));
      }
      return;
    }
    case EventKind::breaker_resume:
      for (const std::uint32_t s : universe_.by_locate()) {
        flow_.set_halted(s, false);
        trading_action(s, 'T', "MWCQ");
      }
      return;
    case EventKind::cross_near:
      return flow_.set_coming_cross('C');
    case EventKind::broken_trade:
      return flow_.broken_trade();
    case EventKind::retail_interest:
      return flow_.retail_interest(symbol);
  }
}

void MarketGenerator::fill() {
  switch (stage_) {
    case Stage::start:
      system_event('O', start_);
      stage_ = Stage::directory;
      break;
    case Stage::directory:
      return fill_symbols(Stage::trading_state);
    case Stage::trading_state:
      return fill_symbols(Stage::reg_sho);
    case Stage::reg_sho:
      return fill_symbols(Stage::participants);
    case Stage::participants:
      return fill_symbols(Stage::notices);
    case Stage::notices: {
      notices();
      // The last part of the pre-open is quiet.
      const std::uint64_t from = buffer_.last() + kSpinSpacing;
      const std::uint64_t to = open_ - (open_ - from) / 16;
      cross_near_ = to - (to - from) / 8;
      enter_flow(Stage::pre_open, MarketPhase::pre_open, from, to, pre_open_messages_);
      break;
    }
    case Stage::pre_open:
      return fill_flow(Stage::open);
    case Stage::open:
      flow_.set_coming_cross(0);
      flow_.set_phase(MarketPhase::continuous);
      system_event('Q', open_);
      stage_ = Stage::opening_cross;
      break;
    case Stage::opening_cross:
      fill_symbols(Stage::continuous);
      if (stage_ == Stage::continuous) {
        enter_flow(Stage::continuous, MarketPhase::continuous, buffer_.last() + 1'000, close_, continuous_messages_);
      }
      break;
    case Stage::continuous:
      return fill_flow(Stage::close);
    case Stage::close:
      while (next_event_ < events_.size()) handle(events_[next_event_++]);
      flow_.set_coming_cross(0);
      flow_.set_phase(MarketPhase::after_hours);
      system_event('M', close_);
      stage_ = Stage::closing_cross;
      break;
    case Stage::closing_cross:
      fill_symbols(Stage::after_hours);
      if (stage_ == Stage::after_hours) {
        const std::uint64_t from = buffer_.last() + 1'000;
        enter_flow(Stage::after_hours, MarketPhase::after_hours, from, end_ - (end_ - from) / 2, after_messages_);
      }
      break;
    case Stage::after_hours:
      return fill_flow(Stage::end);
    case Stage::end:
      system_event('E', end_ - (end_ - buffer_.last()) / 4);
      system_event('C', end_);
      stage_ = Stage::done;
      break;
    case Stage::done:
      break;
  }
}

}  // namespace twinpath::venue
