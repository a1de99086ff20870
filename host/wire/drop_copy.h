// Messages of a drop copy of executions: what a second reader of one or many participants' trades is told. The format
// is this project's own; a message says all that a position keeper needs, so that no other stream has to be read with
// it.
//
// Carried in SoupBinTCP sequenced data, big-endian, as OUCH 5.0 has its numbers: prices in 1/10,000 dollar, timestamps
// in nanoseconds since midnight.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "host/core/types.h"
#include "host/wire/fields.h"

namespace twinpath::dropcopy {

// One side's trade: both sides of a trade have its match number, and whoever reads both is told both.
template <char kLetter>
struct Trade {
  static constexpr std::uint8_t kType = kLetter;
  static constexpr std::size_t kLength = 110;
  static constexpr std::string_view kName = kLetter == 'E' ? "executed" : "broken";

  std::uint64_t timestamp = 0;
  std::uint32_t participant = 0;  // the venue's number
  Text<32> participant_name = make_text<32>("");
  std::uint32_t user_ref_num = 0;  // of the order, as its participant names it
  Text<14> cl_ord_id = make_text<14>("");
  char side = ' ';  // as OUCH 5.0 has it: B, S, T (short), E (short exempt)
  Text<8> symbol = make_text<8>("");
  std::uint32_t quantity = 0;  // of this trade
  std::uint64_t price = 0;     // likewise
  char liquidity_flag = ' ';   // as OUCH 5.0 has it
  std::uint64_t match_number = 0;
  std::uint64_t order_reference_number = 0;  // on the tape as well
  std::uint32_t leaves = 0;                  // of the order, open behind this
  std::uint32_t traded = 0;                  // of the order in all, its replacements' included
  char gateway = ' ';  // the order came by: O OUCH over SoupBinTCP, U OUCH in UDP, F FIX, V the venue

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("participant", m.participant, fields::kNumber);
    f("participant_name", m.participant_name, fields::kAlpha);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("cl_ord_id", m.cl_ord_id, fields::kAlpha);
    f("side", m.side, fields::kCharacter);
    f("symbol", m.symbol, fields::kAlpha);
    f("quantity", m.quantity, fields::kNumber);
    f("price", m.price, fields::kPrice4);
    f("liquidity_flag", m.liquidity_flag, fields::kCharacter);
    f("match_number", m.match_number, fields::kNumber);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
    f("leaves", m.leaves, fields::kNumber);
    f("traded", m.traded, fields::kNumber);
    f("gateway", m.gateway, fields::kCharacter);
  }
  [[nodiscard]] static Trade read(const std::uint8_t* p) noexcept { return fields::read<Trade>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
using Executed = Trade<'E'>;
// A trade that was told before does not count. `leaves` and `traded` are the order's as it is now.
using Broken = Trade<'B'>;
static_assert(Executed::kLength == fields::wire_size<Executed>());

}  // namespace twinpath::dropcopy
