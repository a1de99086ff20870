// Drives the Verilated order table beside a plain model of SEM 3.1 and compares both held answers in every cycle.
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <vector>

#include "Vorder_table.h"

namespace twinpath::rtl {

struct Entry {
  unsigned symbol = 0, side = 0, price_class = 0;
  std::uint32_t shares = 0, price = 0;
  bool operator==(const Entry&) const = default;
};

// The entry counts only with `hit`.
struct Answer {
  bool hit = false, full = false;
  Entry entry;
  bool operator==(const Answer&) const = default;
};

inline std::ostream& operator<<(std::ostream& os, const Answer& a) {
  return os << "hit " << a.hit << " full " << a.full << " symbol " << a.entry.symbol << " side " << a.entry.side
            << " class " << a.entry.price_class << " shares " << a.entry.shares << " price " << a.entry.price;
}

enum Kind : unsigned { kFirst, kSecond };
enum class Commit : unsigned { insert, rewrite, remove };

// How many answers were compared that had to reflect a commit made `distance` cycles before their lookup (negative:
// after it), by what was committed, whether of the same reference or only of the same set, through the answer of which
// kind, and the kind that was looked up.
class Coverage {
 public:
  static constexpr int kReach = 8;
  std::uint64_t& at(Commit commit, bool same_reference, Kind through, Kind looked_up, int distance) {
    return counts_[static_cast<unsigned>(commit)][same_reference][through][looked_up][distance + kReach];
  }

 private:
  std::uint64_t counts_[3][2][2][2][2 * kReach + 1] = {};
};

class OrderTableRig {
 public:
  OrderTableRig(unsigned sets_log2, unsigned ways, int seed = 1) : sets_log2_(sets_log2), ways_(ways) {
    context_.randReset(2);
    context_.randSeed(seed);
    context_.fatalOnError(false);  // error() reports instead
    top_ = std::make_unique<Vorder_table>(&context_);
    top_->en_i = 1;
    top_->req_valid_i = 0;
    top_->commit_valid_i = 0;
    reset();
  }
  ~OrderTableRig() { top_->final(); }

  // Clearing takes a cycle a set, and does not wait for en_i.
  void reset() {
    live_.clear();
    recent_.clear();
    for (auto& kind : kinds_) kind = {};
    top_->rst_i = 1;
    edge();
    edge();
    top_->rst_i = 0;
    top_->en_i = 0;
    for (unsigned cycles = 0; cycles < (1u << sets_log2_); ++cycles) {
      ASSERT_FALSE(top_->ready_o) << "after " << cycles << " cycles";
      edge();
    }
    ASSERT_TRUE(top_->ready_o);
  }

  unsigned set_of(std::uint64_t r) const {
    unsigned x = ((r >> 48) ^ (r >> 32) ^ (r >> 16) ^ r) & 0xFFFF;
    if (sets_log2_ < 16) x ^= x >> sets_log2_;
    return x & ((1u << sets_log2_) - 1);
  }
  // `count` references of one set.
  std::vector<std::uint64_t> references(unsigned set, unsigned count, std::mt19937_64& random) const {
    std::vector<std::uint64_t> found;
    while (found.size() < count) {
      const std::uint64_t r = random();
      if (set_of(r) == set) found.push_back(r);
    }
    return found;
  }

  void request(Kind kind, std::uint64_t reference) {
    top_->req_valid_i = 1;
    top_->req_second_i = kind;
    top_->req_ref_i = reference;
  }
  // Uses the answer as it stands in this cycle.
  void commit(Kind kind, Commit what, const Entry& entry) {
    top_->commit_valid_i = 1;
    top_->commit_second_i = kind;
    top_->commit_insert_i = what == Commit::insert;
    top_->commit_live_i = what != Commit::remove;
    top_->commit_symbol_i = entry.symbol;
    top_->commit_side_i = entry.side;
    top_->commit_class_i = entry.price_class;
    top_->commit_shares_i = entry.shares;
    top_->commit_price_i = entry.price;
  }

  // What the caller sees of `kind` in this cycle; nothing before the first answer.
  bool answered(Kind kind) const { return kinds_[kind].held.has_value(); }
  std::uint64_t reference(Kind kind) const { return kinds_[kind].held->reference; }
  Answer answer(Kind kind) const {
    const auto& t = *top_;
    Answer a =
        kind == kFirst
            ? Answer{static_cast<bool>(t.first_hit_o),
                     static_cast<bool>(t.first_full_o),
                     {t.first_symbol_o, t.first_side_o, t.first_class_o, t.first_shares_o, t.first_price_o}}
            : Answer{static_cast<bool>(t.second_hit_o),
                     static_cast<bool>(t.second_full_o),
                     {t.second_symbol_o, t.second_side_o, t.second_class_o, t.second_shares_o, t.second_price_o}};
    if (!a.hit) a.entry = {};
    return a;
  }
  // A commit was made to the set of this answer a cycle ago: another has to wait.
  bool too_early(Kind kind) const {
    return !recent_.empty() && recent_.back().cycle + 1 == cycle_ && recent_.back().set == set_of(reference(kind));
  }

  // Ends the cycle with what was asked of it, or stalls it and asks again for nothing; false at the first difference.
  bool step(bool enable = true) {
    top_->en_i = enable;
    if (enable) note();
    edge();
    if (enable) advance();
    if (enable) top_->req_valid_i = top_->commit_valid_i = 0;
    return compare();
  }
  bool idle(unsigned cycles) {
    while (cycles-- > 0) {
      if (!step()) return false;
    }
    return true;
  }

  bool error() const { return context_.gotError(); }
  Coverage& coverage() { return coverage_; }
  std::uint64_t removed_then_inserted() const { return removed_then_inserted_; }

 private:
  struct Lookup {
    std::uint64_t reference = 0;
    std::int64_t cycle = 0;
  };
  struct Made {
    std::int64_t cycle;
    Commit what;
    Kind through;
    std::uint64_t reference;
    unsigned set;
    Entry entry;
    bool was_full;
  };
  struct KindState {
    std::deque<Lookup> pending;
    std::optional<Lookup> held;
  };

  void edge() {
    top_->clk_i = 0;
    top_->eval();
    top_->clk_i = 1;
    top_->eval();
  }

  // Takes down what this cycle asks.
  void note() {
    if (top_->commit_valid_i && answered(static_cast<Kind>(top_->commit_second_i))) {
      const Kind through = static_cast<Kind>(top_->commit_second_i);
      const std::uint64_t r = reference(through);
      const Commit what = top_->commit_insert_i ? Commit::insert
                          : top_->commit_live_i ? Commit::rewrite
                                                : Commit::remove;
      const Entry entry{top_->commit_symbol_i, top_->commit_side_i, top_->commit_class_i, top_->commit_shares_i,
                        top_->commit_price_i};
      if (what == Commit::insert && through == kSecond) {
        for (const Made& m : recent_) {
          removed_then_inserted_ += m.cycle + 2 == cycle_ && m.what == Commit::remove && m.through == kFirst &&
                                    m.was_full && m.set == set_of(r);
        }
      }
      recent_.push_back({cycle_, what, through, r, set_of(r), entry, answer(through).full});
    }
    if (top_->req_valid_i) {
      kinds_[top_->req_second_i].pending.push_back({top_->req_ref_i, cycle_});
    }
  }

  // Into the next cycle: commits made two cycles before it are visible, lookups of three cycles before it answered.
  void advance() {
    ++cycle_;
    for (const Made& m : recent_) {
      if (m.cycle + 2 != cycle_) continue;
      auto& set = live_[m.set];
      if (m.what == Commit::remove) {
        set.erase(m.reference);
      } else {
        set[m.reference] = m.entry;
      }
    }
    while (!recent_.empty() && recent_.front().cycle + 2 * Coverage::kReach < cycle_) recent_.pop_front();
    for (unsigned k : {kFirst, kSecond}) {
      auto& kind = kinds_[k];
      if (!kind.pending.empty() && kind.pending.front().cycle + 3 == cycle_) {
        kind.held = kind.pending.front();
        kind.pending.pop_front();
      }
      if (kind.held) cover(static_cast<Kind>(k), *kind.held);
    }
  }

  // Counts the commits that this cycle's comparison is the first to need.
  void cover(Kind kind, const Lookup& lookup) {
    for (const Made& m : recent_) {
      const std::int64_t distance = lookup.cycle - m.cycle;
      if (m.set != set_of(lookup.reference) || std::abs(distance) > Coverage::kReach) continue;
      if (std::max(lookup.cycle + 3, m.cycle + 2) != cycle_) continue;
      ++coverage_.at(m.what, m.reference == lookup.reference, m.through, kind, static_cast<int>(distance));
    }
  }

  bool compare() {
    for (Kind k : {kFirst, kSecond}) {
      if (!kinds_[k].held) continue;
      const std::uint64_t r = kinds_[k].held->reference;
      const auto& set = live_[set_of(r)];
      Answer expected;
      expected.full = set.size() == ways_;
      if (const auto entry = set.find(r); entry != set.end()) {
        expected.hit = true;
        expected.entry = entry->second;
      }
      EXPECT_EQ(answer(k), expected) << (k ? "second" : "first") << " answer, reference " << std::hex << r << std::dec
                                     << " requested in cycle " << kinds_[k].held->cycle << ", seen in " << cycle_;
      if (answer(k) != expected) return false;
    }
    return true;
  }

  const unsigned sets_log2_, ways_;
  VerilatedContext context_;
  std::unique_ptr<Vorder_table> top_;
  std::map<unsigned, std::map<std::uint64_t, Entry>> live_;  // by set, as answers show it in this cycle
  std::deque<Made> recent_;
  std::array<KindState, 2> kinds_;
  std::int64_t cycle_ = 0;  // enabled cycles
  Coverage coverage_;
  std::uint64_t removed_then_inserted_ = 0;
};

}  // namespace twinpath::rtl
