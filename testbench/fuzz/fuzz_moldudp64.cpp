// Any frame: parsing stays within it, and the blocks of a MoldUDP64 packet are parts of its payload in order.
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"
#include "testbench/fuzz/require.h"

namespace {

void walk(std::span<const std::uint8_t> payload) {
  namespace mold = twinpath::mold;
  if (payload.size() < mold::Header::kSize) return;
  const mold::Header header = mold::Header::read(payload.data());
  mold::BlockReader blocks(payload.subspan(mold::Header::kSize), header.blocks());
  std::span<const std::uint8_t> block;
  std::size_t used = mold::Header::kSize;
  unsigned count = 0;
  while (blocks.next(block) == mold::BlockReader::Status::block) {
    require(block.data() == payload.data() + used + mold::kBlockHeader);
    used += mold::kBlockHeader + block.size();
    ++count;
  }
  require(used + blocks.rest().size() == payload.size());
  require(count + blocks.left() == header.blocks());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace net = twinpath::net;
  const std::span<const std::uint8_t> frame(data, size);
  net::UdpFrame f;
  if (net::parse_udp(frame, f) == net::ParseError::none) {
    require(f.payload.empty() || (f.payload.data() >= data && f.payload.data() + f.payload.size() <= data + size));
    require(f.truncated() || f.payload.size() + net::Udp::kSize == f.udp.length);
    walk(f.payload);
  }
  walk(frame);
  return 0;
}
