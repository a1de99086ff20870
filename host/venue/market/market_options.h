// What a market is made of: its instruments and its participants. Part of the input, as the requests are.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twinpath::market {

// Orders are of fewer shares than this, and limits at most this price: OUCH 5.0's bounds, and ITCH 5.0's.
inline constexpr std::uint32_t kMostShares = 999'999;
inline constexpr std::uint64_t kHighestPrice = 1'999'999'900;  // $199,999.99

// Prices in 1/10,000 dollar.
struct Instrument {
  std::string symbol;             // 1 to 8 characters
  std::uint16_t locate = 0;       // from 1, each once
  std::uint32_t tick = 100;       // prices are multiples of it
  std::uint32_t lot = 1;          // quantities likewise
  std::uint32_t round_lot = 100;  // of the directory
  std::uint64_t reference = 0;    // price, a multiple of the tick; anchors the first auction
  // Orders outside are refused; both included, multiples of the tick, 0: none.
  std::uint64_t band_low = 0;
  std::uint64_t band_high = 0;
};

// 0: no limit.
struct Participant {
  std::string name;
  // Participants of one firm (not 0) are one when it comes to self-trade prevention.
  std::uint32_t firm = 0;
  std::uint32_t most_open_orders = 0;
  std::uint32_t most_shares = 0;        // an order
  std::uint32_t requests_a_second = 0;  // enters and replaces; whoever is over it can still cancel
  std::uint32_t burst = 1;              // of which so many may come at once
};

// 1/10,000 dollar a share, the participant's cost; negative: a rebate. -1,000 to 1,000.
struct Fees {
  std::int32_t added = 0;
  std::int32_t removed = 0;
  std::int32_t auction = 0;
};

struct MarketOptions {
  std::vector<Instrument> instruments;
  std::vector<Participant> participants;
  Fees fees;
  std::string session = "TWINPATH";          // of the tape, at most 8 characters; the day's number follows
  std::uint64_t expected_orders = 1u << 14;  // open at once; more only cost the touch of their memory

  // What every replay must have alike. Equal options give equal numbers.
  std::uint64_t fingerprint() const;
  // Throws std::invalid_argument that names the entry, what was expected and what was found.
  void validate() const;
};

}  // namespace twinpath::market
