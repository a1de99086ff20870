// A matching engine that survives the end of its process: every command is in a file before the engine acts on it, and
// recovery is the newest snapshot and the commands behind it.
//
// The folder holds `snapshot-N` and `commands-N`: the state before commands-N, and 72 bytes a command (record_log.h).
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "host/venue/matching/engine.h"
#include "host/venue/record_log.h"

namespace twinpath::matching {

struct CommandLogOptions {
  std::filesystem::path folder;  // made when it is not there
  EngineOptions engine;
  std::uint64_t commands_a_file = 1u << 20;
  // Told of every report of the commands that recovery gives to the engine again.
  std::function<void(const Report&)> on_replayed;
};

// What recovery found.
struct Recovery {
  std::uint64_t snapshot = 0;  // its number; 0: none
  std::uint64_t replayed = 0;  // commands
  bool torn = false;           // the last command was being written when the process ended; it never reached the engine
};

class LoggedEngine {
 public:
  // Recovers what the folder holds. Throws FileError on damage that the end of a process does not explain,
  // std::system_error when the folder cannot be used, std::runtime_error when another process uses it.
  explicit LoggedEngine(CommandLogOptions options);
  LoggedEngine(const LoggedEngine&) = delete;
  LoggedEngine& operator=(const LoggedEngine&) = delete;

  // Into the log, then to the engine.
  void submit(const Command& c);
  // Writes a snapshot, begins another log file behind it, and removes the files that it replaces.
  void snapshot();
  // Everything submitted is on the disk when it returns.
  void sync();

  Engine& engine() noexcept { return *engine_; }
  const Recovery& recovery() const noexcept { return recovery_; }

 private:
  void recover();
  void replay(std::uint64_t number, bool last);
  void begin(std::uint64_t number);
  std::filesystem::path log_name(std::uint64_t number) const;
  std::filesystem::path snapshot_name(std::uint64_t number) const;

  CommandLogOptions options_;
  venue::FolderLock lock_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<venue::RecordFile<Command>> log_;
  std::uint64_t number_ = 0;  // of the log file that is written
  std::uint64_t at_ = 0;      // commands in it
  Recovery recovery_;
};

}  // namespace twinpath::matching
