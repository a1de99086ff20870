// Many runs of the platform model, in processes: a simulation's kernel is one for all threads of a process.
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "host/apps/platform/platform_study.h"
#include "host/apps/progress.h"
#include "sim/systemc/rival.h"

namespace twinpath {
namespace {

using platform::OrderTimes;
using platform::PlatformResult;

std::uint64_t percentile(std::vector<std::uint64_t>& values, double share) {
  if (values.empty()) return 0;
  const auto rank = std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank), values.end());
  return values[rank];
}

RunFigures figures(const PlatformScenario& s) {
  const PlatformResult r = run_scenario(s);
  RunFigures f;
  f.orders = r.orders.size();
  f.sent = r.sent;
  f.by_software = r.by_software;
  f.missed = r.missed;
  f.queue_drops = r.queue_drops;
  for (const PlatformCheck& c : check_platform(s.expect, r)) f.failed_checks += !c.holds;
  std::vector<std::uint64_t> totals;
  for (const OrderTimes& o : r.orders) {
    totals.push_back(o.total);
    for (unsigned h = 0; h < platform::kHops; ++h)
      f.hop_mean[h] += static_cast<double>(o.hops[h]) / static_cast<double>(r.orders.size());
  }
  f.p50 = percentile(totals, 0.5);
  f.p90 = percentile(totals, 0.9);
  f.p99 = percentile(totals, 0.99);
  f.most = percentile(totals, 1);
  f.switch_wait = r.longest_switch_queue.value;
  f.mac_beats = r.most_mac_beats;
  std::vector<std::uint64_t> answers = r.answer_times;
  f.answer_p50 = percentile(answers, 0.5);
  for (std::size_t i = 0; i < kAdvantages.size(); ++i) {
    const platform::Race race =
        platform::race(s.platform, r, std::int64_t{kAdvantages[i]} * 1000, s.platform.rival_jitter);
    f.won[i] = race.share();
    f.margin[i] = static_cast<double>(race.margin_p50);
  }
  return f;
}

struct Report {
  std::uint64_t run = 0;
  bool failed = false;
  RunFigures figures;
  std::array<char, 400> error{};
};
static_assert(std::is_trivially_copyable_v<Report>);

// In the child: every `jobs`-th run from `first` on.
[[noreturn]] void work(int out, const std::vector<PlatformScenario>& scenarios, unsigned first, unsigned jobs) {
  for (std::size_t i = first; i < scenarios.size(); i += jobs) {
    Report report;
    report.run = i;
    try {
      report.figures = figures(scenarios[i]);
    } catch (const std::exception& e) {
      report.failed = true;
      const std::string text = scenarios[i].title + ": " + e.what();
      std::strncpy(report.error.data(), text.c_str(), report.error.size() - 1);
    }
    const char* p = reinterpret_cast<const char*>(&report);
    for (std::size_t left = sizeof report; left > 0;) {
      const ssize_t n = ::write(out, p, left);
      if (n <= 0) ::_exit(1);
      p += n;
      left -= static_cast<std::size_t>(n);
    }
    if (report.failed) break;
  }
  ::_exit(0);
}

struct Child {
  pid_t pid = -1;
  int in = -1;
};

void stop(std::vector<Child>& children) {
  for (Child& c : children) {
    if (c.in >= 0) ::close(c.in);
    if (c.pid > 0) ::waitpid(c.pid, nullptr, 0);
  }
  children.clear();
}

// False at the end of what the child writes.
bool read_report(int in, Report& report) {
  char* p = reinterpret_cast<char*>(&report);
  for (std::size_t left = sizeof report; left > 0;) {
    const ssize_t n = ::read(in, p, left);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    p += n;
    left -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

std::vector<RunFigures> run_all(const std::vector<PlatformScenario>& scenarios, unsigned jobs, bool quiet) {
  jobs = std::clamp<unsigned>(jobs, 1, static_cast<unsigned>(std::max<std::size_t>(scenarios.size(), 1)));
  std::vector<Child> children;
  std::fflush(nullptr);
  for (unsigned j = 0; j < jobs; ++j) {
    int ends[2];
    if (::pipe(ends) != 0) {
      stop(children);
      throw std::runtime_error(fmt::format("platform: no pipe to a run: {}", std::strerror(errno)));
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);
      work(ends[1], scenarios, j, jobs);
    }
    ::close(ends[1]);
    children.push_back({pid, ends[0]});
    if (pid < 0) {
      stop(children);
      throw std::runtime_error(fmt::format("platform: no process for a run: {}", std::strerror(errno)));
    }
  }
  std::vector<RunFigures> all(scenarios.size());
  std::uint64_t done = 0;
  std::string error;
  Progress progress("platform", scenarios.size(), quiet);
  for (std::size_t open = children.size(); open > 0 && error.empty();) {
    std::vector<pollfd> wait;
    for (const Child& c : children) wait.push_back({c.in, POLLIN, 0});
    if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t i = 0; i < wait.size(); ++i) {
      if (children[i].in < 0 || (wait[i].revents & (POLLIN | POLLHUP)) == 0) continue;
      Report report;
      if (!read_report(children[i].in, report)) {
        ::close(children[i].in);
        children[i].in = -1;
        --open;
      } else if (report.failed) {
        error = report.error.data();
      } else {
        all[report.run] = report.figures;
        ++done;
        progress.at(done, done, "runs");
      }
    }
  }
  stop(children);
  if (!error.empty()) throw std::runtime_error(error);
  if (done != scenarios.size())
    throw std::runtime_error(
        fmt::format("platform: {} of {} runs ended; a process was killed", done, scenarios.size()));
  progress.done(done, "runs");
  return all;
}

}  // namespace twinpath
