#include "ml/descriptors/coarse_grained.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/box.hpp"
#include "ml/descriptors/coarse_sums.hpp"
#include "ml/descriptors/voronoi.hpp"

namespace glassforge::ml {

namespace {

struct FamilyTraits {
  const char* symbol;
  const char* unit;
};

FamilyTraits traitsOf(CoarseFamily family, int dimension) {
  switch (family) {
    case CoarseFamily::density:
      return {"rho", "1"};
    case CoarseFamily::energy:
      return {"E", "epsilon"};
    case CoarseFamily::surface:
      return {"P", dimension == 2 ? "sigma" : "sigma^2"};
    case CoarseFamily::displacement:
      return {"D", "sigma^2"};
    case CoarseFamily::variance:
      break;
  }
  return {"VarE", "epsilon^2"};
}

/// What every particle brings along. Energies are counted from their mean so that the variance does not cancel.
struct BaseFields {
  double mean_energy = 0;
  std::vector<double> energy, square, displacement, surface;  // the last may be empty

  /// The L = 0 value of particle i.
  double own(CoarseFamily family, std::size_t i) const {
    if (family == CoarseFamily::density) return 1;
    if (family == CoarseFamily::energy) return mean_energy + energy[i];
    if (family == CoarseFamily::surface) return surface[i];
    return family == CoarseFamily::displacement ? displacement[i] : 0;
  }
  std::vector<std::span<const double>> spans() const {
    std::vector<std::span<const double>> all{energy, square, displacement};
    if (!surface.empty()) all.emplace_back(surface);
    return all;
  }
};

/// Sums of one particle, length and species (or all species): of w, w e, w e^2, w D, w P, e counted from the mean
/// energy.
struct CoarseCell {
  std::array<double, 5> sum{};

  void add(std::span<const double> sums) {
    for (std::size_t q = 0; q < sums.size(); ++q) sum[q] += sums[q];
  }
  double value(CoarseFamily family, double mean_energy) const {
    const auto [weight, energy, square, displacement, surface] = sum;
    if (family == CoarseFamily::density) return weight;
    if (weight == 0) return 0;
    const double shifted = energy / weight;
    if (family == CoarseFamily::energy) return mean_energy + shifted;
    if (family == CoarseFamily::surface) return surface / weight;
    if (family == CoarseFamily::displacement) return displacement / weight;
    return std::max(0.0, square / weight - shifted * shifted);
  }
};

/// Writes a particle's own value under its own species and under all; returns the place behind.
double* writeOwn(double value, std::int32_t species, std::size_t species_count, double* out) {
  for (std::size_t b = 0; b < species_count; ++b) *out++ = static_cast<std::size_t>(species) == b ? value : 0.0;
  *out++ = value;
  return out;
}

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
    : Descriptor(request.name),
      positions_(request.positions),
      families_(std::move(families)),
      lengths_(defaultLengths()) {
  if (has(CoarseFamily::surface)) requireVoronoi("the descriptor set " + name_);
  for (const CoarseFamily family : families_) addColumns(family, request);
}

bool CoarseGrained::has(CoarseFamily family) const {
  return std::ranges::find(families_, family) != families_.end();
}

void CoarseGrained::addColumns(CoarseFamily family, const DescriptorRequest& request) {
  const FamilyTraits traits = traitsOf(family, request.dimension);
  std::vector<double> lengths{0.0};
  lengths.insert(lengths.end(), lengths_.begin(), lengths_.end());
  for (const double length : lengths) {
    for (const std::string& species : request.species_names)
      columns_.add(fmt::format("{}_L{}_{}", traits.symbol, length, species), traits.unit, length);
    columns_.add(fmt::format("{}_L{}_all", traits.symbol, length), traits.unit, length);
  }
}

Array<double> CoarseGrained::compute(const DescriptorInput& input) const {
  const NeighbourSpace space = input.space(positions_);
  BaseFields base{meanOf(input.inherent_energy), {}, {}, squaredDisplacement(input), {}};
  for (const double e : input.inherent_energy) {
    base.energy.push_back(e - base.mean_energy);
    base.square.push_back(base.energy.back() * base.energy.back());
  }
  if (has(CoarseFamily::surface)) base.surface = radicalCells(space, input.radii()).surface;
  const bool only_density = families_ == std::vector{CoarseFamily::density};
  const auto fields = only_density ? std::vector<std::span<const double>>{} : base.spans();
  const Array<double> sums = coarseSums(space, lengths_, fields);

  Array<double> features({input.particles(), columns_.size()});
  for (std::size_t i = 0; i < input.particles(); ++i) {
    double* out = features.row(i).data();
    for (const CoarseFamily family : families_) {
      out = writeOwn(base.own(family, i), input.species[i], sums.extent(2), out);
      out = writeFamily(family, sums, i, base.mean_energy, out);
    }
  }
  return features;
}

}  // namespace glassforge::ml
