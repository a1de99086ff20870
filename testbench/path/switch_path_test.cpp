// The switched path: no order lost, none sent twice, whatever the primary does and whenever.
#include "host/path/switch_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "host/path/path_registry.h"
#include "testbench/path/switch_trials.h"

namespace twinpath::test {
namespace {

using testing::HasSubstr;

const TrialSession& session(std::uint64_t seed) {
  static std::map<std::uint64_t, std::unique_ptr<TrialSession>> kept;
  auto& s = kept[seed];
  if (!s) s = std::make_unique<TrialSession>(seed);
  return *s;
}

std::string text(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& l : lines) all += l + "\n";
  return all;
}

// An input that has an order in the reference.
std::uint64_t busy_input(const TrialSession& s) { return s.frames.at(s.frames.size() / 2).first; }

SwitchTrial trial(Failure f, std::uint64_t at, SwitchPolicy policy = SwitchPolicy::automatic) {
  SwitchTrial t;
  t.fault = {f, at, false};
  t.options.policy = policy;
  t.options.stall_inputs = 20;
  return t;
}

TEST(SwitchPath, SendsWhatTheReferenceSendsWhileThePrimaryIsSound) {
  const TrialSession& s = session(1);
  ASSERT_GT(s.frames.size(), 20u);
  const TrialResult r = run_trial(s, trial(Failure::none, 1));
  EXPECT_EQ(text(r.wrong), "");
  EXPECT_EQ(r.longest, 0u);
  EXPECT_EQ(r.status.state, SwitchState::primary_leads);
  EXPECT_EQ(r.status.counter_difference, "");
}

TEST(SwitchPath, NamesTheCauseOfEachFault) {
  const std::map<Failure, SwitchCause> causes{{Failure::dies_before, SwitchCause::death},
                                              {Failure::dies_after, SwitchCause::death},
                                              {Failure::dies_amid, SwitchCause::death},
                                              {Failure::dies_at_finish, SwitchCause::death},
                                              {Failure::stalls, SwitchCause::stall},
                                              {Failure::stalls_a_while, SwitchCause::stall},
                                              {Failure::loses_frame, SwitchCause::drop},
                                              {Failure::loses_event, SwitchCause::drop},
                                              {Failure::spoils_frame, SwitchCause::disagreement},
                                              {Failure::spoils_event, SwitchCause::disagreement},
                                              {Failure::mistrusts, SwitchCause::untrusted}};
  const TrialSession& s = session(1);
  for (const auto& [failure, cause] : causes) {
    const TrialResult r = run_trial(s, trial(failure, busy_input(s)));
    const std::string which = fmt::format("failure {}: {}", static_cast<int>(failure), r.status.detail);
    EXPECT_EQ(text(r.wrong), "") << which;
    EXPECT_EQ(to_string(r.status.cause), to_string(cause)) << which;
    EXPECT_EQ(r.status.take_overs, 1u) << which;
    EXPECT_EQ(r.status.state, SwitchState::shadow_leads) << which;
  }
}

TEST(SwitchPath, TakesOverWithinTheInputsThatAStallMayLast) {
  const TrialSession& s = session(1);
  for (const std::uint64_t bound : {1u, 7u, 64u}) {
    SwitchTrial t = trial(Failure::stalls, busy_input(s));
    t.options.stall_inputs = bound;
    const TrialResult r = run_trial(s, t);
    EXPECT_EQ(text(r.wrong), "");
    EXPECT_LE(r.longest, bound);
    EXPECT_EQ(r.longest, r.status.longest_wait);
    EXPECT_GT(r.late, 0u);
  }
}

TEST(SwitchPath, SendsNothingUnderManualUntilTheOperatorTakesOver) {
  const TrialSession& s = session(1);
  SwitchTrial t = trial(Failure::dies_before, busy_input(s), SwitchPolicy::manual);
  t.reaction = 90;
  const TrialResult r = run_trial(s, t);
  EXPECT_EQ(text(r.wrong), "");
  EXPECT_GE(r.longest, 80u);
  EXPECT_EQ(r.status.take_overs, 1u);
}

TEST(SwitchPath, CancelsWhatIsOpenFirstWhereThatIsThePolicy) {
  std::uint64_t cancels = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const TrialSession& s = session(seed);
    SwitchTrial t = trial(Failure::dies_amid, busy_input(s), SwitchPolicy::cancel_all_first);
    t.options.cancel_inputs = 60;
    const TrialResult r = run_trial(s, t);
    EXPECT_EQ(text(r.wrong), "");
    cancels += r.status.cancels;
  }
  EXPECT_GT(cancels, 3u);
}

TEST(SwitchPath, HandsBackToAPrimaryMadeAfreshThatHasCaughtUp) {
  const TrialSession& s = session(2);
  SwitchTrial t = trial(Failure::dies_before, 40);
  t.options.hand_back = HandBack::automatic;
  t.options.retry_inputs = 10;
  t.options.healthy_inputs = 20;
  const TrialResult r = run_trial(s, t);
  EXPECT_EQ(text(r.wrong), "");
  EXPECT_EQ(r.status.hand_backs, 1u);
  EXPECT_EQ(r.status.state, SwitchState::primary_leads);
  EXPECT_EQ(r.status.counter_difference, "") << "its state is that of a primary that never failed";
}

TEST(SwitchPath, DoesNotHandBackToAPrimaryThatDiffersWhileItCatchesUp) {
  const TrialSession& s = session(2);
  SwitchTrial t = trial(Failure::dies_before, 60);
  t.options.hand_back = HandBack::manual;
  t.hand_back_at = 100;
  t.second = {Failure::spoils_event, 20, false};
  const TrialResult r = run_trial(s, t);
  EXPECT_EQ(text(r.wrong), "");
  EXPECT_EQ(r.status.hand_backs, 0u);
  EXPECT_EQ(r.status.attempts, 1u);
  EXPECT_EQ(r.status.state, SwitchState::shadow_leads);
}

TEST(SwitchPath, GivesUpHandingBackWhenTheInputsPassTheirLimit) {
  const TrialSession& s = session(2);
  SwitchTrial t = trial(Failure::dies_before, 200);
  t.options.hand_back = HandBack::automatic;
  t.options.retry_inputs = 1;
  t.options.log_bytes = 4'000;
  const TrialResult r = run_trial(s, t);
  EXPECT_EQ(text(r.wrong), "");
  EXPECT_TRUE(r.status.log_full);
  EXPECT_EQ(r.status.attempts, 0u);
}

TEST(SwitchPath, TakesOverFromASoundPrimaryByHand) {
  const TrialSession& s = session(1);
  bool failed = false;
  Ledger ledger;
  SwitchPath path(
      "switch:", s.config, [&](PathSink& to) { return std::make_unique<FaultyPrimary>(Fault{}, s.config, to, failed); },
      [&](PathSink& to) { return make_software_path(s.config, to, false); }, ledger, {});
  s.session->play(
      1, [&](std::span<const TimedInput> i) { path.submit(i); }, [&](const Bank& b) { path.load_inactive_bank(b); });
  EXPECT_EQ(path.hand_back(), "the primary leads already");
  EXPECT_EQ(path.take_over(), "");
  EXPECT_EQ(path.take_over(), "the shadow leads already");
  EXPECT_THAT(path.hand_back(), HasSubstr("no inputs are kept for it"));
  EXPECT_EQ(ledger.order_frames, s.frames.size());
}

// A live run calls advance thousands of times a second while nothing arrives.
TEST(SwitchPath, KeepsOneOfManyCallsOfAdvanceAndHandsBackByIt) {
  const TrialSession& s = session(2);
  const auto played = [&](unsigned advances) {
    SwitchOptions options;
    options.hand_back = HandBack::manual;
    options.healthy_inputs = 10;
    bool failed = false;
    Ledger ledger;
    SwitchPath path(
        "switch:", s.config,
        [&](PathSink& to) { return std::make_unique<FaultyPrimary>(Fault{}, s.config, to, failed); },
        [&](PathSink& to) { return make_software_path(s.config, to, false); }, ledger, options);
    unsigned at = 0;
    s.session->play(
        1,
        [&](std::span<const TimedInput> i) {
          path.submit(i);
          for (unsigned n = 0; n < advances; ++n) path.advance(i.back().time);
          ++at;
          const std::string refused = at == 60 ? path.take_over() : at == 80 ? path.hand_back() : "";
          EXPECT_EQ(refused, "");
        },
        [&](const Bank& b) { path.load_inactive_bank(b); });
    path.finish();
    EXPECT_EQ(ledger.order_frames, s.frames.size());
    return path.status();
  };
  const SwitchStatus one = played(1), many = played(40);
  for (const SwitchStatus& status : {one, many}) {
    EXPECT_EQ(status.hand_backs, 1u);
    EXPECT_EQ(status.faults, 0u) << status.detail;
    EXPECT_EQ(status.state, SwitchState::primary_leads);
  }
  EXPECT_GT(many.inputs, 10 * one.inputs);
  EXPECT_LT(many.log_bytes, one.log_bytes + one.log_bytes / 10);
}

// What the sink throws is the host's own trouble.
TEST(SwitchPath, DoesNotTakeAnErrorOfTheSinkForThePrimarysDeath) {
  struct Full final : PathSink {
    bool full = true;
    void on_order_frame(std::span<const std::uint8_t>) override {
      if (full) throw std::runtime_error("no room");
    }
    void on_event(const Event&) override {}
  } sink;
  const TrialSession& s = session(1);
  bool failed = false;
  SwitchPath path(
      "switch:", s.config, [&](PathSink& to) { return std::make_unique<FaultyPrimary>(Fault{}, s.config, to, failed); },
      [&](PathSink& to) { return make_software_path(s.config, to, false); }, sink, {});
  unsigned thrown = 0;
  s.session->play(
      1,
      [&](std::span<const TimedInput> i) {
        try {
          path.submit(i);
        } catch (const std::runtime_error& e) {
          EXPECT_STREQ(e.what(), "no room");
          sink.full = ++thrown < 3;
        }
      },
      [&](const Bank& b) { path.load_inactive_bank(b); });
  EXPECT_EQ(thrown, 3u);
  EXPECT_EQ(path.status().faults, 0u);
}

// A card that sends by itself may have sent more than it told of. The shadow sends the same bytes under the same
// UserRefNum again, and an exchange that takes a number once has each order once.
TEST(SwitchPath, LeavesNoOrderInDoubtAtAnExchangeThatTakesANumberOnce) {
  std::uint64_t twice = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const TrialSession& s = session(seed);
    for (const Failure f : {Failure::dies_before, Failure::dies_amid, Failure::stalls, Failure::stalls_a_while}) {
      std::vector<Bytes> wire;  // of the card, and then of the host; what leaves first is first
      SwitchTrial t = trial(f, busy_input(s));
      t.wire = [&](std::span<const std::uint8_t> frame) { wire.emplace_back(frame.begin(), frame.end()); };
      const TrialResult r = run_trial(s, t);
      ASSERT_EQ(text(r.wrong), "");
      for (const Ledger::Entry& e : r.ledger.all) {
        if (e.is_frame) wire.push_back(e.frame);
      }
      std::map<std::string, Bytes> taken;  // by kind and number
      for (const Bytes& frame : wire) {
        const std::string key(frame.begin() + kOrderHeaderBytes, frame.begin() + kOrderHeaderBytes + 5);
        const auto [it, first] = taken.emplace(key, frame);
        twice += !first;
        ASSERT_EQ(it->second, frame) << "another order under a number in use";
      }
      std::set<Bytes> wanted;
      for (const auto& [input, frame] : s.frames) wanted.insert(frame);
      EXPECT_EQ(taken.size(), wanted.size());
    }
  }
  EXPECT_GT(twice, 0u);
}

TEST(SwitchPath, IsNamedByAnAddressOfTwo) {
  const TrialSession& s = session(1);
  const PathRegistry registry;
  OutputRecorder recorder(false);
  const auto path = registry.make("switch:sw:pipelined|sw:", s.config, recorder);
  EXPECT_EQ(path->name(), "switch:sw:pipelined|sw:");
  s.session->play(
      7, [&](std::span<const TimedInput> i) { path->submit(i); }, [&](const Bank& b) { path->load_inactive_bank(b); });
  path->finish();
  EXPECT_EQ(recorder.outputs(), s.events.size());
  EXPECT_EQ(dynamic_cast<SwitchPath&>(*path).status().faults, 0u);
  const auto error = [&](const char* address) -> std::string {
    try {
      registry.check(address);
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(error("switch:sw:"), HasSubstr("expected two paths with one '|'"));
  EXPECT_THAT(error("switch:sw:|"), HasSubstr("expected two paths with one '|'"));
  EXPECT_THAT(error("switch:sw:|sw:|sw:"), HasSubstr("expected two paths with one '|'"));
  EXPECT_THAT(error("switch:switch:|sw:"), HasSubstr("expected a primary that is no switched path"));
  EXPECT_THAT(error("switch:sw:|verilator:"), HasSubstr("expected a software path as the shadow, found 'verilator:'"));
  EXPECT_THAT(error("switch:card:|sw:"), HasSubstr("path 'card:': expected one of sw:, switch:"));
}

}  // namespace
}  // namespace twinpath::test
