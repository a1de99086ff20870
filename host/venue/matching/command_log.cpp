#include "host/venue/matching/command_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "host/venue/matching/word_hash.h"
#include "host/wire/file_error.h"

namespace twinpath::matching {
namespace {

struct Header {
  std::uint64_t magic;
  std::uint64_t number;
  std::uint64_t capacity;  // records
  std::uint64_t sum;
};
constexpr std::uint64_t kMagic = 0x31'47'4F'4C'4D'4F'43'54;  // "TCOMLOG1"

struct Record {
  Command command;
  std::uint64_t sum;
};
static_assert(sizeof(Record) == 72);

std::uint64_t sum_of(const Command& c, std::uint64_t number, std::uint64_t place) noexcept {
  std::uint64_t words[sizeof(Command) / sizeof(std::uint64_t)];
  std::memcpy(words, &c, sizeof words);
  WordHash hash;
  hash.word(number << 32 ^ place);
  for (const std::uint64_t w : words) hash.word(w);
  return hash.hash();
}
std::uint64_t sum_of(const Header& h) noexcept {
  WordHash hash;
  hash.word(h.magic);
  hash.word(h.number);
  hash.word(h.capacity);
  return hash.hash();
}

[[noreturn]] void fail(const std::filesystem::path& file, const char* what) {
  throw std::system_error(errno, std::generic_category(), file.string() + ": " + what);
}

// N of "kind-N", or nothing.
bool number_of(const std::string& name, const std::string& kind, std::uint64_t& number) {
  if (!name.starts_with(kind)) return false;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + kind.size(), end, number);
  return error == std::errc{} && stop == end;
}

void sync_folder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail(folder, "cannot be opened");
  const bool good = fsync(fd) == 0;
  close(fd);
  if (!good) fail(folder, "cannot be synced");
}

}  // namespace

// A log file in shared memory.
class LoggedEngine::File {
 public:
  // Makes it, with its space on the disk: a full disk is an error now, not a signal later.
  File(std::filesystem::path name, std::uint64_t number, std::uint64_t capacity) : name_(std::move(name)) {
    const std::filesystem::path making = name_.string() + ".making";
    open_file(making, O_RDWR | O_CREAT | O_TRUNC);
    bytes_ = sizeof(Header) + capacity * sizeof(Record);
    if (const int error = posix_fallocate(fd_, 0, static_cast<off_t>(bytes_)); error != 0) {
      errno = error;
      fail(making, "has no space on the disk");
    }
    map();
    Header h{.magic = kMagic, .number = number, .capacity = capacity, .sum = 0};
    h.sum = sum_of(h);
    std::memcpy(memory_, &h, sizeof h);
    // Under its name only when its header is whole.
    if (rename(making.c_str(), name_.c_str()) != 0) fail(making, "cannot be renamed");
  }
  // Opens one that is there.
  File(std::filesystem::path name, std::uint64_t number) : name_(std::move(name)) {
    open_file(name_, O_RDWR);
    bytes_ = std::filesystem::file_size(name_);
    if (bytes_ < sizeof(Header)) damaged(bytes_, "a header of 32 bytes", std::to_string(bytes_) + " bytes");
    map();
    Header h;
    std::memcpy(&h, memory_, sizeof h);
    if (h.magic != kMagic || h.sum != sum_of(h) || h.number != number)
      damaged(0, "the header of command log " + std::to_string(number), "another, or a damaged one");
    if (bytes_ != sizeof(Header) + h.capacity * sizeof(Record))
      damaged(bytes_, std::to_string(h.capacity) + " records of 72 bytes", std::to_string(bytes_) + " bytes");
  }
  ~File() {
    if (memory_ != nullptr) munmap(memory_, bytes_);
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::uint64_t capacity() const noexcept { return (bytes_ - sizeof(Header)) / sizeof(Record); }
  std::byte* record(std::uint64_t place) noexcept { return memory_ + sizeof(Header) + place * sizeof(Record); }
  void sync() {
    if (msync(memory_, bytes_, MS_SYNC) != 0) fail(name_, "cannot be synced");
  }
  [[noreturn]] void damaged(std::uint64_t byte, const std::string& expected, const std::string& found) const {
    throw FileError(name_.string(), byte, expected, found,
                    "restore the folder from a copy, or begin with an empty one");
  }

 private:
  void open_file(const std::filesystem::path& name, int flags) {
    fd_ = open(name.c_str(), flags | O_CLOEXEC, 0644);
    if (fd_ < 0) fail(name, "cannot be opened");
  }
  void map() {
    void* at = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
    if (at == MAP_FAILED) fail(name_, "cannot be mapped");
    memory_ = static_cast<std::byte*>(at);
  }

  std::filesystem::path name_;
  int fd_ = -1;
  std::size_t bytes_ = 0;
  std::byte* memory_ = nullptr;
};

LoggedEngine::LoggedEngine(CommandLogOptions options)
    : options_(std::move(options)), engine_(std::make_unique<Engine>(options_.engine)) {
  std::filesystem::create_directories(options_.folder);
  const std::filesystem::path lock = options_.folder / "lock";
  lock_ = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) fail(lock, "cannot be opened");
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    close(lock_);
    throw std::runtime_error(options_.folder.string() +
                             ": expected a folder of this process alone, found it locked by another; stop that one");
  }
  try {
    recover();
  } catch (...) {
    close(lock_);
    throw;
  }
}

LoggedEngine::~LoggedEngine() {
  if (lock_ >= 0) close(lock_);
}

std::filesystem::path LoggedEngine::log_name(std::uint64_t number) const {
  return options_.folder / ("commands-" + std::to_string(number));
}
std::filesystem::path LoggedEngine::snapshot_name(std::uint64_t number) const {
  return options_.folder / ("snapshot-" + std::to_string(number));
}

void LoggedEngine::recover() {
  std::vector<std::uint64_t> logs, snapshots;
  for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
    std::uint64_t number = 0;
    if (number_of(entry.path().filename().string(), "commands-", number)) logs.push_back(number);
    if (number_of(entry.path().filename().string(), "snapshot-", number)) snapshots.push_back(number);
  }
  std::sort(logs.begin(), logs.end());
  std::uint64_t first = 1;
  if (!snapshots.empty()) {
    first = recovery_.snapshot = *std::max_element(snapshots.begin(), snapshots.end());
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
  log_ = std::make_unique<File>(log_name(number), number);
  number_ = number;
  Record r;
  const auto whole = [&](std::uint64_t place) {
    std::memcpy(&r, log_->record(place), sizeof r);
    return r.sum == sum_of(r.command, number, place);
  };
  for (at_ = 0; at_ < log_->capacity() && whole(at_); ++at_) {
    engine_->submit(r.command);
    for (;;) {
      const std::span<const Report> some = engine_->reports().peek(1024);
      if (options_.on_replayed)
        for (const Report& report : some) options_.on_replayed(report);
      engine_->reports().release(some.size());
      engine_->reports().publish();
      if (engine_->reports().peek(1).empty()) break;
    }
    ++recovery_.replayed;
  }
  // A process ends in the middle of one command at most; a whole one behind a broken one is damage.
  const std::uint64_t end = at_;
  for (std::uint64_t place = end + 1; place < log_->capacity(); ++place)
    if (whole(place))
      log_->damaged(sizeof(Header) + end * sizeof(Record), "a command with its checksum",
                    "another, with whole commands behind it");
  if (!last && end != log_->capacity())
    log_->damaged(sizeof(Header) + end * sizeof(Record), "a full log, as another follows", "its end");
  if (end == log_->capacity()) return;
  const Record empty{};
  recovery_.torn = std::memcmp(log_->record(end), &empty, sizeof empty) != 0;
  std::memcpy(log_->record(end), &empty, sizeof empty);
}

void LoggedEngine::begin(std::uint64_t number) {
  log_ = std::make_unique<File>(log_name(number), number, std::max<std::uint64_t>(options_.commands_a_file, 1));
  number_ = number;
  at_ = 0;
}

void LoggedEngine::submit(const Command& c) {
  if (at_ == log_->capacity()) [[unlikely]]
    begin(number_ + 1);
  std::byte* const to = log_->record(at_);
  const std::uint64_t sum = sum_of(c, number_, at_);
  std::memcpy(to, &c, sizeof c);
  // The compiler must not move the checksum before the command, nor the engine's work before either.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  std::memcpy(to + sizeof c, &sum, sizeof sum);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  ++at_;
  engine_->submit(c);
}

void LoggedEngine::snapshot() {
  const std::vector<std::byte> bytes = engine_->snapshot();
  const std::uint64_t next = number_ + 1;
  const std::filesystem::path name = snapshot_name(next), making = name.string() + ".making";
  const int fd = open(making.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) fail(making, "cannot be opened");
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      close(fd);
      errno = error;
      fail(making, "cannot be written");
    }
    done += static_cast<std::size_t>(n);
  }
  if (fsync(fd) != 0) fail(making, "cannot be synced");
  close(fd);
  if (rename(making.c_str(), name.c_str()) != 0) fail(making, "cannot be renamed");
  sync_folder(options_.folder);
  const std::uint64_t before = number_;
  begin(next);
  for (std::uint64_t n = before; n != 0; --n) {
    const bool log = std::filesystem::remove(log_name(n)), state = std::filesystem::remove(snapshot_name(n));
    if (!log && !state) break;
  }
}

void LoggedEngine::sync() {
  log_->sync();
  sync_folder(options_.folder);
}

}  // namespace twinpath::matching
