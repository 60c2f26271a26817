#include "ml/models/glassmlp_loss.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "ml/descriptors/exponential.hpp"
#include "ml/nn/losses.hpp"

namespace glassforge::ml {

namespace {

constexpr std::size_t tile = 512;  // particles j at a time: all that is read of them stays in the first cache

/// sum_j term(j) in sixteen interleaved lanes: vector instructions, and bits that do not depend on where numbers lie.
template <class Number, class Term>
Number laneSum(std::size_t count, const Term& term) {
  constexpr std::size_t lanes = 16;
  std::array<Number, lanes> sums{};
  std::size_t j = 0;
  for (; j + lanes <= count; j += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += term(j + lane);
  for (; j < count; ++j) sums[j % lanes] += term(j);
  Number sum{0};
  for (const Number s : sums) sum += s;
  return sum;
}

/// square += (minimum-image difference along one axis)^2.
template <class Number>
void addSquares(const Number* __restrict x, Number centre, Number length, std::size_t count,
                Number* __restrict square) {
  const Number inverse = Number{1} / length;
  for (std::size_t j = 0; j < count; ++j) {
    const Number difference = x[j] - centre;
    const Number nearest = difference - length * std::rint(difference * inverse);
    square[j] += nearest * nearest;
  }
}

/// g(r) = exp(-(r - radius)^2 / 2).
template <class Number>
Number shell(Number r, Number radius) {
  return expNonPositive(Number(-0.5) * (r - radius) * (r - radius));
}

}  // namespace

template <class Number>
std::array<double, shell_count> ShellCorrelation<Number>::radiiOf(std::size_t dimension) {
  return dimension == 2 ? std::array<double, shell_count>{2, 5, 8} : std::array<double, shell_count>{2, 4, 6};
}

template <class Number>
ShellCorrelation<Number>::ShellCorrelation(std::span<const double> positions, std::span<const double> box,
                                           const std::array<double, shell_count>& radii)
    : particles_(positions.size() / box.size()), axes_(box.size()), box_(box.begin(), box.end()) {
  for (std::size_t d = 0; d < axes_.size(); ++d) {
    axes_[d].assign(particles_, Number{0});
    for (std::size_t i = 0; i < particles_; ++i) {
      const double x = positions[i * axes_.size() + d];
      axes_[d][i] = static_cast<Number>(x - box[d] * std::floor(x / box[d]));
    }
  }
  Rows weights;
  for (std::size_t k = 0; k < shell_count; ++k) {
    radii_[k] = static_cast<Number>(radii[k]);
    weights[k].assign(tile, Number{0});
    inverse_[k].assign(particles_, Number{0});
  }
  for (std::size_t i = 0; i < particles_; ++i)
    for (std::size_t first = 0; first < particles_; first += tile) {
      const std::size_t count = std::min(tile, particles_ - first);
      pairWeights(i, first, count, weights);
      for (std::size_t k = 0; k < shell_count; ++k)
        inverse_[k][i] += laneSum<Number>(count, [&](std::size_t j) { return weights[k][j]; });
    }
  for (auto& row : inverse_)
    for (std::size_t i = 0; i < particles_; ++i) row[i] = Number{1} / row[i];
}

/// g_k(r_ij) for count <= tile particles j from `first` on.
template <class Number>
void ShellCorrelation<Number>::pairWeights(std::size_t i, std::size_t first, std::size_t count, Rows& weights) const {
  std::array<Number, tile> distance;
  std::fill_n(distance.begin(), count, Number{0});
  for (std::size_t d = 0; d < axes_.size(); ++d)
    addSquares(axes_[d].data() + first, axes_[d][i], box_[d], count, distance.data());
  for (std::size_t j = 0; j < count; ++j) distance[j] = std::sqrt(distance[j]);
  for (std::size_t k = 0; k < shell_count; ++k) {
    Number* __restrict w = weights[k].data();
    const Number radius = radii_[k];
    for (std::size_t j = 0; j < count; ++j) w[j] = shell(distance[j], radius);
  }
}

template <class Number>
template <class Visit>
void ShellCorrelation<Number>::forRows(Rows& weights, const Visit& visit) const {
  for (auto& row : weights) row.resize(tile);
  const Number* kept = remembered_.data();
  for (std::size_t start = 0; start < particles_; start += tile) {
    const std::size_t end = std::min(particles_, start + tile);
    for (std::size_t i = 0; i + 1 < end; ++i) {
      const std::size_t first = std::max(start, i + 1), count = end - first;
      std::array<const Number*, shell_count> rows{};
      if (remembered_.empty()) pairWeights(i, first, count, weights);
      for (std::size_t k = 0; k < shell_count; ++k) {
        rows[k] = remembered_.empty() ? weights[k].data() : kept + k * count;
        if (!remembered_.empty()) continue;
        Number* __restrict w = weights[k].data();
        const Number *others = inverse_[k].data() + first, own = inverse_[k][i];
        for (std::size_t j = 0; j < count; ++j) w[j] *= Number(0.5) * (others[j] + own);
      }
      visit(i, first, count, rows);
      kept += shell_count * count;
    }
  }
}

template <class Number>
void ShellCorrelation<Number>::remember() {
  if (!remembered_.empty()) return;
  Rows weights;
  std::vector<Number> all;
  all.reserve(bytesFor(particles_) / sizeof(Number));
  forRows(weights, [&](std::size_t, std::size_t, std::size_t count, const auto& rows) {
    for (const Number* row : rows) all.insert(all.end(), row, row + count);
  });
  remembered_ = std::move(all);
}

/// products_k = S_k deviation, each pair once.
template <class Number>
void ShellCorrelation<Number>::multiply(ShellScratch<Number>& scratch) const {
  const auto& deviation = scratch.deviation;
  for (std::size_t k = 0; k < shell_count; ++k) {
    scratch.products[k].resize(particles_);
    const Number own = shell(Number{0}, radii_[k]);
    for (std::size_t i = 0; i < particles_; ++i) scratch.products[k][i] = own * inverse_[k][i] * deviation[i];
  }
  forRows(scratch.weights, [&](std::size_t i, std::size_t first, std::size_t count, const auto& rows) {
    const Number* of_others = deviation.data() + first;
    const Number own = deviation[i];
    for (std::size_t k = 0; k < shell_count; ++k) {
      const Number* __restrict w = rows[k];
      Number* __restrict product = scratch.products[k].data() + first;
      scratch.products[k][i] += laneSum<Number>(count, [&](std::size_t j) { return w[j] * of_others[j]; });
      for (std::size_t j = 0; j < count; ++j) product[j] += w[j] * own;
    }
  });
}

template <class Number>
std::array<double, shell_count> ShellCorrelation<Number>::evaluate(std::span<const Number> u,
                                                                   ShellScratch<Number>& scratch) const {
  const nn::Spread spread = nn::spreadOf(u);
  std::array<double, shell_count> values{};
  scratch.deviation.resize(particles_);
  for (std::size_t i = 0; i < particles_; ++i)
    scratch.deviation[i] = static_cast<Number>(static_cast<double>(u[i]) - spread.mean);
  if (!(spread.square > 0)) {
    for (auto& row : scratch.products) row.assign(particles_, Number{0});
    return values;
  }
  multiply(scratch);
  for (std::size_t k = 0; k < shell_count; ++k) {
    for (std::size_t i = 0; i < particles_; ++i)
      values[k] += static_cast<double>(scratch.deviation[i]) * static_cast<double>(scratch.products[k][i]);
    values[k] /= spread.square;
  }
  return values;
}

/// dC_k/ddu = 2 (S_k du - C_k du) / du^T du, and du = u - mean u takes the mean off.
template <class Number>
void ShellCorrelation<Number>::addGradient(const std::array<double, shell_count>& values,
                                           const std::array<double, shell_count>& factors,
                                           const ShellScratch<Number>& scratch, std::span<Number> gradient) const {
  double square = 0;
  for (const Number d : scratch.deviation) square += static_cast<double>(d) * static_cast<double>(d);
  if (!(square > 0)) return;
  for (std::size_t k = 0; k < shell_count; ++k) {
    const double factor = 2 * factors[k] / square;
    double mean = 0;
    for (std::size_t i = 0; i < particles_; ++i)
      mean += static_cast<double>(scratch.products[k][i]) - values[k] * static_cast<double>(scratch.deviation[i]);
    mean /= static_cast<double>(particles_);
    const auto f = static_cast<Number>(factor), c = static_cast<Number>(values[k]), m = static_cast<Number>(mean);
    for (std::size_t i = 0; i < particles_; ++i)
      gradient[i] += f * (scratch.products[k][i] - c * scratch.deviation[i] - m);
  }
}

MobilityRule MobilityRule::of(const std::string& label, std::size_t dimension) {
  if (label != "displacement") return {};
  return {true, dimension == 2 ? 0.40 : 0.44};
}

template <class Number>
GlassMlpLoss<Number>::GlassMlpLoss(const ShellCorrelation<Number>& shells, std::span<const Number> labels, double scale,
                                   const MobilityRule& rule, ShellScratch<Number>& scratch)
    : shells_(shells), labels_(labels.begin(), labels.end()), scale_(scale), rule_(rule) {
  require(labels.size() == shells.particles(), "{} labels do not fit {} particles", labels.size(), shells.particles());
  variance_ = nn::spreadOf(labels).square / static_cast<double>(labels.size());
  setMobility(labels, scratch);
  correlations_ = shells_.evaluate(scratch.mobility, scratch);
}

/// (tanh(x) + 1) / 2 = 1 / (1 + exp(-2 x)), with x = 20 (y - R0).
template <class Number>
void GlassMlpLoss<Number>::setMobility(std::span<const Number> y, ShellScratch<Number>& scratch) const {
  scratch.mobility.assign(y.begin(), y.end());
  scratch.slope.assign(y.size(), Number{1});
  if (!rule_.threshold) return;
  const Number steepness{40};
  const auto centre = static_cast<Number>(rule_.centre);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const Number x = steepness * (y[i] - centre), small = expNonPositive(x > Number{0} ? -x : x);
    const Number u = (x > Number{0} ? Number{1} : small) / (Number{1} + small);
    scratch.mobility[i] = u;
    scratch.slope[i] = steepness * small / ((Number{1} + small) * (Number{1} + small));
  }
}

template <class Number>
double GlassMlpLoss<Number>::firstStage(std::size_t first, std::span<const Number> p,
                                        std::span<Number> gradient) const {
  return nn::absoluteError(p, labels().subspan(first, p.size()), 1 / (static_cast<double>(labels_.size()) * scale_),
                           gradient);
}

template <class Number>
double GlassMlpLoss<Number>::correlationTerm(std::span<const Number> p, std::span<Number> gradient,
                                             ShellScratch<Number>& scratch) const {
  const double range = std::abs(correlations_.front() - correlations_.back());
  if (!(range > 0)) return 0;
  setMobility(p, scratch);
  const auto found = shells_.evaluate(scratch.mobility, scratch);
  std::array<double, shell_count> factors{};
  double term = 0;
  for (std::size_t k = 0; k < shell_count; ++k) {
    const double excess = found[k] - correlations_[k];
    term += 0.5 * std::abs(excess) / range;
    factors[k] = (excess > 0 ? 0.5 : excess < 0 ? -0.5 : 0.0) / range;
  }
  if (gradient.empty()) return term;
  scratch.mobility_gradient.assign(p.size(), Number{0});
  shells_.addGradient(found, factors, scratch, scratch.mobility_gradient);
  for (std::size_t i = 0; i < p.size(); ++i) gradient[i] += scratch.mobility_gradient[i] * scratch.slope[i];
  return term;
}

template <class Number>
double GlassMlpLoss<Number>::secondStage(std::span<const Number> p, std::span<Number> gradient,
                                         ShellScratch<Number>& scratch) const {
  require(p.size() == labels_.size(), "{} predictions do not fit {} labels", p.size(), labels_.size());
  double loss = firstStage(0, p, gradient) + correlationTerm(p, gradient, scratch);
  if (variance_ > 0) loss += nn::varianceError(p, variance_, 1 / variance_, gradient);
  return loss;
}

template class ShellCorrelation<float>;
template class ShellCorrelation<double>;
template class GlassMlpLoss<float>;
template class GlassMlpLoss<double>;

}  // namespace glassforge::ml
