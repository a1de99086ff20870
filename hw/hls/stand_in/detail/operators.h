// The operators of ap_int.h. Widths and signs of results: UG1399, "Class Methods and Operators".
#pragma once
#include <ostream>

#include "number.h"

namespace ap_stand_in {

template <class A, class B>
struct Pair {
  static constexpr bool kTake = Traits<A>::kOperand && Traits<B>::kOperand && (Traits<A>::kOurs || Traits<B>::kOurs);
};

template <class T>
Number<Traits<T>::kWidth, Traits<T>::kSigned> number(const T& v) {
  return Number<Traits<T>::kWidth, Traits<T>::kSigned>(v);
}

template <class A, class B, bool = Pair<A, B>::kTake>
struct Result {};
template <class A, class B>
struct Result<A, B, true> {
  static constexpr int kA = Traits<A>::kWidth, kB = Traits<B>::kWidth;
  static constexpr bool kSa = Traits<A>::kSigned, kSb = Traits<B>::kSigned;
  // Both as signed numbers, when one of them is.
  static constexpr int kBoth = max_of(kA + (kSb && !kSa), kB + (kSa && !kSb));
  typedef Number<kBoth + 1, kSa || kSb> Sum;
  typedef Number<kBoth + 1, true> Difference;
  typedef Number<kA + kB, kSa || kSb> Product;
  typedef Number<kA + kSb, kSa || kSb> Quotient;
  typedef Number<min_of(kA, kB + (!kSb && kSa)), kSa> Remainder;
  typedef Number<kBoth, kSa || kSb> Logic;
  typedef Number<kA, kSa> Shift;
  typedef bool Truth;
  // Wide enough for either, with its sign.
  typedef Number<max_of(kA, kB) + 2, true> Wide;
};

template <class A, class B>
typename Result<A, B>::Sum operator+(const A& a, const B& b) {
  typedef typename Result<A, B>::Sum R;
  R x(number(a)), y(number(b)), out;
  add(x.words(), y.words(), out.words(), R::kWords);
  out.extend();
  return out;
}

template <class A, class B>
typename Result<A, B>::Difference operator-(const A& a, const B& b) {
  typedef typename Result<A, B>::Difference R;
  R x(number(a)), y(number(b)), out;
  negate(y.words(), y.words(), R::kWords);
  add(x.words(), y.words(), out.words(), R::kWords);
  out.extend();
  return out;
}

template <class A, class B>
typename Result<A, B>::Product operator*(const A& a, const B& b) {
  typedef typename Result<A, B>::Product R;
  R x(number(a)), y(number(b)), out;
  multiply(x.words(), y.words(), out.words(), R::kWords);
  out.extend();
  return out;
}

// Towards zero; the remainder has the sign of the dividend.
template <class A, class B>
void divide(const A& a, const B& b, typename Result<A, B>::Wide& quotient, typename Result<A, B>::Wide& remainder) {
  typedef typename Result<A, B>::Wide R;
  R x(number(a)), y(number(b));
  const bool minus_x = x.negative(), minus_y = y.negative();
  if (minus_x) negate(x.words(), x.words(), R::kWords);
  if (minus_y) negate(y.words(), y.words(), R::kWords);
  divide_unsigned(x.words(), y.words(), quotient.words(), remainder.words(), R::kWords);
  if (minus_x != minus_y) negate(quotient.words(), quotient.words(), R::kWords);
  if (minus_x) negate(remainder.words(), remainder.words(), R::kWords);
}

template <class A, class B>
typename Result<A, B>::Quotient operator/(const A& a, const B& b) {
  typename Result<A, B>::Wide quotient, remainder;
  divide(a, b, quotient, remainder);
  return typename Result<A, B>::Quotient(quotient);
}

template <class A, class B>
typename Result<A, B>::Remainder operator%(const A& a, const B& b) {
  typename Result<A, B>::Wide quotient, remainder;
  divide(a, b, quotient, remainder);
  return typename Result<A, B>::Remainder(remainder);
}

#define AP_STAND_IN_LOGIC(op)                                                    \
  template <class A, class B>                                                    \
  typename Result<A, B>::Logic operator op(const A& a, const B& b) {             \
    typedef typename Result<A, B>::Logic R;                                      \
    R x(number(a)), y(number(b)), out;                                           \
    for (int i = 0; i < R::kWords; ++i) out.words()[i] = x.word(i) op y.word(i); \
    out.extend();                                                                \
    return out;                                                                  \
  }
AP_STAND_IN_LOGIC(&)
AP_STAND_IN_LOGIC(|)
AP_STAND_IN_LOGIC(^)
#undef AP_STAND_IN_LOGIC

// A shift has the type of what is shifted; a negative distance goes the other way.
template <class T>
long long distance(const T& by) {
  const auto n = number(by);
  for (int i = 1; i < n.kWords; ++i)
    if (n.word(i) != (n.negative() ? ~Word{0} : 0)) stop("a shift by more than 63 bits of distance");
  if (!n.negative() && n.word(0) >> 32 != 0) return 1LL << 32;
  return n.to_int64();
}
template <class A, class B>
typename Result<A, B>::Shift operator<<(const A& a, const B& by) {
  return number(a).shifted_left(distance(by));
}
template <class A, class B>
typename Result<A, B>::Shift operator>>(const A& a, const B& by) {
  return number(a).shifted_right(distance(by));
}

// By value, whatever the widths and signs.
template <class A, class B>
int compare(const A& a, const B& b) {
  typename Result<A, B>::Wide x(number(a)), y(number(b));
  if (x.negative() != y.negative()) return x.negative() ? -1 : 1;
  return compare_unsigned(x.words(), y.words(), x.kWords);
}

#define AP_STAND_IN_COMPARE(op)                                      \
  template <class A, class B>                                        \
  typename Result<A, B>::Truth operator op(const A& a, const B& b) { \
    return compare(a, b) op 0;                                       \
  }
AP_STAND_IN_COMPARE(==)
AP_STAND_IN_COMPARE(!=)
AP_STAND_IN_COMPARE(<)
AP_STAND_IN_COMPARE(<=)
AP_STAND_IN_COMPARE(>)
AP_STAND_IN_COMPARE(>=)
#undef AP_STAND_IN_COMPARE

// Computed in full, then cut to the width of what is assigned to.
#define AP_STAND_IN_ASSIGN(op)                                                                  \
  template <int W, bool S, class B, class = typename std::enable_if<Traits<B>::kOperand>::type> \
  Number<W, S>& operator op##=(Number<W, S>& a, const B & b) {                                  \
    return a = Number<W, S>(a op b);                                                            \
  }
AP_STAND_IN_ASSIGN(+)
AP_STAND_IN_ASSIGN(-)
AP_STAND_IN_ASSIGN(*)
AP_STAND_IN_ASSIGN(/)
AP_STAND_IN_ASSIGN(%)
AP_STAND_IN_ASSIGN(&)
AP_STAND_IN_ASSIGN(|)
AP_STAND_IN_ASSIGN(^)
AP_STAND_IN_ASSIGN(<<)
AP_STAND_IN_ASSIGN(>>)
#undef AP_STAND_IN_ASSIGN

// (a, b): a above b.
template <class A, class B, class = typename std::enable_if<Traits<A>::kOurs && Traits<B>::kOurs>::type>
Number<Traits<A>::kWidth + Traits<B>::kWidth, false> operator,(const A& a, const B& b) {
  typedef Number<Traits<A>::kWidth + Traits<B>::kWidth, false> R;
  const Number<Traits<A>::kWidth, false> above(a);
  const Number<Traits<B>::kWidth, false> below(b);
  return R(above).shifted_left(Traits<B>::kWidth) | R(below);
}

template <int W, bool S>
std::ostream& operator<<(std::ostream& out, const Number<W, S>& v) {
  return out << v.to_string(10);
}

}  // namespace ap_stand_in
