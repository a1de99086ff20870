// Every deliberate fault of the market is seen: by the tape's books, a participant's ledger, what must always hold, a
// case made for it, recovery, or a reader of the lines.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "host/venue/market/logged_market.h"
#include "host/wire/file_error.h"
#include "testbench/market/feed_checks.h"
#include "testbench/market/market_cases.h"
#include "testbench/market/market_run.h"
#include "testbench/wire/support.h"
#include "twinpath_fault.h"

namespace twinpath::market {
namespace {

std::string try_streams() {
  Coverage met;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    MarketRun run(seed);
    for (int n = 0; n < 250; ++n)
      if (const std::string wrong = run.step(met); !wrong.empty())
        return "seed " + std::to_string(seed) + ", request " + std::to_string(n) + ": " + wrong;
  }
  return "";
}

std::string try_limits() {
  SmallMarket m;
  std::string outcome;
  Request ioc = enter_request(4, 0, Side::buy, 100, 900'000);
  ioc.terms.tif = TimeInForce::ioc;
  for (ioc.user_ref_num = 1; ioc.user_ref_num <= 6; ++ioc.user_ref_num)
    outcome += m.apply(ioc)[0].reason == Reason::throttled ? 'x' : '.';
  if (outcome != "....xx") return "throttle: " + outcome;
  SmallMarket n;
  for (std::uint32_t ref = 1; ref <= 3; ++ref)
    if ((n.apply(enter_request(4, ref, Side::buy, 100, 900'000))[0].reason == Reason::too_many_orders) != (ref == 3))
      return "the limit of open orders";
  if (n.apply(enter_request(1, 5, Side::buy, 100, 900'000, 1))[0].kind != ExecutionKind::accepted) return "an enter";
  if (n.apply(enter_request(1, 5, Side::buy, 100, 900'000, 1))[0].reason != Reason::duplicate_ref) return "references";
  n.apply(enter_request(1, 6, Side::buy, 100, 900'000, 2));
  Request r = cancel_request(1, 0);
  r.kind = RequestKind::mass_cancel;
  r.terms.locate = 2;
  n.apply(r);
  if (n.market.participant(1).open_orders != 1) return "a mass cancel of one symbol";
  r.kind = RequestKind::disable;
  n.apply(r);
  if (n.apply(enter_request(1, 7, Side::buy, 100, 900'000))[0].reason != Reason::disabled) return "disabled";
  return "";
}

std::string try_log() {
  const testing::TemporaryFolder folder;
  MarketOptions options = market_options(2);
  const RequestLogOptions log{.folder = folder / "log", .requests_a_file = 64, .on_replayed = {}};
  {
    LoggedMarket logged(options, log);
    RequestStream stream(2, options);
    for (int n = 0; n < 40; ++n) logged.apply(stream.next());
  }
  std::fstream(folder / "log/requests-1", std::ios::binary | std::ios::in | std::ios::out).seekp(32 + 40 * 128 + 50)
      << std::string(78, '\0');
  if (const auto n = LoggedMarket(options, log).recovery().replayed; n != 39)
    return "recovery took " + std::to_string(n) + " of 39 requests";
  options.fees.added += 1;
  try {
    LoggedMarket another(options, log);
    return "the log of another market was taken";
  } catch (const FileError&) {
    return "";
  }
}

std::string try_rerequests() {
  SmallMarket m;
  RerequestServer server({.requests_a_second = 1'000, .burst = 2});
  const MessageStore& tape = *m.market.tape();
  if (!server.answer(tape, rerequest(mold::make_session("OTHER"), 1, 1), 1, 1).empty()) return "another session";
  server.answer(tape, rerequest(tape.session(), 1, 1), 2, 1);
  server.answer(tape, rerequest(tape.session(), 1, 1), 2, 1);
  if (!server.answer(tape, rerequest(tape.session(), 1, 1), 2, 1).empty()) return "a source over its rate";
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    if (const std::string wrong = try_feed(seed); !wrong.empty()) return "feed: " + wrong;
  return "";
}

std::string try_all() {
  for (const auto attempt : {try_limits, try_log, try_rerequests, try_streams})
    if (const std::string wrong = attempt(); !wrong.empty()) return wrong;
  return "";
}

TEST(MarketWithoutAFault, IsRight) {
  fault::selected = 0;
  EXPECT_EQ(try_all(), "");
}

class FaultIsCaught : public ::testing::Test {
 public:
  explicit FaultIsCaught(const fault::Fault& f) : fault_(f) {}
  void TestBody() override {
    fault::selected = fault_.number;
    const std::string how = try_all();
    fault::selected = 0;
    EXPECT_NE(how, "") << fault_.name << " (" << fault_.what << ") went unseen";
    std::cout << fault_.name << ": caught: " << how << '\n';
    RecordProperty("caught", how);
  }

 private:
  fault::Fault fault_;
};

const bool kRegistered = [] {
  for (const fault::Fault& f : fault::kFaults) {
    std::string name = std::string("IsCaught/") + f.name;
    std::replace(name.begin(), name.end(), '-', '_');
    ::testing::RegisterTest("EveryMarketFault", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [f]() -> FaultIsCaught* { return new FaultIsCaught(f); });
  }
  return true;
}();

}  // namespace
}  // namespace twinpath::market
