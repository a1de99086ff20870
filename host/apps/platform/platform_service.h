// Service times of host software, from a file that a measurement left.
#pragma once
#include <filesystem>
#include <vector>

#include "sim/systemc/platform.h"

namespace twinpath {

// Of a percentile file in microseconds (`twinpath bench software --hgrm`, host/core/hgrm.h). Throws
// std::invalid_argument that says what is wrong with the file, without its name.
std::vector<platform::SoftwareModel::Quantile> read_service_histogram(const std::filesystem::path& file);

}  // namespace twinpath
