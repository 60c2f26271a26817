// What a core can do: the peaks that docs/performance.md compares the kernels with.
#include <benchmark/benchmark.h>

#include <array>

#include "md/wide.hpp"

namespace glassforge::kernels {
namespace {

using md::Wide;

constexpr std::size_t kChains = 16;  // independent of each other: enough to hide latencies

/// Items are floating-point operations: two a lane for a multiply-add.
void multiplyAdd(benchmark::State& state) {
  std::array<Wide, kChains> sums;
  sums.fill(Wide(1.0));
  Wide factor(0.999999), term(1e-6);
  benchmark::DoNotOptimize(factor);
  benchmark::DoNotOptimize(term);
  constexpr int rounds = 1000;
  for (auto _ : state) {
    for (int n = 0; n < rounds; ++n) {
      for (auto& sum : sums) sum = fusedMultiplyAdd(sum, factor, term);
    }
    benchmark::DoNotOptimize(sums);
  }
  state.SetItemsProcessed(state.iterations() * rounds * std::int64_t{2 * kChains * Wide::width});
}

/// Items are quotients.
void divide(benchmark::State& state) {
  std::array<Wide, kChains> values;
  values.fill(Wide(1.7));
  Wide one(1.0);
  benchmark::DoNotOptimize(one);
  constexpr int rounds = 1000;
  for (auto _ : state) {
    for (int n = 0; n < rounds; ++n) {
      for (auto& value : values) value = one / value;
    }
    benchmark::DoNotOptimize(values);
  }
  state.SetItemsProcessed(state.iterations() * rounds * std::int64_t{kChains * Wide::width});
}

/// A chain of dependent additions of integers: one a cycle, so items per second are the clock.
void clockRate(benchmark::State& state) {
  std::uint64_t sum = 1, step = 3;
  constexpr int rounds = 1000;
  for (auto _ : state) {
    for (int n = 0; n < rounds; ++n) {
      sum += step;
      asm volatile("" : "+r"(sum));
    }
  }
  state.SetItemsProcessed(state.iterations() * rounds);
}

BENCHMARK(multiplyAdd)->Name("machine/multiply_add");
BENCHMARK(divide)->Name("machine/divide");
BENCHMARK(clockRate)->Name("machine/clock");

}  // namespace
}  // namespace glassforge::kernels
