// Molecular dynamics at constant temperature, alone or with sweeps of swaps between its blocks.
#include <algorithm>
#include <cmath>

#include "md/engine.hpp"
#include "swapmc/sampler.hpp"
#include "swapmc/schedule.hpp"
#include "swapmc/streams.hpp"

namespace glassforge::swapmc::detail {
namespace {

template <int D>
class DynamicsSampler final : public Sampler {
 public:
  DynamicsSampler(const Campaign& c, std::int64_t index, const Snapshot& start, double bath, PassNumber pass)
      : index_(index),
        dt_(c.replicas.dt),
        steps_(std::max<std::int64_t>(1, std::llround(c.equilibrate.block_time / dt_))),
        sweeps_(c.equilibrate.method == "hybrid" ? c.equilibrate.sweeps_per_block : 0),
        mixture_(c.system.mixture),
        engine_(mixture_, 1, static_cast<int>(start.particles()), c.engine.skin) {
    engine_.load(0, start);
    engine_.setThermostat(md::Thermostat{bath, c.replicas.thermostat_time});
    if (start.velocity.empty()) {
      engine_.drawVelocities(0, bath, {c.seed, Purpose::equilibration_velocities, streamIndex(index), 0});
    }
    engine_.prepare();
    if (sweeps_ == 0) return;
    const MonteCarloOptions swaps_alone{bath, c.equilibrate.displacement, 1, c.equilibrate.swap_pairs};
    mc_.emplace(mixture_, start, swaps_alone, samplingStream(c, index, pass));
  }

  void advance(std::int64_t amount, double bath) override {
    for (std::int64_t b = 0; b < amount; ++b) advanceBlock(bath);
  }

  Measured measure(double bath) override {
    const auto sums = engine_.energy(0);
    const auto n = mixture_.particles();
    return {sums.energy / static_cast<double>(n),
            md::virialPressure(mixture_, n, engine_.pack().box.volume(), bath, sums.virial)};
  }

  Snapshot store() const override { return engine_.pack().store(0); }
  std::vector<MoveCount> moves() const override { return mc_ ? mc_->moves() : std::vector<MoveCount>(); }
  void resetCounts() override {
    if (mc_) mc_->resetCounts();
  }

  void save(Checkpoint& checkpoint) const override {
    engine_.save(checkpoint, "sampler/engine");
    if (mc_) mc_->save(checkpoint, "sampler/swaps");
  }
  void restore(const Checkpoint& checkpoint) override {
    engine_.restore(checkpoint, "sampler/engine");
    if (mc_) mc_->restore(checkpoint, "sampler/swaps");
  }

 private:
  void advanceBlock(double bath) {
    engine_.setTemperature(bath);
    const bool hot = bath > kHot;
    engine_.advance(hot ? kHotSteps * steps_ : steps_, hot ? dt_ / kHotSteps : dt_);
    require<PhysicsError>(engine_.healthy(0), "equilibration of structure {}: {}", index_, engine_.pack().status[0]);
    if (!mc_) return;
    mc_->setTemperature(bath);
    mc_->load(engine_.pack().store(0));
    mc_->run(sweeps_);
    engine_.load(0, mc_->store());
    engine_.prepare();
  }

  std::int64_t index_;
  double dt_;
  std::int64_t steps_, sweeps_;  ///< of a block
  Mixture mixture_;
  md::Engine<D> engine_;
  std::optional<MonteCarlo<D>> mc_;  ///< hybrid: swaps alone
};

}  // namespace

template <int D>
std::unique_ptr<Sampler> dynamicsSampler(const Campaign& c, std::int64_t index, const Snapshot& start, double bath,
                                         PassNumber pass) {
  return std::make_unique<DynamicsSampler<D>>(c, index, start, bath, pass);
}

template std::unique_ptr<Sampler> dynamicsSampler<2>(const Campaign&, std::int64_t, const Snapshot&, double,
                                                     PassNumber);
template std::unique_ptr<Sampler> dynamicsSampler<3>(const Campaign&, std::int64_t, const Snapshot&, double,
                                                     PassNumber);

}  // namespace glassforge::swapmc::detail
