// Random requests over every feature of the market, and what tests of it share.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "host/venue/market/market.h"
#include "host/venue/random.h"
#include "testbench/market/tape_reader.h"

namespace twinpath::market {

inline MarketOptions market_options(std::uint64_t seed) {
  MarketOptions o;
  o.instruments.push_back({.symbol = "AAPL", .locate = 7, .reference = 1'000'000});
  o.instruments.push_back(
      {.symbol = "LONGNAME", .locate = 65535, .tick = 1, .lot = seed % 3 == 0 ? 5u : 1u, .reference = 100});
  if (seed % 2 == 0)
    o.instruments.push_back(
        {.symbol = "Z", .locate = 1, .tick = 500, .reference = 50'000, .band_low = 47'500, .band_high = 52'500});
  for (int n = 0; n < 4; ++n) o.participants.push_back({.name = "P" + std::to_string(n + 1)});
  if (seed % 4 != 0) o.participants[1].firm = o.participants[2].firm = 9;
  if (seed % 5 == 0) o.participants[3].most_open_orders = 3;
  if (seed % 6 == 0) o.participants[3].most_shares = 15;
  if (seed % 7 == 0) o.participants[0] = {.name = "slow", .requests_a_second = 1'000'000, .burst = 3};
  o.fees = {.added = -20, .removed = 30, .auction = seed % 2 == 0 ? 5 : 0};
  o.expected_orders = 1;
  return o;
}

class RequestStream {
 public:
  RequestStream(std::uint64_t seed, const MarketOptions& o)
      : options_(o), random_(seed), refs_(o.participants.size() + 1) {}

  // Begins a day first, then goes on for ever.
  Request next() {
    Request r;
    time_ += random_.one_in(4) ? 0 : random_.below(2'000);
    r.time = random_.one_in(200) ? time_ / 2 : time_;
    r.tag = random_.next();
    if (!began_) {
      began_ = true;
      r.kind = RequestKind::start_of_day;
      return r;
    }
    if (states_ < options_.instruments.size()) {
      r.kind = RequestKind::set_state;
      r.terms.locate = options_.instruments[states_++].locate;
      r.state = random_.one_in(4) ? BookState::call : BookState::continuous;
      return r;
    }
    const Instrument& i = options_.instruments[random_.below(static_cast<std::uint32_t>(options_.instruments.size()))];
    r.terms.symbol = make_text<8>(i.symbol);
    r.terms.locate = random_.one_in(150) ? 99 : i.locate;
    if (random_.one_in(15)) {
      venue(r, i);
      return r;
    }
    r.participant = 1 + random_.below(static_cast<std::uint32_t>(options_.participants.size()));
    if (random_.one_in(300))
      r.participant = static_cast<std::uint32_t>(options_.participants.size()) + random_.below(2) * 7;
    std::uint32_t& last = refs_[std::min<std::size_t>(r.participant, options_.participants.size())];
    r.original = last > 20 && !random_.one_in(8) ? last - random_.below(20) : random_.below(last + 2);
    r.terms.cl_ord_id = make_text<14>("C" + std::to_string(last));
    r.terms.codes = make_text<8>("PYN" + std::to_string(last % 10));
    r.terms.gateway = static_cast<Gateway>(1 + random_.below(3));
    r.price = price(i);
    r.stop_price = price(i);
    r.quantity = quantity(i);
    const std::uint32_t what = random_.below(100);
    if (what < 60) {
      enter(r, i, last);
    } else if (what < 78) {
      r.kind = RequestKind::cancel;
      if (!random_.one_in(3)) r.quantity = 0;
      r.quantity_is_total = random_.one_in(3);
    } else if (what < 97) {
      r.kind = RequestKind::replace;
      r.user_ref_num = ++last;
      r.quantity_is_total = random_.one_in(3);
      if (random_.one_in(3)) r.quantity = i.lot * (1 + random_.below(3));
    } else if (what < 98) {
      r.kind = RequestKind::disconnect;
    } else {
      r.kind = RequestKind::mass_cancel;
      if (random_.one_in(2)) r.terms.locate = 0;
    }
    if (random_.one_in(400)) r.time = ~std::uint64_t{0};
    return r;
  }

 private:
  std::uint64_t price(const Instrument& i) {
    if (random_.one_in(100)) return random_.one_in(2) ? 0 : random_.next() >> random_.below(40);
    const std::uint64_t far = random_.one_in(40) ? 90 : 6;
    const std::uint64_t ticks = i.reference / i.tick + random_.below(static_cast<std::uint32_t>(2 * far + 1)) - far;
    return ticks * i.tick + (random_.one_in(120) ? 1 : 0);
  }
  std::uint32_t quantity(const Instrument& i) {
    if (random_.one_in(100)) return random_.one_in(2) ? 0 : random_.below(0xFFFF'FFFF);
    return i.lot * (1 + random_.below(30)) + (random_.one_in(100) ? 1 : 0);
  }
  void enter(Request& r, const Instrument& i, std::uint32_t& last) {
    r.kind = RequestKind::enter;
    r.original = 0;
    last += random_.one_in(10) ? 3 : 1;
    r.user_ref_num = random_.one_in(60) ? random_.below(last) : last;
    r.terms.side = random_.one_in(2) ? Side::sell : Side::buy;
    r.terms.tif = static_cast<TimeInForce>(random_.one_in(4) ? random_.below(4) : random_.below(2));
    if (random_.one_in(4)) r.terms.kind = static_cast<OrderKind>(random_.below(4));
    r.terms.post_only = random_.one_in(10);
    if (random_.one_in(5)) r.display = i.lot * (1 + random_.below(8));
    if (random_.one_in(2)) r.terms.self_trade = static_cast<SelfTrade>(random_.below(5));
    if (random_.one_in(300)) r.terms.kind = static_cast<OrderKind>(4);
    if (random_.one_in(300)) r.terms.side = static_cast<Side>(2);
  }
  void venue(Request& r, const Instrument& i) {
    static constexpr char kEvents[] = {'O', 'C', 'H'}, kHours[] = {'S', 'Q', 'M', 'E', 'x'};
    const std::uint32_t what = random_.below(200);
    if (random_.one_in(5)) r.terms.locate = 0;
    r.state = static_cast<BookState>(random_.below(4));
    if (random_.one_in(2)) r.state = BookState::continuous;
    r.event = kEvents[random_.below(3)];
    if (what < 48) {
      if (random_.one_in(3)) r.state = BookState::call;
      r.kind = RequestKind::set_state;
      r.terms.codes = make_text<8>("T1");
    } else if (what < 110) {
      r.kind = RequestKind::uncross;
    } else if (what < 130) {
      r.kind = RequestKind::indicate;
    } else if (what < 145) {
      r.kind = RequestKind::set_bands;
      r.terms.locate = i.locate;
      r.price = i.reference - i.tick * random_.below(8);
      r.stop_price = i.reference + i.tick * random_.below(8);
      r.quantity = random_.below(2);
    } else if (what < 168) {
      r.kind = RequestKind::bust;
      if (random_.one_in(2)) busted_ = random_.one_in(8) ? random_.below(80) : 2 * random_.below(8);
      r.match_number = busted_;
    } else if (what < 172) {
      r.kind = RequestKind::system_event;
      r.event = kHours[random_.below(5)];
    } else if (what < 188) {
      r.kind = random_.one_in(2) ? RequestKind::disable : RequestKind::enable;
      r.participant = 1 + random_.below(static_cast<std::uint32_t>(options_.participants.size()));
    } else if (what < 190) {
      r.kind = static_cast<RequestKind>(99);
    } else {
      r.kind = day_open_ ? RequestKind::end_of_day : RequestKind::start_of_day;
      day_open_ = !day_open_;
      time_ = 0;
      if (day_open_) std::fill(refs_.begin(), refs_.end(), random_.one_in(2) ? 0 : 50);
    }
  }

  const MarketOptions& options_;
  venue::Random random_;
  std::uint64_t time_ = 34'200'000'000'000;
  std::vector<std::uint32_t> refs_;  // last user_ref_num by participant
  std::size_t states_ = 0;
  std::uint64_t busted_ = 0;
  bool began_ = false;
  bool day_open_ = true;
};

// The tape's books against the engine's; empty when they are the same.
inline std::string compare_books(const Market& market, const TapeReader& reader) {
  for (const Instrument& i : market.options().instruments)
    for (const Side side : {Side::buy, Side::sell}) {
      TapeReader::Depth engine;
      market.engine().for_each_resting(market.book_of(i.locate), side,
                                       [&](std::uint64_t, matching::Ticks price, Quantity shown) {
                                         engine[static_cast<std::uint32_t>(price.value) * i.tick] += shown.value;
                                       });
      if (engine != reader.depth(i.locate, side))
        return i.symbol + (side == Side::buy ? " buys" : " sells") + ": the tape's depth is not the engine's";
    }
  return "";
}

}  // namespace twinpath::market
