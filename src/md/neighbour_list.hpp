/// Full neighbour lists of a pack, closed within each replica and rebuilt for each replica on its own.
#pragma once

#include <Kokkos_Core.hpp>
#include <vector>

#include "core/replica_pack.hpp"
#include "md/pair_potential.hpp"
#include "md/row_grid.hpp"

namespace glassforge::md {

/// The list of one particle has a segment for each species of its neighbours, padded to whole registers with a row far
/// away. Particle order (cell, then id) and entry order (species, then cell by cell) are pure functions of the
/// positions at the build, so sums over a list have one order whatever ran before. Particles near a face have periodic
/// copies (rows after the particles) that move with them: no minimum image is taken per pair.
template <int D>
class NeighbourList {
 public:
  /// `skin` is added to every pair's cutoff; a list is good until some particle has moved by half of it. Lists are
  /// padded to a multiple of `padding` entries; with `by_particle`, particleEntries() is made as well.
  NeighbourList(ReplicaPack<D>& pack, const PairTable& table, int species_count, double skin, int padding = Wide::width,
                bool by_particle = false);

  /// Sorts replica r by cell, makes its periodic copies and lists. False where memory is too small: call grow(), again.
  bool build(ReplicaPack<D>& pack, int r);
  /// Enlarges what the last failed builds found too small. Not to be called while any replica is being advanced.
  void grow(ReplicaPack<D>& pack);

  /// True where some particle of replica r has moved by more than half the skin since the build.
  bool outdated(const ReplicaPack<D>& pack, int r) const;
  /// Moves the periodic copies of replica r to where their particles are now.
  void updateCopies(ReplicaPack<D>& pack, int r) const;

  /// Entries are offsets into the array of rows: four times the row.
  const int* entries(int r) const { return &entry_(r, 0); }
  /// The same lists with every periodic copy named by its particle, and padding by the particle itself.
  const int* particleEntries(int r) const { return &particle_entry_(r, 0); }
  /// Where the segments of particle i begin, species by species, and where the last one ends, padding included.
  const int* segments(int r, int i) const { return &segment_(r, i, 0); }
  int first(int r, int i) const { return segment_(r, i, 0); }
  int last(int r, int i) const { return segment_(r, i, species_count_); }
  int speciesCount() const { return species_count_; }
  double skin() const { return skin_; }
  long builds(int r) const { return builds_[static_cast<std::size_t>(r)]; }

 private:
  void sortByCell(ReplicaPack<D>& pack, int r);
  void permute(ReplicaPack<D>& pack, int r);
  bool makeCopies(ReplicaPack<D>& pack, int r);
  bool fillLists(const ReplicaPack<D>& pack, int r);
  bool fillCell(const ReplicaPack<D>& pack, int r, int begin, int end, std::vector<Candidates>& near, int& at);
  template <bool by_particle>
  int search(const Candidates& near, int i, const double* x, float limit, int r, int at) const;
  bool lacks(int r, int rows, int entries);

  int padding_;  ///< entries of a list come in multiples of this
  bool by_particle_;
  double skin_, reach_;                                                  ///< reach: largest cutoff + skin
  float list_cutoff2_[Mixture::max_species][Mixture::max_species] = {};  ///< (cutoff + skin + rounding of single)^2
  double species_reach_[Mixture::max_species] = {};                      ///< the largest cutoff to a species, plus skin
  int species_count_;
  int sort_cells_[3] = {1, 1, 1};  ///< cells of the sort, over the box
  int row_capacity_, entry_capacity_;
  std::vector<int> rows_needed_, entries_needed_;  ///< (R), by failed builds
  std::vector<long> builds_;

  RowGrid<D> grid_;
  PackView<int**> entry_, particle_entry_;
  PackView<int***> segment_;      ///< (R, N, species + 1)
  PackView<int*> copies_;         ///< (R) number of periodic copies
  PackView<int**> source_;        ///< (R, copies) particle each copy belongs to
  PackView<double***> shift_;     ///< (R, copies, 4)
  PackView<double***> built_at_;  ///< (R, N, 4) positions at the last build
  PackView<int**> order_, cell_of_, cell_start_;
  PackView<double***> scratch_;   ///< (R, N, 4)
  PackView<int***> scratch_int_;  ///< (R, N, 4)
};

extern template class NeighbourList<2>;
extern template class NeighbourList<3>;

}  // namespace glassforge::md
