// `twinpath run --processes`: begins the processes of a live run, and begins one again that is killed.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/config/config_file.h"
#include "host/apps/live/hangup.h"
#include "host/apps/machine/packet_io_text.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kSettled = std::chrono::seconds(5);  // who lives so long is begun again at once
constexpr std::chrono::milliseconds kShortest{50}, kLongest{5000};

struct Child {
  std::string name;
  std::vector<std::string> arguments;
  pid_t pid = 0;
  Clock::time_point since{};
  Clock::time_point again{};  // when it is begun again
  std::chrono::milliseconds delay = kShortest;
  int status = 0;
};

void begin(Child& c, bool quiet) {
  std::vector<char*> argv;
  std::string program = "/proc/self/exe";
  argv.push_back(program.data());
  for (std::string& a : c.arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  c.since = Clock::now();
  c.pid = ::fork();
  if (c.pid < 0) throw std::runtime_error(fmt::format("{} cannot be begun: {}", c.name, std::strerror(errno)));
  if (c.pid == 0) {
    // A process of its own group: the terminal's interrupt comes to the supervisor, which ends all in their order.
    ::setpgid(0, 0);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  if (!quiet) fmt::print(stderr, "run: {}: process {}\n", c.name, c.pid);
}

// What has ended meanwhile. Throws when one says that it cannot run.
void look(std::vector<Child>& all, bool quiet, bool stopping) {
  int status = 0;
  for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0; pid = ::waitpid(-1, &status, WNOHANG)) {
    const auto c = std::ranges::find(all, pid, &Child::pid);
    if (c == all.end()) continue;
    c->pid = 0;
    c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (stopping) continue;
    // A mistake in the configuration is none that passes.
    const bool at_once = Clock::now() - c->since < kSettled;
    if (WIFEXITED(status) && c->status == kExitError && at_once)
      throw std::runtime_error(fmt::format("{} has ended with status {}; see its message", c->name, c->status));
    c->delay = at_once ? std::min(c->delay * 2, kLongest) : kShortest;
    c->again = Clock::now() + c->delay;
    if (!quiet)
      fmt::print(stderr, "run: {}: ended by {} {}; begun again in {} ms\n", c->name,
                 WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : c->status,
                 c->delay.count());
  }
}

void rest() { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }

void end(std::vector<Child>& all, Child& c, bool quiet) {
  if (c.pid == 0) return;
  ::kill(c.pid, SIGTERM);
  const auto deadline = Clock::now() + std::chrono::seconds(30);
  while (c.pid != 0 && Clock::now() < deadline) {
    look(all, quiet, true);
    rest();
  }
  if (c.pid == 0) return;
  fmt::print(stderr, "run: {}: does not end; killed\n", c.name);
  ::kill(c.pid, SIGKILL);
  while (c.pid != 0) {
    look(all, quiet, true);
    rest();
  }
}

}  // namespace

int supervise(const std::string& config_file, bool quiet) {
  const RunConfig config = load_config(config_file);
  if (!config.processes)
    throw std::runtime_error(
        fmt::format("{}: expected a section [processes], found none; add it: host/apps/CONFIG.md "
                    "lists its keys",
                    config_file));
  stop_on_signals();
  watch_hangups();
  std::vector<Child> all;
  const auto add = [&](std::string name, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", config_file});
    if (quiet) arguments.emplace_back("-q");
    all.push_back({std::move(name), std::move(arguments)});
  };
  add("feed", {"feed"});
  add("orders", {"orders"});
  for (const std::string& s : config.processes->strategies) add("strategy " + s, {"strategy", s});
  std::string error;
  try {
    for (Child& c : all) begin(c, quiet);
    while (!stop_requested()) {
      look(all, quiet, false);
      // The order manager has the rules and limits.
      if (hung_up() && all[1].pid != 0) ::kill(all[1].pid, SIGHUP);
      for (Child& c : all) {
        if (c.pid == 0 && Clock::now() >= c.again) begin(c, quiet);
      }
      // `control stop` ends the order manager: then all end.
      if (all[1].pid == 0 && all[1].status != 128 + SIGKILL && all[1].status < 128) break;
      rest();
    }
  } catch (const std::exception& e) {
    error = e.what();
  }
  // Who asks for orders first, who sends them then, the books last.
  for (std::size_t i = 2; i < all.size(); ++i) end(all, all[i], quiet);
  end(all, all[1], quiet);
  end(all, all[0], quiet);
  if (!error.empty()) throw std::runtime_error(error);
  return all[1].status;
}

}  // namespace twinpath
