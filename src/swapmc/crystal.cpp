// Bond-orientational order. 2D: Nelson and Halperin, Phys. Rev. B 19, 2457 (1979); 3D: Steinhardt, Nelson, Ronchetti,
// Phys. Rev. B 28, 784 (1983), and ten Wolde, Ruiz-Montero, Frenkel, J. Chem. Phys. 104, 9932 (1996).
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "swapmc/screen.hpp"
#include "swapmc/shells.hpp"

namespace glassforge::swapmc {
namespace {

using Complex = std::complex<double>;

constexpr double kFirstShell = 1.4;   // sigma_ab: the first minimum of g(r) of dense Lennard-Jones mixtures
constexpr double kCandidates = 2.2;   // sigma_ab: the nearest few are chosen among these
constexpr double kCoherent = 0.5;     // two neighbours with a larger product of bond orders are connected
constexpr int kSolidConnections = 7;  // 3D: a solid-like particle has more
constexpr int kDegree = 6;            // l of spherical harmonics

// Liquids lie far below, crystals far above (docs/formulas.md has the figures).
constexpr double kFlatOrderLimit = 0.3, kFlatShareLimit = 0.2;
constexpr double kOrderLimit = 0.2, kShareLimit = 0.1;

Check atMost(std::string name, double value, double limit) {
  return {std::move(name), value, 0, limit, value <= limit};
}

struct BondOrder {
  double global = 0;  ///< of all bonds together
  double share = 0;   ///< of particles in crystal-like surroundings
};

/// psi_l from the l nearest neighbours; crystal-like where all of them but one at most have Re(psi_i psi_j*) > 1/2.
BondOrder flatOrder(const Shells<2>& shells, int l) {
  std::vector<Complex> psi(shells.size());
  Complex total = 0;
  const auto nearest = [l](const auto& shell) { return std::min(shell.size(), static_cast<std::size_t>(l)); };
  for (std::size_t i = 0; i < shells.size(); ++i) {
    for (std::size_t k = 0; k < nearest(shells[i]); ++k) {
      const auto& r = shells[i][k].vector;
      psi[i] += std::polar(1.0 / l, l * std::atan2(r[1], r[0]));
    }
    total += psi[i];
  }
  double solid = 0;
  for (std::size_t i = 0; i < shells.size(); ++i) {
    int connected = 0;
    for (std::size_t k = 0; k < nearest(shells[i]); ++k) {
      const auto& other = psi[static_cast<std::size_t>(shells[i][k].particle)];
      connected += (psi[i] * std::conj(other)).real() > kCoherent;
    }
    solid += connected >= l - 1;
  }
  const auto n = static_cast<double>(shells.size());
  return {std::abs(total) / n, solid / n};
}

using Harmonics = std::array<Complex, kDegree + 1>;  // m = 0 .. l; those of -m follow from them

/// Y_lm of a direction, up to one factor for all.
Harmonics harmonicsOf(const std::array<double, 3>& r) {
  const double length = std::sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
  const double polar = std::acos(std::clamp(r[2] / length, -1.0, 1.0)), azimuth = std::atan2(r[1], r[0]);
  Harmonics y;
  for (unsigned m = 0; m <= kDegree; ++m) {
    y[m] = std::polar(1.0, m * azimuth) * static_cast<double>(std::sph_legendre(kDegree, m, polar));
  }
  return y;
}

/// sum over m = -l .. l of a_m b_m*, real by symmetry.
double product(const Harmonics& a, const Harmonics& b) {
  double sum = (a[0] * std::conj(b[0])).real();
  for (std::size_t m = 1; m < a.size(); ++m) sum += 2 * (a[m] * std::conj(b[m])).real();
  return sum;
}

void add(Harmonics& sum, const Harmonics& y) {
  for (std::size_t m = 0; m < sum.size(); ++m) sum[m] += y[m];
}

/// Q_6 of all bonds; solid-like where more than seven neighbours have q_i . q_j* > 1/2, vectors of length 1.
BondOrder solidOrder(const Shells<3>& shells) {
  std::vector<Harmonics> q(shells.size());
  Harmonics total{};
  double bonds = 0;
  for (std::size_t i = 0; i < shells.size(); ++i) {
    for (const auto& neighbour : shells[i]) add(q[i], harmonicsOf(neighbour.vector));
    add(total, q[i]);
    bonds += static_cast<double>(shells[i].size());
  }
  std::vector<double> length;
  for (const auto& qi : q) length.push_back(std::sqrt(product(qi, qi)));
  double solid = 0;
  for (std::size_t i = 0; i < shells.size(); ++i) {
    int connected = 0;
    for (const auto& neighbour : shells[i]) {
      const auto j = static_cast<std::size_t>(neighbour.particle);
      connected += product(q[i], q[j]) > kCoherent * length[i] * length[j];
    }
    solid += connected > kSolidConnections;
  }
  const double factor = 4 * std::numbers::pi / (2 * kDegree + 1);
  return {std::sqrt(factor * product(total, total)) / std::max(1.0, bonds), solid / static_cast<double>(shells.size())};
}

}  // namespace

std::vector<Check> crystalChecks(const Mixture& mixture, const Snapshot& s) {
  if (mixture.dimension == 3) {
    const BondOrder order = solidOrder(shellsOf<3>(mixture, s, kFirstShell));
    return {atMost("bond order", order.global, kOrderLimit), atMost("crystal-like share", order.share, kShareLimit)};
  }
  const auto shells = shellsOf<2>(mixture, s, kCandidates);
  const BondOrder hexagonal = flatOrder(shells, 6), square = flatOrder(shells, 4);
  return {atMost("hexagonal bond order", hexagonal.global, kFlatOrderLimit),
          atMost("hexagonal share", hexagonal.share, kFlatShareLimit),
          atMost("square bond order", square.global, kFlatOrderLimit),
          atMost("square share", square.share, kFlatShareLimit)};
}

}  // namespace glassforge::swapmc
