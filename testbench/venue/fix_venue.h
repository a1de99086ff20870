// A market with a FIX gateway, as a venue has them, for tests.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/session/tcp.h"
#include "host/venue/fix/fix_gateway.h"

namespace twinpath::venue {

inline market::MarketOptions fix_market_options(std::size_t participants) {
  market::MarketOptions o;
  std::uint16_t locate = 0;
  for (const char* const symbol : {"AAAA", "BBBB", "INTC"})
    o.instruments.push_back({.symbol = symbol, .locate = ++locate, .reference = 100'0000});
  for (std::size_t i = 0; i < participants; ++i) o.participants.push_back({.name = "P" + std::to_string(i + 1)});
  return o;
}

class FixVenue {
 public:
  // `first` hears what the market did before the gateway does; `accounts`, which may be the same, are the gateway's.
  FixVenue(const std::filesystem::path& folder, FixGatewayOptions options, gateway::MarketListener* first = nullptr,
           const gateway::OuchAccounts* accounts = nullptr)
      : gateway_(std::move(options)),
        hub_(fix_market_options(4), {.folder = folder / "market", .on_replayed = {}},
             first == nullptr ? Listeners{&gateway_} : Listeners{first, &gateway_}, now) {
    gateway_.start(hub_, accounts, session::EventLoop::now());
    if (hub_.market().day() != 0) return;
    Request r;
    r.kind = market::RequestKind::start_of_day;
    submit(r);
    r.kind = market::RequestKind::set_state;
    submit(r);  // all symbols continuous
  }

  bool poll() { return gateway_.poll(session::EventLoop::now()); }
  void submit(const Request& r) { hub_.apply(r); }

  static std::uint64_t now() {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count()) %
           86'400'000'000'000;
  }
  FixGateway& gateway() { return gateway_; }
  const market::Market& market() const { return hub_.market(); }

 private:
  using Listeners = std::vector<gateway::MarketListener*>;

  FixGateway gateway_;
  gateway::MarketHub hub_;
};

}  // namespace twinpath::venue
