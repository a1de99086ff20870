#include "drivers/xrt/xrt_batch.h"

#include <fmt/format.h>
#include <xrt/xrt_bo.h>
#include <xrt/xrt_device.h>
#include <xrt/xrt_kernel.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "drivers/xrt/xrt_address.h"

namespace twinpath {
namespace {

using batch::Finding;
using batch::MarginAccountResult;
using batch::MarginPositionResult;
using Clock = std::chrono::steady_clock;

// A kernel that has not ended by then never will; the longest batch takes about a minute at one item a cycle.
constexpr auto kPatience = std::chrono::minutes(5);

class XrtBatch final : public batch::Backend {
 public:
  explicit XrtBatch(const XrtBatchAddress& address) : address_(address), device_(open(address)) {
    try {
      const xrt::uuid uuid = device_.load_xclbin(address.xclbin);
      scan_ = xrt::kernel(device_, uuid, "bytecode_scan");
      margin_ = xrt::kernel(device_, uuid, "margin_sweep");
    } catch (const std::exception& e) {
      throw std::runtime_error(fmt::format(
          "xrt:{}: {}: expected an xclbin for this card with the kernels bytecode_scan and margin_sweep: {}",
          address.index, address.xclbin, e.what()));
    }
  }

  std::string name() const override { return fmt::format("XRT, {}", device_.get_info<xrt::info::device::name>()); }
  Nanoseconds kernel_time() const override { return kernel_time_; }

  void scan(const batch::CodeBatch& batch, batch::ScanResult& out) override {
    const std::size_t words = batch.code().size() / batch::kBeatBytes;
    // Enough for most code; when it was not, the kernel has counted what is needed.
    auto capacity = static_cast<std::uint32_t>(std::min<std::uint64_t>(batch.code_bytes() / 8 + 1024, UINT32_MAX));
    kernel_time_ = {};
    for (bool again = true; again;) {
      const xrt::bo code = input(scan_, 0, batch.code()), lengths = input(scan_, 1, batch.lengths());
      xrt::bo findings = output(scan_, 3, capacity * sizeof(Finding)), map = output(scan_, 5, words * 2);
      xrt::bo total = output(scan_, 6, sizeof(std::uint32_t));
      wait(scan_(code, lengths, static_cast<std::uint32_t>(batch.size()), findings, capacity, map, total),
           "bytecode_scan");
      std::uint32_t n = 0;
      fetch(total, &n, sizeof n);
      again = n > capacity;
      if (again) {
        capacity = n;
        continue;
      }
      out.findings.resize(n);
      out.jump_map.resize(words);
      fetch(findings, out.findings.data(), n * sizeof(Finding));
      fetch(map, out.jump_map.data(), words * 2);
    }
  }

  void margin(const batch::MarginBook& book, batch::MarginResult& out) override {
    const std::size_t accounts = book.cash().size(), n = book.positions().size();
    const xrt::bo positions = input(margin_, 0, book.positions()), cash = input(margin_, 2, book.cash());
    const xrt::bo instruments = input(margin_, 4, book.instruments());
    xrt::bo position_results = output(margin_, 6, n * sizeof(MarginPositionResult));
    xrt::bo account_results = output(margin_, 7, accounts * sizeof(MarginAccountResult));
    xrt::bo liquidate = output(margin_, 8, accounts * sizeof(std::uint32_t));
    xrt::bo summary = output(margin_, 9, 2 * sizeof(std::uint32_t));
    kernel_time_ = {};
    wait(margin_(positions, static_cast<std::uint32_t>(n), cash, static_cast<std::uint32_t>(accounts), instruments,
                 static_cast<std::uint32_t>(book.instruments().size()), position_results, account_results, liquidate,
                 summary),
         "margin_sweep");
    std::uint32_t counts[2] = {};
    fetch(summary, counts, sizeof counts);
    if (counts[1] != 0 || counts[0] > accounts)
      throw std::runtime_error(
          fmt::format("xrt:{}: margin_sweep: {} accounts to liquidate and {} positions without an account, expected at "
                      "most {} and 0; "
                      "the kernel does not fit this program",
                      address_.index, counts[0], counts[1], accounts));
    out.accounts.resize(accounts);
    out.positions.resize(n);
    out.liquidate.resize(counts[0]);
    fetch(account_results, out.accounts.data(), accounts * sizeof(MarginAccountResult));
    fetch(position_results, out.positions.data(), n * sizeof(MarginPositionResult));
    fetch(liquidate, out.liquidate.data(), counts[0] * sizeof(std::uint32_t));
  }

 private:
  static xrt::device open(const XrtBatchAddress& address) {
    if (!std::filesystem::exists(address.xclbin))
      throw std::runtime_error(fmt::format("xrt:{}: {}: no such file", address.index, address.xclbin));
    try {
      return xrt::device(address.index);
    } catch (const std::exception& e) {
      throw std::runtime_error(fmt::format("xrt:{}: no such card: {}", address.index, e.what()));
    }
  }

  // At least a word, as XRT has no empty buffers.
  xrt::bo output(const xrt::kernel& kernel, int argument, std::size_t bytes) const {
    return {device_, std::max<std::size_t>(bytes, 64), static_cast<xrt::memory_group>(kernel.group_id(argument))};
  }
  template <class T>
  xrt::bo input(const xrt::kernel& kernel, int argument, std::span<const T> values) const {
    xrt::bo b = output(kernel, argument, values.size_bytes());
    if (!values.empty()) {
      b.write(values.data(), values.size_bytes(), 0);
      b.sync(XCL_BO_SYNC_BO_TO_DEVICE, values.size_bytes(), 0);
    }
    return b;
  }
  static void fetch(xrt::bo& from, void* to, std::size_t bytes) {
    if (bytes == 0) return;
    from.sync(XCL_BO_SYNC_BO_FROM_DEVICE, bytes, 0);
    from.read(to, bytes, 0);
  }

  void wait(xrt::run run, const char* kernel) {
    const auto start = Clock::now();
    const ert_cmd_state state = run.wait(kPatience);
    if (state != ERT_CMD_STATE_COMPLETED)
      throw std::runtime_error(fmt::format("xrt:{}: {}: did not end well (state {}); reset the card", address_.index,
                                           kernel, static_cast<int>(state)));
    kernel_time_.value +=
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  }

  XrtBatchAddress address_;
  xrt::device device_;
  xrt::kernel scan_, margin_;
  Nanoseconds kernel_time_;
};

}  // namespace

void add_xrt_batch(batch::BatchRegistry& registry) {
  registry.add(
      "xrt", [](std::string_view rest) { return std::make_unique<XrtBatch>(parse_xrt_batch(rest)); },
      // A card is not looked for: opening one takes what is on it.
      [] { return std::vector<std::string>{}; });
}

}  // namespace twinpath
