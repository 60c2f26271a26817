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

/// A cage run under way: burn-in in kTunings pieces, then two halves over which displacements are summed.
template <int D>
class CageRun {
 public:
  CageRun(const Mixture& mixture, const Snapshot& start, double temperature, const CageSettings& settings,
          std::uint64_t seed, std::int64_t structure)
      : settings_(settings),
        start_(start),
        step_(settings.displacement),
        mc_(mixture, start, optionsOf(mixture, temperature, settings),
            {seed, Purpose::cage, static_cast<std::uint32_t>(structure), 0}) {
    for (auto& sum : sum_) sum.assign(start.particles() * D, 0.0);
  }

  CageState run(TaskMonitor& monitor) {
    if (const auto kept = monitor.resume()) restore(*kept);
    const std::int64_t total = settings_.burn_in + settings_.sweeps;
    while (done_ < total) {
      sweep();
      if (done_ % kProgressEvery != 0) continue;
      monitor.reached(static_cast<double>(done_) / static_cast<double>(total), [&] { return checkpoint(); });
    }
    return result();
  }

 private:
  static swapmc::MonteCarloOptions optionsOf(const Mixture& mixture, double temperature, const CageSettings& s) {
    swapmc::MonteCarloOptions options{temperature, s.displacement, 0, {}, {}};
    for (int a = 0; a < mixture.speciesCount(); ++a) options.confinement.push_back(s.radius * mixture.sigmaOf(a, a));
    return options;
  }

  void sweep() {
    mc_.run(1);
    ++done_;
    if (done_ > settings_.burn_in) {
      mc_.addDisplacements(sum_[done_ - settings_.burn_in > settings_.sweeps / 2 ? 1 : 0]);
    } else if (endsPiece()) {
      tune();
    }
  }

  bool endsPiece() const {
    for (std::int64_t piece = 0; piece < kTunings; ++piece) {
      if (done_ == settings_.burn_in * (piece + 1) / kTunings) return true;
    }
    return false;
  }

  /// At the end of a piece of the burn-in: where the step is to be tuned, by the ratio of its acceptance to the wanted
  /// one.
  void tune() {
    if (settings_.tune_displacement) {
      const double ratio = mc_.moves()[0].acceptance() / kAcceptance;
      step_ = std::min(step_ * std::clamp(ratio, 1 / kLargestChange, kLargestChange), settings_.radius);
      mc_.setDisplacement(step_);
    }
    mc_.resetCounts();
  }

  CageState result() {
    CageState cage;
    cage.radius = settings_.radius;
    cage.sweeps = settings_.sweeps;
    cage.burn_in = settings_.burn_in;
    cage.displacement = step_;
    cage.position = start_.unwrapped();
    const std::int64_t half = settings_.sweeps / 2, rest = settings_.sweeps - half;
    for (auto& sum : sum_) keepCentre<D>(sum);
    double squares = 0;
    for (std::size_t i = 0; i < sum_[0].size(); ++i) {
      const double difference = sum_[1][i] / static_cast<double>(rest) - sum_[0][i] / static_cast<double>(half);
      squares += difference * difference;
      cage.position[i] += (sum_[0][i] + sum_[1][i]) / static_cast<double>(settings_.sweeps);
    }
    cage.spread = std::sqrt(squares / static_cast<double>(sum_[0].size()));
    cage.acceptance = mc_.moves()[0].acceptance();
    return cage;
  }

  Checkpoint checkpoint() const {
    Checkpoint kept;
    kept.put("done", done_);
    kept.put("step", step_);
    kept.put("sum/first", sum_[0]);
    kept.put("sum/second", sum_[1]);
    mc_.save(kept, "cage");
    return kept;
  }

  void restore(const Checkpoint& kept) {
    done_ = kept.integer("done");
    step_ = kept.real("step");
    sum_[0] = kept.reals("sum/first", sum_[0].size());
    sum_[1] = kept.reals("sum/second", sum_[1].size());
    mc_.restore(kept, "cage");
  }

  const CageSettings& settings_;
  const Snapshot& start_;
  double step_;
  swapmc::MonteCarlo<D> mc_;
  std::vector<double> sum_[2];  ///< over the two halves, (N, D): how far particles are from their starts
  std::int64_t done_ = 0;       ///< sweeps
};

}  // namespace

CageState cageState(const Mixture& mixture, const Snapshot& start, double temperature, const CageSettings& settings,
                    std::uint64_t seed, std::int64_t structure, TaskMonitor& monitor) {
  requireSense(settings);
  return mixture.dimension == 3 ? CageRun<3>(mixture, start, temperature, settings, seed, structure).run(monitor)
                                : CageRun<2>(mixture, start, temperature, settings, seed, structure).run(monitor);
}

CageState cageState(const Mixture& mixture, const Snapshot& start, double temperature, const CageSettings& settings,
                    std::uint64_t seed, std::int64_t structure) {
  TaskMonitor nobody;
  return cageState(mixture, start, temperature, settings, seed, structure, nobody);
}

}  // namespace glassforge::iso
