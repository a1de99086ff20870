// Any bytes: a message decodes only if its fixed fields and whole appendages are there.
#include <array>
#include <cstring>

#include "host/wire/ouch50.h"
#include "testbench/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace ouch = twinpath::ouch;
  ouch::DecodeError error = ouch::DecodeError::none;
  const bool ok = ouch::visit(
      {data, size},
      [&](const auto& m, std::span<const std::uint8_t> appendages) {
        std::array<std::uint8_t, 64> again{};
        m.write(again.data());
        require(std::memcmp(again.data(), data, size < m.kLength ? size : m.kLength) == 0);
        require(appendages.empty() || appendages.data() + appendages.size() == data + size);
        ouch::Appendage a;
        while (ouch::next_appendage(appendages, a)) {
        }
        require(appendages.empty());
      },
      &error);
  require(ok == (error == ouch::DecodeError::none));
  return 0;
}
