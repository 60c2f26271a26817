/// The integer steps at which labels are taken.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace glassforge {

/// Strictly increasing steps >= 1 and the time step they count in.
class StepLadder {
 public:
  StepLadder() = default;
  /// Nearest steps to the given times; InputError where the shift exceeds 5 % of a time, or two times share a step.
  static StepLadder fromTimes(const std::vector<double>& times, double dt);
  /// floor(M^(k/n)) for the given k: the ladder of the published KA2D data. InputError where two k share a step.
  static StepLadder logarithmic(double largest, int count, const std::vector<int>& indices, double dt);
  /// Exactly these steps, strictly increasing.
  static StepLadder fromSteps(std::vector<std::int64_t> steps, double dt) { return {std::move(steps), dt}; }
  /// The ladder of the published set of a model nearest to its temperatures; InputError where there is none.
  static StepLadder glassbench(std::string_view model, double temperature, double dt);

  const std::vector<std::int64_t>& steps() const { return steps_; }
  double dt() const { return dt_; }
  /// Exact times of the steps.
  std::vector<double> times() const;
  std::int64_t last() const { return steps_.empty() ? 0 : steps_.back(); }
  std::size_t size() const { return steps_.size(); }

 private:
  StepLadder(std::vector<std::int64_t> steps, double dt);
  std::vector<std::int64_t> steps_;
  double dt_ = 0;
};

}  // namespace glassforge
