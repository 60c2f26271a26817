#include "app/descriptor_input.hpp"

#include "core/error.hpp"
#include "md/engine.hpp"

namespace glassforge::app {
namespace {

template <int D>
std::vector<double> energiesOf(const Mixture& mixture, double skin, const Snapshot& snapshot) {
  md::Engine<D> engine(mixture, 1, static_cast<int>(snapshot.particles()), skin);
  engine.load(0, snapshot);
  engine.prepare();
  std::vector<double> energies;
  engine.energy(0, &energies);
  return energies;
}

/// Of each particle, in file order, where the particles are at other positions (unwrapped: the engine wraps).
std::vector<double> particleEnergies(const Mixture& mixture, double skin, Snapshot snapshot,
                                     const std::vector<double>& position) {
  snapshot.position = position;
  snapshot.image.assign(position.size(), 0);
  return snapshot.dimension == 3 ? energiesOf<3>(mixture, skin, snapshot) : energiesOf<2>(mixture, skin, snapshot);
}

}  // namespace

ml::DescriptorInput descriptorInput(const SystemSettings& system, double skin, const StructureState& state) {
  require<FileError>(state.quenched, "structure {} has no inherent state; run the stage quench first", state.index);
  ml::DescriptorInput input;
  input.dimension = state.thermal.dimension;
  input.box = state.thermal.box;
  input.species_names = system.mixture.species;
  input.species = state.thermal.species;
  input.thermal = state.thermal.unwrapped();
  input.inherent = state.inherent.position;
  input.cage = state.cage.position;
  input.sigma = system.mixture.sigma;
  input.thermal_energy = particleEnergies(system.mixture, skin, state.thermal, input.thermal);
  input.inherent_energy = particleEnergies(system.mixture, skin, state.thermal, input.inherent);
  input.temperature = system.temperature;
  return input;
}

}  // namespace glassforge::app
