#include "drivers/dpdk_eal.h"

#include <fmt/format.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <system_error>

#include "host/path/packet_io.h"

namespace twinpath::drivers {
namespace {

// Enough for the reasons DPDK gives in a row.
constexpr std::size_t kKeptLog = 4096;
// Without huge pages all memory is taken at the start.
constexpr unsigned kNoHugeMegabytes = 256;

std::mutex log_mutex;
std::string log_text;

ssize_t keep_log(void*, const char* text, std::size_t size) {
  const std::scoped_lock lock(log_mutex);
  log_text.append(text, size);
  if (log_text.size() > kKeptLog) log_text.erase(0, log_text.size() - kKeptLog);
  return static_cast<ssize_t>(size);
}

// "0@(0,1)": one DPDK core that may run wherever the calling thread may.
std::string floating_core() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::string cpus;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) cpus += (cpus.empty() ? "" : ",") + std::to_string(i);
  }
  return "0@(" + cpus + ")";
}

std::vector<std::string> default_arguments() {
  std::vector<std::string> a{"--no-telemetry", "--lcores", floating_core()};
  if (has_huge_pages()) {
    a.emplace_back("--in-memory");
  } else {
    a.insert(a.end(), {"--no-huge", "--no-shconf", "-m", std::to_string(kNoHugeMegabytes)});
  }
  // Devices are opened by address; an allow list with none keeps EAL from taking every port bound to it.
  if (std::filesystem::exists("/sys/bus/pci/devices")) {
    a.insert(a.end(), {"-a", "0000:00:00.0"});
  } else {
    a.emplace_back("--no-pci");
  }
  return a;
}

}  // namespace

bool has_huge_pages() {
  std::error_code error;
  for (const auto& size : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", error)) {
    unsigned long pages = 0;
    std::ifstream(size.path() / "free_hugepages") >> pages;
    if (pages != 0) return true;
  }
  return false;
}

std::string take_eal_log() {
  const std::scoped_lock lock(log_mutex);
  std::string text;
  std::swap(text, log_text);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  text.erase(0, text.rfind('\n') + 1);
  if (text.starts_with("EAL: ")) text.erase(0, 5);
  return text.empty() ? "no reason" : text;
}

void start_eal(std::string_view address, const std::vector<std::string>& arguments) {
  static std::mutex mutex;
  static bool started = false;
  const std::scoped_lock lock(mutex);
  if (started) return;
  // DPDK writes its log to standard error otherwise.
  rte_openlog_stream(fopencookie(nullptr, "w", cookie_io_functions_t{nullptr, keep_log, nullptr, nullptr}));
  std::vector<std::string> all = arguments.empty() ? default_arguments() : arguments;
  all.insert(all.begin(), "twinpath");
  std::vector<char*> argv;
  for (std::string& a : all) argv.push_back(a.data());
  argv.push_back(nullptr);
  if (rte_eal_init(static_cast<int>(argv.size() - 1), argv.data()) < 0) {
    const int error = rte_errno;
    throw PacketIoError(address, "DPDK to start",
                        fmt::format("{} ({})", take_eal_log(), std::system_category().message(error)),
                        "check the EAL arguments, and the machine with: twinpath doctor --for " + std::string(address));
  }
  take_eal_log();
  started = true;
}

}  // namespace twinpath::drivers
