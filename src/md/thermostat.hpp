/// Nose-Hoover chain of one replica (Martyna, Klein, Tuckerman, J. Chem. Phys. 97, 2635 (1992); integrated as in
/// Martyna, Tuckerman, Tobias, Klein, Mol. Phys. 87, 1117 (1996)).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace glassforge::md {

class NoseHooverChain {
 public:
  static constexpr int length = 3;

  NoseHooverChain() = default;
  /// `freedom` degrees of freedom at `temperature`, relaxation time `tau`.
  NoseHooverChain(double temperature, double tau, double freedom) : temperature_(temperature), freedom_(freedom) {
    mass_.fill(temperature * tau * tau);
    mass_[0] *= freedom;
  }

  void setTemperature(double temperature) {
    const double ratio = temperature / temperature_;
    for (double& m : mass_) m *= ratio;
    temperature_ = temperature;
  }
  double temperature() const { return temperature_; }

  /// Half a step: from twice the kinetic energy, the factor that all velocities are to be multiplied with.
  double halfStep(double twice_kinetic, double dt) {
    const double h = 0.5 * dt;
    double scale = 1;
    pushTail(h, twice_kinetic);
    scale *= std::exp(-h * velocity_[0]);
    twice_kinetic *= scale * scale;
    for (int k = 0; k < length; ++k) position_[k] += h * velocity_[k];
    pushHead(h, twice_kinetic);
    return scale;
  }

  /// Energy of the chain: kinetic + potential of the system + this is conserved.
  double energy() const {
    double e = 0;
    for (int k = 0; k < length; ++k) {
      const double weight = k == 0 ? freedom_ : 1.0;
      e += 0.5 * mass_[k] * velocity_[k] * velocity_[k] + weight * temperature_ * position_[k];
    }
    return e;
  }

  static constexpr std::size_t state_size = 2 + 3 * length;
  using State = std::array<double, state_size>;
  /// All that it is, to go on from.
  State state() const {
    State all{temperature_, freedom_};
    auto at = std::copy(mass_.begin(), mass_.end(), all.begin() + 2);
    at = std::copy(position_.begin(), position_.end(), at);
    std::copy(velocity_.begin(), velocity_.end(), at);
    return all;
  }
  void setState(const State& all) {
    temperature_ = all[0];
    freedom_ = all[1];
    std::copy_n(all.begin() + 2, length, mass_.begin());
    std::copy_n(all.begin() + 2 + length, length, position_.begin());
    std::copy_n(all.begin() + 2 + 2 * length, length, velocity_.begin());
  }

 private:
  double drive(int k, double twice_kinetic) const {
    if (k == 0) return (twice_kinetic - freedom_ * temperature_) / mass_[0];
    return (mass_[k - 1] * velocity_[k - 1] * velocity_[k - 1] - temperature_) / mass_[k];
  }
  /// From the end of the chain to its head, each link damped by the one after it.
  void pushTail(double h, double twice_kinetic) {
    velocity_[length - 1] += 0.5 * h * drive(length - 1, twice_kinetic);
    for (int k = length - 2; k >= 0; --k) pushDamped(k, h, twice_kinetic);
  }
  void pushHead(double h, double twice_kinetic) {
    for (int k = 0; k < length - 1; ++k) pushDamped(k, h, twice_kinetic);
    velocity_[length - 1] += 0.5 * h * drive(length - 1, twice_kinetic);
  }
  void pushDamped(int k, double h, double twice_kinetic) {
    const double damping = std::exp(-0.25 * h * velocity_[k + 1]);
    velocity_[k] = (velocity_[k] * damping + 0.5 * h * drive(k, twice_kinetic)) * damping;
  }

  double temperature_ = 1, freedom_ = 1;
  std::array<double, length> mass_{}, position_{}, velocity_{};
};

}  // namespace glassforge::md
