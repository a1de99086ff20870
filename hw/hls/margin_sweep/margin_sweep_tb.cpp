// C simulation of margin_sweep: accounts worked out by hand. Exits 0 when all is as it should be.
#include <cstdio>
#include <vector>

#include "margin_sweep.h"

using namespace kernel_margin;

namespace {

int failures = 0;

void expect(bool right, const char* what, std::size_t i) {
  if (right) return;
  std::printf("%s %zu is not as expected\n", what, i);
  ++failures;
}

ap_uint<128> position(unsigned account, unsigned entry, int quantity, unsigned instrument) {
  ap_uint<128> word = 0;
  word.range(31, 0) = account;
  word.range(63, 32) = entry;
  word.range(95, 64) = quantity;
  word.range(111, 96) = instrument;
  return word;
}

ap_uint<64> instrument(unsigned mark, unsigned initial_bp, unsigned maintenance_bp) {
  ap_uint<64> word = 0;
  word.range(31, 0) = mark;
  word.range(47, 32) = initial_bp;
  word.range(63, 48) = maintenance_bp;
  return word;
}

struct ExpectedAccount {
  long long equity, initial, maintenance;
  unsigned status, reasons;
};
struct ExpectedPosition {
  long long profit;
  unsigned price, state;
};

}  // namespace

int main() {
  // Dollars in 1/10,000. Account 0: 100 long at 50.00, mark 45.00, cash 2,000.00: called; liquidated below 40.00.
  // Account 1: nothing. Account 2: 10 short at 20.00, mark 20.00, cash 40.00: from 21.8182 on. Account 3: 1 long
  // at 20.00, cash 1.99, margin 2.00: liquidated now, at 20.0111 and below. Account 4: an instrument that there is not.
  const std::vector<ap_uint<64>> instruments = {instrument(450000, 5000, 2500), instrument(200000, 2000, 1000)};
  const std::vector<ap_int<64>> cash = {20000000, 5, 400000, 19900, 7};
  const std::vector<ap_uint<128>> positions = {position(0, 500000, 100, 0), position(2, 200000, -10, 1),
                                               position(3, 200000, 1, 1), position(4, 1, 1, 2)};
  const ExpectedAccount accounts[] = {{15000000, 22500000, 11250000, kCall, 0},
                                      {5, 0, 0, kHealthy, 0},
                                      {400000, 400000, 200000, kHealthy, 0},
                                      {19900, 40000, 20000, kLiquidate, 0},
                                      {0, 0, 0, kRejected, kReasonInstrument}};
  const ExpectedPosition turns[] = {
      {-5000000, 399999, kAt}, {0, 218182, kAt}, {0, 200111, kAt}, {0, 0, kStateRejected}};

  std::vector<ap_uint<128>> position_results(positions.size());
  std::vector<ap_uint<256>> account_results(cash.size());
  std::vector<ap_uint<32>> liquidate(cash.size());
  ap_uint<32> summary[2];
  margin_sweep(positions.data(), static_cast<unsigned>(positions.size()), cash.data(),
               static_cast<unsigned>(cash.size()), instruments.data(), static_cast<unsigned>(instruments.size()),
               position_results.data(), account_results.data(), liquidate.data(), summary);

  for (std::size_t i = 0; i < cash.size(); ++i) {
    const AccountResult r = unpack_account(account_results[i]);
    expect(r.equity == accounts[i].equity && r.initial == accounts[i].initial &&
               r.maintenance == accounts[i].maintenance && r.status == accounts[i].status &&
               r.reasons == accounts[i].reasons,
           "account", i);
  }
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const ap_uint<128> r = position_results[i];
    const ap_int<64> profit = r.range(63, 0);
    expect(profit == turns[i].profit && r.range(95, 64) == turns[i].price && r.range(103, 96) == turns[i].state,
           "position", i);
  }
  expect(summary[0] == 1 && liquidate[0] == 3, "the list of accounts to liquidate,", summary[0].to_uint());
  expect(summary[1] == 0, "positions without place,", summary[1].to_uint());
  std::printf("margin_sweep: %s\n", failures == 0 ? "as expected" : "FAILED");
  return failures == 0 ? 0 : 1;
}
