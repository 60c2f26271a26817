#include "core/step_ladder.hpp"

#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace glassforge {
namespace {

constexpr double kPublishedStepKA2D = 0.01;
constexpr double kMaxShift = 0.05;  // of a time: what the user asked for and what the step can meet

struct PublishedTimes {
  std::string_view model;
  double temperature;
  std::vector<double> times;
};

/// GlassBench, KA_results/times_*.dat.
const std::vector<PublishedTimes>& publishedKA() {
  static const std::vector<PublishedTimes> table{
      {"KA", 0.44, {0.13, 1.3, 13, 130, 412, 1300, 4120, 13000, 41200, 130000}},
      {"KA", 0.50, {0.108, 0.434, 2.17, 6.86, 21.7, 68.6, 217, 686, 2170, 6860}},
      {"KA", 0.56, {0.104, 0.33, 0.99, 1.65, 5.2, 16.5, 52, 165, 520, 1650}},
      {"KA", 0.64, {0.032, 0.1, 0.165, 0.52, 1.65, 5.2, 16.5, 52, 165, 520}},
  };
  return table;
}

std::vector<int> range(int first, int last, int stride) {
  std::vector<int> result;
  for (int k = first; k <= last; k += stride) result.push_back(k);
  return result;
}

}  // namespace

StepLadder::StepLadder(std::vector<std::int64_t> steps, double dt) : steps_(std::move(steps)), dt_(dt) {
  require(std::isfinite(dt) && dt > 0, "time step {} is not positive", dt);
  require(!steps_.empty(), "no label times are given; at least one is needed");
  require(steps_.front() >= 1, "the first label time is shorter than one time step ({})", dt);
  for (std::size_t k = 1; k < steps_.size(); ++k) {
    require(steps_[k] > steps_[k - 1], "label times must increase by at least one time step ({}): steps {} and {}", dt,
            steps_[k - 1], steps_[k]);
  }
}

StepLadder StepLadder::fromTimes(const std::vector<double>& times, double dt) {
  require(std::isfinite(dt) && dt > 0, "time step {} is not positive", dt);
  std::vector<std::int64_t> steps;
  for (const double t : times) {
    require(std::isfinite(t) && t > 0, "label time {} is not positive", t);
    const auto step = static_cast<std::int64_t>(std::llround(t / dt));
    const double shift = std::abs(static_cast<double>(step) * dt - t);
    require(shift <= kMaxShift * t,
            "label time {} cannot be met by steps of {}: the nearest is {}, more than 5 % away; use a smaller dt", t, dt,
            static_cast<double>(step) * dt);
    steps.push_back(step);
  }
  return {std::move(steps), dt};
}

StepLadder StepLadder::logarithmic(double largest, int count, const std::vector<int>& indices, double dt) {
  require(largest > 1 && count >= 1, "ladder [M, n] = [{}, {}] needs M > 1 and n >= 1", largest, count);
  std::vector<std::int64_t> steps;
  for (const int k : indices) {
    require(k >= 1 && k <= count, "ladder index {} is not in 1 .. {}", k, count);
    // M^(k/n) is an integer at k = n: the small factor keeps rounding from taking it one step below
    steps.push_back(static_cast<std::int64_t>(std::floor(std::pow(largest, double(k) / count) * (1 + 1e-12))));
  }
  return {std::move(steps), dt};
}

StepLadder StepLadder::glassbench(std::string_view model, double temperature, double dt) {
  if (model == "KA2D") {  // KA2D_trajectories: floor(M^(k/n)) steps of 0.01
    const auto ladder = temperature < 0.265 ? logarithmic(1.5e8, 40, range(5, 40, 5), kPublishedStepKA2D)
                                            : logarithmic(2e6, 6, range(1, 6, 1), kPublishedStepKA2D);
    return dt == kPublishedStepKA2D ? ladder : fromTimes(ladder.times(), dt);
  }
  const PublishedTimes* nearest = nullptr;
  for (const auto& entry : publishedKA()) {
    if (entry.model != model) continue;
    if (!nearest || std::abs(entry.temperature - temperature) < std::abs(nearest->temperature - temperature)) {
      nearest = &entry;
    }
  }
  require(nearest != nullptr, "times = \"glassbench\" is known for KA and KA2D, not for model {}", model);
  return fromTimes(nearest->times, dt);
}

std::vector<double> StepLadder::times() const {
  std::vector<double> result;
  for (const auto step : steps_) result.push_back(static_cast<double>(step) * dt_);
  return result;
}

}  // namespace glassforge
