// A market that survives the end of its process: every request is in a file before the market sees it, and recovery is
// the requests once more.
//
// The folder holds `requests-N`, 128 bytes a request (record_log.h): two cache lines. The first record of a file says
// which options its market has, as requests mean nothing without them. Replaying gives the same executions and tapes,
// byte for byte; whoever needs them (gateways, for what they have sent) listens to on_replayed.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "host/venue/market/market.h"
#include "host/venue/record_log.h"

namespace twinpath::market {

struct RequestLogOptions {
  std::filesystem::path folder;  // made when it is not there
  std::uint64_t requests_a_file = 1u << 18;
  // Told of every request that recovery applies again, and of what it caused.
  std::function<void(const Request&, std::span<const Execution>)> on_replayed;
};

// What recovery found.
struct Recovery {
  std::uint64_t replayed = 0;  // requests
  bool torn = false;           // the last request was being written when the process ended; the market never saw it
};

class LoggedMarket {
 public:
  // Recovers what the folder holds. Throws FileError on damage that the end of a process does not explain and on a log
  // of other options, std::system_error when the folder cannot be used, std::runtime_error when another process uses
  // it.
  LoggedMarket(MarketOptions options, RequestLogOptions log);

  // Into the log, then to the market.
  void apply(const Request& r) {
    if (at_ == log_->capacity()) [[unlikely]]
      begin(number_ + 1);
    log_->write(at_++, r);
    market_.apply(r);
  }
  // Everything applied is on the disk when it returns: for power failures, which the log alone does not outlive.
  void sync();

  const Market& market() const noexcept { return market_; }
  const Recovery& recovery() const noexcept { return recovery_; }

 private:
  void recover();
  void begin(std::uint64_t number);
  std::filesystem::path name(std::uint64_t number) const;

  RequestLogOptions options_;
  venue::FolderLock lock_;
  Market market_;
  std::unique_ptr<venue::RecordFile<Request>> log_;
  std::uint64_t number_ = 0;  // of the file that is written
  std::uint64_t at_ = 0;      // records in it
  Recovery recovery_;
};

}  // namespace twinpath::market
