// Margin of many accounts against mark prices: profit, initial and maintenance margin, liquidation prices, and who is
// to be liquidated. Integers only; README.md has the formulas, their rounding and their limits.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinpath::batch {

inline constexpr std::uint32_t kMostInstruments = 4096;
inline constexpr std::uint32_t kWhole = 10'000;                               // basis points
inline constexpr std::uint64_t kMostNotional = (std::uint64_t{1} << 48) - 1;  // of a position, 1/10,000 dollar
inline constexpr std::int64_t kMostCash = std::int64_t{1} << 60;              // of an account, either sign

struct MarginInstrument {
  std::uint32_t mark = 0;            // Price(4)
  std::uint16_t initial_bp = 0;      // share of the notional, basis points
  std::uint16_t maintenance_bp = 0;  // likewise
};

struct MarginPosition {
  std::uint32_t account = 0;
  std::uint32_t entry = 0;    // Price(4)
  std::int32_t quantity = 0;  // negative: short
  std::uint16_t instrument = 0;
  std::uint16_t reserved = 0;
};

enum class MarginStatus : std::uint8_t {
  healthy = 0,
  call = 1,       // equity below the initial margin
  liquidate = 2,  // equity below the maintenance margin
  rejected = 3    // nothing was computed; reasons
};
// Why an account was rejected: bits.
inline constexpr std::uint8_t kReasonInstrument = 1;  // a position in an instrument that there is not
inline constexpr std::uint8_t kReasonRate = 2;        // a rate above 10,000 basis points
inline constexpr std::uint8_t kReasonNotional = 4;    // a position beyond kMostNotional, at its mark or its entry
inline constexpr std::uint8_t kReasonCash = 8;        // cash beyond kMostCash
std::string_view to_string(MarginStatus status);
std::string reasons_text(std::uint8_t reasons);

enum class LiquidationState : std::uint8_t {
  never = 0,   // at no mark price
  at = 1,      // a long position: at this mark and below; a short one: at this mark and above
  always = 2,  // at every mark price
  rejected = 3
};

struct MarginAccountResult {
  std::int64_t equity = 0;        // cash and profit, 1/10,000 dollar
  std::uint64_t initial = 0;      // margin, likewise
  std::uint64_t maintenance = 0;  // likewise
  MarginStatus status{};
  std::uint8_t reasons = 0;
  std::uint16_t reserved = 0;
  std::uint32_t reserved2 = 0;

  bool operator==(const MarginAccountResult&) const = default;
};

struct MarginPositionResult {
  std::int64_t profit = 0;              // quantity * (mark - entry)
  std::uint32_t liquidation_price = 0;  // of this instrument, all other marks as they are; 0 unless `at`
  LiquidationState state{};
  std::uint8_t reserved = 0;
  std::uint16_t reserved2 = 0;

  bool operator==(const MarginPositionResult&) const = default;
};
static_assert(sizeof(MarginInstrument) == 8 && sizeof(MarginPosition) == 16 && sizeof(MarginAccountResult) == 32 &&
              sizeof(MarginPositionResult) == 16);

// Accounts with their positions, checked, as the kernels read them.
class MarginBook {
 public:
  // Positions by account, and within one by instrument, each instrument once. Throws std::invalid_argument that names
  // the position out of order or without account, or too many instruments, accounts or positions (2^31 each).
  MarginBook(std::vector<MarginInstrument> instruments, std::vector<std::int64_t> cash,
             std::vector<MarginPosition> positions);

  std::span<const MarginInstrument> instruments() const { return instruments_; }
  std::span<const std::int64_t> cash() const { return cash_; }
  std::span<const MarginPosition> positions() const { return positions_; }
  // Positions of account i: from first()[i] to first()[i + 1].
  std::span<const std::uint32_t> first() const { return first_; }
  // Throws std::invalid_argument when they are not one an instrument.
  void mark(std::span<const std::uint32_t> marks);

 private:
  std::vector<MarginInstrument> instruments_;
  std::vector<std::int64_t> cash_;
  std::vector<MarginPosition> positions_;
  std::vector<std::uint32_t> first_;
};

struct MarginResult {
  std::vector<MarginAccountResult> accounts;
  std::vector<MarginPositionResult> positions;
  std::vector<std::uint32_t> liquidate;  // accounts, ascending

  bool operator==(const MarginResult&) const = default;
};

// The reference, and the backend `cpu`.
void margin_sweep(const MarginBook& book, MarginResult& out);

}  // namespace twinpath::batch
