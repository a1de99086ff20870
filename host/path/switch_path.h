// `switch:PRIMARY|SHADOW`: two twins on the same inputs; the orders of one leave, and the other takes over when the
// first has failed. host/SEMANTICS.md 10 says what counts as a failure and what is promised.
//
// The n-th output of either twin is the same, so an output is known by its number: what has left is never sent again,
// and what has not is in the shadow's hands. SAFETY: an order frame of the primary leaves only when the shadow has made
// the same bytes under the same number.
#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/core/config.h"
#include "host/order/order_frame.h"
#include "host/path/lockstep.h"
#include "host/path/order_ledger.h"
#include "host/path/path.h"
#include "host/path/switch_log.h"
#include "host/path/switch_options.h"
#include "host/path/switch_status.h"

namespace twinpath {

class SwitchPath final : public Path {
 public:
  using Make = std::function<std::unique_ptr<Path>(PathSink&)>;

  // `shadow` delivers all outputs of an input before submit returns. `make_primary` is called again for each attempt to
  // hand back, and must make a path that knows nothing of the session. What it throws at first comes out of here.
  SwitchPath(std::string name, const CoreConfig& config, Make make_primary, const Make& make_shadow, PathSink& sink,
             const SwitchOptions& options);

  std::string_view name() const noexcept override { return name_; }
  // What the sink and the shadow throw comes out of these; what the primary throws is its death.
  void submit(std::span<const TimedInput> inputs) override;
  void advance(Cycles time) override;
  // Whatever is still held leaves, except under the policy manual.
  void finish() override;
  CounterValues counters() override { return shadow_->counters(); }
  void load_inactive_bank(const Bank& bank) override;
  std::uint64_t simulated_cycles() const noexcept override { return primary_ ? primary_->simulated_cycles() : 0; }

  // The operator's word, between inputs. take_over: from a primary that leads, by the policy (but manual at once), or
  // out of `held` and `cancelling`. hand_back: begins to make the primary afresh. Empty when it was done; else why not.
  std::string take_over();
  std::string hand_back();
  SwitchState state() const noexcept { return state_; }
  SwitchStatus status() const;

 private:
  // What one twin gives, told apart.
  class Tap final : public PathSink {
   public:
    Tap(SwitchPath& owner, bool primary) : owner_(owner), primary_(primary) {}
    void on_order_frame(std::span<const std::uint8_t> frame) override {
      primary_ ? owner_.primary_frame(frame) : owner_.shadow_frame(frame);
    }
    void on_event(const Event& event) override { primary_ ? owner_.primary_event(event) : owner_.shadow_event(event); }

   private:
    SwitchPath& owner_;
    bool primary_;
  };
  // First in, first out; allocates nothing while it is large enough.
  template <class T>
  class Held {
   public:
    bool empty() const noexcept { return first_ == items_.size(); }
    std::size_t size() const noexcept { return items_.size() - first_; }
    const T& front() const noexcept { return items_[first_]; }
    std::span<const T> all() const noexcept { return std::span(items_).subspan(first_); }
    void push(const T& item) {
      if (first_ > 4096 && first_ > items_.size() / 2) {
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
      }
      items_.push_back(item);
    }
    void pop() noexcept {
      if (++first_ == items_.size()) items_.clear(), first_ = 0;
    }

   private:
    std::vector<T> items_;
    std::size_t first_ = 0;
  };
  struct HeldFrame {
    std::array<std::uint8_t, PathOutput::kMaxFrame> bytes;
    std::size_t size;
    std::uint64_t input;
    std::span<const std::uint8_t> span() const noexcept { return std::span(bytes).first(size); }
  };
  struct HeldEvent {
    Event event;
    std::uint64_t input;
  };
  struct Open {  // at the exchange, cancel sent
    std::uint32_t user_ref;
    std::uint32_t leaves;
  };

  bool shadow_is_free() const noexcept { return state_ >= SwitchState::shadow_leads; }
  bool primary_takes_part() const noexcept {
    return state_ == SwitchState::primary_leads || state_ == SwitchState::proving;
  }

  void shadow_frame(std::span<const std::uint8_t> frame);
  void shadow_event(const Event& e);
  void primary_frame(std::span<const std::uint8_t> frame);
  void primary_event(const Event& e);
  void compare_event(const Event& e);

  // The event of an order frame, which has left before it or follows.
  static bool explains_frame(const Event& e) noexcept {
    return e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel;
  }

  template <class Call>
  void drive_primary(Call&& call) {
    try {
      call();
    } catch (const std::exception& e) {
      suspect(SwitchCause::death, e.what());
    } catch (...) {
      suspect(SwitchCause::death, "something that is no std::exception");
    }
    if (suspicion_) fail();
  }
  void suspect(SwitchCause cause, std::string detail);
  void after_inputs();
  void check_progress();
  void check_proof();
  void fail();
  void lead(SwitchCause cause);
  void complete_pair();
  void cancel_all();
  void answered(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity);
  void release();
  void make_primary_afresh();
  void feed_primary(std::uint64_t entries);
  void put_frame(std::span<const std::uint8_t> frame);
  void put_event(const Event& e);
  void rethrow();

  std::string name_;
  SwitchOptions options_;
  PathSink& sink_;
  OrderFrameBuilder builder_;
  Make make_primary_;
  Tap primary_tap_{*this, true}, shadow_tap_{*this, false};
  std::unique_ptr<Path> shadow_;
  std::unique_ptr<Path> primary_;
  bool listening_ = true;  // to the primary
  bool keeps_log_;
  SwitchLog log_;
  std::size_t log_at_ = 0;  // next entry for a primary that catches up

  SwitchState state_ = SwitchState::primary_leads;
  SwitchStatus status_;
  std::optional<std::pair<SwitchCause, std::string>> suspicion_;
  std::uint64_t inputs_ = 0;
  std::uint64_t batch_first_ = 0;  // the first input of those being given
  Cycles now_{};
  // Outputs that have left, in numbers; orders_out_: events of order frames. Cancels of cancel_all_first do not count.
  std::uint64_t frames_out_ = 0, events_out_ = 0, orders_out_ = 0;
  std::uint64_t primary_frames_ = 0, primary_events_ = 0;
  // While it proves itself: the inputs it has agreed in, and the events it has to have given `stall_inputs` after a
  // mark.
  std::uint64_t agreed_ = 0;
  std::uint64_t mark_input_ = 0, mark_events_ = 0;
  Held<HeldFrame> frames_;
  Held<HeldEvent> events_;
  std::unique_ptr<OrderLedger> ledger_ = std::make_unique<OrderLedger>();
  std::vector<Open> open_;
  std::uint64_t cancelling_from_ = 0;
  std::exception_ptr sink_error_;
};

}  // namespace twinpath
