#include <fmt/format.h>

#include "host/apps/config/decimal.h"
#include "host/apps/venue/venue_config.h"
#include "host/venue/symbol_universe.h"

namespace twinpath {

std::string sample_venue_config(const VenueSample& sample) {
  venue::GeneratorOptions options;
  options.seed = sample.seed;
  options.symbols = sample.symbols;
  venue::Random random(sample.seed);
  const venue::SymbolUniverse symbols(options, random);
  std::string text = fmt::format(
      R"(# A venue on this machine: twinpath venue --config FILE. host/apps/CONFIG.md lists every key.
[venue]
journal = "venue-journal"       # every request; a venue that was killed goes on from it
control = "venue.sock"          # twinpath control venue.sock status
session = "TWINPATH"            # of tape and streams; the day's number follows

[phases]
opening = "at once"             # or "09:30:00", or "+10" seconds of auction after the day began
closing = "never"

[ouch]
listen = "127.0.0.1:{}"

[glimpse]
listen = "127.0.0.1:{}"

[rerequest]
listen = "127.0.0.1:{}"

[feed]                          # ITCH 5.0 over MoldUDP64
line_a = "239.255.26.1:{}"
line_b = "239.255.26.2:{}"
interface = "lo"
ttl = 0
)",
      sample.port, sample.port + 1, sample.port + 2, sample.port + 3, sample.port + 3);
  for (std::uint32_t s = 0; s < symbols.size(); ++s) {
    const std::uint64_t reference = static_cast<std::uint64_t>(symbols[s].reference_tick) * 100;
    text += fmt::format("\n[[symbol]]\nname = \"{}\"\nlocate = {}\nreference = \"{}\"\n", trimmed(symbols[s].name),
                        symbols[s].locate, dollars_text(reference));
  }
  for (unsigned p = 0; p < sample.participants; ++p) {
    text +=
        fmt::format("\n[[participant]]\nname = \"P{0:03}\"\nlogin = \"P{0:03}\"\npassword = \"secret{0:03}\"\n", p + 1);
    if (p == 0) {
      text +=
          fmt::format("udp = \"127.0.0.1:{}\"         # Enter and Cancel Order in datagrams, as a card sends them\n",
                      sample.port + 4);
      text += "\n[[drop_copy]]\nlogin = \"DROP1\"\npassword = \"readonly\"\nparticipant = \"P001\"\n";
    }
  }
  return text;
}

}  // namespace twinpath
