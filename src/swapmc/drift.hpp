/// Does a series stay level? Statistics of series whose entries are correlated (docs/formulas.md, "Certificate").
#pragma once

#include <span>
#include <vector>

namespace glassforge::swapmc {

/// Change of a series over its length by a straight line through block means.
struct Drift {
  double change = 0;  ///< over the whole length
  double error = 0;   ///< standard error of it, correlation of neighbouring blocks allowed for; NaN below four entries
  double limit = 0;   ///< what the size of the change may be: so many errors, widened for few blocks by Student's t
  bool level() const { return change <= limit && -change <= limit; }  ///< false where anything is NaN
};

/// `at` are the places of the values, ascending; `sigmas` the standard errors that a change may have.
Drift driftOf(std::span<const double> at, std::span<const double> values, double sigmas);

/// Mean of a series and its standard error from block means.
struct BlockMean {
  double mean = 0, error = 0;  ///< error NaN for less than two blocks
};
BlockMean blockMean(std::span<const double> values);

/// Where Student's t with `freedom` degrees of freedom has the tail that a normal number has at `sigmas`.
double studentQuantile(double sigmas, double freedom);

/// How many entries count as one: 1 + 2 sum of correlations, up to the first that is not above 0. All series have one
/// mean and one variance, those of all entries together, so that what sets whole series apart counts as correlation. At
/// least 1.
double statisticalInefficiency(const std::vector<std::vector<double>>& series);

}  // namespace glassforge::swapmc
