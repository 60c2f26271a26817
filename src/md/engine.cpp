#include "md/engine.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::md {
namespace {

constexpr double kMaxExcursion = 1e3;  // boxes: a particle further out in one list interval is lost

template <int D>
Box<D> boxOf(const Mixture& mixture) {
  std::array<double, D> lengths{};
  std::copy_n(mixture.box.begin(), D, lengths.begin());
  return Box<D>(lengths);
}

}  // namespace

template <int D>
Engine<D>::Engine(const Mixture& mixture, int replicas, int particles, double skin, Precision precision)
    : mixture_(mixture),
      tail_(makeTail(mixture.smoothing, mixture.cutoff)),
      pack_(replicas, mixture, boxOf<D>(mixture), particles),
      forces_(pack_, mixture, skin, precision),
      chain_(static_cast<std::size_t>(replicas)) {
  if (precision == Precision::full) return;
  for (const double length : mixture.box) {
    require(length >= 2 * (mixture.maxCutoff() + skin),
            "mixed precision needs a box of at least twice cutoff + skin = {}, it is {}; use double, or a smaller skin",
            2 * (mixture.maxCutoff() + skin), length);
  }
}

template <int D>
void Engine<D>::drawVelocities(int r, double temperature, const StreamKey& key) {
  const RandomStream stream(key);
  const int N = pack_.particles();
  std::vector<double> v(static_cast<std::size_t>(N) * 4), mass(static_cast<std::size_t>(N));
  for (int i = 0; i < N; ++i) {
    mass[static_cast<std::size_t>(pack_.id(r, i))] = 1.0 / pack_.inverse_mass[speciesOf(pack_.row(r, i, 3))];
  }
  double momentum[D] = {}, total_mass = 0;
  for (int i = 0; i < N; ++i) {
    const auto first = stream.normals(0, static_cast<std::uint32_t>(2 * i));
    const auto second = stream.normals(0, static_cast<std::uint32_t>(2 * i + 1));
    const double gaussian[3] = {first[0], first[1], second[0]};
    const double m = mass[static_cast<std::size_t>(i)];
    for (int k = 0; k < D; ++k) {
      v[4 * static_cast<std::size_t>(i) + static_cast<std::size_t>(k)] = std::sqrt(temperature / m) * gaussian[k];
      momentum[k] += m * v[4 * static_cast<std::size_t>(i) + static_cast<std::size_t>(k)];
    }
    total_mass += m;
  }
  for (int i = 0; i < N; ++i) {
    const auto id = static_cast<std::size_t>(pack_.id(r, i));
    for (int k = 0; k < D; ++k) {
      pack_.velocity(r, i, k) = v[4 * id + static_cast<std::size_t>(k)] - momentum[k] / total_mass;
    }
  }
}

template <int D>
void Engine<D>::prepare(int r) {
  inspect(r);
  if (!healthy(r)) return;
  forces_.build(pack_, r);
  std::visit([&](const auto& tail) { forces_.compute(tail, pack_, r); }, tail_);
}

template <int D>
void Engine<D>::prepare() {
  for (int r = 0; r < pack_.replicas(); ++r) prepare(r);
}

/// Stops a replica whose positions are no longer numbers or have left the neighbourhood of the box.
template <int D>
void Engine<D>::inspect(int r) {
  for (int i = 0; i < pack_.particles(); ++i) {
    for (int k = 0; k < D; ++k) {
      if (std::abs(pack_.row(r, i, k)) < kMaxExcursion * pack_.box.length(k)) continue;
      pack_.status[static_cast<std::size_t>(r)] =
          fmt::format("particle {} is at {} along axis {} at step {}: time step too large or particles overlap",
                      pack_.id(r, i), pack_.row(r, i, k), k, pack_.step[static_cast<std::size_t>(r)]);
      return;
    }
  }
}

/// Makes the lists hold for the positions as they are; false where the replica is stopped instead.
template <int D>
bool Engine<D>::refreshList(int r, bool outdated) {
  if (!outdated) {
    forces_.update(pack_, r);
    return true;
  }
  inspect(r);
  if (healthy(r)) forces_.build(pack_, r);
  return healthy(r);
}

template <int D>
void Engine<D>::kick(int r, double h) {
  const double* row = &pack_.row(r, 0, 0);
  const double* force = &pack_.force(r, 0, 0);
  double* velocity = &pack_.velocity(r, 0, 0);
  for (int i = 0; i < pack_.particles(); ++i) {
    const double scale = h * pack_.inverse_mass[speciesOf(row[4 * i + 3])];
    for (int k = 0; k < 4; ++k) velocity[4 * i + k] += scale * force[4 * i + k];
  }
}

/// The first half kick and the drift of a step, and whether the lists are outdated where the particles come to, in one
/// pass.
template <int D>
bool Engine<D>::kickAndDrift(int r, double dt) {
  double* row = &pack_.row(r, 0, 0);
  double* velocity = &pack_.velocity(r, 0, 0);
  const double* force = &pack_.force(r, 0, 0);
  const double* then = forces_.builtAt(r);
  DisplacementCheck check(forces_.skin());
  for (int i = 0; i < pack_.particles(); ++i) {
    const double scale = 0.5 * dt * pack_.inverse_mass[speciesOf(row[4 * i + 3])];
    double d2[4];
    for (int k = 0; k < 4; ++k) {
      velocity[4 * i + k] += scale * force[4 * i + k];
      row[4 * i + k] += dt * velocity[4 * i + k];
      const double d = row[4 * i + k] - then[4 * i + k];
      d2[k] = d * d;
    }
    check.add((d2[0] + d2[1]) + (d2[2] + d2[3]));
  }
  return forces_.outdated(r, check);
}

template <int D>
void Engine<D>::scaleVelocities(int r, double dt) {
  if (!thermostat_) return;
  const double scale = chain_[static_cast<std::size_t>(r)].halfStep(2 * kineticEnergy(r), dt);
  double* velocity = &pack_.velocity(r, 0, 0);
  for (int i = 0; i < 4 * pack_.particles(); ++i) velocity[i] *= scale;
}

/// One step; false where the replica was stopped.
template <int D>
template <class TailType>
bool Engine<D>::stepReplica(const TailType& tail, int r, double dt) {
  scaleVelocities(r, dt);
  if (!refreshList(r, kickAndDrift(r, dt))) return false;
  forces_.compute(tail, pack_, r);
  kick(r, 0.5 * dt);
  scaleVelocities(r, dt);
  ++pack_.step[static_cast<std::size_t>(r)];
  return true;
}

template <int D>
template <class TailType>
void Engine<D>::advanceReplica(const TailType& tail, int r, std::int64_t target, double dt) {
  while (healthy(r) && pack_.step[static_cast<std::size_t>(r)] < target) {
    if (!stepReplica(tail, r, dt)) return;
  }
}

template <int D>
void Engine<D>::advance(std::int64_t steps, double dt) {
  const int R = pack_.replicas();
  std::vector<std::int64_t> target(pack_.step);
  for (auto& t : target) t += steps;
  using Policy = Kokkos::RangePolicy<Kokkos::DefaultHostExecutionSpace, Kokkos::Schedule<Kokkos::Dynamic>>;
  std::visit(
      [&](const auto& tail) {
        Kokkos::parallel_for("glassforge::md::advance", Policy(0, R, Kokkos::ChunkSize(1)),
                             [&](int r) { advanceReplica(tail, r, target[static_cast<std::size_t>(r)], dt); });
      },
      tail_);
  Kokkos::fence();
}

template <int D>
void Engine<D>::setThermostat(const std::optional<Thermostat>& thermostat) {
  thermostat_ = thermostat;
  if (!thermostat) return;
  const double freedom = static_cast<double>(D) * (pack_.particles() - 1);
  for (auto& chain : chain_) chain = NoseHooverChain(thermostat->temperature, thermostat->relaxation_time, freedom);
}

template <int D>
void Engine<D>::setTemperature(double temperature) {
  require<PhysicsError>(thermostat_.has_value(), "a bath temperature is set, but there is no thermostat");
  thermostat_->temperature = temperature;
  for (auto& chain : chain_) chain.setTemperature(temperature);
}

template <int D>
void Engine<D>::setTemperature(int r, double temperature) {
  require<PhysicsError>(thermostat_.has_value(), "a bath temperature is set, but there is no thermostat");
  chain_[static_cast<std::size_t>(r)].setTemperature(temperature);
}

template <int D>
void Engine<D>::exchangeTemperature(int r, double temperature) {
  const double scale = std::sqrt(temperature / chain_[static_cast<std::size_t>(r)].temperature());
  setTemperature(r, temperature);
  double* velocity = &pack_.velocity(r, 0, 0);
  for (int i = 0; i < 4 * pack_.particles(); ++i) velocity[i] *= scale;
}

template <int D>
PairSums Engine<D>::energy(int r, std::vector<double>* per_particle) {
  const auto n = static_cast<std::size_t>(pack_.particles());
  std::vector<double> by_row(per_particle ? n : 0);
  const PairSums sums = std::visit(
      [&](const auto& tail) { return forces_.energy(tail, pack_, r, per_particle ? by_row.data() : nullptr); }, tail_);
  if (!per_particle) return sums;
  per_particle->resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    (*per_particle)[static_cast<std::size_t>(pack_.id(r, static_cast<int>(i)))] = by_row[i];
  }
  return sums;
}

/// PhysicsError where the replica is stopped.
template <int D>
void Engine<D>::refreshList(int r) {
  const bool holds = refreshList(r, forces_.outdated(pack_, r));
  require<PhysicsError>(holds, "{}", pack_.status[static_cast<std::size_t>(r)]);
}

template <int D>
PairSums Engine<D>::forcesAt(int r) {
  refreshList(r);
  return std::visit([&](const auto& tail) { return forces_.computeWithEnergy(tail, pack_, r); }, tail_);
}

template <int D>
void Engine<D>::forcesOnlyAt(int r) {
  refreshList(r);
  std::visit([&](const auto& tail) { forces_.compute(tail, pack_, r); }, tail_);
}

template <int D>
double Engine<D>::kineticEnergy(int r) const {
  double twice = 0;
  for (int i = 0; i < pack_.particles(); ++i) {
    double v2 = 0;
    for (int k = 0; k < D; ++k) v2 += pack_.velocity(r, i, k) * pack_.velocity(r, i, k);
    twice += v2 / pack_.inverse_mass[speciesOf(pack_.row(r, i, 3))];
  }
  return 0.5 * twice;
}

template <int D>
double Engine<D>::temperature(int r) const {
  return 2 * kineticEnergy(r) / (static_cast<double>(D) * (pack_.particles() - 1));
}

template <int D>
double Engine<D>::pressure(int r) {
  return virialPressure(mixture_, pack_.particles(), pack_.box.volume(), temperature(r), energy(r).virial);
}

template <int D>
double Engine<D>::conservedPerParticle(int r) {
  const double chain = thermostat_ ? chain_[static_cast<std::size_t>(r)].energy() : 0.0;
  return (energy(r).energy + kineticEnergy(r) + chain) / pack_.particles();
}

template class Engine<2>;
template class Engine<3>;

double virialPressure(const Mixture& mixture, std::int64_t particles, double volume, double temperature,
                      double virial) {
  return (static_cast<double>(particles) * temperature + virial / mixture.dimension) / volume;
}

}  // namespace glassforge::md
