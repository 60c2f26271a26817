#include "md/clusters/clusters.hpp"

#include <algorithm>
#include <cmath>

#include "core/replica_pack.hpp"

namespace glassforge::md {

template <int D>
Clusters<D>::Clusters(const Box<D>& box, int particles, int width, double reach, Images images)
    : box_(box),
      particles_(particles),
      width_(width),
      count_((particles + width - 1) / width),
      reach_(reach),
      images_(images),
      low_(static_cast<std::size_t>(count_)),
      high_(static_cast<std::size_t>(count_)),
      radius_(static_cast<std::size_t>(count_)) {}

template <int D>
void Clusters<D>::arrange(const double* rows) {
  source_.clear();
  shift_.clear();
  position_.resize(static_cast<std::size_t>(count_ * D * width_));
  update(rows);
  for (int c = 0; c < count_; ++c) {
    measure(c);
    copy(c);
  }
  largest_radius_ = *std::max_element(radius_.begin(), radius_.end());
  species_.assign(static_cast<std::size_t>(stored() * width_), no_species);
  for (int i = 0; i < particles_; ++i) species_[static_cast<std::size_t>(i)] = speciesOf(rows[4 * i + 3]);
  for (int c = count_; c < stored(); ++c) {
    std::copy_n(species_.begin() + source(c) * width_, width_, species_.begin() + c * width_);
  }
  position_.resize(static_cast<std::size_t>(stored() * D * width_));
  moveCopies();
}

template <int D>
void Clusters<D>::update(const double* rows) {
  double* x = position_.data();
  int i = 0;
  for (int c = 0; c < count_; ++c, x += D * width_) {
    for (int lane = 0; lane < width_; ++lane) {
      for (int k = 0; k < D; ++k) x[k * width_ + lane] = rows[4 * i + k];
      if (i + 1 < particles_) ++i;
    }
  }
  if (static_cast<int>(position_.size()) > count_ * D * width_) moveCopies();
}

template <int D>
void Clusters<D>::moveCopies() {
  if (images_ == Images::nearest) return;
  double* copy = position_.data() + count_ * D * width_;
  for (std::size_t g = 0; g < source_.size(); ++g) {
    const double* from = position_.data() + source_[g] * D * width_;
    for (int k = 0; k < D; ++k) {
      const double by = shift_[g][static_cast<std::size_t>(k)];
      for (int lane = 0; lane < width_; ++lane) *copy++ = *from++ + by;
    }
  }
}

/// The box around cluster c, and its radius.
template <int D>
void Clusters<D>::measure(int c) {
  const double* x = position_.data() + c * D * width_;
  const auto at = static_cast<std::size_t>(c);
  for (int k = 0; k < D; ++k) {
    const auto [low, high] = std::minmax_element(x + k * width_, x + (k + 1) * width_);
    low_[at][static_cast<std::size_t>(k)] = *low;
    high_[at][static_cast<std::size_t>(k)] = *high;
  }
  const auto middle = centre(c);
  double farthest = 0;
  for (int lane = 0; lane < width_; ++lane) {
    double d2 = 0;
    for (int k = 0; k < D; ++k) {
      const double d = x[k * width_ + lane] - middle[static_cast<std::size_t>(k)];
      d2 += d * d;
    }
    farthest = std::max(farthest, d2);
  }
  radius_[at] = std::sqrt(farthest);
}

/// A copy of cluster c for every face, edge and corner it is within reach of. Of two opposite ones, copied images need
/// the one whose last axis that moves, moves up.
template <int D>
void Clusters<D>::copy(int c) {
  const auto at = static_cast<std::size_t>(c);
  int first[3] = {0, 0, 0}, last[3] = {0, 0, 0};
  for (std::size_t k = 0; k < D; ++k) {
    first[k] = high_[at][k] > box_.length(static_cast<int>(k)) - reach_ ? -1 : 0;
    last[k] = low_[at][k] < reach_ ? 1 : 0;
  }
  for (int z = first[2]; z <= last[2]; ++z) {
    for (int y = first[1]; y <= last[1]; ++y) {
      for (int x = first[0]; x <= last[0]; ++x) {
        const int direction = z != 0 ? z : (y != 0 ? y : x);
        if (direction == 0 || (direction < 0 && images_ == Images::copied)) continue;
        const int n[3] = {x, y, z};
        std::array<double, D> by{};
        for (std::size_t k = 0; k < D; ++k) by[k] = n[k] * box_.length(static_cast<int>(k));
        source_.push_back(c);
        shift_.push_back(by);
      }
    }
  }
}

template <int D>
std::array<double, D> Clusters<D>::centre(int c) const {
  const auto at = static_cast<std::size_t>(source(c));
  std::array<double, D> middle = shift(c);
  for (std::size_t k = 0; k < D; ++k) middle[k] += 0.5 * (low_[at][k] + high_[at][k]);
  return middle;
}

template class Clusters<2>;
template class Clusters<3>;

}  // namespace glassforge::md
