/// Rows of a replica by species and cell, in single precision: where a list build looks for neighbours.
#pragma once

#include <vector>

#include "core/replica_pack.hpp"
#include "md/single_precision.hpp"
#include "md/wide_float.hpp"

namespace glassforge::md {

/// Rows of one species near a group of particles, in columns that are contiguous and padded for wide loads.
struct Candidates {
  std::vector<float> column[3];    ///< x, y, z
  std::vector<int> row, particle;  ///< offsets (four times the index) of the row and of the particle it is a copy of
  int count = 0;
  int capacity = -1;  ///< none yet: also no rows at all need room for a wide load

  void clear() { count = 0; }
  void reserve(int rows);
  /// Fills what a wide load may read beyond the last row with places far away.
  void pad();
};

/// A corner-to-corner box around a group of particles.
struct Bounds {
  double low[3] = {0, 0, 0}, high[3] = {0, 0, 0};
};

template <int D>
class RowGrid {
 public:
  RowGrid() = default;
  /// A grid over the box and `reach` beyond each of its faces, for each of `replicas`.
  RowGrid(const Box<D>& box, double reach, int replicas, int species_count);

  /// Makes room for `rows` rows a replica.
  void reserve(int rows);

  /// Sorts the rows of replica r by (species, cell, row): the particles, then their copies, `source` telling whose.
  void bin(int r, const double* rows, int particles, int copies, const int* source);

  /// Appends every row of `species` that may be closer than `reach` to a point within `bounds`, line by line of cells.
  void gather(int r, int species, const Bounds& bounds, double reach, Candidates& candidates) const;

 private:
  int cellOf(const double* row) const;
  int cellAlong(double position, int axis) const;
  void appendLine(int r, int begin, int end, Candidates& candidates) const;

  int replicas_ = 0, species_count_ = 0, cells_ = 0;
  int grid_[3] = {1, 1, 1};
  double margin_ = 0;                   ///< of the grid beyond the faces of the box
  double inverse_edge_[3] = {0, 0, 0};  ///< of a cell
  PackView<int**> start_;               ///< (R, species x cells + 1)
  PackView<int**> cell_;                ///< (R, rows)
  PackView<int***> offset_;             ///< (R, 2, rows): of the row, of its particle
  PackView<float***> column_;           ///< (R, 3, rows)
};

extern template class RowGrid<2>;
extern template class RowGrid<3>;

}  // namespace glassforge::md
