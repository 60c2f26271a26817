/// The neighbours of one particle as lengths and directions.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml {

/// The bonds of one particle at a time, taken from a directed row: the particle itself is none of them. In the order of
/// the row. Buffers grow to the largest row and stay.
class Bonds {
 public:
  explicit Bonds(int dimension) : axes_(static_cast<std::size_t>(dimension)) {}

  /// All neighbours of the row's centre with r < range.
  void take(const NeighbourRow& row, double range);

  std::size_t size() const { return size_; }
  std::span<const std::int32_t> ids() const { return {ids_.data(), size_}; }
  std::span<const double> distance() const { return {distance_.data(), size_}; }
  /// Component of (r_j - r_i) / r_ij along an axis, 0 along the third in 2D; 0 where two particles sit on one point.
  std::span<const double> unit(std::size_t axis) const { return {unit_[axis].data(), size_}; }

 private:
  std::size_t axes_;
  std::size_t size_ = 0;
  std::vector<std::int32_t> ids_;
  std::vector<double> distance_;
  std::array<std::vector<double>, 3> unit_;
};

}  // namespace glassforge::ml
