/// A small two-dimensional liquid that the tests of this folder run replicas of.
#pragma once

#include "core/campaign.hpp"
#include "support/brute_force.hpp"
#include "swapmc/equilibrate.hpp"

namespace glassforge::iso {

inline Campaign smallCampaign() {
  Campaign c;
  c.name = "test";
  c.seed = 99;
  c.system.model = "KA2D";
  c.system.mixture = test::scaledDown(Mixture::preset("KA2D"), 260);
  c.system.temperature = 0.6;
  c.system.structures = 2;
  c.equilibrate.sweeps = 300;
  c.equilibrate.samples = 10;
  c.equilibrate.swap_pairs = c.system.mixture.swap_pairs;
  c.certificate.on_failure = "keep";  // so short a run has none that passes
  c.replicas.count = 6;
  c.replicas.dt = 0.01;
  c.replicas.keep_frames = true;
  c.engine.skin = 0.5;
  return c;
}

inline const StructureState& liquid() {
  static const StructureState state = swapmc::equilibrate(smallCampaign(), 0);
  return state;
}

}  // namespace glassforge::iso
