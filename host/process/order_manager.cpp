#include "host/process/order_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include "host/path/decision_steps.h"
#include "host/path/input_clock.h"

namespace twinpath {
namespace {

std::uint64_t wall_ns() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

constexpr std::uint64_t kLookEvery = 20'000'000;  // nanoseconds: who is there
constexpr std::uint64_t kStatsEvery = 100'000'000;
constexpr std::size_t kAtOnce = 64;  // updates and intents a round

OrderUpdate update_of(OrderState state, const OrderLedger::Order& o, std::uint32_t tag, Cycles stamp) {
  OrderUpdate u;
  u.stamp = stamp;
  u.state = state;
  u.side = o.side;
  u.symbol = o.symbol;
  u.user_ref = o.user_ref;
  u.tag = tag;
  u.price = Price{o.price};
  u.quantity = u.leaves = Quantity{o.leaves};
  return u;
}

}  // namespace

OrderManager::OrderManager(const CoreConfig& config, const LiveOptions& live, const ProcessOptions& options,
                           Journal& journal, PacketSender& sender, ExchangeSession& exchange)
    : config_(config),
      live_(live),
      options_(options),
      journal_(journal),
      sender_(sender),
      exchange_(exchange),
      segment_(ipc::Segment::own(std::filesystem::path(options.folder) / "orders", orders_kind())),
      shared_(segment_.at<SharedOrders>(0)),
      messages_out_(segment_.memory() + kOrderMessagesAt, kOrderMessages),
      stats_(options.folder, "orders", wall_ns()),
      banks_(config.banks),
      ledger_(std::make_unique<OrderLedger>()),
      known_(Risk::kOpenSlots),
      frames_(config),
      shared_open_(stats_.counter("open orders")),
      intent_age_(stats_.histogram("intent made to taken, ns")),
      work_(stats_.histogram("intent taken to frame sent, ns")) {
  const auto share = [this](std::string_view name, const std::uint64_t& value) {
    shared_counts_.emplace_back(&stats_.counter(name), &value);
  };
  share("intents", counts_.intents);
  share("orders", counts_.orders);
  share("cancels", counts_.cancels);
  share("cancels by the host", counts_.host_cancels);
  share("rejections", counts_.rejects);
  share("refused before the checks", counts_.refused);
  share("acknowledged", counts_.acks);
  share("fills", counts_.fills);
  share("ended", counts_.dones);
  share("frames not sent", counts_.unsent);
  share("orders in doubt", counts_.in_doubt);
  share("intents known already", counts_.repeated);
  share("market updates missed", counts_.market_missed);
  for (std::size_t i = 1; i < rejects_.size(); ++i)
    shared_rejects_[i] = &stats_.counter(fmt::format("rejected: {}", name(static_cast<Reason>(i))));
  for (const std::string& s : options.strategies) sources_.push_back({s, {}, nullptr, 0, 0, false});
  recover();
  publish_status();
  attach_market();
}

OrderManager::~OrderManager() = default;

Cycles OrderManager::now_cycles() noexcept {
  const std::uint64_t now = wall_ns();
  const Cycles at = Cycles{InputClock::kStart} + to_cycles(Nanoseconds{now > epoch_ ? now - epoch_ : 0});
  return last_ = std::max(last_, at);
}

// ---- what the process before has left ----

void OrderManager::recover() {
  const std::filesystem::path folder = journal_.journal().folder();
  auto replay = std::make_unique<OrderReplay>(core_counters_);
  const std::uint64_t told = segment_.fresh() ? UINT64_MAX : shared_.told.load();
  struct Untold {
    std::uint64_t number;
    OrderUpdate update;
    std::uint16_t source;
    std::uint32_t incarnation;
  };
  std::vector<Untold> untold;
  std::map<std::uint32_t, std::vector<Event>> sent;  // of open orders: what the exchange was given
  std::map<std::pair<std::uint32_t, CommandOp>, unsigned> answered;
  journal_.journal().flush();
  if (journal_.journal().records() != 0) {
    JournalReader reader(folder);
    while (const auto record = reader.next()) {
      const JournalRecordHeader& h = record->header;
      // Told after it was journalled: of the last ones nobody may have heard.
      const bool late = h.number > told;
      std::optional<OrderLedger::Order> before;
      std::optional<Event> event;
      if (h.kind == JournalKind::event) {
        event = record->as<Event>();
        if (const auto* o = replay->ledger().order(event->user_ref)) before = *o;
      }
      replay->take(*record);
      if (h.kind == JournalKind::refused && late) {
        const auto r = record->as<JournalRefused>();
        OrderUpdate u;
        u.state =
            r.kind == static_cast<std::uint8_t>(IntentKind::enter) ? OrderState::rejected : OrderState::cancel_rejected;
        u.side = static_cast<Side>(r.side);
        u.symbol = r.symbol;
        u.user_ref = r.user_ref;
        u.tag = r.tag;
        u.price = Price{r.price};
        u.quantity = Quantity{r.quantity};
        untold.push_back({h.number, u, h.source, h.incarnation});
      }
      if (!event) continue;
      const Event& e = *event;
      const Cycles stamp{e.time};
      Known& known = known_[e.user_ref % Risk::kOpenSlots];
      switch (e.event_kind()) {
        case EventKind::order:
          known = {h.source, h.tag, h.incarnation, false};
          sent[e.user_ref] = {e};
          if (late)
            untold.push_back({h.number, update_of(OrderState::sent, *replay->ledger().order(e.user_ref), h.tag, stamp),
                              h.source, h.incarnation});
          break;
        case EventKind::cancel:
          sent[e.user_ref].push_back(e);
          if (late && before)
            untold.push_back(
                {h.number, update_of(OrderState::cancel_sent, *before, known.tag, stamp), h.source, h.incarnation});
          break;
        case EventKind::reject:
          if (late) {
            OrderUpdate u;
            u.stamp = stamp;
            u.state = e.user_ref == 0 ? OrderState::rejected : OrderState::cancel_rejected;
            u.reason = static_cast<Reason>(e.reason);
            u.side = static_cast<Side>(e.side);
            u.symbol = static_cast<SymbolIndex>(e.symbol);
            u.user_ref = e.user_ref;
            u.tag = h.tag;
            u.price = Price{e.price};
            u.quantity = Quantity{e.quantity};
            untold.push_back({h.number, u, h.source, h.incarnation});
          }
          break;
        case EventKind::command: {
          const auto op = static_cast<CommandOp>(e.reason);
          if (op != CommandOp::ack && op != CommandOp::fill && op != CommandOp::done) break;
          if (!before) break;
          ++answered[{e.user_ref, op}];
          const auto* after = replay->ledger().order(e.user_ref);
          if (late) {
            OrderUpdate u = update_of(op == CommandOp::ack    ? OrderState::accepted
                                      : op == CommandOp::fill ? OrderState::filled
                                                              : OrderState::done,
                                      *before, known.tag, stamp);
            u.leaves = Quantity{after != nullptr ? after->leaves : 0};
            if (op == CommandOp::fill) {
              u.price = Price{e.price};
              u.quantity = Quantity{e.quantity};
            }
            u.position = replay->ledger().position(before->symbol);
            untold.push_back({h.number, u, known.source, known.incarnation});
          }
          if (after == nullptr) sent.erase(e.user_ref);
          break;
        }
        default:
          break;
      }
    }
  }
  const bool continues = replay->totals().starts != 0;
  epoch_ = continues ? replay->start().epoch : epoch_of(wall_ns());
  last_ = replay->time();
  OrderJournal::Session session{epoch_, continues, options_.strategies};
  const auto unknown = replay->unknown();
  const auto open = replay->open_orders();
  const bool stopped = replay->totals().stopped, by_command = replay->disarmed_by_command();
  if (continues) {
    if (replay->names().sources != options_.strategies)
      throw std::runtime_error(fmt::format(
          "{}: expected the strategies that it was begun with ({}), found others in [processes]; name them in the same "
          "order, or begin another journal",
          folder.string(), fmt::join(replay->names().sources, ", ")));
    for (std::size_t i = 0; i < sources_.size(); ++i)
      sources_[i].last_intent = static_cast<std::uint32_t>(replay->last_intent(static_cast<std::uint16_t>(i)));
    banks_[0] = banks_[1] = config_.banks[0];
    killed_ = replay->killed();
    armed_ = replay->armed();
    *ledger_ = replay->ledger();
    messages_.push_back(fmt::format("{}: {} orders, {} of them open, {} fills made again", folder.string(),
                                    replay->totals().orders, open.size(), replay->totals().fills));
  }
  risk_ = replay->take_risk();
  if (!risk_) risk_ = std::make_unique<Risk>(config_, core_counters_);
  risk_->forget_market(config_.symbols_start_trading);
  journal_.begin(config_, session);
  for (std::size_t i = 0; i < kSymbols; ++i) shared_.positions[i] = ledger_->position(static_cast<SymbolIndex>(i));
  // The strategies hear what they had not heard, by the numbers that it has in the journal.
  for (const Untold& u : untold) {
    OrderUpdate update = u.update;
    tell(u.number, update, u.source, u.incarnation);
  }
  if (told == UINT64_MAX || !continues) shared_.told = journal_.journal().records();
  // The exchange goes on with what is open; what the journal has of its answers is passed over.
  for (const auto& [user_ref, events] : sent) {
    const auto lost = [&](bool cancel) {
      return std::ranges::any_of(unknown, [&](const auto& u) { return u.user_ref == user_ref && u.cancel == cancel; });
    };
    for (const Event& e : events) {
      if (!lost(e.event_kind() == EventKind::cancel)) exchange_.sent(e);
    }
  }
  for (const auto& [key, count] : answered) {
    if (sent.contains(key.first)) answered_[key] = count;
  }
  for (const auto& u : unknown) {
    journal_.doubt(u.user_ref, u.cancel);
    ++counts_.in_doubt;
    messages_.push_back(fmt::format("{} {}: its frame may have left or not; {}", u.cancel ? "cancel of order" : "order",
                                    u.user_ref, u.cancel ? "it is sent again" : "it is not sent again, but cancelled"));
    if (!u.cancel) known_[u.user_ref % Risk::kOpenSlots].in_doubt = true;
    if (const auto* o = ledger_->order(u.user_ref)) host_cancel(*o);
  }
  // After an orderly end, or the first time, it begins as configured; after a crash as it was.
  const bool goes_on = continues && !stopped;
  if (goes_on && armed_) return;
  Command c;
  c.op = live_.arm == ArmWhen::at_start && !goes_on ? CommandOp::arm : CommandOp::disarm;
  command(c);
  auto_arm_ = live_.arm == ArmWhen::when_trusted && !(goes_on && by_command);
}

// ---- market data ----

bool OrderManager::attach_market() {
  if (market_ && !market_->replaced()) return true;
  reader_.reset();
  market_ =
      ipc::Segment::attach(std::filesystem::path(options_.folder) / "market", market_kind(options_.market_records));
  if (!market_) return false;
  reader_.emplace(market_->memory() + kMarketRingAt, options_.market_records, MarketRing::From::newest);
  resync();
  return true;
}

void OrderManager::resync() {
  const auto& table = market_->at<MarketTable>(0);
  reader_->skip_to_newest();
  FeedStatus s;
  if (!table.status.read(s)) s.stale = true;
  put_status(s);
  for (std::size_t i = 0; i < config_.symbols.size(); ++i) {
    SymbolNow now;
    if (!table.symbols[i].read(now)) now = {};
    put_symbol(static_cast<SymbolIndex>(i), now.bbo, now.trusted, now.tradable, now.traded ? &now.last_trade : nullptr);
  }
}

void OrderManager::put_symbol(SymbolIndex s, const Bbo& bbo, bool trusted, bool tradable, const Price* last_trade) {
  books_[s] = {bbo, trusted};
  risk_->set_trading(s, tradable);
  if (last_trade != nullptr) risk_->set_last_trade(s, *last_trade);
}

void OrderManager::put_status(const FeedStatus& s) {
  feed_ = s;
  risk_->set_market_open(s.market_open);
  risk_->set_circuit_breaker(s.circuit_breaker);
  if (s.feed_ended) risk_->set_feed_ended();
}

void OrderManager::apply(const MarketUpdate& u) {
  if (u.kind == MarketUpdate::Kind::status) return put_status(u.status);
  const BookUpdate& b = u.book;
  put_symbol(b.symbol, b.after, b.trusted, b.tradable, b.trade.valid ? &b.trade.price : nullptr);
}

bool OrderManager::follow_market() {
  if (!reader_) return false;
  bool any = false;
  MarketUpdate u;
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    const auto got = reader_->poll(u);
    if (got == MarketRing::Got::nothing) break;
    any = true;
    if (got == MarketRing::Got::missed) {
      counts_.market_missed = reader_->missed();
      resync();
      break;
    }
    apply(u);
  }
  return any;
}

// ---- intents ----

Refusal OrderManager::refuses(const IntentRecord& r, std::uint64_t now) const {
  const Intent& i = r.intent;
  if (now > r.made + options_.intent_age.value) return Refusal::too_late;
  if (i.kind == IntentKind::cancel) {
    const auto* o = ledger_->order(i.user_ref);
    return o == nullptr || o->cancel_sent ? Refusal::unknown_order : Refusal::none;
  }
  if (i.kind != IntentKind::enter || i.symbol >= config_.symbols.size()) return Refusal::bad_intent;
  if (!armed_) return Refusal::disarmed;
  const Market& m = books_[i.symbol];
  if (!feed_good_ || !m.trusted || r.generation != feed_.generation) return Refusal::untrusted;
  if (m.bbo.crossed()) return Refusal::crossed;
  return Refusal::none;
}

bool OrderManager::intents(std::size_t index) {
  Source& s = sources_[index];
  if (s.ring == nullptr) return false;
  const auto records = s.ring->peek(kAtOnce);
  for (const IntentRecord& r : records) {
    take(index, r);
    s.ring->release();
  }
  return !records.empty();
}

void OrderManager::take(std::size_t index, const IntentRecord& r) {
  Source& s = sources_[index];
  const auto source = static_cast<std::uint16_t>(index);
  if (r.number <= s.last_intent) {
    // The process before has done it and was killed before it said so.
    ++counts_.repeated;
    return;
  }
  s.last_intent = r.number;
  ++counts_.intents;
  const std::uint64_t now = wall_ns();
  intent_age_.record(now > r.made ? now - r.made : 0);
  Intent intent = r.intent;
  const bool enters = intent.kind == IntentKind::enter;
  OrderUpdate u;
  u.side = intent.side;
  u.symbol = intent.symbol;
  u.tag = intent.tag;
  u.price = intent.price;
  u.quantity = intent.quantity;
  u.user_ref = enters ? 0 : intent.user_ref;
  u.state = enters ? OrderState::rejected : OrderState::cancel_rejected;
  const Cycles stamp = now_cycles();
  u.stamp = stamp;
  if (const Refusal why = refuses(r, now); why != Refusal::none) {
    ++counts_.refused;
    JournalRefused refused{why,
                           static_cast<std::uint8_t>(intent.kind),
                           static_cast<std::uint8_t>(intent.side),
                           intent.symbol,
                           intent.price.value,
                           intent.quantity.value,
                           u.user_ref,
                           intent.tag};
    const std::uint64_t number =
        journal_.journal().append(JournalKind::refused, refused, source, r.number, intent.tag, r.incarnation);
    u.position = ledger_->position(intent.symbol);
    return tell(number, u, source, r.incarnation);
  }
  if (!enters) {
    const auto& o = *ledger_->order(intent.user_ref);
    intent.symbol = u.symbol = o.symbol;
    intent.side = u.side = o.side;
    intent.price = u.price = Price{o.price};
    u.tag = known_[o.user_ref % Risk::kOpenSlots].tag;
    u.leaves = u.quantity = Quantity{o.leaves};
  }
  const Decision d = decide<CancelOf::user_ref>(
      *risk_, bank(), core_counters_, intent, stamp, [] {}, [](std::uint32_t) {}, [](std::uint32_t) {});
  const Market& m = books_[intent.symbol];
  Event e =
      decision_event({stamp, r.sequence, 0, 0}, r.msg_type, r.trigger, r.reference, {}, intent, d, m.bbo, m.trusted);
  // The book that triggered it may be another one.
  e.quantity = enters ? intent.quantity.value : 0;
  const std::uint64_t number = journal_.event(e, source, r.number, intent.tag, r.incarnation);
  u.reason = d.risk.reason;
  u.position = d.risk.position;
  if (d.risk.reason != Reason::none) {
    ++counts_.rejects;
    ++rejects_[static_cast<std::size_t>(d.risk.reason)];
    return tell(number, u, source, r.incarnation);
  }
  ledger_->on_event(e);
  // It is in the journal: now it may leave.
  journal_.journal().settle(number);
  if (enters) {
    ++counts_.orders;
    known_[d.user_ref % Risk::kOpenSlots] = {source, intent.tag, r.incarnation, false};
    u.state = OrderState::sent;
    u.user_ref = d.user_ref;
    u.leaves = intent.quantity;
    send_frame(frames_.enter(d.user_ref, intent.side, intent.quantity, intent.symbol, intent.price), d.user_ref, false);
  } else {
    ++counts_.cancels;
    u.state = OrderState::cancel_sent;
    send_frame(frames_.cancel(d.user_ref), d.user_ref, true);
  }
  exchange_.sent(e);
  work_.record(wall_ns() - now);
  tell(number, u, source, r.incarnation);
}

void OrderManager::send_frame(std::span<const std::uint8_t> frame, std::uint32_t user_ref, bool cancel) {
  constexpr int kTries = 10'000;
  bool left = false;
  for (int i = 0; i < kTries && !left; ++i) {
    const auto rooms = sender_.claim(1);
    if (rooms.empty()) continue;
    std::memcpy(rooms[0].data(), frame.data(), frame.size());
    const std::array<std::size_t, 1> sizes{frame.size()};
    left = sender_.send(sizes) == 1;
  }
  journal_.sent(user_ref, cancel, left);
  if (left) return;
  ++counts_.unsent;
  Command kill;
  kill.op = CommandOp::kill;
  command(kill);
}

void OrderManager::host_cancel(const OrderLedger::Order& order) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::cancel);
  e.time = now_cycles().value;
  e.symbol = order.symbol;
  e.user_ref = order.user_ref;
  e.side = static_cast<std::uint8_t>(order.side);
  e.price = order.price;
  const std::uint64_t number = journal_.host_cancel(e, known_[order.user_ref % Risk::kOpenSlots].source);
  journal_.journal().settle(number);
  ledger_->on_event(e);
  ++counts_.host_cancels;
  send_frame(frames_.cancel(e.user_ref), e.user_ref, true);
  exchange_.sent(e);
}

// ---- answers and commands ----

bool OrderManager::answers() {
  bool any = false;
  while (const auto a = exchange_.poll(now_cycles())) {
    any = true;
    if (const auto known = answered_.find({a->command.user_ref, a->command.op});
        known != answered_.end() && known->second > 0) {
      --known->second;
      continue;
    }
    answer(a->command);
  }
  return any;
}

void OrderManager::answer(const Command& c) {
  std::optional<OrderLedger::Order> before;
  if (const auto* o = ledger_->order(c.user_ref)) before = *o;
  Event e = command_event(now_cycles(), c);
  risk_command(*risk_, bank(), core_counters_, c, e);
  const std::uint64_t number = journal_.event(e);
  ledger_->on_event(e);
  if (c.op == CommandOp::ack) ++counts_.acks;
  if (c.op == CommandOp::fill) ++counts_.fills;
  if (c.op == CommandOp::done) ++counts_.dones;
  if (!before) return;
  const Known& known = known_[c.user_ref % Risk::kOpenSlots];
  const OrderState state = c.op == CommandOp::ack    ? OrderState::accepted
                           : c.op == CommandOp::fill ? OrderState::filled
                                                     : OrderState::done;
  OrderUpdate u = update_of(state, *before, known.tag, Cycles{e.time});
  const auto* after = ledger_->order(c.user_ref);
  u.leaves = Quantity{after != nullptr ? after->leaves : 0};
  if (c.op == CommandOp::fill) {
    u.price = Price{c.price};
    u.quantity = Quantity{c.quantity};
  }
  u.position = ledger_->position(before->symbol);
  shared_.positions[before->symbol].store(u.position, std::memory_order_relaxed);
  tell(number, u, known.source, known.incarnation);
}

void OrderManager::tell(std::uint64_t number, const OrderUpdate& u, std::uint16_t source, std::uint32_t incarnation) {
  messages_out_.publish({number, wall_ns(), source, incarnation, u});
  shared_.told.store(number, std::memory_order_release);
}

void OrderManager::command(const Command& c) {
  Event e = command_event(now_cycles(), c);
  risk_command(*risk_, bank(), core_counters_, c, e);
  if (c.op == CommandOp::arm || c.op == CommandOp::disarm) {
    armed_ = c.op == CommandOp::arm;
    auto_arm_ = false;
  }
  if (c.op == CommandOp::kill || c.op == CommandOp::release) killed_ = c.op == CommandOp::kill;
  if (c.op == CommandOp::swap) active_ ^= 1;
  const std::uint64_t number = journal_.event(e);
  ledger_->on_event(e);
  publish_status();
  if (c.op != CommandOp::position || c.symbol >= kSymbols) return;
  OrderUpdate u;
  u.stamp = Cycles{e.time};
  u.state = OrderState::position;
  u.symbol = static_cast<SymbolIndex>(c.symbol);
  u.position = e.position;
  shared_.positions[c.symbol].store(u.position, std::memory_order_relaxed);
  tell(number, u, OrderMessage::kAll, 0);
}

void OrderManager::swap(const Bank& bank) {
  banks_[active_ ^ 1] = bank;
  journal_.bank(bank);
  Command c;
  c.op = CommandOp::swap;
  command(c);
}

void OrderManager::publish_status() {
  shared_.status.write({static_cast<std::uint32_t>(segment_.generation()), armed_, killed_});
}

bool OrderManager::may_arm() const { return auto_arm_ && waits_for().empty(); }

std::string OrderManager::waits_for() const {
  if (armed_ || !auto_arm_) return armed_ ? "" : "the arm command";
  if (!feed_good_) return "the feed";
  if (feed_.rebuilding) return "the feed's first message since it began";
  if (feed_.stale) return "the books to be trusted: a gap was lost";
  for (std::size_t i = 0; i < config_.symbols.size(); ++i) {
    const LimitRecord& limit = bank().limits[i];
    const Market& m = books_[i];
    if ((limit.permit_buy || limit.permit_sell) && !(m.trusted && m.bbo.bid.quoted() && m.bbo.ask.quoted()))
      return "books that trade: one is not trusted or lacks a side";
  }
  return "";
}

unsigned OrderManager::cancel_open() {
  std::vector<OrderLedger::Order> open;
  ledger_->for_each_open([&](const OrderLedger::Order& o) {
    if (!o.cancel_sent) open.push_back(o);
  });
  unsigned left = static_cast<unsigned>(open.size());
  const std::uint32_t interval = bank().global.rate_interval;
  for (const auto& o : open) {
    if (interval != 0 && now_cycles() < next_cancel_) break;
    host_cancel(o);
    next_cancel_ = now_cycles() + Cycles{interval};
    --left;
  }
  return left;
}

// ---- rounds ----

// Who is there: a strategy that has come, gone or been replaced.
void OrderManager::look_after(std::size_t index) {
  Source& s = sources_[index];
  if (s.segment && s.segment->replaced()) {
    s.segment.reset();
    s.ring = nullptr;
  }
  if (!s.segment) {
    s.segment =
        ipc::Segment::attach(std::filesystem::path(options_.folder) / intents_file(s.name), intents_kind(), true);
    if (!s.segment) return;
    s.ring = &s.segment->at<IntentRing>(0);
    // The memory was lost since: numbers begin again.
    if (s.ring->published() < s.last_intent) s.last_intent = 0;
  }
  s.present = s.segment->owned();
  s.generation = s.segment->generation();
  if (!options_.cancel_on_exit) return;
  // What a process that is gone has left open.
  std::vector<OrderLedger::Order> orphans;
  ledger_->for_each_open([&](const OrderLedger::Order& o) {
    const Known& k = known_[o.user_ref % Risk::kOpenSlots];
    if (k.source == index && !o.cancel_sent && (!s.present || k.incarnation != s.generation)) orphans.push_back(o);
  });
  for (const auto& o : orphans) host_cancel(o);
}

bool OrderManager::round() {
  const std::uint64_t now = wall_ns();
  shared_.alive.store(now, std::memory_order_release);
  if (now >= look_) {
    look_ = now + kLookEvery;
    attach_market();
    for (std::size_t i = 0; i < sources_.size(); ++i) look_after(i);
  }
  if (market_) {
    const std::uint64_t alive = market_->at<MarketTable>(0).alive.load(std::memory_order_acquire);
    feed_good_ = now < alive + options_.feed_timeout.value;
  }
  bool any = follow_market();
  any |= answers();
  for (std::size_t i = 0; i < sources_.size(); ++i) any |= intents(i);
  if (auto_arm_ && !any && may_arm()) {
    Command arm;
    arm.op = CommandOp::arm;
    command(arm);
  }
  if (now >= next_stats_) stats(now);
  return any;
}

void OrderManager::stats(std::uint64_t now) {
  next_stats_ = now + kStatsEvery;
  stats_.heartbeat(now);
  for (const auto& [shared, value] : shared_counts_) ipc::Stats::set(*shared, *value);
  for (std::size_t i = 1; i < rejects_.size(); ++i) ipc::Stats::set(*shared_rejects_[i], rejects_[i]);
  ipc::Stats::set(shared_open_, ledger_->open());
}

}  // namespace twinpath
