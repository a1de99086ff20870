// [exchange] and [recovery] of a configuration file: what a live run trades with, and where it gets what it lost. Used
// by config_sections only.
#pragma once
#include "host/apps/config/config_reader.h"
#include "host/core/config.h"
#include "host/live/exchange_options.h"
#include "host/live/recovery_options.h"

namespace twinpath::config {

// `order`: the section [order], which an exchange in FIX does not take all of.
void read_exchange(Reader reader, const OrderConfig& order, ExchangeOptions& exchange);
void read_recovery(Reader reader, RecoveryOptions& recovery);

}  // namespace twinpath::config
