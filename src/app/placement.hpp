/// Where the ranks of a run have been put.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "par/communicator.hpp"

namespace glassforge::app {

/// Hosts and processors of the ranks, a line for each kind of place: "  ranks 0-3 on node07, processors 0-15".
/// Collective.
std::string describePlacement(const par::Communicator& comm);

/// Processors that this process may use, ascending; empty where the system does not say.
std::vector<std::int64_t> allowedProcessors();

/// "0-3,7" of ascending numbers.
std::string ranges(const std::vector<std::int64_t>& ascending);

}  // namespace glassforge::app
