// Any bytes: a message decodes only if its type and length are right, and then encodes to the same bytes.
#include <array>
#include <cstring>

#include "host/wire/itch50.h"
#include "testbench/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace itch = twinpath::itch;
  itch::DecodeError error = itch::DecodeError::none;
  std::size_t text = 0;
  const bool ok = itch::visit(
      {data, size},
      [&](const auto& m) {
        std::array<std::uint8_t, 256> again{};
        m.write(again.data());
        require(m.kLength == size && std::memcmp(again.data(), data, size) == 0);
        twinpath::for_each_field(
            m, [&](std::string_view name, const twinpath::FieldValue& v) { text += name.size() + v.text.size(); });
      },
      &error);
  require(ok == (error == itch::DecodeError::none));
  require(ok == (text > 0));
  return 0;
}
