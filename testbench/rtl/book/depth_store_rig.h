// hw/rtl/book/depth_store.sv beside ordered maps: every cycle driven by hand, every answer and idle_o compared.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "Vdepth_store.h"

namespace twinpath::rtl {

struct DepthChange {
  unsigned symbol = 0, side = 0;
  bool add = true;
  unsigned rank = 0;
  std::uint32_t shares = 0;
};

struct DepthSearch {
  unsigned symbol = 0, side = 0;
  unsigned after = 0;
  bool from_start = false;
  bool concerns(const DepthChange& c) const {
    return c.symbol == symbol && c.side == side && (from_start || c.rank > after);
  }
};

struct DepthAnswer {
  bool found = false;
  unsigned rank = 0;
  std::uint32_t quantity = 0;
  bool operator==(const DepthAnswer&) const = default;
};

inline std::ostream& operator<<(std::ostream& os, const DepthAnswer& a) {
  return a.found ? os << "rank " << a.rank << " quantity " << a.quantity : os << "nothing";
}

class DepthModel {
 public:
  void apply(const DepthChange& c) {
    auto& levels = sides_[c.symbol * 2 + c.side];
    std::uint32_t& held = levels[c.rank];
    held = c.add ? held + c.shares : held - c.shares;
    if (held == 0) levels.erase(c.rank);
  }
  std::uint32_t held(unsigned symbol, unsigned side, unsigned rank) {
    const auto& levels = sides_[symbol * 2 + side];
    const auto it = levels.find(rank);
    return it == levels.end() ? 0 : it->second;
  }
  DepthAnswer find(const DepthSearch& s) {
    const auto& levels = sides_[s.symbol * 2 + s.side];
    const auto it = s.from_start ? levels.begin() : levels.upper_bound(s.after);
    return it == levels.end() ? DepthAnswer{} : DepthAnswer{true, it->first, it->second};
  }

 private:
  std::map<unsigned, std::map<unsigned, std::uint32_t>> sides_;
};

class DepthStoreRig {
 public:
  static constexpr unsigned kWindow = 9;  // distances that are counted: 0 to 8
  using Counts = std::array<unsigned, kWindow>;

  DepthStoreRig() {
    context_.randReset(2);
    top_ = std::make_unique<Vdepth_store>(&context_);
    reset();
  }

  void reset() {
    top_->op_valid_i = 0;
    top_->req_valid_i = 0;
    top_->rsp_ready_i = 0;
    top_->rst_i = 1;
    clock();
    clock();
    top_->rst_i = 0;
    model = {};
    recent_.clear();
    pending_.reset();
    unsigned cycles = 0;
    for (; cycles < 1000 && !top_->ready_o; ++cycles) clock();
    EXPECT_EQ(cycles, 512u) << "cycles to ready_o";
  }

  // One clock cycle. True if the request was accepted.
  bool cycle(const std::optional<DepthChange>& change, const std::optional<DepthSearch>& search, bool take = true) {
    ++now;
    while (!recent_.empty() && now - recent_.back().first >= kWindow) recent_.pop_back();
    top_->op_valid_i = change.has_value();
    if (change) drive(*change);
    top_->req_valid_i = search.has_value();
    if (search) {
      top_->req_symbol_i = search->symbol;
      top_->req_side_i = search->side;
      top_->req_after_i = search->after;
      top_->req_from_start_i = search->from_start;
    }
    top_->rsp_ready_i = take;
    top_->clk_i = 0;
    top_->eval();

    EXPECT_EQ(top_->idle_o, !pending_ && (recent_.empty() || now - recent_.front().first > 6))
        << "idle_o, cycle " << now;
    EXPECT_EQ(top_->req_ready_o, !pending_) << "req_ready_o, cycle " << now;
    if (change) {
      count(*change);
      model.apply(*change);
      recent_.emplace_front(now, *change);
    }
    answer();
    if (change && pending_) pending_->alone = false;
    if (change && pending_ && !pending_->latency) {
      if (pending_->search.concerns(*change)) {
        pending_->thrown_away = true;
      } else if (change->symbol == pending_->search.symbol && change->side == pending_->search.side) {
        ++lower_during[std::min(now - pending_->accepted, kWindow - 1)];
      }
    }
    const bool accepted = search && top_->req_ready_o;
    if (accepted) {
      pending_.emplace(Pending{*search, now, model.find(*search), recent_.empty()});
      for (const auto& [when, c] : recent_)
        if (search->concerns(c)) ++deeper_before[now - when];
    }
    if (top_->rsp_valid_o && take) pending_.reset();
    top_->clk_i = 1;
    top_->eval();
    return accepted;
  }

  void idle(unsigned cycles) {
    for (unsigned i = 0; i < cycles; ++i) cycle({}, {});
  }
  void change(const DepthChange& c, unsigned distance = 2) {
    cycle(c, {});
    idle(distance - 1);
  }
  // Until the answer is there; it was compared on the way.
  DepthAnswer search(const DepthSearch& s) {
    while (!cycle({}, s)) {
    }
    const unsigned before = answers;
    for (int i = 0; i < 30 && answers == before; ++i) cycle({}, {});
    return last;
  }
  // Every level of a side, one after the other.
  void walk(unsigned symbol, unsigned side) {
    idle(8);
    DepthAnswer a = search({symbol, side, 0, true});
    while (a.found && !testing::Test::HasFailure()) a = search({symbol, side, a.rank, false});
  }

  DepthModel model;
  unsigned now = 0;
  unsigned answers = 0;   // accepted
  unsigned compared = 0;  // of these, not thrown away
  unsigned alone = 0;     // answers with no change near them
  DepthAnswer last;
  unsigned latency = 0;                                       // of the last answer
  unsigned worst = 0;                                         // of all
  Counts same_level{}, same_row{}, same_word{}, same_side{};  // pairs of changes by distance
  Counts lower_during{};   // changes at or before the rank, by cycles after the request; 8 is 8 and more
  Counts deeper_before{};  // changes behind the rank, by cycles before the request

 private:
  struct Pending {
    DepthSearch search;
    unsigned accepted;
    DepthAnswer expected;
    bool alone;  // no change near it
    bool thrown_away = false;
    unsigned latency = 0;
    unsigned own_latency() const {
      const unsigned group = search.from_start ? 0 : search.after / 64;
      return !expected.found ? 5 : expected.rank / 64 == group ? 7 : 10;
    }
  };

  void drive(const DepthChange& c) {
    top_->op_symbol_i = c.symbol;
    top_->op_side_i = c.side;
    top_->op_add_i = c.add;
    top_->op_rank_i = c.rank;
    top_->op_shares_i = c.shares;
  }

  void count(const DepthChange& c) {
    for (const auto& [when, o] : recent_) {
      if (o.symbol != c.symbol || o.side != c.side) continue;
      Counts& counts = o.rank == c.rank             ? same_level
                       : o.rank / 2 == c.rank / 2   ? same_row
                       : o.rank / 64 == c.rank / 64 ? same_word
                                                    : same_side;
      ++counts[now - when];
    }
  }

  void answer() {
    if (!top_->rsp_valid_o) {
      if (pending_) {
        EXPECT_LT(now - pending_->accepted, 19u) << "no answer";
      }
      return;
    }
    ASSERT_TRUE(pending_) << "an answer without a request, cycle " << now;
    last = {top_->rsp_found_o != 0, top_->rsp_rank_o, top_->rsp_quantity_o};
    if (!last.found) last = {};
    if (!pending_->latency) {
      latency = pending_->latency = now - pending_->accepted;
      worst = std::max(worst, latency);
      if (pending_->thrown_away)
        pending_->expected = last;
      else
        ++compared;
      if (pending_->alone) {
        EXPECT_EQ(latency, pending_->own_latency()) << "cycle " << now;
        ++alone;
      }
    }
    const DepthSearch& s = pending_->search;
    EXPECT_EQ(last, pending_->expected) << "symbol " << s.symbol << " side " << s.side << " after "
                                        << (s.from_start ? -1 : static_cast<int>(s.after)) << ", cycle " << now;
    answers += top_->rsp_ready_i;
  }

  void clock() {
    top_->clk_i = 0;
    top_->eval();
    top_->clk_i = 1;
    top_->eval();
  }

  VerilatedContext context_;
  std::unique_ptr<Vdepth_store> top_;
  std::deque<std::pair<unsigned, DepthChange>> recent_;  // latest first
  std::optional<Pending> pending_;
};

}  // namespace twinpath::rtl
