#include "swapmc/shells.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace glassforge::swapmc {
namespace {

template <int D>
Box<D> boxOf(const Snapshot& s) {
  std::array<double, D> lengths{};
  for (std::size_t k = 0; k < D; ++k) lengths[k] = s.box[k];
  return Box<D>(lengths);
}

/// Rows of the lists: positions in the box, and a padding row that is near nothing.
std::vector<double> rowsOf(const Snapshot& s) {
  const auto d = static_cast<std::size_t>(s.dimension);
  std::vector<double> rows(4 * (s.particles() + 1), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < s.position.size(); ++i) rows[4 * (i / d) + i % d] = s.position[i];
  return rows;
}

}  // namespace

template <int D>
Shells<D> shellsOf(const Mixture& mixture, const Snapshot& s, double reach) {
  const auto box = boxOf<D>(s);
  const auto rows = rowsOf(s);
  const int n = static_cast<int>(s.particles());
  VerletLists<D> lists(box, reach * *std::max_element(mixture.sigma.begin(), mixture.sigma.end()), 0);
  lists.build(rows.data(), n);
  Shells<D> shells(s.particles());
  for (int i = 0; i < n; ++i) {
    auto& shell = shells[static_cast<std::size_t>(i)];
    for (int q = lists.first(i); q < lists.last(i); ++q) {
      const int at = lists.entries()[q], j = at / 4;
      if (j == n) continue;  // padding
      Neighbour<D> other{j, 0, {}};
      for (int k = 0; k < D; ++k) {
        const double d =
            box.minimumImage(rows[static_cast<std::size_t>(at + k)] - rows[static_cast<std::size_t>(4 * i + k)], k);
        other.vector[static_cast<std::size_t>(k)] = d;
        other.distance += d * d;
      }
      const auto a = s.species[static_cast<std::size_t>(i)], b = s.species[static_cast<std::size_t>(j)];
      other.distance = std::sqrt(other.distance) / mixture.sigmaOf(a, b);
      if (other.distance < reach) shell.push_back(other);
    }
    std::sort(shell.begin(), shell.end(), [](const auto& a, const auto& b) {
      return a.distance < b.distance || (a.distance == b.distance && a.particle < b.particle);
    });
  }
  return shells;
}

template Shells<2> shellsOf<2>(const Mixture&, const Snapshot&, double);
template Shells<3> shellsOf<3>(const Mixture&, const Snapshot&, double);

}  // namespace glassforge::swapmc
