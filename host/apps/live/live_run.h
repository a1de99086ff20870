// A live run of one process: what `twinpath run` does from its configuration on until it is stopped.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/apps/config/config_file.h"
#include "host/apps/live/run_stats.h"
#include "host/apps/live/run_switch.h"
#include "host/apps/machine/packet_io_text.h"
#include "host/feed/locate_finder.h"
#include "host/live/account_session.h"
#include "host/live/control_socket.h"
#include "host/live/live_engine.h"
#include "host/live/mailbox.h"
#include "host/live/order_journal.h"
#include "host/live/snapshot_taker.h"
#include "host/live/waiting_frames.h"
#include "host/path/packet_io_registry.h"
#include "host/path/path_registry.h"

namespace twinpath {

struct LiveRunArguments {
  std::string config;
  std::vector<std::string> from;
  std::string to, path, record;
  bool quiet = false, processes = false;
  std::shared_ptr<PacketIoOptions> io;
};

class LiveRun {
 public:
  // Opens everything. Throws what its parts throw on what is wrong.
  LiveRun(const LiveRunArguments& command, const PathRegistry& paths, const PacketIoRegistry& io);

  // Returns the exit status.
  int run();

 private:
  enum class Ended : std::uint8_t { stopped, lost };  // lost: the books are to be made anew

  void open(const PacketIoRegistry& io);
  void open_record();
  void pin() const;
  void say_what_is_open() const;
  void rest() const;
  bool stopping() const;

  // Everything that a path needs before it begins. False when stopped meanwhile.
  bool prepare();
  bool wait_for_directory();
  bool wait_for_exchange();
  bool take_snapshot();
  using Look = std::function<void(std::span<const std::uint8_t> frame)>;
  std::size_t keep_arriving(bool& ended, const Look& look = {});

  int live(std::string& error);
  void begin(LiveEngine& engine, Path& path, bool first);
  Ended trade(LiveEngine& engine, RunStats* stats);
  bool make_anew(LiveEngine& engine, std::unique_ptr<Path>& path, std::string& error);
  std::unique_ptr<Path> make_path(LiveEngine& engine);
  void end_path(Path& path);
  void check_journal() const;
  void wind_down(LiveEngine& engine, bool at_the_end, std::string& error);
  void report(const LiveEngine& engine, Path& path);

  // Between the control thread and the one that trades.
  void serve(LiveEngine* engine, LivePhase phase);
  std::string refusal(const LiveRequest& request, const LiveEngine* engine, LivePhase phase) const;
  void obey(LiveRequest& request, LiveEngine& engine);
  void fill(LiveStatus& s, const LiveEngine* engine, LivePhase phase);
  std::string ask(LiveRequest& request);
  std::string reload();
  std::string answer(std::string_view line);
  void tick();

  LiveRunArguments options_;
  const RunConfig as_loaded_;  // what a reload is compared with
  RunConfig config_;           // with the command line's changes and every locate found
  const LiveOptions live_;
  const PathRegistry& paths_;
  std::vector<std::unique_ptr<PacketReceiver>> receivers_;
  std::vector<PacketReceiver*> inputs_;
  std::unique_ptr<PacketSender> sender_;
  std::unique_ptr<ExchangeSession> exchange_;
  AccountSession* venue_ = nullptr;  // the same, when it is a session with an exchange
  std::optional<GapFiller> gaps_;
  std::optional<InputRecord> record_;
  std::optional<Journal> journal_;
  std::optional<OrderJournal> orders_;
  WaitingFrames waiting_;
  std::vector<Command> positions_;  // that the next path begins with
  std::optional<bool> kill_;        // the kill switch, as it was set while there was no path
  std::optional<Bank> reloaded_;    // the active bank, when it is not the configuration's
  const LocateFinder* finder_ = nullptr;
  unsigned paths_begun_ = 0;
  std::uint64_t snapshot_messages_ = 0;
  bool path_begun_ = false;  // and not ended
  bool from_file_ = false;
  bool stop_asked_ = false;
  std::optional<SwitchDesk> desk_;  // of the path, while there is one
  Mailbox mailbox_;
  std::optional<ControlServer> control_;  // its thread uses the others
};

}  // namespace twinpath
