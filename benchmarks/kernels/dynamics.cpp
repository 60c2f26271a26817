// The kernels of a step of molecular dynamics, each alone, and the whole step.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/system.hpp"

namespace glassforge::kernels {
namespace {

/// Items are atoms: items per second compare with the atom-steps per second of `glassforge bench md`.
void countAtoms(benchmark::State& state, std::int64_t atoms) {
  state.SetItemsProcessed(state.iterations() * atoms);
}

/// Places in registers per atom that a step sums, and how many of them hold a pair within the cutoff.
template <int D>
void countPlaces(benchmark::State& state, const Parts<D, md::RowForces>& parts) {
  std::int64_t places = 0;
  const auto& list = parts.forces.list();
  for (int i = 0; i < parts.pack.particles(); ++i) {
    for (int s = 0; s < list.speciesCount(); ++s) places += list.end(0, i, s) - list.begin(0, i, s);
  }
  state.counters["places_per_atom"] = static_cast<double>(places) / parts.pack.particles();
}
template <int D>
void countPlaces(benchmark::State& state, const Parts<D, md::ClusterForces>& parts) {
  std::int64_t places = 0;
  const auto& list = parts.forces.list(0);
  for (int i = 0; i < parts.pack.particles(); ++i) {
    places += (list.end(i) - list.begin(i) + 1) * list.clusters.width();
  }
  state.counters["places_per_atom"] = static_cast<double>(places) / parts.pack.particles();
}

/// Places followed and forces taken, as in a step without a list build.
template <int D, template <int> class Forces, Smoothing smoothing, Precision precision>
void force(benchmark::State& state) {
  Parts<D, Forces> parts(smoothing, state.range(0), precision);
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

template <int D, template <int> class Forces>
void forceAndEnergy(benchmark::State& state) {
  Parts<D, Forces> parts;
  std::visit(
      [&](const auto& tail) {
        for (auto _ : state) benchmark::DoNotOptimize(parts.forces.computeWithEnergy(tail, parts.pack, 0));
      },
      parts.tail);
  countAtoms(state, parts.pack.particles());
}

template <int D, template <int> class Forces, Precision precision>
void listBuild(benchmark::State& state) {
  Parts<D, Forces> parts(Smoothing::quartic, 0, precision);
  for (auto _ : state) parts.rebuild();
  countAtoms(state, parts.pack.particles());
}

template <int D, template <int> class Forces>
void listChecks(benchmark::State& state) {
  Parts<D, Forces> parts;
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

template <template <int> class Forces>
void registerForm(const std::string& form) {
  const auto add = [&](const char* name, auto* kernel) {
    return benchmark::RegisterBenchmark(("md/" + form + name).c_str(), kernel);
  };
  add("/force/KA/quartic", force<3, Forces, Smoothing::quartic, Precision::full>)->Arg(512)->Arg(4096)->Arg(32768);
  add("/force/KA/force-shift", force<3, Forces, Smoothing::force_shift, Precision::full>)->Arg(4096);
  add("/force/KA2D/quartic", force<2, Forces, Smoothing::quartic, Precision::full>)->Arg(1290);
  add("/force/KA/quartic/mixed", force<3, Forces, Smoothing::quartic, Precision::mixed>)->Arg(4096);
  add("/force/KA2D/quartic/mixed", force<2, Forces, Smoothing::quartic, Precision::mixed>)->Arg(1290);
  add("/force_and_energy/KA/quartic", forceAndEnergy<3, Forces>);
  add("/force_and_energy/KA2D/quartic", forceAndEnergy<2, Forces>);
  add("/list_build/KA", listBuild<3, Forces, Precision::full>);
  add("/list_build/KA2D", listBuild<2, Forces, Precision::full>);
  add("/list_build/KA/mixed", listBuild<3, Forces, Precision::mixed>);
  add("/list_build/KA2D/mixed", listBuild<2, Forces, Precision::mixed>);
  add("/list_check_and_copies/KA", listChecks<3, Forces>);
  add("/list_check_and_copies/KA2D", listChecks<2, Forces>);
}

const bool registered = [] {
  registerForm<md::RowForces>("rows");
  registerForm<md::ClusterForces>("clusters");
  return true;
}();

BENCHMARK(integrator<3>)->Name("md/integrator/KA")->Unit(benchmark::kMicrosecond);
BENCHMARK(integrator<2>)->Name("md/integrator/KA2D")->Unit(benchmark::kMicrosecond);
BENCHMARK(wholeStep<3>)->Name("md/step/KA/quartic")->Unit(benchmark::kMillisecond);
BENCHMARK(wholeStep<2>)->Name("md/step/KA2D/quartic")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace glassforge::kernels
