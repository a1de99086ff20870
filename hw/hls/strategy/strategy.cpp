#include "strategy.h"

extern "C" void strategy(hls::stream<kernel_strategy::UpdateBeat>& updates,
                         hls::stream<kernel_strategy::IntentBeat>& intents, const ap_uint<64>* parameters,
                         unsigned records) {
#pragma HLS INTERFACE mode = axis port = updates
#pragma HLS INTERFACE mode = axis port = intents
#pragma HLS INTERFACE mode = m_axi port = parameters offset = slave bundle = gmem0 depth = 640
#pragma HLS INTERFACE mode = s_axilite port = records
#pragma HLS INTERFACE mode = s_axilite port = return
  using S = twinpath::TP_HLS_STRATEGY;
  S decides(kernel_strategy::load_all<S>(parameters, records));
  kernel_strategy::run(decides, updates, intents);
}
