// Field lists: a message type names its fields once, in wire order, and that one list reads, writes and prints it.
//
// A message has `template <class Self, class F> static void walk(Self& m, F&& f)` that calls f(name, member, kind) for
// each field behind the type byte. With everything inlined the offsets are constants, so a read compiles to plain
// loads. The protocols that use this (ITCH 5.0, OUCH 5.0) have big-endian integers and fixed-width ASCII text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "host/wire/bytes.h"

namespace twinpath {

/// Fixed-width ASCII, left justified and padded with spaces on the right.
template <std::size_t N>
using Text = std::array<char, N>;

/// `s` as a fixed-width field: padded with spaces, cut at N.
template <std::size_t N>
constexpr Text<N> make_text(std::string_view s) noexcept {
  Text<N> t{};
  for (std::size_t i = 0; i < N; ++i) t[i] = i < s.size() ? s[i] : ' ';
  return t;
}

/// The text without its padding.
template <std::size_t N>
constexpr std::string_view trimmed(const Text<N>& t) noexcept {
  std::size_t n = N;
  while (n > 0 && t[n - 1] == ' ') --n;
  return {t.data(), n};
}

/// How a field's value reads. Prices count 1/10,000 (price4) or 1/100,000,000 (price8) dollars; timestamps count
/// nanoseconds since midnight.
enum class FieldKind : std::uint8_t { number, price4, price8, timestamp, character, text };

/// A field's value, whatever its type: `text` for FieldKind::text (padding included), `number` for all others.
struct FieldValue {
  FieldKind kind = FieldKind::number;
  std::uint64_t number = 0;
  std::string_view text;
};

namespace fields {

struct Number {
  static constexpr FieldKind kKind = FieldKind::number;
};
struct Price4 {
  static constexpr FieldKind kKind = FieldKind::price4;
};
struct Price8 {
  static constexpr FieldKind kKind = FieldKind::price8;
};
/// Six bytes on the wire, 64 bits in memory.
struct Timestamp48 {
  static constexpr FieldKind kKind = FieldKind::timestamp;
};
struct Timestamp64 {
  static constexpr FieldKind kKind = FieldKind::timestamp;
};
struct Character {
  static constexpr FieldKind kKind = FieldKind::character;
};
struct Alpha {
  static constexpr FieldKind kKind = FieldKind::text;
};

inline constexpr Number kNumber{};
inline constexpr Price4 kPrice4{};
inline constexpr Price8 kPrice8{};
inline constexpr Timestamp48 kTimestamp48{};
inline constexpr Timestamp64 kTimestamp64{};
inline constexpr Character kCharacter{};
inline constexpr Alpha kAlpha{};

/// Bytes a member of type T takes on the wire when its kind is K.
template <class T, class K>
inline constexpr std::size_t kWireSize = std::is_same_v<K, Timestamp48> ? 6 : sizeof(T);

template <class T>
inline constexpr bool kIsText = false;
template <std::size_t N>
inline constexpr bool kIsText<Text<N>> = true;

/// Walks a message and fills its members from `p`.
struct Reader {
  const std::uint8_t* p;

  template <class T, class K>
  [[gnu::always_inline]] void operator()(std::string_view, T& v, K) noexcept {
    if constexpr (std::is_same_v<K, Timestamp48>) {
      v = load_be48(p);
    } else if constexpr (kIsText<T>) {
      std::memcpy(v.data(), p, sizeof v);
    } else if constexpr (sizeof(T) == 1) {
      v = static_cast<T>(*p);
    } else if constexpr (sizeof(T) == 2) {
      v = load_be16(p);
    } else if constexpr (sizeof(T) == 4) {
      v = load_be32(p);
    } else {
      static_assert(sizeof(T) == 8);
      v = load_be64(p);
    }
    p += kWireSize<T, K>;
  }
};

/// Walks a message and stores its members at `p`.
struct Writer {
  std::uint8_t* p;

  template <class T, class K>
  [[gnu::always_inline]] void operator()(std::string_view, const T& v, K) noexcept {
    if constexpr (std::is_same_v<K, Timestamp48>) {
      store_be48(p, v);
    } else if constexpr (kIsText<T>) {
      std::memcpy(p, v.data(), sizeof v);
    } else if constexpr (sizeof(T) == 1) {
      *p = static_cast<std::uint8_t>(v);
    } else if constexpr (sizeof(T) == 2) {
      store_be16(p, v);
    } else if constexpr (sizeof(T) == 4) {
      store_be32(p, v);
    } else {
      static_assert(sizeof(T) == 8);
      store_be64(p, v);
    }
    p += kWireSize<T, K>;
  }
};

/// Adds up the wire size of a message's fields (without its type byte).
struct Sizer {
  std::size_t size = 0;

  template <class T, class K>
  constexpr void operator()(std::string_view, const T&, K) noexcept {
    size += kWireSize<T, K>;
  }
};

template <class M>
constexpr std::size_t wire_size() noexcept {
  const M m{};
  Sizer s;
  M::walk(m, s);
  return 1 + s.size;
}

/// The message behind the type byte at `p`.
template <class M>
[[gnu::always_inline]] inline M read(const std::uint8_t* p) noexcept {
  M m;
  Reader r{p + 1};
  M::walk(m, r);
  return m;
}

template <class M>
[[gnu::always_inline]] inline void write(const M& m, std::uint8_t* p) noexcept {
  *p = M::kType;
  Writer w{p + 1};
  M::walk(m, w);
}

}  // namespace fields

/// Calls f(std::string_view name, const FieldValue&) for each field of a message, in wire order.
/// `text` values point into the message.
template <class M, class F>
void for_each_field(const M& m, F&& f) {
  M::walk(m, [&f](std::string_view name, const auto& v, auto kind) {
    using T = std::remove_cvref_t<decltype(v)>;
    FieldValue value;
    value.kind = kind.kKind;
    if constexpr (fields::kIsText<T>) {
      value.text = {v.data(), v.size()};
    } else if constexpr (sizeof(T) == 1) {
      value.number = static_cast<std::uint8_t>(v);
    } else {
      value.number = v;
    }
    f(name, value);
  });
}

}  // namespace twinpath
