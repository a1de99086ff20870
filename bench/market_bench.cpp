#include "bench/market_bench.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include "host/core/tick_clock.h"
#include "host/venue/market/logged_market.h"

namespace twinpath::bench {
namespace {

using market::Request;
using market::RequestKind;

constexpr std::uint64_t kNine = 32'400'000'000'000;

market::MarketOptions options() {
  market::MarketOptions o;
  o.instruments.push_back({.symbol = "BENCH", .locate = 1, .tick = 1});
  o.participants.resize(kMarketParticipants);
  return o;
}

// A folder for the log, gone at the end.
class LogFolder {
 public:
  LogFolder() {
    std::string name = std::filesystem::temp_directory_path() / "twinpath-bench-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~LogFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// Calls apply() and market() of a market that trades, the request log in front of it or not.
template <class Visit>
void with_market(bool logged, Visit&& visit) {
  const auto open = [](auto& to) {
    Request r;
    r.time = kNine;
    r.kind = RequestKind::start_of_day;
    to.apply(r);
    r.kind = RequestKind::set_state;
    to.apply(r);
  };
  if (logged) {
    const LogFolder folder;
    market::LoggedMarket m(options(), {.folder = folder.path(), .requests_a_file = 1u << 18, .on_replayed = {}});
    open(m);
    visit(m, m.market());
  } else {
    market::Market m(options());
    open(m);
    visit(m, std::as_const(m));
  }
}

}  // namespace

std::vector<Request> market_requests(std::span<const matching::Command> commands) {
  std::vector<Request> requests;
  requests.reserve(commands.size());
  std::unordered_map<std::uint64_t, std::uint32_t> refs;  // by order id: its present user_ref_num
  std::vector<std::uint32_t> last(kMarketParticipants + 1);
  std::uint64_t time = kNine;
  for (const matching::Command& c : commands) {
    Request& r = requests.emplace_back();
    r.time = time += 100;
    r.participant = 1 + static_cast<std::uint32_t>(c.order_id % kMarketParticipants);
    r.price = static_cast<std::uint64_t>(c.price.value);
    r.quantity = c.quantity.value;
    r.terms.locate = 1;
    r.terms.symbol = make_text<8>("BENCH");
    r.terms.side = c.side;
    r.terms.tif = c.tif;
    std::uint32_t& ref = refs[c.order_id];
    r.original = ref;
    if (c.type == matching::CommandType::cancel) {
      r.kind = RequestKind::cancel;
      r.quantity = 0;
      continue;
    }
    r.kind = c.type == matching::CommandType::replace ? RequestKind::replace : RequestKind::enter;
    r.user_ref_num = ref = ++last[r.participant];
  }
  return requests;
}

MarketRates run_market(std::span<const Request> requests, unsigned repeats, bool logged) {
  MarketRates rates;
  rates.requests = requests.size();
  const auto count = static_cast<double>(requests.size());
  for (unsigned repeat = 0; repeat < repeats; ++repeat) {
    with_market(logged, [&](auto& to, const market::Market& m) {
      rates.executions = 0;
      const auto start = std::chrono::steady_clock::now();
      const Nanoseconds processor = ThreadTime::now();
      for (const Request& r : requests) {
        to.apply(r);
        rates.executions += m.executions().size();
      }
      rates.processor.push_back(static_cast<double>((ThreadTime::now() - processor).value) / count);
      rates.wall.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() /
                           count);
      rates.messages = m.tape()->next_sequence() - 1;
    });
  }
  with_market(logged, [&](auto& to, const market::Market&) {
    for (const Request& r : requests) {
      const std::uint64_t start = TickClock::now();
      to.apply(r);
      rates.latency.record(TickClock::now() - start);
    }
  });
  return rates;
}

}  // namespace twinpath::bench
