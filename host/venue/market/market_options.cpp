#include "host/venue/market/market_options.h"

#include <cstddef>
#include <set>
#include <stdexcept>

#include "host/venue/matching/word_hash.h"

namespace twinpath::market {
namespace {

void text(matching::WordHash& h, std::string_view s) {
  h.word(s.size());
  for (const char c : s) h.word(static_cast<unsigned char>(c));
}

[[noreturn]] void bad(const std::string& where, const std::string& expected, const std::string& found) {
  throw std::invalid_argument(where + ": expected " + expected + ", found " + found);
}

}  // namespace

std::uint64_t MarketOptions::fingerprint() const {
  matching::WordHash h;
  for (const Instrument& i : instruments) {
    text(h, i.symbol);
    for (const std::uint64_t w : {std::uint64_t{i.locate}, std::uint64_t{i.tick}, std::uint64_t{i.lot},
                                  std::uint64_t{i.round_lot}, i.reference, i.band_low, i.band_high})
      h.word(w);
  }
  h.word(participants.size());
  for (const Participant& p : participants) {
    text(h, p.name);
    for (const std::uint32_t w : {p.firm, p.most_open_orders, p.most_shares, p.requests_a_second, p.burst}) h.word(w);
  }
  for (const std::int32_t w : {fees.added, fees.removed, fees.auction}) h.word(static_cast<std::uint32_t>(w));
  text(h, session);
  return h.hash();
}

void MarketOptions::validate() const {
  if (instruments.empty()) bad("instruments", "at least one", "none");
  std::set<std::string> symbols;
  std::set<std::uint16_t> locates;
  for (std::size_t n = 0; n < instruments.size(); ++n) {
    const Instrument& i = instruments[n];
    const std::string where = "instruments[" + std::to_string(n) + "] (" + i.symbol + ").";
    if (i.symbol.empty() || i.symbol.size() > 8)
      bad(where + "symbol", "1 to 8 characters", std::to_string(i.symbol.size()));
    if (!symbols.insert(i.symbol).second) bad(where + "symbol", "each symbol once", "it twice");
    if (i.locate == 0 || !locates.insert(i.locate).second)
      bad(where + "locate", "1 to 65535, each once", std::to_string(i.locate));
    if (i.tick == 0 || i.tick > kHighestPrice)
      bad(where + "tick", "1 to " + std::to_string(kHighestPrice), std::to_string(i.tick));
    if (i.lot == 0 || i.lot > kMostShares)
      bad(where + "lot", "1 to " + std::to_string(kMostShares), std::to_string(i.lot));
    const auto price = [&](const char* name, std::uint64_t value) {
      if (value > kHighestPrice || value % i.tick != 0)
        bad(where + name, "a multiple of the tick, at most " + std::to_string(kHighestPrice), std::to_string(value));
    };
    price("reference", i.reference);
    price("band_low", i.band_low);
    price("band_high", i.band_high);
    if (i.band_low > i.band_high)
      bad(where + "band_low", "at most band_high, " + std::to_string(i.band_high), std::to_string(i.band_low));
  }
  for (std::size_t n = 0; n < participants.size(); ++n) {
    const Participant& p = participants[n];
    const std::string where = "participants[" + std::to_string(n) + "] (" + p.name + ").";
    if (p.firm >= 0x8000'0000) bad(where + "firm", "below 2^31", std::to_string(p.firm));
    if (p.requests_a_second > 1'000'000'000)
      bad(where + "requests_a_second", "at most 1000000000", std::to_string(p.requests_a_second));
    if (p.burst == 0 || p.burst > 1'000'000) bad(where + "burst", "1 to 1000000", std::to_string(p.burst));
  }
  for (const auto& [name, fee] : {std::pair{"added", fees.added}, {"removed", fees.removed}, {"auction", fees.auction}})
    if (fee < -1'000 || fee > 1'000)
      bad(std::string("fees.") + name, "-1000 to 1000 (1/10,000 dollar a share)", std::to_string(fee));
  if (session.empty() || session.size() > 8) bad("session", "1 to 8 characters", std::to_string(session.size()));
}

}  // namespace twinpath::market
