#include "host/batch/sample.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

namespace twinpath::batch {

CodeBatch sample_code(std::uint64_t seed, std::size_t contracts, std::size_t bytes) {
  std::mt19937_64 random(seed);
  static constexpr std::uint8_t kPlain[] = {0x01, 0x03, 0x10, 0x14, 0x15, 0x16, 0x51, 0x52, 0x54, 0x55, 0x50, 0x5b,
                                            0x80, 0x81, 0x82, 0x83, 0x84, 0x90, 0x91, 0x92, 0x93, 0x5f, 0x33, 0x35};
  CodeBatch batch;
  std::vector<std::uint8_t> code;
  for (std::size_t c = 0; c < contracts; ++c) {
    code.clear();
    while (code.size() < bytes) {
      const std::uint64_t kind = random() % 64;
      const auto push = [&](unsigned n) {
        code.push_back(static_cast<std::uint8_t>(0x5f + n));
        for (unsigned i = 0; i < n; ++i) code.push_back(static_cast<std::uint8_t>(random()));
      };
      if (kind < 18) {
        push(kind < 10 ? 1 : kind < 16 ? 2 : kind == 16 ? 4 : 20);
      } else if (kind < 22) {
        push(2);
        code.push_back(kind == 18 ? 0x56 : 0x57);
      } else if (kind == 22 && random() % 4 == 0) {
        for (int i = 0; i < 7; ++i) code.push_back(0x80);
        code.push_back(random() % 4 == 0 ? 0xf4 : 0xf1);
        code.push_back(random() % 4 == 0 ? 0x50 : 0x15);
      } else if (kind == 23 && random() % 16 == 0) {
        code.push_back(random() % 2 == 0 ? 0x42 : 0x32);
      } else {
        code.push_back(kPlain[random() % std::size(kPlain)]);
      }
    }
    code.resize(bytes);
    batch.add(code);
  }
  return batch;
}

MarginBook sample_book(std::uint64_t seed, std::size_t positions) {
  std::mt19937_64 random(seed);
  constexpr std::uint32_t kInstruments = 256, kEach = 16;
  std::vector<MarginInstrument> instruments(kInstruments);
  for (MarginInstrument& i : instruments)
    i = {static_cast<std::uint32_t>(50'000 + random() % 5'000'000), 2'500,
         static_cast<std::uint16_t>(1'000 + random() % 1'000)};
  std::vector<std::int64_t> cash;
  std::vector<MarginPosition> all;
  all.reserve(positions);
  while (all.size() < positions) {
    const auto account = static_cast<std::uint32_t>(cash.size());
    std::int64_t need = 0;
    for (std::uint32_t k = 0; k < kEach && all.size() < positions; ++k) {
      const auto instrument =
          static_cast<std::uint16_t>(k * (kInstruments / kEach) + random() % (kInstruments / kEach));
      const std::uint32_t mark = instruments[instrument].mark;
      const auto quantity = static_cast<std::int32_t>(random() % 2'001) - 1'000;
      all.push_back(
          {account, static_cast<std::uint32_t>(mark - mark / 20 + random() % (mark / 10)), quantity, instrument, 0});
      need += std::int64_t{mark} * std::abs(quantity) / 8;
    }
    cash.push_back(need + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(need + 1)));
  }
  return MarginBook(std::move(instruments), std::move(cash), std::move(all));
}

}  // namespace twinpath::batch
