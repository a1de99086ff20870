#include "host/journal/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <immintrin.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <new>
#include <random>
#include <system_error>

#include "host/journal/crc32c.h"
#include "host/journal/journal_reader.h"
#include "host/wire/file_error.h"

namespace twinpath {

// A ring of bytes. Records lie in one piece: what does not fit before the end starts again at the beginning, behind a
// header whose length says so. `head` and `tail` count up; a place is the count modulo the size.
struct Journal::Stage {
  std::uint64_t journal;  // id
  alignas(128) std::atomic<std::uint64_t> head;
  alignas(128) std::atomic<std::uint64_t> tail;
  alignas(128) std::byte ring[kStageBytes];

  static constexpr std::uint32_t kSkip = 0xFFFF'FFFF;
  static_assert(kStageBytes % 8 == 0 && kStageBytes > 4 * kMaxJournalPayload);
};

namespace {

std::uint64_t now_ns() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
}

[[noreturn]] void fail_errno(const std::filesystem::path& file, const char* what) {
  throw std::system_error(errno, std::generic_category(), file.string() + ": " + what);
}

ipc::Segment own_stage(const JournalOptions& o, std::size_t bytes) {
  const std::filesystem::path folder = o.folder;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw std::system_error(error, fmt::format("{}: the folder of the journal cannot be made; name another", o.folder));
  return ipc::Segment::own(o.stage.empty() ? folder / "stage" : std::filesystem::path(o.stage),
                           {"journal stage", ipc::layout_hash("stage", {bytes, journal_layout()}), bytes});
}

}  // namespace

Journal::Stage& Journal::stage() const noexcept { return segment_.at<Stage>(0); }

Journal::Journal(const JournalOptions& options)
    : options_(options), folder_(options.folder), segment_(own_stage(options, sizeof(Stage))) {
  recover();
  thread_ = std::thread([this] { run(); });
}

Journal::~Journal() {
  stop_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
  if (fd_ >= 0) ::close(fd_);
}

// What is in the files, then what the stage has more than they.
void Journal::recover() {
  std::uint64_t last = 0;
  if (const auto segments = journal_segments(folder_); !segments.empty()) {
    JournalReader reader(folder_);
    while (reader.next()) {
    }
    last = reader.last_record();
    const JournalTail& tail = reader.tail();
    file_ = segments.back();
    fd_ = ::open(file_.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd_ < 0) fail_errno(file_, "cannot be written");
    if (!tail.message.empty()) {
      if (::ftruncate(fd_, static_cast<off_t>(tail.good)) != 0) fail_errno(file_, "cannot be cut");
      messages_.push_back(fmt::format("{}; cut off there", tail.message));
    }
    if (::lseek(fd_, static_cast<off_t>(tail.good), SEEK_SET) < 0) fail_errno(file_, "cannot be written");
    file_bytes_ = tail.good;
    segment_number_ = reader.header().segment;
    id_ = reader.header().id;
  }
  Stage& s = stage();
  const bool pending = !segment_.fresh() && s.head.load() != s.tail.load();
  if (pending && s.journal != id_)
    throw FileError(segment_.file().string(), ipc::Segment::kHeaderBytes,
                    fmt::format("what was left of journal {:016x}", id_), fmt::format("of {:016x}", s.journal),
                    "name another stage, or write the journal that it belongs to");
  if (id_ == 0) {
    std::random_device random;
    id_ = (std::uint64_t{random()} << 32U | random()) | 1;
  }
  appended_ = last;
  written_.store(last, std::memory_order_relaxed);
  if (fd_ < 0) new_segment(1);
  if (pending) {
    const std::uint64_t before = written_;
    drain();
    if (!good()) throw std::runtime_error(error_);
    appended_ = written_;
    if (appended_ != before)
      messages_.push_back(fmt::format("{}: records {} to {} that a process had not written yet were written now",
                                      folder_.string(), before + 1, appended_));
  }
  s.journal = id_;
}

void Journal::new_segment(std::uint64_t first_record) {
  if (fd_ >= 0) {
    if (options_.sync != JournalOptions::Sync::none) ::fdatasync(fd_);
    ::close(fd_);
    fd_ = -1;
  }
  JournalSegmentHeader h{};
  h.magic = JournalSegmentHeader::kMagic;
  h.version = 1;
  h.header_bytes = sizeof h;
  h.segment = ++segment_number_;
  h.first_record = first_record;
  h.layout = journal_layout();
  h.id = id_;
  h.made = now_ns();
  h.crc = crc32c(std::as_bytes(std::span(&h, 1)).first(offsetof(JournalSegmentHeader, crc)));
  // A segment is there with its header, or not at all.
  file_ = folder_ / journal_segment_name(h.segment);
  const std::filesystem::path made = file_.string() + ".new";
  fd_ = ::open(made.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd_ < 0) fail_errno(made, "cannot be made");
  file_bytes_ = 0;
  write_file(&h, sizeof h);
  if (options_.sync != JournalOptions::Sync::none && ::fdatasync(fd_) != 0) fail_errno(made, "cannot be written");
  if (::rename(made.c_str(), file_.c_str()) != 0) fail_errno(file_, "cannot be made");
  if (options_.sync != JournalOptions::Sync::none) {
    const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
      ::fsync(folder);
      ::close(folder);
    }
  }
}

void Journal::write_file(const void* data, std::size_t bytes) {
  const auto* at = static_cast<const std::byte*>(data);
  while (bytes != 0) {
    const ssize_t n = ::write(fd_, at, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail_errno(file_, "cannot be written");
    at += n;
    bytes -= static_cast<std::size_t>(n);
    file_bytes_ += static_cast<std::uint64_t>(n);
  }
}

std::uint64_t Journal::append(JournalKind kind, std::span<const std::byte> payload, std::uint16_t source,
                              std::uint32_t intent, std::uint32_t tag, std::uint32_t incarnation) noexcept {
  Stage& s = stage();
  const std::size_t size = journal_record_bytes(payload.size());
  std::uint64_t head = s.head.load(std::memory_order_relaxed);
  const std::uint64_t to_end = kStageBytes - head % kStageBytes;
  const std::uint64_t skip = to_end < size ? to_end : 0;
  bool waited = false;
  while (head + skip + size - s.tail.load(std::memory_order_acquire) > kStageBytes) {
    if (!good()) return ++appended_;
    if (!waited) ++waits_;
    waited = true;
    ::sched_yield();
  }
  if (skip != 0) {
    std::memcpy(&s.ring[head % kStageBytes + offsetof(JournalRecordHeader, bytes)], &Stage::kSkip, 4);
    head += skip;
  }
  std::byte* const at = &s.ring[head % kStageBytes];
  const JournalRecordHeader h{
      0, static_cast<std::uint32_t>(payload.size()), appended_ + 1, now_ns(), kind, source, intent, tag, incarnation};
  std::memcpy(at, &h, sizeof h);
  if (!payload.empty()) std::memcpy(at + sizeof h, payload.data(), payload.size());
  std::memset(at + sizeof h + payload.size(), 0, size - sizeof h - payload.size());
  s.head.store(head + size, std::memory_order_release);
  return appended_ = h.number;
}

void Journal::settle(std::uint64_t number) noexcept {
  if (options_.sync != JournalOptions::Sync::order) return;
  while (good() && written_.load(std::memory_order_acquire) < number) ::sched_yield();
}

void Journal::flush() noexcept {
  while (good() && written_.load(std::memory_order_acquire) < appended_) ::sched_yield();
}

std::string Journal::failed() const { return good() ? std::string() : error_; }

void Journal::fail(const std::string& what) noexcept {
  error_ = what;
  failed_.store(true, std::memory_order_release);
}

// Whether there was anything. Records that the files have already are passed over: their writer ended between the file
// and the tail.
bool Journal::drain() {
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 20U;
  Stage& s = stage();
  const std::uint64_t head = s.head.load(std::memory_order_acquire);
  std::uint64_t tail = s.tail.load(std::memory_order_relaxed);
  std::uint64_t last = written_.load(std::memory_order_relaxed);
  if (head == tail || !good()) return false;
  try {
    while (tail != head) {
      batch_.clear();
      while (tail != head && batch_.size() < kMostAtOnce) {
        const std::uint64_t place = tail % kStageBytes;
        JournalRecordHeader h{};
        h.bytes = Stage::kSkip;
        if (place + 8 <= kStageBytes) std::memcpy(&h.bytes, &s.ring[place + offsetof(JournalRecordHeader, bytes)], 4);
        if (h.bytes == Stage::kSkip) {
          tail += kStageBytes - place;
          continue;
        }
        std::memcpy(&h, &s.ring[place], sizeof h);
        const std::size_t size = journal_record_bytes(h.bytes);
        if (h.bytes > kMaxJournalPayload || tail + size > head || h.number > last + 1)
          throw FileError(segment_.file().string(), place, fmt::format("record {}", last + 1),
                          fmt::format("record {} of {} bytes", h.number, h.bytes),
                          "the journal lacks what was written before: restore its last segment from a copy");
        if (h.number == last + 1) {
          if (file_bytes_ + batch_.size() + size > options_.segment_bytes && !batch_.empty()) break;
          if (file_bytes_ + size > options_.segment_bytes && file_bytes_ > sizeof(JournalSegmentHeader) &&
              batch_.empty())
            new_segment(h.number);
          const std::size_t to = batch_.size();
          batch_.resize(to + size);
          std::memcpy(&batch_[to], &s.ring[place], size);
          const std::uint32_t crc = crc32c(std::span(batch_).subspan(to + 4, size - 4));
          std::memcpy(&batch_[to], &crc, sizeof crc);
          last = h.number;
        }
        tail += size;
      }
      write_file(batch_.data(), batch_.size());
      if (options_.sync != JournalOptions::Sync::none && ::fdatasync(fd_) != 0)
        fail_errno(file_, "cannot be written to the disk");
      s.tail.store(tail, std::memory_order_release);
      written_.store(last, std::memory_order_release);
      batches_.fetch_add(1, std::memory_order_relaxed);
    }
  } catch (const std::exception& e) {
    fail(e.what());
  }
  return true;
}

void Journal::run() noexcept {
  while (!stop_.load(std::memory_order_acquire)) {
    if (drain()) continue;
    if (options_.sync == JournalOptions::Sync::order) {
      ::sched_yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(options_.batch_us));
    }
  }
  drain();
}

}  // namespace twinpath
