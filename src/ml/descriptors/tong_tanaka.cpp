#include "ml/descriptors/tong_tanaka.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/box.hpp"
#include "ml/descriptors/voronoi.hpp"

namespace glassforge::ml {

namespace {

using NeighbourLists = std::vector<std::vector<std::int32_t>>;

NeighbourLists neighboursWithin(const NeighbourSpace& space, double range) {
  NeighbourLists lists(space.species.size());
  forEachRow(space, rangeWithin(space.box, range), [&](const NeighbourRow& row) {
    auto& list = lists[static_cast<std::size_t>(row.centre)];
    std::ranges::copy_if(row.ids, std::back_inserter(list), [&](std::int32_t j) { return j != row.centre; });
    std::ranges::sort(list);
  });
  return lists;
}

bool contains(const std::vector<std::int32_t>& ascending, std::int32_t id) {
  return std::ranges::binary_search(ascending, id);
}

/// Positions with minimum images, and the pair diameters.
template <int D>
class Geometry {
 public:
  Geometry(const DescriptorInput& input, const std::vector<double>& position)
      : input_(input), position_(position), box_(lengthsOf(input)) {}

  std::array<double, D> offset(std::int32_t i, std::int32_t j) const {
    std::array<double, D> d;
    for (std::size_t k = 0; k < D; ++k)
      d[k] = box_.minimumImage(
          position_[static_cast<std::size_t>(j) * D + k] - position_[static_cast<std::size_t>(i) * D + k],
          static_cast<int>(k));
    return d;
  }
  double distance(std::int32_t i, std::int32_t j) const {
    double square = 0;
    for (const double d : offset(i, j)) square += d * d;
    return std::sqrt(square);
  }
  double sigma(std::int32_t i, std::int32_t j) const {
    return input_.sigmaOf(input_.species[static_cast<std::size_t>(i)], input_.species[static_cast<std::size_t>(j)]);
  }

 private:
  static std::array<double, D> lengthsOf(const DescriptorInput& input) {
    std::array<double, D> lengths;
    std::copy_n(input.box.begin(), D, lengths.begin());
    return lengths;
  }
  const DescriptorInput& input_;
  const std::vector<double>& position_;
  Box<D> box_;
};

/// |theta_jik - theta0_jik|.
double angleDeviation(const Geometry<2>& g, std::int32_t i, std::int32_t j, std::int32_t k) {
  const auto a = g.offset(i, j), b = g.offset(i, k);
  const double angle = std::atan2(std::abs(a[0] * b[1] - a[1] * b[0]), a[0] * b[0] + a[1] * b[1]);
  const double ij = g.sigma(i, j), ik = g.sigma(i, k), jk = g.sigma(j, k);
  const double cosine = (ij * ij + ik * ik - jk * jk) / (2 * ij * ik);  // law of cosines
  return std::abs(angle - std::acos(std::clamp(cosine, -1.0, 1.0)));
}

/// sum_edges |r - sigma| / sum_edges sigma of the tetrahedron.
double edgeDeviation(const Geometry<3>& g, const std::array<std::int32_t, 4>& corner) {
  double deviation = 0, sum = 0;
  for (std::size_t a = 0; a < 4; ++a)
    for (std::size_t b = a + 1; b < 4; ++b) {
      const double sigma = g.sigma(corner[a], corner[b]);
      deviation += std::abs(g.distance(corner[a], corner[b]) - sigma);
      sum += sigma;
    }
  return deviation / sum;
}

struct Mean {
  double sum = 0, count = 0;
  void add(double x) {
    sum += x;
    count += 1;
  }
  double value() const { return count > 0 ? sum / count : 0.0; }
};

double overTriangles(const Geometry<2>& g, const NeighbourLists& near, std::int32_t i) {
  const auto& own = near[static_cast<std::size_t>(i)];
  Mean mean;
  for (std::size_t a = 0; a < own.size(); ++a)
    for (std::size_t b = a + 1; b < own.size(); ++b)
      if (contains(near[static_cast<std::size_t>(own[a])], own[b])) mean.add(angleDeviation(g, i, own[a], own[b]));
  return mean.value();
}

double overTetrahedra(const Geometry<3>& g, const NeighbourLists& near, std::int32_t i) {
  const auto& own = near[static_cast<std::size_t>(i)];
  Mean mean;
  for (std::size_t a = 0; a < own.size(); ++a) {
    const auto& of_a = near[static_cast<std::size_t>(own[a])];
    for (std::size_t b = a + 1; b < own.size(); ++b) {
      if (!contains(of_a, own[b])) continue;
      const auto& of_b = near[static_cast<std::size_t>(own[b])];
      for (std::size_t c = b + 1; c < own.size(); ++c)
        if (contains(of_a, own[c]) && contains(of_b, own[c])) mean.add(edgeDeviation(g, {i, own[a], own[b], own[c]}));
    }
  }
  return mean.value();
}

}  // namespace

TongTanaka::TongTanaka(const DescriptorRequest& request) : Descriptor(request.name), positions_(request.positions) {
  if (request.dimension == 3) requireVoronoi("the descriptor " + name_);
  columns_.add("theta", "1", request.dimension == 2 ? neighbour_range : std::numeric_limits<double>::quiet_NaN());
}

Array<double> TongTanaka::compute(const DescriptorInput& input) const {
  const std::vector<double>& position = input.positions(positions_);
  const NeighbourSpace space = input.space(positions_);
  Array<double> theta({input.particles(), 1});
  const auto count = static_cast<std::int32_t>(input.particles());
  if (input.dimension == 2) {
    const NeighbourLists near = neighboursWithin(space, neighbour_range);
    const Geometry<2> geometry(input, position);
    for (std::int32_t i = 0; i < count; ++i) theta(i, 0) = overTriangles(geometry, near, i);
  } else {
    const NeighbourLists near = radicalNeighbours(space, input.radii());
    const Geometry<3> geometry(input, position);
    for (std::int32_t i = 0; i < count; ++i) theta(i, 0) = overTetrahedra(geometry, near, i);
  }
  return theta;
}

}  // namespace glassforge::ml
