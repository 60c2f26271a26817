// Demixing: short-range order as in Warren and Cowley (Cowley, Phys. Rev. 77, 669 (1950)), and the composition of
// blocks.
#include <algorithm>
#include <cmath>

#include "swapmc/screen.hpp"
#include "swapmc/shells.hpp"

namespace glassforge::swapmc {
namespace {

constexpr double kFirstShell = 1.4;      // sigma_ab
constexpr double kLikeLimit = 0.5;       // half way from random mixing to full demixing
constexpr double kBlockParticles = 64;   // about so many particles to a block
constexpr double kSmallestShare = 0.01;  // species rarer than this are not looked at: their numbers are too small

struct Composition {
  std::vector<double> share;  ///< of each species
  explicit Composition(const Mixture& m, const Snapshot& s) : share(static_cast<std::size_t>(m.speciesCount()), 0.0) {
    for (const auto a : s.species) share[static_cast<std::size_t>(a)] += 1.0 / static_cast<double>(s.particles());
  }
  bool counts(std::size_t a) const { return share[a] >= kSmallestShare && share[a] <= 1 - kSmallestShare; }
};

/// The largest over species of (p - c) / (1 - c): p the share of a species among the neighbours of its own particles, c
/// its share of all. 0: random mixing; 1: like among like; negative: unlike neighbours preferred.
template <int D>
double likeNeighbours(const Mixture& mixture, const Snapshot& s, const Composition& composition) {
  const auto shells = shellsOf<D>(mixture, s, kFirstShell);
  std::vector<double> like(composition.share.size(), 0.0), all(like);
  for (std::size_t i = 0; i < shells.size(); ++i) {
    const auto a = static_cast<std::size_t>(s.species[i]);
    all[a] += static_cast<double>(shells[i].size());
    for (const auto& other : shells[i]) like[a] += s.species[static_cast<std::size_t>(other.particle)] == s.species[i];
  }
  double largest = -1;
  for (std::size_t a = 0; a < all.size(); ++a) {
    const double c = composition.share[a];
    if (composition.counts(a) && all[a] > 0) largest = std::max(largest, (like[a] / all[a] - c) / (1 - c));
  }
  return largest;
}

/// Blocks of the box, as many along each axis.
struct Blocks {
  int per_axis = 1;
  std::vector<std::size_t> of;  ///< block of each particle
  std::size_t count = 1;

  explicit Blocks(const Snapshot& s) {
    const auto d = static_cast<std::size_t>(s.dimension);
    const double wanted = static_cast<double>(s.particles()) / kBlockParticles;
    per_axis = std::max(2, static_cast<int>(std::pow(wanted, 1.0 / s.dimension) + 0.5));
    for (std::size_t k = 0; k < d; ++k) count *= static_cast<std::size_t>(per_axis);
    for (std::size_t i = 0; i < s.particles(); ++i) {
      std::size_t block = 0;
      for (std::size_t k = 0; k < d; ++k) {
        const int at = static_cast<int>(s.position[i * d + k] / s.box[k] * per_axis);
        block = block * static_cast<std::size_t>(per_axis) + static_cast<std::size_t>(std::clamp(at, 0, per_axis - 1));
      }
      of.push_back(block);
    }
  }
};

/// The largest over species of the mean over blocks of (n_a - c n)^2 / (n c (1 - c)), which is 1 for random mixing.
double blockSpread(const Snapshot& s, const Composition& composition, const Blocks& blocks) {
  double largest = 0;
  for (std::size_t a = 0; a < composition.share.size(); ++a) {
    if (!composition.counts(a)) continue;
    std::vector<double> all(blocks.count, 0.0), own(blocks.count, 0.0);
    for (std::size_t i = 0; i < s.particles(); ++i) {
      ++all[blocks.of[i]];
      own[blocks.of[i]] += static_cast<std::size_t>(s.species[i]) == a;
    }
    const double c = composition.share[a];
    double sum = 0;
    for (std::size_t b = 0; b < blocks.count; ++b) {
      if (all[b] > 0) sum += (own[b] - c * all[b]) * (own[b] - c * all[b]) / (all[b] * c * (1 - c));
    }
    largest = std::max(largest, sum / static_cast<double>(blocks.count - 1));  // the blocks add up to the whole
  }
  return largest;
}

/// What chi^2 / freedom may be: the tail that a normal number has at `sigmas` (Wilson and Hilferty, PNAS 17, 684
/// (1931)).
double chiSquareLimit(double freedom, double sigmas) {
  const double v = 2 / (9 * freedom);
  return std::pow(1 - v + sigmas * std::sqrt(v), 3);
}

}  // namespace

std::vector<Check> mixingChecks(const Mixture& mixture, const Snapshot& s, double sigmas) {
  const Composition composition(mixture, s);
  bool mixed = false;
  for (std::size_t a = 0; a < composition.share.size(); ++a) mixed = mixed || composition.counts(a);
  if (!mixed) return {};
  const double like =
      mixture.dimension == 3 ? likeNeighbours<3>(mixture, s, composition) : likeNeighbours<2>(mixture, s, composition);
  const Blocks blocks(s);
  const double freedom = static_cast<double>(blocks.count - 1), spread = blockSpread(s, composition, blocks);
  const double limit = chiSquareLimit(freedom, sigmas);
  return {{"like neighbours", like, 0, kLikeLimit, like <= kLikeLimit},
          {"composition of blocks", spread, std::sqrt(2 / freedom), limit, spread <= limit}};
}

}  // namespace glassforge::swapmc
