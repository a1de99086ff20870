// Any bytes: a message decodes only if its fixed fields and whole appendages are there.
#include <array>
#include <cstring>

#include "host/wire/ouch50.h"
#include "testbench/fuzz/require.h"

namespace ouch = twinpath::ouch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::uint8_t> message(data, size);
  const auto check = [&](const auto& m, std::span<const std::uint8_t> appendages) {
    std::array<std::uint8_t, ouch::Answers::kLongest> again{};
    m.write(again.data());
    require(std::memcmp(again.data(), data, size < m.kLength ? size : m.kLength) == 0);
    require(appendages.empty() || appendages.data() + appendages.size() == data + size);
    ouch::Appendage a;
    while (ouch::next_appendage(appendages, a)) {
    }
    require(appendages.empty());
  };
  ouch::DecodeError error = ouch::DecodeError::none;
  const bool request = ouch::visit_request(message, check, &error);
  require(request == (error == ouch::DecodeError::none));
  const bool answer = ouch::visit_answer(message, check, &error);
  require(answer == (error == ouch::DecodeError::none));
  return 0;
}
