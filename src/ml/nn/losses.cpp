#include "ml/nn/losses.hpp"

#include <cmath>

namespace glassforge::ml::nn {

namespace {

double sign(double x) {
  return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0;
}

}  // namespace

template <class Number>
double absoluteError(std::span<const Number> p, std::span<const Number> y, double weight, std::span<Number> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::abs(static_cast<double>(p[i] - y[i]));
  const auto w = static_cast<Number>(weight);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += p[i] > y[i] ? w : p[i] < y[i] ? -w : Number{0};
  return weight * sum;
}

template <class Number>
double squareError(std::span<const Number> p, std::span<const Number> y, double weight, std::span<Number> gradient) {
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double difference = static_cast<double>(p[i] - y[i]);
    sum += difference * difference;
  }
  const auto w = static_cast<Number>(2 * weight);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += w * (p[i] - y[i]);
  return weight * sum;
}

template <class Number>
Spread spreadOf(std::span<const Number> values) {
  Spread spread;
  bool constant = true;
  for (const Number v : values) {
    spread.mean += static_cast<double>(v);
    constant = constant && v == values.front();
  }
  if (values.empty()) return spread;
  spread.mean = constant ? static_cast<double>(values.front()) : spread.mean / static_cast<double>(values.size());
  for (const Number v : values) {
    const double deviation = static_cast<double>(v) - spread.mean;
    spread.square += deviation * deviation;
  }
  return spread;
}

template <class Number>
double varianceError(std::span<const Number> p, double variance, double weight, std::span<Number> gradient) {
  const Spread spread = spreadOf(p);
  const double rows = static_cast<double>(p.size()), excess = spread.square / rows - variance;
  const double factor = weight * sign(excess) * 2 / rows;
  for (std::size_t i = 0; i < gradient.size(); ++i)
    gradient[i] += static_cast<Number>(factor * (static_cast<double>(p[i]) - spread.mean));
  return weight * std::abs(excess);
}

template double absoluteError(std::span<const float>, std::span<const float>, double, std::span<float>);
template double absoluteError(std::span<const double>, std::span<const double>, double, std::span<double>);
template double squareError(std::span<const float>, std::span<const float>, double, std::span<float>);
template double squareError(std::span<const double>, std::span<const double>, double, std::span<double>);
template double varianceError(std::span<const float>, double, double, std::span<float>);
template double varianceError(std::span<const double>, double, double, std::span<double>);
template Spread spreadOf(std::span<const float>);
template Spread spreadOf(std::span<const double>);

}  // namespace glassforge::ml::nn
