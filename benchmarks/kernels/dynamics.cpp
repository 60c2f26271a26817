// The kernels of a step of molecular dynamics, each alone, and the whole step.
#include <benchmark/benchmark.h>

#include <cmath>

#include "kernels/system.hpp"

namespace glassforge::kernels {
namespace {

/// Items are atoms: items per second compare with the atom-steps per second of `glassforge bench md`.
void countAtoms(benchmark::State& state, std::int64_t atoms) { state.SetItemsProcessed(state.iterations() * atoms); }

/// List entries per atom, padding included, and how many of them are within the cutoff.
template <int D>
void countPairs(benchmark::State& state, const Parts<D>& parts) {
  std::int64_t entries = 0, inside = 0;
  for (int i = 0; i < parts.pack.particles(); ++i) {
    entries += parts.list.last(0, i) - parts.list.first(0, i);
    const int a = speciesOf(parts.pack.row(0, i, 3));
    for (int q = parts.list.first(0, i); q < parts.list.last(0, i); ++q) {
      const int j = parts.list.entries(0)[q] / ReplicaPack<D>::columns;
      double r2 = 0;
      for (int k = 0; k < D; ++k) r2 += std::pow(parts.pack.row(0, i, k) - parts.pack.row(0, j, k), 2);
      inside += r2 * parts.table.inverse_sigma2[a][speciesOf(parts.pack.row(0, j, 3))] < parts.table.cutoff_y ? 1 : 0;
    }
  }
  state.counters["entries_per_atom"] = static_cast<double>(entries) / parts.pack.particles();
  state.counters["inside_per_atom"] = static_cast<double>(inside) / parts.pack.particles();
}

template <int D, Smoothing smoothing>
void force(benchmark::State& state) {
  Parts<D> parts(smoothing, state.range(0));
  std::visit(
      [&](const auto& tail) {
        for (auto _ : state) {
          md::computeForces(tail, parts.table, parts.pack, parts.list, 0);
          benchmark::ClobberMemory();
        }
      },
      parts.tail);
  countAtoms(state, parts.pack.particles());
  countPairs(state, parts);
}

template <int D>
void forceAndEnergy(benchmark::State& state) {
  Parts<D> parts;
  std::visit(
      [&](const auto& tail) {
        for (auto _ : state) {
          benchmark::DoNotOptimize(md::computeForcesAndEnergy(tail, parts.table, parts.pack, parts.list, 0));
        }
      },
      parts.tail);
  countAtoms(state, parts.pack.particles());
}

template <int D>
void mixedForce(benchmark::State& state) {
  Parts<D> parts;
  parts.list = md::NeighbourList<D>(parts.pack, parts.table, parts.model.speciesCount(), md::defaultSkin(D),
                                    md::WideFloat::width, true);
  parts.rebuild();
  md::FixedPointRows<D> rows(parts.pack, parts.table, parts.model.speciesCount());
  std::visit(
      [&](const auto& tail) {
        for (auto _ : state) {
          rows.update(parts.pack, 0);
          rows.computeForces(tail, parts.table.cutoff_y, parts.pack, parts.list, 0);
          benchmark::ClobberMemory();
        }
      },
      parts.tail);
  countAtoms(state, parts.pack.particles());
}

template <int D>
void listBuild(benchmark::State& state) {
  Parts<D> parts;
  for (auto _ : state) parts.rebuild();
  countAtoms(state, parts.pack.particles());
}

template <int D>
void listChecks(benchmark::State& state) {
  Parts<D> parts;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parts.list.outdated(parts.pack, 0));
    parts.list.updateCopies(parts.pack, 0);
    benchmark::ClobberMemory();
  }
  countAtoms(state, parts.pack.particles());
}

/// Steps of a gas so thin and slow that there are next to no pairs and no list builds: integrator, list check, copies.
template <int D>
void integrator(benchmark::State& state) {
  constexpr double thinner = D == 3 ? 4.0 : 8.0, standstill = 1e-9;
  Mixture model = mixture<D>();
  Snapshot gas = liquid<D>();
  for (double& length : model.box) length *= thinner;
  gas.box = model.box;
  for (double& x : gas.position) x *= thinner;
  md::Engine<D> engine(model, 1, static_cast<int>(model.particles()), md::defaultSkin(D));
  engine.load(0, gas);
  engine.prepare();
  constexpr std::int64_t steps = 100;
  for (auto _ : state) engine.advance(steps, standstill);
  countAtoms(state, steps * model.particles());
}

template <int D>
void wholeStep(benchmark::State& state) {
  const Mixture model = mixture<D>();
  md::Engine<D> engine(model, 1, static_cast<int>(model.particles()), md::defaultSkin(D));
  engine.load(0, liquid<D>());
  engine.prepare();
  constexpr std::int64_t steps = 100;
  for (auto _ : state) engine.advance(steps, 0.005);
  countAtoms(state, steps * model.particles());
  state.counters["list_builds_per_1000"] =
      1000.0 * static_cast<double>(engine.listBuilds(0)) / static_cast<double>(engine.pack().step[0]);
}

BENCHMARK(force<3, Smoothing::quartic>)->Name("md/force/KA/quartic")->Arg(512)->Arg(4096)->Arg(32768);
BENCHMARK(force<3, Smoothing::force_shift>)->Name("md/force/KA/force-shift")->Arg(4096);
BENCHMARK(force<2, Smoothing::quartic>)->Name("md/force/KA2D/quartic")->Arg(1290);
BENCHMARK(forceAndEnergy<3>)->Name("md/force_and_energy/KA/quartic");
BENCHMARK(forceAndEnergy<2>)->Name("md/force_and_energy/KA2D/quartic");
BENCHMARK(mixedForce<3>)->Name("md/mixed_force/KA/quartic");
BENCHMARK(mixedForce<2>)->Name("md/mixed_force/KA2D/quartic");
BENCHMARK(listBuild<3>)->Name("md/list_build/KA");
BENCHMARK(listBuild<2>)->Name("md/list_build/KA2D");
BENCHMARK(listChecks<3>)->Name("md/list_check_and_copies/KA");
BENCHMARK(listChecks<2>)->Name("md/list_check_and_copies/KA2D");
BENCHMARK(integrator<3>)->Name("md/integrator/KA")->Unit(benchmark::kMicrosecond);
BENCHMARK(integrator<2>)->Name("md/integrator/KA2D")->Unit(benchmark::kMicrosecond);
BENCHMARK(wholeStep<3>)->Name("md/step/KA/quartic")->Unit(benchmark::kMillisecond);
BENCHMARK(wholeStep<2>)->Name("md/step/KA2D/quartic")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace glassforge::kernels
