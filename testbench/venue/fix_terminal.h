// A FIX client without a memory, for tests: what it says and hears, message by message.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/session/fix/fix_engine.h"

namespace twinpath::venue {

class FixTerminal final : public session::FixEvents {
 public:
  FixTerminal(const std::filesystem::path& folder, std::string version, const std::string& name, std::uint16_t port,
              std::string password = {}) {
    std::filesystem::create_directories(folder);
    session::FixEngineOptions o;
    o.accept = false;
    o.address = "127.0.0.1";
    o.port = port;
    o.folder = folder;
    o.sessions.push_back({std::move(version), name, "TWINPATH", std::move(password)});
    engine_ = std::make_unique<session::FixEngine>(o, static_cast<session::FixEvents&>(*this));
  }
  session::FixVerdict message(std::size_t, const session::FixMessage& m) override {
    heard.push_back(m);
    return {};
  }
  void logged_on(std::size_t) override {}
  void logged_off(std::size_t) override {}
  session::FixEngine& engine() { return *engine_; }

  std::vector<session::FixMessage> heard;

 private:
  std::unique_ptr<session::FixEngine> engine_;
};

}  // namespace twinpath::venue
