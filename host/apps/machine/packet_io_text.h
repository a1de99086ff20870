// What the subcommands on packet I/O share: options, counters as text, and stopping on a signal.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "host/apps/command_line.h"
#include "host/path/packet_io.h"

namespace twinpath {

// --group, --max-frame and the others of PacketIoOptions; the result is filled while the command line is parsed.
std::shared_ptr<PacketIoOptions> add_packet_io_options(cli::App& sub);

// "received 12 frames, 960 bytes" and a line for each cause that is not zero.
std::string to_text(std::string_view name, const ReceiveCounters& counters);
std::string to_text(std::string_view name, const SendCounters& counters);

// From the first call on, SIGINT and SIGTERM only make stop_requested() true, so that what is under way is finished.
void stop_on_signals();
bool stop_requested() noexcept;

}  // namespace twinpath
