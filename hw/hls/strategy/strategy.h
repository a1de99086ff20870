// strategy: a strategy of the software path as a Vitis HLS kernel: book updates, order updates and the status in,
// intents out. Which one: TP_HLS_STRATEGY, MarketMaker unless it says Arbitrage. README.md has the streams.
#pragma once
#include <ap_int.h>
#include <hls_stream.h>

#include "hw/hls/strategy/records.h"
#include "hw/hls/strategy/strategy_kernel.h"

#ifndef TP_HLS_STRATEGY
#define TP_HLS_STRATEGY MarketMaker
#endif

// Runs until the beat of kind kEnd.
extern "C" void strategy(hls::stream<kernel_strategy::UpdateBeat>& updates,
                         hls::stream<kernel_strategy::IntentBeat>& intents, const ap_uint<64>* parameters,
                         unsigned records);
