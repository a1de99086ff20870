// Two's complement numbers as arrays of 64-bit words, the least significant first: the arithmetic under ap_int.h.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace ap_stand_in {

typedef std::uint64_t Word;
constexpr int kWordBits = 64;

constexpr int words_for(int bits) { return (bits + kWordBits - 1) / kWordBits; }
constexpr int max_of(int a, int b) { return a > b ? a : b; }
constexpr int min_of(int a, int b) { return a < b ? a : b; }

// What cannot be computed has no value in a circuit; a simulation ends, and says where.
[[noreturn]] inline void stop(const char* what) {
  std::fprintf(stderr, "ap_int: %s\n", what);
  std::abort();
}

inline void add(const Word* a, const Word* b, Word* sum, int n) {
  Word carry = 0;
  for (int i = 0; i < n; ++i) {
    const Word half = a[i] + carry;
    carry = half < carry ? 1 : 0;
    sum[i] = half + b[i];
    carry += sum[i] < half ? 1 : 0;
  }
}

inline void negate(const Word* a, Word* out, int n) {
  Word carry = 1;
  for (int i = 0; i < n; ++i) {
    out[i] = ~a[i] + carry;
    carry = carry != 0 && out[i] == 0 ? 1 : 0;
  }
}

// The lowest n words of the product; right for signed numbers that are extended to n words.
inline void multiply(const Word* a, const Word* b, Word* product, int n) {
  for (int i = 0; i < n; ++i) product[i] = 0;
  for (int i = 0; i < n; ++i) {
    Word carry = 0;
    for (int k = 0; i + k < n; ++k) {
      const unsigned __int128 t =
          static_cast<unsigned __int128>(a[i]) * b[k] + product[i + k] + static_cast<unsigned __int128>(carry);
      product[i + k] = static_cast<Word>(t);
      carry = static_cast<Word>(t >> kWordBits);
    }
  }
}

inline bool is_zero(const Word* a, int n) {
  for (int i = 0; i < n; ++i)
    if (a[i] != 0) return false;
  return true;
}

// -1, 0 or 1; as numbers without sign.
inline int compare_unsigned(const Word* a, const Word* b, int n) {
  for (int i = n - 1; i >= 0; --i)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

// Quotient and remainder of numbers without sign.
inline void divide_unsigned(const Word* a, const Word* b, Word* quotient, Word* remainder, int n) {
  if (is_zero(b, n)) stop("division by zero");
  if (n <= 2) {
    const auto wide = [n](const Word* w) {
      return w[0] | (n == 2 ? static_cast<unsigned __int128>(w[1]) << kWordBits : 0);
    };
    const unsigned __int128 q = wide(a) / wide(b), r = wide(a) % wide(b);
    for (int i = 0; i < n; ++i) {
      quotient[i] = static_cast<Word>(q >> (i * kWordBits));
      remainder[i] = static_cast<Word>(r >> (i * kWordBits));
    }
    return;
  }
  for (int i = 0; i < n; ++i) quotient[i] = remainder[i] = 0;
  for (int bit = n * kWordBits - 1; bit >= 0; --bit) {
    const Word out = remainder[n - 1] >> (kWordBits - 1);
    for (int i = n - 1; i > 0; --i) remainder[i] = remainder[i] << 1 | remainder[i - 1] >> (kWordBits - 1);
    remainder[0] = remainder[0] << 1 | (a[bit / kWordBits] >> (bit % kWordBits) & 1);
    if (out == 0 && compare_unsigned(remainder, b, n) < 0) continue;
    Word minus[17] = {};
    negate(b, minus, n);
    add(remainder, minus, remainder, n);
    quotient[bit / kWordBits] |= Word{1} << (bit % kWordBits);
  }
}

}  // namespace ap_stand_in
