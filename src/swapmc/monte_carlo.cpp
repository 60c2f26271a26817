#include "swapmc/monte_carlo.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace glassforge::swapmc {
namespace {

using md::Wide;

constexpr double kSkin = 0.6;        // of the lists: rebuilt about every ten sweeps at a displacement of 0.05
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kStillSkin = 0.01;  // where all moves are swaps: no particle ever moves

bool onlySwaps(const MonteCarloOptions& options) {
  return options.swap_fraction >= 1 && !options.swap_pairs.empty();
}

/// Where particles cannot go far, lists that are never outdated can be shorter.
double skinFor(const MonteCarloOptions& options) {
  if (onlySwaps(options)) return kStillSkin;
  double skin = options.confinement.empty() ? kSkin : kStillSkin;
  for (const double radius : options.confinement) skin = std::clamp(2 * radius + kStillSkin, skin, kSkin);
  return skin;
}

template <int D>
Box<D> boxOf(const Snapshot& s) {
  std::array<double, D> lengths{};
  for (int k = 0; k < D; ++k) lengths[static_cast<std::size_t>(k)] = s.box[static_cast<std::size_t>(k)];
  return Box<D>(lengths);
}

/// Squared minimum-image distances of the rows from x.
template <int D>
Wide squaredDistance(const Box<D>& box, const double* x, const md::WideRows& other) {
  const auto along = [&](int k, const Wide& theirs) {
    const Wide d = Wide(x[k]) - theirs;
    return fusedMultiplyAdd(Wide(-box.length(k)), nearestInteger(d * Wide(1.0 / box.length(k))), d);
  };
  const Wide dx = along(0, other.x), dy = along(1, other.y);
  Wide r2 = fusedMultiplyAdd(dx, dx, dy * dy);
  if constexpr (D == 3) {
    const Wide dz = along(2, other.z);
    r2 = fusedMultiplyAdd(dz, dz, r2);
  }
  return r2;
}

/// Squared distances of a batch of rows and their species: kept before energies are taken from them, since two short
/// chains of dependent operations keep the processor busier than one long one.
template <int targets>
struct Batch {
  static constexpr int size = 32;
  Wide r2[targets][size], code[size];
};

/// Goes through entries first .. last - 1 batch by batch: fills one with the squared distances of their rows from each
/// target, then calls use(batch, how many are filled).
template <int targets, int D, class Use>
KOKKOS_FORCEINLINE_FUNCTION void inBatches(const Box<D>& box, const double* const (&from)[targets], const double* rows,
                                           const int* entries, int first, int last, const Use& use) {
  Batch<targets> batch;
  for (int q = first; q < last; q += Batch<targets>::size * Wide::width) {
    const int count = std::min(Batch<targets>::size, (last - q) / Wide::width);
    for (int k = 0; k < count; ++k) {
      const auto other = md::loadRows(rows, entries + q + k * Wide::width);
      for (int t = 0; t < targets; ++t) batch.r2[t][k] = squaredDistance(box, from[t], other);
      batch.code[k] = other.code;
    }
    use(batch, count);
  }
}

/// Energies of the pairs of one species with the rows of a wide load.
template <class TailType, bool many>
class PairEnergies {
 public:
  PairEnergies(const TailType& tail, const md::PairTable& table, int species)
      : tail_(tail),
        inverse_sigma2_(table.inverse_sigma2[species]),
        four_epsilon_(table.four_epsilon[species]),
        limit_(table.cutoff_y) {}

  KOKKOS_FORCEINLINE_FUNCTION Wide operator()(const Wide& r2, const Wide& code) const {
    const Wide y = r2 * lookup(inverse_sigma2_, code);
    return keep(y < limit_, lookup(four_epsilon_, code) * tail_.energy(y));
  }

 private:
  const TailType tail_;
  const md::WideTable<many> inverse_sigma2_, four_epsilon_;
  const Wide limit_;
};

/// An index below n from 32 random bits; its bias of n / 2^32 is the same for a move and its reverse.
int pick(std::uint32_t word, std::size_t n) {
  return static_cast<int>((std::uint64_t{word} * n) >> 32);
}

}  // namespace

template <int D>
MonteCarlo<D>::MonteCarlo(const Mixture& mixture, const Snapshot& start, const MonteCarloOptions& options,
                          const StreamKey& key)
    : mixture_(mixture),
      tail_(md::makeTail(mixture.smoothing, mixture.cutoff)),
      table_(mixture),
      box_(boxOf<D>(start)),
      options_(options),
      stream_(key),
      still_(onlySwaps(options)),
      lists_(box_, mixture.maxCutoff(), skinFor(options)) {
  if (mixture.speciesCount() > 4) more_than_four_ = std::true_type();
  if (options_.swap_pairs.empty()) options_.swap_fraction = 0;
  moves_.push_back({"displacement"});
  for (const auto& [a, b] : options_.swap_pairs) {
    moves_.push_back({fmt::format("swap {}-{}", mixture.species[static_cast<std::size_t>(a)],
                                  mixture.species[static_cast<std::size_t>(b)])});
  }
  load(start);
}

template <int D>
void MonteCarlo<D>::load(const Snapshot& snapshot) {
  start_ = snapshot;
  const std::size_t n = snapshot.particles();
  start_.image.resize(n * D, 0);
  row_ = PackView<double**>("swapmc::row", n + 1, 4);
  image_ = start_.image;
  members_.assign(static_cast<std::size_t>(mixture_.speciesCount()), {});
  place_.assign(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < D; ++k) {
      row_(i, k) = snapshot.position[i * D + k];
      image_[i * D + k] += box_.wrap(row_(i, k), static_cast<int>(k));
    }
    row_(i, 3) = speciesCode(snapshot.species[i]);
    auto& family = members_[static_cast<std::size_t>(snapshot.species[i])];
    place_[i] = static_cast<int>(family.size());
    family.push_back(static_cast<int>(i));
  }
  for (std::size_t k = 0; k < 3; ++k) row_(n, k) = std::numeric_limits<double>::quiet_NaN();
  row_(n, 3) = speciesCode(0);
  rebuild();
  fullEnergy(true);
}

template <int D>
Snapshot MonteCarlo<D>::store() const {
  Snapshot s = start_;
  s.image = image_;
  for (std::size_t i = 0; i < s.particles(); ++i) {
    for (std::size_t k = 0; k < D; ++k) s.position[i * D + k] = row_(i, k);
  }
  return s;
}

template <int D>
void MonteCarlo<D>::rebuild() {
  lists_.build(row_.data(), static_cast<int>(start_.particles()));
  remembered_.assign(start_.particles() + 1, kUnknown);
}

template <int D>
double MonteCarlo<D>::localEnergy(int i) const {
  return energyAs(i, speciesOf(row_(i, 3)));
}

/// Energy of particle i with its neighbours, were it one of `species`.
template <int D>
double MonteCarlo<D>::energyAs(int i, int species) const {
  const double* x = &row_(i, 0);
  return std::visit(
      [&](const auto& tail, auto many) {
        const PairEnergies<std::decay_t<decltype(tail)>, many> energies(tail, table_, species);
        Wide energy(0.0);
        inBatches<1>(box_, {x}, row_.data(), lists_.entries(), lists_.first(i), lists_.last(i),
                     [&](const Batch<1>& batch, int count) {
                       for (int k = 0; k < count; ++k) energy = energy + energies(batch.r2[0][k], batch.code[k]);
                     });
        return sum(energy);
      },
      tail_, more_than_four_);
}

/// Energy of particle i at `target` minus that where it is, in one pass over its list.
template <int D>
double MonteCarlo<D>::displacementDifference(int i, const double* target) const {
  const double* x = &row_(i, 0);
  return std::visit(
      [&](const auto& tail, auto many) {
        const PairEnergies<std::decay_t<decltype(tail)>, many> energies(tail, table_, speciesOf(x[3]));
        Wide before(0.0), after(0.0);
        inBatches<2>(box_, {x, target}, row_.data(), lists_.entries(), lists_.first(i), lists_.last(i),
                     [&](const Batch<2>& batch, int count) {
                       for (int k = 0; k < count; ++k) {
                         before = before + energies(batch.r2[0][k], batch.code[k]);
                         after = after + energies(batch.r2[1][k], batch.code[k]);
                       }
                     });
        return sum(after) - sum(before);
      },
      tail_, more_than_four_);
}

template <int D>
double MonteCarlo<D>::fullEnergy(bool reset) {
  double twice = 0;
  for (int i = 0; i < static_cast<int>(start_.particles()); ++i) twice += localEnergy(i);
  if (reset) energy_ = 0.5 * twice;
  return 0.5 * twice;
}

/// Energy of particle i as one of `species` minus that as it is, in one pass over its list.
template <int D>
double MonteCarlo<D>::speciesDifference(int i, int species) {
  if (still_) return energyAs(i, species) - rememberedEnergy(i);
  const double* x = &row_(i, 0);
  return std::visit(
      [&](const auto& tail, auto many) {
        using Energies = PairEnergies<std::decay_t<decltype(tail)>, many>;
        const Energies now(tail, table_, speciesOf(x[3])), then(tail, table_, species);
        Wide before(0.0), after(0.0);
        inBatches<1>(box_, {x}, row_.data(), lists_.entries(), lists_.first(i), lists_.last(i),
                     [&](const Batch<1>& batch, int count) {
                       for (int k = 0; k < count; ++k) {
                         before = before + now(batch.r2[0][k], batch.code[k]);
                         after = after + then(batch.r2[0][k], batch.code[k]);
                       }
                     });
        return sum(after) - sum(before);
      },
      tail_, more_than_four_);
}

/// localEnergy(i), which a chain without displacements computes again only where a neighbour has changed its species.
template <int D>
double MonteCarlo<D>::rememberedEnergy(int i) {
  double& energy = remembered_[static_cast<std::size_t>(i)];
  if (std::isnan(energy)) energy = localEnergy(i);
  return energy;
}

template <int D>
void MonteCarlo<D>::forgetAround(int i) {
  const int* entries = lists_.entries();
  remembered_[static_cast<std::size_t>(i)] = kUnknown;
  for (int q = lists_.first(i); q < lists_.last(i); ++q) {
    remembered_[static_cast<std::size_t>(entries[q] / ReplicaPack<D>::columns)] = kUnknown;
  }
}

/// Energy after i, of species a, and j, of species b, have exchanged species, minus that before. Each difference takes
/// the other particle for what it was, so where the two are neighbours their own pair, which keeps its energy, is set
/// right.
template <int D>
double MonteCarlo<D>::swapDifference(int i, int j, int a, int b) {
  lists_.prefetch(j);
  const double difference = speciesDifference(i, b) + speciesDifference(j, a);
  double r2 = 0;
  for (int k = 0; k < D; ++k) {
    const double d = box_.minimumImage(row_(i, k) - row_(j, k), k);
    r2 += d * d;
  }
  return difference +
         std::visit(
             [&](const auto& tail) {
               const auto energy = [&](int c, int d) { return evaluatePair(tail, table_, c, d, r2).energy; };
               return 2 * energy(a, b) - energy(a, a) - energy(b, b);
             },
             tail_);
}

template <int D>
bool MonteCarlo<D>::accept(double difference, std::uint32_t high, std::uint32_t low) const {
  if (difference <= 0) return true;
  return RandomStream::toUnit(high, low) < std::exp(-difference / options_.temperature);
}

/// Along axis k, in unwrapped space, of particle i at x, which belongs to its image counter.
template <int D>
double MonteCarlo<D>::fromStart(int i, int k, double x) const {
  const auto at = static_cast<std::size_t>(i * D + k);
  return x - start_.position[at] + (image_[at] - start_.image[at]) * box_.length(k);
}

template <int D>
bool MonteCarlo<D>::leavesItsSphere(int i, const double* target) const {
  if (options_.confinement.empty()) return false;
  double r2 = 0;
  for (int k = 0; k < D; ++k) {
    const double d = fromStart(i, k, target[k]);
    r2 += d * d;
  }
  const double radius = options_.confinement[static_cast<std::size_t>(start_.species[static_cast<std::size_t>(i)])];
  return r2 > radius * radius;
}

template <int D>
void MonteCarlo<D>::addDisplacements(std::vector<double>& sum) const {
  for (int i = 0; i < static_cast<int>(start_.particles()); ++i) {
    for (int k = 0; k < D; ++k) {
      sum[static_cast<std::size_t>(i * D + k)] +=
          fromStart(i, k, row_(static_cast<std::size_t>(i), static_cast<std::size_t>(k)));
    }
  }
}

template <int D>
void MonteCarlo<D>::attemptDisplacement(const RandomStream::Philox::ctr_type& words) {
  const int i = pick(words.v[0], start_.particles());
  double* x = &row_(i, 0);
  double target[3] = {x[0], x[1], x[2]};
  for (int k = 0; k < D; k += 2) {
    const auto normal = stream_.normals(static_cast<std::uint64_t>(attempts_), 1u + static_cast<std::uint32_t>(k / 2));
    target[k] += options_.displacement * normal[0];
    if (k + 1 < D) target[k + 1] += options_.displacement * normal[1];
  }
  ++moves_[0].attempted;
  if (leavesItsSphere(i, target)) return;
  const double difference = displacementDifference(i, target);
  if (!accept(difference, words.v[2], words.v[3])) return;
  ++moves_[0].accepted;
  energy_ += difference;
  for (int k = 0; k < D; ++k) {
    image_[static_cast<std::size_t>(i * D + k)] += box_.wrap(target[k], k);
    x[k] = target[k];
  }
  if (lists_.outdatedBy(i, x)) rebuild();
}

template <int D>
void MonteCarlo<D>::exchangeSpecies(int i, int j) {
  const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
  std::swap(row_(a, 3), row_(b, 3));
  std::swap(members_[static_cast<std::size_t>(start_.species[a])][static_cast<std::size_t>(place_[a])],
            members_[static_cast<std::size_t>(start_.species[b])][static_cast<std::size_t>(place_[b])]);
  std::swap(start_.species[a], start_.species[b]);
  std::swap(place_[a], place_[b]);
}

template <int D>
void MonteCarlo<D>::attemptSwap(const RandomStream::Philox::ctr_type& words) {
  const auto pair_words = stream_.words(static_cast<std::uint64_t>(attempts_), 3u);
  const auto which = static_cast<std::size_t>(pick(pair_words.v[0], options_.swap_pairs.size()));
  const auto& [a, b] = options_.swap_pairs[which];
  const auto& first = members_[static_cast<std::size_t>(a)];
  const auto& second = members_[static_cast<std::size_t>(b)];
  if (first.empty() || second.empty()) return;
  const int i = first[static_cast<std::size_t>(pick(words.v[0], first.size()))];
  const int j = second[static_cast<std::size_t>(pick(pair_words.v[1], second.size()))];
  MoveCount& count = moves_[which + 1];
  ++count.attempted;
  const double difference = swapDifference(i, j, a, b);
  if (!accept(difference, words.v[2], words.v[3])) return;
  ++count.accepted;
  energy_ += difference;
  exchangeSpecies(i, j);
  if (!still_) return;
  forgetAround(i);
  forgetAround(j);
}

template <int D>
void MonteCarlo<D>::attemptOne() {
  const auto words = stream_.words(static_cast<std::uint64_t>(attempts_), 0u);
  if (words.v[1] * 0x1.0p-32 < options_.swap_fraction) {
    attemptSwap(words);
  } else {
    attemptDisplacement(words);
  }
  ++attempts_;
}

template <int D>
void MonteCarlo<D>::attempt(std::int64_t count) {
  for (std::int64_t n = 0; n < count; ++n) attemptOne();
}

template <int D>
void MonteCarlo<D>::run(std::int64_t sweeps) {
  attempt(sweeps * static_cast<std::int64_t>(start_.particles()));
}

template <int D>
void MonteCarlo<D>::resetCounts() {
  for (auto& move : moves_) move.attempted = move.accepted = 0;
}

template class MonteCarlo<2>;
template class MonteCarlo<3>;

}  // namespace glassforge::swapmc
