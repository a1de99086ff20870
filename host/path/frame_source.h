// Timed frames, as files and networks give them.
#pragma once
#include <cstdint>
#include <span>

#include "host/core/types.h"

namespace twinpath {

// One frame as a source gives it; the bytes are valid until the next call of next().
struct SourceFrame {
  Nanoseconds timestamp;
  std::span<const std::uint8_t> bytes;
  bool fcs_error = false;
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual bool next(SourceFrame& frame) = 0;
  // For progress: bytes read and bytes in all.
  virtual std::uint64_t position() const = 0;
  virtual std::uint64_t size() const = 0;
};

}  // namespace twinpath
