#include "host/wire/ouch50.h"

#include <gtest/gtest.h>

#include "testbench/wire/support.h"

namespace twinpath::ouch {
namespace {

using twinpath::testing::Bytes;

EnterOrder an_order() {
  return {.user_ref_num = 7,
          .side = 'B',
          .quantity = 100,
          .symbol = make_text<8>("ADBE"),
          .price = 4'777'800,
          .time_in_force = '3',
          .display = 'Y',
          .capacity = 'P',
          .intermarket_sweep = 'N',
          .cross_type = 'N',
          .cl_ord_id = make_text<14>("TWINPA00000007")};
}

TEST(Ouch50, AnEnterOrderWithoutAppendagesIs47BytesAtTheirOffsets) {
  Bytes bytes(EnterOrder::kLength, 0xEE);
  an_order().write(bytes.data());
  EXPECT_EQ(bytes, testing::from_hex("4f 00000007 42 00000064 4144424520202020 000000000048e748 33 59 50 4e 4e "
                                     "5457494e504130303030303030 37 0000"));
}

TEST(Ouch50, ACancelOrderIsNineBytes) {
  Bytes bytes(CancelOrder::kLength, 0xEE);
  CancelOrder{.user_ref_num = 0x01020304, .quantity = 0}.write(bytes.data());
  EXPECT_EQ(bytes, testing::from_hex("58 01020304 00000000"));
}

template <class M>
void expect_round_trips() {
  SCOPED_TRACE(std::string(M::kName));
  std::mt19937_64 random(5);
  for (int i = 0; i < 200; ++i) {
    Bytes message = testing::random_bytes(random, M::kLength);
    message[0] = M::kType;
    if (M::kHasAppendageLength) message[M::kLength - 2] = message[M::kLength - 1] = 0;
    Bytes again;
    EXPECT_TRUE(visit(message, [&](const auto& m, std::span<const std::uint8_t> appendages) {
      EXPECT_TRUE(appendages.empty());
      again.resize(m.kLength);
      m.write(again.data());
    }));
    EXPECT_EQ(again, message);
  }
}

TEST(Ouch50, EveryMessageRoundTripsAnyBytes) {
  expect_round_trips<EnterOrder>();
  expect_round_trips<CancelOrder>();
  expect_round_trips<SystemEvent>();
  expect_round_trips<Accepted>();
  expect_round_trips<Executed>();
  expect_round_trips<Canceled>();
  expect_round_trips<Rejected>();
}

TEST(Ouch50, AppendagesAreTakenAndMayBeAbsentAltogether) {
  Bytes bytes(EnterOrder::kLength);
  an_order().write(bytes.data());
  EnterOrder order;
  std::span<const std::uint8_t> appendages;
  ASSERT_EQ(decode(std::span(bytes).first(45), order, appendages), DecodeError::none);
  EXPECT_EQ(order.user_ref_num, 7U);
  EXPECT_EQ(order.appendage_length, 0);

  testing::append(bytes, testing::from_hex("05 02 4c494d45  02 12 30"));
  bytes[46] = 9;
  ASSERT_EQ(decode(bytes, order, appendages), DecodeError::none);
  EXPECT_EQ(order.appendage_length, 9);
  Appendage a;
  ASSERT_TRUE(next_appendage(appendages, a));
  EXPECT_EQ(a.tag, 2);
  EXPECT_EQ(testing::to_bytes(a.value), (Bytes{'L', 'I', 'M', 'E'}));
  ASSERT_TRUE(next_appendage(appendages, a));
  EXPECT_EQ(a.tag, 0x12);
  EXPECT_EQ(a.value.size(), 1U);
  EXPECT_FALSE(next_appendage(appendages, a));
}

TEST(Ouch50, WrongLengthsAndAppendagesThatReachTooFarAreErrors) {
  Bytes bytes(EnterOrder::kLength);
  an_order().write(bytes.data());
  EnterOrder order;
  std::span<const std::uint8_t> appendages;
  const auto error_of = [&](const Bytes& b) { return decode(b, order, appendages); };
  EXPECT_EQ(error_of({}), DecodeError::empty);
  EXPECT_EQ(error_of(Bytes(47, 'A')), DecodeError::unknown_type);
  for (std::size_t n = 1; n < 60; ++n) {
    Bytes b = bytes;
    b.resize(n);
    EXPECT_EQ(error_of(b), n == 45 || n == 47 ? DecodeError::none : DecodeError::bad_length) << n;
  }
  Bytes b = bytes;
  testing::append(b, Bytes{3, 1, 0});  // says three behind the length byte, has two
  b[46] = 3;
  EXPECT_EQ(error_of(b), DecodeError::bad_appendage);
  b[47] = 0;
  EXPECT_EQ(error_of(b), DecodeError::bad_appendage);
  DecodeError error = DecodeError::none;
  EXPECT_FALSE(visit(Bytes{'?'}, [](const auto&, auto) { FAIL(); }, &error));
  EXPECT_EQ(error, DecodeError::unknown_type);
}

}  // namespace
}  // namespace twinpath::ouch
