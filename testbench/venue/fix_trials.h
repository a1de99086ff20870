// Random days of FIX participants, and strangers at the door. Each trial says what is wrong, or nothing.
#pragma once
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "host/session/fix/fix_client.h"
#include "host/session/fix/fix_values.h"
#include "testbench/venue/fix_report_reader.h"
#include "testbench/venue/fix_terminal.h"
#include "testbench/venue/fix_venue.h"

namespace twinpath::venue {

class FixTrial {
 public:
  FixTrial() : folder_(std::filesystem::temp_directory_path() / ("fix_trial_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    options_.folder = folder_ / "fix";
    options_.address = "127.0.0.1";
    options_.participants = {{.participant = 1, .comp_id = "ALPHA", .version = FixVersion::v42, .password = "open"},
                             {.participant = 2, .comp_id = "BETA", .version = FixVersion::v44, .password = "sesame"}};
  }
  ~FixTrial() {
    venue_.reset();
    std::filesystem::remove_all(folder_);
  }
  FixTrial(const FixTrial&) = delete;
  FixTrial& operator=(const FixTrial&) = delete;

 protected:
  void begin(gateway::MarketListener* first = nullptr, const gateway::OuchAccounts* accounts = nullptr) {
    venue_.reset();
    venue_ = std::make_unique<FixVenue>(folder_, options_, first, accounts);
    options_.port = venue_->gateway().port();
  }
  // Polls until it is done, at most so long. Time in which this process, and with it both sides, did not run does not
  // count: of a poll no more than 10 ms do.
  template <class Poll, class Done>
  static bool within(std::chrono::milliseconds most, Poll&& poll, Done&& done) {
    std::chrono::steady_clock::duration left = most;
    for (auto before = std::chrono::steady_clock::now(); !done();) {
      if (left < left.zero()) return false;
      poll();
      const auto now = std::chrono::steady_clock::now();
      left -= std::min<std::chrono::steady_clock::duration>(now - before, std::chrono::milliseconds(10));
      before = now;
    }
    return true;
  }
  std::unique_ptr<FixTerminal> terminal(int n) const {
    const FixParticipant& p = options_.participants[static_cast<std::size_t>(n)];
    return std::make_unique<FixTerminal>(folder_ / p.comp_id, p.version == FixVersion::v42 ? "FIX.4.2" : "FIX.4.4",
                                         p.comp_id, options_.port, p.password);
  }

  std::filesystem::path folder_;
  FixGatewayOptions options_;
  std::unique_ptr<FixVenue> venue_;
};

// Orders of every kind, changes, and messages that come twice: every report is looked at.
class FixReportTrial : FixTrial {
 public:
  std::string run(std::uint64_t seed) {
    namespace fix = session::fix;
    random_.seed(seed);
    begin();
    for (std::size_t i = 0; i < 2; ++i) clients_[i] = terminal(static_cast<int>(i));
    if (!within(
            std::chrono::seconds(5), [&] { poll(); },
            [&] { return venue_->gateway().connected(1) && venue_->gateway().connected(2); }))
      return "the clients are not logged on";
    for (int step = 0; step < 120; ++step)
      if (std::string wrong = act(random_() % 2); !wrong.empty()) return wrong;
    for (std::uint32_t i = 0; i < 2; ++i) {
      if (readers_[i].open() != venue_->market().participant(i + 1).open_orders) return "orders that work are others";
      if (readers_[i].shares("AAAA") != venue_->market().position(i + 1, 1).shares) return "positions are others";
    }
    return venue_->market().check();
  }

 private:
  void poll() {
    venue_->poll();
    for (const auto& c : clients_) c->engine().poll(0);
  }
  std::string read() {
    for (std::size_t i = 0; i < 2; ++i) {
      for (const FixMessage& m : clients_[i]->heard)
        if (std::string wrong = readers_[i].reads(m); !wrong.empty()) return wrong;
      clients_[i]->heard.clear();
    }
    return {};
  }
  // Sends, and waits for what is said of it, which must begin with `expected` (type and ExecType); empty: nothing may.
  std::string say(std::size_t i, const FixMessage& m, const std::string& expected) {
    const std::string id = m.get(session::fix::kClOrdID);
    clients_[i]->engine().send(0, m);
    std::string answer, more;
    within(
        std::chrono::milliseconds(expected.empty() ? 20 : 3'000), [&] { poll(); },
        [&] {
          for (const FixMessage& r : clients_[i]->heard)
            if (answer.empty() && r.get(session::fix::kClOrdID) == id) answer = r.type + r.get(session::fix::kExecType);
          return !answer.empty();
        });
    for (int n = 0; n < 3; ++n) poll();
    if (answer.substr(0, expected.size()) != expected || answer.empty() != expected.empty())
      return "expected " + expected + " in answer to " + m.type + " " + id + ", found " + answer;
    return read();
  }
  FixMessage order(const std::string& id) {
    namespace fix = session::fix;
    FixMessage m("D");
    m.add(fix::kClOrdID, id).add(fix::kHandlInst, '1').add(fix::kSymbol, "AAAA");
    m.add(fix::kSide, random_() % 2 == 0 ? '1' : '2').add(fix::kTransactTime, "20260101-00:00:00");
    const std::uint64_t quantity = 1 + random_() % 300;
    m.add(fix::kOrderQty, std::to_string(quantity)).add(fix::kOrdType, '2');
    m.add(fix::kPrice, session::write_price(100'0000 + 100 * (random_() % 7)));
    m.add(fix::kTimeInForce, "000034"[random_() % 6]);
    if (m.get(fix::kTimeInForce) == "0" && quantity > 100 && random_() % 3 == 0) m.add(fix::kMaxFloor, "50");
    return m;
  }
  std::string act(std::size_t i) {
    namespace fix = session::fix;
    const std::string id = std::string(1, "AB"[i]) + std::to_string(++next_id_);
    const auto working = readers_[i].working();
    const unsigned what = working.empty() ? 0 : random_() % 10;
    if (what < 6) {
      const FixMessage m = order(id);
      readers_[i].asks(m);
      if (std::string wrong = say(i, m, "80"); !wrong.empty() || random_() % 8 != 0) return wrong;
      // The same once more: ignored when it says that it may be, else refused.
      FixMessage again = m;
      again.poss_resend = random_() % 2 == 0;
      return say(i, again, again.poss_resend ? "" : "88");
    }
    const std::string& name = working[random_() % working.size()];
    const FixMessage& was = readers_[i].asked(name);
    FixMessage m(what < 8 ? "F" : "G");
    m.add(fix::kClOrdID, id)
        .add(fix::kOrigClOrdID, name)
        .add(fix::kSymbol, "AAAA")
        .add(fix::kSide, was.get(fix::kSide));
    m.add(fix::kTransactTime, "20260101-00:00:00");
    if (m.type == "F") return say(i, m, "84");
    m.add(fix::kHandlInst, '1').add(fix::kOrdType, '2').add(fix::kTimeInForce, '0');
    m.add(fix::kOrderQty, std::to_string(std::strtoul(was.get(fix::kOrderQty).c_str(), nullptr, 10) + 100));
    m.add(fix::kPrice, session::write_price(100'0000 + 100 * (random_() % 7)));
    readers_[i].asks(m);
    if (std::string wrong = say(i, m, "85"); !wrong.empty()) return wrong;
    FixMessage late("F");  // by the name that the order has no more
    late.add(fix::kClOrdID, id + "L").add(fix::kOrigClOrdID, name).add(fix::kSymbol, "AAAA");
    late.add(fix::kSide, was.get(fix::kSide)).add(fix::kTransactTime, "20260101-00:00:00");
    return say(i, late, "9");
  }

  std::mt19937_64 random_;
  std::array<std::unique_ptr<FixTerminal>, 2> clients_;
  std::array<FixReportReader, 2> readers_{FixReportReader(FixVersion::v42), FixReportReader(FixVersion::v44)};
  unsigned next_id_ = 0;
};

// The venue's process ends at any moment, also between its market's log and what is told of it; so do clients.
class FixRecoveryTrial : FixTrial, gateway::MarketListener {
 public:
  std::string run(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    begin(this);
    for (int i = 0; i < 2; ++i) begin_client(i);
    for (int round = 0; round < 5; ++round) {
      if (!all([](const FixClient& c) { return c.state() == FixClient::State::trading; })) return "they do not trade";
      fuse_ = 1 + random() % 60;
      for (int step = 0; step < 25; ++step) {
        for (auto& c : clients_) act(*c, random);
        if (random() % 3 != 0) poll();
      }
      if (std::exchange(fuse_, 0) != 0) begin(this);  // what it reads back is no reason to end again
      begin_client(static_cast<int>(random() % 2));
    }
    if (!all(settled)) return "not everything has an answer";
    for (std::uint32_t i = 0; i < 2; ++i)
      if (std::string wrong = compare(*clients_[i], i + 1); !wrong.empty()) return wrong;
    return venue_->market().check();
  }

 private:
  using FixClient = session::FixClient;
  struct Killed {};

  void market_did(const Request&, std::span<const Execution>) override {
    if (fuse_ != 0 && --fuse_ == 0) throw Killed{};
  }
  void begin_client(int i) {
    auto& c = clients_[static_cast<std::size_t>(i)];
    c.reset();
    const FixParticipant& p = options_.participants[static_cast<std::size_t>(i)];
    session::FixClientOptions o;
    o.folder = folder_ / p.comp_id;
    o.address = "127.0.0.1";
    o.port = options_.port;
    o.session = {p.version == FixVersion::v42 ? "FIX.4.2" : "FIX.4.4", p.comp_id, "TWINPATH", p.password};
    o.id_prefix = p.comp_id.substr(0, 1);
    c = std::make_unique<FixClient>(o);
  }
  void poll() {
    try {
      venue_->poll();
    } catch (const Killed&) {
      begin(this);
    }
    for (const auto& c : clients_) c->poll(0);
  }
  template <class Good>
  bool all(Good&& good) {
    return within(std::chrono::seconds(6), [&] { poll(); }, [&] { return good(*clients_[0]) && good(*clients_[1]); });
  }
  static bool settled(const FixClient& c) {
    if (c.state() != FixClient::State::trading) return false;
    for (const auto& [name, o] : c.orders())
      if (o.state == session::OrderState::sent || o.state == session::OrderState::canceling || !o.replacement.empty())
        return false;
    return true;
  }
  static void act(FixClient& c, std::mt19937_64& random) {
    session::FixOrder o;
    o.side = random() % 2 == 0 ? Side::buy : Side::sell;
    o.symbol = "AAAA";
    o.quantity = static_cast<std::uint32_t>(1 + random() % 300);
    o.price = 100'0000 + 100 * (random() % 5);
    c.enter(o);
    for (const auto& [name, live] : c.orders()) {
      if (live.state != session::OrderState::live || random() % 6 != 0) continue;
      if (random() % 2 == 0)
        c.cancel(name);
      else
        c.replace(name, live.quantity + 10, live.price);
      break;
    }
  }
  std::string compare(const FixClient& c, std::uint32_t participant) const {
    const std::string who = "client " + std::to_string(participant) + ": ";
    if (c.disagreements() != 0) return who + c.first_disagreement();
    if (c.duplicates() != 0) return who + std::to_string(c.duplicates()) + " reports told twice";
    const auto positions = c.positions();
    const auto ours = positions.find("AAAA");
    const market::Position venues = venue_->market().position(participant, 1);
    const market::Position client =
        ours == positions.end() ? market::Position{} : market::Position{ours->second.shares, ours->second.cash};
    if (client != venues) return who + "another position than the venue's";
    std::uint32_t live = 0;
    for (const auto& [name, o] : c.orders()) live += !session::is_done(o.state);
    return live == venue_->market().participant(participant).open_orders ? std::string() : who + "other live orders";
  }

  std::array<std::unique_ptr<FixClient>, 2> clients_;
  std::uint64_t fuse_ = 0;  // requests until the process ends; 0: it does not
};

// Who may not trade is cut off and counted; who may is not disturbed. Orders of those who are gone are cancelled if so
// wished, and of nobody else.
class FixDoorTrial : FixTrial {
 public:
  std::string run() {
    options_.messages_a_second = 20;
    options_.most_message = 1'000;
    options_.logon_timeout = 1;
    options_.return_within = Nanoseconds{1'000'000'000};
    options_.login_limit = {4, 1};
    options_.participants[1].cancel_on_disconnect = true;
    begin();
    alpha_ = terminal(0);
    beta_ = terminal(1);
    if (!until([&] { return venue_->gateway().connected(1) && venue_->gateway().connected(2); })) return "no logon";
    for (const auto& c : {&alpha_, &beta_}) (*c)->engine().send(0, order());
    if (!until([&] { return open(1) + open(2) == 2; })) return "no order of those who may";
    if (std::string wrong = strangers(); !wrong.empty()) return wrong;
    if (open(1) != 1 || open(2) != 1) return "an order has gone";
    return leave();
  }

 private:
  void poll() {
    venue_->poll();
    for (FixTerminal* const c : {alpha_.get(), beta_.get()})
      if (c != nullptr) c->engine().poll(0);
  }
  template <class Done>
  bool until(Done&& done) {
    return within(std::chrono::seconds(3), [&] { poll(); }, done);
  }
  std::uint32_t open(std::uint32_t participant) const { return venue_->market().participant(participant).open_orders; }
  static FixMessage order() {
    namespace fix = session::fix;
    FixMessage m("D");
    m.add(fix::kClOrdID, "X1").add(fix::kHandlInst, '1').add(fix::kSymbol, "AAAA").add(fix::kSide, '1');
    return m.add(fix::kTransactTime, "20260101-00:00:00")
        .add(fix::kOrderQty, "1")
        .add(fix::kOrdType, '2')
        .add(fix::kPrice, "99");
  }
  static std::string message(const std::string& type, int number, const std::string& body) {
    const auto now = static_cast<std::uint64_t>(
        std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
    std::string m = "35=" + type + "|34=" + std::to_string(number) +
                    "|49=GAMMA|56=TWINPATH|52=" + session::write_time(now) + "|" + body;
    m = "8=FIX.4.4|9=" + std::to_string(m.size()) + "|" + m;
    for (char& c : m)
      if (c == '|') c = '\001';
    unsigned sum = 0;
    for (const char c : m) sum += static_cast<unsigned char>(c);
    const std::string digits = std::to_string(1'000 + sum % 256);
    return m + "10=" + digits.substr(1) + '\001';
  }
  // Connects, says it, and waits until the counter has grown.
  std::string try_once(const std::string& what, const std::string& bytes, const std::uint64_t& counter) {
    const std::uint64_t before = counter;
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(options_.port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool sent = ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
    sent = sent && ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
    const bool counted = sent && until([&] { return counter == before + 1; });
    ::close(fd);
    return counted ? std::string() : what + ": not cut off";
  }
  // GAMMA has a session that nobody is on: it is there for those who try.
  std::string strangers() {
    options_.participants.push_back(
        {.participant = 3, .comp_id = "GAMMA", .version = FixVersion::v44, .password = "secret"});
    begin();
    if (!until([&] { return venue_->gateway().connected(1) && venue_->gateway().connected(2); })) return "not back";
    const session::FixCounters& c = venue_->gateway().counters();
    const std::string logon = "98=0|108=30|", good = message("A", 1, logon + "554=secret|");
    std::string flood = good;
    for (int n = 2; n < 200; ++n) flood += message("1", n, "112=x|");
    const std::string endless =
        message("A", 200, logon + "554=secret|") + "8=FIX.4.4\0019=90000\001" + std::string(5'000, 'x');
    for (const std::string& wrong :
         {try_once("another password", message("A", 1, logon + "554=guess|"), c.unauthorized),
          try_once("no password", message("A", 1, logon), c.unauthorized),
          try_once("an order first", message("D", 1, "11=X|"), c.refused),
          try_once("too many messages", flood, c.too_fast), try_once("a message without an end", endless, c.too_long),
          try_once("silence", "", c.silent)})
      if (!wrong.empty()) return wrong;
    for (int n = 0; n < 4; ++n)
      if (std::string wrong = try_once("one password more", message("A", 1, logon + "554=guess|"), c.unauthorized);
          !wrong.empty())
        return wrong;
    const std::string right = message("A", 300, logon + "554=secret|");
    if (std::string wrong = try_once("the right one, once it is locked out", right, c.locked_out); !wrong.empty())
      return wrong;
    const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(1'100);
    until([&] { return std::chrono::steady_clock::now() > later; });
    if (!try_once("the right one, after the lock", right, c.logons).empty()) return "the lock does not end";
    FixTerminal second(folder_ / "second", "FIX.4.2", "ALPHA", options_.port, "open");
    const std::uint64_t refused = c.refused;
    if (!until([&] {
          second.engine().poll(0);
          return c.refused > refused;
        }))
      return "a session that is taken is given away";
    return venue_->gateway().connected(1) && venue_->gateway().connected(2) ? "" : "those who may have lost theirs";
  }
  // BETA's orders go with it, ALPHA's stay; after a start only those of whoever does not come back.
  std::string leave() {
    beta_.reset();
    if (!until([&] { return open(2) == 0; })) return "an order of one who is gone stays";
    beta_ = terminal(1);
    if (!until([&] { return venue_->gateway().connected(2); })) return "BETA does not come back";
    FixMessage again = order();
    again.fields[0].second = "X2";
    beta_->engine().send(0, again);
    if (!until([&] { return open(2) == 1; })) return "no other order";
    begin();
    const auto later = std::chrono::steady_clock::now() + std::chrono::milliseconds(1'500);
    until([&] { return std::chrono::steady_clock::now() > later; });
    if (open(2) != 1) return "the order of one who came back is gone";
    alpha_.reset();
    beta_.reset();
    begin();
    if (!until([&] { return open(2) == 0; })) return "an order of one who did not come back stays";
    return open(1) == 1 ? "" : "an order is cancelled that nobody wanted cancelled";
  }

  std::unique_ptr<FixTerminal> alpha_, beta_;
};

}  // namespace twinpath::venue
