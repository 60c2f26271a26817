/// Ridge regression on one descriptor set: per species, label and time, the penalty chosen on the validation
/// structures.
#pragma once

#include <string>
#include <vector>

#include "ml/models/fitted_labels.hpp"
#include "ml/models/model.hpp"

namespace glassforge::ml {

/// What was learnt of one species, label and time: y = intercept + sum_f weights_f (x_f - mean_f) / scale_f.
struct RidgeFit {
  std::vector<double> weights, mean, scale;  ///< (F); the weights are those of the ridge times the gain
  double intercept = 0;
  double penalty = 0;             ///< absolute: the chosen grid value times the number of training particles
  double validation_pearson = 0;  ///< pooled over the validation structures; NaN for constant labels
  double gain = 1;                ///< brings the predictions to the scale of held-out labels (PenaltyChoice)
  double target_mean = 0;         ///< of the label over the training particles

  double predict(std::span<const double> features) const;
};

class Ridge final : public Model {
 public:
  /// Penalties tried, per training particle: 10^-5 .. 10^5 in steps of half a decade.
  static std::vector<double> penaltyGrid();
  /// Parts the training structures are dealt into where there are no validation structures.
  static constexpr std::size_t folds = 5;

  /// `features` is the number of columns of the set; the settings say which species are learnt.
  Ridge(std::string set, std::vector<std::string> species_names, std::size_t features, LearningSettings settings);

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
  const RidgeFit* find(const std::string& label, int species, std::size_t time) const {
    return fitted_.find(label, species, time);
  }

 private:
  std::string set_, name_;
  std::vector<std::string> species_names_;
  std::size_t features_ = 0;
  LearningSettings settings_;
  FittedLabels<RidgeFit> fitted_;
};

}  // namespace glassforge::ml
