#include "ml/linalg/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/reliability.hpp"

namespace glassforge::ml {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A column whose values spread less than this share of their mean tells rounding, not what was predicted.
constexpr double resolved_spread = 1e-13;

/// Mean of a column to the last bit or so, however many values it has: where they hardly differ, the error of a plain
/// sum would be as large as they spread. Where all are equal it is theirs.
double meanOf(std::span<const double> x) {
  const auto rows = static_cast<double>(x.size());
  double sum = 0, rest = 0;
  for (const double v : x) sum += v - x.front();
  const double mean = x.front() + sum / rows;
  for (const double v : x) rest += v - mean;
  return mean + rest / rows;
}

bool isConstant(double mean, double squares, double rows) {
  const double spread = std::abs(mean) * resolved_spread;
  return !(squares > rows * spread * spread);
}

}  // namespace

Moments Moments::of(std::span<const double> p, std::span<const double> y) {
  require(p.size() == y.size(), "{} predictions cannot be scored against {} labels", p.size(), y.size());
  Moments m;
  if (p.empty()) return m;
  m.rows = static_cast<double>(p.size());
  m.mean_p = meanOf(p);
  m.mean_y = meanOf(y);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double dp = p[i] - m.mean_p, dy = y[i] - m.mean_y, residual = y[i] - p[i];
    m.spp += dp * dp;
    m.syy += dy * dy;
    m.spy += dp * dy;
    m.squared_error += residual * residual;
  }
  return m;
}

Moments Moments::merge(const Moments& a, const Moments& b) {
  if (a.rows == 0) return b;
  if (b.rows == 0) return a;
  Moments m;
  m.rows = a.rows + b.rows;
  const double dp = b.mean_p - a.mean_p, dy = b.mean_y - a.mean_y, share = b.rows / m.rows;
  m.mean_p = a.mean_p + dp * share;
  m.mean_y = a.mean_y + dy * share;
  m.spp = a.spp + b.spp + dp * dp * a.rows * share;
  m.syy = a.syy + b.syy + dy * dy * a.rows * share;
  m.spy = a.spy + b.spy + dp * dy * a.rows * share;
  m.squared_error = a.squared_error + b.squared_error;
  m.noise = a.noise + b.noise;
  return m;
}

void Moments::pack(std::vector<double>& out) const {
  out.insert(out.end(), {rows, mean_p, mean_y, spp, syy, spy, squared_error, noise});
}

Moments Moments::unpack(std::span<const double> in) {
  require(in.size() >= packed_size, "a block of moments has {} numbers instead of {}", in.size(), packed_size);
  return {in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7]};
}

double Moments::pearson() const {
  if (rows < 2 || isConstant(mean_p, spp, rows) || isConstant(mean_y, syy, rows)) return not_a_number;
  return std::clamp(spy / (std::sqrt(spp) * std::sqrt(syy)), -1.0, 1.0);
}

double Moments::r2() const {
  if (rows < 2 || isConstant(mean_y, syy, rows)) return not_a_number;
  return 1 - squared_error / syy;
}

double Moments::ceiling() const {
  return rows < 2 ? not_a_number : noiseCeiling(noise, syy);
}

}  // namespace glassforge::ml
