// Batches of any size from a seed, for benches: of the shape of real ones, within the limits.
#pragma once
#include <cstddef>
#include <cstdint>

#include "host/batch/margin.h"
#include "host/batch/scan.h"

namespace twinpath::batch {

// Contracts of `bytes` bytes each: mostly PUSH, DUP, SWAP and arithmetic, with calls, jumps and labels as a compiler
// sets them.
CodeBatch sample_code(std::uint64_t seed, std::size_t contracts, std::size_t bytes);

// `positions` positions, about 16 an account, in 256 instruments; few accounts to be liquidated.
MarginBook sample_book(std::uint64_t seed, std::size_t positions);

}  // namespace twinpath::batch
