#include "ml/descriptors/coarse_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "ml/descriptors/exponential.hpp"
#include "ml/descriptors/lanes.hpp"

namespace glassforge::ml {

namespace {

constexpr std::size_t block = 256;  // neighbours whose weights are made at a time, so that they stay in the first cache

/// Where the weights of one length come from: exp, or a power of the weights of a length that is a multiple of it.
struct WeightStep {
  std::size_t length = 0;  ///< index into the lengths
  std::size_t source = 0;
  int power = 0;  ///< 0: exp; 2, 3 or 5: that power of the source
};

/// Longest lengths first, so that sources come before what is made of them.
std::vector<WeightStep> planWeights(const std::vector<double>& lengths) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  std::vector<WeightStep> plan;
  for (const std::size_t l : order) {
    WeightStep step{l, 0, 0};
    for (const int power : {5, 3, 2})
      for (const WeightStep& earlier : plan)
        if (lengths[earlier.length] == power * lengths[l]) step = {l, earlier.length, power};
    plan.push_back(step);
  }
  return plan;
}

void raise(const double* source, int power, double* w) {
  for (std::size_t n = 0; n < block; ++n) {
    const double square = source[n] * source[n];
    w[n] = power == 2 ? square : power == 3 ? square * source[n] : square * square * source[n];
  }
}

class CoarseKernel {
 public:
  CoarseKernel(const std::vector<double>& lengths, const std::vector<std::span<const double>>& fields)
      : fields_(fields), plan_(planWeights(lengths)), quantities_(1 + fields.size()) {
    for (const double length : lengths) rate_.push_back(-1.0 / length);
    weights_.resize(lengths.size() * block);
    values_.resize(fields.size() * block);
    sums_.resize(lengths.size() * quantities_);
  }

  /// Adds the neighbours [first, last) of a row; out holds (L, K, 1 + Q) numbers, those of `species` are set.
  void species(const NeighbourRow& row, std::size_t species, std::size_t species_count, double* out) {
    std::ranges::fill(sums_, Lanes{});
    const std::size_t last = row.begin[species + 1];
    for (std::size_t first = row.begin[species]; first < last; first += block)
      addBlock(row, first, std::min(block, last - first));
    for (std::size_t l = 0; l < rate_.size(); ++l)
      for (std::size_t q = 0; q < quantities_; ++q)
        out[(l * species_count + species) * quantities_ + q] = total(sums_[l * quantities_ + q]);
  }

 private:
  void addBlock(const NeighbourRow& row, std::size_t first, std::size_t count) {
    const std::size_t padded = wholeLanes(count);
    std::ranges::fill(distance_, 0.0);
    std::copy_n(row.distance.data() + first, count, distance_.begin());
    for (std::size_t q = 0; q < fields_.size(); ++q)
      for (std::size_t n = 0; n < padded; ++n)
        values_[q * block + n] = n < count ? fields_[q][static_cast<std::size_t>(row.ids[first + n])] : 0.0;
    for (const WeightStep& step : plan_) {
      double* w = weights_.data() + step.length * block;
      makeWeights(step, w);
      std::fill(w + count, w + padded, 0.0);
      Lanes* sum = sums_.data() + step.length * quantities_;
      addLanes(w, padded, sum[0]);
      for (std::size_t q = 0; q < fields_.size(); ++q) addProduct(w, values_.data() + q * block, padded, sum[q + 1]);
    }
  }

  void makeWeights(const WeightStep& step, double* w) {
    if (step.power > 0) {
      raise(weights_.data() + step.source * block, step.power, w);
      return;
    }
    const double rate = rate_[step.length];
    for (std::size_t n = 0; n < block; ++n) w[n] = expNonPositive(rate * distance_[n]);
  }

  const std::vector<std::span<const double>>& fields_;
  std::vector<WeightStep> plan_;
  std::size_t quantities_;
  std::vector<double> rate_;  // (L) -1 / length
  std::array<double, block> distance_{};
  std::vector<double> weights_;  // (L, block)
  std::vector<double> values_;   // (Q, block)
  std::vector<Lanes> sums_;      // (L, 1 + Q)
};

}  // namespace

Array<double> coarseSums(const NeighbourSpace& space, const std::vector<double>& lengths,
                         const std::vector<std::span<const double>>& fields) {
  for (const double length : lengths) require(length > 0, "the coarse-graining length {} is not positive", length);
  for (const auto& field : fields)
    require(field.size() == space.species.size(), "a field of {} numbers does not fit {} particles", field.size(),
            space.species.size());
  const auto species_count = static_cast<std::size_t>(space.species_count);
  Array<double> sums({space.species.size(), lengths.size(), species_count, 1 + fields.size()});
  CoarseKernel kernel(lengths, fields);
  forEachRow(space, rangeWithin(space.box, coarse_range), [&](const NeighbourRow& row) {
    for (std::size_t b = 0; b < species_count; ++b) kernel.species(row, b, species_count, sums.row(row.centre).data());
  });
  return sums;
}

Array<double> coarseAverages(const NeighbourSpace& space, double length,
                             const std::vector<std::span<const double>>& fields) {
  const Array<double> sums = coarseSums(space, {length}, fields);
  Array<double> averages({sums.extent(0), fields.size()});
  std::vector<double> total(1 + fields.size());
  for (std::size_t i = 0; i < sums.extent(0); ++i) {
    std::ranges::fill(total, 0.0);
    for (std::size_t b = 0; b < sums.extent(2); ++b)
      for (std::size_t q = 0; q < total.size(); ++q) total[q] += sums(i, 0, b, q);
    for (std::size_t q = 0; q < fields.size(); ++q) averages(i, q) = total[1 + q] / total[0];
  }
  return averages;
}

}  // namespace glassforge::ml
