#include "drivers/xrt/xrt_batch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xrt/xrt_kernel.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "drivers/xrt/card_session.h"

namespace twinpath {
namespace {

using batch::Finding;
using batch::MarginAccountResult;
using batch::MarginPositionResult;
using Clock = std::chrono::steady_clock;

// A kernel that has not ended by then never will, unless TWINPATH_CARD_TIMEOUT_MS says otherwise; the longest batch
// takes about a minute at one item a cycle.
constexpr std::chrono::milliseconds kRunPatience{300'000};
// Between two looks at a run's state.
constexpr std::chrono::microseconds kLook{100};

// What hw/hls calls its arguments, in their order: a file that calls them otherwise is of another version.
constexpr std::array kScanArguments{"code", "lengths", "contracts", "findings", "capacity", "jump_map", "total"};
constexpr std::array kMarginArguments{
    "positions",        "position_count",  "cash",      "account_count", "instruments", "instrument_count",
    "position_results", "account_results", "liquidate", "summary"};

void check_kernel(const std::string& file, const xclbin::Content& content, std::string_view kernel,
                  std::span<const char* const> expected) {
  find_instance(file, content, kernel);
  const auto k = std::ranges::find(content.kernels, kernel, &xclbin::Kernel::name);
  if (k == content.kernels.end())
    throw DeviceError(fmt::format("{}: expected {} in its metadata, found only an instance of it; link the file again",
                                  file, kernel));
  if (k->protocol != "ap_ctrl_hs" && k->protocol != "ap_ctrl_chain")
    throw DeviceError(
        fmt::format("{}: {}: expected the block protocol ap_ctrl_hs or ap_ctrl_chain, found '{}'; build "
                    "it with scripts/hls",
                    file, kernel, k->protocol));
  std::vector<std::string_view> found;
  for (const xclbin::Argument& a : k->arguments) found.push_back(a.name);
  if (!std::ranges::equal(found, expected))
    throw DeviceError(
        fmt::format("{}: {}: expected {} arguments ({}), found {} ({}); the kernel is of another version, build it and "
                    "this program from the same source",
                    file, kernel, expected.size(), fmt::join(expected, ", "), found.size(), fmt::join(found, ", ")));
}

// A kernel and the memory of each of its arguments, as XRT numbers it.
struct Kernel {
  std::optional<xrt::kernel> kernel;
  std::vector<int> groups;

  void take(const xrt::device& device, const xrt::uuid& uuid, const xclbin::Content& content, const char* name) {
    kernel.emplace(device, uuid, name);
    const auto k = std::ranges::find(content.kernels, name, &xclbin::Kernel::name);
    for (std::size_t i = 0; i < k->arguments.size(); ++i)
      groups.push_back(k->arguments[i].type.ends_with('*') ? kernel->group_id(static_cast<int>(i)) : 0);
  }
};

class XrtBatch final : public batch::Backend {
 public:
  explicit XrtBatch(const XrtAddress& address)
      : session_(
            address,
            [this](const std::string& file, const xclbin::Content& content) {
              check_kernel(file, content, "bytecode_scan", kScanArguments);
              check_kernel(file, content, "margin_sweep", kMarginArguments);
              handles_->content = content;
            },
            [h = handles_](const xrt::device& device, const xrt::uuid& uuid) {
              h->name = device.get_info<xrt::info::device::name>();
              h->scan.take(device, uuid, h->content, "bytecode_scan");
              h->margin.take(device, uuid, h->content, "margin_sweep");
            }) {}
  ~XrtBatch() override {
    session_.close([h = handles_] {
      h->scan.kernel.reset();
      h->margin.kernel.reset();
    });
  }

  std::string name() const override {
    return fmt::format("XRT, {}{}", handles_->name, session_.wire() ? " (simulated)" : "");
  }
  Nanoseconds kernel_time() const override { return kernel_time_; }

  void scan(const batch::CodeBatch& batch, batch::ScanResult& out) override {
    const Kernel& k = handles_->scan;
    const std::size_t words = batch.code().size() / batch::kBeatBytes;
    // Enough for most code; when it was not, the kernel has counted what is needed.
    auto capacity = static_cast<std::uint32_t>(std::min<std::uint64_t>(batch.code_bytes() / 8 + 1024, UINT32_MAX));
    kernel_time_ = {};
    const auto code = input(k, 0, batch.code());
    const auto lengths = input(k, 1, batch.lengths());
    const auto map = output(k, 5, words * 2);
    const auto total = output(k, 6, sizeof(std::uint32_t));
    for (bool again = true; again;) {
      const auto findings = output(k, 3, capacity * sizeof(Finding));
      run(k, "bytecode_scan", code->bo(), lengths->bo(), static_cast<std::uint32_t>(batch.size()), findings->bo(),
          capacity, map->bo(), total->bo());
      std::uint32_t n = 0;
      fetch(*total, &n, sizeof n);
      again = n > capacity;
      if (again) {
        capacity = n;
        continue;
      }
      out.findings.resize(n);
      out.jump_map.resize(words);
      fetch(*findings, out.findings.data(), n * sizeof(Finding));
      fetch(*map, out.jump_map.data(), words * 2);
    }
  }

  void margin(const batch::MarginBook& book, batch::MarginResult& out) override {
    const Kernel& k = handles_->margin;
    const std::size_t accounts = book.cash().size(), n = book.positions().size();
    const auto positions = input(k, 0, book.positions());
    const auto cash = input(k, 2, book.cash());
    const auto instruments = input(k, 4, book.instruments());
    const auto position_results = output(k, 6, n * sizeof(MarginPositionResult));
    const auto account_results = output(k, 7, accounts * sizeof(MarginAccountResult));
    const auto liquidate = output(k, 8, accounts * sizeof(std::uint32_t));
    const auto summary = output(k, 9, 2 * sizeof(std::uint32_t));
    kernel_time_ = {};
    run(k, "margin_sweep", positions->bo(), static_cast<std::uint32_t>(n), cash->bo(),
        static_cast<std::uint32_t>(accounts), instruments->bo(), static_cast<std::uint32_t>(book.instruments().size()),
        position_results->bo(), account_results->bo(), liquidate->bo(), summary->bo());
    std::uint32_t counts[2] = {};
    fetch(*summary, counts, sizeof counts);
    if (counts[1] != 0 || counts[0] > accounts)
      throw std::runtime_error(
          fmt::format("{}: margin_sweep: {} accounts to liquidate and {} positions without an account, expected at "
                      "most {} and 0; the kernel does not fit this program",
                      session_.name(), counts[0], counts[1], accounts));
    out.accounts.resize(accounts);
    out.positions.resize(n);
    out.liquidate.resize(counts[0]);
    fetch(*account_results, out.accounts.data(), accounts * sizeof(MarginAccountResult));
    fetch(*position_results, out.positions.data(), n * sizeof(MarginPositionResult));
    fetch(*liquidate, out.liquidate.data(), counts[0] * sizeof(std::uint32_t));
  }

 private:
  struct Handles {
    xclbin::Content content;
    std::string name;
    Kernel scan, margin;
  };

  // At least a word, as XRT has no empty buffers.
  std::unique_ptr<CardMemory> output(const Kernel& kernel, std::size_t argument, std::size_t bytes) {
    return session_.allocate(std::max<std::size_t>(bytes, 64), kernel.groups[argument]);
  }
  template <class T>
  std::unique_ptr<CardMemory> input(const Kernel& kernel, std::size_t argument, std::span<const T> values) {
    auto memory = output(kernel, argument, values.size_bytes());
    if (!values.empty()) {
      std::memcpy(memory->bytes().data(), values.data(), values.size_bytes());
      memory->to_device(0, values.size_bytes());
    }
    return memory;
  }
  static void fetch(CardMemory& from, void* to, std::size_t bytes) {
    if (bytes == 0) return;
    from.from_device(0, bytes);
    std::memcpy(to, from.bytes().data(), bytes);
  }

  static const xrt::bo& value(const std::shared_ptr<xrt::bo>& memory) { return *memory; }
  static std::uint32_t value(std::uint32_t number) { return number; }

  // Starts the kernel and looks at its state until it has ended. XRT's own wait is of no use with the
  // hardware-emulation shim, which sleeps whole seconds in it whatever the kernel does, or turns without a pause.
  template <class... A>
  void run(const Kernel& kernel, const char* name, const A&... arguments) {
    const auto patience = card_patience(kRunPatience);
    const auto start = Clock::now();
    auto state = std::make_shared<ert_cmd_state>(ERT_CMD_STATE_NEW);
    // The call ends by itself in time; only a card that has gone holds it up.
    session_.guard()->patience(patience + std::chrono::seconds(30));
    session_.guard()->run(name, [k = *kernel.kernel, state, end = start + patience, arguments...]() mutable {
      xrt::run run = k(value(arguments)...);
      while ((*state = run.state()) < ERT_CMD_STATE_COMPLETED && Clock::now() < end) std::this_thread::sleep_for(kLook);
    });
    session_.guard()->patience(card_patience(kCallPatience));
    if (*state < ERT_CMD_STATE_COMPLETED) {
      const std::string why = fmt::format(
          "{}: expected {} to end within {} ms, found it has not; the card is given up. Reset or program it again, or "
          "give a slow one more time (TWINPATH_CARD_TIMEOUT_MS)",
          session_.name(), name, patience.count());
      session_.guard()->give_up(why);
      throw DeviceError(why);
    }
    if (*state != ERT_CMD_STATE_COMPLETED)
      throw DeviceError(fmt::format("{}: expected {} to end well, found XRT's state {}; reset the card",
                                    session_.name(), name, static_cast<int>(*state)));
    kernel_time_.value +=
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  }

  std::shared_ptr<Handles> handles_ = std::make_shared<Handles>();
  CardSession session_;
  Nanoseconds kernel_time_;
};

}  // namespace

void add_xrt_batch(batch::BatchRegistry& registry) {
  registry.add(
      "xrt", [](std::string_view rest) { return std::make_unique<XrtBatch>(XrtAddress::parse(rest)); },
      // A card is not looked for: opening one takes what is on it.
      [] { return std::vector<std::string>{}; });
}

}  // namespace twinpath
