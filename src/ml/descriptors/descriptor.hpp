/// What particles look like in numbers: the input every descriptor takes, its interface, and all descriptors by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/array.hpp"
#include "core/features.hpp"
#include "ml/descriptors/neighbour_rows.hpp"

namespace glassforge::ml {

/// Which positions of a structure a descriptor looks at.
enum class Positions { thermal, inherent, cage };

/// InputError with the known names where `name` is none of them.
Positions parsePositions(std::string_view name);
std::string_view toString(Positions positions);

/// One structure as descriptors see it. Rows are particles in id order; reduced Lennard-Jones units.
struct DescriptorInput {
  int dimension = 3;
  std::vector<double> box;                 ///< (D) lengths
  std::vector<std::string> species_names;  ///< (K)
  std::vector<std::int32_t> species;       ///< (N), 0-based
  std::vector<double> thermal;             ///< (N, D) positions, wrapped or not
  std::vector<double> inherent;            ///< (N, D) positions of the inherent state, wrapped or not
  std::vector<double> cage;   ///< (N, D) positions of the cage state, wrapped or not; empty where there is none
  std::vector<double> sigma;  ///< (K, K) pair diameters, symmetric
  std::vector<double> thermal_energy;   ///< (N): E_i = 1/2 sum_j V(r_ij) of the thermal positions
  std::vector<double> inherent_energy;  ///< (N): the same of the inherent state
  double temperature = 0;

  std::size_t particles() const { return species.size(); }
  int speciesCount() const { return static_cast<int>(species_names.size()); }
  double sigmaOf(int a, int b) const { return sigma[static_cast<std::size_t>(a * speciesCount() + b)]; }
  /// (K) sigma_aa / 2, the radii of the radical Voronoi cells.
  std::vector<double> radii() const;
  /// (N, D); InputError where a cage state is asked for and there is none.
  const std::vector<double>& positions(Positions kind) const;
  /// What neighbours are searched in; InputError as for positions. Valid as long as this is.
  NeighbourSpace space(Positions kind) const { return {dimension, box, positions(kind), species, speciesCount()}; }
  /// Throws InputError where sizes do not fit, a number is not finite or a species is out of range.
  void validate() const;
};

/// The columns of a descriptor: names, units ("1", "sigma", "epsilon", ...), the length each looks at (NaN: none).
struct Columns {
  std::vector<std::string> names, units;
  std::vector<double> radii;

  std::size_t size() const { return names.size(); }
  void add(std::string name, std::string unit, double radius);
};

class Descriptor {
 public:
  virtual ~Descriptor() = default;

  /// As [describe] sets and `ridge_<name>` call it.
  const std::string& name() const { return name_; }
  const Columns& columns() const { return columns_; }
  /// (N, F) values of a structure of the species and dimension the descriptor was made for. The caller has validated
  /// the input.
  virtual Array<double> compute(const DescriptorInput& input) const = 0;

  /// Checks the input, computes, and puts names, units and radii beside the values.
  FeatureSet describe(const DescriptorInput& input) const;

 protected:
  /// A descriptor adds its columns when it is made.
  explicit Descriptor(std::string name) : name_(std::move(name)) {}

  std::string name_;
  Columns columns_;
};

/// What a descriptor is made for.
struct DescriptorRequest {
  std::string name;                        ///< as the descriptor is to call itself
  std::vector<std::string> species_names;  ///< (K)
  int dimension = 3;
  Positions positions = Positions::thermal;
};

/// The descriptor of that name for these species in D = 2 or 3; InputError with the known names where there is none.
/// "NAME@inherent" (or thermal, cage) looks at other positions than NAME does by itself; "NAME_cg2" is NAME averaged
/// over all neighbours with exp(-r/2); "NAME+OTHER" has the columns of both.
std::unique_ptr<Descriptor> makeDescriptor(std::string_view name, const std::vector<std::string>& species_names,
                                           int dimension);
/// All names that makeDescriptor knows.
std::vector<std::string> descriptorNames();
/// Those of them that are one bare column and a model of the same name ("DEN", "EPOT").
std::vector<std::string> handMadeNames();
/// Whether the name, as makeDescriptor takes it, is of one of those.
bool isHandMade(std::string_view name);
/// Whether what the name stands for looks at cage positions. InputError where there is no such descriptor.
bool needsCageState(std::string_view name);

}  // namespace glassforge::ml
