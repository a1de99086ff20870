// Stands where fix_engine.cpp and fix_connection.cpp do in a build without QuickFIX.
#include <stdexcept>

#include "host/session/fix/fix_engine.h"

namespace twinpath {
namespace session {

class FixEngine::Impl {};

FixEngine::FixEngine(FixEngineOptions, FixEvents&) {
  throw std::runtime_error(
      "FIX: expected a build with QuickFIX, found one without; install libquickfix-dev (scripts/install) and configure "
      "with -DTP_FIX=ON, or leave FIX out of the configuration");
}
FixEngine::~FixEngine() = default;
bool FixEngine::poll(int) { return false; }
int FixEngine::descriptor() const { return -1; }
bool FixEngine::send(std::size_t, const FixMessage&) { return false; }
bool FixEngine::logged_on(std::size_t) const { return false; }
std::string FixEngine::loss(std::size_t) const { return {}; }
bool FixEngine::cut(std::size_t) { return false; }
std::size_t FixEngine::connections() const { return 0; }
FixMessage FixEngine::last_kept(std::size_t) const { return FixMessage(); }
void FixEngine::stop(int) {}
std::uint16_t FixEngine::port() const { return 0; }
const FixCounters& FixEngine::counters() const {
  static const FixCounters none;
  return none;
}

bool has_fix() { return false; }

}  // namespace session
}  // namespace twinpath
