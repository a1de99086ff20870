// Any stream: packets are taken off its front one by one, none reaches beyond it.
#include "host/wire/soupbintcp.h"
#include "testbench/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace soup = twinpath::soup;
  std::span<const std::uint8_t> rest(data, size);
  for (;;) {
    soup::Packet packet;
    std::size_t consumed = 0;
    const soup::ParseStatus status = soup::parse(rest, packet, consumed);
    if (status == soup::ParseStatus::need_more || status == soup::ParseStatus::bad_length) {
      require(consumed == 0);
      return 0;
    }
    require(consumed == soup::kHeaderSize + packet.payload.size() && consumed <= rest.size());
    if (const auto login = soup::LoginRequest::read(packet.payload)) {
      std::uint8_t again[soup::LoginRequest::kSize];
      login->write(again);
      require(soup::LoginRequest::read(again)->sequence == login->sequence);
    }
    (void)soup::LoginAccepted::read(packet.payload);
    rest = rest.subspan(consumed);
  }
}
