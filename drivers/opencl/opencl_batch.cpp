#include "drivers/opencl/opencl_batch.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace twinpath::opencl {

// Written by the build from the .cl files.
extern const char* const kBytecodeScanSource;
extern const char* const kMarginSweepSource;

namespace {

using batch::Finding;
using batch::MarginAccountResult;
using batch::MarginPositionResult;

constexpr std::uint32_t kBlock = 1024;  // accounts that one work item lists

// Counts to where each begins; returns how many there are in all.
std::uint32_t to_starts(std::vector<std::uint32_t>& counts) {
  std::uint64_t sum = 0;
  for (std::uint32_t& c : counts) sum += std::exchange(c, static_cast<std::uint32_t>(sum));
  if (sum > UINT32_MAX) throw std::runtime_error("opencl: a batch has more than 2^32 findings; scan it in several");
  return static_cast<std::uint32_t>(sum);
}

class OpenclBatch final : public batch::Backend {
 public:
  OpenclBatch(std::string_view platform, const ProgramText& program)
      : device_(platform, program),
        scan_count_(device_.kernel("scan_count")),
        scan_write_(device_.kernel("scan_write")),
        margin_accounts_(device_.kernel("margin_accounts")),
        liquidate_count_(device_.kernel("liquidate_count")),
        liquidate_write_(device_.kernel("liquidate_write")) {}

  std::string name() const override { return device_.name(); }
  Nanoseconds kernel_time() const override { return kernel_time_; }

  void scan(const batch::CodeBatch& batch, batch::ScanResult& out) override {
    const std::size_t n = batch.size();
    const auto contracts = static_cast<cl_uint>(n);
    const std::size_t words = batch.code().size() / batch::kBeatBytes;
    const cl::Buffer code = device_.input(batch.code().data(), batch.code().size());
    const cl::Buffer beats = device_.input(batch.beats().data(), n);
    const cl::Buffer lengths = device_.input(batch.lengths().data(), n);
    const cl::Buffer counts = device_.output<std::uint32_t>(n), map = device_.output<std::uint16_t>(words);
    kernel_time_ = device_.run(scan_count_, n, code, beats, lengths, contracts, counts);
    std::vector<std::uint32_t> starts(n);
    device_.read(counts, starts.data(), n * sizeof(std::uint32_t));
    const std::uint32_t total = to_starts(starts);
    const cl::Buffer start_buffer = device_.input(starts.data(), n), findings = device_.output<Finding>(total);
    device_.zero(map, words * sizeof(std::uint16_t));
    kernel_time_.value +=
        device_.run(scan_write_, n, code, beats, lengths, contracts, start_buffer, findings, map).value;
    out.findings.resize(total);
    out.jump_map.resize(words);
    device_.read(findings, out.findings.data(), total * sizeof(Finding));
    device_.read(map, out.jump_map.data(), words * sizeof(std::uint16_t));
  }

  void margin(const batch::MarginBook& book, batch::MarginResult& out) override {
    const std::size_t accounts = book.cash().size(), n = book.positions().size();
    const auto account_count = static_cast<cl_uint>(accounts);
    const cl::Buffer positions = device_.input(book.positions().data(), n);
    const cl::Buffer first = device_.input(book.first().data(), accounts + 1);
    const cl::Buffer cash = device_.input(book.cash().data(), accounts);
    const cl::Buffer instruments = device_.input(book.instruments().data(), book.instruments().size());
    const cl::Buffer account_results = device_.output<MarginAccountResult>(accounts);
    const cl::Buffer position_results = device_.output<MarginPositionResult>(n);
    kernel_time_ = device_.run(margin_accounts_, accounts, positions, first, cash, account_count, instruments,
                               static_cast<cl_uint>(book.instruments().size()), account_results, position_results);
    list(account_results, accounts, out.liquidate);
    out.accounts.resize(accounts);
    out.positions.resize(n);
    device_.read(account_results, out.accounts.data(), accounts * sizeof(MarginAccountResult));
    device_.read(position_results, out.positions.data(), n * sizeof(MarginPositionResult));
  }

 private:
  void list(const cl::Buffer& results, std::size_t accounts, std::vector<std::uint32_t>& out) {
    const std::size_t blocks = (accounts + kBlock - 1) / kBlock;
    const auto account_count = static_cast<cl_uint>(accounts);
    const cl::Buffer counts = device_.output<std::uint32_t>(blocks);
    kernel_time_.value += device_.run(liquidate_count_, blocks, results, account_count, kBlock, counts).value;
    std::vector<std::uint32_t> starts(blocks);
    device_.read(counts, starts.data(), blocks * sizeof(std::uint32_t));
    out.resize(to_starts(starts));
    const cl::Buffer start_buffer = device_.input(starts.data(), blocks);
    const cl::Buffer all = device_.output<std::uint32_t>(out.size());
    kernel_time_.value +=
        device_.run(liquidate_write_, blocks, results, account_count, kBlock, start_buffer, all).value;
    device_.read(all, out.data(), out.size() * sizeof(std::uint32_t));
  }

  Device device_;
  cl::Kernel scan_count_, scan_write_, margin_accounts_, liquidate_count_, liquidate_write_;
  Nanoseconds kernel_time_;
};

}  // namespace

ProgramText batch_program() { return {{kBytecodeScanSource, kMarginSweepSource}, {}}; }

std::unique_ptr<batch::Backend> make_batch(std::string_view platform, const ProgramText& program) {
  return std::make_unique<OpenclBatch>(platform, program);
}

void add_opencl(batch::BatchRegistry& registry) {
  registry.add(
      "opencl", [](std::string_view rest) { return make_batch(rest, batch_program()); },
      [] {
        std::vector<std::string> all;
        for (const std::string& name : platforms()) all.push_back("opencl:" + name);
        return all;
      });
}

}  // namespace twinpath::opencl
