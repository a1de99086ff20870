// Best bid and offer. SEM 3.4.
#pragma once
#include <cstdint>

#include "host/core/types.h"

namespace twinpath {

enum class SideState : std::uint32_t { empty = 0, quoted = 1, unknown = 2 };

// Price and quantity are 0 unless the side is quoted.
struct SideQuote {
  SideState state = SideState::empty;
  Price price;
  Quantity quantity;

  bool quoted() const noexcept { return state == SideState::quoted; }
  // Without a branch a field: whether a quote changed is nobody's guess.
  bool operator==(const SideQuote& o) const noexcept {
    return ((static_cast<std::uint32_t>(state) ^ static_cast<std::uint32_t>(o.state)) | (price.value ^ o.price.value) |
            (quantity.value ^ o.quantity.value)) == 0;
  }
};

struct Bbo {
  SideQuote bid;
  SideQuote ask;

  // By address, where a choice would become a branch.
  SideQuote& of(Side side) noexcept { return *(&bid + static_cast<unsigned>(side)); }
  const SideQuote& of(Side side) const noexcept { return *(&bid + static_cast<unsigned>(side)); }
  bool operator==(const Bbo& o) const noexcept {
    return (static_cast<unsigned>(bid == o.bid) & static_cast<unsigned>(ask == o.ask)) != 0;
  }
  // Locked or crossed: both quoted and nothing between them.
  bool crossed() const noexcept {
    const unsigned quoted = static_cast<unsigned>(bid.quoted()) & static_cast<unsigned>(ask.quoted());
    return (quoted & static_cast<unsigned>(bid.price >= ask.price)) != 0;
  }
  bool known() const noexcept {
    constexpr auto kUnknown = static_cast<std::uint32_t>(SideState::unknown);
    return ((static_cast<std::uint32_t>(bid.state) | static_cast<std::uint32_t>(ask.state)) & kUnknown) == 0;
  }
};
static_assert(sizeof(Bbo) == 2 * sizeof(SideQuote));

}  // namespace twinpath
