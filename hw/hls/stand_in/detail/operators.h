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

// Both operands as numbers of type R, in words.
template <class R, class A, class B>
void load(const A& a, const B& b, Word* x, Word* y) {
  R(number(a)).load(x);
  R(number(b)).load(y);
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
  Word x[R::kWords], y[R::kWords];
  load<R>(a, b, x, y);
  add(x, y, x, R::kWords);
  return R::from(x);
}

template <class A, class B>
typename Result<A, B>::Difference operator-(const A& a, const B& b) {
  typedef typename Result<A, B>::Difference R;
  Word x[R::kWords], y[R::kWords];
  load<R>(a, b, x, y);
  negate(y, y, R::kWords);
  add(x, y, x, R::kWords);
  return R::from(x);
}

template <class A, class B>
typename Result<A, B>::Product operator*(const A& a, const B& b) {
  typedef typename Result<A, B>::Product R;
  Word x[R::kWords], y[R::kWords], out[R::kWords];
  load<R>(a, b, x, y);
  multiply(x, y, out, R::kWords);
  return R::from(out);
}

// Towards zero; the remainder has the sign of the dividend.
template <class A, class B>
void divide(const A& a, const B& b, typename Result<A, B>::Wide& quotient, typename Result<A, B>::Wide& remainder) {
  typedef typename Result<A, B>::Wide R;
  const bool minus_x = number(a).negative(), minus_y = number(b).negative();
  Word x[R::kWords], y[R::kWords], q[R::kWords], r[R::kWords];
  load<R>(a, b, x, y);
  if (minus_x) negate(x, x, R::kWords);
  if (minus_y) negate(y, y, R::kWords);
  divide_unsigned(x, y, q, r, R::kWords);
  if (minus_x != minus_y) negate(q, q, R::kWords);
  if (minus_x) negate(r, r, R::kWords);
  quotient = R::from(q);
  remainder = R::from(r);
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

#define AP_STAND_IN_LOGIC(op)                                        \
  template <class A, class B>                                        \
  typename Result<A, B>::Logic operator op(const A& a, const B& b) { \
    typedef typename Result<A, B>::Logic R;                          \
    Word x[R::kWords], y[R::kWords];                                 \
    load<R>(a, b, x, y);                                             \
    for (int i = 0; i < R::kWords; ++i) x[i] = x[i] op y[i];         \
    return R::from(x);                                               \
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
  typedef typename Result<A, B>::Wide R;
  const bool minus_a = number(a).negative(), minus_b = number(b).negative();
  if (minus_a != minus_b) return minus_a ? -1 : 1;
  Word x[R::kWords], y[R::kWords];
  load<R>(a, b, x, y);
  return compare_unsigned(x, y, R::kWords);
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
