// Spoils a frame in one named way, and leaves everything else about it right: a checker meets the cause it is named
// after and no other.
#pragma once

#include <cstdint>
#include <span>

#include "host/venue/generator_options.h"
#include "host/venue/random.h"

namespace twinpath::venue {

/// Bytes by which damage can make a frame longer.
inline constexpr std::uint32_t kDamageGrowth = 4;

/// Spoils a frame of MoldUDP64 over IPv4 with at least one message block, tagged or not, in place. `frame` has
/// kDamageGrowth bytes of room behind its `length`. Returns its length afterwards; a flipped bit behind
/// Damage::fcs_error is for the caller to report.
std::uint32_t apply_damage(Damage damage, std::uint8_t* frame, std::uint32_t length, Random& random) noexcept;

}  // namespace twinpath::venue
