/// Cage states: where particles are on average while none may leave the neighbourhood of its start.
#pragma once

#include <cstdint>

#include "core/campaign.hpp"
#include "core/checkpoint.hpp"
#include "core/structure.hpp"

namespace glassforge::iso {

/// Mean positions of a Monte Carlo run of displacement moves at `temperature`, in which a move is refused that takes a
/// particle further than `radius` sigma_aa from where it is in `start` (Alkemade et al., J. Chem. Phys. 158, 134512
/// (2023)). Positions are unwrapped, in the frame of `start`, the centre where it was. A pure function of `start`, the
/// settings, seed and structure number. It goes on from the checkpoint of `monitor`, if it has one. InputError where
/// settings make no sense.
CageState cageState(const Mixture& mixture, const Snapshot& start, double temperature, const CageSettings& settings,
                    std::uint64_t seed, std::int64_t structure, TaskMonitor& monitor);
CageState cageState(const Mixture& mixture, const Snapshot& start, double temperature, const CageSettings& settings,
                    std::uint64_t seed, std::int64_t structure);

}  // namespace glassforge::iso
