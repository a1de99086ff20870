// Drives a Verilated feed_front: frames and commands in, messages and counters out, and a record of the inputs as they
// were accepted, in order and with their stamps.
#pragma once
#include <verilated.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include "Vfeed_front.h"
#include "testbench/rtl/feed/message.h"
#include "testbench/rtl/feed/traffic.h"

namespace twinpath::rtl {

struct Command {
  std::array<std::uint32_t, 4> words{};
};

struct Input {
  bool is_command = false;
  std::uint64_t time = 0;
  std::uint32_t number = 0;  // frames
  Frame frame;
  Command command;
};

class FeedBench {
 public:
  static constexpr unsigned kBytes = sizeof(Vfeed_front::s_axis_tdata_i);

  // Per cycle, in percent.
  struct Pace {
    unsigned gap = 0;      // no beat offered
    unsigned stall = 0;    // messages not accepted
    unsigned command = 0;  // a command is offered
    unsigned jump = 0;     // time advances by up to max_jump
    std::uint64_t max_jump = 1;
  };

  FeedBench() : top_(std::make_unique<Vfeed_front>()) { reset(); }

  void reset() {
    top_->rst_i = 1;
    top_->s_axis_tvalid_i = 0;
    top_->s_cmd_tvalid_i = 0;
    top_->wire_mode_i = 0;
    top_->cfg_i = 0;
    clock();
    clock();
    top_->rst_i = 0;
    while (!top_->ready_o) clock();
    inputs.clear();
    messages.clear();
    stamps.clear();
    message_cycles.clear();
    counters = {};
    queue_.clear();
    commands_.clear();
    command_offered_ = false;
    held_ = false;
    unstable = false;
    next_frame_ = 0;
    beat_ = 0;
    dropping_ = false;
    offering_ = false;
    lost_frames = 0;
  }

  void configure(unsigned table, std::uint16_t index, unsigned word, std::uint32_t data) {
    top_->cfg_i = pack_config(table, index, word, data);
    clock();
    top_->cfg_i = 0;
  }

  void configure(const ReferenceConfig& config) {
    for (unsigned locate = 0; locate < 16; ++locate) {
      const auto it = config.symbols.find(static_cast<std::uint16_t>(locate));
      configure(1, static_cast<std::uint16_t>(locate), 0, it == config.symbols.end() ? 0x55u : 0x100u | it->second);
    }
    for (const auto& [locate, symbol] : config.symbols) configure(1, locate, 0, 0x100u | symbol);
    configure(7, 0, 0, config.address[0]);
    configure(7, 0, 1, config.port[0]);
    configure(7, 0, 2, config.address[1]);
    configure(7, 0, 3, config.port[1]);
    const auto& s = config.session;
    configure(7, 0, 4, word(s[0], s[1], s[2], s[3]));
    configure(7, 0, 5, word(s[4], s[5], s[6], s[7]));
    configure(7, 0, 6, word(s[8], s[9], 0, 0));
    configure(7, 0, 7, static_cast<std::uint32_t>(config.first_sequence));
    configure(7, 0, 8, static_cast<std::uint32_t>(config.first_sequence >> 32));
    configure(7, 0, 9, config.gap_timeout);
  }

  void send(const Frame& frame) { queue_.push_back(frame); }
  void send(const Command& command) { commands_.push_back(command); }
  bool sending() const { return !queue_.empty() || !commands_.empty(); }

  // One clock cycle: offers what is queued, as `pace` allows.
  void step(Random& random, const Pace& pace) {
    time_ += random.chance(pace.jump) ? random(1, pace.max_jump) : 1;
    top_->time_i = time_;
    ++cycle_;
    top_->cycle_i = cycle_;
    if (!queue_.empty() && !offering_) offering_ = !random.chance(pace.gap);
    top_->s_axis_tvalid_i = !queue_.empty() && offering_;
    if (top_->s_axis_tvalid_i) put_beat();
    if (!commands_.empty() && !command_offered_) command_offered_ = random.chance(pace.command);
    top_->s_cmd_tvalid_i = command_offered_;
    if (command_offered_) std::memcpy(top_->s_cmd_tdata_i.data(), commands_.front().words.data(), 16);
    top_->msg_ready_i = !random.chance(pace.stall);
    top_->eval();
    if (top_->s_cmd_tvalid_i && top_->s_cmd_tready_o) {
      Input in;
      in.is_command = true;
      in.time = time_;
      in.command = commands_.front();
      inputs.push_back(in);
      commands_.pop_front();
      command_offered_ = false;
    }
    if (top_->s_axis_tvalid_i && (top_->s_axis_tready_o || top_->wire_mode_i)) take_beat(top_->s_axis_tready_o);
    if (top_->msg_valid_o && top_->msg_ready_i) {
      Stamps s;
      messages.push_back(unpack_message(top_->msg_o.data(), &s));
      stamps.push_back(s);
      message_cycles.push_back(cycle_);
    }
    count();
    check_stable();
    clock();
  }

  bool idle() {
    top_->s_axis_tvalid_i = 0;
    top_->s_cmd_tvalid_i = 0;
    top_->eval();
    return top_->idle_o != 0;
  }

  Vfeed_front& top() { return *top_; }
  std::uint64_t time() const { return time_; }
  std::uint16_t cycle() const { return cycle_; }

  std::vector<Input> inputs;
  std::vector<Message> messages;
  std::vector<Stamps> stamps;
  std::vector<std::uint16_t> message_cycles;
  CounterValues counters{};
  unsigned lost_frames = 0;
  bool unstable = false;  // a message changed, or went, before it was accepted
  std::uint16_t last_beat_cycle = 0;

 private:
  static std::uint32_t word(unsigned a, unsigned b, unsigned c, unsigned d) { return a << 24 | b << 16 | c << 8 | d; }

  void put_beat() {
    const Bytes& f = queue_.front().bytes;
    const std::size_t at = beat_ * kBytes;
    const std::size_t n = std::min<std::size_t>(kBytes, f.size() - at);
    std::array<std::uint8_t, 16> lanes;
    lanes.fill(0xA5);
    std::memcpy(lanes.data(), f.data() + at, n);
    std::memcpy(&top_->s_axis_tdata_i, lanes.data(), kBytes);
    top_->s_axis_tkeep_i = (1u << n) - 1;
    top_->s_axis_tlast_i = at + n == f.size();
    top_->s_axis_tuser_i = top_->s_axis_tlast_i && queue_.front().fcs_error;
  }

  void take_beat(bool accepted) {
    if (beat_ == 0) {
      Input in;
      in.time = time_;
      in.number = next_frame_++;
      in.frame = queue_.front();
      current_ = inputs.size();
      inputs.push_back(in);
      dropping_ = false;
    }
    if (!accepted && !dropping_) {
      dropping_ = true;
      ++lost_frames;
      inputs[current_].frame.bytes.clear();  // no effect
    }
    offering_ = false;
    last_beat_cycle = cycle_;
    ++beat_;
    if (top_->s_axis_tlast_i) {
      queue_.pop_front();
      beat_ = 0;
    }
  }

  void count() {
    for (unsigned i = 0; i < kCounterCount; ++i) counters[i] += (top_->cnt_o.data()[i / 32] >> (i % 32)) & 1u;
    counters[static_cast<std::size_t>(Counter::duplicate_messages)] += top_->duplicate_inc_o;
    counters[static_cast<std::size_t>(Counter::lost_messages)] += top_->lost_inc_o;
  }

  void check_stable() {
    std::array<std::uint32_t, 20> now;
    std::memcpy(now.data(), top_->msg_o.data(), sizeof now);
    if (held_ && (!top_->msg_valid_o || now != held_message_)) unstable = true;
    held_ = top_->msg_valid_o && !top_->msg_ready_i;
    held_message_ = now;
  }

  void clock() {
    top_->clk_i = 1;
    top_->eval();
    top_->clk_i = 0;
    top_->eval();
  }

  std::unique_ptr<Vfeed_front> top_;
  std::deque<Frame> queue_;
  std::deque<Command> commands_;
  std::uint64_t time_ = 1000;
  std::uint16_t cycle_ = 0;
  std::uint32_t next_frame_ = 0;
  std::size_t beat_ = 0;
  std::size_t current_ = 0;  // input that is being offered
  bool offering_ = false;
  bool command_offered_ = false;
  bool dropping_ = false;
  bool held_ = false;
  std::array<std::uint32_t, 20> held_message_{};
};

}  // namespace twinpath::rtl
