// The stand-in for ap_int.h against what UG1399 says of it ("Class Methods and Operators"), and against big integers.
#include <ap_int.h>
#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <cstring>
#include <random>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using Big = boost::multiprecision::cpp_int;

template <class T>
constexpr int width_of = ap_stand_in::Traits<std::decay_t<T>>::kWidth;
template <class T>
constexpr bool is_signed_of = ap_stand_in::Traits<std::decay_t<T>>::kSigned;

// The value of v as a big integer, from its bits alone.
template <class T>
Big big(const T &v) {
  Big out = 0;
  for (int i = 0; i < width_of<T>; ++i)
    if (v.get(i)) out += Big(1) << i;
  if (is_signed_of<T> && v.get(width_of<T> - 1)) out -= Big(1) << width_of<T>;
  return out;
}
// `v` cut to w bits, read with or without sign.
Big wrap(Big v, int w, bool with_sign) {
  const Big modulus = Big(1) << w;
  v %= modulus;
  if (v < 0) v += modulus;
  if (with_sign && v >= modulus / 2) v -= modulus;
  return v;
}
template <class T>
T from_big(const Big &v) {
  T out;
  const Big bits = wrap(v, width_of<T>, false);
  for (int i = 0; i < width_of<T>; ++i) out.put(i, boost::multiprecision::bit_test(bits, static_cast<unsigned>(i)));
  return out;
}

// ---- widths and signs of results, as published
// -------------------------------------------------------------------------
template <class R, int W, bool S>
constexpr bool is = width_of<R> == W && is_signed_of<R> == S;
#define TP_RESULT(a, op, b, w, s) static_assert(is<decltype(std::declval<a>() op std::declval<b>()), w, s>)
// Sum: one bit more than the wider; two when the wider has no sign and the narrower has.
TP_RESULT(ap_uint<8>, +, ap_uint<5>, 9, false);
TP_RESULT(ap_int<8>, +, ap_int<5>, 9, true);
TP_RESULT(ap_uint<8>, +, ap_int<5>, 10, true);
TP_RESULT(ap_int<8>, +, ap_uint<5>, 9, true);
TP_RESULT(ap_int<8>, +, ap_uint<8>, 10, true);
// Difference: likewise, always with sign.
TP_RESULT(ap_uint<8>, -, ap_uint<5>, 9, true);
TP_RESULT(ap_uint<8>, -, ap_int<5>, 10, true);
// Product: the sum of the widths.
TP_RESULT(ap_uint<8>, *, ap_int<5>, 13, true);
TP_RESULT(ap_uint<8>, *, ap_uint<5>, 13, false);
// Quotient: the dividend's width, one more when the divisor has a sign.
TP_RESULT(ap_uint<8>, /, ap_uint<5>, 8, false);
TP_RESULT(ap_uint<8>, /, ap_int<5>, 9, true);
TP_RESULT(ap_int<8>, /, ap_uint<5>, 8, true);
// Remainder: the narrower width, one more when the divisor has no sign and the dividend has; the dividend's sign.
TP_RESULT(ap_uint<8>, %, ap_uint<5>, 5, false);
TP_RESULT(ap_int<8>, %, ap_uint<5>, 6, true);
TP_RESULT(ap_uint<8>, %, ap_int<5>, 5, false);
TP_RESULT(ap_int<4>, %, ap_uint<8>, 4, true);
// Bitwise: the wider, one more for a wider one without sign beside one with.
TP_RESULT(ap_uint<8>, &, ap_uint<5>, 8, false);
TP_RESULT(ap_uint<8>, |, ap_int<5>, 9, true);
TP_RESULT(ap_int<8>, ^, ap_uint<5>, 8, true);
// A shift: what is shifted.
TP_RESULT(ap_uint<8>, <<, int, 8, false);
TP_RESULT(ap_int<8>, >>, ap_uint<3>, 8, true);
// The compiler's types count with their widths.
TP_RESULT(ap_uint<8>, +, int, 33, true);
TP_RESULT(ap_uint<8>, +, unsigned, 33, false);
TP_RESULT(unsigned char, *, ap_uint<8>, 16, false);
TP_RESULT(ap_uint<8>, +, bool, 9, false);
TP_RESULT(ap_uint<8>, +, long long, 65, true);
#undef TP_RESULT
static_assert(is<decltype(~ap_uint<8>()), 8, false>);
static_assert(is<decltype(-ap_uint<8>()), 9, true>);
static_assert(std::is_same_v<decltype(ap_uint<8>() == 3), bool>);

// ---- arrays lie in memory as a kernel's port sees them: as the vendor's, without gaps, the lowest byte first
static_assert(sizeof(ap_uint<1>) == 1 && sizeof(ap_int<8>) == 1 && sizeof(ap_uint<9>) == 2 && sizeof(ap_int<17>) == 4);
static_assert(sizeof(ap_uint<33>) == 8 && sizeof(ap_uint<128>) == 16 && sizeof(ap_uint<256>) == 32);

TEST(ApInt, ArraysLieAsInMemory) {
  const unsigned char bytes[32] = {0x01, 0x82, 0x03, 0x84, 5, 6, 7, 0x88, 9, 10, 11, 12, 13, 14, 15, 0x90};
  const auto at = [&](auto number, std::size_t i) {
    std::memcpy(&number, bytes + i * sizeof number, sizeof number);
    return number;
  };
  EXPECT_EQ(at(ap_uint<8>(), 1).to_uint(), 0x82u);
  EXPECT_EQ(at(ap_int<8>(), 1).to_int(), -0x7E);
  EXPECT_EQ(at(ap_uint<16>(), 1).to_uint(), 0x8403u);
  EXPECT_EQ(at(ap_int<32>(), 0).to_int(), static_cast<int>(0x84038201u));
  EXPECT_EQ(at(ap_int<64>(), 1).to_int64(), static_cast<std::int64_t>(0x900F0E0D0C0B0A09u));
  EXPECT_EQ(at(ap_uint<128>(), 0).range(63, 56).to_uint(), 0x88u);
  EXPECT_EQ(at(ap_uint<128>(), 0).range(127, 120).to_uint(), 0x90u);
}

TEST(ApInt, assignment_wraps_at_the_width) {
  ap_uint<4> u = 21;
  EXPECT_EQ(u.to_int(), 5);
  u = -1;
  EXPECT_EQ(u.to_int(), 15);
  u = u + 1;
  EXPECT_EQ(u.to_int(), 0);
  --u;
  EXPECT_EQ(u.to_int(), 15);
  ap_int<4> s = 7;
  ++s;
  EXPECT_EQ(s.to_int(), -8);
  s = 8u;
  EXPECT_EQ(s.to_int(), -8);
  ap_uint<64> w = ~0ull;
  w += 1;
  EXPECT_EQ(w.to_uint64(), 0u);
}

TEST(ApInt, assignment_extends_by_the_sign_of_the_source) {
  const ap_int<4> minus = -3;
  EXPECT_EQ(ap_int<100>(minus).to_string(10), "-3");
  EXPECT_EQ(ap_uint<8>(minus).to_int(), 253);
  const ap_uint<4> thirteen = 13;
  EXPECT_EQ(ap_int<8>(thirteen).to_int(), 13);
  EXPECT_EQ(ap_uint<100>(-1).to_string(16), "f" + std::string(24, 'f'));
}

TEST(ApInt, operators_lose_nothing_before_assignment) {
  const ap_uint<8> a = 200, b = 100;
  EXPECT_EQ((a + b).to_int(), 300);
  EXPECT_EQ((b - a).to_int(), -100);
  EXPECT_EQ((a * b).to_int(), 20000);
  const ap_int<8> least = -128;
  EXPECT_EQ((-least).to_int(), 128);
  EXPECT_EQ((least / ap_int<8>(-1)).to_int(), 128);
  EXPECT_EQ((least * least).to_int(), 16384);
}

TEST(ApInt, division_is_towards_zero_and_the_remainder_has_the_dividends_sign) {
  const ap_int<8> a = -7;
  EXPECT_EQ((a / ap_int<8>(2)).to_int(), -3);
  EXPECT_EQ((a % ap_int<8>(2)).to_int(), -1);
  EXPECT_EQ((ap_int<8>(7) % ap_int<8>(-4)).to_int(), 3);
  EXPECT_DEATH((void)(a / ap_int<8>(0)), "division by zero");
}

TEST(ApInt, comparison_is_by_value_across_widths_and_signs) {
  EXPECT_TRUE(ap_int<4>(-1) < ap_uint<64>(0));
  EXPECT_FALSE(ap_int<4>(-1) == ap_uint<4>(15));
  EXPECT_TRUE(ap_uint<100>(5) == 5);
  EXPECT_TRUE(ap_uint<8>(255) > -1);
  EXPECT_TRUE(3 <= ap_int<3>(3));
}

TEST(ApInt, shifts_keep_the_width_and_turn_round_when_negative) {
  const ap_uint<8> u = 0x96;
  EXPECT_EQ((u << 1).to_int(), 0x2c);
  EXPECT_EQ((u >> 1).to_int(), 0x4b);
  EXPECT_EQ((u << 8).to_int(), 0);
  EXPECT_EQ((u << -1).to_int(), 0x4b);
  EXPECT_EQ((u >> ap_int<3>(-1)).to_int(), 0x2c);
  const ap_int<8> s = -128;
  EXPECT_EQ((s >> 3).to_int(), -16);
  EXPECT_EQ((s >> 100).to_int(), -1);
  EXPECT_EQ((ap_uint<8>(u << ap_uint<40>(1ull << 39))).to_int(), 0);
}

TEST(ApInt, ranges_are_read_assigned_and_reversed) {
  ap_uint<16> v = 0x1234;
  EXPECT_EQ(v.range(11, 4), 0x23);
  EXPECT_EQ(v(3, 0), 4);
  v.range(15, 8) = 0xab;
  EXPECT_EQ(v, 0xab34);
  v(3, 0) = v(15, 12);
  EXPECT_EQ(v, 0xab3a);
  EXPECT_EQ(v.range(0, 3), 0x5);
  v.range(7, 4) = 0xff1;
  EXPECT_EQ(v, 0xab1a);
  v.range(4, 7) = 0x1;
  EXPECT_EQ(v, 0xab8a);
  ap_int<8> s = 0;
  s.range(7, 7) = 1;
  EXPECT_EQ(s.to_int(), -128);
  EXPECT_EQ(s.range(7, 0).to_int(), 128) << "a range has no sign";
  ap_uint<128> wide = 0;
  wide.range(95, 32) = 0x0123456789abcdefull;
  EXPECT_EQ(wide.to_string(16), "123456789abcdef00000000");
  EXPECT_EQ(wide.range(95, 32).to_uint64(), 0x0123456789abcdefull);
}

TEST(ApInt, bits_are_read_and_assigned) {
  ap_uint<70> v = 0;
  v[69] = 1;
  v[0] = v[69];
  EXPECT_EQ(v.to_string(16), "200000000000000001");
  v[69] = 0;
  EXPECT_TRUE(v == 1);
  EXPECT_TRUE(v.test(0));
  v.invert(1);
  EXPECT_EQ(v, 3);
  ap_int<4> s = 0;
  s.set(3);
  EXPECT_EQ(s.to_int(), -8);
  EXPECT_DEATH((void)v[70], "outside the number's width");
}

TEST(ApInt, a_concatenation_has_the_left_above_the_right) {
  const ap_uint<4> a = 0xa;
  const ap_int<8> b = -1;
  const auto joined = (a, b);
  static_assert(is<decltype(joined), 12, false>);
  EXPECT_EQ(joined, 0xaff);
}

TEST(ApInt, reductions_and_rotations) {
  ap_uint<5> v = 0b10110;
  EXPECT_TRUE(v.or_reduce());
  EXPECT_FALSE(v.and_reduce());
  EXPECT_TRUE(v.xor_reduce());
  EXPECT_TRUE(ap_uint<65>(ap_uint<65>(-1)).and_reduce());
  v.lrotate(2);
  EXPECT_EQ(v, 0b11010);
  v.rrotate(2);
  EXPECT_EQ(v, 0b10110);
  v.reverse();
  EXPECT_EQ(v, 0b01101);
  EXPECT_EQ(v.countLeadingZeros(), 1);
}

TEST(ApInt, conversion_to_the_compilers_types) {
  EXPECT_EQ(static_cast<int>(ap_int<5>(-3)), -3);
  static_assert(std::is_same_v<decltype(ap_uint<1>().operator bool()), bool>);
  // Published: what is wider than 64 bits is cut by an implicit conversion, to_bool() is not.
  const ap_uint<65> high = ap_uint<65>(1) << 64;
  EXPECT_FALSE(static_cast<bool>(static_cast<unsigned long long>(high)));
  EXPECT_TRUE(high.to_bool());
  const int table[] = {10, 11, 12, 13};
  EXPECT_EQ(table[ap_uint<2>(2)], 12);
}

TEST(ApInt, text) {
  EXPECT_EQ(ap_uint<128>("0xffffffffffffffffffffffffffffffff").to_string(10),
            "340282366920938463463374607431768211455");
  EXPECT_EQ(ap_int<128>("-170141183460469231731687303715884105728").to_string(10),
            "-170141183460469231731687303715884105728");
  EXPECT_EQ(ap_uint<8>("101", 2), 5);
  EXPECT_EQ(ap_uint<10>(5).to_string(), "101");
  std::ostringstream out;
  out << ap_int<9>(-200);
  EXPECT_EQ(out.str(), "-200");
  EXPECT_DEATH((void)ap_uint<8>("12z"), "no digit");
}

// ---- every operator against big integers
// -----------------------------------------------------------------------------
template <class T, class Random>
T any(Random &random) {
  T v;
  const int kind = static_cast<int>(random() % 8);
  if (kind == 0) return v;  // 0
  for (int i = 0; i < width_of<T>; ++i) v.put(i, random() & 1);
  if (kind == 1) v = T(static_cast<int>(random() % 7) - 3);  // near 0
  if (kind == 2)
    for (int i = 0; i < width_of<T>; ++i) v.put(i, i != width_of<T> - 1);  // most when signed
  if (kind == 3)
    for (int i = 0; i < width_of<T>; ++i) v.put(i, i == width_of<T> - 1);  // least when signed
  if (kind == 4) v = T(-1);
  return v;
}

template <class A, class B>
void compare_with_big(unsigned seed) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 400; ++i) {
    const A a = any<A>(random);
    const B b = any<B>(random);
    const Big x = big(a), y = big(b);
    SCOPED_TRACE(testing::Message() << "a = " << a << ", b = " << b);
    ASSERT_EQ(big(a + b), x + y);
    ASSERT_EQ(big(a - b), x - y);
    ASSERT_EQ(big(a * b), x * y);
    if (y != 0) {
      ASSERT_EQ(big(a / b), x / y);
      ASSERT_EQ(big(a % b), x % y);
    }
    constexpr int both = width_of<decltype(a & b)>;
    constexpr bool sign = is_signed_of<decltype(a & b)>;
    const Big ux = wrap(x, both, false), uy = wrap(y, both, false);
    ASSERT_EQ(big(a & b), wrap(ux & uy, both, sign));
    ASSERT_EQ(big(a | b), wrap(ux | uy, both, sign));
    ASSERT_EQ(big(a ^ b), wrap(ux ^ uy, both, sign));
    ASSERT_EQ(big(~a), wrap(-x - 1, width_of<A>, is_signed_of<A>));
    ASSERT_EQ(big(-a), -x);
    ASSERT_EQ(a < b, x < y);
    ASSERT_EQ(a >= b, x >= y);
    ASSERT_EQ(a == b, x == y);
    const unsigned n = static_cast<unsigned>(random() % (width_of<A> + 2));
    ASSERT_EQ(big(a << n), wrap(x << n, width_of<A>, is_signed_of<A>));
    ASSERT_EQ(big(a >> n), x >= 0 ? Big(x >> n) : Big(-((-x - 1) >> n) - 1));
    A sum = a;
    sum += b;
    ASSERT_EQ(big(sum), wrap(x + y, width_of<A>, is_signed_of<A>));
    A less = a;
    less -= b;
    ASSERT_EQ(big(less), wrap(x - y, width_of<A>, is_signed_of<A>));
    A times = a;
    times *= b;
    ASSERT_EQ(big(times), wrap(x * y, width_of<A>, is_signed_of<A>));
    const int lo = static_cast<int>(random() % width_of<A>);
    const int hi = lo + static_cast<int>(random() % (width_of<A> - lo));
    ASSERT_EQ(big(a.range(hi, lo).get()), wrap(wrap(x, width_of<A>, false) >> lo, hi - lo + 1, false));
    ASSERT_EQ(a.to_string(10), x.str());
    ASSERT_EQ(big(A(a.to_string(10).c_str())), x);
    ASSERT_EQ(big(B(a)), wrap(x, width_of<B>, is_signed_of<B>));
  }
}

TEST(ApInt, narrow_numbers_agree_with_big_integers) {
  compare_with_big<ap_uint<7>, ap_int<5>>(1);
  compare_with_big<ap_int<7>, ap_uint<7>>(2);
  compare_with_big<ap_uint<1>, ap_int<33>>(3);
  compare_with_big<ap_int<32>, ap_int<31>>(4);
}
TEST(ApInt, numbers_of_about_a_word_agree_with_big_integers) {
  compare_with_big<ap_uint<64>, ap_uint<64>>(5);
  compare_with_big<ap_int<64>, ap_uint<63>>(6);
  compare_with_big<ap_int<65>, ap_uint<64>>(7);
  compare_with_big<ap_uint<80>, ap_int<46>>(8);
}
TEST(ApInt, wide_numbers_agree_with_big_integers) {
  compare_with_big<ap_uint<128>, ap_int<127>>(9);
  compare_with_big<ap_int<129>, ap_int<128>>(10);
  compare_with_big<ap_uint<256>, ap_uint<96>>(11);
  compare_with_big<ap_int<500>, ap_uint<512>>(12);
}

TEST(ApInt, the_comparison_with_big_integers_notices_a_wrong_bit) {
  const ap_uint<80> v("0x123456789abcdef01234");
  ap_uint<80> wrong = v;
  wrong.invert(79);
  EXPECT_EQ(from_big<ap_uint<80>>(big(v)), v);
  EXPECT_NE(big(wrong), big(v));
}

}  // namespace
