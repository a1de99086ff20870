// ap_stand_in::Number<W, S>: W bits, two's complement when S. What ap_uint<W> and ap_int<W> are, and what operators
// return.
#pragma once
#include <string>

#include "traits.h"

namespace ap_stand_in {

template <int W, bool S>
class Number {
  typedef typename Cell<W>::Type CellType;
  typedef typename std::make_signed<CellType>::type SignedCell;
  static constexpr int kCellBits = static_cast<int>(sizeof(CellType)) * 8;
  static_assert(W >= 1 && W <= 1024, "ap_int: widths are 1 to 1,024 bits");

 public:
  static constexpr int width = W;
  static constexpr bool sign_flag = S;
  static constexpr int kWords = words_for(W);

  Number() = default;
  Number(const Number&) = default;
  Number& operator=(const Number&) = default;
  template <class T, class = typename std::enable_if<Traits<T>::kOperand>::type>
  Number(const T& v) {  // NOLINT(google-explicit-constructor): as the vendor's
    take(v);
  }
  // Decimal; with radix 2, 8 or 16, or a prefix 0b, 0o or 0x, that; a minus in front is allowed.
  explicit Number(const char* text, int radix = 10) { parse(text, radix); }

  // Word i of the number extended to any width.
  Word word(int i) const {
    if (i >= kWords) return fill();
    return S ? static_cast<Word>(std::int64_t{static_cast<SignedCell>(cells_[i])}) : Word{cells_[i]};
  }
  bool negative() const { return S && get(W - 1); }
  bool get(int i) const { return (cells_[i / kCellBits] >> (i % kCellBits) & 1) != 0; }
  void put(int i, bool v) {
    const CellType one = static_cast<CellType>(CellType{1} << (i % kCellBits));
    CellType& cell = cells_[i / kCellBits];
    cell = static_cast<CellType>(v ? cell | one : cell & ~one);
    extend();
  }
  // All words, to compute with; and a number of what was computed, cut to W bits.
  void load(Word* to) const {
    for (int i = 0; i < kWords; ++i) to[i] = word(i);
  }
  static Number from(const Word* words) {
    Number out;
    for (int i = 0; i < kWords; ++i) out.cells_[i] = static_cast<CellType>(words[i]);
    out.extend();
    return out;
  }

  operator typename Native<W, S>::Type() const {  // NOLINT(google-explicit-constructor): as the vendor's
    return static_cast<typename Native<W, S>::Type>(word(0));
  }
  int to_int() const { return static_cast<int>(word(0)); }
  unsigned to_uint() const { return static_cast<unsigned>(word(0)); }
  long to_long() const { return static_cast<long>(word(0)); }
  unsigned long to_ulong() const { return static_cast<unsigned long>(word(0)); }
  std::int64_t to_int64() const { return static_cast<std::int64_t>(word(0)); }
  std::uint64_t to_uint64() const { return word(0); }
  bool to_bool() const {
    for (int i = 0; i < kWords; ++i)
      if (cells_[i] != 0) return true;
    return false;
  }
  // Radix 2, 8, 10 or 16; without a prefix.
  std::string to_string(int radix = 2) const;

  int length() const { return W; }
  bool sign() const { return negative(); }
  bool test(int i) const { return get(checked(i)); }
  void set(int i) { put(checked(i), true); }
  void set(int i, bool v) { put(checked(i), v); }
  void clear(int i) { put(checked(i), false); }
  void invert(int i) { put(checked(i), !get(i)); }
  void reverse() { *this = Number(range(0, W - 1)); }
  void lrotate(int n) {
    Number out;
    for (int i = 0; i < W; ++i) out.put((i + n) % W, get(i));
    *this = out;
  }
  void rrotate(int n) { lrotate(W - n % W); }
  bool or_reduce() const { return to_bool(); }
  bool and_reduce() const {
    for (int i = 0; i < W; ++i)
      if (!get(i)) return false;
    return true;
  }
  bool xor_reduce() const {
    bool odd = false;
    for (int i = 0; i < W; ++i) odd = odd != get(i);
    return odd;
  }
  bool nor_reduce() const { return !or_reduce(); }
  bool nand_reduce() const { return !and_reduce(); }
  bool xnor_reduce() const { return !xor_reduce(); }
  int countLeadingZeros() const {
    int n = 0;
    while (n < W && !get(W - 1 - n)) ++n;
    return n;
  }

  Bit<W, S> operator[](int i) { return Bit<W, S>(*this, checked(i)); }
  bool operator[](int i) const { return get(checked(i)); }
  Bit<W, S> bit(int i) { return (*this)[i]; }
  bool bit(int i) const { return get(checked(i)); }
  // Bits hi to lo as a number without sign; hi < lo: in reverse order.
  Range<W, S> range(int hi, int lo) const { return Range<W, S>(const_cast<Number&>(*this), checked(hi), checked(lo)); }
  Range<W, S> range() const { return range(W - 1, 0); }
  Range<W, S> operator()(int hi, int lo) const { return range(hi, lo); }

  Number operator~() const {
    Number out;
    for (int i = 0; i < kWords; ++i) out.cells_[i] = static_cast<CellType>(~cells_[i]);
    out.extend();
    return out;
  }
  Number operator+() const { return *this; }
  Number<W + 1, true> operator-() const {
    typedef Number<W + 1, true> Wide;
    Word wide[Wide::kWords];
    Wide(*this).load(wide);
    negate(wide, wide, Wide::kWords);
    return Wide::from(wide);
  }
  bool operator!() const { return !to_bool(); }
  Number& operator++() { return step(1); }
  Number& operator--() { return step(~Word{0}); }
  Number operator++(int) {
    const Number before = *this;
    ++*this;
    return before;
  }
  Number operator--(int) {
    const Number before = *this;
    --*this;
    return before;
  }

  Number shifted_left(long long n) const {
    if (n < 0) return shifted_right(-n);
    if (n >= W) return Number();
    Word out[kWords] = {};
    for (int i = kWords - 1; i >= 0; --i) {
      const int source = i - static_cast<int>(n) / kWordBits, bits = static_cast<int>(n) % kWordBits;
      if (source < 0) break;
      out[i] = word(source) << bits;
      if (bits != 0 && source > 0) out[i] |= word(source - 1) >> (kWordBits - bits);
    }
    return from(out);
  }
  // Arithmetic when signed.
  Number shifted_right(long long n) const {
    if (n < 0) return shifted_left(-n);
    Word out[kWords];
    const int by = n >= W ? W : static_cast<int>(n);
    for (int i = 0; i < kWords; ++i) {
      const int source = i + by / kWordBits, bits = by % kWordBits;
      out[i] = bits == 0 ? word(source) : word(source) >> bits | word(source + 1) << (kWordBits - bits);
    }
    return from(out);
  }

 private:
  static int checked(int i) {
    if (i < 0 || i >= W) stop("a bit outside the number's width was named");
    return i;
  }
  Word fill() const { return negative() ? ~Word{0} : 0; }
  Number& step(Word by) {
    Word sum[kWords], other[kWords];
    load(sum);
    for (int i = 0; i < kWords; ++i) other[i] = i == 0 || by != 1 ? by : 0;
    add(sum, other, sum, kWords);
    return *this = from(sum);
  }
  template <int W2, bool S2>
  void take(const Number<W2, S2>& v) {
    for (int i = 0; i < kWords; ++i) cells_[i] = static_cast<CellType>(v.word(i));
    extend();
  }
  template <int W2, bool S2>
  void take(const Range<W2, S2>& v) {
    take(v.get());
  }
  template <int W2, bool S2>
  void take(const Bit<W2, S2>& v) {
    take(static_cast<bool>(v));
  }
  template <class T>
  typename std::enable_if<!Traits<T>::kOurs>::type take(const T& v) {
    const bool minus = Traits<T>::kSigned && v < T();
    cells_[0] = static_cast<CellType>(static_cast<Word>(v));
    for (int i = 1; i < kWords; ++i) cells_[i] = minus ? static_cast<CellType>(~Word{0}) : 0;
    extend();
  }
  void parse(const char* text, int radix);
  // The bits above W follow the sign, or are 0.
  void extend() {
    constexpr int spare = (kCellBits - W % kCellBits) % kCellBits;
    const CellType top = static_cast<CellType>(cells_[kWords - 1] << spare);
    cells_[kWords - 1] = static_cast<CellType>(S ? static_cast<SignedCell>(top) >> spare : top >> spare);
  }

  CellType cells_[kWords] = {};
};

template <int W, bool S>
struct Traits<Number<W, S>> {
  static constexpr bool kOperand = true, kOurs = true;
  static constexpr int kWidth = W;
  static constexpr bool kSigned = S;
};
template <int W, bool S>
struct Traits<Range<W, S>> {
  static constexpr bool kOperand = true, kOurs = true;
  static constexpr int kWidth = W;
  static constexpr bool kSigned = false;
};
template <int W, bool S>
struct Traits<Bit<W, S>> {
  static constexpr bool kOperand = true, kOurs = true;
  static constexpr int kWidth = 1;
  static constexpr bool kSigned = false;
};

// Bits hi to lo of a number, to read and to assign.
template <int W, bool S>
class Range {
 public:
  Range(Number<W, S>& of, int hi, int lo) : of_(of), hi_(hi), lo_(lo) {}
  Range(const Range&) = default;
  int length() const { return (hi_ > lo_ ? hi_ - lo_ : lo_ - hi_) + 1; }
  Number<W, false> get() const {
    Number<W, false> out;
    if (hi_ >= lo_) {
      out = Number<W, false>(of_).shifted_right(lo_);
      for (int i = length(); i < W; ++i) out.put(i, false);
    } else {
      for (int i = 0; i < length(); ++i) out.put(i, of_.get(lo_ - i));
    }
    return out;
  }
  template <class T, class = typename std::enable_if<Traits<T>::kOperand>::type>
  Range& operator=(const T& v) {
    const Number<W, false> bits(v);
    for (int i = 0; i < length(); ++i) of_.put(hi_ >= lo_ ? lo_ + i : lo_ - i, bits.get(i));
    return *this;
  }
  Range& operator=(const Range& v) { return *this = v.get(); }
  operator typename Native<W, false>::Type() const {  // NOLINT(google-explicit-constructor)
    return static_cast<typename Native<W, false>::Type>(get().to_uint64());
  }
  int to_int() const { return get().to_int(); }
  unsigned to_uint() const { return get().to_uint(); }
  std::uint64_t to_uint64() const { return get().to_uint64(); }
  std::string to_string(int radix = 2) const { return get().to_string(radix); }

 private:
  Number<W, S>& of_;
  int hi_, lo_;
};

// One bit of a number; anything but 0 sets it.
template <int W, bool S>
class Bit {
 public:
  Bit(Number<W, S>& of, int i) : of_(of), i_(i) {}
  Bit(const Bit&) = default;
  operator bool() const { return of_.get(i_); }  // NOLINT(google-explicit-constructor)
  bool to_bool() const { return of_.get(i_); }
  template <class T, class = typename std::enable_if<Traits<T>::kOperand>::type>
  Bit& operator=(const T& v) {
    of_.put(i_, Number<Traits<T>::kWidth, Traits<T>::kSigned>(v).to_bool());
    return *this;
  }
  Bit& operator=(const Bit& v) { return *this = static_cast<bool>(v); }

 private:
  Number<W, S>& of_;
  int i_;
};

template <int W, bool S>
std::string Number<W, S>::to_string(int radix) const {
  if (radix != 2 && radix != 8 && radix != 10 && radix != 16) stop("to_string: radix is 2, 8, 10 or 16");
  typedef Number<W + 1, true> Wide;
  const int n = Wide::kWords;
  Word rest[n];
  (negative() ? Wide(-*this) : Wide(*this)).load(rest);
  std::string digits;
  do {
    Word ten[n] = {}, quotient[n], digit[n];
    ten[0] = static_cast<Word>(radix);
    divide_unsigned(rest, ten, quotient, digit, n);
    digits.insert(digits.begin(), "0123456789abcdef"[digit[0]]);
    for (int i = 0; i < n; ++i) rest[i] = quotient[i];
  } while (!is_zero(rest, n));
  return negative() ? "-" + digits : digits;
}

template <int W, bool S>
void Number<W, S>::parse(const char* text, int radix) {
  const bool minus = *text == '-';
  if (minus || *text == '+') ++text;
  if (text[0] == '0' && (text[1] == 'b' || text[1] == 'o' || text[1] == 'x')) {
    radix = text[1] == 'b' ? 2 : text[1] == 'o' ? 8 : 16;
    text += 2;
  }
  Word value[kWords] = {}, by[kWords] = {};
  by[0] = static_cast<Word>(radix);
  for (; *text != 0; ++text) {
    const char c = *text;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : radix;
    if (digit >= radix) stop("a character of the text is no digit of its radix");
    Word product[kWords], one[kWords] = {};
    multiply(value, by, product, kWords);
    one[0] = static_cast<Word>(digit);
    add(product, one, value, kWords);
  }
  if (minus) negate(value, value, kWords);
  *this = from(value);
}

}  // namespace ap_stand_in
