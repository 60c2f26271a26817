// The kernels of a step of molecular dynamics, each alone, and the whole step.
#include <benchmark/benchmark.h>

#include "kernels/system.hpp"

namespace glassforge::kernels {
namespace {

/// Items are atoms: items per second compare with the atom-steps per second of `glassforge bench md`.
void countAtoms(benchmark::State& state, std::int64_t atoms) {
  state.SetItemsProcessed(state.iterations() * atoms);
}

/// Places in registers per atom that a step sums, and how many of them hold a pair within the cutoff.
template <int D>
void countPlaces(benchmark::State& state, const Parts<D>& parts) {
  std::int64_t places = 0;
  const auto& list = parts.forces.list(0);
  for (int i = 0; i < parts.pack.particles(); ++i) {
    places += (list.end(i) - list.begin(i) + 1) * list.clusters.width();
  }
  state.counters["places_per_atom"] = static_cast<double>(places) / parts.pack.particles();
}

/// Places followed and forces taken, as in a step without a list build.
template <int D, Smoothing smoothing, Precision precision>
void force(benchmark::State& state) {
  Parts<D> parts(smoothing, state.range(0), precision);
  std::visit(
      [&](const auto& tail) {
        for (auto _ : state) {
          parts.forces.update(parts.pack, 0);
          parts.forces.compute(tail, parts.pack, 0);
          benchmark::ClobberMemory();
        }
      },
      parts.tail);
  countAtoms(state, parts.pack.particles());
  countPlaces(state, parts);
}

template <int D>
void forceAndEnergy(benchmark::State& state) {
  Parts<D> parts;
  std::visit(
      [&](const auto& tail) {
        for (auto _ : state) benchmark::DoNotOptimize(parts.forces.computeWithEnergy(tail, parts.pack, 0));
      },
      parts.tail);
  countAtoms(state, parts.pack.particles());
}

template <int D, Precision precision>
void listBuild(benchmark::State& state) {
  Parts<D> parts(Smoothing::quartic, 0, precision);
  for (auto _ : state) parts.rebuild();
  countAtoms(state, parts.pack.particles());
}

template <int D>
void listChecks(benchmark::State& state) {
  Parts<D> parts;
  for (auto _ : state) {
    benchmark::DoNotOptimize(parts.forces.outdated(parts.pack, 0));
    parts.forces.update(parts.pack, 0);
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

BENCHMARK((force<3, Smoothing::quartic, Precision::full>))
    ->Name("md/force/KA/quartic")
    ->Arg(512)
    ->Arg(4096)
    ->Arg(32768);
BENCHMARK((force<3, Smoothing::force_shift, Precision::full>))->Name("md/force/KA/force-shift")->Arg(4096);
BENCHMARK((force<2, Smoothing::quartic, Precision::full>))->Name("md/force/KA2D/quartic")->Arg(1290);
BENCHMARK((force<3, Smoothing::quartic, Precision::mixed>))->Name("md/force/KA/quartic/mixed")->Arg(4096);
BENCHMARK((force<2, Smoothing::quartic, Precision::mixed>))->Name("md/force/KA2D/quartic/mixed")->Arg(1290);
BENCHMARK(forceAndEnergy<3>)->Name("md/force_and_energy/KA/quartic");
BENCHMARK(forceAndEnergy<2>)->Name("md/force_and_energy/KA2D/quartic");
BENCHMARK((listBuild<3, Precision::full>))->Name("md/list_build/KA");
BENCHMARK((listBuild<2, Precision::full>))->Name("md/list_build/KA2D");
BENCHMARK((listBuild<3, Precision::mixed>))->Name("md/list_build/KA/mixed");
BENCHMARK((listBuild<2, Precision::mixed>))->Name("md/list_build/KA2D/mixed");
BENCHMARK(listChecks<3>)->Name("md/list_check_and_copies/KA");
BENCHMARK(listChecks<2>)->Name("md/list_check_and_copies/KA2D");
BENCHMARK(integrator<3>)->Name("md/integrator/KA")->Unit(benchmark::kMicrosecond);
BENCHMARK(integrator<2>)->Name("md/integrator/KA2D")->Unit(benchmark::kMicrosecond);
BENCHMARK(wholeStep<3>)->Name("md/step/KA/quartic")->Unit(benchmark::kMillisecond);
BENCHMARK(wholeStep<2>)->Name("md/step/KA2D/quartic")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace glassforge::kernels
