// The classes of triggering message that the benches know, and where in a message the field that decides it ends.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "host/wire/itch50_orders.h"

namespace twinpath::bench {

enum class TriggerClass : std::uint8_t { add, add_mpid, execute, execute_price, cancel, del, replace, trade };
inline constexpr unsigned kTriggerClasses = 8;
// Alignments: lanes of the 64-bit beat in which the last byte of a message can fall.
inline constexpr unsigned kLanes = 8;

struct TriggerClassInfo {
  std::string_view name;
  char type;               // ITCH
  unsigned length;         // bytes of the message
  std::string_view field;  // the last field that a decision needs
  unsigned field_end;      // bytes of the message up to and with that field
};

namespace detail {

// Bytes of a message up to and with the field `wanted`; 0 when it has none of that name.
template <class M>
constexpr unsigned field_end(std::string_view wanted) {
  const M m{};
  unsigned at = 1;
  unsigned end = 0;
  M::walk(m, [&]<class T, class K>(std::string_view name, const T&, const K&) {
    at += fields::kWireSize<T, K>;
    if (name == wanted) end = at;
  });
  return end;
}

template <class M>
constexpr TriggerClassInfo class_info(std::string_view name, std::string_view field) {
  return {name, static_cast<char>(M::kType), M::kLength, field, field_end<M>(field)};
}

}  // namespace detail

// By TriggerClass.
inline constexpr std::array<TriggerClassInfo, kTriggerClasses> kTriggerClassInfo{
    detail::class_info<itch::AddOrder>("add", "price"),
    detail::class_info<itch::AddOrderMpid>("add_mpid", "price"),
    detail::class_info<itch::OrderExecuted>("execute", "executed_shares"),
    detail::class_info<itch::OrderExecutedWithPrice>("execute_price", "executed_shares"),
    detail::class_info<itch::OrderCancel>("cancel", "cancelled_shares"),
    detail::class_info<itch::OrderDelete>("delete", "order_reference_number"),
    detail::class_info<itch::OrderReplace>("replace", "price"),
    detail::class_info<itch::Trade>("trade", "price"),
};
static_assert([] {
  for (const TriggerClassInfo& c : kTriggerClassInfo)
    if (c.field_end == 0) return false;
  return true;
}());

constexpr const TriggerClassInfo& info(TriggerClass c) { return kTriggerClassInfo[static_cast<unsigned>(c)]; }

// How busy the wire is around the triggers.
enum class Load : std::uint8_t { sparse, half, full };
inline constexpr unsigned kLoads = 3;
inline constexpr std::array<std::string_view, kLoads> kLoadNames{"sparse", "half", "full"};
constexpr std::string_view name(Load l) { return kLoadNames[static_cast<unsigned>(l)]; }

}  // namespace twinpath::bench
