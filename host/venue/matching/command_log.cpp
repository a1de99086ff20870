#include "host/venue/matching/command_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <vector>

#include "host/wire/file_error.h"

namespace twinpath::matching {
namespace {

constexpr venue::RecordFormat kFormat{.magic = 0x31'47'4F'4C'4D'4F'43'54,  // "TCOMLOG1"
                                      .log = "command log",
                                      .record = "command"};

}  // namespace

LoggedEngine::LoggedEngine(CommandLogOptions options)
    : options_(std::move(options)), lock_(options_.folder), engine_(std::make_unique<Engine>(options_.engine)) {
  recover();
}

std::filesystem::path LoggedEngine::log_name(std::uint64_t number) const {
  return options_.folder / ("commands-" + std::to_string(number));
}
std::filesystem::path LoggedEngine::snapshot_name(std::uint64_t number) const {
  return options_.folder / ("snapshot-" + std::to_string(number));
}

void LoggedEngine::recover() {
  std::vector<std::uint64_t> logs = venue::numbered_files(options_.folder, "commands-");
  const std::vector<std::uint64_t> snapshots = venue::numbered_files(options_.folder, "snapshot-");
  std::uint64_t first = 1;
  if (!snapshots.empty()) {
    first = recovery_.snapshot = snapshots.back();
    std::ifstream in(snapshot_name(first), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    try {
      engine_->restore(std::as_bytes(std::span(bytes)));
    } catch (const std::runtime_error& e) {
      throw std::runtime_error(snapshot_name(first).string() + ": " + e.what());
    }
  }
  // Logs before the snapshot are left over from a process that ended while it removed them.
  std::erase_if(logs, [&](std::uint64_t n) { return n < first; });
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (logs[i] != first + i)
      throw FileError(log_name(first + i).string(), 0, "a command log", "no file, but " + log_name(logs[i]).string(),
                      "restore the folder from a copy");
    replay(logs[i], i + 1 == logs.size());
  }
  if (logs.empty()) begin(first);
}

// Gives a log's commands to the engine, and leaves it open to be gone on with when it is the last.
void LoggedEngine::replay(std::uint64_t number, bool last) {
  log_ = std::make_unique<venue::RecordFile<Command>>(log_name(number), kFormat, number);
  number_ = number;
  const auto found = log_->replay(last, [&](const Command& c) {
    engine_->submit(c);
    for (;;) {
      const std::span<const Report> some = engine_->reports().peek(1024);
      if (options_.on_replayed)
        for (const Report& report : some) options_.on_replayed(report);
      engine_->reports().release(some.size());
      engine_->reports().publish();
      if (engine_->reports().peek(1).empty()) break;
    }
    ++recovery_.replayed;
  });
  at_ = found.records;
  recovery_.torn = found.torn;
}

void LoggedEngine::begin(std::uint64_t number) {
  log_ = std::make_unique<venue::RecordFile<Command>>(log_name(number), kFormat, number,
                                                      std::max<std::uint64_t>(options_.commands_a_file, 1));
  number_ = number;
  at_ = 0;
}

void LoggedEngine::submit(const Command& c) {
  if (at_ == log_->capacity()) [[unlikely]]
    begin(number_ + 1);
  log_->write(at_++, c);
  engine_->submit(c);
}

void LoggedEngine::snapshot() {
  const std::vector<std::byte> bytes = engine_->snapshot();
  const std::uint64_t next = number_ + 1;
  const std::filesystem::path name = snapshot_name(next), making = name.string() + ".making";
  const int fd = open(making.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) venue::fail_file(making, "cannot be opened");
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      close(fd);
      errno = error;
      venue::fail_file(making, "cannot be written");
    }
    done += static_cast<std::size_t>(n);
  }
  if (fsync(fd) != 0) venue::fail_file(making, "cannot be synced");
  close(fd);
  if (rename(making.c_str(), name.c_str()) != 0) venue::fail_file(making, "cannot be renamed");
  venue::sync_folder(options_.folder);
  const std::uint64_t before = number_;
  begin(next);
  for (std::uint64_t n = before; n != 0; --n) {
    const bool log = std::filesystem::remove(log_name(n)), state = std::filesystem::remove(snapshot_name(n));
    if (!log && !state) break;
  }
}

void LoggedEngine::sync() {
  log_->sync();
  venue::sync_folder(options_.folder);
}

}  // namespace twinpath::matching
