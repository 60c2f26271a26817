#include "ml/benchmark/cross_fit.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace glassforge::ml {

std::vector<Split> crossFitSplits(const Split& split, std::int64_t folds) {
  std::vector<std::int64_t> all;
  for (const auto* part : {&split.train, &split.validation, &split.test})
    all.insert(all.end(), part->begin(), part->end());
  std::ranges::sort(all);
  const auto count = static_cast<std::int64_t>(all.size());
  require(folds >= 2 && folds <= count, "{} structures cannot be dealt into {} folds: 2 to {} are possible", count,
          folds, count);
  std::vector<Split> splits;
  for (std::int64_t f = folds; f-- > 0;) {
    const std::int64_t first = f * count / folds, last = (f + 1) * count / folds;
    const auto validation = std::min(static_cast<std::int64_t>(split.validation.size()), count - (last - first) - 1);
    Split fold;
    for (std::int64_t k = 0; k < count; ++k) {
      const bool tested = k >= first && k < last;
      const bool validates = !tested && (first - 1 - k + count) % count < validation;
      (tested ? fold.test : validates ? fold.validation : fold.train).push_back(all[static_cast<std::size_t>(k)]);
    }
    splits.push_back(std::move(fold));
  }
  return splits;
}

Split withTrain(const Split& split, std::int64_t count) {
  require(count >= 1 && count <= static_cast<std::int64_t>(split.train.size()),
          "{} training structures are asked for, there are {}", count, split.train.size());
  Split few = split;
  few.train.resize(static_cast<std::size_t>(count));
  return few;
}

}  // namespace glassforge::ml
