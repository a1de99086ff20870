// [journal] of a configuration (host/apps/CONFIG.md).
#pragma once
#include <cstdint>
#include <string>

namespace twinpath {

struct JournalOptions {
  enum class Sync : std::uint8_t {
    none,   // the kernel writes when it likes
    batch,  // fdatasync after each batch
    order,  // and an order's frame waits for it
  };
  std::string folder;
  std::string stage;  // file of the ring; "": FOLDER/stage
  Sync sync = Sync::batch;
  std::uint64_t segment_bytes = 64U << 20U;
  std::uint64_t batch_us = 500;  // between two looks at the ring

  bool operator==(const JournalOptions&) const = default;
};

}  // namespace twinpath
