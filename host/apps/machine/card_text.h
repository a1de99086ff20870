// What `twinpath card` prints.
#pragma once
#include <string>
#include <vector>

#include "drivers/xrt/xclbin_file.h"
#include "host/path/device.h"

namespace twinpath {

// Everything in an xclbin, section by section.
std::string xclbin_text(const std::string& file, const xclbin::Content& content);

// Every readable register by name; `all`: counters that are 0 too. `only`: these names alone; throws std::runtime_error
// that names one that does not exist.
std::string registers_text(Device& device, bool all, const std::vector<std::string>& only);

// State of core and rings in words.
std::string status_text(Device& device);

// Of each class of message that orders were sent for: count, and cycles and nanoseconds of the shortest, the median,
// the 99th percentile and the longest.
std::string latency_text(Device& device);

}  // namespace twinpath
