// DPDK's environment abstraction layer: started once, its log kept for error messages.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace twinpath::drivers {

// Starts EAL if it does not run yet. `arguments` replace those chosen here when there are any. PacketIoError when it
// will not start; it cannot be tried again in this process.
void start_eal(std::string_view address, const std::vector<std::string>& arguments);

// The last line that DPDK logged, without its prefix and end of line; then the log is empty.
std::string take_eal_log();

// Whether this machine has free huge pages.
bool has_huge_pages();

}  // namespace twinpath::drivers
