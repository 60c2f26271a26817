#include "app/bench_liquid.hpp"

#include <cmath>

#include "core/campaign.hpp"
#include "core/error.hpp"
#include "io/campaign_system.hpp"
#include "md/engine.hpp"
#include "swapmc/equilibrate.hpp"

namespace glassforge::app {
namespace {

constexpr std::int64_t kLargestUnit = 5000;  // particles; larger liquids are copies of smaller ones
constexpr double kHotStart = 2.0;            // temperature of the melt
constexpr double kPartingTime = 5.0;         // of NVT, in which the copies part
constexpr double kBathTime = 0.5;            // relaxation time of the thermostat

std::int64_t power(std::int64_t base, int exponent) {
  std::int64_t result = 1;
  for (int k = 0; k < exponent; ++k) result *= base;
  return result;
}

/// The fewest copies along each axis that make the unit small enough.
std::int64_t copiesAlong(const Mixture& mixture) {
  std::int64_t n = 1;
  while (mixture.particles() > kLargestUnit * power(n, mixture.dimension)) ++n;
  return n;
}

/// One n-th of the mixture along each axis.
Mixture unitOf(Mixture mixture, std::int64_t n) {
  const std::int64_t copies = power(n, mixture.dimension);
  for (std::size_t s = 0; s < mixture.counts.size(); ++s) {
    require(mixture.counts[s] % copies == 0,
            "{} particles are made of {} copies of a smaller liquid, so every count must be a multiple of {}, but "
            "there are {} of species {}; use --particles {}",
            mixture.particles(), copies, copies, mixture.counts[s], mixture.species[s],
            Mixture::preset(mixture.name).particles() * copies);
    mixture.counts[s] /= copies;
  }
  for (double& length : mixture.box) length /= static_cast<double>(n);
  mixture.validate();
  return mixture;
}

Snapshot smallLiquid(const Mixture& mixture, const LiquidOptions& options) {
  Campaign campaign;
  campaign.seed = options.seed;
  campaign.system.model = mixture.name;
  campaign.system.mixture = mixture;
  campaign.system.temperature = options.temperature;
  campaign.equilibrate.method = "md";
  campaign.equilibrate.start_temperature = kHotStart;
  campaign.equilibrate.time = options.time;
  campaign.equilibrate.samples = 1;
  campaign.replicas.dt = options.dt;
  campaign.replicas.thermostat_time = kBathTime;
  campaign.engine.skin = md::defaultSkin(mixture.dimension);
  return swapmc::equilibrate(campaign, 0).thermal;
}

/// n copies along each axis, without velocities; particle order is copy by copy.
Snapshot repeated(const Snapshot& unit, std::int64_t n) {
  Snapshot whole;
  whole.dimension = unit.dimension;
  const auto d = static_cast<std::size_t>(unit.dimension);
  for (const double length : unit.box) whole.box.push_back(length * static_cast<double>(n));
  for (std::int64_t copy = 0; copy < power(n, unit.dimension); ++copy) {
    whole.species.insert(whole.species.end(), unit.species.begin(), unit.species.end());
    for (std::size_t i = 0; i < unit.position.size(); ++i) {
      const auto axis = static_cast<int>(i % d);
      const auto place = copy / power(n, axis) % n;
      whole.position.push_back(unit.position[i] + static_cast<double>(place) * unit.box[i % d]);
    }
  }
  whole.image.assign(whole.position.size(), 0);
  return whole;
}

template <int D>
Snapshot partedCopies(const Mixture& mixture, const Snapshot& copies, const LiquidOptions& options) {
  md::Engine<D> engine(mixture, 1, static_cast<int>(copies.particles()), md::defaultSkin(D));
  engine.load(0, copies);
  engine.setThermostat(md::Thermostat{options.temperature, kBathTime});
  engine.drawVelocities(0, options.temperature, {options.seed, Purpose::equilibration_velocities, 0, 0});
  engine.prepare();
  engine.advance(std::llround(kPartingTime / options.dt), options.dt);
  require<PhysicsError>(engine.healthy(0), "the liquid did not stay one: {}", engine.pack().status[0]);
  return engine.pack().store(0);
}

}  // namespace

Mixture withParticles(Mixture mixture, std::int64_t particles) {
  const double ratio = static_cast<double>(particles) / static_cast<double>(mixture.particles());
  mixture.counts = io::scaledCounts(mixture, particles);
  for (double& length : mixture.box) length *= std::pow(ratio, 1.0 / mixture.dimension);
  mixture.validate();
  return mixture;
}

Snapshot makeLiquid(const Mixture& mixture, const LiquidOptions& options) {
  const std::int64_t n = copiesAlong(mixture);
  Snapshot liquid = smallLiquid(unitOf(mixture, n), options);
  if (n > 1) {
    liquid = repeated(liquid, n);
    liquid = mixture.dimension == 3 ? partedCopies<3>(mixture, liquid, options)
                                    : partedCopies<2>(mixture, liquid, options);
  }
  liquid.step = 0;
  liquid.time = 0;
  return liquid;
}

}  // namespace glassforge::app
