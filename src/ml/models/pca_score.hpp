/// The first principal component of a descriptor set as a score of structure; nothing is learnt from labels
/// (Coslovich, Jack, Paret, JCP 157, 204503 (2022); reference 4.6).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ml/linalg/pca.hpp"
#include "ml/models/model.hpp"

namespace glassforge::ml {

/// Per species: principal components of the set over the training structures; the score of a particle is its projection
/// on the first, for every label and time. With a length L > 0 the scores are then averaged over the particles j of the
/// same species with exp(-r_ij / L), thermal positions, r_ij < min(20, half the box), the particle itself included.
class PcaScore final : public Model {
 public:
  /// `features` is the number of columns of the set.
  PcaScore(std::string name, std::string set, double length, std::size_t features, const ModelRequest& request);

  const std::string& name() const override { return name_; }
  const std::string& descriptorSet() const override { return set_; }
  bool predictsLabels() const override { return false; }
  void fit(const TrainingView& data, Reducer& reducer) override;
  /// NaN for species that were not learnt.
  Array<double> predict(const StructureSample& sample, const std::string& label) const override;
  std::vector<double> times(const std::string&) const override { return {}; }
  ModelRecord save() const override;
  void load(const ModelRecord& record) override;

  /// The components of a species, or null where it was not learnt.
  const PrincipalComponents* find(int species) const;

 private:
  std::vector<double> scores(const StructureSample& sample) const;
  void average(const StructureSample& sample, std::vector<double>& scores) const;

  std::string name_, set_;
  double length_;
  std::size_t features_;
  std::vector<std::string> species_names_;
  LearningSettings settings_;
  std::map<int, PrincipalComponents> components_;  ///< by species
};

}  // namespace glassforge::ml
