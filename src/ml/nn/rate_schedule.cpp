#include "ml/nn/rate_schedule.hpp"

#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace glassforge::ml::nn {

RateSchedule::RateSchedule(const std::string& name, double highest, std::int64_t passes)
    : falls_(name == "cosine"), highest_(highest), passes_(passes) {
  require(falls_ || name == "constant", "there is no learning-rate schedule \"{}\"; known are constant, cosine", name);
}

double RateSchedule::rate(std::int64_t first, std::int64_t last) const {
  if (!falls_) return highest_;
  const double share = 0.5 * static_cast<double>(first + last) / static_cast<double>(passes_);
  if (share < rise) return highest_ * share / rise;
  return highest_ * 0.5 * (1 + std::cos(std::numbers::pi * (share - rise) / (1 - rise)));
}

}  // namespace glassforge::ml::nn
