// Device memory behind an AXI4 bus of 512 bits, one ID: pauses on every channel, and the rules of the channels checked
// at each edge. A write is in memory at some time before its answer, and not in the order of the writes: who relies on
// one that has not been answered sees old bytes.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace twinpath::test {

using Beat = std::array<std::uint32_t, 16>;

class AxiMemory {
 public:
  explicit AxiMemory(unsigned seed) : random_(seed) {}

  std::map<std::uint64_t, Beat> beats;                                                      // by address
  std::function<bool(std::uint64_t address)> refuse = [](std::uint64_t) { return false; };  // answers SLVERR
  std::function<bool(std::uint64_t address)> inside = [](std::uint64_t) { return true; };
  unsigned pause = 40;              // percent of cycles in which a channel pauses
  unsigned latency = 20;            // cycles at most
  std::vector<std::string> broken;  // rules, in words

  std::uint32_t word(std::uint64_t address, unsigned n) const {
    const auto it = beats.find(address);
    return it == beats.end() ? 0 : it->second[n];
  }

  template <class Dut>
  void writes_at_edge(Dut& d) {
    const std::uint64_t address = d.m_axi_awaddr_o;
    if (aw_waits_) rule(d.m_axi_awvalid_o && address == aw_address_, "awvalid and awaddr hold until awready");
    aw_waits_ = d.m_axi_awvalid_o && !d.m_axi_awready_i;
    aw_address_ = address;
    Beat data{};
    std::memcpy(data.data(), d.m_axi_wdata_o.data(), 64);
    if (w_waits_)
      rule(d.m_axi_wvalid_o && data == w_data_ && d.m_axi_wlast_o == w_last_,
           "wvalid, wdata and wlast hold until wready");
    w_waits_ = d.m_axi_wvalid_o && !d.m_axi_wready_i;
    w_data_ = data;
    w_last_ = d.m_axi_wlast_o;

    if (d.m_axi_awvalid_o && d.m_axi_awready_i) {
      const unsigned count = d.m_axi_awlen_o + 1U;
      rule(address % 64 == 0 && address / 4096 == (address + count * 64 - 1) / 4096, "a burst stays within 4 KiB");
      rule(inside(address) && inside(address + (count - 1) * 64), "a write goes to a ring or the mailbox");
      addresses_.push_back({address, count});
    }
    if (d.m_axi_wvalid_o && d.m_axi_wready_i) {
      data_.push_back(data);
      if (d.m_axi_wlast_o) lasts_.push_back(data_.size());
    }
    // Data may come before its address.
    if (!addresses_.empty() && !lasts_.empty()) {
      const auto [to, count] = addresses_.front();
      rule(lasts_.front() == count, "wlast is with the last beat");
      Write w{to, {}, 1 + below(latency), 0, false};
      w.visible = below(w.wait + 1);
      w.data.assign(data_.begin(),
                    data_.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(lasts_.front(), data_.size())));
      const std::size_t used = lasts_.front();
      data_.erase(data_.begin(), data_.begin() + static_cast<std::ptrdiff_t>(used));
      lasts_.pop_front();
      for (std::size_t& l : lasts_) l -= used;
      addresses_.pop_front();
      pending_.push_back(std::move(w));
    }
    if (d.m_axi_bvalid_i && d.m_axi_bready_o) b_offered_ = false;
  }

  template <class Dut>
  void writes_behind_edge(Dut& d) {
    d.m_axi_awready_i = go();
    d.m_axi_wready_i = go();
    for (Write& w : pending_) {
      if (w.visible > 0) --w.visible;
      if (w.visible == 0) store(w);
      if (w.wait > 0) --w.wait;
    }
    if (!b_offered_ && !pending_.empty() && pending_.front().wait == 0 && go()) {
      Write& w = pending_.front();
      store(w);
      b_refused_ = refuse(w.address);
      b_offered_ = true;
      pending_.pop_front();
    }
    d.m_axi_bvalid_i = b_offered_;
    d.m_axi_bresp_i = b_refused_ ? 2 : 0;
  }

  template <class Dut>
  void reads_at_edge(Dut& d) {
    const std::uint64_t address = d.m_axi_araddr_o;
    if (ar_waits_) rule(d.m_axi_arvalid_o && address == ar_address_, "arvalid and araddr hold until arready");
    ar_waits_ = d.m_axi_arvalid_o && !d.m_axi_arready_i;
    ar_address_ = address;
    if (d.m_axi_arvalid_o && d.m_axi_arready_i) {
      rule(address % 64 == 0 && inside(address), "a read is one aligned beat of the ring");
      reads_.push_back({address, 1 + below(latency)});
    }
    if (d.m_axi_rvalid_i && d.m_axi_rready_o) r_offered_ = false;
  }

  template <class Dut>
  void reads_behind_edge(Dut& d) {
    d.m_axi_arready_i = go();
    for (auto& [address, wait] : reads_) {
      if (wait > 0) --wait;
    }
    if (!r_offered_ && !reads_.empty() && reads_.front().second == 0 && go()) {
      const std::uint64_t address = reads_.front().first;
      const Beat data = beats.contains(address) ? beats[address] : Beat{};
      std::memcpy(d.m_axi_rdata_i.data(), data.data(), 64);
      d.m_axi_rresp_i = refuse(address) ? 2 : 0;
      r_offered_ = true;
      reads_.pop_front();
    }
    d.m_axi_rvalid_i = r_offered_;
  }

  bool idle() const {
    return addresses_.empty() && data_.empty() && pending_.empty() && !b_offered_ && reads_.empty() && !r_offered_;
  }

 private:
  struct Write {
    std::uint64_t address;
    std::vector<Beat> data;
    unsigned wait;     // cycles to the answer, of its own
    unsigned visible;  // cycles until others see it
    bool stored;
  };

  void store(Write& w) {
    if (w.stored) return;
    w.stored = true;
    for (std::size_t i = 0; i < w.data.size() && !refuse(w.address); ++i) beats[w.address + i * 64] = w.data[i];
  }

  void rule(bool kept, const char* text) {
    if (!kept && broken.size() < 4) broken.emplace_back(text);
  }
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  bool go() { return below(100) >= pause; }

  std::mt19937 random_;
  bool aw_waits_ = false, w_waits_ = false, ar_waits_ = false;
  std::uint64_t aw_address_ = 0, ar_address_ = 0;
  Beat w_data_{};
  bool w_last_ = false;
  std::deque<std::pair<std::uint64_t, unsigned>> addresses_;
  std::deque<Beat> data_;
  std::deque<std::size_t> lasts_;
  std::deque<Write> pending_;
  bool b_offered_ = false, b_refused_ = false;
  std::deque<std::pair<std::uint64_t, unsigned>> reads_;
  bool r_offered_ = false;
};

}  // namespace twinpath::test
