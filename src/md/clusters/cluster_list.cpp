#include "md/clusters/cluster_list.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "md/wide_float.hpp"

namespace glassforge::md {
namespace {

constexpr int kGroup = 16;           // clusters that share candidates
constexpr double kRounding = 1e-12;  // relative, of distances: what is dropped here is not looked at again

/// Squared distances of a point from the particles in `Distance::Real::width` lanes.
template <int D, class Distance>
KOKKOS_FORCEINLINE_FUNCTION Wide squaredDistance(const Distance& distance, const Wide* point, const double* lanes) {
  Wide d = distance(point[0], Wide::load(lanes), 0);
  Wide r2 = d * d;
  for (int k = 1; k < D; ++k) {
    d = distance(point[k], Wide::load(lanes + k * Distance::cluster_width), k);
    r2 = fusedMultiplyAdd(d, d, r2);
  }
  return r2;
}

}  // namespace

template <int D>
ClusterList<D>::ClusterList(const Box<D>& box, int particles, int width, double reach, Images images)
    : clusters(box, particles, width, reach, images),
      reach_(reach),
      grid_(box, reach),
      begin_(static_cast<std::size_t>(particles) + 1),
      inner_end_(static_cast<std::size_t>(particles)) {}

template <int D>
void ClusterList<D>::build(const double* rows, int species_count, const ListLimits& limits) {
  constexpr double never = -1;
  clusters.arrange(rows);
  grid_.bin(clusters);
  inner2_.fill(limits.inner, species_count, clusters.species(), never);
  whole2_.fill(limits.whole, species_count, clusters.species(), never);
  for (int a = 0; a < species_count; ++a) {
    species_reach_[a] =
        std::sqrt(*std::max_element(limits.whole[a], limits.whole[a] + species_count)) * (1 + kRounding);
  }
  if (clusters.images() == Images::copied) {
    fill(PlainDistance<D>(), clusters.species());
  } else {
    fill(NearestImageDistance<D>(clusters.box()), clusters.species());
  }
  inner = true;
}

template <int D>
template <class Distance>
void ClusterList<D>::fill(const Distance& distance, const std::vector<int>& species) {
  constexpr int width = Distance::cluster_width;
  const int N = clusters.particles();
  seen_.assign(static_cast<std::size_t>(clusters.stored()), -1);
  int at = 0;
  for (int c = 0; c < clusters.count(); ++c) {
    if (c % kGroup == 0) takeAround(c, std::min(clusters.count(), c + kGroup));
    findNear(c);
    const auto most = static_cast<std::size_t>(at + (near_.count + WideFloat::width) * width);
    if (entry_.size() < most) entry_.resize(most + most / 2);
    for (int i = c * width; i < std::min(N, (c + 1) * width); ++i) {
      listOf(distance, i, species[static_cast<std::size_t>(i)], at);
    }
  }
  begin_.back() = at;
}

/// Candidates of the clusters begin .. end - 1.
template <int D>
void ClusterList<D>::takeAround(int begin, int end) {
  auto low = clusters.low(begin), high = clusters.high(begin);
  for (int c = begin + 1; c < end; ++c) {
    for (std::size_t k = 0; k < D; ++k) {
      low[k] = std::min(low[k], clusters.low(c)[k]);
      high[k] = std::max(high[k], clusters.high(c)[k]);
    }
  }
  grid_.around(low, high, (reach_ + clusters.largestRadius()) * (1 + kRounding), begin);
}

/// The clusters that may be near cluster c and come after it.
template <int D>
void ClusterList<D>::findNear(int c) {
  grid_.near(clusters.centre(c), (reach_ + clusters.radius(c)) * (1 + kRounding), c, near_);
  touched_.resize(near_.cluster.size());
  outer_.resize(near_.cluster.size());
}

/// The list of particle i, from entry `at` on: first the inner ones, then the others.
template <int D>
template <class Distance>
void ClusterList<D>::listOf(const Distance& distance, int i, int species, int& at) {
  constexpr int width = Distance::cluster_width;
  const double* all = clusters.position();
  const double* self = all + i / width * D * width + i % width;
  double place[D];
  Wide point[D];
  for (int k = 0; k < D; ++k) point[k] = Wide(place[k] = self[k * width]);
  const int touched = near_.touched(place, species_reach_[species], near_.cluster, touched_.data());
  const double *inner2 = inner2_.of(species), *whole2 = whole2_.of(species);
  int *entry = entry_.data() + at, *outer = outer_.data(), *seen = seen_.data();
  const int* ids = touched_.data();
  int close_count = 0, outer_count = 0;
  for (int q = 0; q < touched; ++q) {
    const int c = ids[q];
    if constexpr (!std::is_same_v<Distance, PlainDistance<D>>) {  // a cluster may be near by two of its images
      if (seen[c] == i) continue;
      seen[c] = i;
    }
    const double* lanes = all + c * D * width;
    bool close = false, within = false;
    for (int lane = 0; lane < width; lane += Wide::width) {
      const Wide r2 = squaredDistance<D>(distance, point, lanes + lane);
      close |= (r2 < Wide::load(inner2 + c * width + lane)).any();
      within |= (r2 < Wide::load(whole2 + c * width + lane)).any();
    }
    entry[close_count] = outer[outer_count] = c * width;
    close_count += static_cast<int>(close);  // no branch: it would often be foreseen wrongly
    outer_count += static_cast<int>(within) - static_cast<int>(close);
  }
  begin_[static_cast<std::size_t>(i)] = at;
  inner_end_[static_cast<std::size_t>(i)] = at + close_count;
  for (int n = 0; n < outer_count; n += WideFloat::width) {  // both have room for a whole register
    WideInt::load(outer + n).store(entry + close_count + n);
  }
  at += close_count + outer_count;
}

template class ClusterList<2>;
template class ClusterList<3>;

}  // namespace glassforge::md
