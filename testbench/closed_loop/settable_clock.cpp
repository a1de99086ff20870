// A wall clock that a test sets while a process runs: loaded in front of the C library (LD_PRELOAD), it makes
// CLOCK_REALTIME, and the kernel's receive stamps of datagrams, say as many nanoseconds more as the file named by
// TWINPATH_TEST_CLOCK does (8 bytes, signed, as this machine has them). CLOCK_MONOTONIC is what it always was, as on a
// machine whose clock is set. libfaketime would leave receive stamps as they are.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::atomic<std::int64_t>* ahead = nullptr;
int (*real_clock)(clockid_t, timespec*) = nullptr;

[[gnu::constructor]] void begin() {
  real_clock = reinterpret_cast<int (*)(clockid_t, timespec*)>(dlsym(RTLD_NEXT, "clock_gettime"));
  const char* const file = std::getenv("TWINPATH_TEST_CLOCK");
  const int fd = file == nullptr ? -1 : open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void* const at = mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) ahead = static_cast<std::atomic<std::int64_t>*>(at);
}

void set(timespec& t) {
  if (ahead == nullptr || (t.tv_sec == 0 && t.tv_nsec == 0)) return;
  const std::int64_t ns = t.tv_sec * kSecond + t.tv_nsec + ahead->load(std::memory_order_relaxed);
  t.tv_sec = ns / kSecond;
  t.tv_nsec = ns % kSecond;
}

void set(msghdr& m) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&m); c != nullptr; c = CMSG_NXTHDR(&m, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPING) continue;
    timespec kernels;
    std::memcpy(&kernels, CMSG_DATA(c), sizeof kernels);
    set(kernels);
    std::memcpy(CMSG_DATA(c), &kernels, sizeof kernels);
  }
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t id, timespec* t) noexcept {
  const int result = real_clock != nullptr ? real_clock(id, t) : static_cast<int>(syscall(SYS_clock_gettime, id, t));
  if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) set(*t);
  return result;
}

int gettimeofday(timeval* t, void*) noexcept {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *t = {now.tv_sec, now.tv_nsec / 1'000};
  return 0;
}

time_t time(time_t* t) noexcept {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (t != nullptr) *t = now.tv_sec;
  return now.tv_sec;
}

int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  const auto n = static_cast<int>(syscall(SYS_recvmmsg, fd, messages, count, flags, timeout));
  for (int i = 0; i < n; ++i) set(messages[i].msg_hdr);
  return n;
}

}  // extern "C"
