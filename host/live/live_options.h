// What `twinpath run` does besides deciding: the section [live] of a configuration (host/apps/CONFIG.md).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "host/core/types.h"

namespace twinpath {

enum class ArmWhen : std::uint8_t {
  when_trusted,  // once every book that trades can be relied on and the inputs have caught up
  manual,        // by a host command only
  at_start,      // before the first frame
};

struct LiveOptions {
  std::vector<std::string> from;  // packet I/O addresses
  std::string to;                 // packet I/O address of order frames
  std::string path = "sw:";
  std::string directory;  // session file with Stock Directory messages; "": they are waited for
  std::uint64_t directory_timeout_s = 60;
  std::uint64_t directory_buffer_bytes = 256U << 20U;  // frames kept while they are waited for
  ArmWhen arm = ArmWhen::when_trusted;
  Nanoseconds arm_lag{10'000'000};  // how old a frame may be on arrival for its input to have caught up
  std::string control;              // Unix socket; "": none
  std::string record;               // pcap of all inputs; "": none
  std::string stats;                // folder of counters for `twinpath top`; "": none
  bool cancel_on_stop = true;
  std::uint64_t stop_timeout_ms = 2000;
  bool spin = false;  // never sleep while there is nothing
  int core = -1;      // to run on; -1: any

  bool operator==(const LiveOptions&) const = default;
};

}  // namespace twinpath
