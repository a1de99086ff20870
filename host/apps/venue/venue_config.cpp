#include "host/apps/venue/venue_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>
#include <stdexcept>
#include <string_view>

#include "host/apps/config/config_file.h"
#include "host/apps/config/config_reader.h"
#include "host/apps/config/decimal.h"
#include "host/apps/venue/venue_config_fix.h"

namespace twinpath {
namespace {

using config::Errors;
using config::Reader;
using gateway::PhaseTime;
using market::SelfTrade;

constexpr std::uint32_t kMost32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kMostRate = 1'000'000'000;

// The value under `key`, when it is there and good, goes to `to`.
template <class T>
void number(Reader& r, std::string_view key, T& to, std::uint64_t least, std::uint64_t most) {
  if (const auto n = r.integer(key, least, most)) to = static_cast<T>(*n);
}
template <class T>
void money(Reader& r, std::string_view key, T& to) {
  if (const auto p = r.dollars(key, market::kHighestPrice)) to = static_cast<T>(*p);
}

class Loader {
 public:
  Loader(const toml::table& table, const std::string& name, Errors& errors) : top_(table, "", name, errors) {}

  VenueConfig load() {
    if (auto t = section("venue")) read_venue(*t);
    if (auto t = section("ouch")) read_ouch(*t);
    if (auto t = section("feed")) read_feed(*t);
    if (auto t = top_.table("fix")) read_fix_section(*t, config_.fix.emplace());
    if (auto t = top_.table("glimpse")) read_glimpse(*t);
    if (auto t = top_.table("rerequest")) read_rerequest(*t);
    if (auto t = top_.table("phases")) read_phases(*t);
    if (auto t = top_.table("fees")) read_fees(*t);
    auto symbols = top_.tables("symbol");
    if (symbols.empty()) top_.missing("symbol", "at least one [[symbol]]", "add the symbols that are traded");
    for (Reader& r : symbols) read_symbol(r);
    auto participants = top_.tables("participant");
    if (participants.empty()) top_.missing("participant", "at least one [[participant]]", "add those who trade");
    for (Reader& r : participants) read_participant(r);
    if (config_.fix && config_.fix->participants.empty())
      top_.wrong("fix", "at least one [[participant]] with a fix_comp_id", "none",
                 "give one its fix_comp_id, or leave [fix] out");
    for (Reader& r : top_.tables("drop_copy")) read_drop_copy(r);
    top_.finish();
    config_.glimpse.logins = config_.ouch.logins;
    config_.glimpse.login_limit = config_.ouch.login_limit;
    if (config_.fix) config_.fix->most_connections = config_.most_connections;
    return std::move(config_);
  }

 private:
  std::optional<Reader> section(std::string_view key) {
    if (!top_.has(key)) top_.missing(key, fmt::format("a section [{}]", key), "add it");
    return top_.table(key);
  }
  std::optional<net::Endpoint> place(Reader& r, std::string_view key, std::string_view transport) {
    constexpr std::string_view kExample = "127.0.0.1:26400";
    if (!r.has(key)) r.missing(key, config::endpoint_expected(kExample, transport), "add it");
    return r.endpoint(key, kExample, transport);
  }
  static void rate(Reader& r, std::string_view key, std::uint32_t& a_second, std::uint32_t& burst) {
    number(r, key, a_second, 0, kMostRate);
    number(r, "burst", burst, 1, 1'000'000);
  }

  void read_venue(Reader& r) {
    if (!r.has("journal")) r.missing("journal", "the folder of the venue's log", "add it");
    config_.journal = r.text("journal", "a folder").value_or("");
    config_.control = r.text("control", "a file name").value_or("");
    config_.stats = r.text("stats", "a folder").value_or("");
    if (const auto s = r.text("session", "1 to 8 characters", 8)) config_.market.session = *s;
    number(r, "expected_orders", config_.market.expected_orders, 1, 1u << 28);
    number(r, "most_connections", config_.most_connections, 1, 60'000);
    r.finish();
  }

  void read_ouch(Reader& r) {
    if (const auto at = place(r, "listen", "TCP")) config_.ouch_at = *at;
    rate(r, "messages_a_second", config_.ouch.messages_a_second, config_.ouch.burst);
    number(r, "max_packet", config_.ouch.soup.max_packet, 64, 0xFFFF);
    number(r, "max_lag", config_.ouch.soup.max_lag, 1, kMost32);
    read_login_limit(r, config_.ouch.login_limit);
    if (const auto s = r.number("return_within_s", 0, 86'400)) config_.ouch.return_within = seconds(*s);
    if (const auto s = r.number("silence_s", 1, 3'600)) config_.ouch.soup.times.silence = seconds(*s);
    if (const auto s = r.number("login_s", 0.1, 3'600)) config_.ouch.soup.times.login = seconds(*s);
    if (const auto s = r.number("stall_s", 0.1, 3'600)) config_.ouch.soup.stall = seconds(*s);
    r.finish();
  }

  void read_feed(Reader& r) {
    const std::string_view keys[2] = {"line_a", "line_b"};
    for (std::size_t i = 0; i < 2; ++i) {
      const auto to = place(r, keys[i], "UDP");
      if (!to) continue;
      config_.feed.lines[i].destination_ip = to->address;
      config_.feed.lines[i].destination_port = to->port;
    }
    if (const auto i = r.text("interface", "the name of a network interface", 15)) config_.interface = *i;
    std::uint8_t ttl = 1;
    number(r, "ttl", ttl, 0, 255);
    for (net::UdpLine& line : config_.feed.lines) line.time_to_live = ttl;
    number(r, "max_payload", config_.feed.max_payload, 72, 1'472);
    if (const auto ms = r.number("heartbeat_ms", 1, 60'000)) config_.feed.heartbeat_ns = seconds(*ms / 1'000).value;
    number(r, "repeat", config_.repeat, 0, kMost32);
    r.finish();
  }

  void read_glimpse(Reader& r) {
    config_.glimpse_at = place(r, "listen", "TCP");
    rate(r, "snapshots_a_second", config_.glimpse.snapshots_a_second, config_.glimpse.burst);
    r.finish();
  }

  void read_rerequest(Reader& r) {
    config_.rerequest_at = place(r, "listen", "UDP");
    number(r, "requests_a_second", config_.rerequest.requests_a_second, 1, kMostRate);
    number(r, "burst", config_.rerequest.burst, 1, 1'000'000);
    r.finish();
  }

  void read_phases(Reader& r) {
    phase(r, "opening", config_.schedule.opening);
    phase(r, "closing", config_.schedule.closing);
    if (const auto s = r.number("closing_call_s", 0, 86'400)) config_.schedule.closing_call_ns = seconds(*s).value;
    if (const auto s = r.number("indicate_s", 0.01, 86'400)) config_.schedule.indicate_ns = seconds(*s).value;
    r.finish();
  }

  void phase(Reader& r, std::string_view key, PhaseTime& to) {
    constexpr std::string_view kExpected =
        "\"at once\", \"never\", a time such as \"09:30:00\", or \"+10\": seconds after the day began";
    const auto text = r.text(key, kExpected);
    if (!text) return;
    if (*text == "at once") {
      to = {PhaseTime::Kind::after_begin, 0};
    } else if (*text == "never") {
      to = {};
    } else if (const auto time = parse_time_of_day(*text)) {
      to = {PhaseTime::Kind::time_of_day, *time};
    } else if (const auto after = text->starts_with('+') ? parse_dollars(text->substr(1)) : std::nullopt) {
      to = {PhaseTime::Kind::after_begin,
            *after * (1'000'000'000 / kUnitsPerDollar)};  // four decimals, as dollars have
    } else {
      r.wrong(key, kExpected, "write one of these in double quotes");
    }
  }

  void read_fees(Reader& r) {
    for (const auto& [key, to] : {std::pair<std::string_view, std::int32_t*>{"added", &config_.market.fees.added},
                                  {"removed", &config_.market.fees.removed},
                                  {"auction", &config_.market.fees.auction}})
      if (const auto fee = r.signed_integer(key, -1'000, 1'000)) *to = static_cast<std::int32_t>(*fee);
    r.finish();
  }

  void read_symbol(Reader& r) {
    market::Instrument i;
    if (!r.has("name")) r.missing("name", "1 to 8 characters", "add it");
    if (const auto name = r.text("name", "1 to 8 characters", 8)) i.symbol = *name;
    if (!r.has("locate")) r.missing("locate", "1 to 65535, each once", "add it");
    number(r, "locate", i.locate, 1, 0xFFFF);
    money(r, "tick", i.tick);
    number(r, "lot", i.lot, 1, market::kMostShares);
    number(r, "round_lot", i.round_lot, 1, market::kMostShares);
    money(r, "reference", i.reference);
    money(r, "band_low", i.band_low);
    money(r, "band_high", i.band_high);
    r.finish();
    config_.market.instruments.push_back(std::move(i));
  }

  // A SoupBinTCP name and password.
  gateway::OuchLogin login(Reader& r) {
    gateway::OuchLogin l;
    const auto word = [&](std::string_view key, std::size_t most, std::string& to) {
      const std::string expected = fmt::format("1 to {} letters and digits", most);
      if (!r.has(key)) return r.missing(key, expected, "add it");
      const auto text = r.text(key, expected, most);
      if (!text) return;
      to = *text;
      if (to.empty() || !std::ranges::all_of(to, [](unsigned char c) { return std::isalnum(c) != 0; }))
        r.wrong(key, expected, "SoupBinTCP 2.2.3 has nothing else");
    };
    word("login", 6, l.name);
    word("password", 10, l.password);
    const auto upper = [](std::string s) {
      std::ranges::transform(s, s.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      return s;
    };
    if (!l.name.empty() && !logins_.insert({upper(l.name), true}).second)
      r.wrong("login", "each login once (case does not count)", "it twice", "give every login a name of its own");
    return l;
  }

  void read_participant(Reader& r) {
    market::Participant p;
    gateway::OuchParticipant o;
    if (!r.has("name")) r.missing("name", "the participant's name", "add it");
    if (const auto name = r.text("name", "1 to 32 characters", 32)) p.name = *name;
    const auto number_of = static_cast<std::uint32_t>(config_.market.participants.size() + 1);
    if (!p.name.empty() && !names_.emplace(p.name, number_of).second)
      r.wrong("name", "each participant once", "it twice", "give every participant a name of its own");
    if (const auto firm = r.text("firm", "at most 4 characters", 4); firm && !firm->empty()) {
      o.firm = make_text<4>(*firm);
      p.firm = firms_.emplace(*firm, static_cast<std::uint32_t>(firms_.size() + 1)).first->second;
    }
    number(r, "max_open_orders", p.most_open_orders, 0, kMost32);
    number(r, "max_shares", p.most_shares, 0, market::kMostShares);
    rate(r, "requests_a_second", p.requests_a_second, p.burst);
    if (const auto s =
            r.choice("self_trade", {"allow", "cancel_newest", "cancel_oldest", "cancel_both", "decrement"})) {
      using enum SelfTrade;
      const std::map<std::string_view, SelfTrade> kinds{{"allow", allow},
                                                        {"cancel_newest", cancel_newest},
                                                        {"cancel_oldest", cancel_oldest},
                                                        {"cancel_both", cancel_both},
                                                        {"decrement", decrement}};
      o.self_trade = kinds.at(*s);
    }
    const bool fix = r.has("fix_comp_id"), cancel = r.flag("cancel_on_disconnect").value_or(true);
    config_.ouch.cancel_on_disconnect.resize(number_of + 1, true);
    config_.ouch.cancel_on_disconnect[number_of] = cancel && !fix;
    if (fix) {
      read_fix(r, number_of, o.self_trade, cancel);
    } else {
      gateway::OuchLogin l = login(r);
      l.participant = number_of;
      config_.ouch.logins.push_back(std::move(l));
      read_udp(r, number_of);
    }
    r.finish();
    config_.market.participants.push_back(std::move(p));
    config_.participants.push_back(o);
  }
  void read_udp(Reader& r, std::uint32_t participant) {
    const auto at = r.endpoint("udp", "127.0.0.1:26401");
    if (!at) return;
    gateway::UdpPort port{.participant = participant, .at = *at};
    if (const auto from = r.endpoint("udp_from", "10.0.0.1:26400")) port.from = *from;
    number(r, "udp_messages_a_second", port.messages_a_second, 0, kMostRate);
    number(r, "udp_burst", port.burst, 1, 1'000'000);
    config_.udp.push_back(port);
  }
  void read_fix(Reader& r, std::uint32_t participant, SelfTrade self_trade, bool cancel) {
    venue::FixParticipant p{.participant = participant,
                            .comp_id = {},
                            .password = {},
                            .self_trade = self_trade,
                            .cancel_on_disconnect = cancel};
    read_fix_participant(r, p);
    if (!config_.fix) return r.wrong("fix_comp_id", "a section [fix]", "none", "add it");
    if (!comp_ids_.insert({p.comp_id, true}).second)
      r.wrong("fix_comp_id", "each once", "it twice", "give every participant one of its own");
    config_.fix->participants.push_back(std::move(p));
  }

  void read_drop_copy(Reader& r) {
    gateway::OuchLogin l = login(r);
    l.drop_copy = true;
    if (r.has("participant") == r.has("firm"))
      r.missing("participant", "either participant or firm", "say whose executions are read, by one of the two");
    std::vector<std::uint32_t> whose;
    if (const auto name = r.text("participant", "the name of a [[participant]]", 32)) {
      const auto found = names_.find(*name);
      if (found == names_.end())
        r.wrong("participant", "the name of a [[participant]]", "see those above");
      else
        whose.push_back(l.participant = found->second);
    }
    if (const auto firm = r.text("firm", "the firm of a [[participant]]", 4)) {
      for (std::size_t i = 0; i < config_.participants.size(); ++i)
        if (config_.participants[i].firm == make_text<4>(*firm)) whose.push_back(static_cast<std::uint32_t>(i + 1));
      if (whose.empty())
        r.wrong("firm", "the firm of a [[participant]]", "see those above");
      else
        l.participant = whose.front();
    }
    if (r.flag("executions").value_or(false) || r.has("firm")) {
      l.executions = config_.copies.size();
      config_.copies.push_back(std::move(whose));
    }
    r.finish();
    config_.ouch.logins.push_back(std::move(l));
  }

  static Nanoseconds seconds(double s) { return {static_cast<std::uint64_t>(s * 1e9)}; }

  Reader top_;
  VenueConfig config_;
  std::map<std::string, std::uint32_t, std::less<>> names_, firms_;
  std::map<std::string, bool> logins_, comp_ids_;
};

}  // namespace

VenueConfig load_venue_config(const std::filesystem::path& file) {
  const auto text = config::file_contents(file);
  if (!text)
    throw ConfigError({fmt::format("{}:1: cannot be read; check that the file exists and is readable", file.string())});
  Errors errors;
  const auto table = config::parse_toml(*text, file.string(), errors);
  errors.throw_if_any();
  VenueConfig c = Loader(*table, file.string(), errors).load();
  errors.throw_if_any();
  try {
    c.market.validate();
  } catch (const std::invalid_argument& e) {
    throw ConfigError({fmt::format("{}:1: {}; correct the file", file.string(), e.what())});
  }
  return c;
}

}  // namespace twinpath
