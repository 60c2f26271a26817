/// GlassMLP: small neural networks on one descriptor set, per species, label and time the mean of several that differ
/// in their first weights (Jung, Biroli, Berthier, PRL 130, 238202 (2023); docs/formulas_ml.md, "GlassMLP").
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ml/models/glassmlp_training.hpp"
#include "ml/models/model.hpp"

namespace glassforge::ml {

class GlassMlp final : public Model {
 public:
  /// `set` is the descriptor set it reads; its columns are taken from the data.
  GlassMlp(std::string set, std::vector<std::string> species_names, int dimension, LearningSettings settings);

  const std::string& name() const override { return name_; }
  const std::string& descriptorSet() const override { return set_; }
  bool predictsLabels() const override { return true; }
  /// Networks are dealt out over the processes; one that trains any loads all training and validation structures, once.
  void fit(const TrainingView& data, Reducer& reducer) override;
  Array<double> predict(const StructureSample& sample, const std::string& label) const override;
  std::vector<double> times(const std::string& label) const override;
  ModelRecord save() const override;
  void load(const ModelRecord& record) override;

  /// The networks of a species at the k-th time of a label; empty where they were not learnt.
  const std::vector<TrainedNetwork>& networks(const std::string& label, int species, std::size_t time) const;

 private:
  struct LearntLabel {
    std::vector<double> times;                                                   // (T)
    std::map<int, std::map<std::size_t, std::vector<TrainedNetwork>>> networks;  // by species, then time
  };
  struct Columns {
    std::vector<double> mean, scale;  // (F)
  };
  struct Order;

  std::vector<Order> orders(const TrainingView& data) const;
  const LearntLabel& learnt(const std::string& label) const;

  std::string set_, name_ = "glassmlp";
  std::vector<std::string> species_names_;
  int dimension_ = 3;
  LearningSettings settings_;
  std::map<int, Columns> columns_;
  std::map<std::string, LearntLabel> labels_;
};

}  // namespace glassforge::ml
