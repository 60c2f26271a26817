/// How the learning rate changes over a training.
#pragma once

#include <cstdint>
#include <string>

namespace glassforge::ml::nn {

/// "constant": always `highest`. "cosine": in a straight line from nothing to `highest` over the first 5 % of the
/// passes, then down to nothing as half a cosine (Loshchilov and Hutter, arXiv 1608.03983, without restarts).
class RateSchedule {
 public:
  static constexpr double rise = 0.05;

  /// InputError where there is no schedule of that name.
  RateSchedule(const std::string& name, double highest, std::int64_t passes);
  /// Of the step that takes the passes from `first` to `last` - 1; the one in their middle counts, so that the first
  /// step and the last are not nothing.
  double rate(std::int64_t first, std::int64_t last) const;

 private:
  bool falls_;
  double highest_;
  std::int64_t passes_;
};

}  // namespace glassforge::ml::nn
