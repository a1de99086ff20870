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

template <class M, class Visit>
void expect_round_trips(Visit visit) {
  SCOPED_TRACE(std::string(M::kName));
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) {
    Bytes message = testing::random_bytes(random, M::kLength);
    message[0] = M::kType;
    if (M::kHasAppendageLength) message[M::kLength - 2] = message[M::kLength - 1] = 0;
    Bytes again;
    EXPECT_TRUE(visit(message, [&](const auto& m, std::span<const std::uint8_t> appendages) {
      EXPECT_EQ(m.kName, M::kName);
      EXPECT_TRUE(appendages.empty());
      again.resize(m.kLength);
      m.write(again.data());
    }));
    EXPECT_EQ(again, message);
  }
}

// Every message cut anywhere, or with bytes behind it that no appendage length tells of, is refused.
template <class M, class Visit>
void expect_exact_lengths(Visit visit) {
  SCOPED_TRACE(std::string(M::kName));
  Bytes message(M::kLength);
  M{}.write(message.data());
  const std::size_t fixed = M::kLength - (M::kHasAppendageLength ? 2 : 0);
  for (std::size_t n = 1; n < M::kLength + 6; ++n) {
    Bytes cut = message;
    cut.resize(n, 0xFF);
    EXPECT_EQ(visit(cut, [](const auto&, auto) {}), n == fixed || n == M::kLength) << n;
  }
}

const auto as_request = [](const Bytes& b, auto visitor) { return visit_request(b, visitor); };
const auto as_answer = [](const Bytes& b, auto visitor) { return visit_answer(b, visitor); };

template <class Visit, class... M>
void check_all(Visit visit, MessageList<M...>) {
  (expect_round_trips<M>(visit), ...);
  (expect_exact_lengths<M>(visit), ...);
}

TEST(Ouch50, EveryMessageRoundTripsAnyBytesAndHasOneLength) {
  check_all(as_request, Requests{});
  check_all(as_answer, Answers{});
}

// The offsets at which the specification's tables end: the appendage length where it is always there, else behind the
// last field.
TEST(Ouch50, LengthsAreThoseOfTheSpecification) {
  const std::map<std::string_view, std::size_t> requests{
      {"enter_order", 47}, {"replace_order", 40},       {"cancel_order", 9},        {"modify_order", 10},
      {"mass_cancel", 19}, {"disable_order_entry", 11}, {"enable_order_entry", 11}, {"account_query", 1}};
  const std::map<std::string_view, std::size_t> answers{{"system_event", 10},
                                                        {"accepted", 64},
                                                        {"replaced", 68},
                                                        {"canceled", 18},
                                                        {"aiq_canceled", 32},
                                                        {"executed", 36},
                                                        {"broken_trade", 36},
                                                        {"rejected", 29},
                                                        {"cancel_pending", 13},
                                                        {"cancel_reject", 13},
                                                        {"priority_update", 30},
                                                        {"modified", 18},
                                                        {"restated", 16},
                                                        {"mass_cancel_response", 27},
                                                        {"disable_order_entry_response", 19},
                                                        {"enable_order_entry_response", 19},
                                                        {"account_query_response", 13}};
  const auto lengths = []<class... M>(MessageList<M...>) {
    return std::map<std::string_view, std::size_t>{{M::kName, M::kLength}...};
  };
  EXPECT_EQ(lengths(Requests{}), requests);
  EXPECT_EQ(lengths(Answers{}), answers);
}

TEST(Ouch50, FieldsOfAReplacementLieAtTheirOffsets) {
  Bytes request(ReplaceOrder::kLength), answer(Replaced::kLength);
  ReplaceOrder{.orig_user_ref_num = 1,
               .user_ref_num = 2,
               .quantity = 0x01F4,
               .price = 4'000'000,
               .time_in_force = '0',
               .display = 'Y',
               .intermarket_sweep = 'N',
               .cl_ord_id = make_text<14>("R2")}
      .write(request.data());
  EXPECT_EQ(request, testing::from_hex("55 00000001 00000002 000001f4 00000000003d0900 30 59 4e "
                                       "5232202020202020202020202020 0000"));
  Replaced{.timestamp = 7,
           .orig_user_ref_num = 1,
           .user_ref_num = 2,
           .side = 'S',
           .quantity = 400,
           .symbol = make_text<8>("MSFT"),
           .price = 4'000'000,
           .time_in_force = '0',
           .display = 'Y',
           .order_reference_number = 9,
           .capacity = 'P',
           .intermarket_sweep = 'N',
           .cross_type = 'N',
           .order_state = 'L',
           .cl_ord_id = make_text<14>("R2")}
      .write(answer.data());
  EXPECT_EQ(answer, testing::from_hex("55 0000000000000007 00000001 00000002 53 00000190 4d53465420202020 "
                                      "00000000003d0900 30 59 0000000000000009 50 4e 4e 4c "
                                      "5232202020202020202020202020 0000"));
}

TEST(Ouch50, FieldsOfAPreventedSelfMatchAndOfABrokenTradeLieAtTheirOffsets) {
  Bytes aiq(AiqCanceled::kLength), broken(BrokenTrade::kLength);
  AiqCanceled{.timestamp = 7,
              .user_ref_num = 4,
              .quantity = 100,
              .reason = 'Q',
              .quantity_prevented = 60,
              .execution_price = 1'503'400,
              .liquidity_flag = 'R',
              .aiq_strategy = 'O'}
      .write(aiq.data());
  EXPECT_EQ(aiq, testing::from_hex("44 0000000000000007 00000004 00000064 51 0000003c 000000000016f0a8 52 4f"));
  BrokenTrade{.timestamp = 7, .user_ref_num = 4, .match_number = 8, .reason = 'S', .cl_ord_id = make_text<14>("X")}
      .write(broken.data());
  EXPECT_EQ(broken,
            testing::from_hex("42 0000000000000007 00000004 0000000000000008 53 58202020202020202020202020 20"));
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
  EXPECT_FALSE(visit_answer(Bytes{'?'}, [](const auto&, auto) { FAIL(); }, &error));
  EXPECT_EQ(error, DecodeError::unknown_type);
}

TEST(Ouch50, AnAppendageWrittenIsTheOneRead) {
  Bytes bytes(16);
  const Bytes value{0, 0, 0, 100};
  std::span<const std::uint8_t> rest(bytes.data(), write_appendage(Tag::max_floor, value, bytes.data()));
  EXPECT_EQ(testing::to_bytes(rest), testing::from_hex("05 05 00000064"));
  Appendage a;
  ASSERT_TRUE(next_appendage(rest, a));
  EXPECT_TRUE(a.is(Tag::max_floor));
  EXPECT_EQ(testing::to_bytes(a.value), value);
}

}  // namespace
}  // namespace twinpath::ouch
