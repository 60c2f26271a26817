/// Cross-fitting: every structure is predicted once, by a model that has not seen it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/split.hpp"

namespace glassforge::ml {

/// One split a fold over all structures of `split`: the ascending list is cut into `folds` runs of nearly equal length,
/// fold 0 tests the last run, fold 1 the one before it, and so on. The structures before the tested run, cyclically,
/// are the validation part, as many as `split` has (fewer where at least one training structure would not be left); the
/// rest trains. InputError unless 2 <= folds <= structures.
std::vector<Split> crossFitSplits(const Split& split, std::int64_t folds);

/// The same split with only the first `count` training structures. InputError where there are fewer.
Split withTrain(const Split& split, std::int64_t count);

}  // namespace glassforge::ml
