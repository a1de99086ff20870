#include "host/wire/soupbintcp.h"

#include <gtest/gtest.h>

#include "host/wire/capture.h"
#include "host/wire/ouch50.h"
#include "testbench/wire/support.h"

namespace twinpath::soup {
namespace {

using twinpath::testing::Bytes;

TEST(SoupBinTcp, PacketsOfEveryTypeComeOutOfAStreamInOrder) {
  const std::vector<std::pair<PacketType, std::size_t>> packets{
      {PacketType::debug, 5},          {PacketType::login_accepted, 30},  {PacketType::login_rejected, 1},
      {PacketType::sequenced, 64},     {PacketType::sequenced, 0},        {PacketType::server_heartbeat, 0},
      {PacketType::end_of_session, 0}, {PacketType::login_request, 46},   {PacketType::login_request, 51},
      {PacketType::unsequenced, 47},   {PacketType::client_heartbeat, 0}, {PacketType::logout_request, 0}};
  Bytes stream;
  for (const auto& [type, size] : packets) {
    Bytes packet(kHeaderSize + size);
    EXPECT_EQ(write_packet(type, Bytes(size, static_cast<std::uint8_t>(size)), packet.data()), packet.size());
    testing::append(stream, packet);
  }
  std::span<const std::uint8_t> rest = stream;
  for (const auto& [type, size] : packets) {
    Packet packet;
    std::size_t consumed = 0;
    ASSERT_EQ(parse(rest, packet, consumed), ParseStatus::packet) << type_name(static_cast<std::uint8_t>(type));
    EXPECT_TRUE(packet.is(type));
    EXPECT_EQ(testing::to_bytes(packet.payload), Bytes(size, static_cast<std::uint8_t>(size)));
    EXPECT_NE(type_name(packet.type), "unknown");
    rest = rest.subspan(consumed);
  }
  EXPECT_TRUE(rest.empty());
}

TEST(SoupBinTcp, APartOfAPacketNeedsMoreAndConsumesNothing) {
  Bytes packet(kHeaderSize + 10);
  write_packet(PacketType::sequenced, Bytes(10), packet.data());
  for (std::size_t n = 0; n < packet.size(); ++n) {
    Packet p;
    std::size_t consumed = 99;
    EXPECT_EQ(parse(std::span(packet).first(n), p, consumed), ParseStatus::need_more) << n;
    EXPECT_EQ(consumed, 0U);
  }
}

TEST(SoupBinTcp, WrongLengthsLoseTheStreamAndUnknownTypesDoNot) {
  Packet p;
  std::size_t consumed = 0;
  EXPECT_EQ(parse(Bytes{0, 0, 'S'}, p, consumed), ParseStatus::bad_length);
  EXPECT_EQ(parse(Bytes{0, 2, 'H', 0}, p, consumed), ParseStatus::bad_length);
  EXPECT_EQ(parse(Bytes{0, 1, 'J'}, p, consumed), ParseStatus::bad_length);
  EXPECT_EQ(consumed, 0U);
  EXPECT_EQ(parse(Bytes{0, 2, '?', 0}, p, consumed), ParseStatus::unknown_type);
  EXPECT_EQ(consumed, 4U);
}

TEST(SoupBinTcp, NumbersAreRightJustifiedAscii) {
  EXPECT_EQ(trimmed(format_number(0)), "                   0");
  EXPECT_EQ(trimmed(format_number(~std::uint64_t{0})), "18446744073709551615");
  for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{42}, ~std::uint64_t{0}}) {
    const Text<20> text = format_number(n);
    EXPECT_EQ(parse_number({text.data(), text.size()}), n);
  }
  EXPECT_EQ(parse_number("7   "), 7U);
  for (const char* bad : {"", "    ", "-1", "1 2", "x", "18446744073709551616"}) EXPECT_FALSE(parse_number(bad)) << bad;
}

TEST(SoupBinTcp, LoginsRoundTrip) {
  LoginRequest request;
  request.username = make_text<6>("twin");
  request.password = make_text<10>("path");
  request.sequence = 12;
  Bytes bytes(LoginRequest::kSize);
  request.write(bytes.data());
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "twin  path                                  12");
  const auto back = LoginRequest::read(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->username, request.username);
  EXPECT_EQ(back->password, request.password);
  EXPECT_EQ(back->session, request.session);
  EXPECT_EQ(back->sequence, 12U);
  EXPECT_FALSE(LoginRequest::read(std::span(bytes).first(45)));

  LoginAccepted accepted;
  accepted.session = make_text<10>("000010059B");
  accepted.sequence = 99;
  Bytes reply(LoginAccepted::kSize);
  accepted.write(reply.data());
  ASSERT_TRUE(LoginAccepted::read(reply));
  EXPECT_EQ(LoginAccepted::read(reply)->session, accepted.session);
  EXPECT_EQ(LoginAccepted::read(reply)->sequence, 99U);
  reply[29] = 'x';
  EXPECT_FALSE(LoginAccepted::read(reply));
}

/// The TCP payload of the only frame of a real capture (which has a trailer behind the IPv4 packet).
Bytes tcp_payload(const std::filesystem::path& path) {
  const auto capture = CaptureReader::open(path);
  CapturedFrame frame;
  if (!capture->next(frame)) return {};
  const std::size_t ip = load_be16(frame.data.data() + 12) == 0x8100 ? 18 : 14;
  const std::size_t end = ip + load_be16(frame.data.data() + ip + 2);
  const std::size_t tcp = ip + 20;
  const std::size_t payload = tcp + (frame.data[tcp + 12] >> 4) * 4U;
  return testing::to_bytes(frame.data.subspan(payload, end - payload));
}

template <class M>
M only_message(const char* file, PacketType type, std::span<const std::uint8_t>& appendages, Bytes& stream) {
  SCOPED_TRACE(file);
  stream = tcp_payload(testing::shared_data("ouch50_frames") / file);
  Packet packet;
  std::size_t consumed = 0;
  EXPECT_EQ(parse(stream, packet, consumed), ParseStatus::packet);
  EXPECT_EQ(consumed, stream.size());
  EXPECT_TRUE(packet.is(type)) << type_name(packet.type);
  M m;
  const ouch::DecodeError error = ouch::decode(packet.payload, m, appendages);
  EXPECT_EQ(error, ouch::DecodeError::none) << ouch::to_string(error);
  return m;
}

TEST(SoupBinTcp, RealOuchFramesDecodeToTheirOrders) {
  const auto folder = testing::shared_data("ouch50_frames");
  TP_NEED_DATA(folder);
  std::span<const std::uint8_t> appendages;
  Bytes stream;
  const auto enter =
      only_message<ouch::EnterOrder>("EnterOrderMessage.pcap", PacketType::unsequenced, appendages, stream);
  EXPECT_EQ(enter.user_ref_num, 0x71U);
  EXPECT_EQ(enter.side, 'T');
  EXPECT_EQ(enter.quantity, 225U);
  EXPECT_EQ(trimmed(enter.symbol), "CVLT");
  EXPECT_EQ(enter.price, 630'200U);
  EXPECT_EQ(enter.time_in_force, '0');
  EXPECT_EQ(enter.display, 'Y');
  EXPECT_EQ(enter.capacity, 'A');
  EXPECT_EQ(enter.intermarket_sweep, 'N');
  EXPECT_EQ(enter.cross_type, 'N');
  EXPECT_EQ(trimmed(enter.cl_ord_id), "H8FUB8IV");
  EXPECT_EQ(enter.appendage_length, 6);
  ouch::Appendage a;
  ASSERT_TRUE(ouch::next_appendage(appendages, a));
  EXPECT_EQ(a.tag, 2);
  EXPECT_EQ(testing::to_bytes(a.value), (Bytes{'L', 'I', 'M', 'E'}));

  const auto cancel =
      only_message<ouch::CancelOrder>("CancelOrderMessage.pcap", PacketType::unsequenced, appendages, stream);
  EXPECT_EQ(cancel.user_ref_num, 0x00752E71U);
  EXPECT_EQ(cancel.quantity, 0U);

  const auto accepted =
      only_message<ouch::Accepted>("OrderAcceptedMessage.pcap", PacketType::sequenced, appendages, stream);
  EXPECT_EQ(accepted.timestamp, 0x0000289B4D64AF87U);
  EXPECT_EQ(accepted.user_ref_num, 0x00753A8DU);
  EXPECT_EQ(accepted.side, 'B');
  EXPECT_EQ(accepted.quantity, 40U);
  EXPECT_EQ(trimmed(accepted.symbol), "ADBE");
  EXPECT_EQ(accepted.price, 4'777'800U);
  EXPECT_EQ(accepted.time_in_force, '5');
  EXPECT_EQ(accepted.display, 'Y');
  EXPECT_EQ(accepted.order_reference_number, 0x0F56B4F5U);
  EXPECT_EQ(accepted.capacity, 'A');
  EXPECT_EQ(accepted.order_state, 'L');
  EXPECT_EQ(trimmed(accepted.cl_ord_id), "7682701");
  EXPECT_EQ(accepted.appendage_length, 9);

  const auto canceled = only_message<ouch::Canceled>("CanceledMessage.pcap", PacketType::sequenced, appendages, stream);
  EXPECT_EQ(canceled.timestamp, 0x0000289B4D681317U);
  EXPECT_EQ(canceled.user_ref_num, 0x00753A8DU) << "cancels the order accepted above";
  EXPECT_EQ(canceled.quantity, 40U);
  EXPECT_EQ(canceled.reason, 'U');
}

TEST(SoupBinTcp, RealHeartbeatsAreHeartbeats) {
  const auto folder = testing::shared_data("ouch50_frames");
  TP_NEED_DATA(folder);
  for (const auto& [file, type] : {std::pair{"ClientHeartbeatPacket.pcap", PacketType::client_heartbeat},
                                   std::pair{"ServerHeartbeatPacket.pcap", PacketType::server_heartbeat}}) {
    const Bytes stream = tcp_payload(folder / file);
    Packet packet;
    std::size_t consumed = 0;
    EXPECT_EQ(parse(stream, packet, consumed), ParseStatus::packet) << file;
    EXPECT_TRUE(packet.is(type)) << file;
    EXPECT_EQ(consumed, stream.size()) << file;
  }
}

}  // namespace
}  // namespace twinpath::soup
