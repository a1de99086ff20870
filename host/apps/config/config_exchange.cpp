#include "host/apps/config/config_exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>

#include "host/session/fix/fix_engine.h"

namespace twinpath::config {
namespace {

using Protocol = ExchangeOptions::Protocol;

void take_endpoint(Reader& reader, std::string_view key, std::string_view example, std::string_view transport,
                   bool needed, net::Endpoint& value) {
  if (needed && !reader.has(key)) reader.missing(key, endpoint_expected(example, transport), "add it");
  if (const auto at = reader.endpoint(key, example, transport)) value = *at;
}

Protocol read_protocol(Reader& reader) {
  const auto name = reader.choice("protocol", {"ouch", "fix42", "fix44"});
  if (!name || *name == "ouch") return Protocol::ouch;
  if (!session::has_fix())
    reader.wrong("protocol", "\"ouch\", as this twinpath was built without QuickFIX",
                 "install libquickfix-dev (scripts/install) and build with -DTP_FIX=ON, or leave protocol out");
  return *name == "fix44" ? Protocol::fix44 : Protocol::fix42;
}

// What FIX has no way to say, or another way.
void check_fix(Reader& reader, const OrderConfig& order, const ExchangeOptions& exchange) {
  for (const std::string_view key : {"session", "answer_within_ms", "silence_ms"})
    if (reader.has(key))
      reader.wrong(key, "no key of OUCH beside a protocol of FIX",
                   "remove it: FIX has a session a day, statuses of orders, and a silence of 2.4 heartbeats");
  if (reader.has("orders") && exchange.orders != ExchangeOptions::Orders::session)
    reader.wrong("orders", "\"session\"", "remove it: orders in FIX go over the session");
  if (!exchange.drop_copy.empty() && exchange.drop_copy_address.port == 0)
    reader.missing("drop_copy_address", endpoint_expected("127.0.0.1:26400", "TCP"),
                   "add it: a drop copy is read in SoupBinTCP, at another port than FIX");
  for (const auto& [key, value] :
       {std::pair{"heartbeat_ms", exchange.heartbeat}, std::pair{"login_timeout_ms", exchange.login_timeout}})
    if (value.value % 1'000'000'000 != 0) reader.wrong(key, "whole seconds", "FIX counts in seconds: write 1000, say");
  const auto tif = static_cast<char>(order.attributes[0]);
  if (tif != '0' && tif != '3')
    reader.wrong("protocol", "order.time_in_force 0 or 3 beside a protocol of FIX", fmt::format("{}", tif),
                 "orders in FIX are day or immediate-or-cancel orders: correct [order]");
  const auto good = [](unsigned char c) { return std::isalnum(c) != 0 || c == ' '; };
  if (!std::ranges::all_of(order.cl_ord_id_prefix, good))
    reader.wrong("protocol", "order.cl_ord_id_prefix of letters and digits beside a protocol of FIX", "others",
                 "a ClOrdID begins with it: correct [order]");
}

}  // namespace

void read_exchange(Reader reader, const OrderConfig& order, ExchangeOptions& exchange) {
  exchange.protocol = read_protocol(reader);
  const bool fix = exchange.protocol != Protocol::ouch;
  take_endpoint(reader, "address", "127.0.0.1:26400", "TCP", true, exchange.address);
  take_endpoint(reader, "drop_copy_address", "127.0.0.1:26400", "TCP", false, exchange.drop_copy_address);
  const auto text = [&](std::string_view key, std::string_view expected, std::size_t most, bool needed,
                        std::string& value) {
    if (needed && !reader.has(key)) reader.missing(key, expected, "add it");
    if (const auto given = reader.text(key, expected, most)) value = *given;
    if (needed && reader.has(key) && value.empty()) reader.wrong(key, expected, "name it");
  };
  text("account", fix ? "1 to 32 characters" : "1 to 6 characters", fix ? 32 : 6, true, exchange.account);
  text("password", fix ? "1 to 32 characters" : "1 to 10 characters", fix ? 32 : 10, true, exchange.password);
  text("comp_id", "1 to 32 characters, in FIX", 32, false, exchange.comp_id);
  if (reader.has("comp_id") && (!fix || exchange.comp_id.empty()))
    reader.wrong("comp_id", "the exchange's CompID beside a protocol of FIX", "give protocol, or remove it");
  text("session", "at most 10 characters", 10, false, exchange.session);
  text("drop_copy", "1 to 6 characters", 6, false, exchange.drop_copy);
  text("drop_copy_password", "1 to 10 characters", 10, !exchange.drop_copy.empty(), exchange.drop_copy_password);
  text("journal", "a folder, which is made if need be", 4096, true, exchange.journal);
  if (const auto loss = reader.choice("on_loss", {"disarm", "kill"}))
    exchange.on_loss = *loss == "kill" ? ExchangeOptions::OnLoss::kill : ExchangeOptions::OnLoss::disarm;
  if (fix) exchange.orders = ExchangeOptions::Orders::session;
  if (const auto orders = reader.choice("orders", {"frames", "session"}))
    exchange.orders = *orders == "session" ? ExchangeOptions::Orders::session : ExchangeOptions::Orders::frames;
  const auto time = [&](std::string_view key, std::uint64_t unit_ns, std::uint64_t min, std::uint64_t max,
                        Nanoseconds& value) {
    if (const auto n = reader.integer(key, min, max)) value = Nanoseconds{*n * unit_ns};
  };
  constexpr std::uint64_t kMs = 1'000'000, kS = 1'000'000'000;
  time("answer_within_ms", kMs, 1, 60'000, exchange.answer_within);
  time("start_timeout_s", kS, 1, 86'400, exchange.start_timeout);
  time("heartbeat_ms", kMs, 10, 60'000, exchange.heartbeat);
  time("silence_ms", kMs, 20, 600'000, exchange.silence);
  time("login_timeout_ms", kMs, 10, 600'000, exchange.login_timeout);
  time("reconnect_first_ms", kMs, 1, 600'000, exchange.reconnect_first);
  time("reconnect_last_ms", kMs, 1, 600'000, exchange.reconnect_last);
  if (exchange.reconnect_last < exchange.reconnect_first)
    reader.wrong("reconnect_last_ms", "at least reconnect_first_ms", "the time between two attempts doubles up to it");
  if (fix) check_fix(reader, order, exchange);
  reader.finish();
}

void read_recovery(Reader reader, RecoveryOptions& recovery) {
  take_endpoint(reader, "rerequest", "127.0.0.1:26402", "UDP", false, recovery.rerequest);
  take_endpoint(reader, "glimpse", "127.0.0.1:26401", "TCP", false, recovery.glimpse);
  if (!reader.has("rerequest") && !reader.has("glimpse"))
    reader.missing("rerequest", "rerequest or glimpse, or both", "say where what was lost is had again");
  for (const auto& [key, most, value] :
       {std::tuple{"account", 6, &recovery.account}, {"password", 10, &recovery.password}}) {
    const std::string expected = fmt::format("1 to {} characters", most);
    if (reader.has("glimpse") && !reader.has(key)) reader.missing(key, expected, "add it: glimpse needs a login");
    if (const auto text = reader.text(key, expected, static_cast<std::size_t>(most))) *value = *text;
  }
  if (const auto n = reader.integer("patience_us", 0, 1'000'000)) recovery.patience = Nanoseconds{*n * 1'000};
  if (const auto n = reader.integer("retry_us", 100, 1'000'000)) recovery.retry = Nanoseconds{*n * 1'000};
  if (const auto n = reader.integer("snapshot_timeout_s", 1, 3'600))
    recovery.snapshot_timeout = Nanoseconds{*n * 1'000'000'000};
  recovery.snapshot_beyond = reader.integer("snapshot_beyond", 0, std::numeric_limits<std::uint32_t>::max())
                                 .value_or(recovery.snapshot_beyond);
  recovery.same_session = reader.flag("same_session").value_or(recovery.same_session);
  for (const std::string_view key : {"snapshot_beyond", "same_session"})
    if (reader.has(key) && !reader.has("glimpse"))
      reader.wrong(key, "glimpse beside it", "give glimpse, or remove it: there is no snapshot without");
  reader.finish();
}

}  // namespace twinpath::config
