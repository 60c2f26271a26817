#include "app/measure.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "md/engine.hpp"

namespace glassforge::app {
namespace {

template <int D>
Measurement measureIn(const Mixture& mixture, const Snapshot& snapshot, double temperature, double skin) {
  const auto n = static_cast<int>(snapshot.particles());
  md::Engine<D> engine(mixture, 1, n, skin);
  engine.load(0, snapshot);
  engine.prepare();
  require<PhysicsError>(engine.healthy(0), "{}", engine.pack().status[0]);
  const auto sums = engine.energy(0);
  Measurement result;
  result.energy_per_particle = sums.energy / n;
  result.pressure = md::virialPressure(mixture, n, engine.pack().box.volume(), temperature, sums.virial);
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < D; ++k) {
      const double force = engine.pack().force(0, i, k);
      result.max_force = std::max(result.max_force, std::abs(force));
      result.rms_force += force * force;
    }
  }
  result.rms_force = std::sqrt(result.rms_force / (n * D));
  require<PhysicsError>(std::isfinite(result.energy_per_particle) && std::isfinite(result.max_force),
                        "the energy is not finite: particles lie on top of each other");
  return result;
}

}  // namespace

Measurement measure(const Mixture& mixture, const Snapshot& snapshot, double temperature, double skin) {
  return mixture.dimension == 3 ? measureIn<3>(mixture, snapshot, temperature, skin)
                                : measureIn<2>(mixture, snapshot, temperature, skin);
}

Mixture fitted(Mixture mixture, const Snapshot& snapshot, const std::string& file) {
  require<FileError>(snapshot.dimension == mixture.dimension, "{}: a configuration in {}D; model {} is in {}D", file,
                     snapshot.dimension, mixture.name, mixture.dimension);
  std::fill(mixture.counts.begin(), mixture.counts.end(), 0);
  for (const auto s : snapshot.species) {
    require<FileError>(s >= 0 && s < mixture.speciesCount(), "{}: species number {}; model {} has the {} species {}",
                       file, s, mixture.name, mixture.speciesCount(), fmt::join(mixture.species, ", "));
    ++mixture.counts[static_cast<std::size_t>(s)];
  }
  mixture.box = snapshot.box;
  try {
    mixture.validate();
  } catch (const InputError& error) {
    throw FileError(fmt::format("{}: {}", file, error.what()));
  }
  return mixture;
}

}  // namespace glassforge::app
