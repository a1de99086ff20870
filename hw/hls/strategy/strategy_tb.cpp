// C simulation of strategy with the market maker: quotes worked out by hand. Exits 0 when all is as it should be.
#include <cstddef>
#include <cstdio>

#include "strategy.h"

using namespace twinpath;
namespace k = kernel_strategy;

namespace {

int failures = 0;

void expect(bool right, const char* what) {
  if (right) return;
  std::printf("%s is not as expected\n", what);
  ++failures;
}

SideQuote quoted(std::uint32_t price) { return {SideState::quoted, Price{price}, Quantity{100}}; }

}  // namespace

int main() {
  // Symbol 4, 100 shares, half a spread of 0.02, skew 0.01 a lot, requote beyond 0.01, at most 300 shares, tick 0.01,
  // micro price, 50 cycles. Book 99.90 to 100.10, 100 shares each: fair 100.00, buy at 99.98, sell at 100.02.
  const ap_uint<64> parameters[] = {4, 100, 200, 100, 100, 300, 100, 1, 50};
  hls::stream<k::UpdateBeat> updates("updates");
  hls::stream<k::IntentBeat> intents("intents");

  StatusUpdate status;
  status.stamp = Cycles{1};
  status.armed = status.session_open = true;
  updates.write(k::to_beat(status));
  BookUpdate book;
  book.stamp = Cycles{2};
  book.symbol = 4;
  book.trusted = book.tradable = true;
  book.after.bid = quoted(999000);
  book.after.ask = quoted(1001000);
  updates.write(k::to_beat(book));
  // The buy order left as 7 and is open; the market falls by 0.10: it must go.
  OrderUpdate sent;
  sent.stamp = Cycles{2};
  sent.symbol = 4;
  sent.user_ref = 7;
  sent.price = Price{999800};
  sent.quantity = sent.leaves = Quantity{100};
  updates.write(k::to_beat(sent));
  book.stamp = Cycles{3};
  book.before = book.after;
  book.after.bid = quoted(998000);
  book.after.ask = quoted(1000000);
  updates.write(k::to_beat(book));
  updates.write(k::begin_beat(k::kEnd, Cycles{4}));

  strategy(updates, intents, parameters, 1);

  const Intent expected[] = {{},
                             {IntentKind::enter, kStrategyRule, Side::buy, 4, Price{999800}, Quantity{100}, 0, 0},
                             {IntentKind::enter, kStrategyRule, Side::sell, 4, Price{1000200}, Quantity{100}, 0, 1},
                             {},
                             {},
                             {IntentKind::cancel, Rule::cancel, Side::buy, 4, Price{}, Quantity{}, 7, 0},
                             {}};
  for (const Intent& e : expected) {
    if (intents.empty()) {
      expect(false, "the number of beats");
      break;
    }
    const k::IntentBeat b = intents.read();
    const Intent i = k::intent(b.data);
    expect(i.kind == e.kind && i.symbol == e.symbol && i.price == e.price && i.quantity == e.quantity &&
               i.user_ref == e.user_ref && i.tag == e.tag && (e.kind != IntentKind::enter || i.side == e.side),
           "an intent");
    expect((b.last == 1) == (e.kind == IntentKind::none), "the end of a packet");
  }
  expect(intents.empty(), "the number of beats");
  std::printf("strategy: %s\n", failures == 0 ? "as expected" : "FAILED");
  return failures == 0 ? 0 : 1;
}
