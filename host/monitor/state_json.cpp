#include "host/monitor/state_json.h"

#include <array>
#include <nlohmann/json.hpp>

#include "host/core/registers.h"

namespace twinpath {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 8> kStates{"sent",     "rejected", "cancel sent", "cancel refused",
                                                  "accepted", "filled",   "ended",       "position set"};

Json process(const ipc::ProcessNow& p, std::uint64_t now) {
  Json counters = Json::object(), latencies = Json::array();
  for (const auto& [name, value] : p.counters) counters[name] = value;
  for (const ipc::HistogramNow& h : p.histograms)
    latencies.push_back(
        {{"name", h.name}, {"count", h.count}, {"p50", h.p50}, {"p99", h.p99}, {"p999", h.p999}, {"max", h.max}});
  return {{"name", p.name},
          {"pid", p.pid},
          {"state", !p.owned    ? "gone"
                    : p.up(now) ? "up"
                                : "silent"},
          {"seconds", p.owned && now > p.started ? (now - p.started) / 1'000'000'000 : 0},
          {"counters", counters},
          {"latencies", latencies}};
}

Json quote(const SideQuote& q) {
  if (!q.quoted()) return nullptr;
  return {{"price", q.price.value / 10'000.0}, {"quantity", q.quantity.value}};
}

Json order(const OrderLine& line) {
  const OrderUpdate& u = line.message.update;
  const auto state = static_cast<std::size_t>(u.state);
  return {{"number", line.message.number},
          {"time", line.message.time / 1'000'000},
          {"strategy", line.strategy},
          {"symbol", line.symbol},
          {"what", state < kStates.size() ? kStates[state] : "unknown"},
          {"reason", u.reason == Reason::none ? "" : std::string(name(u.reason))},
          {"side", u.side == Side::buy ? "buy" : "sell"},
          {"quantity", u.quantity.value},
          {"price", u.price.value / 10'000.0},
          {"order", u.user_ref}};
}

}  // namespace

std::string state_json(const RunNow& run, std::string_view session) {
  Json j{{"time", run.time / 1'000'000}};
  j["processes"] = Json::array();
  for (const ipc::ProcessNow& p : run.processes) j["processes"].push_back(process(p, run.time));
  if (run.feed)
    j["feed"] = {{"alive", run.feed_alive},
                 {"generation", run.feed->generation},
                 {"stale", run.feed->stale},
                 {"rebuilding", run.feed->rebuilding},
                 {"market_open", run.feed->market_open},
                 {"ended", run.feed->feed_ended},
                 {"circuit_breaker", run.feed->circuit_breaker}};
  if (run.manager)
    j["manager"] = {{"alive", run.manager_alive}, {"armed", run.manager->armed}, {"killed", run.manager->killed}};
  j["books"] = Json::array();
  for (const BookNow& b : run.books)
    j["books"].push_back({{"symbol", b.symbol},
                          {"bid", quote(b.now.bbo.bid)},
                          {"ask", quote(b.now.bbo.ask)},
                          {"last", b.now.traded ? Json(b.now.last_trade.value / 10'000.0) : Json(nullptr)},
                          {"trusted", b.now.trusted},
                          {"tradable", b.now.tradable},
                          {"position", b.position},
                          {"time", b.now.time / 1'000'000}});
  j["orders"] = Json::array();
  for (const OrderLine& line : run.orders) j["orders"].push_back(order(line));
  j["orders_seen"] = run.orders_seen;
  j["orders_missed"] = run.orders_missed;
  j["session"] = session.empty() ? Json(nullptr) : Json::parse(session, nullptr, false);
  if (j["session"].is_discarded()) j["session"] = nullptr;
  j["notes"] = run.notes;
  // A name that is not UTF-8 must not end the monitor.
  return j.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace twinpath
