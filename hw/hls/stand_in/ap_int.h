// ap_uint<W> and ap_int<W> where Vitis HLS is not installed: integers of 1 to 1,024 bits, as UG1399 ("C++ Arbitrary
// Precision Integer Types") describes them. Operators widen so that nothing is lost, assignment cuts to the width that
// is assigned to. What the vendor's has and this has not: floating point, fixed point, and assignment to a
// concatenation. Stricter than the vendor's: numbers begin as 0; a bit outside the width, or a division by zero, ends
// the simulation.
#pragma once
#include "detail/operators.h"

template <int W>
class ap_uint : public ap_stand_in::Number<W, false> {
 public:
  typedef ap_stand_in::Number<W, false> Base;
  using Base::Base;
  ap_uint() = default;
  ap_uint(const Base& v) : Base(v) {}  // NOLINT(google-explicit-constructor): as the vendor's
  template <class T, class = typename std::enable_if<ap_stand_in::Traits<T>::kOperand>::type>
  ap_uint& operator=(const T& v) {
    Base::operator=(Base(v));
    return *this;
  }
};

template <int W>
class ap_int : public ap_stand_in::Number<W, true> {
 public:
  typedef ap_stand_in::Number<W, true> Base;
  using Base::Base;
  ap_int() = default;
  ap_int(const Base& v) : Base(v) {}  // NOLINT(google-explicit-constructor): as the vendor's
  template <class T, class = typename std::enable_if<ap_stand_in::Traits<T>::kOperand>::type>
  ap_int& operator=(const T& v) {
    Base::operator=(Base(v));
    return *this;
  }
};

namespace ap_stand_in {
template <int W>
struct Traits<ap_uint<W>> : Traits<Number<W, false>> {};
template <int W>
struct Traits<ap_int<W>> : Traits<Number<W, true>> {};
}  // namespace ap_stand_in
