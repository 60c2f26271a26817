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

std::int64_t count(const std::vector<std::int64_t>& part) { return static_cast<std::int64_t>(part.size()); }

bool contains(const std::vector<std::int64_t>& part, std::int64_t structure) {
  return std::find(part.begin(), part.end(), structure) != part.end();
}

/// Brings a part to its size from the end of the pool.
void fill(std::vector<std::int64_t>& part, std::vector<std::int64_t>& pool, std::int64_t size) {
  while (count(part) < size) {
    part.push_back(pool.back());
    pool.pop_back();
  }
  std::sort(part.begin(), part.end());
}

}  // namespace

Split Split::make(std::uint64_t seed, std::int64_t structures, std::int64_t train, std::int64_t validation,
                  std::int64_t test, const std::vector<std::int64_t>& test_ids) {
  return Split().grown(seed, structures, train, validation, test, test_ids);
}

Split Split::grown(std::uint64_t seed, std::int64_t structures, std::int64_t train_size, std::int64_t validation_size,
                   std::int64_t test_size, const std::vector<std::int64_t>& test_ids) const {
  require(train_size >= 1 && validation_size >= 0 && test_size >= 0,
          "split {} / {} / {}: train needs at least 1, none may be negative", train_size, validation_size, test_size);
  require(train_size + validation_size + test_size <= structures,
          "split {} + {} + {} asks for more than the {} structures there are", train_size, validation_size, test_size,
          structures);
  require(count(test_ids) <= test_size, "{} structures are named for the test part of {}", test_ids.size(), test_size);
  Split split = *this;
  std::vector<std::int64_t> pool(static_cast<std::size_t>(structures));
  std::iota(pool.begin(), pool.end(), 0);
  for (const auto* part : {&train, &validation, &test}) {
    std::erase_if(pool, [part](std::int64_t s) { return contains(*part, s); });
  }
  for (const auto id : test_ids) {
    if (contains(test, id)) continue;
    require(!contains(train, id) && !contains(validation, id),
            "structure {} is in the training or validation part already and cannot move to the test part", id);
    require(std::erase(pool, id) == 1, "test structure {} is not among 0 .. {} (or named twice)", id, structures - 1);
    split.test.push_back(id);
  }
  require(count(train) <= train_size && count(validation) <= validation_size && count(split.test) <= test_size,
          "split {} / {} / {}: train, validation and test have {} / {} / {} structures already, and every structure keeps "
          "its part",
          train_size, validation_size, test_size, train.size(), validation.size(), split.test.size());
  shuffle(pool, seed);
  fill(split.test, pool, test_size);
  fill(split.validation, pool, validation_size);
  fill(split.train, pool, train_size);
  return split;
}

}  // namespace glassforge
