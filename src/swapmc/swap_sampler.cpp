// Monte Carlo of displacements and swaps.
#include <cmath>

#include "md/engine.hpp"
#include "swapmc/sampler.hpp"
#include "swapmc/streams.hpp"

namespace glassforge::swapmc::detail {
namespace {

template <int D>
class SwapSampler final : public Sampler {
 public:
  SwapSampler(const Campaign& c, std::int64_t index, const Snapshot& start, const MonteCarloOptions& options,
              PassNumber pass)
      : mixture_(c.system.mixture),
        mc_(mixture_, start, options, samplingStream(c, index, pass)),
        engine_(mixture_, 1, static_cast<int>(start.particles()), c.engine.skin) {}

  void advance(std::int64_t amount, double bath) override {
    mc_.setTemperature(bath);
    mc_.run(amount);
  }

  Measured measure(double bath) override {
    engine_.load(0, mc_.store());
    engine_.prepare();
    const auto sums = engine_.energy(0);
    const auto n = mixture_.particles();
    last_energy_ = sums.energy / static_cast<double>(n);
    return {last_energy_, md::virialPressure(mixture_, n, engine_.pack().box.volume(), bath, sums.virial)};
  }

  Snapshot store() const override { return mc_.store(); }
  std::vector<MoveCount> moves() const override { return mc_.moves(); }
  void resetCounts() override {
    mc_.resetCounts();
    seen_ = {};
  }
  double displacement() const override { return mc_.displacement(); }

  void tuneDisplacement() override {
    const MoveCount& all = mc_.moves().front();
    const MoveCount since{all.name, all.attempted - seen_.attempted, all.accepted - seen_.accepted};
    seen_ = all;
    if (since.attempted > 0) mc_.setDisplacement(tunedDisplacement(mc_.displacement(), since.acceptance()));
  }

  std::optional<double> runningEnergyError() const override {
    return std::abs(mc_.energy() / static_cast<double>(mixture_.particles()) - last_energy_);
  }

  void save(Checkpoint& checkpoint) const override {
    mc_.save(checkpoint, "sampler");
    checkpoint.put("sampler/last_energy", last_energy_);
    checkpoint.put("sampler/seen", Checkpoint::Integers{seen_.attempted, seen_.accepted});
  }
  void restore(const Checkpoint& checkpoint) override {
    mc_.restore(checkpoint, "sampler");
    last_energy_ = checkpoint.real("sampler/last_energy");
    const auto& seen = checkpoint.integers("sampler/seen", 2);
    seen_ = {mc_.moves().front().name, seen[0], seen[1]};
  }

 private:
  Mixture mixture_;
  MonteCarlo<D> mc_;
  md::Engine<D> engine_;  ///< to measure with
  double last_energy_ = 0;
  MoveCount seen_;  ///< displacement moves at the last tuning
};

}  // namespace

template <int D>
std::unique_ptr<Sampler> swapSampler(const Campaign& c, std::int64_t index, const Snapshot& start, double bath,
                                     PassNumber pass, double displacement) {
  const auto& e = c.equilibrate;
  const MonteCarloOptions options{bath, displacement > 0 ? displacement : e.displacement, e.swap_fraction,
                                  e.swap_pairs};
  return std::make_unique<SwapSampler<D>>(c, index, start, options, pass);
}

template std::unique_ptr<Sampler> swapSampler<2>(const Campaign&, std::int64_t, const Snapshot&, double, PassNumber,
                                                 double);
template std::unique_ptr<Sampler> swapSampler<3>(const Campaign&, std::int64_t, const Snapshot&, double, PassNumber,
                                                 double);

}  // namespace glassforge::swapmc::detail
