#include "iso/cage.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "swapmc/monte_carlo.hpp"

namespace glassforge::iso {
namespace {

constexpr double kAcceptance = 0.4;          // what the step is tuned to; the cage positions hardly depend on it
constexpr int kTunings = 20;                 // over the burn-in
constexpr double kLargestChange = 2;         // of the step in one tuning, as a factor
constexpr std::int64_t kProgressEvery = 20;  // sweeps

void requireSense(const CageSettings& s) {
  require(s.radius > 0 && s.displacement > 0 && s.sweeps >= 2 && s.burn_in >= 0,
          "a cage state needs a radius and a displacement above 0, at least 2 sweeps and a burn-in of at least 0");
  require(!s.tune_displacement || s.burn_in >= kTunings,
          "a displacement of Monte Carlo that is chosen in the burn-in needs one of at least {} sweeps; it has {}",
          kTunings, s.burn_in);
}

/// Tells the finished share of the whole run, sweep by sweep.
class Clock {
 public:
  Clock(std::int64_t total, const std::function<void(double)>& progress) : total_(total), progress_(progress) {}
  void tick() {
    if (++done_ % kProgressEvery == 0 && progress_) progress_(static_cast<double>(done_) / static_cast<double>(total_));
  }

 private:
  std::int64_t total_, done_ = 0;
  const std::function<void(double)>& progress_;
};

/// Runs the burn-in and returns the step that is used from then on: where it is to be tuned, that which the last
/// kTunings pieces have led to, each by the ratio of its acceptance to the wanted one.
template <int D>
double burnIn(swapmc::MonteCarlo<D>& mc, const CageSettings& s, Clock& clock) {
  double step = s.displacement;
  const double largest = s.radius;
  for (std::int64_t piece = 0, done = 0; piece < kTunings; ++piece) {
    mc.resetCounts();
    for (const std::int64_t end = s.burn_in * (piece + 1) / kTunings; done < end; ++done) {
      mc.run(1);
      clock.tick();
    }
    if (!s.tune_displacement) continue;
    const double ratio = mc.moves()[0].acceptance() / kAcceptance;
    step = std::min(step * std::clamp(ratio, 1 / kLargestChange, kLargestChange), largest);
    mc.setDisplacement(step);
  }
  mc.resetCounts();
  return step;
}

/// Takes the mean over the particles out of displacements, (N, D). Monte Carlo lets the centre drift; dynamics from
/// zero total momentum and quenches keep it.
template <int D>
void keepCentre(std::vector<double>& displacement) {
  const std::size_t n = displacement.size() / D;
  for (std::size_t k = 0; k < D; ++k) {
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) mean += displacement[i * D + k] / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) displacement[i * D + k] -= mean;
  }
}

/// Sum over `sweeps` sweeps of how far the particles are from their starts, their centre at rest, (N, D).
template <int D>
std::vector<double> sumOver(swapmc::MonteCarlo<D>& mc, std::int64_t sweeps, std::size_t size, Clock& clock) {
  std::vector<double> sum(size, 0.0);
  for (std::int64_t k = 0; k < sweeps; ++k) {
    mc.run(1);
    mc.addDisplacements(sum);
    clock.tick();
  }
  keepCentre<D>(sum);
  return sum;
}

template <int D>
CageState cageIn(const Mixture& mixture, const Snapshot& start, double temperature, const CageSettings& s,
                 std::uint64_t seed, std::int64_t structure, const std::function<void(double)>& progress) {
  swapmc::MonteCarloOptions options{temperature, s.displacement, 0, {}, {}};
  for (int a = 0; a < mixture.speciesCount(); ++a) options.confinement.push_back(s.radius * mixture.sigmaOf(a, a));
  swapmc::MonteCarlo<D> mc(mixture, start, options, {seed, Purpose::cage, static_cast<std::uint32_t>(structure), 0});
  Clock clock(s.burn_in + s.sweeps, progress);
  CageState cage;
  cage.radius = s.radius;
  cage.sweeps = s.sweeps;
  cage.burn_in = s.burn_in;
  cage.displacement = burnIn(mc, s, clock);
  cage.position = start.unwrapped();
  const std::int64_t half = s.sweeps / 2, rest = s.sweeps - half;
  const auto first = sumOver(mc, half, cage.position.size(), clock);
  const auto second = sumOver(mc, rest, cage.position.size(), clock);
  double squares = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const double difference = second[i] / static_cast<double>(rest) - first[i] / static_cast<double>(half);
    squares += difference * difference;
    cage.position[i] += (first[i] + second[i]) / static_cast<double>(s.sweeps);
  }
  cage.spread = std::sqrt(squares / static_cast<double>(first.size()));
  cage.acceptance = mc.moves()[0].acceptance();
  return cage;
}

}  // namespace

CageState cageState(const Mixture& mixture, const Snapshot& start, double temperature, const CageSettings& settings,
                    std::uint64_t seed, std::int64_t structure, const std::function<void(double)>& progress) {
  requireSense(settings);
  return mixture.dimension == 3 ? cageIn<3>(mixture, start, temperature, settings, seed, structure, progress)
                                : cageIn<2>(mixture, start, temperature, settings, seed, structure, progress);
}

}  // namespace glassforge::iso
