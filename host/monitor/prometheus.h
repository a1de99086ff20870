// What a run shows, in the text format of Prometheus ("Exposition formats", text format 0.0.4).
#pragma once
#include <string>

#include "host/monitor/run_view.h"

namespace twinpath {

inline constexpr const char* kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";

// Counters by their names in `twinpath top`: "frames not sent" of the process "orders" is
// twinpath_frames_not_sent_total{process="orders"}; rejections have their reason as a label, latencies are histograms
// in seconds with a bucket a power of two of nanoseconds.
std::string prometheus_text(const RunNow& run);

}  // namespace twinpath
