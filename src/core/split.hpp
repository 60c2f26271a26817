/// Train / validation / test by structure, fixed when a dataset is made and stored with it.
#pragma once

#include <cstdint>
#include <vector>

namespace glassforge {

struct Split {
  std::vector<std::int64_t> train, validation, test;  ///< structure numbers, ascending

  bool operator==(const Split&) const = default;

  /// Shuffles 0 .. structures-1 by the keyed stream of `seed` and deals them out. Structures named in `test_ids` go to
  /// the test part first. InputError where the parts do not fit.
  static Split make(std::uint64_t seed, std::int64_t structures, std::int64_t train, std::int64_t validation,
                    std::int64_t test, const std::vector<std::int64_t>& test_ids);

  /// The parts filled up to new sizes from the structures that are in none: every structure keeps its part. InputError
  /// where a part would have to lose a structure.
  Split grown(std::uint64_t seed, std::int64_t structures, std::int64_t train_size, std::int64_t validation_size,
              std::int64_t test_size, const std::vector<std::int64_t>& test_ids) const;
};

}  // namespace glassforge
