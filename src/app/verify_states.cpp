// Invariants of structures: what the potential says of the stored configurations, recomputed.
#include <cmath>

#include "app/measure.hpp"
#include "app/verify.hpp"
#include "core/error.hpp"

namespace glassforge::app {
namespace {

// What the order of sums in another neighbour list can change, per particle and in a force component.
constexpr double kEnergyRounding = 1e-10;
constexpr double kPressureRounding = 1e-9;
constexpr double kForceRounding = 1e-10;

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * (1 + std::abs(b));
}

/// False where the potential cannot be asked about these positions.
bool verifyGeometry(VerifyContext& context, const StructureState& state, const std::string& name) {
  const auto& mixture = context.campaign.system.mixture;
  const auto& s = state.thermal;
  std::vector<std::int64_t> counts(mixture.counts.size(), 0);
  bool known = true;
  for (const auto species : s.species) {
    known = known && species >= 0 && species < mixture.speciesCount();
    if (known) ++counts[static_cast<std::size_t>(species)];
  }
  context.result.check("species have the numbers of particles of the campaign", known && counts == mixture.counts, [&] {
    return fmt::format("{}: {} of {}, the campaign has {}", name, fmt::join(counts, ", "),
                       fmt::join(mixture.species, ", "), fmt::join(mixture.counts, ", "));
  });
  context.result.check("the box is that of the campaign", s.box == mixture.box, [&] {
    return fmt::format("{}: {}, the campaign has {}", name, fmt::join(s.box, " x "), fmt::join(mixture.box, " x "));
  });
  std::size_t outside = 0;
  for (std::size_t k = 0; k < s.position.size(); ++k) {
    outside += !(s.position[k] >= 0 && s.position[k] < s.box[k % s.box.size()]);
  }
  context.result.check("positions lie in the box", outside == 0, [&] {
    return fmt::format("{}: {} coordinates are outside [0, L) or not a number", name, outside);
  });
  return known && counts == mixture.counts && s.box == mixture.box && outside == 0;
}

Snapshot inherentSnapshot(const StructureState& state) {
  Snapshot s = state.thermal;
  s.position = state.inherent.position;  // unwrapped: the engine wraps
  s.image.assign(s.position.size(), 0);
  s.velocity.clear();
  return s;
}

void verifyThermal(VerifyContext& context, const StructureState& state, const Measurement& m, const std::string& name) {
  context.result.check("energies of stored configurations are what the potential gives",
                       near(state.energy, m.energy_per_particle, kEnergyRounding), [&] {
                         return fmt::format("{}: {:.12g} a particle is stored, {:.12g} recomputed", name, state.energy,
                                            m.energy_per_particle);
                       });
  context.result.check(
      "pressures of stored configurations are what the potential gives",
      near(state.pressure, m.pressure, kPressureRounding),
      [&] { return fmt::format("{}: {:.10g} is stored, {:.10g} recomputed", name, state.pressure, m.pressure); });
}

void verifyInherent(VerifyContext& context, const StructureState& state, const Measurement& m,
                    const std::string& name) {
  const auto& inherent = state.inherent;
  context.result.check("energies of inherent states are what the potential gives",
                       near(inherent.energy_per_particle, m.energy_per_particle, kEnergyRounding), [&] {
                         return fmt::format("{}: {:.12g} a particle is stored, {:.12g} recomputed", name,
                                            inherent.energy_per_particle, m.energy_per_particle);
                       });
  context.result.check(
      "residual forces of inherent states are what the potential gives",
      std::abs(inherent.max_force - m.max_force) <= kForceRounding + 1e-6 * inherent.max_force,
      [&] { return fmt::format("{}: {:.4g} is stored, {:.4g} recomputed", name, inherent.max_force, m.max_force); });
  const bool converged =
      inherent.stop_reason != "converged" || m.max_force <= context.campaign.quench.tolerance + kForceRounding;
  context.result.check("converged inherent states have the residual force asked for", converged, [&] {
    return fmt::format("{}: largest force {:.4g}, quench.tolerance is {:.4g}", name, m.max_force,
                       context.campaign.quench.tolerance);
  });
  context.result.check("inherent states lie below their thermal states", inherent.energy_per_particle < state.energy,
                       [&] {
                         return fmt::format("{}: energy {:.10g} a particle, thermal {:.10g}", name,
                                            inherent.energy_per_particle, state.energy);
                       });
}

}  // namespace

void verifyState(VerifyContext& context, const StructureState& state) {
  const std::string name = structureLabel(state.index);
  const auto& c = context.campaign;
  if (!verifyGeometry(context, state, name)) return;
  std::string why;
  try {
    verifyThermal(context, state, measure(c.system.mixture, state.thermal, c.system.temperature, c.engine.skin), name);
    if (state.quenched) {
      verifyInherent(context, state, measure(c.system.mixture, inherentSnapshot(state), 0, c.engine.skin), name);
    }
  } catch (const Error& error) {
    why = error.what();
  }
  context.result.check("stored configurations have finite energies", why.empty(), [&] { return name + ": " + why; });
}

}  // namespace glassforge::app
