/// Forces, energies and virials of one replica from its list of clusters.
#pragma once

#include <algorithm>
#include <array>
#include <limits>

#include "md/clusters/cluster_list.hpp"
#include "md/pair_potential.hpp"
#include "md/pair_sums.hpp"

namespace glassforge::md {

/// Forces of one replica by lane of its clusters: each pair is met once, its force added to one particle and taken from
/// the other. One thread goes through a replica, in the order of its list, so sums have one order.
template <int D, class Distance>
class ClusterKernel {
 public:
  using Real = typename Distance::Real;
  using Place = typename Distance::Place;
  using Number = typename Distance::Number;
  static constexpr std::size_t width = Distance::cluster_width;

  /// To be called after each build of the list. All that is computed after must have distances in the same units.
  void setParameters(const PairTable& table, int species_count, const Clusters<D>& clusters, const Distance& distance) {
    constexpr Number never = std::numeric_limits<Number>::infinity();  // of (r / sigma)^2: places without a particle
    PairTable in_units = table;
    for (auto& of_species : in_units.inverse_sigma2) {
      for (double& x : of_species) x *= distance.unit(0) * distance.unit(0);
    }
    inverse_sigma2_.fill(in_units.inverse_sigma2, species_count, clusters.species(), never);
    force_scale_.fill(table.force_scale, species_count, clusters.species(), 0);
    four_epsilon_.fill(table.four_epsilon, species_count, clusters.species(), 0);
    force_.resize(clusters.species().size() * D);
  }

  /// Forces from the positions (clusters, D, width), which are the list's own or another form of them. `SameUnits` is
  /// Distance, or computes the same in another way.
  template <class TailType, class SameUnits>
  void compute(const TailType& tail, double cutoff_y, const SameUnits& distance, const Place* position,
               const ClusterList<D>& list) {
    sweep<false>(tail, cutoff_y, distance, position, list);
  }
  /// The same with E_i = 1/2 sum_j V(r_ij) of each lane, and the sums over pairs.
  template <class TailType>
  PairSums computeWithEnergy(const TailType& tail, double cutoff_y, const Distance& distance, const Place* position,
                             const ClusterList<D>& list) {
    energy_.assign(list.clusters.species().size(), 0);
    PairSums sums;
    sums.virial = sweep<true>(tail, cutoff_y, distance, position, list);
    for (int i = 0; i < list.clusters.particles(); ++i) sums.energy += energy(i);
    return sums;
  }

  /// Writes the forces to rows (N, 4).
  void store(const Clusters<D>& clusters, const Distance& distance, double* rows) const {
    double unit[D];
    for (int k = 0; k < D; ++k) unit[k] = distance.unit(k);
    for (int i = 0; i < clusters.particles(); ++i) {
      for (int k = 0; k < D; ++k) rows[4 * i + k] = unit[k] * static_cast<double>(force_[laneOf(i, k)]);
    }
  }
  double energy(int i) const { return energy_[static_cast<std::size_t>(i)]; }

 private:
  static constexpr std::size_t lanes = Real::width;
  static constexpr std::size_t parts = width / lanes;  ///< registers of a cluster
  static_assert(width % lanes == 0);

  /// Force on the central particle, and energy and virial of its pairs.
  struct Sums {
    Real force[D], energy = Real(0.0), virial = Real(0.0);
  };
  /// Parameters of the pairs of one central particle, by lane.
  struct Centre {
    typename Distance::Coordinate place[D];
    int lane;
    const Number *inverse_sigma2, *force_scale, *four_epsilon;
  };

  static std::size_t laneOf(int i, int axis) {
    const auto n = static_cast<std::size_t>(i);
    return (n / width * D + static_cast<std::size_t>(axis)) * width + n % width;
  }

  template <bool with_energy, class TailType, class SameUnits>
  double sweep(const TailType& tail, double cutoff_y, const SameUnits& distance, const Place* position,
               const ClusterList<D>& list);
  template <class TailType, class SameUnits>
  struct Sweep;
  template <bool with_energy>
  void foldCopies(const Clusters<D>& clusters);

  LaneTable<Number> inverse_sigma2_, force_scale_, four_epsilon_;
  AlignedVector<Number> force_;   ///< (stored clusters, D, width)
  AlignedVector<double> energy_;  ///< (stored clusters, width)
};

namespace detail {

/// 0, 1, 2, ... : the numbers of the lanes of the widest cluster.
template <class Number>
constexpr auto kLaneNumbers = [] {
  std::array<Number, 32> numbers{};
  for (std::size_t n = 0; n < numbers.size(); ++n) numbers[n] = static_cast<Number>(n);
  return numbers;
}();

}  // namespace detail

/// What a sweep through all pairs works on, by value: no store to memory can change it.
template <int D, class Distance>
template <class TailType, class SameUnits>
struct ClusterKernel<D, Distance>::Sweep {
  const TailType tail;
  const SameUnits distance;
  const Real limit;
  const Place* position;
  Number* force;
  double* energy;

  /// A central particle and the lanes of one register that it meets.
  struct Meeting {
    std::size_t first, offset;  ///< the first lane, and where its first coordinate is
    Real d[D];
    Real factor;          ///< force / r
    Real energy, virial;  ///< half of each pair's energy; factor r^2
  };

  /// Within its own cluster (`own`) a particle meets all others; the meeting counts for the particle alone.
  template <bool with_energy, bool own>
  KOKKOS_FORCEINLINE_FUNCTION Meeting meet(const Centre& centre, std::size_t first) const {
    Meeting m;
    m.first = first;
    m.offset = D * (first - first % width) + first % width;
    for (int k = 0; k < D; ++k) {
      m.d[k] = distance(centre.place[k], Distance::Coordinate::load(position + m.offset + k * width), k);
    }
    const Real r2 = distance.squared(m.d);
    const Real y = r2 * Real::load(centre.inverse_sigma2 + first);
    auto inside = y < limit;
    if constexpr (own) {
      const Real self(static_cast<Number>(centre.lane));
      inside = inside & (Real::load(detail::kLaneNumbers<Number>.data() + first % width) != self);
    }
    m.factor = keep(inside, tail.slope(y) * Real::load(centre.force_scale + first));
    if constexpr (with_energy) {
      m.energy = keep(inside, tail.energy(y) * Real::load(centre.four_epsilon + first)) * Real(0.5);
      m.virial = m.factor * r2 * Real(own ? 0.5 : 1.0);
    }
    return m;
  }

  /// Forces and energies of a meeting: added to the particle and taken from the lanes, unless those are its own.
  template <bool with_energy, bool own>
  KOKKOS_FORCEINLINE_FUNCTION void add(const Meeting& m, Sums& sums) const {
    for (int k = 0; k < D; ++k) {
      Number* reaction = force + m.offset + k * width;
      sums.force[k] = fusedMultiplyAdd(m.factor, m.d[k], sums.force[k]);
      if constexpr (!own) fusedNegativeMultiplyAdd(m.factor, m.d[k], Real::load(reaction)).store(reaction);
    }
    if constexpr (with_energy) {
      sums.energy = sums.energy + m.energy;
      sums.virial = sums.virial + m.virial;
      if constexpr (!own) (Real::load(energy + m.first) + m.energy).store(energy + m.first);
    }
  }

  /// All pairs of a central particle, whose own cluster begins at lane `own`. A meeting is added while the next one is
  /// under way: what waits for results keeps no place in the processor's queues.
  template <bool with_energy>
  KOKKOS_FORCEINLINE_FUNCTION void pairsOf(const Centre& centre, std::size_t own, const int* entry, int count,
                                           Sums& sums) const {
    for (std::size_t part = 0; part < parts; ++part) {
      add<with_energy, true>(meet<with_energy, true>(centre, own + part * lanes), sums);
    }
    if (count == 0) return;
    Meeting last = meet<with_energy, false>(centre, laneOfEntry(entry[0]));
    for (int n = 1; n < count * static_cast<int>(parts); ++n) {
      const auto part = static_cast<std::size_t>(n) % parts;
      const std::size_t first = laneOfEntry(entry[static_cast<std::size_t>(n) / parts]) + part * lanes;
      const Meeting next = meet<with_energy, false>(centre, first);
      add<with_energy, false>(last, sums);
      last = next;
    }
    add<with_energy, false>(last, sums);
  }

  KOKKOS_FORCEINLINE_FUNCTION static std::size_t laneOfEntry(int entry) {
    return static_cast<std::size_t>(static_cast<std::uint32_t>(entry));
  }
};

/// Goes through all pairs; returns the virial where energies are asked for.
template <int D, class Distance>
template <bool with_energy, class TailType, class SameUnits>
double ClusterKernel<D, Distance>::sweep(const TailType& tail, double cutoff_y, const SameUnits& distance,
                                         const Place* position, const ClusterList<D>& list) {
  const Clusters<D>& clusters = list.clusters;
  const Sweep<TailType, SameUnits> all{tail, distance, Real(cutoff_y), position, force_.data(), energy_.data()};
  double virial = 0;
  std::fill(force_.begin(), force_.end(), Number(0));
  for (int first = 0; first < clusters.particles(); first += static_cast<int>(width)) {
    Number total[D * width] = {};  // on the particles of this cluster from their lists
    const int after = std::min(clusters.particles(), first + static_cast<int>(width));
    for (int i = first; i < after; ++i) {
      const int a = clusters.species()[static_cast<std::size_t>(i)], begin = list.begin(i);
      Centre centre{{}, i - first, inverse_sigma2_.of(a), force_scale_.of(a), four_epsilon_.of(a)};
      Sums sums;
      for (int k = 0; k < D; ++k) {
        centre.place[k] = typename Distance::Coordinate(position[laneOf(i, k)]);
        sums.force[k] = Real(0.0);
      }
      all.template pairsOf<with_energy>(centre, static_cast<std::size_t>(first), list.entries() + begin,
                                        list.end(i) - begin, sums);
      for (std::size_t k = 0; k < D; ++k) {
        total[k * width + static_cast<std::size_t>(i - first)] = static_cast<Number>(sum(sums.force[k]));
      }
      if constexpr (with_energy) {
        energy_[static_cast<std::size_t>(i)] += sum(sums.energy);
        virial += sum(sums.virial);
      }
    }
    Number* force = force_.data() + D * static_cast<std::size_t>(first);
    for (std::size_t n = 0; n < D * width; ++n) force[n] += total[n];
  }
  foldCopies<with_energy>(clusters);
  return virial;
}

/// Adds what was taken from copies to the clusters that they are copies of.
template <int D, class Distance>
template <bool with_energy>
void ClusterKernel<D, Distance>::foldCopies(const Clusters<D>& clusters) {
  const auto fold = [&](auto* lanes_of, std::size_t per_cluster, int c) {
    auto* to = lanes_of + static_cast<std::size_t>(clusters.source(c)) * per_cluster;
    const auto* from = lanes_of + static_cast<std::size_t>(c) * per_cluster;
    for (std::size_t n = 0; n < per_cluster; ++n) to[n] += from[n];
  };
  for (int c = clusters.count(); c < clusters.stored(); ++c) {
    fold(force_.data(), D * width, c);
    if constexpr (with_energy) fold(energy_.data(), width, c);
  }
}

}  // namespace glassforge::md
