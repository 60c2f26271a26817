/// Filled records for the tests of files: every field has a value of its own.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/dynamics_record.hpp"
#include "core/features.hpp"
#include "core/labels.hpp"
#include "core/manifest.hpp"
#include "core/mixture.hpp"
#include "core/model_record.hpp"
#include "core/random.hpp"
#include "core/structure.hpp"

namespace glassforge {

/// `count` numbers in [low, high), different for every `step`.
inline std::vector<double> someNumbers(std::size_t count, double low, double high, std::uint64_t step = 0) {
  const RandomStream stream({7, Purpose::test, 0, 0});
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = low + (high - low) * stream.uniforms(step, static_cast<std::uint32_t>(i))[0];
  }
  return values;
}

inline Array<double> someArray(const std::vector<std::size_t>& shape, double low, double high, std::uint64_t step = 0) {
  return {shape, someNumbers(Array<double>::count(shape), low, high, step)};
}

inline Manifest someManifest(const std::string& kind) {
  return {.kind = kind,
          .format_version = 1,
          .campaign = "probe",
          .campaign_hash = "0123456789abcdef",
          .seed = 0xfedcba9876543210u,
          .code_version = "0.1.0-test",
          .instruction_set = "x86-64-v3",
          .conventions = "KA, force-shift",
          .parent_hash = ""};
}

/// Positions in the box, images in -2 .. 2, velocities.
inline Snapshot someSnapshot(const Mixture& mixture, bool velocities = true) {
  Snapshot s;
  s.dimension = mixture.dimension;
  s.box = mixture.box;
  s.species = mixture.speciesByCount();
  const auto n = s.particles() * static_cast<std::size_t>(s.dimension);
  s.position = someNumbers(n, 0, mixture.box[0], 1);
  for (const double u : someNumbers(n, -2.5, 2.5, 2)) s.image.push_back(static_cast<std::int32_t>(std::nearbyint(u)));
  if (velocities) s.velocity = someNumbers(n, -3, 3, 3);
  s.step = 1234567890123;
  s.time = 0.1 + 0.2;
  return s;
}

inline Mixture smallMixture(int dimension) {
  Mixture m = Mixture::preset(dimension == 2 ? "KA2D" : "KA");
  m.counts = dimension == 2 ? std::vector<std::int64_t>{20, 11, 12} : std::vector<std::int64_t>{40, 10};
  m.box.assign(static_cast<std::size_t>(dimension), 6.25);
  m.box.back() = 7.5;
  return m;
}

inline StructureState someState(std::int64_t index, const Mixture& mixture, bool quenched) {
  StructureState state;
  state.index = index;
  state.origin = "equilibrated";
  state.temperature = 0.44;
  state.thermal = someSnapshot(mixture, quenched);
  state.energy = -2.5 + 1e-13;
  state.pressure = 3.25;
  state.equilibration = {.method = "swap",
                         .progress = {1, 2, 3},
                         .energy = {-1, -2, -2.5},
                         .pressure = {5, 4, 3},
                         .temperature = {2, 1, 0.44},
                         .move_names = {"displacement", "swap A-C"},
                         .move_acceptance = {0.5, 0.01},
                         .move_attempts = {1e6, 2e5},
                         .energy_error = 1e-12,
                         .preparation = "cold",
                         .displacement = 0.07,
                         .redos = 2,
                         .window_begin = 1.5};
  state.checks = {{"F_s", 0.03, 0.01, 0.1, true}, {"energy drift", -0.02, 0.004, 0.0125, false}};
  state.quenched = quenched;
  if (quenched) {
    state.inherent = {.position = someNumbers(state.thermal.position.size(), -9, 9, 4),
                      .energy_per_particle = -2.9,
                      .max_force = 3e-10,
                      .force_evaluations = 900,
                      .iterations = 450,
                      .stop_reason = "converged"};
  }
  return state;
}

/// Labels of 3 times and `replicas` replicas; without replica values where `replicas` is 0.
inline StructureLabels someLabels(std::int64_t structure, const Mixture& mixture, std::size_t replicas) {
  StructureLabels s;
  s.structure = structure;
  s.times = {0.1, 1, 10};
  s.steps = {10, 100, 1000};
  s.species = mixture.speciesByCount();
  const auto n = s.species.size(), d = static_cast<std::size_t>(mixture.dimension);
  s.displacement = someArray({3, n}, 0, 1, 11);
  s.displacement_variance = someArray({3, n}, 0, 1, 12);
  s.bond_breaking = someArray({3, n}, 0, 1, 13);
  s.bond_breaking_variance = someArray({3, n}, 0, 1, 14);
  s.thermal = someArray({n, d}, -20, 20, 15);
  s.inherent = someArray({n, d}, -20, 20, 16);
  s.replicas.structure = structure;
  if (replicas > 0) {
    s.replicas.displacement = someArray({3, replicas, n}, 0, 1, 17);
    s.replicas.bond_breaking = someArray({3, replicas, n}, 0, 1, 18);
    s.replicas.frames = someArray({3, replicas, n, d}, -20, 20, 19);
    s.replicas.energy_drift = someNumbers(replicas, -1e-6, 1e-6, 20);
    s.replicas.status.assign(replicas, "done");
    s.replicas.status.back() = "stopped at step 17: energy jump";
  }
  return s;
}

inline FeatureSet someFeatures(const std::string& name, std::size_t particles, std::size_t columns) {
  FeatureSet set;
  set.name = name;
  for (std::size_t f = 0; f < columns; ++f) {
    set.names.push_back("feature " + std::to_string(f));
    set.units.push_back(f % 2 == 0 ? "epsilon" : "1");
    set.radii.push_back(f == 0 ? std::numeric_limits<double>::quiet_NaN() : 0.5 * static_cast<double>(f));
  }
  set.values = someArray({particles, columns}, -1, 1, 21);
  return set;
}

inline DynamicsRecord someDynamics() {
  DynamicsRecord record;
  record.times = {0.1, 1, 10, 100};
  record.steps = {10, 100, 1000, 10000};
  record.structures = {0, 3};
  record.q = 6.283185307179586;
  record.fs = {0.9, 0.7, 0.5, 0.3};
  record.fs_error = {0.01, 0.01, 0.02, 0.02};
  record.fs_per_structure = someArray({2, 4}, 0, 1, 22);
  record.msd = someArray({4, 3}, 0, 1, 23);
  record.msd_error = someArray({4, 3}, 0, 0.1, 24);
  record.tau_alpha = 31.5;
  return record;
}

}  // namespace glassforge
