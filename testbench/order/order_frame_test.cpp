#include "host/order/order_frame.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <string>

#include "host/wire/net.h"
#include "host/wire/ouch50.h"
#include "host/wire/pcap_writer.h"
#include "testbench/wire/support.h"

namespace twinpath::testing {
namespace {

CoreConfig order_config() {
  CoreConfig c;
  c.symbols.resize(2);
  c.symbols[0].name = {'A', 'M', 'Z', 'N', ' ', ' ', ' ', ' '};
  c.symbols[1].name = {'G', 'O', 'O', 'G', 'L', ' ', ' ', ' '};
  c.order.destination_mac = {0x02, 0x11, 0x12, 0x13, 0x14, 0x15};
  c.order.source_mac = {0x02, 0x21, 0x22, 0x23, 0x24, 0x25};
  c.order.destination_address = 0xC0A80102;
  c.order.source_address = 0x0A010203;
  c.order.destination_port = 26500;
  c.order.source_port = 41000;
  c.order.ttl = 17;
  return c;
}

class OrderFrame : public ::testing::Test {
 protected:
  Bytes enter(std::uint32_t user_ref, Side side, std::uint32_t quantity, SymbolIndex symbol, std::uint32_t price) {
    return to_bytes(builder_.enter(user_ref, side, Quantity{quantity}, symbol, Price{price}));
  }
  Bytes cancel(std::uint32_t user_ref) { return to_bytes(builder_.cancel(user_ref)); }

  CoreConfig config_ = order_config();
  OrderFrameBuilder builder_{config_};
};

TEST_F(OrderFrame, IsAnEnterOrderByteForByte) {
  EXPECT_EQ(
      enter(0x0ABCDEF1, Side::buy, 0x01020304, 1, 0x05060708),
      from_hex("021112131415 022122232425 0800"                             // Ethernet
               "45 00 004b 0000 4000 11 11 9bf4 0a010203 c0a80102"          // IPv4
               "a028 6784 0037 0000"                                        // UDP
               "4f 0abcdef1 42 01020304 474f4f474c202020 0000000005060708"  // O, UserRefNum, B, quantity, symbol, price
               "33 59 50 4e 4e"                                             // time in force to cross type
               "5457494e2020 3041424344454631 0000"));                      // ClOrdID, no appendages
}

TEST_F(OrderFrame, IsACancelOrderByteForBytePaddedToTheEthernetMinimum) {
  EXPECT_EQ(cancel(0x0ABCDEF1), from_hex("021112131415 022122232425 0800"
                                         "45 00 0025 0000 4000 11 11 9c1a 0a010203 c0a80102"
                                         "a028 6784 0011 0000"
                                         "58 0abcdef1 00000000"
                                         "000000000000000000"));
}

TEST_F(OrderFrame, DecodesAsOuchWhateverCameBeforeIt) {
  std::mt19937_64 random(5);
  for (unsigned i = 0; i < 2000; ++i) {
    const auto ref = static_cast<std::uint32_t>(random());
    if (random() % 3 == 0) {
      const Bytes frame = cancel(ref);
      net::UdpFrame udp;
      ASSERT_EQ(net::parse_udp(frame, udp), net::ParseError::none);
      ASSERT_EQ(udp.payload.size(), 9u);
      ASSERT_EQ(udp.payload[0], 'X');
      ASSERT_EQ(load_be32(&udp.payload[1]), ref);
      ASSERT_EQ(load_be32(&udp.payload[5]), 0u);
      ASSERT_TRUE(std::all_of(frame.begin() + 51, frame.end(), [](auto b) { return b == 0; }));
      continue;
    }
    const auto quantity = static_cast<std::uint32_t>(random());
    const auto price = static_cast<std::uint32_t>(random());
    const Side side = random() % 2 ? Side::buy : Side::sell;
    const auto symbol = static_cast<SymbolIndex>(random() % 2);
    const Bytes frame = enter(ref, side, quantity, symbol, price);
    ASSERT_EQ(frame.size(), 89u);
    net::UdpFrame udp;
    ASSERT_EQ(net::parse_udp(frame, udp), net::ParseError::none) << "the header checksum is part of it";
    ASSERT_EQ(udp.payload.size(), ouch::EnterOrder::kLength);
    ASSERT_EQ(udp.payload[0], 'O');
    const auto o = ouch::EnterOrder::read(udp.payload.data());
    ASSERT_EQ(o.user_ref_num, ref);
    ASSERT_EQ(o.side, side == Side::buy ? 'B' : 'S');
    ASSERT_EQ(o.quantity, quantity);
    ASSERT_EQ(o.symbol, config_.symbols[symbol].name);
    ASSERT_EQ(o.price, price);
    ASSERT_EQ(o.time_in_force, '3');
    ASSERT_EQ(o.display, 'Y');
    ASSERT_EQ(o.capacity, 'P');
    ASSERT_EQ(o.intermarket_sweep, 'N');
    ASSERT_EQ(o.cross_type, 'N');
    char id[15];
    std::snprintf(id, sizeof id, "TWIN  %08X", ref);
    ASSERT_EQ(std::string(o.cl_ord_id.data(), 14), id);
    ASSERT_EQ(o.appendage_length, 0u);
  }
}

TEST_F(OrderFrame, TakesItsHeadersFromTheTemplate) {
  const auto header = order_header(config_.order, 47);
  net::UdpFrame udp;
  ASSERT_EQ(net::parse_udp(header, udp), net::ParseError::none);
  EXPECT_EQ(udp.ethernet.destination, config_.order.destination_mac);
  EXPECT_EQ(udp.ethernet.source, config_.order.source_mac);
  EXPECT_EQ(udp.ip.source, config_.order.source_address);
  EXPECT_EQ(udp.ip.destination, config_.order.destination_address);
  EXPECT_EQ(udp.ip.time_to_live, 17u);
  EXPECT_EQ(udp.udp.source_port, 41000u);
  EXPECT_EQ(udp.udp.destination_port, 26500u);
  EXPECT_EQ(udp.udp.length, 55u);
}

TEST_F(OrderFrame, HasARightHeaderChecksumForAnyTemplate) {
  std::mt19937_64 random(6);
  for (unsigned i = 0; i < 2000; ++i) {
    OrderConfig o;
    o.source_address = static_cast<std::uint32_t>(random());
    o.destination_address = static_cast<std::uint32_t>(random());
    o.ttl = static_cast<std::uint8_t>(random());
    for (const std::uint16_t payload : {47, 9}) {
      const auto h = order_header(o, payload);
      ASSERT_EQ(load_be16(&h[24]), net::ipv4_checksum(&h[14]));
    }
  }
}

TEST_F(OrderFrame, CarriesTheConfiguredAttributesAndPrefix) {
  config_.order.attributes = {'0', 'N', 'A', 'Y', 'O'};
  config_.order.cl_ord_id_prefix = {'a', 'b', 'c', 'd', 'e', 'f'};
  builder_ = OrderFrameBuilder(config_);
  const Bytes frame = enter(1, Side::sell, 1, 0, 1);
  const auto o = ouch::EnterOrder::read(&frame[42]);
  EXPECT_EQ(o.time_in_force, '0');
  EXPECT_EQ(o.display, 'N');
  EXPECT_EQ(o.capacity, 'A');
  EXPECT_EQ(o.intermarket_sweep, 'Y');
  EXPECT_EQ(o.cross_type, 'O');
  EXPECT_EQ(std::string(o.cl_ord_id.data(), 14), "abcdef00000001");
}

// ---- a second opinion
std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string text;
  std::array<char, 4096> buffer;
  for (std::size_t n = 0; pipe && (n = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;)
    text.append(buffer.data(), n);
  return text;
}

TEST_F(OrderFrame, IsAcceptedByTsharkWithoutAWarning) {
  if (output_of("command -v tshark").empty()) GTEST_SKIP() << "tshark is absent";
  const TemporaryFolder folder;
  const auto file = folder / "orders.pcap";
  {
    PcapWriter pcap(file);
    pcap.write(1, enter(1, Side::buy, 100, 0, 2'238'100));
    pcap.write(2, enter(0xFFFFFFFF, Side::sell, 1, 1, 1));
    pcap.write(3, cancel(1));
    Bytes broken = cancel(2);
    broken[24] ^= 1;
    pcap.write(4, broken);
    pcap.close();
  }
  // 1 in the checksum's status is "good", 0 "bad"; the last frame shows that a warning would be seen.
  const std::string seen =
      output_of("tshark -r '" + file.string() +
                "' -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE -T fields -E separator=, -E occurrence=f"
                " -e frame.len -e ip.len -e ip.checksum.status -e udp.srcport -e udp.dstport -e udp.length"
                " -e _ws.expert.severity -e _ws.malformed 2>/dev/null");
  const std::string error = std::to_string(0x00800000);  // PI_ERROR
  EXPECT_EQ(seen.substr(0, seen.rfind('\n', seen.size() - 2) + 1),
            "89,75,1,41000,26500,55,,\n"
            "89,75,1,41000,26500,55,,\n"
            "60,37,1,41000,26500,17,,\n")
      << seen;
  EXPECT_EQ(seen.substr(seen.rfind('\n', seen.size() - 2) + 1), "60,37,0,41000,26500,17," + error + ",\n");
}

}  // namespace
}  // namespace twinpath::testing
