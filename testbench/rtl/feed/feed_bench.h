// Drives a Verilated feed_front: frames and commands in, messages and counters out, and a record of the inputs as they
// were accepted, in order and with their stamps.
#pragma once
#include <verilated.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
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
    unsigned stall = 0;    // no en_i
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
    fault.clear();
    exact = true;
    ticks_ = 0;
    last_message_tick_ = 0;
    last_was_own_ = false;
    next_ = {};
    requests_.clear();
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
    top_->en_i = !random.chance(pace.stall);
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
    if (top_->msg_valid_o && top_->en_i) {
      Stamps s;
      messages.push_back(unpack_message(top_->msg_o.data(), &s));
      stamps.push_back(s);
      message_cycles.push_back(cycle_);
    }
    count();
    check_held();
    if (top_->en_i) check_order();
    if (!top_->en_i && (top_->req_valid_o || top_->next_valid_o)) blame("something arrives without en_i");
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
  bool exact = true;  // beats come without a gap
  std::string fault;  // the first thing that the blocks behind could not live with
  // Least cycles with en_i from one message to the next, by its op; and from an own message to one of the feed.
  std::array<unsigned, 9> least_distance = never();
  std::array<unsigned, 9> least_behind_own = never();
  std::uint16_t last_beat_cycle = 0;

 private:
  static std::array<unsigned, 9> never() {
    std::array<unsigned, 9> all;
    all.fill(~0u);
    return all;
  }
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

  void blame(const std::string& what) {
    if (fault.empty()) fault = what + " in cycle " + std::to_string(cycle_);
  }

  // A message stands while nothing moves.
  void check_held() {
    std::array<std::uint32_t, 20> now;
    std::memcpy(now.data(), top_->msg_o.data(), sizeof now);
    if (held_ && (!top_->msg_valid_o || now != held_message_)) blame("a message changed without en_i");
    held_ = top_->msg_valid_o && !top_->en_i;
    held_message_ = now;
  }

  // In cycles with en_i: what was announced comes, references have come before, and own messages keep their distance.
  void check_order() {
    if (top_->msg_valid_o != next_.valid) blame("next_valid_o");
    if (top_->msg_valid_o) {
      const Message& m = messages.back();
      const bool own = m.msg_type == 0;  // of no symbol
      if (m.op != next_.op || (!own && m.symbol != next_.symbol)) blame("next_op_o or next_symbol_o");
      const auto distance = static_cast<unsigned>(ticks_ - last_message_tick_);
      if (messages.size() > 1) {
        if (distance < 2 && (own || last_was_own_)) blame("an own message beside another");
        auto& least = (last_was_own_ && !own ? least_behind_own : least_distance)[m.op];
        least = std::min(least, distance);
      }
      last_message_tick_ = ticks_;
      last_was_own_ = own;
      if (m.op >= 1 && m.op <= 5) check_references(m);
    }
    next_ = {top_->next_valid_o != 0, top_->next_op_o, top_->next_symbol_o};
    if (top_->req_valid_o) requests_.push_back({ticks_, top_->req_second_o != 0, top_->req_ref_o});
    if (requests_.size() > 8) requests_.pop_front();
    ++ticks_;
  }

  // The last that came are the message's own, one cycle before it at the latest; a replace's two 8 bytes apart.
  void check_references(const Message& m) {
    const std::size_t wanted = m.op == 5 ? 2 : 1;
    if (requests_.size() < wanted) return blame("no reference");
    const Request& last = requests_.back();
    if (last.second != (m.op == 5)) return blame("a reference of the wrong kind");
    if (last.reference != (m.op == 5 ? m.new_order_ref : m.order_ref)) return blame("a wrong reference");
    const std::uint64_t before = ticks_ - last.tick;
    const unsigned beat = kBytes < 8 ? 4 : 8;
    // Bytes from the last of the reference to the last of the message, by type.
    const unsigned behind = m.msg_type == 'D'   ? 0
                            : m.msg_type == 'X' ? 4
                            : m.msg_type == 'U' ? 8
                            : m.msg_type == 'E' ? 12
                            : m.msg_type == 'F' ? 21
                                                : 17;
    if (exact && (before < 1 + behind / beat || before > 1 + (behind + beat - 1) / beat))
      blame("a reference at another time");
    if (m.op != 5) return;
    const Request& first = requests_[requests_.size() - 2];
    if (first.second || first.reference != m.order_ref) return blame("a wrong original reference");
    if (exact && last.tick - first.tick != 8 / beat) blame("the original's reference at another time");
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
  struct Request {
    std::uint64_t tick;
    bool second;
    std::uint64_t reference;
  };
  struct Next {
    bool valid = false;
    unsigned op = 0;
    unsigned symbol = 0;
  };
  std::uint64_t ticks_ = 0;  // cycles with en_i
  std::uint64_t last_message_tick_ = 0;
  bool last_was_own_ = false;
  Next next_;
  std::deque<Request> requests_;
  bool held_ = false;
  std::array<std::uint32_t, 20> held_message_{};
};

}  // namespace twinpath::rtl
