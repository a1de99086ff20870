#include "host/live/control_socket.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace twinpath {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view expected, std::string_view found,
                       std::string_view advice) {
  throw std::runtime_error(fmt::format("{}: expected {}, found {}; {}", file.string(), expected, found, advice));
}

sockaddr_un address_of(const std::filesystem::path& file) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (file.string().size() >= sizeof address.sun_path)
    fail(file, fmt::format("a name of at most {} bytes", sizeof address.sun_path - 1),
         fmt::format("{}", file.string().size()), "put the control socket into a folder with a shorter name");
  std::memcpy(address.sun_path, file.c_str(), file.string().size() + 1);
  return address;
}

int new_socket() { return ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0); }

bool connected(int fd, const sockaddr_un& address) {
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Removes what a process that is gone has left.
void make_way(const std::filesystem::path& file, const sockaddr_un& address) {
  struct stat about{};
  if (::lstat(file.c_str(), &about) != 0) return;
  if (!S_ISSOCK(about.st_mode)) fail(file, "a free name for the control socket", "a file", "choose another name");
  const int fd = new_socket();
  const bool living = connected(fd, address) || (errno != ECONNREFUSED && errno != ENOENT);
  ::close(fd);
  if (living)
    fail(file, "a free control socket", "a process that answers on it",
         "stop that one (twinpath control), or choose another name");
  ::unlink(file.c_str());
}

}  // namespace

ControlServer::ControlServer(std::filesystem::path file) : file_(std::move(file)) {
  const sockaddr_un address = address_of(file_);
  make_way(file_, address);
  listener_ = new_socket();
  const mode_t before = ::umask(0177);
  const bool bound = ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  ::umask(before);
  if (!bound || ::listen(listener_, 4) != 0) {
    ::close(listener_);
    fail(file_, "to make the control socket", std::strerror(bound ? errno : error),
         "name a place in a folder that exists and is writable");
  }
  wake_ = ::eventfd(0, EFD_CLOEXEC);
}

ControlServer::~ControlServer() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(wake_, &one, sizeof one);
    thread_.join();
  }
  ::close(wake_);
  ::close(listener_);
  ::unlink(file_.c_str());
}

void ControlServer::start(std::function<std::string(std::string_view)> answer, std::function<void()> tick) {
  answer_ = std::move(answer);
  tick_ = std::move(tick);
  thread_ = std::thread([this] { serve(); });
}

void ControlServer::serve() {
  constexpr std::size_t kMostClients = 8;
  constexpr int kTickMs = 100;
  std::vector<pollfd> fds{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
  std::array<char, kMaxRequest + 1> line;
  for (;;) {
    const int n = ::poll(fds.data(), fds.size(), kTickMs);
    tick_();
    if (n <= 0) continue;
    if (fds[0].revents != 0) break;
    for (std::size_t i = fds.size(); i-- > 2;) {
      if (fds[i].revents == 0) continue;
      const auto got = ::recv(fds[i].fd, line.data(), line.size(), MSG_DONTWAIT);
      bool keep = got > 0;
      if (keep) {
        std::string text = static_cast<std::size_t>(got) > kMaxRequest
                               ? R"({"ok":false,"errors":["a request of at most 256 bytes is expected"]})"
                               : answer_({line.data(), static_cast<std::size_t>(got)});
        keep = ::send(fds[i].fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
      }
      if (!keep) {
        ::close(fds[i].fd);
        fds.erase(fds.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
    if (fds[1].revents == 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (fds.size() < kMostClients + 2) {
      fds.push_back({client, POLLIN, 0});
    } else {
      ::close(client);
    }
  }
  for (std::size_t i = 2; i < fds.size(); ++i) ::close(fds[i].fd);
}

std::string control_request(const std::filesystem::path& file, std::string_view line,
                            std::chrono::milliseconds timeout) {
  const sockaddr_un address = address_of(file);
  const int fd = new_socket();
  const auto end = [&](std::string_view found, std::string_view advice) {
    ::close(fd);
    fail(file, "a run that answers", found, advice);
  };
  // A process that is stopped takes no connection either.
  timeval within{};
  within.tv_sec = timeout.count() / 1000;
  within.tv_usec = timeout.count() % 1000 * 1000;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &within, sizeof within);
  if (!connected(fd, address))
    end(std::strerror(errno), "give the control socket of a run that is up, as the same user");
  if (::send(fd, line.data(), line.size(), MSG_NOSIGNAL) < 0) end(std::strerror(errno), "see whether the run is up");
  pollfd ready{fd, POLLIN, 0};
  const int n = ::poll(&ready, 1, static_cast<int>(timeout.count()));
  std::string answer(ControlServer::kMaxAnswer, '\0');
  const auto got = n == 1 ? ::recv(fd, answer.data(), answer.size(), 0) : 0;
  if (got <= 0) end(n == 0 ? "none in time" : "none", "see whether the run is up");
  ::close(fd);
  answer.resize(static_cast<std::size_t>(got));
  return answer;
}

}  // namespace twinpath
