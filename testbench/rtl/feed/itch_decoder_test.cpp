#include <gtest/gtest.h>

#include <map>
#include <random>

#include "Vitch_decoder.h"
#include "host/core/counters.h"
#include "testbench/rtl/feed/message.h"
#include "testbench/rtl/feed/traffic.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

using Counts = std::map<Counter, unsigned>;

class ItchDecoder : public ::testing::Test {
 protected:
  ItchDecoder() {
    reset(top);
    top.en_i = 1;
    while (!top.ready_o) clock(top);
    write(3, 0x100 | 42);
    write(65535, 0x100 | 255);
  }
  void write(unsigned locate, std::uint32_t data) {
    top.cfg_i = pack_config(1, locate, 0, data);
    clock(top);
    top.cfg_i = 0;
  }
  // One message through the block; what came out, and the counters it moved.
  std::vector<Message> run(const Bytes& m) {
    counts.clear();
    stall();
    top.locate_i = static_cast<std::uint16_t>(m[1] * 256 + m[2]);
    clock(top);
    stall();
    PackedWriter bits(top.s_i.data());
    bits.put(0x2222, 16);
    bits.put(0x1111, 16);
    bits.put(5, 16);
    bits.put(77, 32);
    bits.put(123456789012345, 64);
    bits.put(987654321, 48);
    for (unsigned i = 0; i < 50; ++i) bits.put(i < m.size() ? m[i] : 0xEE, 8);
    top.s_valid_i = 1;
    top.cycle_i = 0x3332;
    top.eval();
    EXPECT_FALSE(top.m_valid_o);
    const bool announced = top.next_valid_o;
    const unsigned op = top.next_op_o;
    const unsigned symbol = top.next_symbol_o;
    for (unsigned c = 0; c < kCounterCount; ++c) {
      if ((top.cnt_o[c / 32] >> (c % 32) & 1u) != 0) ++counts[static_cast<Counter>(c)];
    }
    clock(top);
    top.s_valid_i = 0;
    std::vector<Message> out;
    top.eval();
    EXPECT_EQ(top.m_valid_o, announced);
    if (top.m_valid_o) {
      out.push_back(unpack_message(top.m_o.data(), &stamps));
      EXPECT_EQ(op, out[0].op);
      EXPECT_EQ(symbol, out[0].symbol);
      stall();
      EXPECT_TRUE(top.m_valid_o) << "nothing moved";
      EXPECT_EQ(unpack_message(top.m_o.data()), out[0]);
    }
    clock(top);
    EXPECT_FALSE(top.m_valid_o) << "for one cycle with en_i";
    return out;
  }
  // Some cycles without en_i, in which everything but what it holds may change.
  void stall() {
    top.en_i = 0;
    for (unsigned i = random() % 3; i > 0; --i) {
      top.locate_i = static_cast<std::uint16_t>(random());
      top.own_valid_i = random() & 1;
      top.eval();
      EXPECT_FALSE(top.own_ready_o || top.next_valid_o);
      clock(top);
    }
    top.own_valid_i = 0;
    top.en_i = 1;
    top.eval();
  }
  static Bytes bytes(char type, std::uint16_t locate, std::size_t length) {
    Bytes m(length);
    for (std::size_t i = 0; i < length; ++i) m[i] = static_cast<std::uint8_t>(i);
    m[0] = static_cast<std::uint8_t>(type);
    m[1] = static_cast<std::uint8_t>(locate >> 8);
    m[2] = static_cast<std::uint8_t>(locate);
    return m;
  }
  static Message expected(std::uint8_t op, char type, std::uint8_t symbol) {
    Message e;
    e.op = op;
    e.symbol = symbol;
    e.stamp = 987654321;
    e.sequence = 123456789012345;
    e.frame = 77;
    e.msg_index = 5;
    e.msg_type = static_cast<std::uint8_t>(type);
    return e;
  }

  std::mt19937 random{4};
  Vitch_decoder top;
  Counts counts;
  Stamps stamps;
};

TEST_F(ItchDecoder, DecodesOrderMessages) {
  constexpr std::uint64_t kReference = 0x0B0C0D0E0F101112;
  Message e = expected(1, 'A', 42);
  e.order_ref = kReference;
  e.side = true;  // byte 19 is not 'B'
  e.shares = 0x14151617;
  e.price = 0x20212223;
  EXPECT_EQ(run(bytes('A', 3, 36)), std::vector{e});
  EXPECT_EQ(stamps.first_beat, 0x1111);
  EXPECT_EQ(stamps.last_byte, 0x2222);
  EXPECT_EQ(stamps.decoded, 0x3333);
  Bytes buy = bytes('F', 65535, 40);
  buy[19] = 'B';
  e.msg_type = 'F';
  e.symbol = 255;
  e.side = false;
  EXPECT_EQ(run(buy), std::vector{e});
  e = expected(6, 'P', 42);
  e.side = true;
  e.shares = 0x14151617;
  e.price = 0x20212223;
  EXPECT_EQ(run(bytes('P', 3, 44)), std::vector{e});
  e = expected(2, 'E', 42);
  e.order_ref = kReference;
  e.shares = 0x13141516;
  e.printable = true;
  EXPECT_EQ(run(bytes('E', 3, 31)), std::vector{e});
  e.msg_type = 'C';
  e.printable = false;
  e.priced = true;
  e.price = 0x20212223;
  Bytes c = bytes('C', 3, 36);
  EXPECT_EQ(run(c), std::vector{e});
  c[31] = 'Y';
  e.printable = true;
  EXPECT_EQ(run(c), std::vector{e});
  e = expected(3, 'X', 42);
  e.order_ref = kReference;
  e.shares = 0x13141516;
  EXPECT_EQ(run(bytes('X', 3, 23)), std::vector{e});
  e = expected(4, 'D', 42);
  e.order_ref = kReference;
  EXPECT_EQ(run(bytes('D', 3, 19)), std::vector{e});
  e = expected(5, 'U', 42);
  e.order_ref = kReference;
  e.new_order_ref = 0x131415161718191A;
  e.shares = 0x1B1C1D1E;
  e.price = 0x1F202122;
  EXPECT_EQ(run(bytes('U', 3, 35)), std::vector{e});
}

TEST_F(ItchDecoder, DecodesStateMessagesThatTakeEffectAndOnlyCountsOthers) {
  Message e = expected(7, 'S', 0);
  e.reason = 1;
  for (const char code : {'O', 'S', 'Q', 'M', 'E', 'C'}) {
    Bytes s = bytes('S', 3, 12);
    s[11] = e.argument = static_cast<std::uint8_t>(code);
    EXPECT_EQ(run(s), (code == 'Q' || code == 'M') ? std::vector{e} : std::vector<Message>{}) << code;
    EXPECT_EQ(counts, (Counts{{Counter::messages, 1}, {Counter::msg_system_event, 1}}));
  }
  e = expected(7, 'W', 0);
  e.reason = 5;
  EXPECT_EQ(run(bytes('W', 9, 12)), std::vector{e});
  e = expected(7, 'H', 42);
  e.reason = 2;
  e.argument = 19;
  EXPECT_EQ(run(bytes('H', 3, 25)), std::vector{e});
  e = expected(7, 'J', 42);
  e.reason = 3;
  EXPECT_EQ(run(bytes('J', 3, 35)), std::vector{e});
  Bytes h = bytes('h', 3, 21);
  EXPECT_EQ(run(h), std::vector<Message>{});
  h[19] = 'Q';
  e = expected(7, 'h', 42);
  e.reason = 4;
  e.argument = 20;
  EXPECT_EQ(run(h), std::vector{e});
}

TEST_F(ItchDecoder, CountsEveryTypeAndOtherSymbolsOnlyForTypesInUse) {
  const std::string types = "SRHYLVWKJhAFECXDUPQBINO";  // in the order of the counters
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Counter own = counter_after(Counter::msg_system_event, static_cast<unsigned>(i));
    Counts expected_counts = {{Counter::messages, 1}, {own, 1}};
    run(bytes(types[i], 3, 50));
    EXPECT_EQ(counts, expected_counts) << types[i];
    const bool used = std::string("HJhAFECXDUP").find(types[i]) != std::string::npos;
    if (used) expected_counts[Counter::other_symbol] = 1;
    const auto out = run(bytes(types[i], 4, 50));
    EXPECT_EQ(counts, expected_counts) << types[i];
    EXPECT_TRUE(out.empty() || types[i] == 'W') << types[i];
  }
  EXPECT_TRUE(run(bytes('z', 3, 50)).empty());
  EXPECT_EQ(counts, (Counts{{Counter::messages, 1}, {Counter::unknown_type, 1}}));
}

TEST_F(ItchDecoder, LetsItsOwnersMessagesWaitForThoseBeforeThem) {
  top.s_valid_i = 1;
  PackedWriter block(top.s_i.data());
  for (unsigned i = 0; i < 16 + 16 + 16 + 32 + 64 + 48; ++i) block.put(0, 1);
  block.put('W', 8);
  clock(top);
  top.s_valid_i = 0;
  top.own_valid_i = 1;
  top.eval();
  EXPECT_TRUE(top.m_valid_o);
  EXPECT_FALSE(top.own_ready_o) << "in the cycle behind a message";
  clock(top);
  EXPECT_FALSE(top.m_valid_o);
  EXPECT_TRUE(top.own_ready_o);
  clock(top);
  EXPECT_TRUE(top.m_valid_o);
  EXPECT_FALSE(top.own_ready_o) << "two in successive cycles";
  clock(top);
  EXPECT_FALSE(top.m_valid_o);
  EXPECT_TRUE(top.own_ready_o);
  top.own_valid_i = 0;
}

// An own message is announced like any other, and stands while nothing moves.
TEST_F(ItchDecoder, AnnouncesItsOwnersMessagesToo) {
  top.own_valid_i = 1;
  PackedWriter bits(top.own_i.data());
  for (unsigned i = 0; i < 631 - 12; ++i) bits.put(0, 1);
  bits.put(0, 8);
  bits.put(8, 4);
  top.eval();
  EXPECT_TRUE(top.next_valid_o);
  EXPECT_EQ(top.next_op_o, 8u);
  clock(top);
  top.own_valid_i = 0;
  top.en_i = 0;
  for (unsigned i = 0; i < 3; ++i) {
    top.eval();
    EXPECT_TRUE(top.m_valid_o);
    EXPECT_EQ(unpack_message(top.m_o.data()).op, 8u);
    clock(top);
  }
  top.en_i = 1;
  clock(top);
  EXPECT_FALSE(top.m_valid_o);
}

}  // namespace
}  // namespace twinpath::rtl
