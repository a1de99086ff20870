// A Unix socket that takes one line and answers one line (SOCK_SEQPACKET, mode 0600).
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace twinpath {

class ControlServer {
 public:
  static constexpr std::size_t kMaxRequest = 256;  // bytes
  static constexpr std::size_t kMaxAnswer = 65'536;

  // Binds and listens. The file of a process that is gone is replaced. Throws std::runtime_error when a living process
  // has it, when it is no socket, or when it cannot be made.
  explicit ControlServer(std::filesystem::path file);
  // Ends the thread, removes the file.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  // Answers in a thread of its own until destroyed: `answer` for each request, one at a time; `tick` about ten times a
  // second.
  void start(std::function<std::string(std::string_view)> answer, std::function<void()> tick);

 private:
  void serve();

  std::filesystem::path file_;
  int listener_ = -1;
  int wake_ = -1;
  std::function<std::string(std::string_view)> answer_;
  std::function<void()> tick_;
  std::thread thread_;
};

// Asks the process behind the socket. Throws std::runtime_error when none answers within the time.
std::string control_request(const std::filesystem::path& file, std::string_view line,
                            std::chrono::milliseconds timeout);

}  // namespace twinpath
