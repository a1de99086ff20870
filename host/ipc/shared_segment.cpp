#include "host/ipc/shared_segment.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace twinpath::ipc {

struct Segment::Header {
  static constexpr std::uint64_t kMagic = 0x0A47'4553'4E49'5754;  // "TWINSEG\n"
  enum State : std::uint32_t { making = 0, ready = 1, replaced = 2 };

  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::array<char, 24> kind;
  std::uint64_t layout;
  std::uint64_t bytes;  // of the file
  std::atomic<std::uint32_t> state;
  std::atomic<std::uint32_t> owner_pid;
  std::atomic<std::uint64_t> generation;

  std::string_view kind_name() const noexcept { return {kind.data(), std::ranges::find(kind, '\0')}; }
};

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view expected, std::string_view found,
                       std::string_view advice) {
  throw SegmentError(fmt::format("{}: expected {}, found {}; {}", file.string(), expected, found, advice));
}
[[noreturn]] void fail_errno(const std::filesystem::path& file, std::string_view expected, std::string_view advice) {
  fail(file, expected, std::strerror(errno), advice);
}

// The lock is the open file's: it ends when the last descriptor of it is closed, however the process ends.
struct flock whole_file(short type) {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}
bool lock(int fd) {
  struct flock l = whole_file(F_WRLCK);
  return ::fcntl(fd, F_OFD_SETLK, &l) == 0;
}
bool locked(int fd) {
  struct flock l = whole_file(F_WRLCK);
  return ::fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK;
}

std::uint64_t inode_of(const std::filesystem::path& file) {
  struct stat about{};
  return ::stat(file.c_str(), &about) == 0 ? about.st_ino : 0;
}
struct stat about(int fd) {
  struct stat s{};
  ::fstat(fd, &s);
  return s;
}

}  // namespace

Segment::Segment(Segment&& other) noexcept { *this = std::move(other); }

Segment& Segment::operator=(Segment&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(fd_, other.fd_);
  std::swap(memory_, other.memory_);
  std::swap(mapped_, other.mapped_);
  std::swap(fresh_, other.fresh_);
  std::swap(owner_, other.owner_);
  return *this;
}

Segment::~Segment() { close(); }

void Segment::close() noexcept {
  if (memory_ != nullptr) ::munmap(memory_, mapped_);
  if (fd_ >= 0) ::close(fd_);
  memory_ = nullptr;
  fd_ = -1;
}

void Segment::map(std::size_t bytes, bool writable) {
  void* at = ::mmap(nullptr, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_POPULATE, fd_, 0);
  if (at == MAP_FAILED)
    fail_errno(file_, fmt::format("to map {} bytes", bytes), "see whether the machine has the memory");
  memory_ = static_cast<std::byte*>(at);
  mapped_ = bytes;
}

std::optional<Segment> Segment::make(const std::filesystem::path& file, const Kind& kind, std::uint64_t generation,
                                     bool replace) {
  Segment s;
  s.file_ = file;
  s.fresh_ = s.owner_ = true;
  const std::filesystem::path made = fmt::format("{}.{}", file.string(), ::getpid());
  s.fd_ = ::open(made.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (s.fd_ < 0) fail_errno(made, "to make a file", "name a folder that exists and is writable");
  const std::size_t bytes = kHeaderBytes + kind.bytes;
  if (const int error = ::posix_fallocate(s.fd_, 0, static_cast<off_t>(bytes)); error != 0) {
    ::unlink(made.c_str());
    errno = error;
    fail_errno(file, fmt::format("room for {} bytes", bytes), "make room in that file system");
  }
  lock(s.fd_);
  s.map(bytes, true);
  Header& h = *new (s.memory_) Header{};
  h.version = kVersion;
  h.header_bytes = kHeaderBytes;
  std::ranges::copy(kind.name.substr(0, h.kind.size() - 1), h.kind.begin());
  h.layout = kind.layout;
  h.bytes = bytes;
  h.owner_pid = static_cast<std::uint32_t>(::getpid());
  h.generation = generation;
  h.magic = Header::kMagic;
  h.state.store(Header::ready, std::memory_order_release);
  // A link is not made where somebody else was faster.
  const int result = replace ? ::rename(made.c_str(), file.c_str()) : ::link(made.c_str(), file.c_str());
  const int error = errno;
  if (!replace || result != 0) ::unlink(made.c_str());
  if (result == 0) return s;
  if (error == EEXIST) return std::nullopt;
  errno = error;
  fail_errno(file, "to put the segment in its place", "choose another folder");
}

Segment Segment::own(const std::filesystem::path& file, const Kind& kind) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  Segment s;
  s.file_ = file;
  s.fd_ = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (s.fd_ < 0) {
    if (errno != ENOENT) fail_errno(file, "to open a segment", "remove the file, or name another folder");
    auto made = make(file, kind, 1, false);
    return made ? std::move(*made) : own(file, kind);
  }
  if (!S_ISREG(about(s.fd_).st_mode)) fail(file, "a segment", "no regular file", "name another folder");
  std::uint32_t pid = 0;
  const auto size = static_cast<std::size_t>(about(s.fd_).st_size);
  const bool header_there = size >= kHeaderBytes;
  if (header_there) {
    s.map(size, true);
    pid = s.header().owner_pid.load();
  }
  if (!lock(s.fd_))
    fail(file, fmt::format("a segment '{}' that nobody owns", kind.name), fmt::format("process {} at work on it", pid),
         "stop that process, or name another folder");
  if (inode_of(file) != about(s.fd_).st_ino) return own(file, kind);  // somebody put another file there meanwhile
  if (!header_there || s.header().magic != Header::kMagic) {
    if (size != 0)
      fail(file, fmt::format("a segment '{}'", kind.name), "a file that is none", "remove it, or name another folder");
    return std::move(*make(file, kind, 1, true));
  }
  Header& h = s.header();
  const std::uint64_t generation = h.generation.load() + 1;
  if (h.version != kVersion || h.kind_name() != kind.name || h.layout != kind.layout ||
      h.bytes != kHeaderBytes + kind.bytes || h.bytes != size) {
    Segment successor = std::move(*make(file, kind, generation, true));
    h.state.store(Header::replaced, std::memory_order_release);
    return successor;
  }
  h.owner_pid = static_cast<std::uint32_t>(::getpid());
  h.generation = generation;
  s.owner_ = true;
  return s;
}

std::optional<Segment> Segment::attach(const std::filesystem::path& file, const Kind& kind, bool writable) {
  Segment s;
  s.file_ = file;
  s.fd_ = ::open(file.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  if (s.fd_ < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail_errno(file, "to open a segment", "run as the user who made it");
  }
  const auto size = static_cast<std::size_t>(about(s.fd_).st_size);
  if (size < kHeaderBytes)
    fail(file, fmt::format("a segment of at least {} bytes", kHeaderBytes), fmt::format("{} bytes", size),
         "remove it, or name another folder");
  s.map(size, writable);
  const Header& h = s.header();
  if (h.magic != Header::kMagic)
    fail(file, "a segment (bytes 0 to 7 are TWINSEG)", "a file that is none", "remove it, or name another folder");
  if (h.state.load(std::memory_order_acquire) != Header::ready) return std::nullopt;
  const auto differs = [&](std::string_view field, std::size_t byte, const auto& expected, const auto& found) {
    fail(file, fmt::format("{} {} (byte {})", field, expected, byte), fmt::format("{}", found),
         fmt::format("process {} was built or configured otherwise: restart it with this build and configuration",
                     h.owner_pid.load()));
  };
  if (h.version != kVersion) differs("version", offsetof(Header, version), kVersion, h.version);
  if (h.kind_name() != kind.name) differs("kind", offsetof(Header, kind), kind.name, h.kind_name());
  if (h.layout != kind.layout)
    differs("layout", offsetof(Header, layout), fmt::format("{:016x}", kind.layout), fmt::format("{:016x}", h.layout));
  if (h.bytes != kHeaderBytes + kind.bytes || h.bytes != size)
    differs("size", offsetof(Header, bytes), kHeaderBytes + kind.bytes, std::min<std::uint64_t>(h.bytes, size));
  return s;
}

std::uint64_t Segment::generation() const noexcept { return header().generation.load(std::memory_order_acquire); }
std::uint32_t Segment::owner_pid() const noexcept { return header().owner_pid.load(std::memory_order_relaxed); }
bool Segment::owned() const noexcept { return owner_ || locked(fd_); }
bool Segment::replaced() const noexcept {
  return header().state.load(std::memory_order_acquire) == Header::replaced || inode_of(file_) != about(fd_).st_ino;
}

}  // namespace twinpath::ipc
