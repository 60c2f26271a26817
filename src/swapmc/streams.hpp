/// The random streams of a structure that is being made. Two of them never are the same one.
#pragma once

#include "core/campaign.hpp"
#include "core/random.hpp"

namespace glassforge::swapmc {

inline std::uint32_t streamIndex(std::int64_t index) {
  return static_cast<std::uint32_t>(index);
}

/// Monte Carlo moves of the melt; tempering melts more than one replica.
inline StreamKey meltStream(std::uint64_t seed, std::int64_t index, std::uint32_t replica = 0) {
  if (replica > 0) return {seed, Purpose::tempering, streamIndex(index), replica};
  return {seed, Purpose::monte_carlo, streamIndex(index), 1};
}

/// Exchanges of temperatures.
inline StreamKey exchangeStream(std::uint64_t seed, std::int64_t index) {
  return {seed, Purpose::tempering, streamIndex(index), 0};
}

/// Monte Carlo moves of a pass: 0 of the first, 2, 3, ... of those after it.
inline StreamKey samplingStream(const Campaign& c, std::int64_t index, std::int64_t pass) {
  const auto replica = pass == 0 ? 0u : static_cast<std::uint32_t>(pass) + 1u;
  return {c.seed, Purpose::monte_carlo, streamIndex(index), replica};
}

}  // namespace glassforge::swapmc
