/// Sampling of one structure by one method, as an object that can be run on.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/campaign.hpp"
#include "core/checkpoint.hpp"
#include "core/structure.hpp"
#include "swapmc/monte_carlo.hpp"

namespace glassforge::swapmc {

struct Measured {
  double energy = 0;    ///< potential, per particle
  double pressure = 0;  ///< virial plus rho T
};

/// Which of the random streams of a structure a sampler draws from: 0 the first pass, 1, 2, ... what comes after it.
/// Each begins from a snapshot alone, so that sampling can be continued from a file.
using PassNumber = std::int64_t;

class Sampler {
 public:
  virtual ~Sampler() = default;
  /// `amount` sweeps or blocks of MD with the bath at `bath`. PhysicsError where the system leaves physics.
  virtual void advance(std::int64_t amount, double bath) = 0;
  virtual Measured measure(double bath) = 0;
  virtual Snapshot store() const = 0;
  /// Monte Carlo moves since resetCounts(); none in plain MD.
  virtual std::vector<MoveCount> moves() const { return {}; }
  virtual void resetCounts() {}
  /// Standard deviation of displacement moves, 0 where there are none.
  virtual double displacement() const { return 0; }
  /// Sets the displacement by the acceptance since the last call; not while samples are taken.
  virtual void tuneDisplacement() {}
  /// All that sampling goes on from, under names that begin with "sampler". FileError where it is not one of such a
  /// sampler.
  virtual void save(Checkpoint& checkpoint) const = 0;
  virtual void restore(const Checkpoint& checkpoint) = 0;
  /// |running - full potential energy| per particle, where energies are kept by differences.
  virtual std::optional<double> runningEnergyError() const { return std::nullopt; }
};

/// The sampler of the campaign's method ("swap", "md", "hybrid"), from `start` at bath temperature `bath`.
/// `displacement` replaces that of the campaign where it is above 0.
std::unique_ptr<Sampler> makeSampler(const Campaign& campaign, std::int64_t index, const Snapshot& start, double bath,
                                     PassNumber pass, double displacement = 0);

namespace detail {

template <int D>
std::unique_ptr<Sampler> swapSampler(const Campaign& campaign, std::int64_t index, const Snapshot& start, double bath,
                                     PassNumber pass, double displacement);
template <int D>
std::unique_ptr<Sampler> dynamicsSampler(const Campaign& campaign, std::int64_t index, const Snapshot& start,
                                         double bath, PassNumber pass);

}  // namespace detail

/// A displacement whose acceptance should come nearer to `target`: d (g + a) / (g + t), the scale rule of HOOMD-blue's
/// move size tuner, at most a factor of two either way. `acceptance` is that of moves with `displacement`.
double tunedDisplacement(double displacement, double acceptance);
constexpr double kTargetAcceptance = 0.4;

}  // namespace glassforge::swapmc
