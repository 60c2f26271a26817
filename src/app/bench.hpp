/// Speed of the engines on this machine, by process CPU time: what `glassforge bench` measures.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/mixture.hpp"
#include "core/structure.hpp"
#include "iso/quench.hpp"
#include "par/communicator.hpp"

namespace glassforge::app {

/// What is run, and on which configuration.
struct BenchSystem {
  Mixture mixture;
  Snapshot start;
  double temperature = 0.5;
};

/// CPU time of this process and wall time, in seconds; one entry a repeat.
struct Timing {
  std::vector<double> cpu, wall;
};

/// Adds to `timing` what `work` takes.
void clockWork(Timing& timing, const std::function<void()>& work);

double median(std::vector<double> values);

struct DynamicsBench {
  double dt = 0;
  std::int64_t steps = 0;  ///< of one repeat
  double skin = 0;
  Precision precision = Precision::full;
  int replicas = 1;        ///< a rank
  int repeats = 3;
};

struct DynamicsSpeed {
  Timing timing;                  ///< cpu: summed over ranks; wall: of the slowest
  double list_builds_per_1000_steps = 0;
  double temperature = 0;         ///< kinetic, at the end, mean over replicas
  double energy_drift = 0;        ///< |change of the conserved energy per particle| over all repeats, the largest
};

/// NVE of `replicas` replicas on every rank. One replica starts with the velocities of the configuration where it has
/// any; several get velocities of their own. A tenth of a repeat runs before the clock starts. Collective.
DynamicsSpeed benchDynamics(const BenchSystem& system, const DynamicsBench& settings, const par::Communicator& comm);

struct SwapBench {
  std::int64_t sweeps = 0;  ///< of one repeat
  double swap_fraction = 0.2;
  int repeats = 3;
};

struct SwapSpeed {
  Timing timing;
  double acceptance = 0, swap_acceptance = 0;
};

/// Displacements and swaps at the system's temperature; the swaps are the model's own, else all pairs of species.
SwapSpeed benchSwap(const BenchSystem& system, const SwapBench& settings);

struct QuenchSpeed {
  Timing timing;
  QuenchResult result;
};

/// Repeated computation of one descriptor set of a structure. The inherent state is made first, outside the clock; it
/// stands in for the cage state too.
struct DescriptorSpeed {
  std::string set;
  std::size_t columns = 0;
  Timing timing;
};
std::vector<DescriptorSpeed> benchDescriptors(const BenchSystem& system, const std::vector<std::string>& sets,
                                              int repeats);

QuenchSpeed benchQuench(const BenchSystem& system, const iso::QuenchOptions& settings, int repeats);

}  // namespace glassforge::app
