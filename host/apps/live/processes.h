// What the processes of a live run of many share: their options, their configuration, and who asks them.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/apps/config/config_file.h"
#include "host/apps/live/run_text.h"
#include "host/apps/machine/packet_io_text.h"
#include "host/live/control_socket.h"
#include "host/path/packet_io_registry.h"
#include "host/process/call_box.h"

namespace twinpath {

struct ProcessArguments {
  std::string config, name;
  bool quiet = false;
  std::shared_ptr<PacketIoOptions> io;
};

// What every process of a run needs of the configuration. Throws std::runtime_error when it is not there.
RunConfig processes_config(const std::string& file);

// What a process does while nothing comes.
void rest(bool spin);

// Asked through a control socket: `stop`, and what `answer` knows.
class Asked {
 public:
  using Answer = std::function<std::string(const ControlLine&)>;

  // No socket, nobody asks. `config` outlives it.
  Asked(const std::string& socket, const CoreConfig& config, Answer answer);
  ~Asked();
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  // Between two rounds of the process.
  void serve() { box_.serve(); }
  bool stopping() const;

 private:
  std::string answer_line(std::string_view line);

  const CoreConfig& config_;
  Answer answer_;
  CallBox box_;
  std::atomic<bool> stop_ = false;
  std::optional<ControlServer> server_;
};

// The processes, until they are stopped. They return the exit status.
int run_feed(const ProcessArguments& o, const PacketIoRegistry& io);
int run_orders(const ProcessArguments& o, const PacketIoRegistry& io);

}  // namespace twinpath
