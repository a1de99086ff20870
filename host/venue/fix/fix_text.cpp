#include "host/venue/fix/fix_text.h"

#include <cstdio>

namespace twinpath::venue {
namespace {

std::string trim_zeros(std::string s) {
  s.erase(s.find_last_not_of('0') + 1);
  if (s.back() == '.') s.pop_back();
  return s;
}

}  // namespace

std::string write_average(std::uint64_t value, std::uint64_t shares) {
  if (shares == 0) return "0";
  const std::uint64_t average = (value * 100 + shares / 2) / shares;
  char text[40];
  std::snprintf(text, sizeof text, "%llu.%06llu", static_cast<unsigned long long>(average / 1'000'000),
                static_cast<unsigned long long>(average % 1'000'000));
  return trim_zeros(text);
}

std::string_view reason_text(market::Reason reason) noexcept {
  using market::Reason;
  switch (reason) {
    case Reason::none:
      return "";
    case Reason::on_request:
      return "on request";
    case Reason::immediate:
      return "rest of an immediate order";
    case Reason::fill_or_kill:
      return "cannot be filled at once";
    case Reason::self_trade:
      return "self-trade prevention";
    case Reason::price_band:
      return "outside the price bands";
    case Reason::mass_cancel:
      return "mass cancel";
    case Reason::end_of_day:
      return "end of day";
    case Reason::auction_over:
      return "auction over";
    case Reason::state:
      return "not in this state of the symbol";
    case Reason::duplicate_ref:
      return "duplicate order number";
    case Reason::unknown_order:
      return "unknown order";
    case Reason::unknown_symbol:
      return "unknown symbol";
    case Reason::bad_quantity:
      return "wrong quantity";
    case Reason::bad_lot:
      return "not a multiple of the lot";
    case Reason::bad_tick:
      return "not a multiple of the tick";
    case Reason::bad_price:
      return "wrong price";
    case Reason::post_only:
      return "would trade at once";
    case Reason::not_owner:
      return "not your order";
    case Reason::bad_combination:
      return "terms that do not go together";
    case Reason::bad_request:
      return "bad request";
    case Reason::bad_sequence:
      return "bad sequence";
    case Reason::unknown_trade:
      return "unknown trade";
    case Reason::already_busted:
      return "trade is broken already";
    case Reason::book_listed:
      return "book is there already";
    case Reason::disconnected:
      return "disconnected";
    case Reason::disabled:
      return "participant is disabled";
    case Reason::unknown_participant:
      return "unknown participant";
    case Reason::throttled:
      return "too many requests";
    case Reason::too_many_orders:
      return "too many open orders";
    case Reason::quantity_limit:
      return "above the quantity limit";
    case Reason::closed:
      return "market is closed";
    case Reason::bad_time:
      return "bad time";
  }
  return "unknown reason";
}

int order_reject_reason(market::Reason reason, bool v42) noexcept {
  using market::Reason;
  switch (reason) {
    case Reason::unknown_symbol:
      return 1;
    case Reason::closed:
    case Reason::state:
      return 2;
    case Reason::too_many_orders:
    case Reason::quantity_limit:
    case Reason::throttled:
      return 3;
    case Reason::duplicate_ref:
      return 6;
    case Reason::bad_quantity:
    case Reason::bad_lot:
      return v42 ? 0 : 13;
    case Reason::bad_combination:
      return v42 ? 0 : 11;
    default:
      return v42 ? 0 : 99;
  }
}

}  // namespace twinpath::venue
