// Any strategy (host/strategy/strategy.h) between two streams: the very class that decides in the software path.
#pragma once
#include <hls_stream.h>

#include "host/strategy/strategy.h"
#include "hw/hls/strategy/strategy_stream.h"

namespace kernel_strategy {

// What a strategy answers one beat with. False when it was the end.
template <class S>
bool answer(S& strategy, const UpdateBeat& beat, twinpath::Intents& ask) {
#pragma HLS INLINE
  ask = twinpath::Intents();
  const unsigned kind = field<1>(beat.data, 0).to_uint();
  if (kind == kBook) strategy.on_book(book_update(beat.data), ask);
  if (kind == kStatus) strategy.on_status(status_update(beat.data), ask);
  if (kind == kOrder) {
    const twinpath::OrderUpdate u = order_update(beat.data);
    // What tells of an intent is no occasion for another (SEM 9.2).
    if (u.state <= twinpath::OrderState::cancel_rejected) ask.close();
    strategy.on_order(u, ask);
  }
  return kind != kEnd;
}

// A packet of intents for every update, in the order of the updates: the intents, then a beat of kind none with TLAST.
template <class S>
void run(S& strategy, hls::stream<UpdateBeat>& updates, hls::stream<IntentBeat>& intents) {
  bool more = true;
  while (more) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1000000 avg = 100000
    twinpath::Intents ask;
    more = answer(strategy, updates.read(), ask);
    for (unsigned i = 0; i < ask.size(); ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 8 avg = 1
      intents.write(to_beat(ask[i], false));
    }
    if (more) intents.write(to_beat(twinpath::Intent(), true));
  }
}

}  // namespace kernel_strategy
