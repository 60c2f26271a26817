#include "ml/descriptors/coarse_grained.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/box.hpp"
#include "ml/descriptors/coarse_sums.hpp"

namespace glassforge::ml {

namespace {

/// Symbol, unit, and whether the particle's own value makes a column.
struct FamilyTraits {
  const char* symbol;
  const char* unit;
  bool own_value;
};

FamilyTraits traitsOf(CoarseFamily family) {
  switch (family) {
    case CoarseFamily::density:
      return {"rho", "1", false};
    case CoarseFamily::energy:
      return {"E", "epsilon", true};
    case CoarseFamily::displacement:
      return {"D", "sigma^2", true};
    case CoarseFamily::variance:
      break;
  }
  return {"VarE", "epsilon^2", false};
}

/// Sums of one particle, length and species (or all species): of w, w e, w e^2, w D, with e counted from the mean
/// energy of the structure so that the variance does not cancel.
struct CoarseCell {
  double weight = 0, energy = 0, square = 0, displacement = 0;

  void add(std::span<const double> sums) {
    weight += sums[0];
    if (sums.size() == 1) return;
    energy += sums[1];
    square += sums[2];
    displacement += sums[3];
  }
  double value(CoarseFamily family, double mean_energy) const {
    if (family == CoarseFamily::density) return weight;
    if (weight == 0) return 0;
    const double shifted = energy / weight;
    if (family == CoarseFamily::energy) return mean_energy + shifted;
    if (family == CoarseFamily::displacement) return displacement / weight;
    return std::max(0.0, square / weight - shifted * shifted);
  }
};

/// Writes one family of particle i, length by length, each species and then all; returns the place behind.
double* writeFamily(CoarseFamily family, const Array<double>& sums, std::size_t i, double mean_energy, double* out) {
  for (std::size_t l = 0; l < sums.extent(1); ++l) {
    CoarseCell all;
    for (std::size_t b = 0; b < sums.extent(2); ++b) {
      CoarseCell one;
      one.add(sums.row(i, l, b));
      all.add(sums.row(i, l, b));
      *out++ = one.value(family, mean_energy);
    }
    *out++ = all.value(family, mean_energy);
  }
  return out;
}

template <int D>
std::vector<double> squaredDisplacementIn(const DescriptorInput& input, const std::vector<double>& place) {
  std::array<double, D> lengths;
  std::copy_n(input.box.begin(), D, lengths.begin());
  const Box<D> box(lengths);
  std::vector<double> squares(input.particles());
  for (std::size_t i = 0; i < squares.size(); ++i)
    for (int k = 0; k < D; ++k) {
      const std::size_t at = i * D + static_cast<std::size_t>(k);
      const double dx = box.minimumImage(place[at] - input.thermal[at], k);
      squares[i] += dx * dx;
    }
  return squares;
}

double meanOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

}  // namespace

std::vector<double> squaredDisplacement(const DescriptorInput& input, Positions of) {
  const std::vector<double>& place = input.positions(of);
  return input.dimension == 2 ? squaredDisplacementIn<2>(input, place) : squaredDisplacementIn<3>(input, place);
}

std::vector<double> CoarseGrained::defaultLengths() {
  std::vector<double> lengths;
  for (int k = 1; k <= 15; ++k) lengths.push_back(0.5 * k);
  return lengths;
}

CoarseGrained::CoarseGrained(const DescriptorRequest& request, std::vector<CoarseFamily> families)
    : name_(request.name), positions_(request.positions), families_(std::move(families)), lengths_(defaultLengths()) {
  for (const CoarseFamily family : families_) addColumns(family, request.species_names);
}

void CoarseGrained::addColumns(CoarseFamily family, const std::vector<std::string>& species_names) {
  const FamilyTraits traits = traitsOf(family);
  if (traits.own_value) columns_.add(fmt::format("{}_L0", traits.symbol), traits.unit, 0.0);
  for (const double length : lengths_) {
    for (const std::string& species : species_names)
      columns_.add(fmt::format("{}_L{}_{}", traits.symbol, length, species), traits.unit, length);
    columns_.add(fmt::format("{}_L{}_all", traits.symbol, length), traits.unit, length);
  }
}

Array<double> CoarseGrained::compute(const DescriptorInput& input) const {
  const std::vector<double> displacement = squaredDisplacement(input);
  const double mean_energy = meanOf(input.inherent_energy);
  std::vector<double> energy, square;
  for (const double e : input.inherent_energy) {
    energy.push_back(e - mean_energy);
    square.push_back(energy.back() * energy.back());
  }
  const NeighbourSpace space{input.dimension, input.box, input.positions(positions_), input.species,
                             input.speciesCount()};
  const bool only_density = families_ == std::vector{CoarseFamily::density};
  std::vector<std::span<const double>> fields;
  if (!only_density) fields = {energy, square, displacement};
  const Array<double> sums = coarseSums(space, lengths_, fields);

  Array<double> features({input.particles(), columns_.size()});
  for (std::size_t i = 0; i < input.particles(); ++i) {
    double* out = features.row(i).data();
    for (const CoarseFamily family : families_) {
      if (family == CoarseFamily::energy) *out++ = input.inherent_energy[i];
      if (family == CoarseFamily::displacement) *out++ = displacement[i];
      out = writeFamily(family, sums, i, mean_energy, out);
    }
  }
  return features;
}

}  // namespace glassforge::ml
