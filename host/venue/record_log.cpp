#include "host/venue/record_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "host/wire/file_error.h"

namespace twinpath::venue {
namespace {

struct Header {
  std::uint64_t magic;
  std::uint64_t number;
  std::uint64_t capacity;  // records
  std::uint64_t sum;
};

std::uint64_t sum_of(const Header& h) noexcept {
  matching::WordHash hash;
  hash.word(h.magic);
  hash.word(h.number);
  hash.word(h.capacity);
  return hash.hash();
}

}  // namespace

void fail_file(const std::filesystem::path& file, const char* what) {
  throw std::system_error(errno, std::generic_category(), file.string() + ": " + what);
}

FolderLock::FolderLock(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const std::filesystem::path lock = folder / "lock";
  fd_ = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) fail_file(lock, "cannot be opened");
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    close(fd_);
    throw std::runtime_error(folder.string() +
                             ": expected a folder of this process alone, found it locked by another; stop that one");
  }
}

FolderLock::~FolderLock() { close(fd_); }

std::vector<std::uint64_t> numbered_files(const std::filesystem::path& folder, std::string_view kind) {
  std::vector<std::uint64_t> numbers;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kind)) continue;
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + kind.size(), end, number);
    if (error == std::errc{} && stop == end) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

void sync_folder(const std::filesystem::path& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail_file(folder, "cannot be opened");
  const bool good = fsync(fd) == 0;
  close(fd);
  if (!good) fail_file(folder, "cannot be synced");
}

RecordMemory::RecordMemory(std::filesystem::path name, const RecordFormat& format, std::uint64_t number,
                           std::size_t stride, std::uint64_t capacity)
    : name_(std::move(name)), format_(format), number_(number), stride_(stride) {
  const std::filesystem::path making = name_.string() + ".making";
  open_file(making, O_RDWR | O_CREAT | O_TRUNC);
  bytes_ = sizeof(Header) + capacity * stride;
  if (const int error = posix_fallocate(fd_, 0, static_cast<off_t>(bytes_)); error != 0) {
    errno = error;
    fail_file(making, "has no space on the disk");
  }
  map();
  Header h{.magic = format.magic, .number = number, .capacity = capacity, .sum = 0};
  h.sum = sum_of(h);
  std::memcpy(memory_, &h, sizeof h);
  // Under its name only when its header is whole.
  if (rename(making.c_str(), name_.c_str()) != 0) fail_file(making, "cannot be renamed");
}

RecordMemory::RecordMemory(std::filesystem::path name, const RecordFormat& format, std::uint64_t number,
                           std::size_t stride)
    : name_(std::move(name)), format_(format), number_(number), stride_(stride) {
  static_assert(sizeof(Header) == kHeader);
  open_file(name_, O_RDWR);
  bytes_ = std::filesystem::file_size(name_);
  if (bytes_ < sizeof(Header)) damaged(bytes_, "a header of 32 bytes", std::to_string(bytes_) + " bytes");
  map();
  Header h;
  std::memcpy(&h, memory_, sizeof h);
  if (h.magic != format.magic || h.sum != sum_of(h) || h.number != number)
    damaged(0, std::string("the header of ") + format.log + " " + std::to_string(number), "another, or a damaged one");
  if (bytes_ != sizeof(Header) + h.capacity * stride)
    damaged(bytes_, std::to_string(h.capacity) + " records of " + std::to_string(stride) + " bytes",
            std::to_string(bytes_) + " bytes");
}

RecordMemory::~RecordMemory() {
  if (memory_ != nullptr) munmap(memory_, bytes_);
  if (fd_ >= 0) close(fd_);
}

void RecordMemory::sync() {
  if (msync(memory_, bytes_, MS_SYNC) != 0) fail_file(name_, "cannot be synced");
}

void RecordMemory::damaged(std::uint64_t byte, const std::string& expected, const std::string& found) const {
  throw FileError(name_.string(), byte, expected, found, "restore the folder from a copy, or begin with an empty one");
}

void RecordMemory::damaged_record(std::uint64_t end) const {
  const std::string record = format_.record;
  damaged(kHeader + end * stride_, "a " + record + " with its checksum",
          "another, with whole " + record + "s behind it");
}

void RecordMemory::not_full(std::uint64_t end) const {
  damaged(kHeader + end * stride_, "a full log, as another follows", "its end");
}

void RecordMemory::open_file(const std::filesystem::path& name, int flags) {
  fd_ = open(name.c_str(), flags | O_CLOEXEC, 0644);
  if (fd_ < 0) fail_file(name, "cannot be opened");
}

void RecordMemory::map() {
  void* at = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (at == MAP_FAILED) fail_file(name_, "cannot be mapped");
  memory_ = static_cast<std::byte*>(at);
}

}  // namespace twinpath::venue
