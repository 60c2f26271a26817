/// A campaign as its file states it, every value resolved: plain data, read and written by io/campaign_file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/learning_settings.hpp"
#include "core/mixture.hpp"

namespace glassforge {

/// Where structures come from.
struct SystemSettings {
  std::string model;  ///< preset name, or "custom" with a [system.mixture] table
  Mixture mixture;    ///< resolved: preset, then overrides of particles, box, smoothing
  double temperature = 0;
  std::int64_t structures = 0;
  std::vector<std::string> files;  ///< non-empty where structures are imported; then structures == files.size()
};

struct EquilibrateSettings {
  std::string method = "swap";                 ///< "swap", "md", "hybrid", "tempering"
  std::int64_t sweeps = 20000;                 ///< Monte Carlo sweeps (swap), per structure
  double swap_fraction = 0.2;                  ///< share of attempted moves that are swaps
  std::vector<std::array<int, 2>> swap_pairs;  ///< species indices
  double displacement = 0.05;                  ///< standard deviation of a displacement move, per component
  bool tune_displacement =
      false;  ///< displacement = "auto": chosen while cooling, then frozen; starts at `displacement`
  double start_temperature = 2.0;  ///< melted here first, then cooled to the temperature over the first half
  std::string start = "hot";       ///< "hot": cooled from above; "cold": from below; "both": odd structures from below
  double time = 1000;              ///< MD time (md, hybrid); tempering: of each level after its cooling
  std::int64_t sweeps_per_block = 10;  ///< hybrid: sweeps of swaps between MD blocks
  double block_time = 1.0;             ///< hybrid: MD time between blocks of sweeps
  std::int64_t samples = 200;          ///< points of the monitored series
  std::vector<double> temperatures;    ///< tempering: ascending, the first is the campaign's; never empty there
  std::int64_t levels = 8;             ///< tempering: how many temperatures there are
  double exchange_time = 1.0;          ///< tempering: MD time between exchanges
};

/// What an equilibrated structure must show, and what becomes of one that does not.
struct CertificateSettings {
  bool make = true;
  std::string on_failure = "redo";  ///< "redo": sample on, then refuse; "refuse": stop; "keep": keep, and say so
  std::int64_t redos = 2;           ///< how often sampling is continued before a structure is refused
  double largest_scattering = 0.1;  ///< F_s over the sampling must have fallen below this
  double sigmas = 3;                ///< how many standard errors a drift may have
};

struct QuenchSettings {
  double tolerance = 1e-9;  ///< largest |force component| of an inherent state
  std::int64_t max_evaluations = 50000;
  bool cross_check = false;  ///< a second minimiser from the same start: does it reach the same basin?
};

/// Monte Carlo with every particle confined to a sphere around its start; the cage state is the mean position.
struct CageSettings {
  bool make = false;
  double radius = 0.4;          ///< of the sphere, in units of sigma_aa of the particle's species
  std::int64_t sweeps = 30000;  ///< averaged over
  std::int64_t burn_in = 200;   ///< sweeps before
  double displacement = 0.05;   ///< standard deviation of a move, per component
  bool tune_displacement =
      true;  ///< displacement = "auto": chosen in the burn-in, then frozen; starts at `displacement`

  bool operator==(const CageSettings&) const = default;
};

/// How label times are stated. Exactly one form is used.
struct TimesSettings {
  std::vector<double> times;                    ///< explicit times
  bool glassbench = false;                      ///< the published ladder of the model
  std::optional<std::array<double, 2>> ladder;  ///< [M, n]
  std::vector<int> indices;                     ///< of the ladder
  std::vector<double> tau_alpha;                ///< multiples of the measured tau_alpha

  bool operator==(const TimesSettings&) const = default;
};

struct ReplicaSettings {
  std::int64_t count = 20;
  std::string dynamics = "nve";  ///< "nve", "nvt"
  double dt = 0;                 ///< the model's default unless given
  double thermostat_time = 1.0;  ///< relaxation time of the Nose-Hoover chain (nvt)
  bool keep_frames = false;
  std::int64_t pack = 0;  ///< replicas a task; 0: all of a structure. Never changes results
  TimesSettings times;
};

struct LabelSettings {
  bool displacement = true;
  bool bond_breaking = true;
  double bond_inner = 1.4;  ///< in units of sigma_ab
  double bond_outer = 1.8;
  bool pairs = false;        ///< mean change of the distances of neighbouring pairs (BOTAN's edge target)
  double pair_cutoff = 2.0;  ///< which pairs: r_ij(0) below this
  bool overlap = false;      ///< share of replicas in which a particle has moved less than overlap_distance
  double overlap_distance = 0.3;
};

/// Short runs from which F_s, the mean square displacement and tau_alpha come.
struct DynamicsSettings {
  std::int64_t structures = 16;  ///< how many of the structures are run; 0 switches the measurement off
  std::int64_t replicas = 2;     ///< runs of each, with velocities of their own
  double max_time = 1000;        ///< a run stops here, or when F_s has fallen below 0.3
};

struct SplitSettings {
  std::int64_t train = 0, validation = 0, test = 0;
  std::vector<std::int64_t> test_ids;  ///< structures that must be in the test part (imported benchmarks), or empty
};

/// How models are scored beside the test part.
struct EvaluateSettings {
  std::int64_t folds = 0;  ///< cross-fitting: parts of which each is predicted from the others; 0: none
  std::vector<std::int64_t> learning_curve;  ///< numbers of training structures, in every fold; empty: none
  double threshold = 0.3;                    ///< of the displacement propensity in chi4
  std::int64_t resamples = 1000;             ///< of the bootstrap

  bool operator==(const EvaluateSettings&) const = default;
};

struct EngineSettings {
  double skin = 0;                        ///< of the neighbour list; the model's default unless given
  Precision precision = Precision::full;  ///< of the replicas' forces
};

struct Campaign {
  std::string name;
  std::uint64_t seed = 0;
  SystemSettings system;
  EquilibrateSettings equilibrate;
  CertificateSettings certificate;
  QuenchSettings quench;
  CageSettings cage;
  ReplicaSettings replicas;
  LabelSettings labels;
  DynamicsSettings dynamics;
  std::vector<std::string> descriptor_sets;  ///< [describe] sets
  std::vector<std::string> models;           ///< [train] models
  LearningSettings learning;
  SplitSettings split;
  EvaluateSettings evaluate;
  EngineSettings engine;
  std::int64_t shard_size = 16;  ///< structures per file
};

}  // namespace glassforge
