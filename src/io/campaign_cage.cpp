#include "io/campaign_cage.hpp"

#include <algorithm>

namespace glassforge::io {
namespace {

constexpr double kMostSweeps = 1e9;
constexpr std::int64_t kTuningSweeps = 20;  // the least burn-in in which a step can be chosen

/// displacement = "auto", or the standard deviation of a move.
void readDisplacement(const TomlSection& section, CageSettings& cage) {
  const auto* node = section.find("displacement");
  if (node == nullptr || !node->is_string()) {
    cage.tune_displacement = node == nullptr && cage.tune_displacement;
    cage.displacement = section.number("displacement", {.min = 0, .max = 1, .open = true}, cage.displacement);
    return;
  }
  if (*node->value<std::string>() != "auto")
    section.fail("displacement", "must be \"auto\" or a number above 0 and at most 1");
  cage.tune_displacement = true;
}

}  // namespace

void readCage(const TomlDocument& document, Campaign& c) {
  const TomlSection section(document, "cage", {"make", "radius", "sweeps", "burn_in", "displacement"});
  c.cage.make = section.boolean("make", c.cage.make);
  c.cage.radius = section.number("radius", {.min = 0, .max = 10, .open = true}, c.cage.radius);
  c.cage.sweeps = section.integer("sweeps", {.min = 2, .max = kMostSweeps}, c.cage.sweeps);
  c.cage.burn_in = section.integer("burn_in", {.min = 0, .max = kMostSweeps}, c.cage.burn_in);
  readDisplacement(section, c.cage);
  if (c.cage.tune_displacement && c.cage.burn_in < kTuningSweeps) {
    section.fail("burn_in",
                 fmt::format("is {}; the step is chosen in it (displacement = \"auto\"), which takes at least {} "
                             "sweeps; give a number for displacement, or a longer burn-in",
                             c.cage.burn_in, kTuningSweeps));
  }
}

}  // namespace glassforge::io
