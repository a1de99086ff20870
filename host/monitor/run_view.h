// What a live run shows in shared memory, read by a process that none of its processes knows of.
#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/ipc/shared_segment.h"
#include "host/ipc/stats_reader.h"
#include "host/process/market_data.h"
#include "host/process/order_data.h"
#include "host/process/process_options.h"

namespace twinpath {

// Where to look.
struct RunPlaces {
  std::vector<std::filesystem::path> stats;  // folders of counters
  std::optional<ProcessOptions> processes;   // of the shared books and orders; none: counters only
  std::vector<std::string> symbols;          // names by index; one without is called by its number
};

struct BookNow {
  SymbolIndex index = 0;
  std::string symbol;
  SymbolNow now;
  std::int32_t position = 0;  // shares
};

struct OrderLine {
  OrderMessage message;
  std::string symbol, strategy;  // "": nobody's
};

struct RunNow {
  std::uint64_t time = 0;  // nanoseconds UTC of the look
  std::vector<ipc::ProcessNow> processes;
  std::optional<FeedStatus> feed;
  bool feed_alive = false;
  std::vector<BookNow> books;  // of configured symbols, or those that have ever changed
  std::optional<ManagerStatus> manager;
  bool manager_alive = false;
  std::deque<OrderLine> orders;  // the last ones, newest first
  std::uint64_t orders_seen = 0, orders_missed = 0;
  std::vector<std::string> notes;  // what could not be read, and why
};

class RunView {
 public:
  static constexpr std::size_t kOrdersKept = 50;

  explicit RunView(RunPlaces places) : places_(std::move(places)) {}

  // Reads all there is, follows the ring of orders; the result stands until the next look.
  const RunNow& look();

 private:
  void look_at_stats();
  void look_at_market();
  void look_at_orders();
  std::string symbol(std::size_t index) const;

  RunPlaces places_;
  RunNow now_;
  std::optional<ipc::Segment> market_, orders_;
  std::optional<OrderMessages::Reader> messages_;
  std::uint64_t missed_before_ = 0;  // of rings that were replaced
};

}  // namespace twinpath
