/// Means and errors over structures, which are the independent samples of a campaign.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace glassforge {

/// A number and its standard error; NaN where it is not known.
struct Estimate {
  double value = 0;
  double error = 0;
};

double meanOf(std::span<const double> values);
/// Unbiased; NaN for fewer than two.
double varianceOf(std::span<const double> values);
/// Mean and standard error of the mean; the error is NaN for a single value.
Estimate meanWithError(std::span<const double> values);

/// Standard error sqrt((S-1)/S sum (theta_s - mean)^2) from leave-one-out values (Quenouille 1956, Tukey 1958); NaN for
/// fewer than two, or where one of them is NaN.
double jackknifeError(std::span<const double> leave_one_out);

/// `value` is of all `samples`, `without(s)` of all but sample s.
Estimate jackknife(double value, std::size_t samples, const std::function<double(std::size_t)>& without);

/// chi4: `particles` times the unbiased variance over structures of an overlap, with its jackknife error
/// (docs/formulas.md, "Dynamics from labels").
Estimate fourPointSusceptibility(std::span<const double> overlap, double particles);

/// Standard deviation over bootstrap resamples (Efron 1979) of a number that follows from the chosen samples: `of` gets
/// how often each of the samples was drawn. NaN for fewer than two samples; resamples where it is NaN do not count. The
/// draws are a pure function of `seed` and the number of samples.
double bootstrapError(std::size_t samples, std::size_t resamples, std::uint64_t seed,
                      const std::function<double(std::span<const int>)>& of);

}  // namespace glassforge
