// Small sessions that provoke everything at once: few symbols, few prices, few references, so that hazards, duplicates,
// depleted levels, rules, rejections and commands meet at every distance. Deterministic in the seed.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "host/core/config.h"
#include "host/path/replay.h"
#include "host/wire/itch50.h"
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"

namespace twinpath::test {

struct HostileOptions {
  std::uint64_t seed = 1;
  unsigned packets = 2000;
  unsigned symbols = 4;
  unsigned references = 200;
  unsigned price_levels = 8;
  bool damage = true;                   // loss, duplication, reordering, spoilt frames and blocks
  bool commands = true;                 // kill, swap, fills for orders that never were, ...
  unsigned gap_ns = 200;                // mean time between frames
  unsigned command_every = 25;          // packets from one command to the next, on average
  unsigned fine_window_base = 900'000;  // of the symbols with tick 1; 998'000 has the prices quoted inside their window
  bool round_numbers = false;           // limits, thresholds and quantities on a grid, where comparisons meet equality
  bool odd_headers = false;    // well-formed frames that are not ours by one field, and sides that are neither B nor S
  unsigned drift = 0;          // levels that prices wander up and down by
  bool tight_limits = false;   // position, gross exposure and rate reach their limits within a few orders
  bool crowded_sets = false;   // references fall into four sets of the order table, which run full
  bool overlap = false;        // some packets repeat the packet before them and go on with their own blocks
  bool load_banks = false;     // a SWAP makes a bank active that was written right before it
  bool adopt_session = false;  // no session is configured: the first one seen is ours
  bool tidy = false;           // most messages name an order that lives, and adds one that does not: books stay trusted
  unsigned calm = 1;           // prices, quantities and halts out of the ordinary are so many times as rare
  unsigned gap_timeout =
      2000;  // cycles; much longer than it takes to fill the reorder slots, and most of a lossy session is lost
  bool deep = false;           // tidy: a hundred orders a symbol, built up and then taken away from the best price on
  unsigned restore_every = 0;  // packets until the host trusts, releases, resumes and arms again; 0: only by chance
};

inline constexpr std::array<std::uint8_t, 10> kHostileSession = {'H', 'O', 'S', 'T', 'I', 'L', 'E', '0', '0', '1'};

// How many seeds a test tries: 12, or TP_SEEDS from the environment for a long search.
inline std::uint64_t seeds() {
  const char* wanted = std::getenv("TP_SEEDS");
  return wanted == nullptr ? 12 : std::strtoull(wanted, nullptr, 10);
}

// Whole levels, a ratio of one to one, and cool-downs that are often none.
inline void round_to_grid(Bank& bank, unsigned symbols) {
  const auto round = [](std::uint32_t& value) { value = value / 100 * 100; };
  for (unsigned i = 0; i < symbols; ++i) {
    RuleRecord& r = bank.rules[i];
    for (std::uint32_t* value :
         {&r.cancel.distance, &r.take.fair, &r.take.edge, &r.imbalance.max_spread, &r.lead_lag.threshold})
      round(*value);
    for (std::uint32_t* value :
         {&r.cancel.cooldown, &r.take.cooldown, &r.imbalance.cooldown, &r.momentum.cooldown, &r.lead_lag.cooldown})
      round(*value);
    r.imbalance.ratio = 256;
    round(bank.limits[i].collar);
    round(bank.limits[i].reference_price);
  }
}

inline CoreConfig hostile_config(const HostileOptions& o) {
  std::mt19937_64 rng(o.seed * 77 + 1);
  const auto pick = [&rng](std::uint64_t n) { return static_cast<std::uint32_t>(rng() % n); };
  CoreConfig c;
  c.feed.line_a = {0xE9360C6F, 26477};
  c.feed.line_b = {0xE9360C70, 26478};
  if (!o.adopt_session) c.feed.session = kHostileSession;
  c.feed.gap_timeout = o.gap_timeout;
  c.symbols_start_trading = true;
  c.any_session = pick(2) != 0;
  for (unsigned i = 0; i < o.symbols; ++i) {
    SymbolConfig s;
    s.name = {'S', static_cast<char>('A' + i % 26), static_cast<char>('A' + i / 26), ' ', ' ', ' ', ' ', ' '};
    s.locate = static_cast<std::uint16_t>(10 + 3 * i);
    s.has_locate = true;
    s.cent_tick = i % 3 != 2;
    s.window_base = s.cent_tick ? 900'000 : o.fine_window_base;
    c.symbols.push_back(s);
  }
  for (Bank& bank : c.banks) {
    for (unsigned i = 0; i < o.symbols; ++i) {
      RuleRecord& r = bank.rules[i];
      const auto sides = [&] { return static_cast<std::uint8_t>(1 + pick(3)); };
      r.cancel = {pick(2) != 0, pick(400), pick(300)};
      r.take = {pick(2) != 0, sides(), pick(900), pick(300), 1'000'000 + pick(900), pick(300)};
      r.imbalance = {pick(2) != 0, sides(),  1 + pick(900), pick(300), static_cast<std::uint16_t>(128 + pick(700)),
                     pick(300),    pick(800)};
      r.momentum = {pick(2) != 0, sides(), 1 + pick(900), pick(200), pick(300), pick(2) != 0, pick(2) != 0};
      r.lead_lag = {pick(2) != 0 && o.symbols > 1,
                    sides(),
                    1 + pick(500),
                    pick(300),
                    pick(300),
                    static_cast<SymbolIndex>((i + 1) % o.symbols)};
      LimitRecord& l = bank.limits[i];
      l.permit_buy = pick(8) != 0;
      l.permit_sell = pick(8) != 0;
      l.max_quantity = 50 + pick(800);
      l.max_notional = 300'000'000 + pick(600'000'000);
      l.collar = 100 + pick(900);
      l.reference_price = 1'000'000 + pick(900);
      l.max_position = 2000 + pick(8000);
    }
    bank.global.max_gross = 8'000'000'000 + pick(4'000'000'000u);
    bank.global.max_open_orders = 5 + pick(60);
    bank.global.rate_interval = pick(4) == 0 ? 0 : pick(300);
    bank.global.rate_tolerance = bank.global.rate_interval * pick(6);
    bank.global.duplicate_window = pick(2000);
    if (o.round_numbers) round_to_grid(bank, o.symbols);
    if (o.tight_limits) {
      for (unsigned i = 0; i < o.symbols; ++i) bank.limits[i].max_position = 300 + pick(900);
      bank.global.max_gross = 2'000'000'000 + pick(4'000'000'000);
      bank.global.max_open_orders = 1 + pick(8);
      bank.global.rate_interval = 1 + pick(2000);
      bank.global.rate_tolerance = std::uint64_t{bank.global.rate_interval} * pick(4);
    }
  }
  c.order.destination_mac = {2, 0, 0, 0, 0, 9};
  c.order.source_mac = {2, 0, 0, 0, 0, 8};
  c.order.destination_address = 0x0A000002;
  c.order.source_address = 0x0A000003;
  c.order.destination_port = 5000;
  c.order.source_port = 5001;
  c.order.first_user_ref = pick(2) != 0 ? 1 : 0xFFFFFFF0u;
  return c;
}

struct HostileFrame {
  std::uint64_t timestamp_ns;
  std::vector<std::uint8_t> bytes;
  bool fcs_error = false;
};

class HostileSession final : public FrameSource {
 public:
  HostileSession(const HostileOptions& o, const CoreConfig& config) : o_(o), config_(config), rng_(o.seed) { make(); }

  bool next(SourceFrame& frame) override {
    if (at_ == frames_.size()) return false;
    const HostileFrame& f = frames_[at_++];
    frame = {Nanoseconds{f.timestamp_ns}, f.bytes, f.fcs_error};
    return true;
  }
  std::uint64_t position() const override { return at_; }
  std::uint64_t size() const override { return frames_.size(); }

  std::vector<ScheduledCommand> commands;

 private:
  std::uint32_t pick(std::uint64_t n) { return static_cast<std::uint32_t>(rng_() % n); }

  template <class M>
  void put(std::vector<std::uint8_t>& blocks, const M& m) {
    const std::size_t at = blocks.size();
    blocks.resize(at + 2 + M::kLength);
    store_be16(blocks.data() + at, M::kLength);
    m.write(blocks.data() + at + 2);
  }

  std::uint16_t locate() {
    if (pick(20) == 0) return static_cast<std::uint16_t>(pick(5));
    return config_.symbols[pick(config_.symbols.size())].locate;
  }
  std::uint64_t reference() {
    const std::uint64_t base = pick(40) == 0 ? std::uint64_t{pick(4)} << 48 : 0;
    const std::uint64_t r = base + 1 + pick(o_.references);
    return o_.crowded_sets ? crowd(r) : r;
  }
  std::uint64_t new_reference() {
    const std::uint64_t r = 1 + pick(o_.references);
    return o_.crowded_sets ? crowd(r) : r;
  }
  // Still one to one. A set is the exclusive or of the four 16-bit words: the word at 16 cancels all but two bits of
  // the lowest.
  static std::uint64_t crowd(std::uint64_t reference) { return reference ^ (reference & 0xFFFC) << 16; }
  std::uint32_t shares() {
    return pick(30) == 0              ? pick(2)
           : pick(200 * o_.calm) == 0 ? 0xFFFFFF00u + pick(256)
           : o_.round_numbers         ? 100 + 100 * pick(3)
                                      : 1 + pick(300);
  }
  std::uint32_t price(bool buy) {
    if (pick(60 * o_.calm) == 0)
      return pick(4) == 0 ? pick(3'000'000) : 900'000 + (pick(2) ? 409'600 - pick(3) * 50 : pick(3));
    const std::uint32_t level = pick(o_.price_levels) * 100;
    return pick(12 * o_.calm) == 0 ? 1'000'000 + level : drift_ + (buy ? 1'000'400 - level : 1'000'500 + level);
  }

  // What the session itself knows of its orders, for tidy messages.
  struct Live {
    std::uint64_t reference;
    std::uint16_t locate;
    std::uint32_t shares;
    bool buy;
    std::uint32_t price = 0;
  };
  std::uint64_t fresh() {
    const std::uint64_t r = 1 + o_.references + next_fresh_++;
    return o_.crowded_sets ? crowd(r) : r;
  }
  void choose(unsigned& kind, Live& order) {
    if (o_.deep && kind < 90 && pick(8) != 0) {
      if (!sweeping_ && live_.size() < 100 * o_.symbols) {
        kind = 0;
      } else if (sweeping_ && !live_.empty()) {
        kind = 43 + pick(25);  // a delete or an execution
        order = *std::ranges::min_element(live_, {},
                                          [](const Live& o) { return o.buy ? -std::int64_t{o.price} : o.price; });
        return;
      }
    }
    const bool adds = kind < 43;
    if (adds && live_.size() > (o_.deep ? 100 : 10) * o_.symbols) kind = 43 + pick(47);
    if (!adds && kind < 90 && live_.empty()) kind = 0;
    if (kind < 43) {
      order.reference = fresh();
    } else if (kind < 90) {
      order = live_[pick(live_.size())];
    }
  }
  void lives(const Live& order) {
    if (o_.tidy && order.shares != 0) live_.push_back(order);
  }
  // Shares to take from an order.
  std::uint32_t shares(const Live& order) {
    if (order.shares == 0 || pick(4 * o_.calm) == 0) return shares();
    if (pick(3) == 0 || (o_.round_numbers && order.shares <= 100)) return order.shares;
    return o_.round_numbers ? 100 : 1 + pick(order.shares);
  }
  void reduced(std::uint64_t reference, std::uint32_t shares) {
    const auto it = std::find_if(live_.begin(), live_.end(), [&](const Live& o) { return o.reference == reference; });
    if (it == live_.end()) return;
    it->shares -= std::min(it->shares, shares);
    if (it->shares == 0) live_.erase(it);
  }

  void message(std::vector<std::uint8_t>& blocks) {
    unsigned kind = pick(100);
    if (kind >= 94 && o_.calm > 1 && pick(o_.calm) != 0) kind = 0;
    Live order{this->reference(), 0, 0, false};
    const bool known = o_.tidy && pick(50) != 0;
    if (known) choose(kind, order);
    const std::uint64_t reference = order.reference;
    const auto locate = [&] { return known && order.locate != 0 ? order.locate : this->locate(); };
    if (kind < 40) {
      itch::AddOrder a;
      a.stock_locate = locate();
      a.order_reference_number = reference;
      const bool buy = pick(2) != 0;
      a.buy_sell_indicator = buy ? 'B' : o_.odd_headers && pick(20) == 0 ? 'b' : 'S';
      a.shares = shares();
      a.price = price(buy);
      lives({reference, a.stock_locate, a.shares, a.buy_sell_indicator == 'B', a.price});
      put(blocks, a);
    } else if (kind < 43) {
      itch::AddOrderMpid a;
      a.stock_locate = locate();
      a.order_reference_number = reference;
      a.buy_sell_indicator = pick(2) ? 'B' : 'S';
      a.shares = shares();
      a.price = price(a.buy_sell_indicator == 'B');
      lives({reference, a.stock_locate, a.shares, a.buy_sell_indicator == 'B', a.price});
      put(blocks, a);
    } else if (kind < 58) {
      itch::OrderDelete d;
      d.stock_locate = locate();
      d.order_reference_number = reference;
      reduced(reference, UINT32_MAX);
      put(blocks, d);
    } else if (kind < 68) {
      itch::OrderExecuted e;
      e.stock_locate = locate();
      e.order_reference_number = reference;
      e.executed_shares = shares(order);
      reduced(reference, e.executed_shares);
      put(blocks, e);
    } else if (kind < 72) {
      itch::OrderExecutedWithPrice e;
      e.stock_locate = locate();
      e.order_reference_number = reference;
      e.executed_shares = shares(order);
      e.printable = pick(3) ? 'Y' : 'N';
      e.execution_price = price(pick(2) != 0);
      reduced(reference, e.executed_shares);
      put(blocks, e);
    } else if (kind < 78) {
      itch::OrderCancel x;
      x.stock_locate = locate();
      x.order_reference_number = reference;
      x.cancelled_shares = shares(order);
      reduced(reference, x.cancelled_shares);
      put(blocks, x);
    } else if (kind < 90) {
      itch::OrderReplace u;
      u.stock_locate = locate();
      u.original_order_reference_number = reference;
      u.new_order_reference_number = pick(30) == 0 ? reference : known ? fresh() : new_reference();
      u.shares = shares();
      u.price = price(o_.tidy ? order.buy : pick(2) != 0);
      reduced(reference, UINT32_MAX);
      lives({u.new_order_reference_number, u.stock_locate, u.shares, order.buy, u.price});
      put(blocks, u);
    } else if (kind < 94) {
      itch::Trade p;
      p.stock_locate = locate();
      p.buy_sell_indicator = 'B';
      p.shares = shares();
      p.price = price(pick(2) != 0);
      put(blocks, p);
    } else {
      state(blocks);
    }
  }

  bool calmly() { return o_.calm > 1 && pick(3) != 0; }
  void state(std::vector<std::uint8_t>& blocks) {
    switch (pick(9)) {
      case 0: {
        itch::SystemEvent s;
        s.event_code = "OSQQQMEC"[pick(8)];
        return put(blocks, s);
      }
      case 1:
      case 2: {
        itch::StockTradingAction h;
        h.stock_locate = locate();
        h.trading_state = calmly() ? 'T' : "TTTHPQ"[pick(6)];
        return put(blocks, h);
      }
      case 3: {
        itch::OperationalHalt h;
        h.stock_locate = locate();
        h.market_code = "QQB"[pick(3)];
        h.operational_halt_action = calmly() ? 'T' : "HTT"[pick(3)];
        return put(blocks, h);
      }
      case 4: {
        itch::LuldAuctionCollar j;
        j.stock_locate = locate();
        if (!calmly() && pick(3) == 0) return put(blocks, j);
        return put(blocks, itch::NetOrderImbalance{});
      }
      case 5:
        if (pick(o_.restore_every == 0 ? 40 : 4) == 0) return put(blocks, itch::MwcbStatus{});
        return put(blocks, itch::StockDirectory{});
      case 6:
        return put(blocks, itch::MarketParticipantPosition{});
      case 7:
        return put(blocks, itch::CrossTrade{});
      default:
        return put(blocks, itch::DirectListingCapitalRaise{});
    }
  }

  std::vector<std::uint8_t> frame(bool line_b, std::uint64_t sequence, std::uint16_t count,
                                  std::span<const std::uint8_t> blocks) {
    net::UdpLine line;
    line.destination_ip = line_b ? config_.feed.line_b.address : config_.feed.line_a.address;
    line.destination_port = line_b ? config_.feed.line_b.port : config_.feed.line_a.port;
    line.source_ip = 0x0A000001;
    line.source_port = 999;
    if (pick(8) == 0) line.vlan = 100;
    std::vector<std::uint8_t> f(line.header_size() + 20 + blocks.size());
    std::uint8_t* p = f.data() + net::write_udp_headers(line, 20 + blocks.size(), 0, f.data());
    std::copy(kHostileSession.begin(), kHostileSession.end(), p);
    store_be64(p + 10, sequence);
    store_be16(p + 18, count);
    std::copy(blocks.begin(), blocks.end(), p + 20);
    if (f.size() < 60 && pick(2)) f.resize(60);
    return f;
  }

  // One header field is not as it should be, and the checksum is right all the same.
  void make_odd(HostileFrame& f) {
    if (f.bytes.size() < 62 || f.bytes[12] != 0x08) return;
    switch (pick(6)) {
      case 0:
        f.bytes[20] ^= 0x20;
        break;  // more fragments
      case 1:
        f.bytes[21] ^= 1;
        break;  // fragment offset
      case 2:
        f.bytes[14] = 0x46;
        break;  // an IPv4 option
      case 3:
        f.bytes[23] = 6;
        break;  // TCP
      case 4:
        f.bytes[33] ^= 4;
        break;  // destination address
      default:
        f.bytes[37] ^= 1;  // destination port
    }
    store_be16(&f.bytes[24], 0);
    store_be16(&f.bytes[24], net::ipv4_checksum(&f.bytes[14]));
  }

  void spoil(HostileFrame& f) {
    if (o_.odd_headers && pick(3) == 0) return make_odd(f);
    switch (pick(9)) {
      case 0:
        f.bytes.resize(1 + pick(f.bytes.size()));
        break;
      case 1:
        f.fcs_error = true;
        break;
      // A sequence number that was hit ends a feed for good: the tidy keep to what is before it.
      case 2:
        f.bytes[pick(std::min<std::size_t>(f.bytes.size(), o_.tidy ? 52 : 70))] ^=
            static_cast<std::uint8_t>(1u << pick(8));
        break;
      case 3:
      case 4: {  // a block length or a message type
        const std::size_t first = f.bytes[12] == 0x81 ? 66 : 62;
        const std::size_t at = std::min<std::size_t>(f.bytes.size() - 1, first + (pick(2) ? pick(3) : pick(64)));
        f.bytes[at] = static_cast<std::uint8_t>(pick(80));
        break;
      }
      case 5:
        f.bytes.resize(f.bytes.size() + pick(20));
        break;
      case 6:
        f.bytes[12] = 0x86;
        break;
      case 7:
        f.bytes.resize(std::min<std::size_t>(f.bytes.size(), 14 + pick(60)));
        break;
      default: {  // UDP and IP lengths that agree with each other and not with the blocks
        if (f.bytes[12] != 0x08) break;
        const int less = static_cast<int>(pick(40)) - 10;
        if (less < 0) f.bytes.resize(f.bytes.size() + 10);
        if (load_be16(&f.bytes[38]) < 28 + less) break;
        store_be16(&f.bytes[16], static_cast<std::uint16_t>(load_be16(&f.bytes[16]) - less));
        store_be16(&f.bytes[38], static_cast<std::uint16_t>(load_be16(&f.bytes[38]) - less));
        store_be16(&f.bytes[24], net::ipv4_checksum(&f.bytes[14]));
      }
    }
  }

  void make() {
    std::uint64_t sequence = config_.feed.first_sequence == 0 ? 1 : config_.feed.first_sequence;
    std::uint64_t now = 1'000'000;
    std::vector<std::uint8_t> before;  // blocks of the packet before
    std::uint16_t before_count = 0;
    for (unsigned n = 0; n < o_.packets; ++n) {
      now += pick(2 * o_.gap_ns + 1);
      if (o_.drift != 0) {
        const unsigned phase = n / 60 % (2 * o_.drift);
        drift_ = 100 * std::min(phase, 2 * o_.drift - phase);
      }
      sweeping_ = n / 60 % 2 == 1;
      std::vector<std::uint8_t> blocks;
      std::uint16_t count = 0;
      const unsigned wanted = pick(15) == 0 ? 0 : pick(10) == 0 ? 1 + pick(30) : 1 + pick(4);
      if (o_.tidy && n == 0) {
        itch::SystemEvent open;
        open.event_code = 'Q';
        put(blocks, open);
        ++count;
      }
      for (; count < wanted && blocks.size() < 1350; ++count) {
        if (o_.damage && pick(300) == 0) {  // a type that ITCH does not have
          blocks.insert(blocks.end(), {0, 14, 'z', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13});
        } else {
          message(blocks);
        }
      }
      for (int line = 0; line < 2; ++line) {
        if (o_.damage && pick(12) == 0) continue;
        const std::uint16_t c = n + 1 == o_.packets && pick(2) ? 0xFFFF : count;
        HostileFrame f{now + static_cast<std::uint64_t>(line) * pick(600),
                       frame(line == 1, sequence, c, c == 0xFFFF ? std::span<const std::uint8_t>{} : blocks), false};
        if (o_.damage && pick(10) == 0) f.timestamp_ns += pick(4000);
        if (o_.damage && pick(25) == 0) spoil(f);
        frames_.push_back(f);
        if (o_.damage && pick(40) == 0) frames_.push_back(f);
      }
      if (o_.overlap) {
        if (!before.empty() && !blocks.empty() && before.size() + blocks.size() < 1400 && pick(3) == 0) {
          before.insert(before.end(), blocks.begin(), blocks.end());
          frames_.push_back(
              {now + pick(1200),
               frame(pick(2) != 0, sequence - before_count, static_cast<std::uint16_t>(before_count + count), before),
               false});
        }
        before = blocks;
        before_count = count;
      }
      sequence += count;
      if (o_.commands && pick(o_.command_every) == 0) command(now);
      if (o_.restore_every != 0 && n % o_.restore_every == 0) restore(now);
    }
    std::stable_sort(frames_.begin(), frames_.end(),
                     [](const auto& a, const auto& b) { return a.timestamp_ns < b.timestamp_ns; });
  }

  void restore(std::uint64_t now) {
    for (CommandOp op : {CommandOp::trust, CommandOp::release, CommandOp::resume, CommandOp::arm}) {
      Command c;
      c.op = op;
      c.symbol = 0xFFFF;
      commands.push_back({to_cycles(Nanoseconds{now - 1'000'000}), c, nullptr});
    }
  }

  void command(std::uint64_t now) {
    Command c;
    static constexpr std::uint8_t kOps[] = {1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 9, 9, 9, 10, 11, 11, 12, 0};
    c.op = static_cast<CommandOp>(kOps[pick(sizeof kOps)]);
    c.symbol = static_cast<std::uint16_t>(c.op == CommandOp::trust ? (pick(4) ? 0xFFFF : pick(300))
                                          : pick(10) == 0          ? 300
                                                                   : pick(o_.symbols));
    c.user_ref = config_.order.first_user_ref + pick(64);
    c.quantity = pick(400);
    c.price = c.op == CommandOp::position ? static_cast<std::uint32_t>(static_cast<std::int32_t>(pick(4000)) - 2000)
                                          : 1'000'000 + pick(900);
    if (pick(c.op == CommandOp::fill ? 8 : 50) == 0) c.quantity = 0xFFFFFFFF;
    std::shared_ptr<const Bank> bank;
    if (o_.load_banks && c.op == CommandOp::swap) {
      HostileOptions other = o_;
      other.seed = rng_();
      bank = std::make_shared<const Bank>(hostile_config(other).banks[0]);
    }
    commands.push_back({to_cycles(Nanoseconds{now - 1'000'000}), c, bank});
  }

  HostileOptions o_;
  const CoreConfig& config_;
  std::mt19937_64 rng_;
  std::vector<HostileFrame> frames_;
  std::vector<Live> live_;
  std::uint64_t next_fresh_ = 0;
  std::uint32_t drift_ = 0;
  bool sweeping_ = false;
  std::size_t at_ = 0;
};

}  // namespace twinpath::test
