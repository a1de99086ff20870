#include "host/wire/pcap_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace twinpath {

namespace {
constexpr std::size_t kBuffer = std::size_t{1} << 20;  // a large write amortizes the system call
constexpr std::size_t kRecordHeader = 16;
constexpr std::uint64_t kSecond = 1'000'000'000;
static_assert(kBuffer >= PcapWriter::kMaxFrame + kRecordHeader);
}  // namespace

PcapWriter::PcapWriter(const std::filesystem::path& path) : name_(path.string()), buffer_(new std::uint8_t[kBuffer]) {
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), name_ + ": cannot create");
  // magic (nanoseconds), version 2.4, two reserved words, snap length, link type
  const std::array<std::uint32_t, 6> header{0xA1B23C4D, 2 | 4 << 16, 0, 0, kMaxFrame, 1};
  std::memcpy(buffer_.get(), header.data(), sizeof header);
  used_ = sizeof header;
}

PcapWriter::~PcapWriter() {
  try {
    close();
  } catch (const std::exception&) {
    // Whoever must know calls close().
  }
}

void PcapWriter::write(std::uint64_t timestamp_ns, std::span<const std::uint8_t> frame, std::uint32_t original_length) {
  const std::uint64_t seconds = timestamp_ns / kSecond;
  if (fd_ < 0) throw std::logic_error(name_ + ": write after close");
  if (seconds > 0xFFFF'FFFF) {
    throw std::out_of_range(name_ + ": timestamp " + std::to_string(timestamp_ns) + " ns does not fit pcap (2106)");
  }
  if (frame.size() > kMaxFrame) {
    throw std::out_of_range(name_ + ": a frame of " + std::to_string(frame.size()) + " bytes; pcap takes " +
                            std::to_string(kMaxFrame));
  }
  if (kBuffer - used_ < kRecordHeader + frame.size()) flush();
  const auto captured = static_cast<std::uint32_t>(frame.size());
  const std::array<std::uint32_t, 4> header{static_cast<std::uint32_t>(seconds),
                                            static_cast<std::uint32_t>(timestamp_ns - seconds * kSecond), captured,
                                            original_length != 0 ? original_length : captured};
  std::uint8_t* p = buffer_.get() + used_;
  std::memcpy(p, header.data(), kRecordHeader);
  if (captured != 0) std::memcpy(p + kRecordHeader, frame.data(), captured);
  used_ += kRecordHeader + captured;
  ++frames_;
}

void PcapWriter::flush() {
  if (fd_ < 0) return;
  std::size_t done = 0;
  while (done < used_) {
    const ::ssize_t n = ::write(fd_, buffer_.get() + done, used_ - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const int error = n < 0 ? errno : EIO;
      // What the file took is the file's; the rest is lost, so that neither close() nor the destructor tries again.
      flushed_ += done;
      used_ = 0;
      throw std::system_error(error, std::generic_category(),
                              name_ + ": cannot write behind byte " + std::to_string(flushed_));
    }
    done += static_cast<std::size_t>(n);
  }
  flushed_ += used_;
  used_ = 0;
}

void PcapWriter::close() {
  if (fd_ < 0) return;
  try {
    flush();
  } catch (...) {
    ::close(fd_);
    fd_ = -1;
    throw;
  }
  const int fd = fd_;
  fd_ = -1;
  if (::close(fd) != 0) throw std::system_error(errno, std::generic_category(), name_ + ": cannot close");
}

}  // namespace twinpath
