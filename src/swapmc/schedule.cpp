#include "swapmc/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace glassforge::swapmc {
namespace {

constexpr double kRampShare = 0.5;   // of the run: the bath changes over this part, then stays
constexpr double kColdShare = 0.25;  // a cold start has reached its lowest temperature here
constexpr double kColdUntil = 0.4;   // and comes up to the temperature here: some time is left to choose a step there
constexpr double kColdFactor = 0.8;  // its lowest temperature, in units of the temperature
constexpr std::int64_t kMostRedos = 40;

double ramp(double from, double to, double share) {
  return from * std::pow(to / from, share);
}

std::int64_t blocksOf(const EquilibrateSettings& e) {
  return std::max<std::int64_t>(1, std::llround(e.time / e.block_time));
}

/// Sweeps of sample k out of `samples`, so that they add up to `total` exactly.
std::int64_t portion(std::int64_t total, std::int64_t samples, std::int64_t k) {
  return total * (k + 1) / samples - total * k / samples;
}

/// Blocks of MD, of which every so many one is recorded, and the last.
std::vector<Stretch> blocks(const EquilibrateSettings& e, std::int64_t count, double progress) {
  const std::int64_t every = std::max<std::int64_t>(1, blocksOf(e) / std::max<std::int64_t>(1, e.samples));
  std::vector<Stretch> stretches;
  for (std::int64_t b = 0; b < count; ++b) {
    const bool recorded = (b + 1) % every == 0 || b + 1 == count;
    stretches.push_back({1, 0, progress + static_cast<double>(b + 1) * e.block_time, false, recorded});
  }
  return stretches;
}

std::vector<Stretch> sweeps(std::int64_t total, std::int64_t samples, double progress) {
  std::vector<Stretch> stretches;
  for (std::int64_t k = 0; k < samples; ++k) {
    const std::int64_t amount = portion(total, samples, k);
    progress += static_cast<double>(amount);
    stretches.push_back({amount, 0, progress, false, true});
  }
  return stretches;
}

}  // namespace

std::string preparationOf(const EquilibrateSettings& settings, std::int64_t index) {
  const bool cold = settings.start == "cold" || (settings.start == "both" && index % 2 == 1);
  return cold ? "cold" : "hot";
}

double bathAt(const Campaign& c, const std::string& preparation, double share) {
  const double from = std::max(c.equilibrate.start_temperature, c.system.temperature), to = c.system.temperature;
  if (share >= kRampShare) return to;
  if (preparation == "hot") return ramp(from, to, share / kRampShare);
  const double lowest = kColdFactor * to;
  return share >= kColdUntil ? to : ramp(from, lowest, std::min(1.0, share / kColdShare));
}

std::vector<Stretch> firstPass(const Campaign& c, const std::string& preparation) {
  const auto& e = c.equilibrate;
  auto stretches = e.method == "swap" ? sweeps(e.sweeps, std::min(e.samples, e.sweeps), 0) : blocks(e, blocksOf(e), 0);
  for (std::size_t k = 0; k < stretches.size(); ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(stretches.size());
    stretches[k].bath = bathAt(c, preparation, share);
    stretches[k].sampling = share >= kRampShare;
  }
  return stretches;
}

std::vector<Stretch> furtherSampling(const Campaign& c, std::int64_t redo, double progress) {
  const auto& e = c.equilibrate;
  const std::int64_t times = std::int64_t{1} << std::min(redo, kMostRedos);
  const std::int64_t samples = std::min(e.samples, e.sweeps);
  auto stretches = e.method == "swap"
                       ? sweeps((e.sweeps - e.sweeps / 2) * times, (samples - samples / 2) * times, progress)
                       : blocks(e, (blocksOf(e) - blocksOf(e) / 2) * times, progress);
  for (auto& stretch : stretches) {
    stretch.bath = c.system.temperature;
    stretch.sampling = true;
  }
  return stretches;
}

}  // namespace glassforge::swapmc
