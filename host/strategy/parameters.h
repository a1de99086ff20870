// What configuration may say of a strategy: records, and the keys of a record. SEM 9.5.
//
// A strategy's parameters are a list of records, one for whatever it does once: a symbol it quotes, a pair it watches.
// In configuration each is a table [[strategy.NAME]], whose keys are the record's fields.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "host/core/types.h"

namespace twinpath {

template <class R, unsigned kMostRecords = kSymbols>
struct Records {
  static constexpr unsigned kMost = kMostRecords;
  using Record = R;

  std::array<R, kMost> all{};
  unsigned count = 0;
};

// How a field is written in configuration, and which integer it becomes.
enum class ParameterKind : std::uint8_t {
  symbol,  // the name of a [[symbol]]: its index
  price,   // dollars: Price(4)
  shares,  // a whole number
  time,    // microseconds: cycles
  number,  // a decimal number: millionths
  flag     // true or false
};

template <class R>
struct ParameterField {
  std::string_view key;
  ParameterKind kind;
  std::int64_t least, most;               // as the integer it becomes
  std::optional<std::int64_t> otherwise;  // without it the key is needed
  void (*set)(R&, std::int64_t);
};

namespace detail {
template <class>
struct MemberOf;
template <class R, class T>
struct MemberOf<T R::*> {
  using Record = R;
  using Type = T;
};

template <auto kMember>
void set_field(typename MemberOf<decltype(kMember)>::Record& record, std::int64_t value) {
  using T = typename MemberOf<decltype(kMember)>::Type;
  if constexpr (std::is_class_v<T>) {  // a unit
    record.*kMember = T{static_cast<typename T::rep>(value)};
  } else {
    record.*kMember = static_cast<T>(value);
  }
}

template <auto kMember>
constexpr auto field(std::string_view key, ParameterKind kind, std::int64_t least, std::int64_t most,
                     std::optional<std::int64_t> otherwise) {
  using R = typename MemberOf<decltype(kMember)>::Record;
  return ParameterField<R>{key, kind, least, most, otherwise, &set_field<kMember>};
}
}  // namespace detail

inline constexpr std::int64_t kMostPrice = 0xFFFF'FFFF;
inline constexpr std::int64_t kMostShares = 0x7FFF'FFFF;
inline constexpr std::int64_t kMostTime = 0xFFFF'FFFF;  // cycles, 13 s

template <auto kMember>
constexpr auto symbol_field(std::string_view key) {
  return detail::field<kMember>(key, ParameterKind::symbol, 0, kSymbols - 1, std::nullopt);
}
template <auto kMember>
constexpr auto price_field(std::string_view key, std::int64_t least = 0,
                           std::optional<std::int64_t> otherwise = std::nullopt) {
  return detail::field<kMember>(key, ParameterKind::price, least, kMostPrice, otherwise);
}
template <auto kMember>
constexpr auto shares_field(std::string_view key, std::int64_t least = 1,
                            std::optional<std::int64_t> otherwise = std::nullopt) {
  return detail::field<kMember>(key, ParameterKind::shares, least, kMostShares, otherwise);
}
template <auto kMember>
constexpr auto time_field(std::string_view key, std::optional<std::int64_t> otherwise = std::nullopt) {
  return detail::field<kMember>(key, ParameterKind::time, 0, kMostTime, otherwise);
}
template <auto kMember>
constexpr auto number_field(std::string_view key, std::int64_t least, std::int64_t most,
                            std::optional<std::int64_t> otherwise = std::nullopt) {
  return detail::field<kMember>(key, ParameterKind::number, least, most, otherwise);
}
template <auto kMember>
constexpr auto flag_field(std::string_view key, std::optional<std::int64_t> otherwise = std::nullopt) {
  return detail::field<kMember>(key, ParameterKind::flag, 0, 1, otherwise);
}

}  // namespace twinpath
