#include "swapmc/tempering.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "md/engine.hpp"
#include "swapmc/certificate.hpp"
#include "swapmc/equilibrate.hpp"
#include "swapmc/replica_exchange.hpp"
#include "swapmc/schedule.hpp"
#include "swapmc/series_checkpoint.hpp"
#include "swapmc/streams.hpp"

namespace glassforge::swapmc {
namespace {

constexpr std::int64_t kCoolingParts = 2;    // a level is cooled over 1 / kCoolingParts of its `time`, before it begins
constexpr std::int64_t kMostDoublings = 40;  // of the sampling, by redos

std::int64_t blocksOf(const EquilibrateSettings& settings) {
  return std::max<std::int64_t>(1, std::llround(settings.time / settings.exchange_time));
}
std::int64_t coolingBlocksOf(const EquilibrateSettings& settings) {
  return std::max<std::int64_t>(1, blocksOf(settings) / kCoolingParts);
}

/// The replicas of this rank: first .. first + count - 1 of all.
template <int D>
class Replicas {
 public:
  Replicas(const Campaign& campaign, std::int64_t index, const TemperingRanks& ranks)
      : campaign_(campaign), index_(index) {
    const auto all = static_cast<int>(campaign.equilibrate.temperatures.size());
    first_ = all * ranks.rank / ranks.count;
    count_ = all * (ranks.rank + 1) / ranks.count - first_;
  }

  /// Melts random starts, each replica from a start and with velocities of its own.
  void melt() {
    if (count_ == 0) return;
    const double hot = campaign_.equilibrate.start_temperature;
    makeEngine();
    for (int k = 0; k < count_; ++k) {
      engine_->load(k, randomLiquid(campaign_.system.mixture, hot, campaign_.seed, index_, streamIndex(first_ + k)));
      engine_->drawVelocities(
          k, hot, {campaign_.seed, Purpose::equilibration_velocities, streamIndex(index_), streamIndex(first_ + k)});
    }
    engine_->prepare();
  }

  /// The replicas of all ranks. Collective.
  void save(Checkpoint& kept, const TemperingRanks& ranks) const {
    Checkpoint mine;
    if (engine_) engine_->save(mine, "engine");
    Checkpoint::Reals position;
    Checkpoint::Integers image;
    for (const auto& s : remembered_) {
      position.insert(position.end(), s.position.begin(), s.position.end());
      image.insert(image.end(), s.image.begin(), s.image.end());
    }
    mine.put("remembered/position", position);
    mine.put("remembered/image", image);
    for (const char* name : kRealArrays) {
      kept.put(name, ranks.gather(mine.has(name) ? mine.reals(name) : Checkpoint::Reals{}));
    }
    for (const char* name : kIntegerArrays) {
      const auto& values = mine.has(name) ? mine.integers(name) : Checkpoint::Integers{};
      const auto all = ranks.gather(std::vector<double>(values.begin(), values.end()));  // they are far below 2^53
      kept.put(name, Checkpoint::Integers(all.begin(), all.end()));
    }
  }

  /// This rank's share of such a checkpoint.
  void restore(const Checkpoint& kept) {
    if (count_ == 0) return;
    makeEngine();
    Checkpoint mine;
    for (const char* name : kRealArrays) mine.put(name, shareOf(kept.reals(name)));
    for (const char* name : kIntegerArrays) mine.put(name, shareOf(kept.integers(name)));
    mine.put("engine/status", Checkpoint::Texts(static_cast<std::size_t>(count_)));
    const Snapshot blank = blankSnapshot();
    for (int k = 0; k < count_; ++k) engine_->load(k, blank);
    engine_->restore(mine, "engine");
    remembered_.clear();
    const auto& position = mine.reals("remembered/position");
    const auto& image = mine.integers("remembered/image");
    if (position.empty()) return;
    const auto size = static_cast<std::ptrdiff_t>(blank.position.size());
    for (std::ptrdiff_t k = 0; k < count_; ++k) {
      Snapshot& s = remembered_.emplace_back(engine_->pack().store(static_cast<int>(k)));  // species never change
      s.position.assign(position.begin() + k * size, position.begin() + (k + 1) * size);
      s.image.assign(image.begin() + k * size, image.begin() + (k + 1) * size);
    }
  }

  bool has(int replica) const { return replica >= first_ && replica < first_ + count_; }
  /// Bath of a replica while it is cooled.
  void cool(int replica, double temperature) {
    if (has(replica)) engine_->setTemperature(replica - first_, temperature);
  }
  /// Bath of a replica after an exchange.
  void exchange(int replica, double temperature) {
    if (has(replica)) engine_->exchangeTemperature(replica - first_, temperature);
  }
  Snapshot snapshot(int replica) const { return engine_->pack().store(replica - first_); }

  /// Keeps the configurations as they are, to be compared with later ones.
  void remember() {
    remembered_.clear();
    for (int k = 0; k < count_; ++k) remembered_.push_back(engine_->pack().store(k));
  }
  const Snapshot& remembered(int replica) const { return remembered_[static_cast<std::size_t>(replica - first_)]; }

  void advance(std::int64_t steps, double dt) {
    if (count_ == 0) return;
    engine_->advance(steps, dt);
    for (int k = 0; k < count_; ++k) {
      require<PhysicsError>(engine_->healthy(k), "equilibration of structure {}, replica {}: {}", index_, first_ + k,
                            engine_->pack().status[static_cast<std::size_t>(k)]);
    }
  }

  /// Potential energy and virial of each replica of this rank.
  std::vector<double> sums() {
    std::vector<double> values;
    for (int k = 0; k < count_; ++k) {
      const auto s = engine_->energy(k);
      values.insert(values.end(), {s.energy, s.virial});
    }
    return values;
  }

 private:
  static constexpr std::array kRealArrays{"engine/position", "engine/built_at", "engine/velocity",
                                          "engine/force",    "engine/chain",    "remembered/position"};
  static constexpr std::array kIntegerArrays{"engine/id", "engine/species", "engine/image", "engine/step",
                                             "remembered/image"};

  void makeEngine() {
    engine_.emplace(campaign_.system.mixture, count_, static_cast<int>(campaign_.system.mixture.particles()),
                    campaign_.engine.skin);
    engine_->setThermostat(md::Thermostat{campaign_.equilibrate.start_temperature, campaign_.replicas.thermostat_time});
  }

  Snapshot blankSnapshot() const {
    Snapshot s;
    s.dimension = D;
    s.box = campaign_.system.mixture.box;
    s.species = campaign_.system.mixture.speciesByCount();
    s.position.assign(s.species.size() * D, 0.0);
    return s;
  }

  template <class T>
  std::vector<T> shareOf(const std::vector<T>& all) const {
    const std::size_t each = all.size() / campaign_.equilibrate.temperatures.size();
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(each * static_cast<std::size_t>(first_));
    return std::vector<T>(begin, begin + static_cast<std::ptrdiff_t>(each * static_cast<std::size_t>(count_)));
  }

  const Campaign& campaign_;
  std::int64_t index_;
  int first_ = 0, count_ = 0;
  std::optional<md::Engine<D>> engine_;
  std::vector<Snapshot> remembered_;
};

/// One structure on its way: blocks of MD, with a round of exchanges before each once the replicas are cold.
template <int D>
class Tempering {
 public:
  Tempering(const Campaign& campaign, std::int64_t index, const TemperingRanks& ranks, TaskMonitor& monitor)
      : campaign_(campaign),
        settings_(campaign.equilibrate),
        index_(index),
        ranks_(ranks),
        monitor_(monitor),
        replicas_(campaign, index, ranks),
        exchange_(settings_.temperatures, exchangeStream(campaign.seed, index)) {
    blocks_ = blocksOf(settings_);
    cooling_ = coolingBlocksOf(settings_);
    series_.method = settings_.method;
    series_.preparation = "hot";
  }

  /// Melt, cooling, the first sampling; then more of it, twice as long each time, as the certificate asks and allows.
  std::optional<StructureState> run() {
    goOn();
    if (done_ == 0) ranks_.together([&] { replicas_.melt(); });
    if (!sampling_) cool();
    sample(blocks_);
    auto state = result();
    const auto& certificate = campaign_.certificate;
    const std::int64_t redos = certificate.on_failure == "redo" ? certificate.redos : 0;
    while (refused(state) && series_.redos < redos) {
      ++series_.redos;
      sample(blocks_ << std::min(series_.redos, kMostDoublings));
      state = result();
    }
    return state;
  }

 private:
  /// Temperature of a replica's level while it is cooled, geometric in the share of the cooling that is done.
  double bathAt(int replica, double share) const {
    const double from = settings_.start_temperature, to = exchange_.temperatureOf(replica);
    return share >= 1 ? to : from * std::pow(to / from, share);
  }

  void cool() {
    while (done_ < cooling_) {
      const double share = static_cast<double>(done_) / static_cast<double>(cooling_);
      for (int r = 0; r < exchange_.replicas(); ++r) replicas_.cool(r, bathAt(r, share));
      finishBlock(share, false);
    }
    for (int r = 0; r < exchange_.replicas(); ++r) replicas_.cool(r, bathAt(r, 1));
  }

  /// So many blocks with exchanges, or what is left of them after a stop: what the certificate is about.
  void sample(std::int64_t blocks) {
    if (!sampling_) {
      sampling_ = true;
      sampled_at_ = done_ + blocks;
      series_.window_begin = static_cast<double>(done_) * settings_.exchange_time;
      replicas_.remember();
    }
    while (done_ < sampled_at_) {
      exchange_.attempt(energies_);
      for (int r = 0; r < exchange_.replicas(); ++r) replicas_.exchange(r, exchange_.temperatureOf(r));
      finishBlock(1, done_ + 1 == sampled_at_);
    }
    sampling_ = false;
  }

  /// From a checkpoint, where there is one. Every rank reads it, and they must have read the same.
  void goOn() {
    ranks_.together([&] {
      const auto kept = monitor_.resume();
      if (!kept) return;
      getSeries(*kept, series_);
      const auto& place = kept->integers("place", 3);
      done_ = place[0];
      sampled_at_ = place[1];
      sampling_ = place[2] != 0;
      energies_ = kept->reals("energies");
      virials_ = kept->reals("virials");
      exchange_.restore(*kept, "exchange");
      replicas_.restore(*kept);
    });
    for (const double theirs : ranks_.gather({static_cast<double>(done_)})) {
      require<FileError>(theirs == static_cast<double>(done_),
                         "ranks go on from different checkpoints of structure {}: do they see the same folder?",
                         index_);
    }
  }

  /// Collective.
  Checkpoint checkpoint() const {
    Checkpoint kept;
    kept.put("place", Checkpoint::Integers{done_, sampled_at_, sampling_ ? 1 : 0});
    putSeries(kept, series_);
    kept.put("energies", energies_);
    kept.put("virials", virials_);
    exchange_.save(kept, "exchange");
    replicas_.save(kept, ranks_);
    return kept;
  }

  /// Where a block has ended: a checkpoint where any rank wants one, and the end where any is told to stop. Collective.
  void pause() {
    double due = 0;
    for (const double theirs : ranks_.gather({monitor_.due() ? 1.0 : 0.0})) due = std::max(due, theirs);
    if (due > 0) {
      const Checkpoint kept = checkpoint();
      ranks_.together([&] {
        if (ranks_.rank == 0) monitor_.save(kept);
      });
    }
    ranks_.together([&] { monitor_.obey(); });
  }

  /// The structure, on the rank that has the replica at the lowest temperature.
  std::optional<StructureState> result() {
    const int coldest = exchange_.replicaAt(0);
    std::optional<StructureState> found;
    ranks_.together([&] {
      if (!replicas_.has(coldest)) return;
      StructureState& state = found.emplace();
      state.index = index_;
      state.origin = "equilibrated";
      state.temperature = campaign_.system.temperature;
      state.thermal = replicas_.snapshot(coldest);
      state.thermal.step = 0;
      state.thermal.time = 0;
      state.equilibration = withExchanges(series_);
      state.energy = series_.energy.back();
      state.pressure = series_.pressure.back();
      if (campaign_.certificate.make) state.checks = certificateOf(campaign_, replicas_.remembered(coldest), state);
    });
    return found;
  }

  EquilibrationSeries withExchanges(EquilibrationSeries series) const {
    for (const auto& count : exchange_.counts()) {
      const auto attempts = static_cast<double>(count.attempted);
      series.move_names.push_back(count.name);
      series.move_acceptance.push_back(attempts > 0 ? static_cast<double>(count.accepted) / attempts : 0);
      series.move_attempts.push_back(attempts);
    }
    series.round_trips = exchange_.roundTrips();
    return series;
  }

  /// Whether the rank that has the structure finds that it may not be kept; the same answer on every rank.
  bool refused(const std::optional<StructureState>& state) const {
    const double mine = state && !acceptable(campaign_.certificate, *state) ? 1 : 0;
    double any = 0;
    for (const double theirs : ranks_.gather({mine})) any = std::max(any, theirs);
    return any > 0;
  }

  /// MD of one block in the baths as they are; then every rank knows every replica's energy and virial.
  void finishBlock(double share, bool last) {
    const double dt = campaign_.replicas.dt;
    const std::int64_t steps = std::max<std::int64_t>(1, std::llround(settings_.exchange_time / dt));
    const bool hot = bathAt(exchange_.replicaAt(exchange_.replicas() - 1), share) > kHot;
    ++done_;
    ranks_.together([&] {
      replicas_.advance(hot ? kHotSteps * steps : steps, hot ? dt / kHotSteps : dt);
      monitor_.report(std::min(1.0, static_cast<double>(done_) / static_cast<double>(cooling_ + blocks_)));
    });
    const auto sums = ranks_.gather(replicas_.sums());
    energies_.clear();
    virials_.clear();
    for (std::size_t k = 0; k < sums.size(); k += 2) {
      energies_.push_back(sums[k]);
      virials_.push_back(sums[k + 1]);
    }
    const std::int64_t all = cooling_ + blocks_, samples = std::min(settings_.samples, all);
    if (last || done_ * samples / all > (done_ - 1) * samples / all) record(bathAt(exchange_.replicaAt(0), share));
    pause();
  }

  /// The series is that of whatever replica is at the lowest level.
  void record(double bath) {
    const int coldest = exchange_.replicaAt(0);
    series_.progress.push_back(static_cast<double>(done_) * settings_.exchange_time);
    series_.energy.push_back(energyPerParticle(coldest));
    series_.pressure.push_back(pressure(coldest, bath));
    series_.temperature.push_back(bath);
  }

  double energyPerParticle(int replica) const {
    return energies_[static_cast<std::size_t>(replica)] / static_cast<double>(campaign_.system.mixture.particles());
  }
  double pressure(int replica, double bath) const {
    const auto& mixture = campaign_.system.mixture;
    return md::virialPressure(mixture, mixture.particles(), mixture.volume(), bath,
                              virials_[static_cast<std::size_t>(replica)]);
  }

  const Campaign& campaign_;
  const EquilibrateSettings& settings_;
  std::int64_t index_, blocks_ = 1, cooling_ = 1;
  std::int64_t done_ = 0;        ///< blocks so far
  std::int64_t sampled_at_ = 0;  ///< blocks at the end of the sampling that is under way
  bool sampling_ = false;
  const TemperingRanks& ranks_;
  TaskMonitor& monitor_;
  Replicas<D> replicas_;
  ReplicaExchange exchange_;
  std::vector<double> energies_, virials_;  ///< by replica
  EquilibrationSeries series_;
};

template <int D>
std::optional<StructureState> temperIn(const Campaign& campaign, std::int64_t index, const TemperingRanks& ranks,
                                       TaskMonitor& monitor) {
  return Tempering<D>(campaign, index, ranks, monitor).run();
}

}  // namespace

double temperingCoolingTime(const EquilibrateSettings& settings) {
  return static_cast<double>(coolingBlocksOf(settings)) * settings.exchange_time;
}

TemperingRanks TemperingRanks::alone() {
  return {0, 1, [](const std::function<void()>& work) { work(); },
          [](const std::vector<double>& mine) { return mine; }};
}

std::optional<StructureState> temper(const Campaign& campaign, std::int64_t index, const TemperingRanks& ranks,
                                     TaskMonitor& monitor) {
  return campaign.system.mixture.dimension == 3 ? temperIn<3>(campaign, index, ranks, monitor)
                                                : temperIn<2>(campaign, index, ranks, monitor);
}

std::optional<StructureState> temper(const Campaign& campaign, std::int64_t index, const TemperingRanks& ranks) {
  TaskMonitor nobody;
  return temper(campaign, index, ranks, nobody);
}

}  // namespace glassforge::swapmc
