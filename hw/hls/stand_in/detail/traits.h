// What operators and numbers know of types: width and sign, the compiler's integer a number turns into, and the one it
// lies in.
#pragma once
#include <type_traits>

#include "words.h"

namespace ap_stand_in {

template <int W, bool S>
class Number;
template <int W, bool S>
class Range;
template <int W, bool S>
class Bit;

// Width and sign of whatever an operator takes: our numbers and the compiler's.
template <class T, class = void>
struct Traits {
  static constexpr bool kOperand = false, kOurs = false;
};
template <class T>
struct Traits<T, typename std::enable_if<std::is_integral<T>::value || std::is_enum<T>::value>::type> {
  static constexpr bool kOperand = true, kOurs = false;
  static constexpr int kWidth = std::is_same<T, bool>::value ? 1 : static_cast<int>(sizeof(T)) * 8;
  static constexpr bool kSigned = std::is_enum<T>::value || std::is_signed<T>::value;
};

// The smallest integer type of the compiler's that holds W bits; 64 bits of what is wider.
template <int W, bool S>
struct Native {
  typedef typename std::conditional<
      W <= 8, std::int8_t,
      typename std::conditional<W <= 16, std::int16_t,
                                typename std::conditional<W <= 32, std::int32_t, long long>::type>::type>::type Signed;
  typedef typename std::conditional<S, Signed, typename std::make_unsigned<Signed>::type>::type Type;
};
template <>
struct Native<1, false> {
  typedef bool Type;
};

// What a number of W bits lies in: as in the vendor's C simulation, the smallest integer type of the compiler's, and
// 64-bit words of what is wider. So arrays of numbers lie as a kernel's memory port sees them.
template <int W>
struct Cell {
  typedef typename std::conditional<
      W <= 8, std::uint8_t,
      typename std::conditional<W <= 16, std::uint16_t,
                                typename std::conditional<W <= 32, std::uint32_t, Word>::type>::type>::type Type;
};

}  // namespace ap_stand_in
