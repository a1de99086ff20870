// Generated from hw/rtl/control/twinpath.rdl by scripts/regmap; do not edit.
//
// Numbers that hardware and software share. name() of a value gives its name as written here, or "unknown" for
// a value outside the enumeration. Descriptions are in hw/rtl/control/REGISTERS.md.
// clang-format off
#pragma once
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

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
  // strategy (SEM 4)
  rule_cancel = 59,
  rule_take = 60,
  rule_imbalance = 61,
  rule_momentum = 62,
  rule_lead_lag = 63,
  // risk and orders (SEM 5)
  orders = 64,
  cancels = 65,
  reject_kill = 66,
  reject_permission = 67,
  reject_session = 68,
  reject_halt = 69,
  reject_quantity = 70,
  reject_notional = 71,
  reject_collar = 72,
  reject_position = 73,
  reject_gross = 74,
  reject_open_orders = 75,
  reject_rate = 76,
  reject_duplicate = 77,
  reject_self_trade = 78,
  // commands (SEM 2.9)
  commands = 79,
  bad_command = 80,
  unknown_order = 81,
  overfill = 82,
  position_saturated = 83,
};
inline constexpr unsigned kCounterCount = 84;

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

enum class LatencyClass : std::uint8_t {
  none = 0,
  add = 1,
  execute = 2,
  cancel = 3,
  deletion = 4,
  replace = 5,
  trade = 6,
};

inline constexpr std::string_view kCounterNames[] = {
    "frames",
    "drop_overflow",
    "drop_short",
    "drop_not_ipv4",
    "drop_ip_options",
    "drop_fragment",
    "drop_ip_checksum",
    "drop_not_udp",
    "drop_wrong_destination",
    "drop_bad_length",
    "drop_wrong_session",
    "drop_fcs_error",
    "packets_a",
    "packets_b",
    "heartbeats",
    "end_of_session",
    "duplicate_messages",
    "gaps_opened",
    "gaps_lost",
    "lost_messages",
    "reorder_stored",
    "reorder_replayed",
    "reorder_overflow",
    "truncated_block",
    "bad_block_length",
    "bad_message_length",
    "trailing_bytes",
    "unknown_type",
    "messages",
    "msg_system_event",
    "msg_stock_directory",
    "msg_trading_action",
    "msg_reg_sho",
    "msg_participant_position",
    "msg_mwcb_decline",
    "msg_mwcb_status",
    "msg_ipo_quoting",
    "msg_luld_collar",
    "msg_operational_halt",
    "msg_add",
    "msg_add_mpid",
    "msg_executed",
    "msg_executed_price",
    "msg_cancel",
    "msg_delete",
    "msg_replace",
    "msg_trade",
    "msg_cross_trade",
    "msg_broken_trade",
    "msg_noii",
    "msg_rpii",
    "msg_direct_listing",
    "other_symbol",
    "unknown_reference",
    "duplicate_reference",
    "order_table_full",
    "over_reduction",
    "zero_quantity",
    "level_overflow",
    "rule_cancel",
    "rule_take",
    "rule_imbalance",
    "rule_momentum",
    "rule_lead_lag",
    "orders",
    "cancels",
    "reject_kill",
    "reject_permission",
    "reject_session",
    "reject_halt",
    "reject_quantity",
    "reject_notional",
    "reject_collar",
    "reject_position",
    "reject_gross",
    "reject_open_orders",
    "reject_rate",
    "reject_duplicate",
    "reject_self_trade",
    "commands",
    "bad_command",
    "unknown_order",
    "overfill",
    "position_saturated",
};
constexpr std::string_view name(Counter value) {
  const auto n = static_cast<std::size_t>(value);
  return n < std::size(kCounterNames) ? kCounterNames[n] : std::string_view{"unknown"};
}

inline constexpr std::string_view kReasonNames[] = {
    "none",
    "kill",
    "permission",
    "session",
    "halt",
    "quantity",
    "notional",
    "collar",
    "position",
    "gross",
    "open_orders",
    "rate",
    "duplicate",
    "self_trade",
};
constexpr std::string_view name(Reason value) {
  const auto n = static_cast<std::size_t>(value);
  return n < std::size(kReasonNames) ? kReasonNames[n] : std::string_view{"unknown"};
}

inline constexpr std::string_view kStateReasonNames[] = {
    "none",
    "system_event",
    "trading_action",
    "luld_collar",
    "operational_halt",
    "mwcb_status",
    "end_of_session",
    "gap_lost",
    "fcs_error",
};
constexpr std::string_view name(StateReason value) {
  const auto n = static_cast<std::size_t>(value);
  return n < std::size(kStateReasonNames) ? kStateReasonNames[n] : std::string_view{"unknown"};
}

inline constexpr std::string_view kCommandOpNames[] = {
    "none",
    "kill",
    "release",
    "ack",
    "fill",
    "done",
    "swap",
    "trust",
    "position",
    "arm",
    "disarm",
    "resume",
};
constexpr std::string_view name(CommandOp value) {
  const auto n = static_cast<std::size_t>(value);
  return n < std::size(kCommandOpNames) ? kCommandOpNames[n] : std::string_view{"unknown"};
}

inline constexpr std::string_view kRuleNames[] = {
    "cancel",
    "take",
    "imbalance",
    "momentum",
    "lead_lag",
};
constexpr std::string_view name(Rule value) {
  const auto n = static_cast<std::size_t>(value);
  return n < std::size(kRuleNames) ? kRuleNames[n] : std::string_view{"unknown"};
}

inline constexpr std::string_view kLatencyClassNames[] = {
    "none",
    "add",
    "execute",
    "cancel",
    "deletion",
    "replace",
    "trade",
};
constexpr std::string_view name(LatencyClass value) {
  const auto n = static_cast<std::size_t>(value);
  return n < std::size(kLatencyClassNames) ? kLatencyClassNames[n] : std::string_view{"unknown"};
}

/// AXI4-Lite registers: byte offsets from the base of the core, and shift and mask of each field.
namespace regs {

inline constexpr std::uint32_t kMagicValue = 0x5457494E;
inline constexpr std::uint32_t kMapVersionValue = 0x00020001;
inline constexpr std::uint32_t kMapVersionMajorValue = 2;
inline constexpr std::uint32_t kMapVersionMinorValue = 1;

inline constexpr std::uint32_t kId = 0x0010;
inline constexpr unsigned kIdMagicShift = 0;
inline constexpr std::uint32_t kIdMagicMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kMapVersion = 0x0014;
inline constexpr unsigned kMapVersionMinorShift = 0;
inline constexpr std::uint32_t kMapVersionMinorMask = 0x0000FFFF;
inline constexpr unsigned kMapVersionMajorShift = 16;
inline constexpr std::uint32_t kMapVersionMajorMask = 0xFFFF0000;
inline constexpr std::uint32_t kBuild0 = 0x0018;
inline constexpr unsigned kBuild0DataWidthShift = 0;
inline constexpr std::uint32_t kBuild0DataWidthMask = 0x0000FFFF;
inline constexpr unsigned kBuild0SymbolsShift = 16;
inline constexpr std::uint32_t kBuild0SymbolsMask = 0xFFFF0000;
inline constexpr std::uint32_t kBuild1 = 0x001C;
inline constexpr unsigned kBuild1SetsLog2Shift = 0;
inline constexpr std::uint32_t kBuild1SetsLog2Mask = 0x000000FF;
inline constexpr unsigned kBuild1WaysShift = 8;
inline constexpr std::uint32_t kBuild1WaysMask = 0x0000FF00;
inline constexpr unsigned kBuild1LevelsShift = 16;
inline constexpr std::uint32_t kBuild1LevelsMask = 0xFFFF0000;
inline constexpr std::uint32_t kControl = 0x0020;
inline constexpr unsigned kControlWireModeShift = 0;
inline constexpr std::uint32_t kControlWireModeMask = 0x00000001;
inline constexpr unsigned kControlSoftResetShift = 1;
inline constexpr std::uint32_t kControlSoftResetMask = 0x00000002;
inline constexpr std::uint32_t kStatus = 0x0024;
inline constexpr unsigned kStatusReadyShift = 0;
inline constexpr std::uint32_t kStatusReadyMask = 0x00000001;
inline constexpr unsigned kStatusIdleShift = 1;
inline constexpr std::uint32_t kStatusIdleMask = 0x00000002;
inline constexpr std::uint32_t kCfgAddr = 0x0028;
inline constexpr unsigned kCfgAddrWordShift = 0;
inline constexpr std::uint32_t kCfgAddrWordMask = 0x0000001F;
inline constexpr unsigned kCfgAddrIndexShift = 12;
inline constexpr std::uint32_t kCfgAddrIndexMask = 0x0FFFF000;
inline constexpr unsigned kCfgAddrTableIdShift = 28;
inline constexpr std::uint32_t kCfgAddrTableIdMask = 0xF0000000;
inline constexpr std::uint32_t kCfgData = 0x002C;
inline constexpr unsigned kCfgDataDataShift = 0;
inline constexpr std::uint32_t kCfgDataDataMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kCmd0 = 0x0030;
inline constexpr unsigned kCmd0PriceShift = 0;
inline constexpr std::uint32_t kCmd0PriceMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kCmd1 = 0x0034;
inline constexpr unsigned kCmd1QuantityShift = 0;
inline constexpr std::uint32_t kCmd1QuantityMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kCmd2 = 0x0038;
inline constexpr unsigned kCmd2UserRefShift = 0;
inline constexpr std::uint32_t kCmd2UserRefMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kCmd3 = 0x003C;
inline constexpr unsigned kCmd3SymbolShift = 0;
inline constexpr std::uint32_t kCmd3SymbolMask = 0x0000FFFF;
inline constexpr unsigned kCmd3FlagsShift = 16;
inline constexpr std::uint32_t kCmd3FlagsMask = 0x00FF0000;
inline constexpr unsigned kCmd3OpShift = 24;
inline constexpr std::uint32_t kCmd3OpMask = 0xFF000000;
inline constexpr std::uint32_t kCmdPush = 0x0040;
inline constexpr unsigned kCmdPushPushShift = 0;
inline constexpr std::uint32_t kCmdPushPushMask = 0x00000001;
inline constexpr std::uint32_t kCmdStatus = 0x0044;
inline constexpr unsigned kCmdStatusFullShift = 0;
inline constexpr std::uint32_t kCmdStatusFullMask = 0x00000001;
inline constexpr std::uint32_t kTime = 0x0048;
inline constexpr std::uint32_t kTimeHigh = 0x004C;
inline constexpr std::uint32_t kDiscarded = 0x0050;
inline constexpr unsigned kDiscardedFramesShift = 0;
inline constexpr std::uint32_t kDiscardedFramesMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kHeld = 0x0054;
inline constexpr unsigned kHeldCyclesShift = 0;
inline constexpr std::uint32_t kHeldCyclesMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kKernelControl = 0x4000;
inline constexpr unsigned kKernelControlRunShift = 0;
inline constexpr std::uint32_t kKernelControlRunMask = 0x00000001;
inline constexpr std::uint32_t kKernelStatus = 0x4004;
inline constexpr unsigned kKernelStatusRunningShift = 0;
inline constexpr std::uint32_t kKernelStatusRunningMask = 0x00000001;
inline constexpr unsigned kKernelStatusStoppedShift = 1;
inline constexpr std::uint32_t kKernelStatusStoppedMask = 0x00000002;
inline constexpr unsigned kKernelStatusEventsSettledShift = 2;
inline constexpr std::uint32_t kKernelStatusEventsSettledMask = 0x00000004;
inline constexpr unsigned kKernelStatusDoorbellSettledShift = 3;
inline constexpr std::uint32_t kKernelStatusDoorbellSettledMask = 0x00000008;
inline constexpr unsigned kKernelStatusDoorbellNumberShift = 4;
inline constexpr std::uint32_t kKernelStatusDoorbellNumberMask = 0x00000010;
inline constexpr unsigned kKernelStatusDoorbellOverrunShift = 5;
inline constexpr std::uint32_t kKernelStatusDoorbellOverrunMask = 0x00000020;
inline constexpr unsigned kKernelStatusWriteErrorShift = 6;
inline constexpr std::uint32_t kKernelStatusWriteErrorMask = 0x00000040;
inline constexpr unsigned kKernelStatusReadErrorShift = 7;
inline constexpr std::uint32_t kKernelStatusReadErrorMask = 0x00000080;
inline constexpr std::uint32_t kKernelEventBase = 0x4008;
inline constexpr std::uint32_t kKernelEventBaseHigh = 0x400C;
inline constexpr std::uint32_t kKernelEventSize = 0x4010;
inline constexpr unsigned kKernelEventSizeLog2Shift = 0;
inline constexpr std::uint32_t kKernelEventSizeLog2Mask = 0x0000001F;
inline constexpr std::uint32_t kKernelEventConsumer = 0x4014;
inline constexpr unsigned kKernelEventConsumerIndexShift = 0;
inline constexpr std::uint32_t kKernelEventConsumerIndexMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kKernelEventProducer = 0x4018;
inline constexpr unsigned kKernelEventProducerIndexShift = 0;
inline constexpr std::uint32_t kKernelEventProducerIndexMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kKernelEventsLost = 0x401C;
inline constexpr unsigned kKernelEventsLostCountShift = 0;
inline constexpr std::uint32_t kKernelEventsLostCountMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kKernelDoorbellBase = 0x4020;
inline constexpr std::uint32_t kKernelDoorbellBaseHigh = 0x4024;
inline constexpr std::uint32_t kKernelDoorbellSize = 0x4028;
inline constexpr unsigned kKernelDoorbellSizeLog2Shift = 0;
inline constexpr std::uint32_t kKernelDoorbellSizeLog2Mask = 0x0000001F;
inline constexpr std::uint32_t kKernelDoorbellProducer = 0x402C;
inline constexpr unsigned kKernelDoorbellProducerIndexShift = 0;
inline constexpr std::uint32_t kKernelDoorbellProducerIndexMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kKernelDoorbellConsumer = 0x4030;
inline constexpr unsigned kKernelDoorbellConsumerIndexShift = 0;
inline constexpr std::uint32_t kKernelDoorbellConsumerIndexMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kKernelTimeouts = 0x4034;
inline constexpr unsigned kKernelTimeoutsCountShift = 0;
inline constexpr std::uint32_t kKernelTimeoutsCountMask = 0xFFFFFFFF;
inline constexpr std::uint32_t kKernelMailboxBase = 0x4038;
inline constexpr std::uint32_t kKernelMailboxBaseHigh = 0x403C;

inline constexpr std::uint32_t kCounters = 0x0400;
inline constexpr std::uint32_t kLatency = 0x0910;
inline constexpr std::uint32_t kLatencyStride = 0x10;
inline constexpr std::uint32_t kLatencyCount = 0x0;
inline constexpr std::uint32_t kLatencyMin = 0x4;
inline constexpr std::uint32_t kLatencyMax = 0x8;
inline constexpr std::uint32_t kHistogram = 0x2400;
inline constexpr std::uint32_t kHistogramStride = 0x400;
inline constexpr std::uint32_t kHistogramBin = 0x0;
inline constexpr unsigned kHistogramBins = 256;

/// Low word of a counter; the high word is 4 bytes further and is to be read second.
constexpr std::uint32_t counter(Counter c) { return kCounters + 8 * static_cast<std::uint32_t>(c); }

/// Latency summary of one class; `c` is not `none`.
constexpr std::uint32_t latency(LatencyClass c) {
  return kLatency + (static_cast<std::uint32_t>(c) - 1) * kLatencyStride;
}

/// Latency histogram of one class; `c` is not `none`.
constexpr std::uint32_t histogram(LatencyClass c) {
  return kHistogram + (static_cast<std::uint32_t>(c) - 1) * kHistogramStride;
}

/// One register word: what an access to it may do. A refused access answers SLVERR.
struct Register {
  std::string_view name;
  std::uint32_t offset;
  bool readable;
  bool writable;
};

/// Every register of the core but the counters, latency summaries and histograms.
inline constexpr Register kRegisters[] = {
    {"id", 0x0010, true, false},
    {"map_version", 0x0014, true, false},
    {"build0", 0x0018, true, false},
    {"build1", 0x001C, true, false},
    {"control", 0x0020, true, true},
    {"status", 0x0024, true, false},
    {"cfg_addr", 0x0028, true, true},
    {"cfg_data", 0x002C, false, true},
    {"cmd0", 0x0030, true, true},
    {"cmd1", 0x0034, true, true},
    {"cmd2", 0x0038, true, true},
    {"cmd3", 0x003C, true, true},
    {"cmd_push", 0x0040, false, true},
    {"cmd_status", 0x0044, true, false},
    {"time", 0x0048, true, false},
    {"time_high", 0x004C, true, false},
    {"discarded", 0x0050, true, false},
    {"held", 0x0054, true, false},
};

/// The registers of the kernel around the core.
inline constexpr Register kKernelRegisters[] = {
    {"kernel_control", 0x4000, true, true},
    {"kernel_status", 0x4004, true, false},
    {"kernel_event_base", 0x4008, true, true},
    {"kernel_event_base_high", 0x400C, true, true},
    {"kernel_event_size", 0x4010, true, true},
    {"kernel_event_consumer", 0x4014, true, true},
    {"kernel_event_producer", 0x4018, true, false},
    {"kernel_events_lost", 0x401C, true, false},
    {"kernel_doorbell_base", 0x4020, true, true},
    {"kernel_doorbell_base_high", 0x4024, true, true},
    {"kernel_doorbell_size", 0x4028, true, true},
    {"kernel_doorbell_producer", 0x402C, true, true},
    {"kernel_doorbell_consumer", 0x4030, true, false},
    {"kernel_timeouts", 0x4034, true, false},
    {"kernel_mailbox_base", 0x4038, true, true},
    {"kernel_mailbox_base_high", 0x403C, true, true},
};

}  // namespace regs

}  // namespace twinpath
