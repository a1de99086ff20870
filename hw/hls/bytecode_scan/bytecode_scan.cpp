#include "bytecode_scan.h"

namespace kernel_scan {

static void read_code(const ap_uint<128>* code, const ap_uint<32>* lengths, unsigned contracts,
                      hls::stream<CodeByte>& bytes) {
  ap_uint<32> beat = 0;
  for (unsigned c = 0; c < contracts; ++c) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1000 avg = 100
    const ap_uint<32> length = lengths[c];
    ap_uint<128> word = 0;
    for (ap_uint<33> i = 0; i < length; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 24576 avg = 8192
      if (i.range(3, 0) == 0) word = code[beat++];
      CodeByte b;
      b.byte = word.range(7, 0);
      b.stop = 0;
      b.end = 0;
      word >>= 8;
      bytes.write(b);
    }
    CodeByte stop;
    stop.byte = 0;
    stop.stop = 1;
    stop.end = 0;
    bytes.write(stop);
  }
  CodeByte end;
  end.byte = 0;
  end.stop = 0;
  end.end = 1;
  bytes.write(end);
}

void scan(hls::stream<CodeByte>& bytes, hls::stream<FoundIn>& found, hls::stream<MapWord>& map) {
  ScanStage stage;
  bool more = true;
  while (more) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1000000 avg = 100000
    const CodeByte b = bytes.read();
    FoundIn out;
    MapWord word;
    bool write_found, write_word;
    stage.step(b, out, write_found, word, write_word);
    if (write_found) found.write(out);
    if (write_word) map.write(word);
    more = b.end == 0;
  }
}

ap_uint<128> pack(const Finding& f, ap_uint<32> contract) {
#pragma HLS INLINE
  ap_uint<128> word = 0;
  word.range(31, 0) = f.offset;
  word.range(63, 32) = f.value;
  word.range(95, 64) = contract;
  word.range(103, 96) = f.kind;
  word.range(111, 104) = f.opcode;
  return word;
}

// Counts all, keeps what there is room for.
static void write_findings(hls::stream<FoundIn>& found, ap_uint<128>* findings, unsigned capacity, ap_uint<32>* total) {
  ap_uint<32> n = 0;
  FoundIn in;
  in.found.n = 0;
  in.end = 0;
  ap_uint<3> lane = 0;
  bool more = true;
  while (more) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1000000 avg = 10000
    if (lane == in.found.n) {
      in = found.read();
      lane = 0;
      more = in.end == 0;
    } else {
      if (n < capacity) findings[n.to_uint()] = pack(in.found.lane[lane.to_uint()], in.contract);
      ++n;
      ++lane;
    }
  }
  *total = n;
}

static void write_map(hls::stream<MapWord>& map, ap_uint<16>* jump_map) {
  ap_uint<32> n = 0;
  bool more = true;
  while (more) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 100000 avg = 10000
    const MapWord word = map.read();
    more = word.end == 0;
    if (more) jump_map[(n++).to_uint()] = word.bits;
  }
}

}  // namespace kernel_scan

extern "C" void bytecode_scan(const ap_uint<128>* code, const ap_uint<32>* lengths, unsigned contracts,
                              ap_uint<128>* findings, unsigned capacity, ap_uint<16>* jump_map, ap_uint<32>* total) {
#pragma HLS INTERFACE mode = m_axi port = code offset = slave bundle = gmem0 depth = 4096 max_read_burst_length = 64
#pragma HLS INTERFACE mode = m_axi port = lengths offset = slave bundle = gmem1 depth = 64
#pragma HLS INTERFACE mode = m_axi port = findings offset = slave bundle = gmem2 depth = 4096
#pragma HLS INTERFACE mode = m_axi port = jump_map offset = slave bundle = gmem3 depth = 4096
#pragma HLS INTERFACE mode = m_axi port = total offset = slave bundle = gmem4 depth = 1
#pragma HLS INTERFACE mode = s_axilite port = contracts
#pragma HLS INTERFACE mode = s_axilite port = capacity
#pragma HLS INTERFACE mode = s_axilite port = return
#pragma HLS INTERFACE mode = ap_ctrl_hs port = return
#pragma HLS DATAFLOW
  hls::stream<kernel_scan::CodeByte> bytes("bytes");
  hls::stream<kernel_scan::FoundIn> found("found");
  hls::stream<kernel_scan::MapWord> map("map");
#pragma HLS STREAM variable = bytes depth = 64
#pragma HLS STREAM variable = found depth = 32
#pragma HLS STREAM variable = map depth = 16
  kernel_scan::read_code(code, lengths, contracts, bytes);
  kernel_scan::scan(bytes, found, map);
  kernel_scan::write_findings(found, findings, capacity, total);
  kernel_scan::write_map(map, jump_map);
}
