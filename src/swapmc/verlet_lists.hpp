/// Lists for Monte Carlo: species-blind, so that they survive swaps, with minimum images, in file order of particles.
#pragma once

#include <vector>

#include "core/box.hpp"
#include "md/wide.hpp"

namespace glassforge::swapmc {

/// Entry order is cell by cell, then id: a pure function of the positions at the build.
template <int D>
class VerletLists {
 public:
  /// Lists all pairs closer than `reach` + `skin`.
  VerletLists(const Box<D>& box, double reach, double skin) : box_(box), reach_(reach + skin), skin_(skin) {}

  /// `rows`: (N, 4) positions in [0, L); row N is the padding entry and must never be within any cutoff.
  void build(const double* rows, int particles);
  /// True where particle i, now at `x`, has moved so far since the build that a pair may be missing.
  bool outdatedBy(int i, const double* x) const;

  /// The rows, (N, 4), at the last build.
  const std::vector<double>& builtAt() const { return built_at_; }

  /// Offsets into the array of rows: four times the row.
  const int* entries() const { return entry_.data(); }
  int first(int i) const { return first_[static_cast<std::size_t>(i)]; }
  int last(int i) const { return first_[static_cast<std::size_t>(i) + 1]; }
  /// Asks for the list of particle i to be in the cache soon.
  void prefetch(int i) const {
    constexpr int per_line = 16;
    for (int q = first(i); q < last(i); q += per_line) __builtin_prefetch(entries() + q);
  }
  long builds() const { return builds_; }

 private:
  void bin(const double* rows, int particles);
  void listAround(const double* rows, int i);
  void testCell(const double* x, int i, int begin, int end);

  Box<D> box_;
  double reach_, skin_;
  int cells_[3] = {1, 1, 1};
  std::vector<int> entry_, first_, start_, binned_id_;
  std::vector<double> binned_[3], built_at_;
  long builds_ = 0;
};

extern template class VerletLists<2>;
extern template class VerletLists<3>;

}  // namespace glassforge::swapmc
