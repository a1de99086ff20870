#include "sim/xrt/hls_kernels.h"

#include <ap_int.h>
#include <fmt/format.h>

#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

#include "hw/hls/bytecode_scan/bytecode_scan.h"
#include "hw/hls/margin_sweep/margin_sweep.h"
#include "sim/xrt/card_layout.h"

namespace twinpath::sim {
namespace {

// Arguments begin behind the control and interrupt registers. Each takes the words that hold it and a reserved one
// (UG1399, "S_AXILITE Control Register Map").
constexpr std::uint32_t kFirstArgument = 0x10, kReserved = 4;

struct Source {
  const char* name;
  const char* bundle;  // as the kernel's INTERFACE pragmas name it; empty: none
};

template <class T>
struct Type;
template <>
struct Type<unsigned> {
  static std::string name() { return "unsigned int"; }
};
template <int W>
struct Type<ap_uint<W>> {
  static_assert(sizeof(ap_uint<W>) * 8 == W, "arrays in the card's memory have no gaps");
  static std::string name() { return fmt::format("ap_uint<{}>", W); }
};
template <int W>
struct Type<ap_int<W>> {
  static_assert(sizeof(ap_int<W>) * 8 == W, "arrays in the card's memory have no gaps");
  static std::string name() { return fmt::format("ap_int<{}>", W); }
};
template <class T>
struct Type<const T*> {
  static std::string name() { return "const " + Type<T>::name() + "*"; }
};
template <class T>
struct Type<T*> {
  static std::string name() { return Type<T>::name() + "*"; }
};

template <class T>
T argument(const Memory& memory, const HlsKernel& kernel, std::size_t i, std::uint64_t value) {
  if constexpr (std::is_pointer_v<T>) {
    constexpr std::size_t kElement = sizeof(std::remove_pointer_t<T>);
    const auto there = memory.at(value, kElement);
    if (there.empty() || value % kElement != 0)
      throw HlsArgumentError(
          fmt::format("{}: argument {}: expected an address in the card's memory, a multiple of {}, found 0x{:X}",
                      kernel.name, kernel.arguments[i].name, kElement, value));
    return reinterpret_cast<T>(there.data());
  } else {
    return static_cast<T>(value);
  }
}

template <class... A>
HlsKernel describe(const char* name, std::uint64_t base, void (*function)(A...),
                   const Source (&sources)[sizeof...(A)]) {
  HlsKernel k{name, std::string(name) + "_0", base, {}, {}};
  std::uint32_t offset = kFirstArgument;
  std::size_t i = 0;
  const auto add = [&](const std::string& type, std::uint32_t bytes, std::size_t element) {
    k.arguments.push_back(
        {sources[i].name, type, sources[i].bundle, offset, bytes, static_cast<unsigned>(element) * 8});
    offset += bytes + kReserved;
    ++i;
  };
  (add(Type<A>::name(), std::is_pointer_v<A> ? 8 : 4, sizeof(std::remove_pointer_t<A>)), ...);
  k.run = [function, described = k](const Memory& memory, std::span<const std::uint64_t> values) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      std::apply(function, std::tuple<A...>{argument<A>(memory, described, I, values[I])...});
    }(std::index_sequence_for<A...>{});
  };
  return k;
}

}  // namespace

const std::vector<HlsKernel>& hls_kernels() {
  static const std::vector<HlsKernel> kernels{describe("bytecode_scan", kHlsRegisterBase, bytecode_scan,
                                                       {{"code", "gmem0"},
                                                        {"lengths", "gmem1"},
                                                        {"contracts", ""},
                                                        {"findings", "gmem2"},
                                                        {"capacity", ""},
                                                        {"jump_map", "gmem3"},
                                                        {"total", "gmem4"}}),
                                              describe("margin_sweep", kHlsRegisterBase + kRegisterBytes, margin_sweep,
                                                       {{"positions", "gmem0"},
                                                        {"position_count", ""},
                                                        {"cash", "gmem1"},
                                                        {"account_count", ""},
                                                        {"instruments", "gmem1"},
                                                        {"instrument_count", ""},
                                                        {"position_results", "gmem2"},
                                                        {"account_results", "gmem3"},
                                                        {"liquidate", "gmem4"},
                                                        {"summary", "gmem5"}})};
  return kernels;
}

}  // namespace twinpath::sim
