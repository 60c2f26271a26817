/// Full neighbour lists of a pack, closed within each replica and rebuilt for each replica on its own.
#pragma once

#include <Kokkos_Core.hpp>
#include <vector>

#include "core/replica_pack.hpp"
#include "md/displacement_check.hpp"
#include "md/pair_potential.hpp"
#include "md/rows/row_grid.hpp"

namespace glassforge::md {

/// The list of one particle has a segment for each species of its neighbours, padded to whole registers with a row far
/// away. Particle order (cell, then id) and entry order (species, then cell by cell) are pure functions of the
/// positions at the build, so sums over a list have one order whatever ran before. Particles near a face have periodic
/// copies (rows after the particles) that move with them: no minimum image is taken per pair.
template <int D>
class RowList {
 public:
  /// `skin` is added to every pair's cutoff; a list is good until some particle has moved by half of it. Lists are
  /// padded to a multiple of `padding` entries; with `by_particle`, particleEntries() is made as well.
  RowList(ReplicaPack<D>& pack, const PairTable& table, int species_count, double skin, int padding = Wide::width,
          bool by_particle = false);

  /// Sorts replica r by cell, makes its periodic copies and lists. False where memory is too small: call grow(), again.
  bool build(ReplicaPack<D>& pack, int r);
  /// Enlarges what the last failed builds found too small. Not to be called while any replica is being advanced.
  void grow(ReplicaPack<D>& pack);

  /// True where some particle of replica r has moved by more than half the skin since the build. Also decides whether
  /// the inner part of each segment is enough for the positions as they are.
  bool outdated(const ReplicaPack<D>& pack, int r);
  /// The same from displacements since builtAt() that were looked at elsewhere.
  bool outdated(int r, const DisplacementCheck& check);
  /// Rows (N, 4) of replica r at the last build.
  const double* builtAt(int r) const { return &built_at_(r, 0, 0); }
  /// Moves the periodic copies of replica r to where their particles are now.
  void updateCopies(ReplicaPack<D>& pack, int r) const;

  /// Entries are offsets into the array of rows: four times the row.
  const int* entries(int r) const { return &entry_(r, 0); }
  /// The same lists with every periodic copy named by its particle, and padding by the particle itself.
  const int* particleEntries(int r) const { return &particle_entry_(r, 0); }
  /// Where the neighbours of particle i of species s begin, and where the entries end, padding included, that may be
  /// within the cutoff now. A segment begins with the pairs that were closest at the build: while no particle has moved
  /// far, the rest is beyond the cutoff.
  int begin(int r, int i, int s) const { return segment_(r, i, 2 * s); }
  int end(int r, int i, int s) const { return segment_(r, i, 2 * s + (inner_[static_cast<std::size_t>(r)] ? 1 : 2)); }
  /// All entries of particle i.
  int first(int r, int i) const { return segment_(r, i, 0); }
  int last(int r, int i) const { return segment_(r, i, 2 * species_count_); }
  int speciesCount() const { return species_count_; }
  double skin() const { return skin_; }
  long builds(int r) const { return builds_[static_cast<std::size_t>(r)]; }

 private:
  /// Squared distances up to which a list goes, and its inner part.
  struct Limits {
    float inner = 0, whole = 0;
  };

  void sortByCell(ReplicaPack<D>& pack, int r);
  bool makeCopies(ReplicaPack<D>& pack, int r);
  bool fillLists(const ReplicaPack<D>& pack, int r);
  bool fillCell(const ReplicaPack<D>& pack, int r, int begin, int end, std::vector<Candidates>& near, Candidates& outer,
                int& at);
  void fillSegment(const ReplicaPack<D>& pack, int r, int i, int s, const Candidates& near, Candidates& outer, int& at);
  static Bounds boundsOf(const ReplicaPack<D>& pack, int r, int begin, int end);
  template <bool by_particle>
  static int search(const Candidates& near, int i, const double* x, const Limits& limit, int* rows, int* particles,
                    Candidates& outer);
  bool lacks(int r, int rows, int entries);

  int padding_;  ///< entries of a list come in multiples of this
  bool by_particle_;
  double skin_, reach_;                                                   ///< reach: largest cutoff + skin
  Limits list_cutoff2_[Mixture::max_species][Mixture::max_species] = {};  ///< (cutoff + skin + rounding of single)^2
  double species_reach_[Mixture::max_species] = {};  ///< the largest cutoff to a species, plus skin
  int species_count_;
  int sort_cells_[3] = {1, 1, 1};  ///< cells of the sort, over the box
  int row_capacity_, entry_capacity_;
  std::vector<int> rows_needed_, entries_needed_;  ///< (R), by failed builds
  std::vector<long> builds_;
  std::vector<char> inner_;  ///< (R) whether the inner parts are enough

  RowGrid<D> grid_;
  PackView<int**> entry_, particle_entry_;
  PackView<int***> segment_;      ///< (R, N, 2 species + 1)
  PackView<int*> copies_;         ///< (R) number of periodic copies
  PackView<int**> source_;        ///< (R, copies) particle each copy belongs to
  PackView<double***> shift_;     ///< (R, copies, 4)
  PackView<double***> built_at_;  ///< (R, N, 4) positions at the last build
  PackView<int**> order_, cell_of_, cell_start_;
};

extern template class RowList<2>;
extern template class RowList<3>;

}  // namespace glassforge::md
