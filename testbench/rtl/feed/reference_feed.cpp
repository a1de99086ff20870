#include "testbench/rtl/feed/reference_feed.h"

#include <algorithm>

namespace twinpath::rtl {
namespace {

std::uint64_t big_endian(const std::uint8_t* p, unsigned bytes) {
  std::uint64_t v = 0;
  for (unsigned i = 0; i < bytes; ++i) v = v << 8 | p[i];
  return v;
}

struct Type {
  unsigned length;
  Counter counter;
};

const std::map<char, Type> kTypes = {
    {'S', {12, Counter::msg_system_event}},
    {'R', {39, Counter::msg_stock_directory}},
    {'H', {25, Counter::msg_trading_action}},
    {'Y', {20, Counter::msg_reg_sho}},
    {'L', {26, Counter::msg_participant_position}},
    {'V', {35, Counter::msg_mwcb_decline}},
    {'W', {12, Counter::msg_mwcb_status}},
    {'K', {28, Counter::msg_ipo_quoting}},
    {'J', {35, Counter::msg_luld_collar}},
    {'h', {21, Counter::msg_operational_halt}},
    {'A', {36, Counter::msg_add}},
    {'F', {40, Counter::msg_add_mpid}},
    {'E', {31, Counter::msg_executed}},
    {'C', {36, Counter::msg_executed_price}},
    {'X', {23, Counter::msg_cancel}},
    {'D', {19, Counter::msg_delete}},
    {'U', {35, Counter::msg_replace}},
    {'P', {44, Counter::msg_trade}},
    {'Q', {40, Counter::msg_cross_trade}},
    {'B', {19, Counter::msg_broken_trade}},
    {'I', {50, Counter::msg_noii}},
    {'N', {20, Counter::msg_rpii}},
    {'O', {48, Counter::msg_direct_listing}},
};

}  // namespace

// SEM 2.1: the drop counter of the first check that fails.
std::optional<Counter> ReferenceFeed::check(const Bytes& f, Packet& packet) {
  const auto has = [&](std::size_t n) { return f.size() >= n; };
  const auto u16 = [&](std::size_t at) { return static_cast<std::uint32_t>(big_endian(&f[at], 2)); };
  if (!has(14)) return Counter::drop_short;
  const std::size_t tag = u16(12) == 0x8100 ? 4 : 0;
  if (!has(14 + tag)) return Counter::drop_short;
  if (u16(12 + tag) != 0x0800) return Counter::drop_not_ipv4;
  const std::size_t ip = 14 + tag;
  const std::size_t udp = ip + 20;
  if (!has(ip + 1)) return Counter::drop_short;
  if (f[ip] / 16 != 4) return Counter::drop_not_ipv4;
  if (f[ip] % 16 != 5) return Counter::drop_ip_options;
  if (!has(ip + 8)) return Counter::drop_short;
  if ((u16(ip + 6) & 0x2000) != 0 || (u16(ip + 6) & 0x1FFF) != 0) return Counter::drop_fragment;
  if (!has(ip + 20)) return Counter::drop_short;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += u16(ip + i);
  while (sum > 0xFFFF) sum = sum % 0x10000 + sum / 0x10000;
  if (sum != 0xFFFF) return Counter::drop_ip_checksum;
  if (f[ip + 9] != 17) return Counter::drop_not_udp;
  if (!has(udp + 4)) return Counter::drop_short;
  const auto address = big_endian(&f[ip + 16], 4);
  int line = -1;
  for (int l = 1; l >= 0; --l) {
    if (address == config_.address[l] && u16(udp + 2) == config_.port[l]) line = l;
  }
  if (line < 0) return Counter::drop_wrong_destination;
  if (!has(udp + 6)) return Counter::drop_short;
  const std::uint32_t length = u16(udp + 4);
  if (length < 28 || u16(ip + 2) != length + 20) return Counter::drop_bad_length;
  if (!has(udp + 28)) return Counter::drop_short;
  std::array<std::uint8_t, 10> session;
  std::copy_n(f.begin() + static_cast<std::ptrdiff_t>(udp) + 8, 10, session.begin());
  const bool configured = std::any_of(config_.session.begin(), config_.session.end(), [](int b) { return b != 0; });
  if (configured && session != config_.session) return Counter::drop_wrong_session;
  if (!configured && adopted_ && session != *adopted_) return Counter::drop_wrong_session;
  if (!adopted_) adopted_ = session;
  packet.line = line;
  packet.sequence = big_endian(&f[udp + 18], 8);
  packet.count = u16(udp + 26);
  packet.declared = length - 28;
  const std::size_t from = udp + 28;
  const std::size_t to = std::min<std::size_t>(f.size(), from + packet.declared);
  packet.bytes.assign(f.begin() + static_cast<std::ptrdiff_t>(from), f.begin() + static_cast<std::ptrdiff_t>(to));
  return std::nullopt;
}

void ReferenceFeed::frame(std::uint64_t time, std::uint32_t number, const Bytes& bytes, bool fcs_error) {
  advance(time);
  count(Counter::frames);
  Packet p;
  p.frame = number;
  if (const auto cause = check(bytes, p)) return count(*cause);
  count(p.line == 0 ? Counter::packets_a : Counter::packets_b);
  if (!seen_packet_ && config_.first_sequence == 0) expected_ = p.sequence;
  seen_packet_ = true;
  if (p.count == 0) count(Counter::heartbeats);
  if (p.count == 0xFFFF) {
    count(Counter::end_of_session);
    state(StateReason::end_of_session, time, p.sequence, number);
    p.count = 0;
  }
  if (fcs_error) count(Counter::drop_fcs_error);
  const std::uint64_t before = expected_;
  if (p.sequence > expected_) {
    if (!(expected_ < gap_high_)) {
      count(Counter::gaps_opened);
      deadline_ = time + config_.gap_timeout;
    }
    gap_high_ = std::max(gap_high_, p.sequence + p.count);
    if (p.count == 0) return;
    if (std::any_of(slots_.begin(), slots_.end(), [&](auto& s) { return s && s->sequence == p.sequence; })) {
      return count(Counter::duplicate_messages, p.count);
    }
    const auto slot = std::find(slots_.begin(), slots_.end(), std::nullopt);
    if (slot == slots_.end() || p.declared > 1472) return count(Counter::reorder_overflow);
    if (fcs_error) return;
    count(Counter::reorder_stored);
    *slot = p;
    return;
  }
  if (p.count == 0) return;
  if (p.sequence + p.count <= expected_) return count(Counter::duplicate_messages, p.count);
  if (deliver(p, time) != 0 && fcs_error) state(StateReason::fcs_error, time, expected_, number);
  replay(time);
  if (expected_ < gap_high_ && expected_ != before) deadline_ = time + config_.gap_timeout;
}

void ReferenceFeed::replay(std::uint64_t stamp) {
  for (;;) {
    const auto slot =
        std::find_if(slots_.begin(), slots_.end(), [&](auto& s) { return s && s->sequence <= expected_; });
    if (slot == slots_.end()) return;
    const Packet p = **slot;
    slot->reset();
    if (p.sequence + p.count <= expected_) {
      count(Counter::duplicate_messages, p.count);
    } else {
      count(Counter::reorder_replayed);
      deliver(p, stamp);
    }
  }
}

// SEM 2.4.
void ReferenceFeed::expire() {
  const std::uint64_t at = deadline_;
  count(Counter::gaps_lost);
  bool told = false;
  while (expected_ < gap_high_) {
    std::optional<std::uint64_t> lowest;
    for (const auto& s : slots_) {
      if (s && (!lowest || s->sequence < *lowest)) lowest = s->sequence;
    }
    const std::uint64_t next = lowest.value_or(gap_high_);
    count(Counter::lost_messages, next - expected_);
    expected_ = next;
    if (!told) state(StateReason::gap_lost, at, expected_, 0);
    told = true;
    replay(at);
  }
}

// SEM 2.5: walks the blocks of a packet whose turn it is; returns how many messages it delivered.
unsigned ReferenceFeed::deliver(const Packet& p, std::uint64_t stamp) {
  const std::uint64_t skip = expected_ - p.sequence;
  count(Counter::duplicate_messages, skip);
  const std::size_t have = p.bytes.size();
  std::size_t at = 0;
  unsigned delivered = 0;
  for (std::uint32_t i = 0; i < p.count; ++i) {
    if (p.declared - at < 2 || have - at < 2) return count(Counter::truncated_block), delivered;
    const std::size_t length = big_endian(&p.bytes[at], 2);
    at += 2;
    if (length < 12) return count(Counter::bad_block_length), delivered;
    if (length > p.declared - at || length > have - at) return count(Counter::truncated_block), delivered;
    const auto type = kTypes.find(static_cast<char>(p.bytes[at]));
    if (type != kTypes.end() && type->second.length != length) return count(Counter::bad_message_length), delivered;
    if (i >= skip) {
      count(Counter::messages);
      count(type == kTypes.end() ? Counter::unknown_type : type->second.counter);
      message(&p.bytes[at], stamp, p, p.sequence + i);
      ++expected_;
      ++delivered;
    }
    at += length;
  }
  if (at < p.declared) count(Counter::trailing_bytes);
  return delivered;
}

// SEM 2.6.
void ReferenceFeed::message(const std::uint8_t* p, std::uint64_t stamp, const Packet& packet, std::uint64_t sequence) {
  const char type = static_cast<char>(p[0]);
  if (std::string_view("SWHJhAFECXDUP").find(type) == std::string_view::npos) return;
  Message m;
  m.stamp = stamp;
  m.sequence = sequence;
  m.frame = packet.frame;
  m.msg_index = static_cast<std::uint16_t>(sequence - packet.sequence);
  m.msg_type = p[0];
  const auto u32 = [&](unsigned at) { return static_cast<std::uint32_t>(big_endian(p + at, 4)); };
  const auto set_state = [&](StateReason reason, std::uint8_t argument) {
    m.op = 7;
    m.reason = static_cast<std::uint8_t>(reason);
    m.argument = argument;
  };
  if (type == 'S') {
    if (p[11] != 'Q' && p[11] != 'M') return;
    set_state(StateReason::system_event, p[11]);
    messages.push_back(m);
    return;
  }
  if (type == 'W') {
    set_state(StateReason::mwcb_status, 0);
    messages.push_back(m);
    return;
  }
  const auto symbol = config_.symbols.find(static_cast<std::uint16_t>(big_endian(p + 1, 2)));
  if (symbol == config_.symbols.end()) return count(Counter::other_symbol);
  m.symbol = symbol->second;
  const std::uint64_t reference = big_endian(p + 11, 8);
  switch (type) {
    case 'H':
      set_state(StateReason::trading_action, p[19]);
      break;
    case 'J':
      set_state(StateReason::luld_collar, 0);
      break;
    case 'h':
      if (p[19] != 'Q') return;
      set_state(StateReason::operational_halt, p[20]);
      break;
    case 'A':
    case 'F':
    case 'P':
      m.op = type == 'P' ? 6 : 1;
      if (type != 'P') m.order_ref = reference;
      m.side = p[19] != 'B';
      m.shares = u32(20);
      m.price = u32(32);
      break;
    case 'E':
    case 'C':
      m.op = 2;
      m.order_ref = reference;
      m.shares = u32(19);
      m.printable = type == 'E' || p[31] == 'Y';
      m.priced = type == 'C';
      if (m.priced) m.price = u32(32);
      break;
    case 'X':
      m.op = 3;
      m.order_ref = reference;
      m.shares = u32(19);
      break;
    case 'D':
      m.op = 4;
      m.order_ref = reference;
      break;
    default:  // 'U'
      m.op = 5;
      m.order_ref = reference;
      m.new_order_ref = big_endian(p + 19, 8);
      m.shares = u32(27);
      m.price = u32(31);
      break;
  }
  messages.push_back(m);
}

}  // namespace twinpath::rtl
