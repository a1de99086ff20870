// The sections of a configuration file other than symbols, rules and limits. Used by config_file only.
#pragma once
#include "host/apps/config/config_bank.h"
#include "host/apps/config/config_file.h"
#include "host/apps/config/config_reader.h"

namespace twinpath::config {

// [clock], [feed], [session], [events], [order_table], [order], [responses], [report], [strategy], [backtest],
// [live], [exchange], [recovery], [recorded], [journal], [processes], [switch] and [card] of the file's top table.
void read_sections(Reader& top, const SymbolNames& names, RunConfig& run);

// One [[command]], but for `rules_file`. The caller finishes the reader.
RunCommand read_command(Reader& reader, const SymbolNames& names);

}  // namespace twinpath::config
