#include "host/apps/venue/venue_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "host/live/control_socket.h"

namespace twinpath {
namespace {

using Json = nlohmann::ordered_json;
using market::BookState;
using market::Request;
using market::RequestKind;

[[noreturn]] void refuse(const std::string& why) { throw std::invalid_argument(why); }

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = line.find_first_not_of(' ', at)) != std::string_view::npos;) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

class Control {
 public:
  Control(VenueServer& venue, std::vector<std::string_view> words) : venue_(venue), words_(std::move(words)) {}

  Json answer() {
    using Verb = Json (Control::*)();
    static const std::map<std::string_view, Verb> kVerbs{
        {"status", &Control::status}, {"halt", &Control::halt},       {"resume", &Control::resume},
        {"open", &Control::open},     {"close", &Control::close},     {"bust", &Control::bust},
        {"kick", &Control::kick},     {"disable", &Control::disable}, {"enable", &Control::enable},
        {"hash", &Control::hash},     {"check", &Control::check},     {"positions", &Control::positions}};
    const auto verb = words_.empty() ? kVerbs.end() : kVerbs.find(words_[0]);
    if (verb == kVerbs.end()) {
      std::string known = "stop";
      for (const auto& [name, what] : kVerbs) known += fmt::format(", {}", name);
      refuse(fmt::format("expected one of {}, found '{}'", known, words_.empty() ? "" : words_[0]));
    }
    return (this->*verb->second)();
  }

 private:
  const market::Market& market() const { return venue_.hub().market(); }
  std::string_view word(std::size_t n, std::string_view what) const {
    if (n >= words_.size()) refuse(fmt::format("expected {} {}, found nothing behind it", words_[0], what));
    return words_[n];
  }
  std::uint16_t symbol(std::size_t n) const {
    const std::string_view name = word(n, "SYMBOL");
    const std::uint16_t locate = market().locate(name);
    if (locate == 0) refuse(fmt::format("expected a symbol of this venue, found '{}'", name));
    return locate;
  }
  std::uint32_t participant(std::size_t n) const {
    const std::string_view name = word(n, "PARTICIPANT");
    const auto& all = market().options().participants;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].name == name) return static_cast<std::uint32_t>(i + 1);
    refuse(fmt::format("expected a participant of this venue, found '{}'", name));
  }

  // Of the venue; refused by the market or done.
  Json apply(const Request& r) {
    venue_.hub().apply(r);
    for (const market::Execution& e : market().executions())
      if (e.kind == market::ExecutionKind::rejected) refuse(fmt::format("the market refuses: {}", to_string(e.reason)));
    return Json::object();
  }
  Json set_state(BookState state, std::string_view reason) {
    Request r;
    r.kind = RequestKind::set_state;
    r.terms.locate = symbol(1);
    r.state = state;
    std::memcpy(r.terms.codes.data(), reason.data(), std::min<std::size_t>(reason.size(), 4));
    return apply(r);
  }
  Json halt() { return set_state(BookState::halted, words_.size() > 2 ? words_[2] : ""); }
  Json resume() { return set_state(BookState::continuous, ""); }
  Json open() {
    if (!venue_.schedule().open(venue_.hub())) refuse("the market is open");
    return Json::object();
  }
  Json close() {
    if (!venue_.schedule().close(venue_.hub())) refuse("no day is open");
    return Json::object();
  }
  Json bust() {
    Request r;
    r.kind = RequestKind::bust;
    const std::string_view text = word(1, "MATCH_NUMBER");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), r.match_number);
    if (error != std::errc() || end != text.data() + text.size())
      refuse(fmt::format("expected a match number, found '{}'", text));
    return apply(r);
  }
  Json kick() {
    const std::uint32_t p = participant(1);
    if (!venue_.ouch().kick(p) && (venue_.fix() == nullptr || !venue_.fix()->kick(p)))
      refuse(fmt::format("'{}' is not connected", words_[1]));
    return Json::object();
  }
  Json switch_to(RequestKind kind) {
    Request r;
    r.kind = kind;
    r.participant = participant(1);
    return apply(r);
  }
  Json disable() { return switch_to(RequestKind::disable); }
  Json enable() { return switch_to(RequestKind::enable); }

  Json hash() {
    return {{"requests", market().requests()},
            {"tape", market().tape()->next_sequence() - 1},
            {"hash", fmt::format("{:016x}", market().state_hash())}};
  }
  Json check() {
    if (const std::string wrong = market().check(); !wrong.empty()) refuse(wrong);
    return Json::object();
  }

  Json positions() {
    const std::uint32_t p = participant(1);
    const auto& state = market().participant(p);
    Json symbols = Json::object();
    for (const market::Instrument& i : market().options().instruments) {
      if (words_.size() > 2 && i.symbol != words_[2]) continue;
      const market::Position& at = market().position(p, i.locate);
      if (at == market::Position{}) continue;
      symbols[i.symbol] = {{"shares", at.shares}, {"cash", at.cash}};
    }
    return {{"participant", words_[1]},
            {"connected", venue_.ouch().connected(p) || (venue_.fix() != nullptr && venue_.fix()->connected(p))},
            {"enabled", state.enabled},
            {"open_orders", state.open_orders},
            {"executions", state.executions},
            {"last_user_ref", venue_.accounts().last_number(p)},
            {"sequence", venue_.accounts().stream(p)->next_sequence() - 1},
            {"fees", state.fees},
            {"positions", symbols}};
  }

  Json status() {
    const VenueTotals& t = venue_.totals();
    Json ports = Json::object();
    for (const auto& p : venue_.ports())
      ports[p->name()] = {{"port", p->port()}, {"connections", p->connections()}, {"accepted", p->accepted()}};
    for (const auto& u : venue_.udp())
      ports[fmt::format("UDP {}", market().options().participants[u->gateway().port().participant - 1].name)] = {
          {"port", u->port()}};
    if (const auto* r = venue_.rerequest()) ports["re-request"] = {{"port", r->port()}};
    if (const auto* f = venue_.fix())
      ports["FIX"] = {{"port", f->port()}, {"connections", f->connections()}, {"accepted", f->counters().connections}};
    const auto& tape = market().tape();
    return {{"phase", gateway::to_string(venue_.schedule().phase())},
            {"day", market().day()},
            {"session", std::string(tape->session().begin(), tape->session().end())},
            {"requests", market().requests()},
            {"replayed", venue_.hub().recovery().replayed},
            {"tape", tape->next_sequence() - 1},
            {"published", venue_.feed().next_sequence() - 1},
            {"executions", t.executions},
            {"trades", t.trades},
            {"shares", t.shares},
            {"logins", venue_.ouch().counters().logins},
            {"clock_set_back", venue_.hub().clock_set_back()},
            {"ports", ports}};
  }

  VenueServer& venue_;
  std::vector<std::string_view> words_;
};

// "name value" of all that are not zero.
class Lines {
 public:
  explicit Lines(std::string title) : text_(std::move(title)) {}
  void add(std::string_view name, std::uint64_t value) {
    if (value != 0) text_ += fmt::format("{}{} {}", std::exchange(first_, false) ? " " : ", ", value, name);
  }
  std::string text() const { return first_ ? text_ + " nothing\n" : text_ + "\n"; }

 private:
  std::string text_;
  bool first_ = true;
};

std::string sessions_text(std::string title, const session::SoupServerCounters& c) {
  Lines l(std::move(title));
  l.add("logins", c.logins);
  l.add("sequenced messages", c.sequenced);
  l.add("messages received", c.unsequenced);
  for (std::size_t i = 1; i < session::kSoupEnds; ++i)
    l.add(fmt::format("ended: {}", to_string(static_cast<session::SoupEnd>(i))), c.ends[i]);
  return l.text();
}

}  // namespace

std::string_view to_string(market::Reason reason) noexcept {
  using enum market::Reason;
  switch (reason) {
    case state:
      return "not in this state of the book";
    case unknown_symbol:
      return "unknown symbol";
    case unknown_trade:
      return "unknown trade";
    case already_busted:
      return "the trade has been busted already";
    case unknown_participant:
      return "unknown participant";
    case closed:
      return "no day is open";
    case bad_request:
      return "no such request";
    default:
      return "it cannot be done now";
  }
}

std::vector<std::pair<std::string_view, std::uint64_t>> fix_counters(const venue::FixGateway& fix) {
  const session::FixCounters& c = fix.counters();
  return {{"logons", c.logons},
          {"messages received", c.received},
          {"messages sent", c.sent},
          {"told after recovery", fix.recovered()},
          {"cancelled on disconnect", fix.cancelled()},
          {"refused: day full", fix.day_full()},
          {"ended: no session of this venue, or taken", c.refused},
          {"ended: wrong password", c.unauthorized},
          {"ended: locked out after wrong passwords", c.locked_out},
          {"ended: logon timeout", c.silent},
          {"ended: displaced", c.displaced},
          {"ended: too slow", c.slow},
          {"ended: message too long", c.too_long},
          {"ended: too many messages", c.too_fast}};
}

std::string answer_control(VenueServer& venue, std::string_view line) {
  try {
    Json answer{{"ok", true}};
    answer.update(Control(venue, words_of(line)).answer());
    std::string text = answer.dump();
    if (text.size() > ControlServer::kMaxAnswer) refuse("the answer is too long; name a symbol");
    return text;
  } catch (const std::exception& e) {
    return Json{{"ok", false}, {"errors", {e.what()}}}.dump();
  }
}

std::string status_line(const VenueServer& venue) {
  const VenueTotals& t = venue.totals();
  std::size_t connections = 0;
  for (const auto& p : venue.ports()) connections += p->connections();
  if (venue.fix() != nullptr) connections += venue.fix()->connections();
  return fmt::format("venue: {}; {} connections, {} requests, {} trades, tape {}\n",
                     gateway::to_string(venue.schedule().phase()), connections, venue.hub().market().requests(),
                     t.trades, venue.hub().market().tape()->next_sequence() - 1);
}

std::string closing_report(const VenueServer& venue) {
  const VenueTotals& t = venue.totals();
  const auto& market = venue.hub().market();
  std::string text =
      fmt::format("market: day {}, {}; {} requests ({} of them recovered), {} executions, {} trades, {} shares\n",
                  market.day(), gateway::to_string(venue.schedule().phase()), market.requests(),
                  venue.hub().recovery().replayed, t.executions, t.trades, t.shares);
  const market::FeedCounters& f = venue.feed().counters();
  text += fmt::format("lines: {} messages in {} packets, {} heartbeats, {} and {} packets skipped\n", f.messages,
                      f.packets, f.heartbeats, f.skipped[0], f.skipped[1]);
  Lines messages("orders:");
  for (std::size_t i = 0; i < gateway::kEntryOutcomes; ++i)
    messages.add(to_string(static_cast<gateway::EntryOutcome>(i)), venue.entry().counters()[i]);
  messages.add("numbers passed over", venue.entry().passed_over());
  text += messages.text();
  text += sessions_text("OUCH sessions:", venue.ouch().counters());
  Lines more("OUCH connections:");
  more.add("taken over", venue.ouch().taken_over());
  more.add("cancelled on disconnect", venue.ouch().cancelled());
  text += more.text();
  if (const auto* f = venue.fix()) {
    Lines l("FIX sessions:");
    for (const auto& [name, value] : fix_counters(*f)) l.add(name, value);
    text += l.text();
  }
  if (venue.glimpse() != nullptr) text += sessions_text("GLIMPSE sessions:", venue.glimpse()->counters());
  for (const auto& u : venue.udp()) {
    Lines l(fmt::format("UDP of {}:", market.options().participants[u->gateway().port().participant - 1].name));
    for (std::size_t i = 0; i < gateway::kUdpOutcomes; ++i)
      l.add(to_string(static_cast<gateway::UdpOutcome>(i)), u->gateway().counters()[i]);
    text += l.text();
  }
  if (const auto* r = venue.rerequest()) {
    Lines l("re-requests:");
    for (std::size_t i = 0; i < market::kRerequestOutcomes; ++i)
      l.add(to_string(static_cast<market::RerequestOutcome>(i)), r->server().counters()[i]);
    text += l.text();
  }
  return text;
}

}  // namespace twinpath
