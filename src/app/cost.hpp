/// What a campaign costs before it is run: tasks, particle-steps, core hours, disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/campaign.hpp"
#include "par/communicator.hpp"

namespace glassforge::app {

/// Speed of one core.
struct Rates {
  double particle_steps = 0;  ///< of molecular dynamics, a second
  double moves = 0;           ///< attempted Monte Carlo moves, a second
  std::string source;         ///< "measured now on 1290 particles", "given"
};

/// InputError unless `rate` is what --rate takes: particle-steps and, behind a comma, moves a second and core.
void checkRates(const std::vector<double>& rate);
/// The same numbers as rates; 0: not given.
Rates givenRates(const std::vector<double>& rate);

/// Work of one kind in a stage.
struct Work {
  double amount = 0;
  std::string unit;  ///< "particle-steps", "Monte Carlo moves"
  double core_seconds = 0;
};

struct StageCost {
  std::string stage;
  std::int64_t tasks = 0;  ///< what is shared out among ranks
  std::string task;        ///< "structures", "replica blocks"
  std::vector<Work> work;  ///< empty where it is not estimated
  std::string remark;

  double coreSeconds() const;
  /// On so many ranks: the tasks of the busiest rank.
  double wallSeconds(std::int64_t ranks) const;
};

struct DiskCost {
  double states = 0, labels = 0, frames = 0, features = 0;  ///< bytes; frames are part of the label files
  std::int64_t files = 0;

  double bytes() const { return states + labels + frames + features; }
};

struct CampaignCost {
  Rates rates;
  std::vector<StageCost> stages;
  DiskCost disk;

  double coreSeconds() const;
  double wallSeconds(std::int64_t ranks) const;
};

/// True where some stage of the campaign makes Monte Carlo moves.
bool usesMonteCarlo(const Campaign& campaign);

/// A second or so of the campaign's own liquid on this machine, of at most about 1300 particles, at its temperature,
/// time step, skin and precision. Rates in `given` that are not 0 are kept and not measured. Collective.
Rates measureRates(const Campaign& campaign, const Rates& given, const par::Communicator& comm);

/// Stages equilibrate to label; describing, training and scoring are not in it. Where times are multiples of tau_alpha
/// the longest run is not known: dynamics.max_time stands for tau_alpha.
CampaignCost costOf(const Campaign& campaign, const Rates& rates);

}  // namespace glassforge::app
