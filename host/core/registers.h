// Generated from hw/rtl/control/twinpath.rdl by scripts/regmap; do not edit.
#pragma once
#include <cstdint>

namespace twinpath {

enum class Counter : std::uint16_t {
  // ingress and frame checks (SEM 2.1)
  frames = 0,
  drop_overflow = 1,
  drop_short = 2,
  drop_not_ipv4 = 3,
  drop_ip_options = 4,
  drop_fragment = 5,
  drop_ip_checksum = 6,
  drop_not_udp = 7,
  drop_wrong_destination = 8,
  drop_bad_length = 9,
  drop_wrong_session = 10,
  drop_fcs_error = 11,
  // packets and arbitration (SEM 2.2 to 2.4)
  packets_a = 12,
  packets_b = 13,
  heartbeats = 14,
  end_of_session = 15,
  duplicate_messages = 16,
  gaps_opened = 17,
  gaps_lost = 18,
  lost_messages = 19,
  reorder_stored = 20,
  reorder_replayed = 21,
  reorder_overflow = 22,
  // blocks (SEM 2.5)
  truncated_block = 23,
  bad_block_length = 24,
  bad_message_length = 25,
  trailing_bytes = 26,
  unknown_type = 27,
  // messages (SEM 2.6)
  messages = 28,
  msg_system_event = 29,
  msg_stock_directory = 30,
  msg_trading_action = 31,
  msg_reg_sho = 32,
  msg_participant_position = 33,
  msg_mwcb_decline = 34,
  msg_mwcb_status = 35,
  msg_ipo_quoting = 36,
  msg_luld_collar = 37,
  msg_operational_halt = 38,
  msg_add = 39,
  msg_add_mpid = 40,
  msg_executed = 41,
  msg_executed_price = 42,
  msg_cancel = 43,
  msg_delete = 44,
  msg_replace = 45,
  msg_trade = 46,
  msg_cross_trade = 47,
  msg_broken_trade = 48,
  msg_noii = 49,
  msg_rpii = 50,
  msg_direct_listing = 51,
  other_symbol = 52,
  // books (SEM 3)
  unknown_reference = 53,
  duplicate_reference = 54,
  order_table_full = 55,
  over_reduction = 56,
  zero_quantity = 57,
  level_overflow = 58,
  level_underflow = 59,
  // strategy (SEM 4)
  rule_cancel = 60,
  rule_take = 61,
  rule_imbalance = 62,
  rule_momentum = 63,
  rule_lead_lag = 64,
  // risk and orders (SEM 5)
  orders = 65,
  cancels = 66,
  reject_kill = 67,
  reject_permission = 68,
  reject_session = 69,
  reject_halt = 70,
  reject_quantity = 71,
  reject_notional = 72,
  reject_collar = 73,
  reject_position = 74,
  reject_gross = 75,
  reject_open_orders = 76,
  reject_rate = 77,
  reject_duplicate = 78,
  reject_self_trade = 79,
  // commands (SEM 2.9)
  commands = 80,
  bad_command = 81,
  unknown_order = 82,
  overfill = 83,
  position_saturated = 84,
};
inline constexpr unsigned kCounterCount = 85;

enum class Reason : std::uint8_t {
  none = 0,
  kill = 1,
  permission = 2,
  session = 3,
  halt = 4,
  quantity = 5,
  notional = 6,
  collar = 7,
  position = 8,
  gross = 9,
  open_orders = 10,
  rate = 11,
  duplicate = 12,
  self_trade = 13,
};

enum class StateReason : std::uint8_t {
  none = 0,
  system_event = 1,
  trading_action = 2,
  luld_collar = 3,
  operational_halt = 4,
  mwcb_status = 5,
  end_of_session = 6,
  gap_lost = 7,
  fcs_error = 8,
};

enum class CommandOp : std::uint8_t {
  none = 0,
  kill = 1,
  release = 2,
  ack = 3,
  fill = 4,
  done = 5,
  swap = 6,
  trust = 7,
  position = 8,
  arm = 9,
  disarm = 10,
  resume = 11,
};

enum class Rule : std::uint8_t {
  cancel = 0,
  take = 1,
  imbalance = 2,
  momentum = 3,
  lead_lag = 4,
};

}  // namespace twinpath
