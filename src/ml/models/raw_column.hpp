/// A hand-made descriptor as a model: its bare column is the score of every label and time; there is nothing to fit.
#pragma once

#include <string>
#include <vector>

#include "ml/models/model.hpp"

namespace glassforge::ml {

class RawColumn final : public Model {
 public:
  explicit RawColumn(std::string name) : name_(std::move(name)) {}

  const std::string& name() const override { return name_; }
  const std::string& descriptorSet() const override { return name_; }
  bool predictsLabels() const override { return false; }
  void fit(const TrainingView&, Reducer&) override {}
  /// The column again for every time of the sample's label.
  Array<double> predict(const StructureSample& sample, const std::string& label) const override;
  std::vector<double> times(const std::string&) const override { return {}; }
  ModelRecord save() const override;
  void load(const ModelRecord& record) override;

 private:
  std::string name_;
};

}  // namespace glassforge::ml
