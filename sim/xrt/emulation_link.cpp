#include "sim/xrt/emulation_link.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "drivers/xrt/stream_io.h"
#include "sim/xrt/rpc_message.h"

namespace twinpath::sim {
namespace {

constexpr std::uint32_t kClose = 1;  // xcl_macros.h
constexpr std::size_t kCallHeader = 14, kAnswerHeader = 9;
constexpr std::uint64_t kLargestCall = 64ULL << 20U;

std::string socket_path(bool host_accesses) {
  const char* user = std::getenv("USER");
  const char* id = std::getenv("EMULATION_SOCKETID");
  std::string name = user != nullptr && id != nullptr ? id : "xcl_sock";
  if (host_accesses) name = id != nullptr ? std::string("D2X_unix_sock_") + id : "D2X_unix_sock";
  return user != nullptr ? std::string("/tmp/") + user + "/" + name : "/tmp/" + name;
}

int connect_to(const std::string& path, unsigned seconds) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + ": too long for a socket's name");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (;;) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw std::runtime_error(path + ": " + std::strerror(errno));
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    const int error = errno;
    close(fd);
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error(path + ": expected XRT's hardware-emulation runtime to listen there, found: " +
                               std::strerror(error) + "; the card is started by the runtime, not by hand");
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

EmulationLink::EmulationLink(unsigned seconds)
    : calls_(connect_to(socket_path(false), seconds)), host_accesses_(connect_to(socket_path(true), seconds)) {}

EmulationLink::~EmulationLink() {
  if (calls_ >= 0) close(calls_);
  if (host_accesses_ >= 0) close(host_accesses_);
}

bool EmulationLink::receive(Call& call) {
  std::array<std::uint8_t, kCallHeader> header{};
  if (!read_all(calls_, header)) return false;
  const MessageReader fields(header);
  const std::uint64_t size = fields.number(1);
  if (size > kLargestCall) throw std::runtime_error("a call of the runtime is longer than any that it makes");
  call.api = static_cast<std::uint32_t>(fields.number(2));
  call.message.resize(size);
  return read_all(calls_, call.message);
}

void EmulationLink::answer(std::span<const std::uint8_t> message) {
  MessageWriter header;
  header.fixed64(1, message.size());
  static_assert(kAnswerHeader == 9);
  std::vector<std::uint8_t> all = header.get();
  all.insert(all.end(), message.begin(), message.end());
  write_all(calls_, all);
}

void EmulationLink::end_host_accesses() {
  // The header of a call of no bytes, xclClose: size in field 1, the call in field 2.
  std::vector<std::uint8_t> header = MessageWriter().fixed64(1, 0).get();
  header.push_back(2 << 3 | 5);
  for (unsigned i = 0; i < 4; ++i) header.push_back(static_cast<std::uint8_t>(kClose >> (8 * i)));
  write_all(host_accesses_, header);
}

}  // namespace twinpath::sim
