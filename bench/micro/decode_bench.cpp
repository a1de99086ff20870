// Frame checks, and every field of each message type read. Items are frames and messages.
#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "host/feed/frame_parser.h"
#include "host/wire/itch50.h"
#include "host/wire/net.h"

namespace twinpath {
namespace {

constexpr std::size_t kMessages = 512;  // of a type, one behind the other; a power of two

template <class M>
void decode(benchmark::State& state) {
  std::mt19937 random(1);
  std::vector<std::uint8_t> bytes(kMessages * M::kLength);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
  std::size_t i = 0;
  for (auto _ : state) {
    const M m = M::read(&bytes[i * M::kLength]);
    M::walk(m, [](std::string_view, const auto& value, auto) { benchmark::DoNotOptimize(value); });
    i = (i + 1) % kMessages;
  }
  state.SetItemsProcessed(state.iterations());
}

template <class... M>
void register_all(itch::MessageList<M...>) {
  (benchmark::RegisterBenchmark(("decode/" + std::string(M::kName)).c_str(), decode<M>), ...);
}
const bool registered = [] {
  register_all(itch::Messages{});
  return true;
}();

void check_frame(benchmark::State& state) {
  FeedConfig feed;
  feed.line_a = {0xE9360C6F, 26477};
  feed.line_b = {0xE931C46F, 26477};
  net::UdpLine line;
  line.destination_ip = state.range(0) == 0 ? feed.line_a.address : feed.line_b.address;
  line.destination_port = 26477;
  std::array<std::uint8_t, 128> frame{};
  net::write_udp_headers(line, 58, 1, frame.data());
  const std::span<const std::uint8_t> bytes(frame.data(), 42 + 58);
  for (auto _ : state) {
    FeedPacket packet;
    benchmark::DoNotOptimize(parse_frame(bytes, feed, packet));
    benchmark::DoNotOptimize(packet);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(check_frame)->ArgName("line")->Arg(0)->Arg(1);

}  // namespace
}  // namespace twinpath
