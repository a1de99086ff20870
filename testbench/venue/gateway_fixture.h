// A venue's gateways without sockets: a market on a log, participants with SoupBinTCP clients on wires that lose what
// is on them when they are cut, and the end of the process at any moment.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/session/soup_client.h"
#include "host/venue/gateway/glimpse_service.h"
#include "host/venue/gateway/ouch_gateway.h"
#include "host/venue/gateway/ouch_udp_gateway.h"
#include "testbench/wire/support.h"

namespace twinpath::gateway {

using Bytes = std::vector<std::uint8_t>;

template <class M>
Bytes bytes_of(const M& m, std::span<const std::uint8_t> appendages = {}) {
  M all = m;
  if constexpr (M::kHasAppendageLength) all.appendage_length = static_cast<std::uint16_t>(appendages.size());
  Bytes b(M::kLength);
  all.write(b.data());
  b.insert(b.end(), appendages.begin(), appendages.end());
  return b;
}

inline ouch::EnterOrder enter_order(std::uint32_t number, char side, std::uint32_t quantity, std::uint64_t price,
                                    char tif = '0', std::string_view symbol = "AAPL") {
  ouch::EnterOrder m;
  m.user_ref_num = number;
  m.side = side;
  m.quantity = quantity;
  m.symbol = make_text<8>(symbol);
  m.price = price;
  m.time_in_force = tif;
  m.display = 'Y';
  m.capacity = 'P';
  m.intermarket_sweep = 'N';
  m.cross_type = 'N';
  m.cl_ord_id = make_text<14>("C" + std::to_string(number));
  return m;
}

inline ouch::MassCancel mass_cancel_of(std::uint32_t number, std::string_view firm = "", std::string_view symbol = "") {
  ouch::MassCancel m;
  m.user_ref_num = number;
  m.firm = make_text<4>(firm);
  m.symbol = make_text<8>(symbol);
  return m;
}

class GatewayFixture {
 public:
  GatewayFixture() {
    market.instruments.push_back({.symbol = "AAPL", .locate = 7, .reference = 1'000'000});
    market.instruments.push_back({.symbol = "MSFT", .locate = 9, .reference = 2'000'000});
    for (const char* p : {"P1", "P2", "P3"}) market.participants.push_back({.name = p});
    market.expected_orders = 64;
    terms.resize(3);
    terms[0].firm = make_text<4>("TWIN");
    gateway.logins = {{"t1", "pass", 1},
                      {"t2", "pass", 2},
                      {"t3", "pass", 3},
                      {"drop1", "read", 1, true},
                      {"firm", "read", 1, true, 0}};
    gateway.cancel_on_disconnect = {false, true, false, false};
  }
  ~GatewayFixture() { end(); }

  // Before begin().
  market::MarketOptions market;
  std::vector<OuchParticipant> terms;
  OuchGatewayOptions gateway;
  std::uint64_t most_messages = 1 << 20;                   // of a stream
  std::vector<std::vector<std::uint32_t>> copies{{1, 3}};  // the first is what "firm" reads

  // The process begins: the first time with a day in continuous trading.
  void begin() {
    accounts_ = std::make_unique<OuchAccounts>(market.session, terms, most_messages);
    market::RequestLogOptions log;
    log.folder = folder_ / "log";
    log.requests_a_file = 4'096;
    copies_ = std::make_unique<DropCopies>(*accounts_, std::vector<std::string>{"P1", "P2", "P3"}, copies);
    hub_ = std::make_unique<MarketHub>(market, std::move(log),
                                       std::vector<MarketListener*>{accounts_.get(), copies_.get()},
                                       [this] { return now.value; });
    entry_ = std::make_unique<OuchEntry>(*hub_, *accounts_);
    ouch_ = std::make_unique<OuchGateway>(gateway, *entry_, *copies_, now);
    if (hub_->recovery().replayed != 0) return;
    venue(market::RequestKind::start_of_day);
    venue(market::RequestKind::set_state);
  }
  // As kill -9 ends it: nothing is said to anybody. Connections must have been dropped before.
  void end() {
    ouch_.reset();
    entry_.reset();
    hub_.reset();
    copies_.reset();
    accounts_.reset();
  }
  void venue(market::RequestKind kind) {
    market::Request r;
    r.kind = kind;
    hub_->apply(r);
  }

  MarketHub& hub() { return *hub_; }
  OuchAccounts& accounts() { return *accounts_; }
  DropCopies& drop_copies() { return *copies_; }
  OuchEntry& entry() { return *entry_; }
  OuchGateway& ouch() { return *ouch_; }

  Nanoseconds now{36'000'000'000'000};
  void pass(std::uint64_t ns) { now += Nanoseconds{ns}; }

 private:
  testing::TemporaryFolder folder_;
  std::unique_ptr<OuchAccounts> accounts_;
  std::unique_ptr<DropCopies> copies_;
  std::unique_ptr<MarketHub> hub_;
  std::unique_ptr<OuchEntry> entry_;
  std::unique_ptr<OuchGateway> ouch_;
};

// A participant's client, its wire, and what it has received: all of it kept, as if its process lived for ever.
class Trader final : private session::SoupClientHandler {
 public:
  Trader(GatewayFixture& fixture, std::string_view name, std::string_view password)
      : fixture_(fixture), client_(options(name, password), *this) {
    client_.start(fixture.now);
  }

  std::uint32_t from = 0x7F000001;  // the address that it connects from
  SoupService* service = nullptr;   // that it connects to; null: the venue's OUCH gateway

  session::SoupClient& client() { return client_; }
  const std::vector<Bytes>& stream() const { return stream_; }
  SoupConnection* connection() { return wire_.get(); }
  session::SoupEnd end() const { return end_; }
  // On a wire that the venue has.
  bool logged_in() const { return wire_ != nullptr && client_.state() == session::SoupClient::State::logged_in; }

  bool send(const Bytes& message) { return client_.send(message, fixture_.now); }
  // Puts bytes behind the client's back.
  void send_raw(std::span<const std::uint8_t> bytes) {
    wire_->session().receive(bytes, fixture_.now);
    settle();
  }

  // Moves what there is to move, at most so many bytes each way.
  void pump(std::size_t most = ~std::size_t{0}) {
    client_.advance(fixture_.now);
    if (client_.wants_connection() && (wire_ == nullptr || attempt_ != client_.attempt())) {
      cut();
      attempt_ = client_.attempt();
      wire_ = (service != nullptr ? *service : fixture_.ouch()).accept(fixture_.now, from);
      client_.connected(fixture_.now);
    }
    if (wire_ == nullptr) return;
    const auto out = client_.output().first(std::min(most, client_.output().size()));
    wire_->settle(fixture_.now);
    if (!out.empty()) {
      const Bytes copy(out.begin(), out.end());
      client_.sent(copy.size(), fixture_.now);
      wire_->session().receive(copy, fixture_.now);
    }
    settle();
    if (wire_ == nullptr) return;
    auto& server = wire_->session();
    server.advance(fixture_.now);
    const auto back = server.output().first(std::min(most, server.output().size()));
    const Bytes copy(back.begin(), back.end());
    if (!copy.empty()) {
      server.sent(copy.size(), fixture_.now);
      client_.receive(copy, fixture_.now);
    }
    settle();
  }
  void run() {
    for (int i = 0; i < 8; ++i) pump();
  }
  // The wire breaks, and what is on it is lost; `told`: the venue hears of it.
  void cut(bool told = true) {
    if (wire_ == nullptr) return;
    if (told) {
      wire_->session().cut(session::SoupEnd::connection_lost);
      settle();
    } else {
      wire_.reset();
      client_.disconnected(fixture_.now);
    }
  }
  // The wire breaks, and the venue hears of it late: when lost_is_noticed(), if it has not cut it off before.
  void half_open() {
    lost_is_noticed();
    lost_ = std::move(wire_);
    if (lost_ != nullptr) client_.disconnected(fixture_.now);
  }
  void lost_is_noticed() {
    if (lost_ == nullptr) return;
    lost_->session().cut(session::SoupEnd::connection_lost);
    lost_->closed(fixture_.now);
    lost_.reset();
  }
  // With the process of the venue, all wires go.
  void venue_gone() {
    lost_.reset();
    cut(false);
  }

 private:
  static session::SoupClientOptions options(std::string_view name, std::string_view password) {
    session::SoupClientOptions o;
    o.username = make_text<6>(name);
    o.password = make_text<10>(password);
    o.backoff_first = Nanoseconds{1};
    o.backoff_last = Nanoseconds{1'000};
    return o;
  }
  void sequenced(std::uint64_t, std::span<const std::uint8_t> m) override { stream_.emplace_back(m.begin(), m.end()); }

  void settle() {
    wire_->settle(fixture_.now);
    if (wire_->session().state() != session::SoupServerSession::State::ended) return;
    end_ = wire_->session().end();
    wire_->closed(fixture_.now);
    wire_.reset();
    client_.disconnected(fixture_.now);
  }

  GatewayFixture& fixture_;
  session::SoupClient client_;
  std::unique_ptr<SoupConnection> wire_, lost_;
  std::uint64_t attempt_ = 0;
  std::vector<Bytes> stream_;
  session::SoupEnd end_ = session::SoupEnd::none;
};

// The messages of type M in a stream, decoded.
template <class M>
std::vector<M> all_of(const std::vector<Bytes>& stream) {
  std::vector<M> found;
  for (const Bytes& b : stream) {
    M m;
    std::span<const std::uint8_t> appendages;
    if (!b.empty() && b[0] == M::kType && ouch::decode(b, m, appendages) == ouch::DecodeError::none) found.push_back(m);
  }
  return found;
}

inline std::vector<Bytes> messages_of(const StoredMessages& log) {
  std::vector<Bytes> all;
  for (std::uint64_t n = 1; n < log.next_sequence(); ++n) {
    const auto m = log.message(n);
    all.emplace_back(m.begin(), m.end());
  }
  return all;
}
// What is in the participant's stream at the venue.
inline std::vector<Bytes> stream_of(const OuchAccounts& accounts, std::uint32_t participant) {
  return messages_of(*accounts.stream(participant));
}

}  // namespace twinpath::gateway
