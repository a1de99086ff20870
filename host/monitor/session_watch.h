// Asks a run for its status beside the thread that serves pages: a run that does not answer holds up nobody.
#pragma once
#include <chrono>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <thread>

#include "host/live/control_socket.h"

namespace twinpath {

class SessionWatch {
 public:
  static constexpr std::chrono::seconds kEvery{1};
  static constexpr std::chrono::seconds kTimeout{2};

  // "": nothing is asked.
  explicit SessionWatch(std::filesystem::path socket) : socket_(std::move(socket)) {
    if (!socket_.empty()) thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }

  // The last answer, JSON; "" before the first. While nobody calls this nobody is asked.
  std::string last() {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
    return answer_;
  }

 private:
  void serve(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (wanted_) {
        wanted_ = false;
        lock.unlock();
        std::string answer;
        try {
          answer = control_request(socket_, "status", kTimeout);
        } catch (const std::exception& e) {
          answer = nlohmann::json{{"ok", false}, {"errors", {e.what()}}}.dump(-1, ' ', false,
                                                                              nlohmann::json::error_handler_t::replace);
        }
        lock.lock();
        answer_ = std::move(answer);
      }
      wake_.wait_for(lock, stop, kEvery, [] { return false; });
    }
  }

  std::filesystem::path socket_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  bool wanted_ = false;
  std::string answer_;
  std::jthread thread_;  // uses the others
};

}  // namespace twinpath
