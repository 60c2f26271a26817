/// Particles of a replica in clusters of as many as a wide number has lanes, and the periodic copies of clusters.
#pragma once

#include <array>
#include <vector>

#include "core/aligned_vector.hpp"
#include "core/box.hpp"

namespace glassforge::md {

/// How pairs across a face of the box are met.
enum class Images {
  copied,  ///< copies of clusters stand beyond the faces; one of a pair meets the copy of the other, not both
  nearest  ///< there are no such copies: distances are those to the nearest image
};

/// A cluster holds `width` particles that follow each other in the order of the replica; places that are left over in
/// the last one stand where its last particle is and have no species.
template <int D>
class Clusters {
 public:
  static constexpr int no_species = -1;

  /// `reach` is the largest distance of a pair.
  Clusters(const Box<D>& box, int particles, int width, double reach, Images images);

  /// Takes clusters and copies from rows (N, 4), which lie in the box.
  void arrange(const double* rows);
  /// Moves particles and copies to where the rows are now.
  void update(const double* rows);

  int width() const { return width_; }
  int particles() const { return particles_; }
  /// Clusters of the particles themselves.
  int count() const { return count_; }
  int copies() const { return static_cast<int>(source_.size()); }
  /// Clusters that have places of their own: with Images::copied, copies too.
  int stored() const { return count_ + (images_ == Images::copied ? copies() : 0); }
  Images images() const { return images_; }
  const Box<D>& box() const { return box_; }

  /// The cluster that c is a copy of: c itself where c < count().
  int source(int c) const { return c < count_ ? c : source_[static_cast<std::size_t>(c - count_)]; }
  /// Where cluster c is, from its source.
  std::array<double, D> shift(int c) const {
    return c < count_ ? std::array<double, D>{} : shift_[static_cast<std::size_t>(c - count_)];
  }
  /// Positions (stored clusters, D, width).
  const double* position() const { return position_.data(); }
  /// Species (stored clusters, width).
  const std::vector<int>& species() const { return species_; }
  /// Corners of the box around a cluster that is no copy, at arrange(); so in the next.
  const std::array<double, D>& low(int c) const { return low_[static_cast<std::size_t>(c)]; }
  const std::array<double, D>& high(int c) const { return high_[static_cast<std::size_t>(c)]; }
  /// Centre of the box around a cluster, and the distance of its farthest particle from there.
  std::array<double, D> centre(int c) const;
  double radius(int c) const { return radius_[static_cast<std::size_t>(source(c))]; }
  double largestRadius() const { return largest_radius_; }

 private:
  void measure(int c);
  void copy(int c);
  void moveCopies();

  Box<D> box_;
  int particles_, width_, count_;
  double reach_, largest_radius_ = 0;
  Images images_;
  std::vector<int> source_;                        ///< (copies)
  std::vector<std::array<double, D>> shift_;       ///< (copies)
  std::vector<std::array<double, D>> low_, high_;  ///< (count) corners of the box around each cluster
  std::vector<double> radius_;                     ///< (count)
  std::vector<int> species_;
  AlignedVector<double> position_;
};

extern template class Clusters<2>;
extern template class Clusters<3>;

}  // namespace glassforge::md
