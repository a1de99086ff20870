// bytecode_scan in the platform model: the kernel's own sweep (hw/hls/bytecode_scan), a byte a clock, between FIFOs. A
// full FIFO behind it holds it up, as in the circuit. The depth of its pipeline is not modelled: synthesis chooses it.
#pragma once
#include <systemc>

#include "hw/hls/bytecode_scan/bytecode_scan.h"
#include "sim/systemc/fifo_text.h"

namespace twinpath::systemc {

class BytecodeScanModule : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_fifo_in<kernel_scan::CodeByte> bytes{"bytes"};
  sc_core::sc_fifo_out<kernel_scan::FoundIn> found{"found"};
  sc_core::sc_fifo_out<kernel_scan::MapWord> map{"map"};

  explicit BytecodeScanModule(sc_core::sc_module_name name) : sc_module(name) {
    SC_HAS_PROCESS(BytecodeScanModule);
    SC_THREAD(run);
    sensitive << clock.pos();
    dont_initialize();
  }

 private:
  void run() {
    for (;;) {
      const kernel_scan::CodeByte b = bytes.read();
      kernel_scan::FoundIn out;
      kernel_scan::MapWord word;
      bool write_found = false, write_word = false;
      stage_.step(b, out, write_found, word, write_word);
      if (write_found) found.write(out);
      if (write_word) map.write(word);
      if (b.end == 1) stage_ = kernel_scan::ScanStage();
      wait();
    }
  }

  kernel_scan::ScanStage stage_;
};

}  // namespace twinpath::systemc
