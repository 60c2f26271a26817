#include "ml/nn/clebsch_gordan.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>

#include "core/error.hpp"

namespace glassforge::ml::nn {

namespace {

double factorial(int n) {
  return std::tgamma(n + 1.0);
}

/// <l1 m1 l2 m2 | l3 m1 + m2> by Racah's sum (Edmonds, Angular Momentum in Quantum Mechanics, 3.6.10).
double complexCoefficient(int l1, int m1, int l2, int m2, int l3) {
  const int m3 = m1 + m2;
  if (std::abs(m3) > l3) return 0;
  const double triangle =
      factorial(l1 + l2 - l3) * factorial(l1 - l2 + l3) * factorial(l2 - l1 + l3) / factorial(l1 + l2 + l3 + 1);
  const double orders = factorial(l1 + m1) * factorial(l1 - m1) * factorial(l2 + m2) * factorial(l2 - m2) *
                        factorial(l3 + m3) * factorial(l3 - m3);
  double sum = 0;
  for (int k = std::max({0, l2 - l3 - m1, l1 - l3 + m2}); k <= std::min({l1 + l2 - l3, l1 - m1, l2 + m2}); ++k) {
    const double below = factorial(k) * factorial(l1 + l2 - l3 - k) * factorial(l1 - m1 - k) * factorial(l2 + m2 - k) *
                         factorial(l3 - l2 + m1 + k) * factorial(l3 - l1 - m2 + k);
    sum += (k % 2 == 0 ? 1 : -1) / below;
  }
  return std::sqrt((2 * l3 + 1) * triangle * orders) * sum;
}

/// Element of the unitary matrix from real functions (order mu: sine for mu < 0, cosine for mu > 0) to complex ones
/// (order m), times (-i)^l, which makes all real coefficients real.
std::complex<double> realToComplex(int l, int m, int mu) {
  if (std::abs(m) != std::abs(mu)) return 0;
  const std::complex<double> i(0, 1);
  std::complex<double> element = 1;
  if (m != 0) element = (mu > 0 ? 1.0 : m > 0 ? i : -i) * (m > 0 && m % 2 != 0 ? -1.0 : 1.0) / std::sqrt(2.0);
  for (int k = 0; k < l; ++k) element *= -i;
  return element;
}

double realCoefficient(int l1, int mu1, int l2, int mu2, int l3, int mu3) {
  std::complex<double> sum = 0;
  for (const int m1 : {mu1, -mu1})
    for (const int m2 : {mu2, -mu2}) {
      if (std::abs(m1 + m2) != std::abs(mu3)) continue;
      const double half = (mu1 == 0 ? 0.5 : 1.0) * (mu2 == 0 ? 0.5 : 1.0);  // 0 is listed twice
      sum += half * realToComplex(l1, m1, mu1) * realToComplex(l2, m2, mu2) *
             std::conj(realToComplex(l3, m1 + m2, mu3)) * complexCoefficient(l1, m1, l2, m2, l3);
    }
  return sum.real();
}

}  // namespace

Array<double> clebschGordan(int l1, int l2, int l3) {
  require(l1 >= 0 && l2 >= 0 && std::abs(l1 - l2) <= l3 && l3 <= l1 + l2, "degrees {} and {} do not couple to {}", l1,
          l2, l3);
  const auto size = [](int l) { return static_cast<std::size_t>(2 * l + 1); };
  Array<double> c({size(l1), size(l2), size(l3)});
  for (int a = -l1; a <= l1; ++a)
    for (int b = -l2; b <= l2; ++b)
      for (int m = -l3; m <= l3; ++m)
        // The complex coefficients are unitary: all squares add up to 2 l3 + 1.
        c(a + l1, b + l2, m + l3) = realCoefficient(l1, a, l2, b, l3, m) / std::sqrt(2.0 * l3 + 1);
  return c;
}

}  // namespace glassforge::ml::nn
