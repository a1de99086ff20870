#include "host/apps/venue/venue_config_fix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace twinpath {
namespace {

using config::Reader;

// The text under `key`, of 1 to 32 characters that are all good; else it is reported.
template <class Good>
void read_word(Reader& r, std::string_view key, std::string_view expected, std::string& to, Good&& good) {
  if (!r.has(key)) return r.missing(key, expected, "add it");
  const auto text = r.text(key, expected, 32);
  if (!text) return;
  if (text->empty() || !std::ranges::all_of(*text, good)) return r.wrong(key, expected, "choose another");
  to = *text;
}

// It is in the names of files.
void read_comp_id(Reader& r, std::string_view key, std::string& to) {
  read_word(r, key, "1 to 32 letters, digits, '-' and '_'", to,
            [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

template <class T>
void read_number(Reader& r, std::string_view key, T& to, std::uint64_t least, std::uint64_t most) {
  if (const auto n = r.integer(key, least, most)) to = static_cast<T>(*n);
}

}  // namespace

void read_login_limit(Reader& r, session::LoginLimit& to) {
  to.failures = 10;
  read_number(r, "login_failures", to.failures, 0, 1'000'000);
  read_number(r, "login_lock_s", to.lock_s, 1, 86'400);
}

void read_fix_section(Reader& r, venue::FixGatewayOptions& to) {
  constexpr std::string_view kExample = "127.0.0.1:26405";
  if (!r.has("listen")) r.missing("listen", config::endpoint_expected(kExample, "TCP"), "add it");
  if (const auto at = r.endpoint("listen", kExample, "TCP")) {
    const auto byte = [&](int shift) { return at->address >> shift & 0xFF; };
    to.address = fmt::format("{}.{}.{}.{}", byte(24), byte(16), byte(8), byte(0));
    to.port = at->port;
  }
  if (!session::has_fix())
    r.wrong("listen", "a twinpath that speaks FIX", "one that was built without QuickFIX",
            "install libquickfix-dev (scripts/install) and build with -DTP_FIX=ON, or leave [fix] out");
  if (!r.has("folder")) r.missing("folder", "the folder of what its sessions have sent", "add it");
  to.folder = r.text("folder", "a folder").value_or("");
  if (r.has("comp_id")) read_comp_id(r, "comp_id", to.comp_id);
  read_login_limit(r, to.login_limit);
  read_number(r, "messages_a_second", to.messages_a_second, 0, 1'000'000'000);
  read_number(r, "max_message", to.most_message, 256, 1u << 20);
  read_number(r, "logon_s", to.logon_timeout, 1, 3'600);
  if (const auto s = r.number("return_within_s", 0, 86'400)) to.return_within = {static_cast<std::uint64_t>(*s * 1e9)};
  r.finish();
}

void read_fix_participant(Reader& r, venue::FixParticipant& to) {
  read_comp_id(r, "fix_comp_id", to.comp_id);
  if (r.choice("fix_version", {"4.2", "4.4"}).value_or("4.2") == "4.4") to.version = venue::FixVersion::v44;
  read_word(r, "password", "1 to 32 printable characters", to.password,
            [](unsigned char c) { return std::isprint(c) != 0; });
  for (const std::string_view key : {"login", "udp"})
    if (r.text(key, "a text"))
      r.wrong(key, "no key of OUCH beside fix_comp_id",
              "a participant trades in OUCH or in FIX: leave one of them out");
}

}  // namespace twinpath
