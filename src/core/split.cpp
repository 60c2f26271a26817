#include "core/split.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"

namespace glassforge {
namespace {

/// Fisher-Yates by the keyed stream: the order depends on the seed and the number of entries alone.
void shuffle(std::vector<std::int64_t>& values, std::uint64_t seed) {
  const RandomStream stream({seed, Purpose::split, 0, 0});
  for (std::size_t k = values.size(); k > 1; --k) {
    const double u = stream.uniforms(0, static_cast<std::uint32_t>(k))[0];
    std::swap(values[k - 1], values[static_cast<std::size_t>(u * static_cast<double>(k))]);
  }
}

std::vector<std::int64_t> take(std::vector<std::int64_t>& pool, std::int64_t count) {
  std::vector<std::int64_t> part(pool.end() - count, pool.end());
  pool.resize(pool.size() - static_cast<std::size_t>(count));
  std::sort(part.begin(), part.end());
  return part;
}

}  // namespace

Split Split::make(std::uint64_t seed, std::int64_t structures, std::int64_t train, std::int64_t validation,
                  std::int64_t test, const std::vector<std::int64_t>& test_ids) {
  require(train >= 1 && validation >= 0 && test >= 0, "split {} / {} / {}: train needs at least 1, none may be negative",
          train, validation, test);
  require(train + validation + test <= structures, "split {} + {} + {} asks for more than the {} structures there are",
          train, validation, test, structures);
  require(static_cast<std::int64_t>(test_ids.size()) <= test, "{} structures are named for the test part of {}",
          test_ids.size(), test);
  std::vector<std::int64_t> pool(static_cast<std::size_t>(structures));
  std::iota(pool.begin(), pool.end(), 0);
  for (const auto id : test_ids) {
    const auto found = std::find(pool.begin(), pool.end(), id);
    require(found != pool.end(), "test structure {} is not among 0 .. {} (or named twice)", id, structures - 1);
    pool.erase(found);
  }
  shuffle(pool, seed);
  Split split;
  split.test = take(pool, test - static_cast<std::int64_t>(test_ids.size()));
  split.test.insert(split.test.end(), test_ids.begin(), test_ids.end());
  std::sort(split.test.begin(), split.test.end());
  split.validation = take(pool, validation);
  split.train = take(pool, train);
  return split;
}

}  // namespace glassforge
