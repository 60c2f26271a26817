#include "iso/quench.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "iso/landscape.hpp"
#include "iso/lbfgs.hpp"
#include "iso/near_stiffness.hpp"

namespace glassforge::iso {
namespace {

// FIRE's parameters are those of its paper. Its largest time step is kept small (QuenchOptions): of ten published KA
// structures, quenched by FIRE as well, all then end within 5e-4 of the published energies; with 0.05 one does not.
constexpr double kFireStart = 0.5, kFireAlpha = 0.1;  // the step at the beginning, of the largest
constexpr double kFireLongestMove = 0.05;
constexpr std::size_t kHistory = 5;  // pairs that L-BFGS keeps; on the near stiffness, 12 save 2 % of evaluations
constexpr std::int64_t kStiffnessEvery = 20;  // steps of L-BFGS
constexpr double kSoftness = 2;       // the near pairs' Gauss-Seidel form is stiffer than the Hessian by about this
constexpr double kLongestMove = 0.1;  // per component and step of L-BFGS
constexpr double kWolfe = 0.9;        // how much of the slope may be left after a step, of either sign
constexpr int kBacktracks = 6;

// The second minimiser of checkBasin: FIRE to the end, with another step, so that it goes another way from the start.
constexpr double kOtherFireStep = 0.01;
constexpr double kSameEnergy = 1e-6, kSameDistance = 0.01;  // of all particles; of one

/// A point of the landscape.
struct Site {
  Vector x, force;
  double max_force = 0;
};

template <int D>
class Minimiser {
 public:
  Minimiser(Landscape<D>& landscape, const QuenchOptions& options, NearStiffness<D> stiffness, Vector x)
      : landscape_(landscape),
        options_(options),
        stiffness_(std::move(stiffness)),
        direction_(x.size()),
        history_(x.size(), kHistory) {
    next_.x.resize(x.size());
    next_.force.resize(x.size());
    at_.force.resize(x.size());
    at_.x = std::move(x);
    evaluate(at_);
  }

  const Site& run() {
    fire();
    lbfgs();
    return at_;
  }

  std::int64_t iterations() const { return iterations_; }
  std::string stopReason() const {
    if (!std::isfinite(at_.max_force)) return "not finite";
    return at_.max_force < options_.tolerance ? "converged" : "evaluations";
  }

 private:
  bool ended() const {
    return !(at_.max_force >= options_.tolerance) || !std::isfinite(at_.max_force) ||
           landscape_.evaluations() >= options_.max_evaluations;
  }

  void evaluate(Site& site) {
    landscape_.forces(site.x, site.force);
    site.max_force = largest(site.force);
  }

  void fire() {
    Vector& v = direction_;
    std::fill(v.begin(), v.end(), 0.0);
    double dt = kFireStart * options_.fire_step, alpha = kFireAlpha;
    int downhill = 0;
    while (!ended() && at_.max_force > options_.fire_until) {
      const double *f = at_.force.data(), *speed = v.data();
      const auto [power, f2, v2] = laneSums<3>(v.size(), [=]<class Real>(std::size_t i, Real* term) {
        const Real fi = load<Real>(f + i), vi = load<Real>(speed + i);
        term[0] = fi * vi;
        term[1] = fi * fi;
        term[2] = vi * vi;
      });
      double keep = 0, push = 0;  // of the velocity, of the force
      if (power < 0) {
        dt *= 0.5;
        alpha = kFireAlpha;
        downhill = 0;
      } else {
        keep = 1 - alpha;
        push = alpha * std::sqrt(v2 / f2);
        if (++downhill > 5) {
          dt = std::min(1.1 * dt, options_.fire_step);
          alpha *= 0.99;
        }
      }
      push += dt;
      for (std::size_t i = 0; i < v.size(); ++i) v[i] = keep * v[i] + push * at_.force[i];
      const double move = dt * largest(v), step = move > kFireLongestMove ? dt * kFireLongestMove / move : dt;
      for (std::size_t i = 0; i < v.size(); ++i) at_.x[i] += step * v[i];
      evaluate(at_);
      ++iterations_;
    }
  }

  /// L-BFGS on the stiffness of near pairs, until the end; where its history no longer gives a way down, it is
  /// forgotten.
  void lbfgs() {
    for (std::int64_t steps = 0; !ended(); ++steps) {
      if (steps % kStiffnessEvery == 0) updateStiffness();
      double slope = towardsMinimum();
      if (!(slope < 0)) {
        if (history_.size() == 0) return;
        history_.clear();
        slope = towardsMinimum();
      }
      step(slope);
      history_.add(at_.x, at_.force, next_.x, next_.force);
      std::swap(at_, next_);
      ++iterations_;
    }
  }

  void updateStiffness() {
    stiffness_.update(at_.x);
    landscape_.countEvaluation();
  }

  /// Sets the direction and returns the slope along it.
  double towardsMinimum() {
    direction_ = at_.force;
    history_.direct(direction_, [&](Vector& q) {
      stiffness_.solve(q);
      scaleAtRest(q);
    });
    const double longest = largest(direction_);
    if (longest > kLongestMove) {
      for (double& value : direction_) value *= kLongestMove / longest;
    }
    return -dot(at_.force, direction_);
  }

  /// Scales by kSoftness and takes away the mean: unlike forces, what the stiffness answers need not keep the centre.
  static void scaleAtRest(Vector& q) {
    std::array<double, D> mean{};
    for (std::size_t i = 0; i < q.size(); i += D) {
      for (std::size_t k = 0; k < D; ++k) mean[k] += q[i + k];
    }
    for (double& m : mean) m /= static_cast<double>(q.size() / D);
    for (std::size_t i = 0; i < q.size(); i += D) {
      for (std::size_t k = 0; k < D; ++k) q[i + k] = kSoftness * (q[i + k] - mean[k]);
    }
  }

  /// Goes along the direction until the slope has the Wolfe condition's size: forces alone decide.
  void step(double slope) {
    double length = 1;
    for (int trial = 0;; ++trial) {
      for (std::size_t i = 0; i < next_.x.size(); ++i) next_.x[i] = at_.x[i] + length * direction_[i];
      evaluate(next_);
      const double now = -dot(next_.force, direction_);
      if (now <= -kWolfe * slope || trial == kBacktracks) return;
      const double secant = slope / (slope - now);
      length *= std::isfinite(secant) ? std::clamp(secant, 0.1, 0.5) : 0.1;
    }
  }

  Landscape<D>& landscape_;
  const QuenchOptions& options_;
  NearStiffness<D> stiffness_;
  Vector direction_;  ///< of FIRE: the velocity
  StepHistory history_;
  Site at_, next_;
  std::int64_t iterations_ = 0;
};

template <int D>
QuenchResult quenchIn(const Mixture& mixture, const Snapshot& start, const QuenchOptions& options) {
  Landscape<D> landscape(mixture, start, options.skin);
  NearStiffness<D> stiffness(mixture, landscape.box(), start.species);
  Minimiser<D> minimiser(landscape, options, std::move(stiffness), start.unwrapped());
  const Site& end = minimiser.run();
  QuenchResult result;
  result.position = end.x;
  result.max_force = end.max_force;
  result.stop_reason = minimiser.stopReason();
  result.energy_per_particle = landscape.energy(end.x) / static_cast<double>(start.particles());
  result.iterations = minimiser.iterations();
  result.force_evaluations = landscape.evaluations();
  return result;
}

/// The largest distance of a particle between two configurations of one frame.
double largestDistance(const Vector& a, const Vector& b, std::size_t dimension) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); i += dimension) {
    double r2 = 0;
    for (std::size_t k = i; k < i + dimension; ++k) r2 += (a[k] - b[k]) * (a[k] - b[k]);
    largest = std::max(largest, r2);
  }
  return std::sqrt(largest);
}

}  // namespace

QuenchResult quench(const Mixture& mixture, const Snapshot& start, const QuenchOptions& options) {
  return mixture.dimension == 3 ? quenchIn<3>(mixture, start, options) : quenchIn<2>(mixture, start, options);
}

BasinCheck checkBasin(const Mixture& mixture, const Snapshot& start, const QuenchOptions& options,
                      const QuenchResult& first) {
  QuenchOptions other = options;
  other.fire_until = 0;
  other.fire_step = kOtherFireStep;
  const QuenchResult second = quench(mixture, start, other);
  BasinCheck check;
  check.made = true;
  check.energy_per_particle = second.energy_per_particle;
  check.max_force = second.max_force;
  check.distance = largestDistance(first.position, second.position, static_cast<std::size_t>(start.dimension));
  const double apart =
      std::abs(second.energy_per_particle - first.energy_per_particle) * static_cast<double>(start.particles());
  check.same_basin = first.stop_reason == "converged" && second.stop_reason == "converged" && apart < kSameEnergy &&
                     check.distance < kSameDistance;
  return check;
}

}  // namespace glassforge::iso
