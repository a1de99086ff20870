// Accounts and positions from a CSV file, by name. Rows, in any order, each with its kind in front:
//
//   instrument,NAME,MARK,INITIAL %,MAINTENANCE %     dollars with up to four decimals; per cent with up to two
//   account,NAME,CASH                                dollars, negative when owed
//   position,ACCOUNT,INSTRUMENT,QUANTITY,ENTRY       shares, negative when short; dollars
//
// Empty lines and lines that begin with # are left out.
#pragma once
#include <string>
#include <vector>

#include "host/batch/margin.h"

namespace twinpath {

struct NamedMarginBook {
  batch::MarginBook book;
  std::vector<std::string> instruments, accounts;  // by number, in the order of the file
};

// Throws std::runtime_error that names file, line and field, what was expected and what was found.
NamedMarginBook read_margin_file(const std::string& file);

}  // namespace twinpath
