/// Softness: the distance of a particle's surroundings to the hyperplane between those that rearrange and those that do
/// not (Cubuk et al., PRL 114, 108001 (2015); reference 4.8).
#pragma once

#include <string>
#include <vector>

#include "ml/models/fitted_labels.hpp"
#include "ml/models/model.hpp"
#include "ml/models/softness_training.hpp"

namespace glassforge::ml {

/// Per species, label and time a linear support vector machine between the share of training particles with the largest
/// propensity (bond breaking: with the fewest bonds left) and the same share with the smallest. Predictions are labels:
/// a line in the softness S.
class Softness final : public Model {
 public:
  /// `features` is the number of columns of the set.
  Softness(std::string name, std::string set, std::size_t features, const ModelRequest& request);

  const std::string& name() const override { return name_; }
  const std::string& descriptorSet() const override { return set_; }
  bool predictsLabels() const override { return true; }
  void fit(const TrainingView& data, Reducer& reducer) override;
  Array<double> predict(const StructureSample& sample, const std::string& label) const override {
    return fitted_.predict(sample, label);
  }
  std::vector<double> times(const std::string& label) const override { return fitted_.times(label); }
  ModelRecord save() const override;
  void load(const ModelRecord& record) override;

  /// The fit of a species at the k-th time of a label, or null where it was not learnt.
  const SoftnessFit* find(const std::string& label, int species, std::size_t time) const {
    return fitted_.find(label, species, time);
  }

 private:
  std::string name_, set_;
  std::size_t features_;
  std::vector<std::string> species_names_;
  LearningSettings settings_;
  FittedLabels<SoftnessFit> fitted_;
};

}  // namespace glassforge::ml
