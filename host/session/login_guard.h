// Who tries passwords: so many wrong ones for a name from an address, and for a time nothing that comes from there
// under that name is looked at, right or wrong. Other names, and the same name from elsewhere, notice nothing.
//
// Compiled as C++14 as well, see fix/fix_engine.cpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace twinpath {
namespace session {

struct LoginLimit {
  unsigned failures = 0;  // of a name from an address, until it is locked; 0: any number
  unsigned lock_s = 60;   // seconds that it is locked, and after which failures are forgotten
};

class LoginGuard {
 public:
  explicit LoginGuard(const LoginLimit& limit) : limit_(limit) {}

  // Times are milliseconds and never go back. `from`: an IPv4 address; `name`: one that exists, so that those who make
  // names up fill nothing.
  bool locked(std::uint32_t from, const std::string& name, std::uint64_t now) const {
    const auto t = tries_.find({from, name});
    return t != tries_.end() && t->second.failures >= limit_.failures && !over(t->second, now);
  }
  void failed(std::uint32_t from, const std::string& name, std::uint64_t now) {
    if (limit_.failures == 0) return;
    if (tries_.size() >= kMost) forget(now);
    Tries& t = tries_[{from, name}];
    if (over(t, now)) t.failures = 0;
    ++t.failures;
    t.last = now;
  }
  void succeeded(std::uint32_t from, const std::string& name) { tries_.erase({from, name}); }

 private:
  struct Tries {
    unsigned failures = 0;
    std::uint64_t last = 0;
  };
  static constexpr std::size_t kMost = 4096;

  bool over(const Tries& t, std::uint64_t now) const { return now - t.last >= 1'000ULL * limit_.lock_s; }
  // All that is over; the oldest, when nothing is.
  void forget(std::uint64_t now) {
    auto oldest = tries_.begin();
    for (auto t = tries_.begin(); t != tries_.end();) {
      if (over(t->second, now)) {
        t = tries_.erase(t);
        oldest = tries_.begin();
        continue;
      }
      if (t->second.last < oldest->second.last) oldest = t;
      ++t;
    }
    if (tries_.size() >= kMost) tries_.erase(oldest);
  }

  LoginLimit limit_;
  std::map<std::pair<std::uint32_t, std::string>, Tries> tries_;
};

}  // namespace session
}  // namespace twinpath
