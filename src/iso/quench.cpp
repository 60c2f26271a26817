#include "iso/quench.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "iso/landscape.hpp"

namespace glassforge::iso {
namespace {

using Vector = std::vector<double>;

// FIRE's parameters are those of its paper. Its largest time step is kept small, so that it stays near the path of steepest
// descent: of ten published KA structures all then end within 5e-4 of the published energies, with 0.05 one does not.
constexpr double kFireStart = 0.01, kFireLargest = 0.02, kFireAlpha = 0.1;
constexpr double kFireUntil = 0.05;       // largest force at which L-BFGS takes over: inside the basin
constexpr double kFireLongestMove = 0.05;
constexpr std::size_t kHistory = 12;      // pairs that L-BFGS keeps
constexpr double kLongestMove = 0.1;      // per component and step of L-BFGS
constexpr double kWolfe = 0.9;            // how much of the slope may be left after a step, of either sign
constexpr int kBacktracks = 6;

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double largest(const Vector& a) {
  double m = 0;
  for (const double x : a) {
    if (!std::isfinite(x)) return std::numeric_limits<double>::infinity();
    m = std::max(m, std::abs(x));
  }
  return m;
}

/// Where a minimisation stands.
struct Descent {
  Vector x, force;
  double energy = 0, max_force = 0;
  std::int64_t iterations = 0;
};

template <int D>
class Minimiser {
 public:
  Minimiser(Landscape<D>& landscape, const QuenchOptions& options, Vector x)
      : landscape_(landscape), options_(options) {
    at_.x = std::move(x);
    at_.force.resize(at_.x.size());
    evaluate(at_);
  }

  const Descent& run() {
    fire();
    while (!ended()) lbfgs();
    return at_;
  }

  std::string stopReason() const {
    if (!std::isfinite(at_.max_force)) return "not finite";
    return at_.max_force < options_.tolerance ? "converged" : "evaluations";
  }

 private:
  bool ended() const {
    return !(at_.max_force >= options_.tolerance) || !std::isfinite(at_.max_force) ||
           landscape_.evaluations() >= options_.max_evaluations;
  }

  void evaluate(Descent& d) {
    d.energy = landscape_.evaluate(d.x, d.force);
    d.max_force = largest(d.force);
  }

  void fire() {
    Vector v(at_.x.size(), 0.0);
    double dt = kFireStart, alpha = kFireAlpha;
    int downhill = 0;
    while (!ended() && at_.max_force > kFireUntil) {
      const double power = dot(at_.force, v);
      if (power < 0) {
        std::fill(v.begin(), v.end(), 0.0);
        dt *= 0.5;
        alpha = kFireAlpha;
        downhill = 0;
      } else {
        const double force_norm = std::sqrt(dot(at_.force, at_.force)), speed = std::sqrt(dot(v, v));
        for (std::size_t i = 0; i < v.size(); ++i) {
          v[i] = (1 - alpha) * v[i] + alpha * speed * at_.force[i] / force_norm;
        }
        if (++downhill > 5) {
          dt = std::min(1.1 * dt, kFireLargest);
          alpha *= 0.99;
        }
      }
      for (std::size_t i = 0; i < v.size(); ++i) v[i] += dt * at_.force[i];
      const double move = dt * largest(v), scale = move > kFireLongestMove ? kFireLongestMove / move : 1.0;
      for (std::size_t i = 0; i < v.size(); ++i) at_.x[i] += scale * dt * v[i];
      evaluate(at_);
      ++at_.iterations;
    }
  }

  /// One run of L-BFGS, until the end or until its history no longer gives a way down.
  void lbfgs() {
    std::deque<Vector> s, y;
    while (!ended()) {
      Vector direction = towardsMinimum(s, y);
      const double slope = -dot(at_.force, direction);
      if (!(slope < 0)) return;
      Descent next = step(direction, slope);
      Vector moved(next.x), changed(next.x.size());
      for (std::size_t i = 0; i < moved.size(); ++i) {
        moved[i] -= at_.x[i];
        changed[i] = at_.force[i] - next.force[i];  // change of the gradient
      }
      next.iterations = at_.iterations + 1;
      at_ = std::move(next);
      if (dot(moved, changed) <= 0) {
        s.clear(), y.clear();
        continue;
      }
      s.push_back(std::move(moved));
      y.push_back(std::move(changed));
      if (s.size() > kHistory) s.pop_front(), y.pop_front();
    }
  }

  /// The two-loop recursion; without history, a short step along the force.
  Vector towardsMinimum(const std::deque<Vector>& s, const std::deque<Vector>& y) const {
    Vector q(at_.force);
    std::vector<double> a(s.size());
    for (std::size_t k = s.size(); k-- > 0;) {
      a[k] = dot(s[k], q) / dot(s[k], y[k]);
      for (std::size_t i = 0; i < q.size(); ++i) q[i] -= a[k] * y[k][i];
    }
    const double scale = s.empty() ? kFireStart * kFireStart : dot(s.back(), y.back()) / dot(y.back(), y.back());
    for (double& value : q) value *= scale;
    for (std::size_t k = 0; k < s.size(); ++k) {
      const double b = a[k] - dot(y[k], q) / dot(s[k], y[k]);
      for (std::size_t i = 0; i < q.size(); ++i) q[i] += b * s[k][i];
    }
    const double longest = largest(q);
    if (longest > kLongestMove) {
      for (double& value : q) value *= kLongestMove / longest;
    }
    return q;
  }

  /// Goes along `direction` until the slope has the Wolfe condition's size: forces alone decide.
  Descent step(const Vector& direction, double slope) {
    Descent next;
    next.x.resize(at_.x.size());
    next.force.resize(at_.x.size());
    double length = 1;
    for (int trial = 0;; ++trial) {
      for (std::size_t i = 0; i < next.x.size(); ++i) next.x[i] = at_.x[i] + length * direction[i];
      evaluate(next);
      const double now = -dot(next.force, direction);
      if (now <= -kWolfe * slope || trial == kBacktracks) return next;
      const double secant = slope / (slope - now);
      length *= std::isfinite(secant) ? std::clamp(secant, 0.1, 0.5) : 0.1;
    }
  }

  Landscape<D>& landscape_;
  const QuenchOptions& options_;
  Descent at_;
};

template <int D>
QuenchResult quenchIn(const Mixture& mixture, const Snapshot& start, const QuenchOptions& options) {
  Landscape<D> landscape(mixture, start, options.skin);
  Minimiser<D> minimiser(landscape, options, start.unwrapped());
  const Descent& end = minimiser.run();
  QuenchResult result;
  result.position = end.x;
  result.energy_per_particle = end.energy / static_cast<double>(start.particles());
  result.max_force = end.max_force;
  result.iterations = end.iterations;
  result.force_evaluations = landscape.evaluations();
  result.stop_reason = minimiser.stopReason();
  return result;
}

}  // namespace

QuenchResult quench(const Mixture& mixture, const Snapshot& start, const QuenchOptions& options) {
  return mixture.dimension == 3 ? quenchIn<3>(mixture, start, options) : quenchIn<2>(mixture, start, options);
}

}  // namespace glassforge::iso
