// margin_sweep in the platform model: its two passes (hw/hls/margin_sweep), a position or an account a clock, between
// FIFOs. A full FIFO behind a pass holds it up. The depth of their pipelines is not modelled: synthesis chooses it.
#pragma once
#include <systemc>
#include <utility>
#include <vector>

#include "hw/hls/margin_sweep/margin_sweep.h"
#include "sim/systemc/fifo_text.h"

namespace twinpath::systemc {

// Positions by account, and cash an account, to a result an account.
class AccountMarginModule : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_fifo_in<kernel_margin::Position> positions{"positions"};
  sc_core::sc_fifo_in<ap_int<64>> cash{"cash"};
  sc_core::sc_fifo_out<kernel_margin::AccountResult> results{"results"};

  // `position_count` positions of `account_count` accounts, then it is done.
  AccountMarginModule(sc_core::sc_module_name name, std::vector<kernel_margin::Instrument> instruments,
                      unsigned position_count, unsigned account_count)
      : sc_module(name), instruments_(std::move(instruments)), left_(position_count), accounts_(account_count) {
    SC_HAS_PROCESS(AccountMarginModule);
    SC_THREAD(run);
    sensitive << clock.pos();
    dont_initialize();
  }

 private:
  void run() {
    kernel_margin::Totals totals;
    kernel_margin::Position head{};
    bool have = false;
    for (unsigned account = 0; account != accounts_; wait()) {
      if (!have && left_ != 0) {
        head = positions.read();
        have = true;
        --left_;
      }
      if (have && head.account == account) {
        const bool exists = head.instrument < instruments_.size();
        totals.add(kernel_margin::value(head, instruments_[exists ? head.instrument.to_uint() : 0], exists));
        have = false;
      } else {
        results.write(totals.close(cash.read()));
        ++account;
      }
    }
  }

  std::vector<kernel_margin::Instrument> instruments_;
  unsigned left_, accounts_;
};

// The same positions, and the results of their accounts, to a result a position.
class PositionTurnModule : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_fifo_in<kernel_margin::Position> positions{"positions"};
  sc_core::sc_fifo_in<kernel_margin::AccountResult> accounts{"accounts"};
  sc_core::sc_fifo_out<kernel_margin::PositionResult> results{"results"};

  PositionTurnModule(sc_core::sc_module_name name, std::vector<kernel_margin::Instrument> instruments)
      : sc_module(name), instruments_(std::move(instruments)) {
    SC_HAS_PROCESS(PositionTurnModule);
    SC_THREAD(run);
    sensitive << clock.pos();
    dont_initialize();
  }

 private:
  void run() {
    kernel_margin::AccountResult account{};
    unsigned next = 0;  // how many accounts have been read
    for (;;) {
      const kernel_margin::Position p = positions.read();
      while (p.account >= next) {
        account = accounts.read();
        ++next;
        wait();
      }
      const bool exists = p.instrument < instruments_.size();
      const kernel_margin::Instrument i = instruments_[exists ? p.instrument.to_uint() : 0];
      results.write(kernel_margin::liquidation(p, i, kernel_margin::value(p, i, exists), account));
      wait();
    }
  }

  std::vector<kernel_margin::Instrument> instruments_;
};

}  // namespace twinpath::systemc
