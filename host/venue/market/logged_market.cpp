#include "host/venue/market/logged_market.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "host/wire/file_error.h"

namespace twinpath::market {
namespace {

constexpr venue::RecordFormat kFormat{.magic = 0x31'51'45'52'54'4B'52'4D,  // "MRKTREQ1"
                                      .log = "request log",
                                      .record = "request"};
static_assert(venue::RecordFile<Request>::kStride == 128);

// The first record of a file.
Request options_record(const MarketOptions& o) {
  Request r;
  r.kind = RequestKind::options;
  r.match_number = o.fingerprint();
  return r;
}

}  // namespace

LoggedMarket::LoggedMarket(MarketOptions options, RequestLogOptions log)
    : options_(std::move(log)), lock_(options_.folder), market_(std::move(options)) {
  recover();
}

std::filesystem::path LoggedMarket::name(std::uint64_t number) const {
  return options_.folder / ("requests-" + std::to_string(number));
}

void LoggedMarket::recover() {
  const std::vector<std::uint64_t> logs = venue::numbered_files(options_.folder, "requests-");
  const std::uint64_t fingerprint = market_.options().fingerprint();
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const std::filesystem::path file = name(i + 1);
    if (logs[i] != i + 1)
      throw FileError(file.string(), 0, "a request log", "no file, but " + name(logs[i]).string(),
                      "restore the folder from a copy");
    log_ = std::make_unique<venue::RecordFile<Request>>(file, kFormat, logs[i]);
    number_ = logs[i];
    bool first = true;
    const auto found = log_->replay(i + 1 == logs.size(), [&](const Request& r) {
      if (first) {
        first = false;
        if (r.kind != RequestKind::options || r.match_number != fingerprint)
          throw FileError(file.string(), 32, "requests to a market of these options", "those to another",
                          "start with the instruments, participants and fees of that log, or with an empty folder");
        return;
      }
      market_.apply(r);
      ++recovery_.replayed;
      if (options_.on_replayed) options_.on_replayed(r, market_.executions());
    });
    at_ = found.records;
    recovery_.torn = found.torn;
  }
  if (logs.empty()) {
    begin(1);
  } else if (at_ == 0) {
    // The process ended between making the file and writing its first record.
    log_->write(at_++, options_record(market_.options()));
  }
}

void LoggedMarket::begin(std::uint64_t number) {
  log_ = std::make_unique<venue::RecordFile<Request>>(name(number), kFormat, number,
                                                      std::max<std::uint64_t>(options_.requests_a_file, 2));
  number_ = number;
  at_ = 0;
  log_->write(at_++, options_record(market_.options()));
}

void LoggedMarket::sync() {
  log_->sync();
  venue::sync_folder(options_.folder);
}

}  // namespace twinpath::market
