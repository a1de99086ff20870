#include "host/path/core_image.h"

#include <array>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>

#include "host/order/order_frame.h"
#include "host/wire/bytes.h"

namespace twinpath {
namespace {

enum Table : std::uint8_t { kLocate = 1, kSymbol, kRules, kLimits, kGlobal, kTemplate, kFeed, kControl };

class Image {
 public:
  void put(Table table, unsigned index, std::initializer_list<std::uint32_t> words) {
    std::uint8_t n = 0;
    for (std::uint32_t w : words) words_.push_back({table, static_cast<std::uint16_t>(index), n++, w});
  }
  // Bytes as big-endian words, the last one padded with zeros.
  void put_bytes(Table table, unsigned index, unsigned first_word, std::span<const std::uint8_t> bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
      std::array<std::uint8_t, 4> w{};
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i), std::min<std::size_t>(4, bytes.size() - i),
                  w.begin());
      words_.push_back({table, static_cast<std::uint16_t>(index), static_cast<std::uint8_t>(first_word + i / 4),
                        load_be32(w.data())});
    }
  }
  void append(const std::vector<ConfigWord>& more) { words_.insert(words_.end(), more.begin(), more.end()); }
  std::vector<ConfigWord> take() { return std::move(words_); }

 private:
  std::vector<ConfigWord> words_;
};

constexpr std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
constexpr std::uint32_t high(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }

std::uint32_t rule_flags(const RuleRecord& r) {
  std::uint32_t f = 0;
  f |= r.cancel.enabled ? 1u << 0 : 0;
  f |= r.take.enabled ? 1u << 1 : 0;
  f |= r.imbalance.enabled ? 1u << 2 : 0;
  f |= r.momentum.enabled ? 1u << 3 : 0;
  f |= r.lead_lag.enabled ? 1u << 4 : 0;
  f |= (r.take.sides & 3u) << 8 | (r.imbalance.sides & 3u) << 10 | (r.momentum.sides & 3u) << 12 |
       (r.lead_lag.sides & 3u) << 14;
  f |= r.momentum.large ? 1u << 16 : 0;
  f |= r.momentum.through ? 1u << 17 : 0;
  f |= std::uint32_t{r.lead_lag.lagger} << 24;
  return f;
}

}  // namespace

std::vector<ConfigWord> bank_image(const Bank& bank, unsigned number, unsigned symbols) {
  Image image;
  for (unsigned s = 0; s < symbols; ++s) {
    const RuleRecord& r = bank.rules[s];
    image.put(kRules, number << 8 | s,
              {rule_flags(r), r.cancel.distance, r.cancel.cooldown, r.take.quantity, r.take.cooldown, r.take.fair,
               r.take.edge, r.imbalance.quantity, r.imbalance.cooldown, r.imbalance.ratio, r.imbalance.min_quantity,
               r.imbalance.max_spread, r.momentum.quantity, r.momentum.cooldown, r.momentum.min_shares,
               r.lead_lag.quantity, r.lead_lag.cooldown, r.lead_lag.threshold});
    const LimitRecord& l = bank.limits[s];
    image.put(kLimits, number << 8 | s,
              {(l.permit_buy ? 1u : 0u) | (l.permit_sell ? 2u : 0u), l.max_quantity, low(l.max_notional),
               high(l.max_notional), l.collar, l.reference_price, l.max_position});
  }
  const GlobalLimits& g = bank.global;
  image.put(kGlobal, number,
            {low(g.max_gross), high(g.max_gross), g.max_open_orders, g.rate_interval, low(g.rate_tolerance),
             high(g.rate_tolerance), g.duplicate_window});
  return image.take();
}

std::vector<ConfigWord> core_image(const CoreConfig& c) {
  if (!c.strategy.rules())
    throw std::invalid_argument("strategy '" + c.strategy.name +
                                "' has no FPGA twin: expected 'rules' on a hardware path; run it on the path sw:");
  Image image;
  const auto symbols = static_cast<unsigned>(c.symbols.size());
  for (unsigned s = 0; s < symbols; ++s) {
    const SymbolConfig& symbol = c.symbols[s];
    if (symbol.has_locate) image.put(kLocate, symbol.locate, {0x100u | s});
    image.put(kSymbol, s, {symbol.window_base, symbol.cent_tick ? 1u : 0u});
    image.put_bytes(kSymbol, s, 2, std::span(reinterpret_cast<const std::uint8_t*>(symbol.name.data()), 8));
  }
  for (unsigned bank = 0; bank < 2; ++bank) image.append(bank_image(c.banks[bank], bank, symbols));
  image.put_bytes(kTemplate, 0, 0, order_header(c.order, 47));
  image.put_bytes(kTemplate, 1, 0, order_header(c.order, 9));
  std::array<std::uint8_t, 11> patched{};
  std::copy(c.order.attributes.begin(), c.order.attributes.end(), patched.begin());
  std::copy(c.order.cl_ord_id_prefix.begin(), c.order.cl_ord_id_prefix.end(), patched.begin() + 5);
  image.put_bytes(kTemplate, 2, 0, patched);
  const FeedConfig& f = c.feed;
  image.put(kFeed, 0, {f.line_a.address, f.line_a.port, f.line_b.address, f.line_b.port});
  image.put_bytes(kFeed, 0, 4, f.session);
  std::vector<ConfigWord> feed_tail{
      {kFeed, 0, 7, low(f.first_sequence)}, {kFeed, 0, 8, high(f.first_sequence)}, {kFeed, 0, 9, f.gap_timeout}};
  image.append(feed_tail);
  image.put(kControl, 0,
            {(c.symbols_start_trading ? 1u : 0u) | (c.any_session ? 2u : 0u) | (c.book_events ? 4u : 0u) |
                 (c.armed ? 8u : 0u),
             c.order.first_user_ref,
             (c.order.speculative.enabled ? 1u : 0u) | unsigned{c.order.speculative.discards} << 8 |
                 unsigned{c.order.speculative.interval} << 16});
  return image.take();
}

}  // namespace twinpath
