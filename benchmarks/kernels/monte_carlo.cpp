// Attempted moves of Monte Carlo: displacements alone, swaps alone.
#include <benchmark/benchmark.h>

#include "kernels/system.hpp"
#include "swapmc/monte_carlo.hpp"

namespace glassforge::kernels {
namespace {

constexpr double kDisplacement = 0.05;

template <int D>
std::vector<std::array<int, 2>> swapPairs() {
  if constexpr (D == 3) return {{0, 1}};
  return mixture<D>().swap_pairs;
}

/// Items are attempts.
enum class Moves { displacements, swaps };

template <int D, Moves kind>
void attempts(benchmark::State& state) {
  constexpr double swap_fraction = kind == Moves::swaps ? 1.0 : 0.0;
  swapmc::MonteCarlo<D> chain(mixture<D>(), liquid<D>(), {kTemperature, kDisplacement, swap_fraction, swapPairs<D>()},
                              {1, Purpose::monte_carlo, 0, 0});
  constexpr std::int64_t batch = 1000;
  for (auto _ : state) chain.attempt(batch);
  state.SetItemsProcessed(state.iterations() * batch);
  std::int64_t attempted = 0, accepted = 0;
  for (const auto& move : chain.moves()) {
    attempted += move.attempted;
    accepted += move.accepted;
  }
  state.counters["acceptance"] = static_cast<double>(accepted) / static_cast<double>(attempted);
}

BENCHMARK(attempts<3, Moves::displacements>)->Name("mc/displacement/KA")->Unit(benchmark::kMicrosecond);
BENCHMARK(attempts<2, Moves::displacements>)->Name("mc/displacement/KA2D")->Unit(benchmark::kMicrosecond);
BENCHMARK(attempts<3, Moves::swaps>)->Name("mc/swap/KA")->Unit(benchmark::kMicrosecond);
BENCHMARK(attempts<2, Moves::swaps>)->Name("mc/swap/KA2D")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace glassforge::kernels
