#include "ml/descriptors/cage_functions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ml/descriptors/bond_order.hpp"
#include "ml/descriptors/exponential.hpp"

namespace glassforge::ml {

namespace {

std::size_t radii(const std::vector<GaussianSeries>& series) {
  std::size_t count = 0;
  for (const GaussianSeries& s : series) count += s.count;
  return count;
}

/// Both kinds of functions of one particle after another.
class RowFunctions {
 public:
  explicit RowFunctions(int dimension)
      : radial_(CageFunctions::radialSeries(dimension)),
        angular_(CageFunctions::angularSeries(dimension)),
        angular_reach_(reachOf({angular_})),
        bonds_(dimension),
        order_(dimension, CageFunctions::l_max, angular_.count) {}

  void write(const NeighbourRow& row, double* out) {
    for (std::size_t b = 0; b + 1 < row.begin.size(); ++b) {
      const std::size_t first = row.begin[b], count = row.begin[b + 1] - first;
      others_.clear();
      for (std::size_t n = first; n < first + count; ++n)
        if (row.ids[n] != row.centre) others_.push_back(row.distance[n]);
      radial_.compute(others_, out);
      out += radial_.size();
    }
    bonds_.take(row, angular_reach_);
    weigh();
    const auto invariants = order_.compute(bonds_, weights_);
    constexpr std::size_t degrees = CageFunctions::l_max + 1;
    for (std::size_t k = 0; k < angular_.count; ++k)
      out = std::copy_n(invariants.data() + k * degrees + 1, degrees - 1, out);
  }

 private:
  void weigh() {
    const std::span<const double> r = bonds_.distance();
    weights_.resize(angular_.count * r.size());
    for (std::size_t k = 0; k < angular_.count; ++k) {
      const double radius = angular_.radius(k), inverse = 1 / angular_.width;
      double* w = weights_.data() + k * r.size();
      for (std::size_t n = 0; n < r.size(); ++n) {
        const double widths = (r[n] - radius) * inverse;
        w[n] = expNonPositive(-0.5 * widths * widths);
      }
    }
  }

  GaussianSums radial_;
  GaussianSeries angular_;
  double angular_reach_;
  Bonds bonds_;
  BondOrder order_;
  std::vector<double> others_, weights_;
};

}  // namespace

CageFunctions::CageFunctions(int dimension, std::vector<std::string> species_names)
    : dimension_(dimension), species_names_(std::move(species_names)) {}

std::vector<GaussianSeries> CageFunctions::radialSeries(int dimension) {
  return {{0.525, 0.025, 60}, {2.05, 0.05, 20}, {3.1, 0.1, dimension == 2 ? 18u : 7u}};
}

GaussianSeries CageFunctions::angularSeries(int dimension) {
  return {1.0, 0.1, dimension == 2 ? 14u : 16u};
}

std::size_t CageFunctions::size() const {
  return radii(radialSeries(dimension_)) * species_names_.size() + angularSeries(dimension_).count * l_max;
}

void CageFunctions::addColumns(const std::string& suffix, Columns& columns) const {
  for (const std::string& species : species_names_)
    for (const GaussianSeries& s : radialSeries(dimension_))
      for (std::size_t k = 0; k < s.count; ++k)
        columns.add(fmt::format("G_r{:.4g}_{}_{}", s.radius(k), species, suffix), "1", s.radius(k));
  const GaussianSeries angular = angularSeries(dimension_);
  for (std::size_t k = 0; k < angular.count; ++k)
    for (int l = 1; l <= l_max; ++l)
      columns.add(fmt::format("Q{}_r{:.4g}_{}", l, angular.radius(k), suffix), "1", angular.radius(k));
}

Array<double> CageFunctions::compute(const NeighbourSpace& space) const {
  Array<double> values({space.species.size(), size()});
  RowFunctions functions(dimension_);
  const double range = std::max(reachOf(radialSeries(dimension_)), reachOf({angularSeries(dimension_)}));
  forEachDirectedRow(space, rangeWithin(space.box, range),
                     [&](const NeighbourRow& row) { functions.write(row, values.row(row.centre).data()); });
  return values;
}

}  // namespace glassforge::ml
