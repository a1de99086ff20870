// Any OUCH messages from two participants: the gateway answers in streams that are OUCH again, cuts off who is not to
// be understood, obeys nothing twice, and the market adds up. An input is a list of commands: a byte that says who
// sends and how many bytes of a message follow, or what else happens. TWINPATH_FAULT names a deliberate fault that is
// to be seen (ouch_gateway_faults.toml).
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/venue/gateway/drop_copies.h"
#include "host/venue/gateway/ouch_gateway.h"
#include "testbench/fuzz/require.h"
#include "twinpath_fault.h"

namespace {

using namespace twinpath;
using namespace twinpath::gateway;
using State = session::SoupServerSession::State;

constexpr std::size_t kMostPiece = 0x70;  // bytes of a message

std::vector<std::uint8_t> packet(soup::PacketType type, std::span<const std::uint8_t> payload) {
  std::vector<std::uint8_t> p(soup::kHeaderSize + payload.size());
  soup::write_packet(type, payload, p.data());
  return p;
}

class Venue {
 public:
  Venue() : accounts_("FUZZ", std::vector<OuchParticipant>(2), 1 << 12), copies_(accounts_, {"P1", "P2"}, {}) {
    std::filesystem::remove_all(folder());
    market::MarketOptions m;
    m.instruments.push_back({.symbol = "AAPL", .locate = 1, .reference = 1'000'000});
    m.participants = {{.name = "P1"}, {.name = "P2"}};
    m.expected_orders = 16;
    market::RequestLogOptions log;
    log.folder = folder();
    log.requests_a_file = 256;
    hub_ = std::make_unique<MarketHub>(m, log, std::vector<MarketListener*>{&accounts_, &copies_},
                                       [this] { return now_.value; });
    entry_ = std::make_unique<OuchEntry>(*hub_, accounts_);
    OuchGatewayOptions o;
    o.logins = {{"T1", "PASS", 1}, {"T2", "PASS", 2}};
    o.cancel_on_disconnect = {false, true, false};
    gateway_ = std::make_unique<OuchGateway>(o, *entry_, copies_, now_);
    venue(market::RequestKind::start_of_day);
    venue(market::RequestKind::set_state);
    log_in(0);
    log_in(1);
  }

  void venue(market::RequestKind kind) {
    market::Request r;
    r.kind = kind;
    hub_->apply(r);
  }
  void pass() { now_ += Nanoseconds{1'000'000}; }
  void send(std::size_t who, std::span<const std::uint8_t> message) {
    log_in(who);
    session::SoupServerSession& s = wires_[who]->session();
    s.receive(packet(soup::PacketType::unsequenced, message), now_);
    take_output(who);
    if (s.state() == State::ended) cut(who);
  }
  void cut(std::size_t who) {
    if (wires_[who] == nullptr) return;
    wires_[who]->session().cut(session::SoupEnd::connection_lost);
    wires_[who]->closed(now_);
    wires_[who].reset();
  }
  bool connected(std::size_t who) const { return wires_[who] != nullptr; }
  const MarketHub& hub() const { return *hub_; }

  void check() {
    require(hub_->market().check().empty());
    for (std::uint32_t p = 1; p <= 2; ++p) {
      const StoredMessages& stream = *accounts_.stream(p);
      for (std::uint64_t n = 1; n < stream.next_sequence(); ++n) {
        ouch::DecodeError error = ouch::DecodeError::none;
        ouch::visit_answer(stream.message(n), [](const auto&, auto) {}, &error);
        require(error == ouch::DecodeError::none);
      }
    }
  }

 private:
  static std::filesystem::path folder() {
    return std::filesystem::temp_directory_path() / ("fuzz-ouch-gateway-" + std::to_string(::getpid()));
  }
  void log_in(std::size_t who) {
    if (wires_[who] != nullptr) return;
    wires_[who] = gateway_->accept(now_, 1);
    soup::LoginRequest login;
    login.username = make_text<6>(who == 0 ? "T1" : "T2");
    login.password = make_text<10>("PASS");
    std::array<std::uint8_t, soup::LoginRequest::kSize> payload;
    login.write(payload.data());
    wires_[who]->session().receive(packet(soup::PacketType::login_request, payload), now_);
    require(wires_[who]->session().state() == State::logged_in);
    take_output(who);
  }
  void take_output(std::size_t who) {
    session::SoupServerSession& s = wires_[who]->session();
    s.advance(now_);
    while (!s.output().empty()) s.sent(s.output().size(), now_);
  }

  Nanoseconds now_{36'000'000'000'000};
  OuchAccounts accounts_;
  DropCopies copies_;
  std::unique_ptr<MarketHub> hub_;
  std::unique_ptr<OuchEntry> entry_;
  std::unique_ptr<OuchGateway> gateway_;
  std::array<std::unique_ptr<SoupConnection>, 2> wires_;
};

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* const name = std::getenv("TWINPATH_FAULT");
  if (name == nullptr) return 0;
  for (const fault::Fault& f : fault::kFaults)
    if (std::string_view(name) == f.name) fault::selected = f.number;
  if (fault::selected == 0) std::exit(2);  // there is none of that name
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Venue venue;
  std::span<const std::uint8_t> rest(data, size);
  while (!rest.empty()) {
    const std::uint8_t what = rest[0];
    rest = rest.subspan(1);
    const std::size_t who = what >> 7, length = what & 0x7F;
    if (length < kMostPiece) {
      const auto message = rest.first(std::min(length, rest.size()));
      rest = rest.subspan(message.size());
      venue.send(who, message);
      if (message.empty() || message[0] != ouch::EnterOrder::kType || !venue.connected(who)) continue;
      // The very same order again changes nothing.
      const std::uint64_t requests = venue.hub().market().requests();
      venue.send(who, message);
      require(venue.hub().market().requests() == requests);
    } else if (length < 0x78) {
      venue.pass();
    } else {
      venue.cut(who);
    }
  }
  venue.check();
  venue.cut(0);
  venue.cut(1);
  venue.check();
  return 0;
}
