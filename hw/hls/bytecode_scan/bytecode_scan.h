// bytecode_scan: the Vitis HLS kernel that sweeps EVM bytecode. README.md has the layout of its memory.
#pragma once
#include <ap_int.h>
#include <hls_stream.h>

#include "scanner.h"

namespace kernel_scan {

static const int kBeatBytes = 16;

// A byte of a contract, the place behind its last byte (stop), or the end of the batch (end).
struct CodeByte {
  ap_uint<8> byte;
  ap_uint<1> stop;
  ap_uint<1> end;
};

// What a step found, and in which contract.
struct FoundIn {
  Found found;
  ap_uint<32> contract;
  ap_uint<1> end;
};

struct MapWord {
  ap_uint<16> bits;
  ap_uint<1> end;
};

// A turn of `scan`: what a byte makes to be written.
class ScanStage {
 public:
  ScanStage() : contract_(0), place_(0) {
    word_.bits = 0;
    word_.end = 0;
  }

  void step(const CodeByte& b, FoundIn& found, bool& write_found, MapWord& word, bool& write_word) {
#pragma HLS INLINE
    found.contract = contract_;
    found.end = b.end;
    found.found.n = 0;
    write_word = b.end == 1;
    if (b.end == 1) {
      word_.end = 1;
    } else {
      const bool label = scanner_.step(b.byte, b.stop == 1, found.found);
      if (b.stop == 1) {
        write_word = place_ != 0;
        place_ = 0;
        scanner_.begin();
        ++contract_;
      } else {
        word_.bits[place_.to_uint()] = label;
        write_word = place_ == kBeatBytes - 1;
        ++place_;
      }
    }
    write_found = found.found.n != 0 || b.end == 1;
    word = word_;
    if (write_word) word_.bits = 0;
  }

 private:
  Scanner scanner_;
  ap_uint<32> contract_;
  ap_uint<4> place_;  // in the word of the jump map
  MapWord word_;
};

// Bytes in; findings and jump map out, until the end of the batch.
void scan(hls::stream<CodeByte>& bytes, hls::stream<FoundIn>& found, hls::stream<MapWord>& map);

// A finding as it lies in memory.
ap_uint<128> pack(const Finding& f, ap_uint<32> contract);

}  // namespace kernel_scan

extern "C" void bytecode_scan(const ap_uint<128>* code, const ap_uint<32>* lengths, unsigned contracts,
                              ap_uint<128>* findings, unsigned capacity, ap_uint<16>* jump_map, ap_uint<32>* total);
