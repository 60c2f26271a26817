/// The clusters of a replica, copies too, by cells of their centres: where a list build looks for neighbours.
#pragma once

#include <array>
#include <vector>

#include "md/clusters/clusters.hpp"

namespace glassforge::md {

/// Balls around clusters, in columns for wide loads; radii include what single precision may be off by.
template <int D>
struct ClusterBalls {
  std::vector<float> centre[D], radius;
  std::vector<int> cluster;  ///< whose: what lists name, a copy where copies are stored, else its source
  std::vector<int> number;   ///< 0, 1, 2, ...
  int count = 0;

  /// Room for `balls`, and for a wide load or store beyond the last.
  void resize(int balls);
  /// Adds those of others' balls that come after cluster `after`, of the balls index(0) .. index(balls - 1); there must
  /// be room for all.
  template <class Index>
  void take(const ClusterBalls& others, int balls, const Index& index, int after);
  /// To be called after the last was taken: what a wide load may read beyond it is far away.
  void close();
  /// Writes the value of `column` of each ball that comes closer than `distance` to the point; their number.
  int touched(const double* point, double distance, const std::vector<int>& column, int* found) const;
};

template <int D>
class ClusterGrid {
 public:
  /// A grid over the box and `margin` beyond each of its faces.
  ClusterGrid(const Box<D>& box, double margin);

  /// Sorts clusters and copies by (cell, number).
  void bin(const Clusters<D>& clusters);

  /// Takes the clusters that come after cluster `after` and whose centres may be closer than `distance` to the box from
  /// `low` to `high`, line by line of cells. What comes after is decided by what lists name.
  void around(const std::array<double, D>& low, const std::array<double, D>& high, double distance, int after);
  /// Of those taken, those after `after` whose balls come closer than `distance` to `point`.
  void near(const std::array<double, D>& point, double distance, int after, ClusterBalls<D>& found);

 private:
  int cellAlong(double position, int axis) const;
  void takeLine(int begin, int end, int after);

  int cells_[3] = {1, 1, 1};
  double margin_;
  float rounding_;          ///< of positions in single precision
  std::vector<int> start_;  ///< (cells + 1)
  std::vector<int> cell_;   ///< (clusters and copies)
  std::vector<int> touched_;
  ClusterBalls<D> sorted_, taken_;
};

extern template class ClusterGrid<2>;
extern template class ClusterGrid<3>;

}  // namespace glassforge::md
